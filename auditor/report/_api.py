"""What a report format is. One format per file in this room; see ``docs/how-to/add-a-format.md``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from auditor.model.costs import UnitCost
from auditor.model.difference import Difference
from auditor.model.document import Scan
from auditor.model.form import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where the report will be read, and what people and the history add to the scan.

    Attributes:
        width: columns of a text report.
        colour: whether a text report may use terminal colours.
        changes: what changed since an earlier scan, if one was named.
        form: a person's answers for the federal forms.
        costs: a price list for the replacement plan.
    """

    width: int = 80
    colour: bool = False
    changes: Difference | None = None
    form: Form | None = None
    costs: tuple[UnitCost, ...] = ()


class Format(Protocol):
    """One way to show a scan.

    Attributes:
        name: the format's id, as in ``--format``.
        suffixes: endings of file names that choose it, lower case with the dot (``.csv``,
            ``.oscal.json``); the longest that fits wins; may be empty.
        about: one line for people.
    """

    name: str
    suffixes: tuple[str, ...]
    about: str

    def render(self, scan: Scan, page: Page) -> bytes:
        """The whole report. Same scan and page, same bytes."""


@runtime_checkable
class Streamed(Protocol):
    """A format that can be written as it is made; for scans too large to hold a report of."""

    def pieces(self, scan: Scan, page: Page) -> Iterator[bytes]:
        """The report of ``render``, piece by piece."""
