"""What a maker's sign says of the label, and a label of the maker.

Never above possible, but for one case: the MAC block of a label that builds most of what it sells, or
of one whose own model or firmware shows beside it.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from auditor.attribution.directory import rows_naming
from auditor.attribution.hit import Hit, headed
from auditor.catalog.catalog import Catalog
from auditor.model.judgement import Evidence
from auditor.model.knowledge import Claim
from auditor.model.words import Role, Strength, strength_rank

_SHORTEST = 3
_MAKES = frozenset({Role.MAKER, Role.PLATFORM})
_PRESUMED = frozenset({"some", "most"})
_SUPPORTIVE = -strength_rank(Strength.SUPPORTIVE)


def with_labels(found: Iterable[Hit], catalog: Catalog) -> tuple[Hit, ...]:
    """Hits, and after them what they say of the label, and the label of the maker."""
    seen = tuple(found)
    labels: list[Hit] = []
    makers: list[Hit] = []
    for hit in seen:
        labels += own_label(hit, catalog)
        makers += presumption(hit, catalog)
    return (*seen, *labels, *makers) if labels or makers else seen


def own_label(hit: Hit, catalog: Catalog) -> tuple[Hit, ...]:
    """The label that stands in a maker's own sign (``AXIS_`` in a realm).

    Only for makers whose hardware the rebrand directory knows under no other label: the name of
    Dahua in a rebrand's RTSP server says nothing of the housing.
    """
    if hit.owner is None or hit.oui or hit.owner in catalog.sold_on:
        return ()
    roles = {claim.role for claim in hit.claims}
    if Role.BRAND in roles or not roles & _MAKES:
        return ()
    vendor = catalog.vendors[hit.owner]
    if not _word((vendor.name, *vendor.aliases)).search(hit.evidence.value):
        return ()
    return (
        Hit(
            evidence=_as_label(hit.evidence),
            claims=(Claim(role=Role.BRAND, vendor=hit.owner),),
            owner=hit.owner,
        ),
    )


def presumption(hit: Hit, catalog: Catalog) -> Sequence[Hit]:
    """A label that builds some of what it sells may have built this one: a hint, no more.

    So may the vendor whose firmware it runs, where that alone does not show the maker. The hint keeps
    behind every other maker of the same grade, and it can neither convict nor acquit. What the MAC
    block of such a label says hangs on all the rest that the device shows (:func:`own_blocks`).
    """
    vendors: dict[str, None] = {}
    for claim in hit.claims:
        if claim.role is Role.MAKER:
            return ()
        if _may_build(claim, catalog) and not _own_block(hit, claim.vendor, catalog):
            vendors[claim.vendor] = None
    return [
        Hit(
            evidence=_as_label(hit.evidence),
            claims=(headed(Claim(role=Role.MAKER, vendor=vendor), catalog),),
            owner=hit.owner,
            presumed=True,
        )
        for vendor in vendors
    ]


def _may_build(claim: Claim, catalog: Catalog) -> bool:
    """Whether a label or a platform hints at its own vendor as the maker."""
    vendor = catalog.vendors.get(claim.vendor)
    if vendor is None:
        return False
    if claim.role is Role.PLATFORM:
        return vendor.builds != "none"
    return claim.role is Role.BRAND and vendor.builds in _PRESUMED


def own_blocks(found: Sequence[Hit], models: Sequence[str], catalog: Catalog) -> tuple[Hit, ...]:
    """What the MAC blocks of labels say of the maker that build some or most of what they sell.

    The block proves whose label it is. It is a sign of its owner as a maker too, if the owner builds
    most of what it sells, or if a rule of the owner knows its own hardware by something else that
    the device tells (a model in its grammar, a record of its protocol); and only while nothing else
    speaks: no strong or supportive sign of another maker or platform, no MAC block of another such
    label, and no row of the rebrand directory that gives one of these models to another maker. Else
    it stays a hint, so that it never stands against a maker that was recognised by something better.
    It keeps behind other makers of the same grade, and ``policy`` acquits nobody by a MAC block.

    Args:
        found: everything that the device meets.
        models: everything that the device was called.
        catalog: the database.
    """
    blocks = [
        (hit, claim.vendor)
        for hit in found
        if hit.oui
        for claim in hit.claims
        if claim.role is Role.BRAND and _own_block(hit, claim.vendor, catalog)
    ]
    if not blocks:
        return ()
    owners = {catalog.head_of(label) for _, label in blocks}
    alone = len(owners) == 1 and not _contested(found, models, next(iter(owners)), catalog)
    hits = []
    for hit, label in blocks:
        speaks = alone and (
            catalog.vendors[label].builds == "most" or _known_by(found, catalog.head_of(label))
        )
        hits.append(
            Hit(
                evidence=hit.evidence if speaks else _as_label(hit.evidence),
                claims=(headed(Claim(role=Role.MAKER, vendor=label), catalog),),
                owner=hit.owner,
                oui=True,
                presumed=True,
            )
        )
    return tuple(hits)


def _own_block(hit: Hit, label: str, catalog: Catalog) -> bool:
    """Whether a hit is the registered MAC block of a label that builds some of what it sells."""
    vendor = catalog.vendors.get(label)
    return (
        hit.oui
        and vendor is not None
        and vendor.builds in _PRESUMED
        and hit.evidence.rule.startswith(f"{label}.oui")
    )


def _known_by(found: Sequence[Hit], owner: str) -> bool:
    """Whether a rule of any vendor knows this maker's hardware by more than a MAC block or a name."""
    return any(
        hit.owner is not None
        and not (hit.oui or hit.presumed)
        and hit.evidence.strength is not Strength.WEAK
        and any(claim.role is Role.MAKER and claim.vendor == owner for claim in hit.claims)
        for hit in found
    )


def _contested(found: Sequence[Hit], models: Sequence[str], owner: str, catalog: Catalog) -> bool:
    """Whether anything of weight, or the directory by model, names another maker."""
    return any(
        hit.rank[0] <= _SUPPORTIVE
        and any(claim.role in _MAKES and claim.vendor != owner for claim in hit.claims)
        for hit in found
    ) or any(
        catalog.head_of(row.maker) != owner
        for model in models
        for row in rows_naming(model, catalog)
    )


def _as_label(evidence: Evidence) -> Evidence:
    return Evidence(
        rule=evidence.rule,
        signal=evidence.signal,
        value=evidence.value,
        strength=Strength.LABEL,
        channel=evidence.channel,
        endpoint=evidence.endpoint,
        via=evidence.via,
        sources=evidence.sources,
    )


@lru_cache(maxsize=512)
def _word(names: tuple[str, ...]) -> re.Pattern[str]:
    """Names as whole words; an underscore ends a word too."""
    longest = sorted({name for name in names if len(name) >= _SHORTEST}, key=lambda n: (-len(n), n))
    words = "|".join(re.escape(name) for name in longest)
    return re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])" if words else r"(?!)", re.IGNORECASE)
