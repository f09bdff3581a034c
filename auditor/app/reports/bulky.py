"""A file's bytes, a large one's in large pages.

Being given memory page by page costs as much as reading does: a document of 10,000 devices needs
some 40,000 pages of the usual size, and 80 large ones.
"""

import mmap
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

_WORTH: Final = 16 * 1_048_576
"""Bytes from which large pages pay."""


def read_bytes(path: Path) -> bytes | memoryview:
    """What a file holds.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        if sys.platform != "linux" or size < _WORTH:
            return file.read()
        held = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        with suppress(OSError, AttributeError):  # a system without them gives small ones
            held.madvise(mmap.MADV_HUGEPAGE)
        got = _filled(memoryview(held), file)
        rest = file.read() if got == size else b""  # it may grow or shrink while it is read
        return b"".join((held[:got], rest)) if rest else memoryview(held)[:got]


def _filled(place: memoryview, file: IO[bytes]) -> int:
    """Read until the place is full or the file is at its end; how many bytes that were."""
    got = 0
    while got < len(place):
        more = os.readv(file.fileno(), [place[got:]])
        if not more:
            break
        got += more
    return got
