"""The scan document ``auditor.scan/1``: the product's memory and its exchange format.

The dataclasses mirror the JSON one to one; ``codec`` writes and reads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from auditor.model.facts import Attempt, Observation
from auditor.model.judgement import Attribution, Verdict
from auditor.model.words import Kind

SCHEMA = "auditor.scan/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """When, where, with what and under which rules the scan was made."""

    id: str
    started: str
    finished: str
    tool: str
    db_version: str
    db_digest: str
    scope: tuple[str, ...]
    complete: bool
    as_of: str
    policy: str
    site: str | None = None
    exclude: tuple[str, ...] = ()
    engine: str = "native"
    profile: tuple[str, ...] = ()
    incomplete_because: tuple[str, ...] = ()
    redacted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassessed:
    """An address that answered and could not be assessed, with the reason."""

    address: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodState:
    """How one discovery method fared on one interface."""

    method: str
    state: str  # ok, limited, skipped, unavailable, failed
    interface: str | None = None
    why: str | None = None
    found: int = 0


ALSO_AT: Final = "also answers at "
"""How an asset's note on one of its addresses begins that lies outside the scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A device outside the scope that answered a group question; never contacted."""

    address: str
    mac: str | None = None
    observations: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Every address of the scope, as ranges, by what became of it."""

    answered: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    filtered: tuple[str, ...] = ()
    out_of_time: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    this_machine: tuple[str, ...] = ()
    not_scanned: tuple[str, ...] = ()
    not_scanned_why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Which part of the scope was really assessed."""

    in_scope: int | None
    answered: int
    assessed: int
    not_assessed: tuple[Unassessed, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    methods: tuple[MethodState, ...] = ()
    out_of_scope: tuple[Foreign, ...] = ()
    notes: tuple[str, ...] = ()
    missing_from_baseline: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Assets by headline: the worst counted outcome among the regimes of the policy."""

    assets: int = 0
    covered: int = 0
    exempt: int = 0
    not_covered: int = 0
    indeterminate: int = 0
    outside: int = 0
    unidentified: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """The physical thing believed to stand behind addresses and keys.

    Raises:
        ValueError: evidence cites an observation that the asset does not hold.
    """

    id: str
    address: str | None
    addresses: tuple[str, ...] = ()
    mac: str | None = None
    hostname: str | None = None
    kind: Kind = Kind.UNKNOWN
    brand: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    built: str | None = None
    oem_customer: str | None = None
    headline: str = "unidentified"
    attributions: tuple[Attribution, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    observations: tuple[Observation, ...] = ()
    children: tuple["Asset", ...] = ()

    def __post_init__(self) -> None:
        if not self.attributions:
            return
        held = {(o.signal, o.endpoint) for o in self.observations}
        for attribution in self.attributions:
            for evidence in (*attribution.because, *attribution.against):
                if (evidence.via or evidence.signal, evidence.endpoint) not in held:
                    raise ValueError(
                        f"asset {self.id}: evidence {evidence.rule} cites"
                        f" {evidence.via or evidence.signal} at {evidence.endpoint},"
                        " which was not observed"
                    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What left this machine."""

    packets: int = 0
    connections: int = 0
    requests: int = 0
    by_probe: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawNote:
    """What a report needs to say of one regime, so that it renders without the database."""

    id: str
    name: str
    citation: str
    authority: str
    jurisdiction: str
    finding_class: str
    status: str
    evidence_as_of: str
    applies_if: tuple[str, ...] = ()
    meaning: str = ""
    limits: tuple[str, ...] = ()
    action: str | None = None
    source: str | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorNote:
    """Display name of a vendor id, so that a report renders without the database."""

    id: str
    name: str
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)  # asyncio.run makes one in vain
class Scan:
    """The whole document.

    Its assets may be read from the disk as they are asked for: go through them one by one, and
    keep none, where they may be many.
    """

    scan: Header
    coverage: Coverage
    summary: Summary
    assets: Sequence[Asset]
    sent: Sent = field(default_factory=Sent)
    law: tuple[LawNote, ...] = ()
    vendors: tuple[VendorNote, ...] = ()
    schema: str = SCHEMA
