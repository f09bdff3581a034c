"""One run at a time: a lock that ends with its process, however that ends."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from auditor.model.errors import ToolError


class Lock:
    """Held while a run lasts; the kernel lets go of it when the process is gone.

    Attributes:
        path: the lock file. It stays; only the lock on it counts.
    """

    def __init__(self, path: Path, since: str) -> None:
        """Name the file; ``since`` is written into it, for whoever finds it locked."""
        self.path = path
        self._since = since
        self._handle: int | None = None

    def __enter__(self) -> Self:
        """Take it.

        Raises:
            ToolError: another run holds it, or the file cannot be made.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ToolError(f"{self.path}: {error.strerror}") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            who = os.pread(handle, 200, 0).decode("utf-8", "replace").strip()
            os.close(handle)
            raise ToolError(
                f"another run is under way ({who or 'unknown'}); this one does nothing"
            ) from None
        with suppress(OSError):  # a full disk: who holds it is then unknown, and it is held
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()} since {self._since}\n".encode(), 0)
        self._handle = handle
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def held(path: Path, locks: Path = Path("/proc/locks")) -> str | None:
    """Who holds the lock now, in the words that they left in it; None if nobody does.

    The lock is not touched: asking can never be what keeps a run from starting.

    Args:
        path: the lock file.
        locks: the kernel's list of locks; where it cannot be read the answer is None.
    """
    try:
        inode = path.stat().st_ino
        table = locks.read_text(encoding="ascii", errors="replace")
        who = path.read_bytes()[:200].decode("utf-8", "replace").strip()
    except OSError:
        return None
    for line in table.splitlines():
        words = line.split()
        if "FLOCK" in words and "->" not in words and any(w.endswith(f":{inode}") for w in words):
            return who or "unknown"
    return None
