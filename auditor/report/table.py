"""The terminal table: flagged devices first, what was and was not assessed, in 80 columns."""

import io
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from auditor.model.document import Asset, Scan
from auditor.model.words import Role
from auditor.report._api import Page
from auditor.report.changes._words import sides
from auditor.report.changes.table import block
from auditor.report.words import HEADLINES, NOT_LEGAL_ADVICE, NOTES, tame, vendor_names

_ORDER = ("covered", "indeterminate", "exempt", "unidentified", "not_covered", "outside")
_STYLES = {
    "covered": "bold red",
    "indeterminate": "yellow",
    "exempt": "magenta",
    "unidentified": "yellow",
    "not_covered": "green",
    "outside": "dim",
}
_MARKS = {
    "covered": "!",
    "indeterminate": "?",
    "exempt": "x",
    "unidentified": "?",
    "not_covered": "-",
    "outside": " ",
}
_WORDS = HEADLINES | {"not_covered": "none listed", "outside": "not video"}


class TableReport:
    """What a person reads first."""

    name = "table"
    suffixes = (".txt",)
    about = "a table for the terminal"

    def render(self, scan: Scan, page: Page) -> bytes:
        """The table and the coverage, as UTF-8 text."""
        names = vendor_names(scan)
        entries = [_entry(asset, names) for asset in scan.assets]
        noted = sum(one.noted for one in entries)
        rows = _table(entries, page)
        told = [
            _Line(tame(line, 2000), ((style, 0, None),), wraps=True)
            for line, style in (*_since(page), *_summary(scan, noted))
        ]
        text = (_coloured if page.colour else _plain)((*rows, *told), page.width)
        return "".join(line.rstrip() + "\n" for line in text.splitlines()).encode()


class _Line(NamedTuple):
    """A line of the table.

    Attributes:
        text: what it says.
        styles: a style, and from where to where it holds; None is the end.
        wraps: whether it goes on in the next line of the terminal where it is too long.
    """

    text: str
    styles: tuple[tuple[str, int, int | None], ...] = ()
    wraps: bool = False


def _plain(lines: Iterable[_Line], width: int) -> str:
    """Lines without colour. No need of a console, whose import takes longer than ten thousand rows."""
    out: list[str] = []
    for line in lines:
        wide = line.wraps and cell_len(line.text) > width
        out += textwrap.wrap(line.text, width, break_on_hyphens=False) if wide else [line.text]
    return "\n".join(out) + "\n"


def _coloured(lines: Iterable[_Line], width: int) -> str:
    from rich.console import Console  # noqa: PLC0415 - see _plain
    from rich.text import Text  # noqa: PLC0415

    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=True,
        color_system="standard",
        highlight=False,
        markup=False,
        emoji=False,
    )
    for line in lines:
        text = Text(line.text)
        for style, begin, end in line.styles:
            text.stylize(style, begin, end)
        if line.wraps:
            console.print(text)
        else:
            console.print(text, no_wrap=True, crop=False, overflow="ignore")
    return stream.getvalue()


_GAP = 2
_LEAST_LABEL = 14
_MOST_ADDRESS = 39


@dataclass(frozen=True, slots=True, kw_only=True)
class _Widths:
    """Columns of the table, in cells."""

    address: int
    label: int
    maker: int
    grade: int
    outcome: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What the table says of one device; the device itself may be read from the disk, once."""

    order: int
    headline: str
    address: str
    label: str
    maker: str
    grade: str
    outcome: str
    notes: tuple[str, ...]
    noted: bool
    behind: tuple["_Entry", ...]


def _entry(asset: Asset, names: dict[str, str]) -> _Entry:
    maker = next((item for item in asset.attributions if item.role is Role.MAKER), None)
    return _Entry(
        order=_order(asset),
        headline=asset.headline,
        address=tame(asset.address or asset.id, 60),
        label=_label(asset, names),
        maker=tame(names.get(maker.vendor, maker.vendor), 60) if maker else "unknown",
        grade=str(maker.grade) if maker else "",
        outcome=_word(asset),
        notes=tuple(tame(note, 200) for note in asset.notes if note not in NOTES),
        noted=any(note in NOTES for note in asset.notes),
        behind=tuple(_entry(child, names) for child in asset.children),
    )


def _widths(entries: Sequence[_Entry], page: Page) -> _Widths:
    """Address, grade and outcome are never cut; label and maker share what is left, 3 to 2."""
    shown = max((cell_len(tame(one.address, _MOST_ADDRESS)) for one in entries), default=7)
    address = min(shown, _MOST_ADDRESS) + 2
    outcome = max((len(one.outcome) for one in entries), default=7)
    grade = len("confirmed")
    rest = page.width - address - grade - outcome - 4 * _GAP
    label = max(_LEAST_LABEL, rest * 3 // 5)
    return _Widths(
        address=address,
        label=label,
        maker=max(_LEAST_LABEL // 2, rest - label),
        grade=grade,
        outcome=outcome,
        total=page.width,
    )


def _table(entries: Sequence[_Entry], page: Page) -> Iterator[_Line]:
    widths = _widths(entries, page)
    head = _line(widths, "  address", "label and model", "made by", "grade", "outcome")
    yield _Line(head, (("bold", 0, None),))
    for entry in sorted(entries, key=lambda one: one.order):
        yield from _rows(widths, entry, "")


def _order(asset: Asset) -> int:
    return _ORDER.index(asset.headline) if asset.headline in _ORDER else len(_ORDER)


def _word(asset: Asset) -> str:
    """The outcome in words; a forged document may hold any other."""
    return _WORDS.get(asset.headline) or tame(asset.headline, 20)


def _line(widths: _Widths, *cells: str) -> str:
    sizes = (widths.address, widths.label, widths.maker, widths.grade, widths.outcome)
    return (
        (" " * _GAP)
        .join(_fit(cell, size) for cell, size in zip(cells, sizes, strict=True))
        .rstrip()
    )


def _fit(text: str, size: int) -> str:
    if cell_len(text) <= size:
        return set_cell_size(text, size)
    return set_cell_size(text, size - 1) + "…"


def _rows(widths: _Widths, entry: _Entry, indent: str) -> Iterator[_Line]:
    line = _line(
        widths,
        f"{_MARKS.get(entry.headline, '?')} {indent}{entry.address}",
        entry.label,
        entry.maker,
        entry.grade,
        entry.outcome,
    )
    style = _STYLES.get(entry.headline, "yellow")
    yield _Line(line, ((style, 0, 1), (style, max(0, line.rfind(entry.outcome)), None)))
    for note in entry.notes:
        lead = " " * (2 * _GAP) + indent
        yield _Line(_fit(f"{lead}{note}", widths.total).rstrip(), (("dim", 0, None),))
    for child in entry.behind:
        yield from _rows(widths, child, indent + "  ")


def _label(asset: Asset, names: dict[str, str]) -> str:
    brand = names.get(asset.brand, asset.brand) if asset.brand else None
    parts = [tame(part, 40) for part in (brand, asset.model) if part]
    return " ".join(dict.fromkeys(parts)) or asset.kind.value


_MOST_CHANGES = 20


def _since(page: Page) -> Iterator[tuple[str, str]]:
    """What changed since an earlier scan, if one was named."""
    if page.changes is None:
        return
    yield "", ""
    yield f"Since last scan: {next(iter(sides(page.changes)))}", "bold"
    for line in block(page.changes, page.width, _MOST_CHANGES):
        yield line, ""


def _summary(scan: Scan, noted: int) -> Iterator[tuple[str, str]]:
    counts = scan.summary
    cover = scan.coverage
    yield "", ""
    told = (
        f"{counts.assets} hosts: {counts.covered} covered, {counts.indeterminate} not determined,"
        f" {counts.exempt} exempt, {counts.not_covered} with no listed producer identified,"
        f" {counts.outside} not video, {counts.unidentified} unidentified."
    )
    yield told, "bold"
    scope = "a wide range" if cover.in_scope is None else f"{cover.in_scope:,} addresses"
    scope_told = (
        f"Scope {', '.join(scan.scan.scope)} ({scope}): {cover.answered} answered,"
        f" {cover.assessed} assessed. Policy {scan.scan.policy}, law of {scan.scan.as_of},"
        f" database {scan.scan.db_version}."
    )
    yield scope_told, ""
    if not scan.scan.complete:
        yield (
            f"INCOMPLETE: {'; '.join(scan.scan.incomplete_because) or 'see coverage'}.",
            "bold red",
        )
    for item in cover.not_assessed[:8]:
        yield f"  not assessed: {item.address}: {item.why}", ""
    for note in cover.notes:
        yield f"  {note}", ""
    if noted:
        hosts = "1 host" if noted == 1 else f"{noted} hosts"
        yield f"Apart from compliance: {hosts} with configuration findings (see audit explain).", ""
    if scan.scan.redacted:
        yield f"Taken out for sharing: {', '.join(scan.scan.redacted)}.", ""
    stale = [note.id for note in scan.law if note.stale]
    if stale:
        yield f"Law data due for review: {', '.join(stale)}.", ""
    yield NOT_LEGAL_ADVICE, "dim"


FORMAT = TableReport()
