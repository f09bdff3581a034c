"""A page as a row of blocks: what the office document is written from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A place for a person to complete; shown in words and marked."""

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """Lines in smaller type below an entry."""

    text: str


Cell = str | Blank | Small
"""What stands in a table, one below the other; several make one cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading; level 1 to 3."""

    level: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A paragraph that stands out by a bar and a shade, and by its first word."""

    word: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a header row that is repeated on every page.

    Attributes:
        caption: what it shows, for people who hear the document.
        header: one word for each column.
        widths: relative widths of the columns.
        rows: cells, each of parts that stand one below the other.
        tall: rows leave room for handwriting.
    """

    caption: str
    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[tuple[Cell, ...], ...], ...]
    tall: bool = False


Block = Heading | Text | Notice | Bullets | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A whole document.

    Attributes:
        title: shown on top, and the document's title property.
        under: one line below it.
        subject: the document's subject property.
        head: running header.
        foot: running footer, before the page number.
        tool: who made it.
        at: RFC 3339 time of the scan, for the document's dates.
        blocks: the content.
    """

    title: str
    under: str
    subject: str
    head: str
    foot: str
    tool: str
    at: str
    blocks: tuple[Block, ...]
