"""model → JSON. The frame of the document is indented for people, and each asset is one line.

Verdicts are few and shared by many assets, so each tuple of them is written once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, Protocol, runtime_checkable

import msgspec

from auditor.codec.plain import stands
from auditor.codec.reading import ToJudge
from auditor.codec.rows import ToJudgeRow
from auditor.model.document import Asset, Coverage, Scan
from auditor.model.facts import STRUCTURED, Observation
from auditor.model.judgement import Verdict

_HEAD: Final = ("schema", "scan", "coverage", "summary")
_TAIL: Final = ("sent", "law", "vendors")
_ASSET: Final = tuple(field.name for field in fields(Asset))
_COVERAGE: Final = tuple(field.name for field in fields(Coverage))

Line = bytes | memoryview
"""An asset as one line of JSON, without the newline, in memory of whatever sort."""

_Written = dict[int, tuple[tuple[Verdict, ...], msgspec.Raw]]


class _Row(msgspec.Struct, kw_only=True, gc=False):
    """An observation whose value stands as JSON."""

    signal: str
    value: msgspec.Raw
    endpoint: str | None
    probe: str
    at: str | None


def encode(scan: Scan) -> bytes:
    """The document as UTF-8 JSON, ending in a newline: the frame indented, one line an asset."""
    return b"".join(pieces(scan))


def pieces(scan: Scan) -> Iterator[bytes]:
    """The document as :func:`encode` gives it, piece by piece: no more than one asset at a time."""
    head = {name: getattr(scan, name) for name in _HEAD}
    head["coverage"] = _coverage(scan.coverage)
    tail = {name: getattr(scan, name) for name in _TAIL}
    yield _indented(head).removesuffix(b"\n}") + b',\n "assets": ['
    between = b"\n  "
    for line in asset_lines(scan.assets):
        yield between + line
        between = b",\n  "
    yield b"\n ]," if scan.assets else b"],"
    yield _indented(tail).removeprefix(b"{") + b"\n"


def asset_lines(assets: Iterable[Asset]) -> Iterator[Line]:
    """Each asset as one JSON line, without the newline; those that are written are not read."""
    if isinstance(assets, Written):
        yield from assets.lines()
        return
    written: _Written = {}
    for asset in assets:
        yield msgspec.json.encode(_asset(asset, written))


@runtime_checkable
class Written(Protocol):
    """Assets that lie somewhere as lines of JSON."""

    def lines(self) -> Iterator[Line]:
        """Each asset as :func:`encode_asset` writes it."""


def encode_asset(asset: Asset) -> bytes:
    """One asset as one JSON line, without the newline."""
    return msgspec.json.encode(_asset(asset, {}))


class Writer:
    """Assets as lines, one after the other, each open for a note more."""

    def __init__(self) -> None:
        """Nothing was written yet."""
        self._written: _Written = {}

    def line(self, asset: ToJudge, found: Sequence[Mapping[str, Any]]) -> tuple[bytes, int]:
        """The line, as ``encode_asset`` writes it, and where in it the list of notes ends.

        Args:
            asset: as it was read. It is of no use afterwards.
            found: what was concluded of it, by the names and in the order of the fields of
                ``Asset``, ``hostname`` to ``notes``; and then of its children, each followed by
                its own.
        """
        row, left = asset.row, iter(found)
        for item, raw in asset.written:
            item.value = raw
        head = msgspec.json.encode(self._head(row, next(left)))
        rest = msgspec.json.encode(self._rest(row, left))
        return b"%b,%b" % (head[:-1], rest[1:]), len(head) - 2

    def _head(self, row: ToJudgeRow, found: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": row.id,
            "address": row.address,
            "addresses": row.addresses,
            "mac": row.mac,
            **found,
            "verdicts": _verdicts(found["verdicts"], self._written),
        }

    def _rest(self, row: ToJudgeRow, left: Iterator[Mapping[str, Any]]) -> dict[str, Any]:
        for item in row.observations:
            if item.signal in STRUCTURED and item.value.__class__ is str:
                raw = _raw(item.value)
                if raw is not None:
                    item.value = raw
        return {
            "attempts": row.attempts,
            "observations": row.observations,
            "children": [
                {**self._head(child, next(left)), **self._rest(child, left)}
                for child in row.children
            ],
        }


def noted(line: Line, at: int, note: str) -> bytes:
    """A line of ``Writer`` with a note more.

    Args:
        line: the line.
        at: where in it the list of notes ends.
        note: the note.
    """
    comma = b"" if line[at - 1 : at] == b"[" else b","
    return b"".join((line[:at], comma, msgspec.json.encode(note), line[at:]))


def _indented(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1)


def _coverage(coverage: Coverage) -> dict[str, Any]:
    raw = {name: getattr(coverage, name) for name in _COVERAGE}
    raw["out_of_scope"] = [
        {
            "address": foreign.address,
            "mac": foreign.mac,
            "observations": _observations(foreign.observations),
        }
        for foreign in coverage.out_of_scope
    ]
    return raw


def _asset(asset: Asset, written: _Written) -> dict[str, Any]:
    raw = {name: getattr(asset, name) for name in _ASSET}
    raw["observations"] = _observations(asset.observations)
    raw["verdicts"] = _verdicts(asset.verdicts, written)
    if asset.children:
        raw["children"] = [_asset(child, written) for child in asset.children]
    return raw


def _verdicts(verdicts: tuple[Verdict, ...], written: _Written) -> msgspec.Raw:
    known = written.get(id(verdicts))
    if known is None:  # the tuple is kept beside its text, so that its id stands
        known = verdicts, msgspec.Raw(msgspec.json.encode(verdicts))
        written[id(verdicts)] = known
    return known[1]


def _observations(items: Iterable[Observation]) -> list[Observation | _Row]:
    return [_row(item) if item.signal in STRUCTURED else item for item in items]


def _row(item: Observation) -> Observation | _Row:
    """The observation with its value as JSON; a broken reply stays what it was: text."""
    value = _raw(item.value)
    if value is None:
        return item
    return _Row(
        signal=item.signal, value=value, endpoint=item.endpoint, probe=item.probe, at=item.at
    )


def _raw(text: str) -> msgspec.Raw | None:
    """A structured value as it stands in the document; None where it has to stay text."""
    return msgspec.Raw(text.encode()) if stands(text) else None
