"""What a form holds, before it becomes a page or JSON: fields with their origin, and lists."""

from dataclasses import dataclass
from enum import StrEnum

from auditor.report.far.due import Due


class Origin(StrEnum):
    """Where the entry of a field comes from."""

    SCAN = "scan"
    PERSON = "person"
    BLANK = "blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form.

    Attributes:
        id: stable name, for programs.
        label: name for people.
        value: the entry; None when it is left blank for a person.
        source: where the entry comes from.
        asked: how the clause asks for it (``required``, ``if known`` …); ``added`` when it does
            not.
        evidence: for entries of the scan: what was seen, and where.
        note: what a person should know before completing or checking it.
    """

    id: str
    label: str
    value: str | None
    source: Origin
    asked: str
    evidence: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One device of an item."""

    id: str
    address: str | None
    behind: str | None
    mac: str | None
    serial: str | None
    firmware: str | None
    built: str | None
    grade: str | None
    first_seen: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One product: the fields that the form asks for, and the devices found of it."""

    number: int
    title: str
    fields: tuple[Field, ...]
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A device that is not reported here, and why."""

    id: str
    address: str | None
    title: str
    why: str
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A part of the scope that was not assessed."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """The scan that a form was made from."""

    scan: str
    started: str
    finished: str
    site: str | None
    scope: tuple[str, ...]
    tool: str
    db_version: str
    db_digest: str
    as_of: str
    policy: str
    profile: tuple[str, ...]
    complete: bool
    incomplete_because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The rule as the scan document holds it."""

    id: str
    name: str
    citation: str
    status: str
    meaning: str
    limits: tuple[str, ...]
    evidence_as_of: str
    due_for_review: bool
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Everything that stands beside the items, so that nothing is dropped."""

    exempt: tuple[Other, ...]
    undetermined: tuple[Other, ...]
    unidentified: tuple[Other, ...]
    not_assessed: tuple[Gap, ...]
    no_listed_producer: int
    not_video: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of one clause for one contract or award."""

    schema: str
    title: str
    clause: str
    stage: str
    regime: str | None
    origins: Origins
    notices: tuple[str, ...]
    result: str
    due: tuple[Due, ...]
    general: tuple[Field, ...]
    items: tuple[Item, ...]
    closing: tuple[Field, ...]
    lists: Lists
    law: tuple[Law, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a representation. There is no field for an answer: it is never given here."""

    id: str
    provision: str
    asks: str
    alternatives: tuple[str, ...]
    facts: tuple[str, ...]
    not_known: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts sheet for the representations of 52.204-24 and 52.204-26."""

    schema: str
    title: str
    regime: str | None
    origins: Origins
    notices: tuple[str, ...]
    result: str
    before: tuple[Field, ...]
    questions: tuple[Question, ...]
    items: tuple[Item, ...]
    services: tuple[Field, ...]
    lists: Lists
    law: tuple[Law, ...]
