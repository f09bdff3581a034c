"""The terminal table: flagged devices first, what was and was not assessed, in 80 columns."""

import io
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.model.document import Asset, Scan
from auditor.model.words import Role
from auditor.report._api import Page
from auditor.report.words import HEADLINES, NOT_LEGAL_ADVICE, tame, vendor_names

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
        stream = io.StringIO()
        console = Console(
            file=stream,
            width=page.width,
            force_terminal=page.colour,
            color_system="standard" if page.colour else None,
            highlight=False,
            markup=False,
            emoji=False,
        )
        console.print(_table(scan))
        for line, style in _summary(scan):
            console.print(Text(line, style=style))
        return "".join(line.rstrip() + "\n" for line in stream.getvalue().splitlines()).encode()


def _table(scan: Scan) -> Table:
    names = vendor_names(scan)
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    table.add_column("", width=1, no_wrap=True)
    table.add_column("address", no_wrap=True)
    table.add_column("label and model", ratio=3, overflow="ellipsis", no_wrap=True)
    table.add_column("made by", ratio=2, overflow="ellipsis", no_wrap=True)
    table.add_column("grade", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    for asset in sorted(scan.assets, key=lambda item: _ORDER.index(item.headline)):
        _rows(table, asset, names, "")
    return table


def _rows(table: Table, asset: Asset, names: dict[str, str], indent: str) -> None:
    maker = next((item for item in asset.attributions if item.role is Role.MAKER), None)
    style = _STYLES[asset.headline]
    table.add_row(
        Text(_MARKS[asset.headline], style=style),
        Text(f"{indent}{asset.address or asset.id}"),
        Text(_label(asset, names)),
        Text(names.get(maker.vendor, maker.vendor) if maker else "unknown"),
        Text(str(maker.grade) if maker else ""),
        Text(_WORDS[asset.headline], style=style),
    )
    for child in asset.children:
        _rows(table, child, names, indent + "  ")


def _label(asset: Asset, names: dict[str, str]) -> str:
    brand = names.get(asset.brand, asset.brand) if asset.brand else None
    parts = [tame(part, 40) for part in (brand, asset.model) if part]
    return " ".join(parts) or asset.kind.value


def _summary(scan: Scan) -> Iterator[tuple[str, str]]:
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
    stale = [note.id for note in scan.law if note.stale]
    if stale:
        yield f"Law data due for review: {', '.join(stale)}.", ""
    yield NOT_LEGAL_ADVICE, "dim"


FORMAT = TableReport()
