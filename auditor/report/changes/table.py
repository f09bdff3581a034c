"""Plain lines for the terminal."""

import textwrap
from collections.abc import Iterator

from auditor.model.difference import Change, Difference
from auditor.report._api import Page
from auditor.report.changes._words import KINDS, NOTHING, listed, sides, what, where
from auditor.report.words import tame

_LEAST_WIDTH = 40


class TableChanges:
    """What a person reads first."""

    name = "table"
    suffixes = (".txt",)
    about = "lines for the terminal"

    def render(self, found: Difference, page: Page) -> bytes:
        """Both sides, every kind of change, and what limits the comparison."""
        lines = [*sides(found), "", *block(found, page.width)]
        return ("\n".join(lines) + "\n").encode()


def block(found: Difference, width: int, most: int | None = None) -> Iterator[str]:
    """Every kind of change with its devices, and the notes.

    Args:
        found: the difference.
        width: columns.
        most: changes of a kind to show; None for all.
    """
    nothing = True
    for kind, changes in listed(found):
        nothing = False
        yield f"{KINDS[kind]} ({len(changes)})"
        for change in changes[:most]:
            yield from _wrapped(_line(kind, change), width, "  ", "      ")
        if most is not None and len(changes) > most:
            yield f"  and {len(changes) - most} more"
    if nothing:
        yield NOTHING
    for note in found.notes:
        yield from _wrapped(f"note: {tame(note, 400)}", width, "", "  ")


def _line(kind: str, change: Change) -> str:
    return f"{where(change)}  {tame(change.name, 80)}: {what(kind, change)}"


def _wrapped(text: str, width: int, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, _LEAST_WIDTH),
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )


CHANGES = TableChanges()
