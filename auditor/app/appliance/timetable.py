"""``audit schedule status``: what is installed, when it runs next, and what the last runs gave."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from auditor.app.appliance import scheduling
from auditor.app.appliance.config import Config
from auditor.app.appliance.standing import running, standing
from auditor.model.errors import AuditError
from auditor.schedule import cron, files, systemd

_ROOT: Final = Path("/")
_PACKAGED: Final = (Path("/lib/systemd/system"), Path("/usr/lib/systemd/system"))


def installed(root: Path = _ROOT) -> str | None:
    """How a nightly run is installed: ``systemd``, ``user`` or ``cron``; None if it is not."""
    every = scheduling.known()
    if any(_stands(item, root) for item in every if item.path == cron.CRONTAB):
        return "cron"
    if any(_is_timer(item) and _stands(item, root) for item in every):
        return "systemd"
    wanted = systemd.SYSTEM_UNITS / "timers.target.wants" / systemd.TIMER
    if os.path.lexists(files.below(root, wanted)) and _packaged(root):
        return "systemd"
    if root == _ROOT and any(_is_timer(item) and _stands(item, root) for item in scheduling.own()):
        return "user"
    return None


def next_run(kind: str) -> str:
    """When it runs next, as far as this machine can say it."""
    if kind == "cron":
        return _cron_time()
    if not scheduling.booted():
        return "unknown: systemd does not run here"
    user = kind == "user"
    ask = ("show", systemd.TIMER, "--property=ActiveState", "--property=NextElapseUSecRealtime")
    code, said = scheduling.systemctl(ask, user=user)
    told = dict(line.partition("=")[::2] for line in said.splitlines())
    if code or told.get("ActiveState") != "active":
        return f"not waiting: systemctl {'--user ' if user else ''}enable --now {systemd.TIMER}"
    return told.get("NextElapseUSecRealtime") or "unknown"


def status(root: Path, config: Config | None, trouble: str | None) -> Iterator[str]:
    """The lines of ``audit schedule status``.

    Args:
        root: the file system to look at.
        config: the configuration, for the last runs; None if it could not be read.
        trouble: why it could not.
    """
    kind = installed(root)
    yield f"installed: {kind or 'no; audit schedule install --config FILE'}"
    for item in (*scheduling.known(), *(scheduling.own() if root == _ROOT else ())):
        state = files.state(item, root)
        if state != "absent":
            mine = "somebody else's" if state == "foreign" else "audit schedule's"
            yield f"  {files.below(root, item.path)}: {mine}"
    if kind is not None and root == _ROOT:
        yield f"next run: {next_run(kind)}"
    if root == _ROOT:
        who = running()
        yield f"running now: {who or 'no'}"
    if config is None:
        yield f"last runs: not known: {trouble}"
        return
    yield from _last(config)


def _last(config: Config) -> Iterator[str]:
    try:
        found = standing(config)
    except AuditError as error:
        yield f"last runs: not known: {error}"
        return
    for name, last in found.last.items():
        good = found.good[name]
        if last is None:
            yield f"last run of {name}: none yet"
        elif good is not None and good.id == last.id:
            yield f"last run of {name}: {last.started}, complete"
        else:
            told = f"last complete one {good.started}" if good else "none was complete yet"
            yield f"last run of {name}: {last.started}, incomplete; {told}"
    if found.waiting:
        yield f"alerts not delivered yet: {len(found.waiting)}; {found.waiting[0].said or 'due'}"


def _is_timer(item: files.File) -> bool:
    return item.path.name == systemd.TIMER and item.link is None


def _stands(item: files.File, root: Path) -> bool:
    return files.state(item, root) in ("installed", "differs")


def _packaged(root: Path) -> bool:
    return any(files.below(root, place / systemd.TIMER).is_file() for place in _PACKAGED)


def _cron_time() -> str:
    try:
        lines = cron.CRONTAB.read_text(encoding="utf-8").splitlines()
        minute, hour = lines[-1].split()[:2]
        return f"{int(hour):02}:{int(minute):02} local time, every day"
    except (OSError, UnicodeDecodeError, ValueError, IndexError):
        return f"unknown: {cron.CRONTAB} cannot be read"
