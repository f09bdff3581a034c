"""What changed since an earlier scan."""

from collections.abc import Sequence
from typing import Final, TypedDict

from auditor.model.difference import Change, Difference
from auditor.report import phrases
from auditor.report.pdf import _texts as t
from auditor.report.pdf._cells import Cell, Table, mono, table
from auditor.report.pdf._ink import Ink, ink, plain

_MOST_ROWS: Final = 2000
_WIDTHS: Final = (1.3, 1.8, 1.5, 1.5, 2.4)


class Kind(TypedDict):
    """All changes of one kind."""

    title: str
    table: Table
    more: str


class Changes(TypedDict):
    """The section."""

    intro: list[Ink]
    kinds: list[Kind]


def changes(difference: Difference | None) -> Changes | None:
    """The changes by kind; None without an earlier scan."""
    if difference is None:
        return None
    old = difference.old
    told = t.CHANGES_INTRO.format(
        id=plain(old.id, 80),
        started=plain(old.started, 40),
        as_of=plain(old.as_of, 40),
        db=plain(old.db_version, 40),
    )
    intro: list[Ink] = [ink(told, 600)]
    if not old.complete:
        intro.append(t.CHANGES_OLD_INCOMPLETE)
    intro += [ink(note, 400) for note in difference.notes]
    found: dict[str, Sequence[Change]] = {key: getattr(difference, key) for key in t.CHANGES}
    kinds = [_kind(t.CHANGES[key], items) for key, items in found.items() if items]
    if not kinds:
        intro.append(phrases.CHANGES_NONE)
    return {"intro": intro, "kinds": kinds}


def _kind(title: str, items: Sequence[Change]) -> Kind:
    rows = [_row(item) for item in items[:_MOST_ROWS]]
    more = len(items) - len(rows)
    return {
        "title": f"{title} ({phrases.number(len(items))})",
        "table": table(t.CHANGES_COLUMNS, _WIDTHS, rows),
        "more": phrases.AND_MORE.format(n=phrases.number(more)) if more else "",
    }


def _row(item: Change) -> tuple[Cell, ...]:
    remark = ": ".join(plain(part, 300) for part in (item.regime, item.because) if part)
    return (
        mono(item.address or item.id, 64),
        ink(item.name, 100),
        ink(item.was or "", 200),
        ink(item.now or "", 200),
        ink(remark, 400),
    )
