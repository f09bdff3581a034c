"""A stored document judged anew, asset by asset, on all processors.

Each asset is read, judged and written by itself; what all of them together say (a certificate that
several show, the summary) is put in at the end. A large document is shared out in blocks.

Assets of like length are judged one after the other: they are mostly of one model, so that the same
rules and the same remembered answers lie in the processor's caches. It saves a quarter of the time.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import Final

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
from auditor.app.judging.sharing import MOST_BLOCKS, Part, processors, shared_out
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
_BLOCK: Final = 100
"""Assets in a block, at least: few enough that nobody waits long for the last one."""

Text = msgspec.Raw
"""An asset as it stands in a document."""


class Judging:
    """Assets judged one after the other into one part."""

    def __init__(self, bench: Bench) -> None:
        """Nothing was judged yet."""
        self.part = Part()
        self._bench, self._writer = bench, Writer()

    def add(self, asset: ToJudge) -> None:
        """Judge one asset and write it."""
        row, part = asset.row, self.part
        found = [concluded(one, self._bench) for one in _family(row)]
        part.ids.append(row.id)
        part.shown.append([o.value for o in row.observations if o.signal == "tls.sha256"])
        for one in found:
            headline = one["headline"]
            part.headlines[headline] = part.headlines.get(headline, 0) + 1
            part.vendors.update([item.vendor for item in one["attributions"]])
        line, notes = self._writer.line(asset, found)
        part.lines.append(line)
        part.sizes.append(len(line))
        part.notes.append(notes)


def _family(row: ToJudgeRow) -> Iterator[ToJudgeRow]:
    yield row
    for child in row.children:
        yield from _family(child)


def rejudge_document(
    data: bytes | memoryview,
    bench: Bench,
    *,
    name: str = "scan document",
    workers: int | None = None,
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
            few, rest = _in_order(texts)
            parts = _judged(texts, few, rest, bench, processors() if workers is None else workers)
            return _together(scan, parts, [*few, *rest], bench)
    return rejudge(codec.decode(data, name=name, conclusions=False), bench)


def _in_order(texts: Sequence[Text]) -> tuple[list[int], list[int]]:
    """The places of the assets in the order in which they are judged.

    Returns:
        A few of every sort, which make patterns ready and fill memories; then the rest by length.
    """
    by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    few = by_length[:: max(1, len(texts) // _FIRST)]
    judged = set(few)
    return few, [place for place in by_length if place not in judged]


def _together(scan: Scan, parts: Sequence[Part], order: Sequence[int], bench: Bench) -> Scan:
    headlines: dict[str, int] = {}
    for part in parts:
        for headline, number in part.headlines.items():
            headlines[headline] = headlines.get(headline, 0) + number
    return replace(
        scan,
        scan=header_of(scan, bench),
        assets=Ready(_lines(parts, order)),
        summary=Summary(assets=sum(headlines.values()), **headlines),
        law=law_notes(bench),
        vendors=vendors_named(set[str]().union(*(part.vendors for part in parts)), bench),
    )


def _lines(parts: Sequence[Part], order: Sequence[int]) -> list[Line]:
    """Every line in its place, with the note of those whose certificate another one shows too.

    Args:
        parts: what was judged.
        order: the place in the document of each asset of the parts, one after the other.
    """
    holders: dict[str, set[str]] = {}
    for part in parts:
        for asset, shown in zip(part.ids, part.shown, strict=True):
            for fingerprint in shown:
                holders.setdefault(fingerprint, set()).add(asset)
    shared = set(chain.from_iterable(ids for ids in holders.values() if len(ids) > 1))
    judged = (
        noted(line, at, SHARED_CERTIFICATE) if asset in shared else line
        for part in parts
        for asset, line, at in zip(part.ids, part.lines, part.notes, strict=True)
    )
    placed = dict(zip(order, judged, strict=True))
    return [placed[place] for place in range(len(placed))]


def _judged(
    texts: Sequence[Text], few: Sequence[int], rest: Sequence[int], bench: Bench, workers: int
) -> list[Part]:
    """The parts in the order of the places; the few are judged here, the rest by children too."""
    number = min(workers, _MOST, len(texts) // _WORTH)
    size = max(_BLOCK, -(-len(rest) // MOST_BLOCKS))
    return [
        _part((texts[place] for place in few), bench),
        *shared_out(
            -(-len(rest) // size),
            lambda block: _part(
                (texts[place] for place in rest[block * size : (block + 1) * size]), bench
            ),
            number,
        ),
    ]


def _part(texts: Iterable[Text], bench: Bench) -> Part:
    judging = Judging(bench)
    for text in texts:
        judging.add(decode_to_judge(text))
    return judging.part
