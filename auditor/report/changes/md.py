"""Markdown: for tickets and wikis."""

from auditor.model.difference import Difference
from auditor.report._api import Page
from auditor.report.changes._markdown import tables
from auditor.report.changes._words import sides
from auditor.report.md import safe


class MarkdownChanges:
    """A table for each kind of change."""

    name = "md"
    suffixes = (".md",)
    about = "Markdown for tickets and wikis"

    def render(self, found: Difference, page: Page) -> bytes:  # noqa: ARG002 - width says nothing here
        """Headings and tables in which no device text means anything."""
        lines = ["# What changed", "", *(f"- {safe(side, 400)}" for side in sides(found))]
        return ("\n".join([*lines, *tables(found, safe, "##")]) + "\n").encode()


CHANGES = MarkdownChanges()
