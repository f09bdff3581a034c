"""The room's door: observations in, what made it out."""

from collections.abc import Iterable, Sequence
from typing import Final

from auditor.attribution.facts import Fact, Voice
from auditor.attribution.findings import findings
from auditor.attribution.hit import Hit
from auditor.attribution.hits import facts_of, hits
from auditor.attribution.produced import built
from auditor.attribution.weigh import best, weigh
from auditor.catalog.catalog import Catalog
from auditor.model.facts import Observation
from auditor.model.judgement import Attribution, Judged
from auditor.model.knowledge import Vendor
from auditor.model.signals import SIGNALS
from auditor.model.words import VIDEO_KINDS, Kind, Role, Strength, strength_rank

_KIND_ORDER: Final = (
    Kind.RECORDER, Kind.INTERCOM, Kind.ACCESS_CONTROL, Kind.ENCODER, Kind.CAMERA, Kind.NETWORK,
    Kind.OTHER,
)  # fmt: skip
_VOICE_ORDER: Final = {Voice.DEVICE: 0, Voice.RECORD: 1, Voice.BANNER: 2}
_LABELLED: Final = (
    "brand", "onvif.manufacturer", "magicbox.info", "axis.basicdeviceinfo", "axis.properties",
    "ssdp.description",
)  # fmt: skip
_LOOSE: Final = frozenset(
    {"http.title", "http.auth_realm", "rtsp.auth_realm", "http.headers", "rtsp.headers", "banner"}
)


def attribute(observations: Iterable[Observation], catalog: Catalog) -> Judged:
    """Weigh everything that was observed of one device.

    A pure function of its arguments; the order of the observations does not matter.
    """
    listed = tuple(observations)
    facts = facts_of(listed, catalog)
    met = hits(facts, catalog)
    attributions = _with_brand_entity(weigh(met), catalog)
    kind = _kind(met)
    groups = [(hit.owner, dict(hit.groups)) for hit in met]
    return Judged(
        kind=kind,
        brand=_brand(attributions, facts),
        model=_text(_plausible(facts, met), "model"),
        serial=_text(facts, "serial"),
        firmware=_text(facts, "firmware"),
        video_sign=_video_sign(listed, met),
        built=built(met),
        oem_customer=_customer(groups, catalog),
        attributions=attributions,
        notes=tuple(sorted({hit.note for hit in met if hit.note} | set(findings(listed)))),
    )


def _with_brand_entity(
    attributions: tuple[Attribution, ...], catalog: Catalog
) -> tuple[Attribution, ...]:
    """A label of a subsidiary names the legal entity behind a maker of the same family."""
    brand = best(attributions, Role.BRAND)
    vendor: Vendor | None = catalog.vendors.get(brand.vendor) if brand else None
    if vendor is None or vendor.family is None or vendor.entity is None:
        return attributions
    return tuple(
        Attribution(
            role=item.role,
            vendor=item.vendor,
            grade=item.grade,
            entity=vendor.entity,
            because=item.because,
            against=item.against,
        )
        if item.role is Role.MAKER and item.vendor == vendor.family and item.entity is None
        else item
        for item in attributions
    )


def _kind(met: Sequence[Hit]) -> Kind:
    """The kind that the best evidence shows.

    A kind outside the subject needs at least supportive evidence: a host must be positively
    recognised before it may be left out. Between equals the video kind wins.
    """
    votes: dict[Kind, int] = {}
    for hit in met:
        if hit.kind is None:
            continue
        rank = strength_rank(hit.evidence.strength)
        if hit.kind not in VIDEO_KINDS and rank < strength_rank(Strength.SUPPORTIVE):
            continue
        votes[hit.kind] = max(votes.get(hit.kind, 0), rank)
    if not votes:
        return Kind.UNKNOWN
    return min(
        votes, key=lambda kind: (-votes[kind], kind not in VIDEO_KINDS, _KIND_ORDER.index(kind))
    )


def _video_sign(observations: Sequence[Observation], met: Sequence[Hit]) -> bool:
    return any(SIGNALS[item.signal].video for item in observations) or any(
        hit.video or hit.kind in VIDEO_KINDS for hit in met
    )


def _brand(attributions: Sequence[Attribution], facts: Sequence[Fact]) -> str | None:
    """The label: a vendor id where it is known, else the text that the device gives."""
    known = best(attributions, Role.BRAND)
    if known is not None:
        return known.vendor
    for origin in _LABELLED:
        for fact in facts:
            if fact.signal == "brand" and fact.origin == origin:
                return fact.value[:64]
    return None


def _plausible(facts: Sequence[Fact], met: Sequence[Hit]) -> list[Fact]:
    """Facts without those words of titles and realms that no rule knows as a model."""
    known = {hit.evidence.value for hit in met if hit.evidence.signal == "model"}
    return [
        fact
        for fact in facts
        if fact.signal != "model" or fact.origin not in _LOOSE or fact.value in known
    ]


def _text(facts: Sequence[Fact], signal: str) -> str | None:
    named = [fact for fact in facts if fact.signal == signal]
    if not named:
        return None
    return min(named, key=lambda fact: (_VOICE_ORDER[fact.voice], fact.origin, fact.value)).value[
        :96
    ]


def _customer(groups: Sequence[tuple[str | None, dict[str, str]]], catalog: Catalog) -> str | None:
    for owner, found in groups:
        code = found.get("oem")
        if code and owner:
            return catalog.vendors[owner].oem_codes.get(code, code)
    return None
