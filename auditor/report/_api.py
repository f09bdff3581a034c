"""What a report format is. One format per file in this room; see ``docs/how-to/add-a-format.md``."""

from dataclasses import dataclass
from typing import Protocol

from auditor.model.document import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where the report will be read.

    Attributes:
        width: columns of a text report.
        colour: whether a text report may use terminal colours.
    """

    width: int = 80
    colour: bool = False


class Format(Protocol):
    """One way to show a scan.

    Attributes:
        name: the format's id, as in ``--format``.
        suffixes: file suffixes that choose it, lower case with the dot; may be empty.
        about: one line for people.
    """

    name: str
    suffixes: tuple[str, ...]
    about: str

    def render(self, scan: Scan, page: Page) -> bytes:
        """The whole report. Same scan and page, same bytes."""
