"""What a form of a difference is."""

from typing import Protocol

from auditor.model.difference import Difference
from auditor.report._api import Page


class Changes(Protocol):
    """One way to show what changed.

    Attributes:
        name: the form's id, as in ``audit diff --format``.
        suffixes: endings of file names that choose it.
        about: one line for people.
    """

    name: str
    suffixes: tuple[str, ...]
    about: str

    def render(self, found: Difference, page: Page) -> bytes:
        """The whole text. Same difference and page, same bytes."""
