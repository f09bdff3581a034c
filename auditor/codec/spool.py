"""Records on the disk that nobody else can read, and that are gone when the process is.

The file has no name where the system can do that (Linux), and loses it at once elsewhere; so a
crash leaves nothing behind, and nobody else may open it in between.
"""

import os
import tempfile
import threading
import weakref
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Final

from auditor.model.errors import ToolError

_STEP: Final = 512
_LARGE: Final = "/var/tmp"  # noqa: S108 - no name in it is guessed: the file has none


@dataclass(slots=True)
class Slot:
    """Where a record lies.

    Attributes:
        at: its first byte in the file; -1 where the record is held in memory.
        size: its bytes.
        room: bytes that may stand there, so that a later version of the record fits too.
        held: the record itself, where the disk did not take it.
    """

    at: int
    size: int
    room: int
    held: bytes | None = None


class Spool:
    """Byte strings, written one after the other and read in any order, from any thread.

    Where the disk takes no more, records stay in memory: a full disk must not cost a result.
    """

    def __init__(self) -> None:
        """Nothing is opened before the first record."""
        self._file: IO[bytes] | None = None
        self._end = 0
        self._lock = threading.Lock()
        self._broken = False

    @property
    def size(self) -> int:
        """Bytes of the file, room included."""
        return self._end

    def put(self, data: bytes, old: Slot | None = None) -> Slot:
        """Write a record.

        Args:
            data: the record.
            old: where an earlier version of it lies, which may be written over.
        """
        with self._lock:
            fits = old is not None and old.held is None and len(data) <= old.room
            room = old.room if old is not None and fits else -(-len(data) // _STEP) * _STEP
            at = old.at if old is not None and fits else self._end
            if not self._write(data, at):
                return Slot(-1, len(data), 0, held=data)
            if not fits:
                self._end = at + room
            return Slot(at, len(data), room)

    def get(self, slot: Slot) -> bytes:
        """Read a record.

        Raises:
            ToolError: the disk does not give back what it took.
        """
        if slot.held is not None:
            return slot.held
        with self._lock:
            data = self._read(slot)
        if len(data) != slot.size:
            raise ToolError(f"temporary file: {slot.size - len(data)} bytes are lost")
        return data

    def _read(self, slot: Slot) -> bytes:
        if self._file is None:
            return b""
        try:
            self._file.seek(slot.at)
            return self._file.read(slot.size)
        except OSError as error:
            raise ToolError(f"temporary file: cannot be read ({error.strerror})") from None

    def _write(self, data: bytes, at: int) -> bool:
        if self._broken:
            return False
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0, dir=_folder())  # noqa: SIM115
                weakref.finalize(self, self._file.close)
            self._file.seek(at)
            done = 0
            while done < len(data):
                done += self._file.write(data[done:])
        except OSError:
            self._broken = True
            return False
        return True


def _folder() -> str | None:
    """``$TMPDIR``, else the place for large temporary files: ``/tmp`` is often memory itself."""
    named = any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    with suppress(OSError):
        if not named and os.access(_LARGE, os.W_OK | os.X_OK):
            return _LARGE
    return None
