"""Network namespaces by name: make many quickly, step inside, take them away again."""

import contextlib
import ctypes
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from auditor.model.errors import ToolError

PREFIX: Final = "alab-"
_FOLDER: Final = Path("/var/run/netns")
_OWN: Final = "/proc/thread-self/ns/net"
_NEWNET: Final = 0x40000000
_SECONDS: Final = 60


def lack() -> str | None:
    """Why namespaces cannot be used here, or None when they can."""
    if os.geteuid() != 0:
        return "needs root"
    if shutil.which("ip") is None:
        return "needs the ip command (iproute2)"
    probe = f"{PREFIX}{os.getpid()}-probe"
    try:
        batch([f"netns add {probe}", f"netns del {probe}"])
    except ToolError as error:
        return f"the kernel refuses network namespaces: {error}"
    return None


def run(command: Sequence[str], *, stdin: str | None = None) -> str:
    """Run one system command and give its output.

    Raises:
        ToolError: it failed; carries what it said.
    """
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs, arguments of our own
            list(command),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{command[0]}: {error}") from None
    if done.returncode != 0:
        raise ToolError(f"{' '.join(command[:4])}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def batch(lines: Sequence[str], *, namespace: str | None = None, force: bool = False) -> None:
    """Run many ``ip`` commands in one process.

    Args:
        lines: commands without the leading ``ip``.
        namespace: run them inside this one.
        force: go on after a command that fails.

    Raises:
        ToolError: a command failed (unless ``force``).
    """
    where = ["-n", namespace] if namespace else []
    extra = ["-force"] if force else []
    try:
        run(["ip", *where, *extra, "-batch", "-"], stdin="\n".join(lines) + "\n")
    except ToolError:
        if not force:
            raise


def names(prefix: str = PREFIX) -> tuple[str, ...]:
    """The namespaces whose names begin with the prefix."""
    if not _FOLDER.is_dir():
        return ()
    return tuple(sorted(path.name for path in _FOLDER.iterdir() if path.name.startswith(prefix)))


@contextlib.contextmanager
def inside(name: str) -> Iterator[None]:
    """Move the calling thread into a namespace for the duration; sockets made there stay there.

    Nothing may be awaited inside. If the thread cannot return, the process ends: a thread left in
    a foreign namespace would send from the wrong place.

    Raises:
        ToolError: the namespace does not exist or cannot be entered.
    """
    home = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _enter(name)
        try:
            yield
        finally:
            if _libc().setns(home, _NEWNET) != 0:
                os._exit(70)
    finally:
        os.close(home)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _enter(name: str) -> None:
    try:
        there = os.open(_FOLDER / name, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise ToolError(f"network namespace {name}: {error.strerror}") from None
    try:
        if _libc().setns(there, _NEWNET) != 0:
            raise ToolError(f"network namespace {name}: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(there)


def carries(name: str, interface: str = "eth0") -> None:
    """Wait until an interface carries: before that, its network looks like one behind a router.

    Raises:
        ToolError: it does not within five seconds.
    """
    for _ in range(50):
        told = run(["ip", "-n", name, "-br", "link", "show", interface]).split()
        if told[1:2] == ["UP"]:
            return
        time.sleep(0.1)
    raise ToolError(f"{interface} of {name} does not come up")


def sysctl(name: str, settings: dict[str, str]) -> None:
    """Write settings below ``/proc/sys/net`` inside a namespace; absent ones are skipped."""
    with inside(name):
        for key, value in settings.items():
            path = Path("/proc/sys/net") / key
            if path.exists():
                path.write_text(value, encoding="ascii")


def _alive(name: str) -> bool:
    owner = name.removeprefix(PREFIX).partition("-")[0]
    if not owner.isdigit():
        return False
    try:
        os.kill(int(owner), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def clean(*, everything: bool = False) -> tuple[str, ...]:
    """Remove namespaces that a fleet left behind, with all interfaces in them.

    Args:
        everything: also those whose process still runs.

    Returns:
        the names that were removed.
    """
    gone = tuple(name for name in names() if everything or not _alive(name))
    if gone:
        batch([f"netns del {name}" for name in gone], force=True)
    return gone
