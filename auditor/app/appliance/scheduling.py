"""``audit schedule``: from a configuration to units or a crontab, onto the machine and off it."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from auditor.app import clock
from auditor.app.appliance.config import Config, read
from auditor.history.door import sqlite_file
from auditor.model.errors import ToolError, UsageError
from auditor.schedule import cron, files, systemd
from auditor.schedule.files import File
from auditor.schedule.job import CACHE, DEFAULT_AT, STATE, USER, Job, jumped_over

Kind = Literal["systemd", "user", "cron"]
_ROOT: Final = Path("/")
_HIDDEN: Final = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - named, not used
_WAIT_SECONDS: Final = 60
_SPARE_MINUTES: Final = 60
_CRONS: Final = ("cron", "crond")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asked for.

    Attributes:
        config: the configuration as the machine will see it, absolute.
        hour: local time at which a run begins.
        minute: of that hour.
        delay: at most so many random minutes are added.
        kind: ``systemd``, ``user`` (systemd of one person) or ``cron``.
        root: the file system to write into; ``/`` for this machine.
        program: what starts ``audit`` on that machine.
    """

    config: Path
    hour: int = DEFAULT_AT[0]
    minute: int = DEFAULT_AT[1]
    delay: int = 30
    kind: Kind
    root: Path = _ROOT
    program: tuple[str, ...]


def kind_of(named: str, root: Path) -> Kind:
    """The way that fits the machine, or the one that was named.

    Raises:
        UsageError: it is none, or nothing fits.
    """
    if named in ("systemd", "user", "cron"):
        return named  # type: ignore[return-value]
    if named != "auto":
        raise UsageError(f"--kind {named}: auto, systemd, user or cron")
    booted = Path("/run/systemd/system").is_dir()
    if root == _ROOT and os.geteuid() != 0:
        if booted:
            return "user"
        raise UsageError("schedule: needs root here; or put `audit schedule print --kind cron`'s"
                         " last line, from /usr/bin/audit on, into crontab -e")  # fmt: skip
    if root == _ROOT:
        return "systemd" if booted else "cron"
    there = any(_below(root, path) for path in ("/lib/systemd/systemd", "/usr/lib/systemd/systemd"))
    return "systemd" if there else "cron"


def program_of(named: Path | None, root: Path) -> tuple[str, ...]:
    """What starts ``audit``: as named, the package's on another root, else this very one."""
    if named is not None:
        return (str(named),)
    if root != _ROOT:
        return ("/usr/bin/audit",)
    found = shutil.which(sys.argv[0]) or shutil.which("audit")
    if found:
        return (str(Path(found).absolute()),)
    return (sys.executable, "-m", "auditor")


def made(wish: Wish) -> tuple[File, ...]:
    """The files that the wish needs.

    Raises:
        UsageError: the configuration is bad, or lies where the run cannot see it.
    """
    job = _job(wish, _config(wish))
    if wish.kind == "cron":
        return cron.files(job, _machine(wish.root))
    if wish.kind == "user":
        return systemd.user_files(job, _user_units())
    for place in (job.config, Path(job.program[0]), *job.writable, *job.secrets):
        if str(place).startswith(tuple(f"{item}/" for item in _HIDDEN)):
            raise UsageError(
                f"schedule: {place}: the service does not see home and temporary folders;"
                " /etc/auditor, /opt and /srv are places that it sees"
            )
    return systemd.system_files(job)


def known() -> tuple[File, ...]:
    """Every file of the machine that an install may have written, whatever it was asked for."""
    job = Job(config=Path("/etc/auditor/auditor.toml"))
    return (*systemd.system_files(job), *cron.files(job, ""))


def own() -> tuple[File, ...]:
    """Every file that an install without root may have written for this user; none for root."""
    if os.geteuid() == 0:
        return ()
    return systemd.user_files(Job(config=Path("/etc/auditor/auditor.toml")), _user_units())


def install(wish: Wish) -> Iterator[str]:
    """Write the files and start the timer; tells what was done and what is left to do.

    Raises:
        UsageError: the wish cannot be met.
        ToolError: something cannot be written or started.
    """
    wanted = made(wish)
    for path in files.write(wanted, wish.root):
        yield f"written: {path}"
    kept = {item.path for item in wanted}
    every = own() if wish.kind == "user" else known()
    other = (item for item in every if item.path not in kept)
    for path in files.remove(other, wish.root):  # never by timer and by cron both
        yield f"removed: {path}"
    if wish.root == _ROOT:
        yield from _activated(wish.kind)
    yield from hints(wish)


def removed(root: Path) -> Iterator[str]:
    """Take away what install wrote, and nothing else; scans, reports and the user stay.

    Raises:
        ToolError: something cannot be removed.
    """
    user = root == _ROOT and os.geteuid() != 0
    every = own() if user else known()
    running = root == _ROOT and booted()
    if running and any(files.state(item, root) in ("installed", "differs") for item in every):
        systemctl(("stop", systemd.TIMER), user=user)
    gone = files.remove(every, root)
    for path in gone:
        yield f"removed: {path}"
    if running and gone:
        systemctl(("daemon-reload",), user=user)
    if not gone:
        yield "nothing to remove"


def hints(wish: Wish) -> Iterator[str]:
    """What a person still has to do before the first night, and should know."""
    if wish.kind != "cron" and wish.root == _ROOT:
        gap = jumped_over(wish.hour, wish.minute, clock.today())
        if gap is not None:
            when = f"{wish.hour:02}:{wish.minute:02}"
            yield f"mind: on {gap} the clocks jump over {when}; a timer does not run that night"
    if wish.kind == "user":
        yield "to do: loginctl enable-linger, or it runs only while you are logged in"
        return
    if wish.kind == "cron" and not any(_below(wish.root, f"/usr/sbin/{n}") for n in _CRONS):
        yield "to do: apt install cron (no cron was found), or boot with systemd"
    yield from _rights(wish, _config(wish))


def _rights(wish: Wish, config: Config) -> Iterator[str]:
    """What the system user must be able to read and write."""
    found = files.below(wish.root, wish.config).stat()
    if not found.st_mode & 0o044:
        yield f"to do: chgrp {USER} {wish.config} && chmod 640 {wish.config}"
    elif not found.st_mode & 0o004 and wish.root == _ROOT and found.st_gid != _group():
        yield f"to do: chgrp {USER} {wish.config}"
    for path in _writable(wish, config):
        if not files.below(wish.root, path).is_dir():
            yield f"to do: install -d -o {USER} -g {USER} -m 750 {path}"
    for path in _secrets(wish, config):
        if not files.below(wish.root, path).is_file():
            yield f"to do: write {path}, mode 0600"
        elif wish.kind == "cron":
            yield f"to do: chown {USER} {path} (cron hands over no credentials)"


def _below(root: Path, path: str) -> bool:
    return files.below(root, Path(path)).exists()


def booted() -> bool:
    """Whether systemd runs this machine."""
    return Path("/run/systemd/system").is_dir()


def systemctl(words: Sequence[str], *, user: bool = False) -> tuple[int, str]:
    """Run systemctl; gives its exit code and what it printed."""
    tool = shutil.which("systemctl")
    if tool is None:
        return 127, "systemctl is not installed"
    call = [tool, *(["--user"] if user else []), "--no-pager", *words]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            call, capture_output=True, text=True, timeout=_WAIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, (done.stdout or done.stderr).strip()


def _activated(kind: Kind) -> Iterator[str]:
    if kind != "user":
        yield from _account(kind)
    if kind == "cron":
        return
    if not booted():
        yield "systemd does not run here: the timer starts when the machine is booted with it"
        return
    for words in (("daemon-reload",), ("restart", systemd.TIMER)):
        code, said = systemctl(words, user=kind == "user")
        if code:
            raise ToolError(f"systemctl {' '.join(words)}: {said}")
    yield f"started: {systemd.TIMER}"


def _account(kind: Kind) -> Iterator[str]:
    """The system user, and for cron the folders that systemd would make."""
    if _group() is None:
        _call(("systemd-sysusers", "/etc/sysusers.d/auditor.conf"), (
            "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(STATE),
            "--shell", "/usr/sbin/nologin", USER,
        ), first=kind == "systemd")  # fmt: skip
        yield f"made: system user {USER}"
    if kind == "cron":
        found = pwd.getpwnam(USER)
        for folder in (STATE, CACHE):
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            os.chown(folder, found.pw_uid, found.pw_gid)


def _call(sysusers: Sequence[str], useradd: Sequence[str], *, first: bool) -> None:
    words = sysusers if first and shutil.which(sysusers[0]) else useradd
    try:
        subprocess.run(  # noqa: S603 - our own words
            list(words), capture_output=True, text=True, timeout=_WAIT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolError(f"user {USER} cannot be made: {error}") from None


def _group() -> int | None:
    try:
        return pwd.getpwnam(USER).pw_gid
    except KeyError:
        return None


def _config(wish: Wish) -> Config:
    return read(files.below(wish.root, wish.config))


def _job(wish: Wish, config: Config) -> Job:
    minutes = [item.max_minutes for item in config.network]
    longest = max(minutes) if config.run.side_by_side else sum(minutes)
    return Job(
        config=wish.config,
        program=wish.program,
        hour=wish.hour,
        minute=wish.minute,
        delay=wish.delay,
        limit=longest + _SPARE_MINUTES,
        writable=_writable(wish, config),
        secrets=_secrets(wish, config),
    )


def _writable(wish: Wish, config: Config) -> tuple[Path, ...]:
    """The folders that a run writes into beside its state folder."""
    found = [config.report.directory]
    if config.health.metrics:
        found.append(str(Path(config.health.metrics).parent))
    history = sqlite_file(config.history.url) if config.history.url else None
    if history is not None:
        found.append(str(history.parent))
    places = (_seen(wish.root, item) for item in found if item)
    return tuple(dict.fromkeys(p for p in places if not p.is_relative_to(STATE)))


def _secrets(wish: Wish, config: Config) -> tuple[Path, ...]:
    named = [config.credentials.file, config.report.sign_key]
    named += [path for item in config.alert for path in (item.url_file, item.secret_file)]
    return tuple(dict.fromkeys(_seen(wish.root, item) for item in named if item))


def _seen(root: Path, text: str) -> Path:
    """A path of the configuration, as the machine below ``root`` sees it."""
    path = Path(text)
    whole = root.resolve()
    if whole != _ROOT and path.is_relative_to(whole):
        return _ROOT / path.relative_to(whole)
    return path


def _machine(root: Path) -> str:
    try:
        return files.below(root, Path("/etc/machine-id")).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return os.uname().nodename


def _user_units() -> Path:
    named = os.environ.get("XDG_CONFIG_HOME")
    return (Path(named) if named else Path.home() / ".config") / "systemd" / "user"
