"""The room's door: observations in, what made it out."""

from collections.abc import Iterable, Sequence
from typing import Final

from auditor.attribution.derive import NAMES
from auditor.attribution.facts import Fact, Voice
from auditor.attribution.findings import findings
from auditor.attribution.hit import Hit
from auditor.attribution.hits import hits
from auditor.attribution.opened import opened
from auditor.attribution.weigh import best, weigh
from auditor.catalog.catalog import Catalog
from auditor.model.facts import Seen
from auditor.model.judgement import Attribution, Judged
from auditor.model.knowledge import Vendor
from auditor.model.signals import SIGNALS
from auditor.model.words import VIDEO_KINDS, Kind, Role, Strength, strength_rank

_KIND_ORDER: Final = (
    Kind.RECORDER, Kind.INTERCOM, Kind.ACCESS_CONTROL, Kind.ENCODER, Kind.CAMERA, Kind.NETWORK,
    Kind.OTHER,
)  # fmt: skip
_SUPPORTIVE: Final = strength_rank(Strength.SUPPORTIVE)
_VOICE_ORDER: Final = {Voice.DEVICE: 0, Voice.RECORD: 1, Voice.BANNER: 2}
_LABELLED: Final = (
    "brand", "onvif.manufacturer", "magicbox.info", "axis.basicdeviceinfo", "axis.properties",
    "ssdp.description",
)  # fmt: skip
_VIDEO_SIGNALS: Final = frozenset(name for name, signal in SIGNALS.items() if signal.video)
_LOOSE: Final = NAMES | frozenset(
    {
        "nmap.service",
        "snmp.sysdescr",
        "onvif.hardware_id",
        "http.title",
        "http.auth_realm",
        "rtsp.auth_realm",
        "http.headers",
        "rtsp.headers",
        "banner",
    }
)


def attribute(observations: Iterable[Seen], catalog: Catalog) -> Judged:
    """Weigh everything that was observed of one device.

    A pure function of its arguments; the order of the observations does not matter.
    """
    listed = tuple(observations)
    found = hits(opened(listed, catalog), catalog)
    met, named = found.hits, found.named
    attributions = _with_brand_entity(weigh(met), catalog)
    return Judged(
        kind=_kind(met),
        brand=_brand(attributions, named["brand"]),
        model=_text(_plausible(named["model"], met, _LOOSE)),
        serial=_text(_plausible(named["serial"], met, NAMES)),
        firmware=_text(named["firmware"]),
        video_sign=_video_sign(listed, met),
        built=found.built,
        oem_customer=_customer(met, catalog),
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
        rank = -hit.rank[0]
        if hit.kind not in VIDEO_KINDS and rank < _SUPPORTIVE:
            continue
        votes[hit.kind] = max(votes.get(hit.kind, 0), rank)
    if not votes:
        return Kind.UNKNOWN
    return min(
        votes, key=lambda kind: (-votes[kind], kind not in VIDEO_KINDS, _KIND_ORDER.index(kind))
    )


def _video_sign(observations: Sequence[Seen], met: Sequence[Hit]) -> bool:
    return any(item.signal in _VIDEO_SIGNALS for item in observations) or any(
        hit.video or hit.kind in VIDEO_KINDS for hit in met
    )


def _brand(attributions: Sequence[Attribution], labels: Sequence[Fact]) -> str | None:
    """The label: a vendor id where it is known, else the text that the device gives."""
    known = best(attributions, Role.BRAND)
    if known is not None:
        return known.vendor
    for origin in _LABELLED:
        texts = [fact.value for fact in labels if fact.origin == origin]
        if texts:
            return min(texts)[:64]
    return None


def _plausible(told: Sequence[Fact], met: Sequence[Hit], loose: frozenset[str]) -> Sequence[Fact]:
    """Models or serial numbers without those words of loose texts that no rule knows."""
    if not any(fact.origin in loose for fact in told):
        return told
    signal = told[0].signal
    known = {hit.evidence.value for hit in met if hit.evidence.signal == signal}
    return [fact for fact in told if fact.origin not in loose or fact.value in known]


def _text(named: Sequence[Fact]) -> str | None:
    """What the best witness says, cut to what a column holds."""
    if not named:
        return None
    best = min(
        named,
        key=lambda fact: (
            _VOICE_ORDER[fact.voice],
            fact.origin,
            fact.via == fact.signal,  # a part of it comes after the whole
            fact.value,
        ),
    )
    return best.value[:96]


def _customer(met: Iterable[Hit], catalog: Catalog) -> str | None:
    """Whom the maker built it for, as a code of the maker's says; the first code by rule."""
    told = [
        (hit.evidence.rule, code, hit.owner)
        for hit in met
        if hit.owner is not None and hit.groups
        for name, code in hit.groups
        if name == "oem"
    ]
    if not told:
        return None
    _, code, owner = min(told)
    return catalog.vendors[owner].oem_codes.get(code, code)
