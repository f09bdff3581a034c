"""The door to XlsxWriter: sheets of rows with typed cells, and nothing that is ever a formula.

Every text is written as text, with the mark that keeps Excel from reading it as a formula when
somebody edits the cell (``quotePrefix``), never as a link.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from auditor.report.words import tame

MOST_ROWS: Final = 1_048_576
"""Rows that a sheet can hold, the header with them."""
MOST_TEXT: Final = 8_000
"""Characters of a cell; Excel takes 32,767, counted in UTF-16 units."""
MOST_LINKS: Final = 60_000
"""Links of a sheet; Excel takes 65,530."""

_COLOURS: Final = {
    "covered": {"bg_color": "#D55E00", "font_color": "#FFFFFF", "bold": True},
    "not determined": {"bg_color": "#F0E442", "font_color": "#000000"},
    "unidentified": {"bg_color": "#FFF7B0", "font_color": "#000000"},
    "exempt": {"bg_color": "#E9C6DA", "font_color": "#000000"},
    "no listed producer identified": {"bg_color": "#CBE7F7", "font_color": "#000000"},
    "first": {"bg_color": "#D55E00", "font_color": "#FFFFFF", "bold": True},
    "next": {"bg_color": "#E69F00", "font_color": "#000000"},
    "later": {"bg_color": "#CBE7F7", "font_color": "#000000"},
    "find out first": {"bg_color": "#F0E442", "font_color": "#000000"},
    "no": {"bg_color": "#D55E00", "font_color": "#FFFFFF", "bold": True},
}
"""Colours of words, told apart without red and green; the word itself always stands there."""

_LINE: Final = 15  # points
_MOST_LINES: Final = 12  # of a row's height; the cell holds more
_FIRST_YEAR: Final = 1901  # earlier days are counted wrongly by Excel
_PICTURE: Final = re.compile(r"&(?=[G\[])")  # which XlsxWriter takes for a code, doubled or not
# How the file format writes a character, and what a well-known reader drops.
_ESCAPE: Final = re.compile(r"(?:_x[0-9A-Fa-f]{4}|x005F)(?=_)")
_DAY: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_FORMATS: Final = {"year": "yyyy", "month": "yyyy-mm", "day": "yyyy-mm-dd"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date that is known to the year, the month or the day."""

    value: date
    known: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A text that leads to a row of another sheet of the same file."""

    text: str
    sheet: str
    row: int


Cell = str | int | Decimal | Day | datetime | Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a sheet.

    Attributes:
        title: its heading.
        width: in characters.
        words: whether its words are coloured.
        wrap: whether long texts take several lines; else they are cut to the eye, not in the cell.
            Columns that are not printed never do.
    """

    title: str
    width: int
    words: bool = False
    wrap: bool = True


class Book:
    """A workbook that is written into memory.

    Args:
        title: shown in the file's properties.
        about: likewise, one line.
        created: the moment that the file says it was made; never the present.
        footer: printed at the foot of every page.
    """

    def __init__(self, *, title: str, about: str, created: datetime, footer: str) -> None:
        # A tenth of a second that commands without a workbook need not wait for.
        from xlsxwriter import Workbook  # type: ignore[import-untyped] # noqa: PLC0415

        self._stream = io.BytesIO()
        self._book = Workbook(
            self._stream,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "remove_timezone": True,
            },
        )
        self._book.set_properties(
            {"title": title, "subject": about, "comments": about, "created": created}
        )
        self._footer = _PICTURE.sub("& ", footer[:60]).replace("&", "&&")
        text = {"text_wrap": True, "valign": "top", "quote_prefix": True}
        self._text = self._book.add_format(text)
        self._line = self._book.add_format({"valign": "top", "quote_prefix": True})
        self._link = self._book.add_format(text | {"font_color": "#0563C1", "underline": 1})
        self._head = self._book.add_format(
            {
                "bold": True,
                "bg_color": "#1F3A5F",
                "font_color": "#FFFFFF",
                "text_wrap": True,
                "valign": "vcenter",
            }
        )
        self._label = self._book.add_format({"bold": True, "valign": "top", "text_wrap": True})
        self._whole = self._book.add_format({"num_format": "0", "valign": "top", "align": "center"})
        self._left = self._book.add_format({"num_format": "0", "valign": "top", "align": "left"})
        self._money = self._book.add_format({"num_format": "#,##0.00", "valign": "top"})
        self._moment = self._book.add_format(
            {"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top", "align": "left"}
        )
        self._days = {
            known: self._book.add_format({"num_format": form, "valign": "top", "align": "left"})
            for known, form in _FORMATS.items()
        }
        self._words = {word: self._book.add_format(look) for word, look in _COLOURS.items()}

    def sheet(
        self, name: str, columns: Sequence[Column], *, printed: int = 0, frozen: int = 0
    ) -> "Sheet":
        """A further sheet, empty but for its headings.

        Args:
            name: on its tab.
            columns: from the left.
            printed: how many of them go on paper, if not all.
            frozen: how many stay in view when others are scrolled to.
        """
        return Sheet(self, name, columns, printed or len(columns), frozen)

    def close(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._stream.getvalue()


class Sheet:
    """A table: headings, then rows, written from the top."""

    def __init__(
        self, book: Book, name: str, columns: Sequence[Column], printed: int, frozen: int
    ) -> None:
        self._book = book
        self._columns = columns
        self._printed = printed
        self._wraps = [column.wrap and n < printed for n, column in enumerate(columns)]
        self._sheet = book._book.add_worksheet(name)  # noqa: SLF001 - one module, one door
        self._next = 1
        self._links = 0
        self._full = False
        self._sheet.freeze_panes(1, frozen)
        self._sheet.set_row(0, 2 * _LINE)
        self._paper(book)
        for number, column in enumerate(columns):
            self._sheet.set_column(number, number, column.width)
            self._sheet.write_string(0, number, column.title, book._head)  # noqa: SLF001

    def _paper(self, book: Book) -> None:
        self._sheet.set_landscape()
        self._sheet.set_paper(9)  # A4
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        less = self._printed < len(self._columns)
        part = f" ({self._printed} of {len(self._columns)} columns)" if less else ""
        self._sheet.set_footer(f"&L{book._footer}&C&A{part}&R&P / &N")  # noqa: SLF001
        self._sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)

    @property
    def next_row(self) -> int:
        """The number, from 1 as spreadsheets count, of the row that is written next."""
        return self._next + 1

    def row(self, *cells: Cell) -> None:
        """Write a row; past the limit of a sheet one plain row says so, and no more are written."""
        if self._full:
            return
        if self._next == MOST_ROWS - 1:
            self._full = True
            cells = ("CUT: a sheet holds no more rows; the JSON document has everything",)
        lines = 1
        for column, cell in enumerate(cells):
            self._put(column, cell)
            if cell and self._wraps[column]:
                lines = max(lines, _lines(cell, self._columns[column].width))
        if lines > 1:
            self._sheet.set_row(self._next, _LINE * min(lines, _MOST_LINES))
        self._next += 1

    def label(self, *cells: Cell) -> None:
        """Write a row whose first cell is bold."""
        self.row(*cells)
        if cells and isinstance(cells[0], str) and cells[0]:
            self._sheet.write_string(self._next - 1, 0, text(cells[0]), self._book._label)  # noqa: SLF001
        if len(cells) > 1 and isinstance(cells[1], int):
            self._sheet.write_number(self._next - 1, 1, cells[1], self._book._left)  # noqa: SLF001

    def finish(self) -> None:
        """Filter and colours, once all rows are there."""
        last = max(self._next - 1, 1)
        self._sheet.print_area(0, 0, last, self._printed - 1)
        self._sheet.autofilter(0, 0, last, len(self._columns) - 1)
        for number, column in enumerate(self._columns):
            if column.words:
                self._colour(number, last)

    def _colour(self, column: int, last: int) -> None:
        for word, look in self._book._words.items():  # noqa: SLF001
            rule: Mapping[str, object] = {
                "type": "cell",
                "criteria": "==",
                "value": f'"{word}"',
                "format": look,
            }
            self._sheet.conditional_format(1, column, last, column, rule)

    def _put(self, column: int, cell: Cell) -> None:
        book, sheet, row = self._book, self._sheet, self._next
        if cell is None or cell == "":
            return
        if isinstance(cell, str):
            look = book._text if self._wraps[column] else book._line  # noqa: SLF001
            sheet.write_string(row, column, text(cell), look)
        elif isinstance(cell, Link):
            self._lead(column, cell)
        elif isinstance(cell, Day):
            sheet.write_datetime(row, column, cell.value, book._days[cell.known])  # noqa: SLF001
        elif isinstance(cell, datetime):
            sheet.write_datetime(row, column, cell, book._moment)  # noqa: SLF001
        elif isinstance(cell, Decimal):
            sheet.write_number(row, column, float(cell), book._money)  # noqa: SLF001
        else:
            sheet.write_number(row, column, cell, book._whole)  # noqa: SLF001

    def _lead(self, column: int, cell: Link) -> None:
        shown, place = text(cell.text), f"internal:'{cell.sheet}'!A{cell.row}"
        book, sheet = self._book, self._sheet
        if self._links < MOST_LINKS:
            self._links += 1
            sheet.write_url(self._next, column, place, book._link, shown)  # noqa: SLF001
        else:
            sheet.write_string(self._next, column, shown, book._text)  # noqa: SLF001


@lru_cache(maxsize=16_384)
def text(value: str, most: int = MOST_TEXT) -> str:
    """Text that a cell can hold: no control or invisible characters, not too long.

    ``_x0041_`` is how the file format writes a character, and readers differ about it, so it is
    broken with a dot as control characters are.
    """
    return _ESCAPE.sub(r"\g<0>·", tame(value, most))


def _lines(cell: Cell, width: int) -> int:
    """About how many lines a text takes; not every program works it out when it opens a file."""
    shown = cell.text if isinstance(cell, Link) else cell
    return -(-len(shown) * 20 // (width * 21)) if isinstance(shown, str) else 1


def day(value: str | None) -> Cell:
    """``2019``, ``2019-08`` or ``2019-08-13`` as a real date; anything else as text."""
    found = _DAY.fullmatch(value) if value else None
    if found is None:
        return value
    year, month, number = (int(part) if part else 0 for part in found.groups())
    if year < _FIRST_YEAR:
        return value
    known = "day" if number else "month" if month else "year"
    try:
        return Day(value=date(year, month or 1, number or 1), known=known)
    except ValueError:
        return value


def moment(value: str) -> datetime | None:
    """An RFC 3339 time in UTC without its zone, to the second; None for anything else."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.tzinfo is None or not _FIRST_YEAR < found.year < 9999:  # noqa: PLR2004 - the last year
        return None
    return found.astimezone(UTC).replace(tzinfo=None, microsecond=0)
