"""What a maker's sign says of the label, and a label of the maker. Never above possible."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

from auditor.attribution.hit import Hit, headed
from auditor.catalog.catalog import Catalog
from auditor.model.judgement import Evidence
from auditor.model.knowledge import Claim
from auditor.model.words import Role, Strength

_SHORTEST = 3
_MAKES = frozenset({Role.MAKER, Role.PLATFORM})


def with_labels(found: Iterable[Hit], catalog: Catalog) -> tuple[Hit, ...]:
    """Hits, and after them what they say of the label, and the label of the maker."""
    seen = tuple(found)
    if not seen:
        return seen
    labels = chain.from_iterable(own_label(hit, catalog) for hit in seen)
    makers = chain.from_iterable(presumption(hit, catalog) for hit in seen)
    return (*seen, *labels, *makers)


def own_label(hit: Hit, catalog: Catalog) -> Iterator[Hit]:
    """The label that stands in a maker's own sign (``AXIS_`` in a realm).

    Only for makers whose hardware the rebrand directory knows under no other label: the name of
    Dahua in a rebrand's RTSP server says nothing of the housing.
    """
    if hit.owner is None or hit.oui or hit.owner in catalog.sold_on:
        return
    roles = {claim.role for claim in hit.claims}
    if Role.BRAND in roles or not roles & _MAKES:
        return
    vendor = catalog.vendors[hit.owner]
    if not _word((vendor.name, *vendor.aliases)).search(hit.evidence.value):
        return
    yield Hit(
        evidence=_as_label(hit.evidence),
        claims=(Claim(role=Role.BRAND, vendor=hit.owner),),
        owner=hit.owner,
    )


def presumption(hit: Hit, catalog: Catalog) -> Iterator[Hit]:
    """A label that builds some of what it sells may have built this one: a hint, no more.

    It keeps behind every other maker of the same grade, and it can neither convict nor acquit.
    """
    if any(claim.role is Role.MAKER for claim in hit.claims):
        return
    for claim in hit.claims:
        vendor = catalog.vendors.get(claim.vendor)
        if claim.role is not Role.BRAND or vendor is None or vendor.builds != "some":
            continue
        yield Hit(
            evidence=_as_label(hit.evidence),
            claims=(headed(Claim(role=Role.MAKER, vendor=claim.vendor), catalog),),
            owner=hit.owner,
            presumed=True,
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
