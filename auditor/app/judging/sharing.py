"""Blocks of work shared out among this process and children of it.

Each process takes the next block as soon as it is through with one, so that a slow processor does
not keep the others waiting. A child sees the memory of its parent and hands back what it made;
where a child fails, its blocks are done here.
"""

import mmap
import os
import signal
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

import msgspec

from auditor.codec.writing import Line

_TOKEN: Final = struct.Struct("<I")
MOST_BLOCKS: Final = 8192
"""Tokens of so many blocks fit into a pipe (64 KiB) at once."""


class Part(msgspec.Struct, kw_only=True):
    """What was judged of some assets.

    Attributes:
        sizes: bytes of each line.
        notes: where in each line its notes end.
        ids: the assets' ids.
        shown: the certificates that each asset shows.
        headlines: devices by headline, children included.
        vendors: vendors that are mentioned.
        lines: the assets, judged, as they are written (``Line``); they travel by themselves.
    """

    sizes: list[int] = msgspec.field(default_factory=list)
    notes: list[int] = msgspec.field(default_factory=list)
    ids: list[str] = msgspec.field(default_factory=list)
    shown: list[list[str]] = msgspec.field(default_factory=list)
    headlines: dict[str, int] = msgspec.field(default_factory=dict)
    vendors: set[str] = msgspec.field(default_factory=set)
    lines: list[Any] = msgspec.field(default_factory=list)


Work = Callable[[int], Part]
"""From the number of a block to what it comes to."""


@dataclass(frozen=True, slots=True)
class _Child:
    """A process that takes blocks.

    Attributes:
        pid: its id.
        told: what it says of its blocks, when it is through.
        lines: what it writes, block after block in the order of ``told``.
    """

    pid: int
    told: IO[bytes]
    lines: IO[bytes]


def processors() -> int:
    """How many processes may work; one where a fork could hurt."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0))


def shared_out(blocks: int, work: Work, workers: int) -> list[Part]:
    """What every block comes to, in order.

    Args:
        blocks: how many there are, at most ``MOST_BLOCKS``.
        work: does one; it is called here or in a child.
        workers: how many processes, this one among them.
    """
    tokens = _tokens(blocks) if workers > 1 else None
    if tokens is None:
        return [work(block) for block in range(blocks)]
    children: list[_Child] = []
    try:
        for _ in range(workers - 1):
            children.append(_started(tokens, work))  # noqa: PERF401 - each must be ended, if one fails
        done = {block: work(block) for block in _taken(tokens)}
        for child in children:
            done |= _finished(child)
        return [done[block] if block in done else work(block) for block in range(blocks)]
    finally:
        os.close(tokens)
        for child in children:
            _end(child)


def _tokens(blocks: int) -> int | None:
    """A pipe that holds the number of each block once: whoever reads one has it alone.

    None where they do not all fit: the system gives small pipes to a user who has many.
    """
    tokens = b"".join(map(_TOKEN.pack, range(blocks)))
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        fit = os.write(writing, tokens) == len(tokens)
    except BlockingIOError:
        fit = False
    finally:
        os.close(writing)
    if fit:
        return reading
    os.close(reading)
    return None


def _taken(tokens: int) -> Iterator[int]:
    while token := os.read(tokens, _TOKEN.size):
        yield _TOKEN.unpack(token)[0]


def _started(tokens: int, work: Work) -> _Child:
    """A child at work; it never returns from here."""
    lines = os.fdopen(os.memfd_create("judged"), "w+b")
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return _Child(pid, os.fdopen(reading, "rb"), lines)
    status = 1
    try:
        done: list[tuple[int, Part]] = []
        with os.fdopen(lines.fileno(), "wb", closefd=False) as out:
            for block in _taken(tokens):
                part = work(block)
                out.writelines(part.lines)
                part.lines = []
                done.append((block, part))
        with os.fdopen(writing, "wb") as told:
            told.write(msgspec.msgpack.encode(done))
        status = 0
    finally:
        os._exit(status)  # nothing of the parent's is flushed or closed twice


def _finished(child: _Child) -> dict[int, Part]:
    """What a child made; nothing if it did not come to its end."""
    try:
        done = msgspec.msgpack.decode(child.told.read(), type=list[tuple[int, Part]])
    except msgspec.MsgspecError:
        return {}
    # Its lines stay where they are: what lies in memory need not be read into memory.
    size = os.fstat(child.lines.fileno()).st_size
    text = memoryview(mmap.mmap(child.lines.fileno(), 0, access=mmap.ACCESS_READ) if size else b"")
    at = 0
    for _, part in done:
        part.lines = list(_cut(text, part.sizes, at))
        at += sum(part.sizes)
    return dict(done)


def _cut(text: memoryview, sizes: list[int], at: int) -> Iterator[Line]:
    for size in sizes:
        yield text[at : at + size]
        at += size


def _end(child: _Child) -> None:
    """Leave no process and no file behind."""
    os.kill(child.pid, signal.SIGKILL)
    os.waitpid(child.pid, 0)
    child.told.close()
    child.lines.close()
