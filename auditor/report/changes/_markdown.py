"""The tables of a difference in Markdown, for a page of their own or as a part of a report."""

from collections.abc import Callable, Iterator

from auditor.model.difference import Change, Difference
from auditor.report.changes._words import KINDS, NOTHING, listed, what, where

_CHARS = 400


def tables(found: Difference, safe: Callable[[str, int], str], heading: str) -> Iterator[str]:
    """A heading and a table for each kind of change, then what limits the comparison.

    Args:
        found: the difference.
        safe: takes the meaning out of a device's text.
        heading: the signs of a heading, such as ``##``.
    """
    nothing = True
    for kind, changes in listed(found):
        nothing = False
        yield from ("", f"{heading} {KINDS[kind].capitalize()} ({len(changes)})", "")
        yield from ("| address | device | what |", "|---|---|---|")
        yield from (_row(kind, change, safe) for change in changes)
    if nothing:
        yield from ("", NOTHING)
    if found.notes:
        yield ""
        yield from (f"- {safe(note, _CHARS)}" for note in found.notes)


def _row(kind: str, change: Change, safe: Callable[[str, int], str]) -> str:
    cells = (where(change), change.name, what(kind, change))
    return f"| {' | '.join(safe(cell, _CHARS) for cell in cells)} |"
