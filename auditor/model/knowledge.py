"""What the vendor database says, as values: vendors, rules, relations, law."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from auditor.model.pattern import Pattern
from auditor.model.words import (
    Affiliates,
    EvidenceCode,
    FindingClass,
    Grade,
    Kind,
    Role,
    Strength,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a rule asserts when it matches."""

    role: Role
    vendor: str
    entity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A value that a rule must match (or, with ``why``, must not)."""

    value: str
    gives: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A fingerprint: signal, pattern, claims, strength and its own proof.

    Attributes:
        id: ``vendor.signal.word``; stable.
        owner: id of the file's vendor, or None for rules that only tell the kind.
        signal: a name of ``model.signals.SIGNALS``.
        field: for structured signals, the element, key, header or scope category to read.
        pattern: searched in the subject; compiled when first needed.
        every: further patterns that must all be found in the same subject.
        none: patterns that must not be found.
        claims: what follows.
        strength: the worth of a hit.
        kind: what sort of equipment a hit shows.
        video: whether a hit is a sign of video equipment.
        note: a configuration finding that a hit shows (``factory-state`` …).
        also: ids of rules of other vendors that its examples are known to meet.
    """

    id: str
    owner: str | None
    signal: str
    field: str | None
    pattern: Pattern
    every: tuple[Pattern, ...] = ()
    none: tuple[Pattern, ...] = ()
    claims: tuple[Claim, ...] = ()
    strength: Strength
    kind: Kind | None = None
    video: bool = False
    note: str | None = None
    sources: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    counterexamples: tuple[Example, ...] = ()
    also: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OuiOwner:
    """What the registered owner of a MAC block testifies."""

    id: str
    owner: Pattern
    names: tuple[str, ...]
    claims: tuple[Claim, ...]
    strength: Strength
    kind: Kind | None = None
    video: bool = False
    sources: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A legal entity of a vendor's family."""

    id: str
    vendor: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A dated, sourced edge between entities."""

    child: str
    parent: str
    kind: str  # owns controls brand-of jv formerly-owned made-by supplies
    since: date | None = None
    until: date | None = None
    share: float | None = None
    source: str
    code: EvidenceCode
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A maker, or a brand that sells what others make.

    Attributes:
        builds: ``all`` if it builds everything that it sells, ``most``, ``some``, or ``none``.
        entity: the legal entity that a device of this vendor comes from unless evidence names
            another; None where that is disputed or unknown.
        only_video: it makes only video surveillance (and telecommunications) equipment, so that
            a device of unknown kind counts as such.
        platform_is_maker: running its firmware shows that it built the hardware.
        video: its name or MAC block is by itself a sign of video equipment.
        family: the vendor in role maker for its products (EZVIZ: ``hikvision``).
    """

    id: str
    name: str
    country: str | None = None
    legal_name: str | None = None
    aliases: tuple[str, ...] = ()
    builds: str = "some"
    entity: str | None = None
    only_video: bool = False
    platform_is_maker: bool = False
    video: bool = True
    family: str | None = None
    entities: tuple[Entity, ...] = ()
    oem_codes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sources: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandRow:
    """One row of the rebrand directory."""

    brand: str
    name: str
    aliases: tuple[str, ...]
    owner: str | None
    country: str | None
    maker: str
    extent: str  # all most some few
    models: Pattern | None
    model_text: str
    since: date | None
    until: date | None
    confidence: str  # A B C D E
    verified: bool
    source: str
    note: str | None
    row: int
    place: str = "brands.csv"

    @property
    def cite(self) -> str:
        """Where the row stands, as evidence cites it: file and line."""
        return f"{self.place}:{self.row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact was read."""

    id: str
    title: str
    publisher: str | None
    url: str | None
    retrieved: date | None
    licence: str | None
    code: EvidenceCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A step in which a rule takes effect."""

    id: str | None
    date: date
    what: str
    approx: bool = False
    reaches: str = "device"  # device, or entity: dealings with the company only


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A regime naming a vendor, from–until, verbatim. One row per period; never deleted."""

    regime: str
    entity: str
    vendor: str
    name: str
    equipment: str
    kinds: frozenset[Kind]
    purpose_limit: str | None
    added: date
    added_approx: bool
    effective: date | None
    removed: date | None
    cite: str
    source: str
    code: EvidenceCode
    note: str | None
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """One legal rule-book."""

    id: str
    name: str
    authority: str
    jurisdiction: str
    citation: tuple[str, ...]
    parts: tuple[Part, ...]
    status: str
    in_force: bool
    restricts: tuple[str, ...]
    affiliates: Affiliates
    component_use: str
    reaches: frozenset[Role]
    finding_class: FindingClass
    applies_if: tuple[str, ...]
    evidence_as_of: date
    review_days: int
    code: EvidenceCode
    source: str
    meaning: str
    limits: tuple[str, ...] = ()
    action: str | None = None
    suspended: tuple[date, date] | None = None
    names_makers: bool = True
    what_if: str | None = None
    listings: tuple[Listing, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The operator's choice: regimes, minimum grade, what counts."""

    id: str
    name: str
    regimes: tuple[str, ...]
    minimum: Grade = Grade.PROBABLE
    count: frozenset[FindingClass] = frozenset(
        {FindingClass.PROHIBITED_IF_PROFILE, FindingClass.MARKET_ACCESS}
    )
    profile: tuple[str, ...] = ()
    unidentified: str = "unidentified"  # or indeterminate


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A dated, documented permission. It never erases the listing that it excuses."""

    id: str
    regimes: tuple[str, ...]
    holder: str
    document: str
    reason: str
    until: date
    since: date | None = None
    vendors: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
