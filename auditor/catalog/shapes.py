"""The files of vendor_db as they are written by hand: strict shapes, nothing more.

An unknown key, a wrong type or a missing key fails with its place. ``catalog.load`` turns these
into the values of ``model.knowledge``.
"""

from datetime import date
from typing import Any, Final

import msgspec

SCHEMA: Final = 1
"""The schema of vendor_db that this code reads; ``db.toml`` names the one that it is written in."""


class Shape(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of every file shape: an unknown key is an error."""


class ClaimShape(Shape):
    """``{ role = "maker", vendor = "hikvision", entity = "hikvision-ezviz" }``."""

    role: str
    vendor: str | None = None
    entity: str | None = None


class ExampleShape(Shape):
    """``{ value = "App-webs/" }``; structured values may be TOML arrays or tables."""

    value: Any
    gives: dict[str, str] = {}
    why: str | None = None


class FingerprintShape(Shape):
    """``[[fingerprint]]``."""

    id: str
    signal: str
    pattern: str
    strength: str
    sources: list[str]
    examples: list[ExampleShape]
    field: str | None = None
    all: list[str] = []
    none: list[str] = []
    ignorecase: bool = False
    claims: ClaimShape | list[ClaimShape] = []
    kind: str | None = None
    video: bool = False
    note: str | None = None
    counterexamples: list[ExampleShape] = []
    also: list[str] = []


class OuiShape(Shape):
    """``[[oui]]``: what a registered owner of MAC blocks testifies."""

    owner: str
    names: list[str]
    claims: ClaimShape | list[ClaimShape]
    strength: str
    sources: list[str]
    kind: str | None = None
    video: bool = False


class EntityShape(Shape):
    """``[[entity]]``: a legal entity of the family."""

    id: str
    name: str
    aliases: list[str] = []


class RelationShape(Shape):
    """``[[relation]]``: a dated edge."""

    child: str
    parent: str
    kind: str
    source: str
    code: str
    since: date | None = None
    until: date | None = None
    share: float | None = None
    note: str | None = None


class VendorFile(Shape):
    """``vendors/<id>.toml``."""

    id: str
    name: str
    sources: list[str] = []
    country: str | None = None
    legal_name: str | None = None
    aliases: list[str] = []
    builds: str = "some"
    entity: str | None = None
    only_video: bool = False
    platform_is_maker: bool = False
    video: bool = True
    family: str | None = None
    oem_codes: dict[str, str] = {}
    note: str | None = None
    entities: list[EntityShape] = []
    relation: list[RelationShape] = []
    oui: list[OuiShape] = []
    fingerprint: list[FingerprintShape] = []


class KindsFile(Shape):
    """``kinds.toml``: rules that tell only what sort of equipment it is."""

    fingerprint: list[FingerprintShape]


class SourceShape(Shape):
    """One table of ``sources.toml``."""

    title: str
    code: str
    publisher: str | None = None
    url: str | None = None
    retrieved: date | None = None
    licence: str | None = None
    note: str | None = None


class PartShape(Shape):
    """``[[part]]`` of a regime."""

    date: date
    what: str
    id: str | None = None
    approx: bool = False
    reaches: str = "device"


class SuspendedShape(Shape):
    """``suspended = { from = …, to = … }``."""

    since: date = msgspec.field(name="from")
    until: date = msgspec.field(name="to")


class RegimeFile(Shape):
    """``regimes/<id>/regime.toml``."""

    id: str
    name: str
    authority: str
    jurisdiction: str
    citation: list[str]
    status: str
    restricts: list[str]
    affiliates: str
    component_use: str
    finding_class: str
    applies_if: list[str]
    evidence_as_of: date
    code: str
    source: str
    meaning: str
    part: list[PartShape] = []
    in_force: bool = True
    reaches: list[str] = msgspec.field(default_factory=lambda: ["maker"])
    review_days: int = 180
    limits: list[str] = []
    action: str | None = None
    suspended: SuspendedShape | None = None
    names_makers: bool = True
    what_if: str | None = None
    sources: list[str] = []
    facts: dict[str, Any] = {}


class PolicyFile(Shape):
    """``policies/<id>.toml``, or the operator's own."""

    id: str
    name: str
    regimes: list[str]
    minimum: str = "probable"
    count: list[str] = msgspec.field(
        default_factory=lambda: ["prohibited-if-profile", "market-access"]
    )
    profile: list[str] = []
    unidentified: str = "unidentified"


class ExemptionShape(Shape):
    """``[[exemption]]``."""

    id: str
    regimes: list[str]
    holder: str
    document: str
    reason: str
    until: date
    since: date | None = None
    vendors: list[str] = []
    addresses: list[str] = []
    macs: list[str] = []
    serials: list[str] = []


class ExemptionsFile(Shape):
    """``--exemptions FILE``."""

    exemption: list[ExemptionShape]


class DbFile(Shape):
    """``db.toml``."""

    version: str
    schema: int
    released: date
