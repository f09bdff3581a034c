"""The list of scans, and the ways in which a person names one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import Row

from auditor.history.tables import SCAN
from auditor.model.document import Summary
from auditor.model.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One scan in the list."""

    id: str
    site: str | None
    network: str
    started: str
    finished: str
    complete: bool
    policy: str
    as_of: str
    db_version: str
    summary: Summary


COLUMNS: Final = (
    SCAN.c.id, SCAN.c.site, SCAN.c.network, SCAN.c.started, SCAN.c.finished, SCAN.c.complete,
    SCAN.c.policy, SCAN.c.as_of, SCAN.c.db_version, SCAN.c.summary,
)  # fmt: skip


def entry(row: Row[*tuple[Any, ...]]) -> Entry:
    """A row of ``COLUMNS`` as an entry."""
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    values["summary"] = msgspec.json.decode(values["summary"], type=Summary)
    return Entry(**values)


def choose(every: Sequence[Entry], reference: str) -> Entry:
    """The scan that a person names.

    Args:
        every: the scans to choose from, newest first.
        reference: an id, the start of one, ``last``, ``last~N`` or a date; a date means the last
            scan that was begun by the end of that day (UTC).

    Raises:
        UsageError: there is none, or several.
    """
    name, _, back = reference.partition("~")
    if name == "last" and (not back or back.isdecimal()):
        steps = int(back or 0)
        if steps >= len(every):
            raise UsageError(f"{reference}: the history has {len(every)} scans")
        return every[steps]
    exact = [item for item in every if item.id == reference]
    if exact:
        return exact[0]
    if is_date(reference):
        by_then = [item for item in every if item.started[:10] <= reference]
        if not by_then:
            oldest = f"; the oldest is of {every[-1].started}" if every else ""
            raise UsageError(f"{reference}: no scan by that day{oldest}")
        return by_then[0]
    begins = [item for item in every if item.id.startswith(reference)]
    if len(begins) == 1:
        return begins[0]
    why = "several scans begin so" if begins else "no such scan; audit history list shows them"
    raise UsageError(f"{reference}: {why}")


def is_date(text: str) -> bool:
    """Whether it is a day such as 2026-01-31."""
    if len(text) != len("2026-01-31"):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def as_json(item: Entry) -> dict[str, object]:
    """An entry as ``audit history list --format json`` shows it."""
    raw: dict[str, object] = msgspec.to_builtins(item)
    return raw
