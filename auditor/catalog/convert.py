"""File shapes → values of the language, with every word checked."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from auditor.catalog.shapes import (
    ClaimShape,
    ExampleShape,
    ExemptionsFile,
    FingerprintShape,
    OuiShape,
    PolicyFile,
    RegimeFile,
    RelationShape,
    SourceShape,
    VendorFile,
)
from auditor.model.errors import CatalogError
from auditor.model.knowledge import (
    Claim,
    Entity,
    Example,
    Exemption,
    Listing,
    OuiOwner,
    Part,
    Policy,
    Regime,
    Relation,
    Rule,
    Source,
    Vendor,
)
from auditor.model.literals import needed
from auditor.model.pattern import Pattern
from auditor.model.signals import SIGNALS
from auditor.model.words import (
    Affiliates,
    EvidenceCode,
    FindingClass,
    Grade,
    Kind,
    Role,
    Strength,
)

WordT = TypeVar("WordT", bound=StrEnum)


def word(enum: type[WordT], text: str, where: str) -> WordT:
    """A word of a closed vocabulary.

    Raises:
        CatalogError: it is not one; lists the words.
    """
    try:
        return enum(text)
    except ValueError:
        raise CatalogError(f"{where}: {text!r} is none of {', '.join(enum)}") from None


def pattern(text: str, where: str, *, ignorecase: bool = False) -> Pattern:
    """A pattern, tried.

    Raises:
        CatalogError: it does not compile.
    """
    made = Pattern(text, ignorecase)
    try:
        made.compile()
    except (re.error, OverflowError, RecursionError) as error:
        raise CatalogError(f"{where}: pattern {text!r} does not compile: {error}") from None
    return made


def canonical(value: object) -> str:
    """A value as observations hold it: text as it is, structures as compact JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fixed(table: Mapping[str, str]) -> Mapping[str, str]:
    """A table that nobody changes, sorted by key."""
    return MappingProxyType(dict(sorted(table.items())))


def vendor(shape: VendorFile, path: Path) -> Vendor:
    """A vendor file's identity part."""
    where = path.name
    if shape.builds not in BUILDS:
        raise CatalogError(f"{where}: builds = {shape.builds!r} is none of all, most, some, none")
    return Vendor(
        id=shape.id,
        name=shape.name,
        country=shape.country,
        legal_name=shape.legal_name,
        aliases=tuple(shape.aliases),
        builds=shape.builds,
        entity=shape.entity,
        only_video=shape.only_video,
        platform_is_maker=shape.platform_is_maker,
        video=shape.video,
        family=shape.family,
        entities=tuple(
            Entity(id=item.id, vendor=shape.id, name=item.name, aliases=tuple(item.aliases))
            for item in shape.entities
        ),
        oem_codes=fixed(shape.oem_codes),
        sources=tuple(shape.sources),
        where=where,
    )


def rules(shapes: Sequence[FingerprintShape], owner: str | None, path: Path) -> tuple[Rule, ...]:
    """The fingerprints of one file."""
    return tuple(_rule(shape, owner, f"{path.name}:{shape.id}") for shape in shapes)


def _rule(shape: FingerprintShape, owner: str | None, where: str) -> Rule:
    if shape.signal not in SIGNALS:
        raise CatalogError(f"{where}: unknown signal {shape.signal!r}")

    def compiled(text: str) -> Pattern:
        return pattern(text, where, ignorecase=shape.ignorecase)

    return Rule(
        id=shape.id,
        owner=owner,
        signal=shape.signal,
        field=shape.field,
        pattern=replace(
            compiled(shape.pattern), needs=needed(shape.pattern, ignorecase=shape.ignorecase)
        ),
        every=tuple(compiled(text) for text in shape.all),
        none=tuple(compiled(text) for text in shape.none),
        claims=_claims(shape.claims, owner, where),
        strength=word(Strength, shape.strength, where),
        kind=None if shape.kind is None else word(Kind, shape.kind, where),
        video=shape.video,
        note=shape.note,
        sources=tuple(shape.sources),
        examples=tuple(_example(item) for item in shape.examples),
        counterexamples=tuple(_example(item) for item in shape.counterexamples),
        also=tuple(shape.also),
        where=where,
    )


def _example(shape: ExampleShape) -> Example:
    return Example(value=canonical(shape.value), gives=fixed(shape.gives), why=shape.why)


def _claims(
    shapes: ClaimShape | Iterable[ClaimShape], owner: str | None, where: str
) -> tuple[Claim, ...]:
    listed = [shapes] if isinstance(shapes, ClaimShape) else list(shapes)
    out = []
    for shape in listed:
        of = shape.vendor or owner
        if of is None:
            raise CatalogError(f"{where}: a claim outside a vendor file must name its vendor")
        out.append(Claim(role=word(Role, shape.role, where), vendor=of, entity=shape.entity))
    return tuple(out)


def ouis(shapes: Sequence[OuiShape], owner: str, path: Path) -> tuple[OuiOwner, ...]:
    """What registered owners of MAC blocks testify, of one file."""
    out = []
    for number, shape in enumerate(shapes, start=1):
        where = f"{path.name}:oui[{number}]"
        out.append(
            OuiOwner(
                id=f"{owner}.oui" if len(shapes) == 1 else f"{owner}.oui.{number}",
                owner=pattern(shape.owner, where),
                names=tuple(shape.names),
                claims=_claims(shape.claims, owner, where),
                strength=word(Strength, shape.strength, where),
                kind=None if shape.kind is None else word(Kind, shape.kind, where),
                video=shape.video,
                sources=tuple(shape.sources),
                where=where,
            )
        )
    return tuple(out)


EDGES = frozenset(
    {"owns", "controls", "brand-of", "jv", "formerly-owned", "made-by", "supplies", "renamed"}
)
"""The kinds of relation."""
BUILDS = frozenset({"all", "most", "some", "none"})
"""How much of what a vendor sells it builds."""


def relations(shapes: Sequence[RelationShape], path: Path) -> tuple[Relation, ...]:
    """The dated edges of one file."""
    out = []
    for shape in shapes:
        where = f"{path.name}:relation {shape.child} → {shape.parent}"
        if shape.kind not in EDGES:
            raise CatalogError(
                f"{where}: kind {shape.kind!r} is none of {', '.join(sorted(EDGES))}"
            )
        if shape.since and shape.until and shape.since > shape.until:
            raise CatalogError(f"{where}: since is after until")
        out.append(
            Relation(
                child=shape.child,
                parent=shape.parent,
                kind=shape.kind,
                since=shape.since,
                until=shape.until,
                share=shape.share,
                source=shape.source,
                code=word(EvidenceCode, shape.code, where),
                note=shape.note,
            )
        )
    return tuple(out)


def source(key: str, shape: SourceShape, path: Path) -> Source:
    """One source."""
    return Source(
        id=key,
        title=shape.title,
        publisher=shape.publisher,
        url=shape.url or None,
        retrieved=shape.retrieved,
        licence=shape.licence,
        code=word(EvidenceCode, shape.code, f"{path.name}:{key}"),
    )


def regime(shape: RegimeFile, listings: tuple[Listing, ...], path: Path) -> Regime:
    """One regime with its rows."""
    where = f"regimes/{shape.id}/{path.name}"
    return Regime(
        id=shape.id,
        name=shape.name,
        authority=shape.authority,
        jurisdiction=shape.jurisdiction,
        citation=tuple(shape.citation),
        parts=tuple(
            sorted(
                (
                    Part(
                        id=part.id,
                        date=part.date,
                        what=part.what,
                        approx=part.approx,
                        reaches=part.reaches,
                    )
                    for part in shape.part
                ),
                key=lambda part: part.date,
            )
        ),
        status=shape.status,
        in_force=shape.in_force,
        restricts=tuple(shape.restricts),
        affiliates=word(Affiliates, shape.affiliates, where),
        component_use=shape.component_use,
        reaches=frozenset(word(Role, role, where) for role in shape.reaches),
        finding_class=word(FindingClass, shape.finding_class, where),
        applies_if=tuple(shape.applies_if),
        evidence_as_of=shape.evidence_as_of,
        review_days=shape.review_days,
        code=word(EvidenceCode, shape.code, where),
        source=shape.source,
        meaning=shape.meaning,
        limits=tuple(shape.limits),
        action=shape.action,
        suspended=None
        if shape.suspended is None
        else (shape.suspended.since, shape.suspended.until),
        names_makers=shape.names_makers,
        what_if=shape.what_if,
        listings=listings,
        where=where,
    )


def policy(shape: PolicyFile, path: Path) -> Policy:
    """One policy."""
    where = path.name
    if shape.unidentified not in {"unidentified", "indeterminate"}:
        raise CatalogError(f"{where}: unidentified must be 'unidentified' or 'indeterminate'")
    return Policy(
        id=shape.id,
        name=shape.name,
        regimes=tuple(shape.regimes),
        minimum=word(Grade, shape.minimum, where),
        count=frozenset(word(FindingClass, item, where) for item in shape.count),
        profile=tuple(shape.profile),
        unidentified=shape.unidentified,
    )


def exemptions(shape: ExemptionsFile, path: Path) -> tuple[Exemption, ...]:
    """The operator's exemptions."""
    out = []
    for item in shape.exemption:
        if not (item.vendors or item.addresses or item.macs or item.serials):
            raise CatalogError(
                f"{path}: exemption {item.id!r} names no vendors, addresses, macs or serials"
            )
        out.append(
            Exemption(
                id=item.id,
                regimes=tuple(item.regimes),
                holder=item.holder,
                document=item.document,
                reason=item.reason,
                until=item.until,
                since=item.since,
                vendors=tuple(item.vendors),
                addresses=tuple(item.addresses),
                macs=tuple(item.macs),
                serials=tuple(item.serials),
            )
        )
    return tuple(out)
