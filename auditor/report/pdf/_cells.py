"""The small vocabulary that the template draws: cells, facts, tables.

A cell is a text (:data:`~auditor.report.pdf._ink.Ink`) or an object with ``text`` and one of
``mono`` (bytes of a device), ``to`` (a place in this document), ``url`` (a source), ``mark`` (an
outcome).
"""

from collections.abc import Sequence
from typing import TypedDict

from auditor.report.pdf._ink import Ink, host, ink, web


class Rich(TypedDict, total=False):
    """A cell that is more than a text."""

    text: Ink
    mono: bool
    to: str
    url: str
    mark: str


Cell = Ink | Rich
Fact = tuple[str, Cell]
Rows = Sequence[Sequence[Cell]]


class Table(TypedDict):
    """A table with a head that repeats on each page.

    Attributes:
        columns: heads.
        widths: share of each column; 0 for as wide as its content.
        rows: cells.
    """

    columns: tuple[str, ...]
    widths: tuple[float, ...]
    rows: Rows


def mono(text: str, most: int = 200) -> Rich:
    """Bytes of a device or an id, in a fixed width."""
    return {"text": ink(text, most), "mono": True}


def to(anchor: str, text: Ink) -> Rich:
    """A link to a place in this document."""
    return {"text": text, "to": anchor}


def mark(headline: str, words: Ink) -> Rich:
    """An outcome: the words carry it, the colour helps."""
    return {"text": words, "mark": headline}


def source(address: str | None, *, full: bool = False) -> Cell:
    """A source as a link, if its address is plain; otherwise its text; empty for none."""
    if not address:
        return ""
    url = web(address)
    if url is None:
        return ink(address, 300)
    return {"text": ink(url, 500) if full else host(url), "url": url}


def facts(*pairs: Fact) -> list[Fact]:
    """Only the facts that have a value."""
    return [
        (word, cell)
        for word, cell in pairs
        if (cell.get("text") if isinstance(cell, dict) else cell)
    ]


def table(columns: tuple[str, ...], widths: tuple[float, ...], rows: Rows) -> Table:
    """A table; no rows, no table: the template leaves it out."""
    return {"columns": columns, "widths": widths, "rows": rows}
