"""What changed between two scans: ``auditor.diff/1``."""

from dataclasses import dataclass

SCHEMA = "auditor.diff/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two scans compared."""

    id: str
    started: str
    site: str | None = None
    complete: bool = True
    policy: str = ""
    as_of: str = ""
    db_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One device, and what was and is.

    Attributes:
        id: the asset's id.
        address: where it is now, or was last.
        name: label and model for people.
        was: the former value, for kinds of change that have one.
        now: the present value.
        regime: the regime concerned, for verdicts and law.
        because: one sentence, where there is more to say.
    """

    id: str
    address: str | None
    name: str = ""
    was: str | None = None
    now: str | None = None
    regime: str | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """When a device was first and last seen in the history."""

    id: str
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Old scan → new scan, in lists by what kind of change it is.

    Attributes:
        old: the earlier side.
        new: the later side.
        seen: first and last sighting of each device, where a history was asked.
    """

    old: Side
    new: Side
    appeared: tuple[Change, ...] = ()
    absent: tuple[Change, ...] = ()
    moved: tuple[Change, ...] = ()
    reattributed: tuple[Change, ...] = ()
    firmware: tuple[Change, ...] = ()
    verdict: tuple[Change, ...] = ()
    law: tuple[Change, ...] = ()
    seen: tuple[Seen, ...] = ()
    notes: tuple[str, ...] = ()
    schema: str = SCHEMA
