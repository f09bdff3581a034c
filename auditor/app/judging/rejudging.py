"""A stored document judged anew, asset by asset, on all processors.

Each asset is read, judged and written by itself; what all of them together say (a certificate that
several show, the summary) is put in at the end. A large document is shared out: the parts are
judged by children of this process, which see its memory and hand back lines. Where a child fails,
its part is judged here.
"""

import mmap
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import IO, Any, Final

import msgspec

from auditor import codec
from auditor.app.judging.hinge import (
    SHARED_CERTIFICATE,
    concluded,
    header_of,
    law_notes,
    rejudge,
    vendors_named,
)
from auditor.codec.reading import ToJudge, decode_to_judge, opened
from auditor.codec.ready import Ready
from auditor.codec.rows import ToJudgeRow
from auditor.codec.writing import Line, Writer, noted
from auditor.model.bulk import bulk
from auditor.model.document import Scan, Summary
from auditor.model.errors import UsageError
from auditor.policy.judge import Bench

_WORTH: Final = 1000
"""Assets for which a child is worth its start."""
_MOST: Final = 8
_FIRST: Final = 64

Text = msgspec.Raw
"""An asset as it stands in a document."""


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

    def add(self, asset: ToJudge, bench: Bench, writer: Writer) -> None:
        """Judge one asset and write it."""
        row = asset.row
        found = [concluded(one, bench) for one in _family(row)]
        self.ids.append(row.id)
        self.shown.append([o.value for o in row.observations if o.signal == "tls.sha256"])
        for one in found:
            headline = one["headline"]
            self.headlines[headline] = self.headlines.get(headline, 0) + 1
            self.vendors.update([item.vendor for item in one["attributions"]])
        line, notes = writer.line(asset, found)
        self.lines.append(line)
        self.sizes.append(len(line))
        self.notes.append(notes)


def _family(row: ToJudgeRow) -> Iterator[ToJudgeRow]:
    yield row
    for child in row.children:
        yield from _family(child)


@dataclass(frozen=True, slots=True)
class _Child:
    """A process that judges a part.

    Attributes:
        pid: its id.
        texts: the part.
        told: what it says of the part, when it is through.
        lines: what it writes.
    """

    pid: int
    texts: Sequence[Text]
    told: IO[bytes]
    lines: IO[bytes]


def rejudge_document(
    data: bytes, bench: Bench, *, name: str = "scan document", workers: int | None = None
) -> Scan:
    """A stored scan under another policy, date, database or exemptions; not one packet.

    Args:
        data: the document.
        bench: what it is judged with.
        name: what to call it in an error.
        workers: processes that judge; as many as there are processors if None.

    Raises:
        UsageError: it is no scan document.
    """
    document = opened(data)
    if document is not None:
        scan, texts = document
        with suppress(UsageError), bulk():  # which asset is none, the other way says better
            parts = _judged(texts, bench, _processors() if workers is None else workers)
            return _together(scan, parts, bench)
    return rejudge(codec.decode(data, name=name, conclusions=False), bench)


def _together(scan: Scan, parts: Sequence[Part], bench: Bench) -> Scan:
    headlines: dict[str, int] = {}
    for part in parts:
        for headline, number in part.headlines.items():
            headlines[headline] = headlines.get(headline, 0) + number
    return replace(
        scan,
        scan=header_of(scan, bench),
        assets=Ready(_lines(parts)),
        summary=Summary(assets=sum(headlines.values()), **headlines),
        law=law_notes(bench),
        vendors=vendors_named(set[str]().union(*(part.vendors for part in parts)), bench),
    )


def _lines(parts: Sequence[Part]) -> list[Line]:
    """Every line, with the note of those that show a certificate which another one shows too."""
    holders: dict[str, set[str]] = {}
    for part in parts:
        for asset, shown in zip(part.ids, part.shown, strict=True):
            for fingerprint in shown:
                holders.setdefault(fingerprint, set()).add(asset)
    shared = set(chain.from_iterable(ids for ids in holders.values() if len(ids) > 1))
    return [
        noted(line, at, SHARED_CERTIFICATE) if asset in shared else line
        for part in parts
        for asset, line, at in zip(part.ids, part.lines, part.notes, strict=True)
    ]


def _judged(texts: Sequence[Text], bench: Bench, workers: int) -> list[Part]:
    """The parts in order; the first are judged here, the others by children."""
    number = min(workers, _MOST, len(texts) // _WORTH)
    # The first few make patterns ready and fill memories: children begin with both.
    parts = [_part(texts[:_FIRST], bench)]
    shares = list(_shares(texts[_FIRST:], number))
    children: list[_Child] = []
    try:
        for share in shares[1:]:
            children.append(_started(share, bench))  # noqa: PERF401 - each must be ended, if one fails
        parts.append(_part(shares[0], bench))
        parts += [_finished(child) or _part(child.texts, bench) for child in children]
    finally:
        for child in children:
            _end(child)
    return parts


def _shares(texts: Sequence[Text], number: int) -> Iterator[Sequence[Text]]:
    """Parts of about as many bytes each; one if there is nothing to share out."""
    sizes = [memoryview(text).nbytes for text in texts]
    share = sum(sizes) / max(number, 1)
    begin = held = 0
    for at, size in enumerate(sizes, 1):
        held += size
        if held >= share and at < len(texts):
            yield texts[begin:at]
            begin, held = at, 0
    yield texts[begin:]


def _part(texts: Iterable[Text], bench: Bench) -> Part:
    writer, part = Writer(), Part()
    for text in texts:
        part.add(decode_to_judge(text), bench, writer)
    return part


def _started(texts: Sequence[Text], bench: Bench) -> _Child:
    """A child at work; it never returns from here."""
    lines = os.fdopen(os.memfd_create("judged"), "w+b")
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return _Child(pid, texts, os.fdopen(reading, "rb"), lines)
    status = 1
    try:
        part = _part(texts, bench)
        with os.fdopen(lines.fileno(), "wb", closefd=False) as out:
            out.writelines(part.lines)
        part.lines = []
        with os.fdopen(writing, "wb") as told:
            told.write(msgspec.msgpack.encode(part))
        status = 0
    finally:
        os._exit(status)  # nothing of the parent's is flushed or closed twice


def _finished(child: _Child) -> Part | None:
    """What a child judged; None if it did not come to its end."""
    try:
        part = msgspec.msgpack.decode(child.told.read(), type=Part)
    except msgspec.MsgspecError:
        return None
    # Its lines stay where they are: what lies in memory need not be read into memory.
    text = memoryview(mmap.mmap(child.lines.fileno(), 0, access=mmap.ACCESS_READ))
    at = 0
    for size in part.sizes:
        part.lines.append(text[at : at + size])
        at += size
    return part


def _end(child: _Child) -> None:
    """Leave no process and no file behind."""
    os.kill(child.pid, signal.SIGKILL)
    os.waitpid(child.pid, 0)
    child.told.close()
    child.lines.close()


def _processors() -> int:
    """How many processes may judge; one where a fork could hurt."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0))
