"""Whether a regime's listing reaches a maker at a date: names, entities, equipment, time."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from auditor.catalog.catalog import Catalog
from auditor.model.judgement import Attribution
from auditor.model.knowledge import Listing, Part, Regime
from auditor.model.words import Affiliates, EvidenceCode, Kind


class Reach(StrEnum):
    """How a regime meets a maker."""

    REACHED = "reached"
    PENDING = "pending"  # named, and the rule does not reach this device yet, or not surely
    DISPUTED = "disputed"  # the family is named, the legal entity or the kind is not established
    NOT = "not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A regime meeting one attribution.

    Attributes:
        reach: how.
        reasons: machine words.
        listing: the row that decided, if any.
        effective: from when the rule reaches the device.
    """

    reach: Reach
    reasons: tuple[str, ...]
    listing: Listing | None = None
    effective: date | None = None


_ORDER = (Reach.REACHED, Reach.PENDING, Reach.DISPUTED, Reach.NOT)


def meet_regime(
    attribution: Attribution, kind: Kind, regime: Regime, catalog: Catalog, as_of: date
) -> Meeting:
    """The strongest way in which any live row of a regime meets an attribution."""
    meetings = [
        _from_memory(_meet_row(attribution, kind, listing, regime, catalog, as_of))
        if listing.code is EvidenceCode.M
        else _meet_row(attribution, kind, listing, regime, catalog, as_of)
        for listing in regime.listings
    ]
    named = [meeting for meeting in meetings if meeting is not None]
    if not named:
        return Meeting(reach=Reach.NOT, reasons=("maker_not_listed",))
    return min(named, key=lambda item: _ORDER.index(item.reach))


def _from_memory(meeting: Meeting | None) -> Meeting | None:
    """A row known only from memory is switched off: it convicts no one, and acquits no one either."""
    if meeting is None or meeting.reach is Reach.NOT:
        return None
    return Meeting(reach=Reach.DISPUTED, reasons=("listing_unverified",))


def _meet_row(
    attribution: Attribution,
    kind: Kind,
    listing: Listing,
    regime: Regime,
    catalog: Catalog,
    as_of: date,
) -> Meeting | None:
    named = _named(attribution, listing, regime, catalog, as_of)
    if named is None or named.reach is not Reach.REACHED:
        return named
    timed = _timed(listing, regime, as_of, named.reasons)
    if timed.reach is Reach.NOT:
        return timed
    return _equipped(timed, attribution, kind, listing, catalog)


def _named(
    attribution: Attribution, listing: Listing, regime: Regime, catalog: Catalog, as_of: date
) -> Meeting | None:
    """Whether the row's name stands for the maker of this device."""
    vendor = catalog.vendors.get(attribution.vendor)
    entity = attribution.entity or (vendor.entity if vendor else None)
    if entity is not None and listing.entity == entity:
        return Meeting(reach=Reach.REACHED, reasons=("listed_vendor",), listing=listing)
    same_family = listing.vendor == attribution.vendor
    if regime.affiliates is Affiliates.LISTED_ONLY:
        if not same_family:
            return None
        if entity is None:
            return _dispute(listing, "entity_not_established")
        return _sister(listing, entity, catalog, as_of)
    if entity is not None and listing.entity in catalog.controlled_by(entity, as_of):
        return Meeting(reach=Reach.REACHED, reasons=("affiliate_of_listed",), listing=listing)
    if not same_family:
        return None
    if listing.entity != listing.vendor:
        # A row for one sister company does not name the head of the family.
        return _dispute(listing, "entity_not_established") if entity is None else None
    return Meeting(reach=Reach.REACHED, reasons=("listed_vendor",), listing=listing)


def _sister(listing: Listing, entity: str, catalog: Catalog, as_of: date) -> Meeting | None:
    """A list that reaches only named entities, and another company of the same family."""
    if listing.entity in catalog.controlled_by(entity, as_of):
        return Meeting(reach=Reach.NOT, reasons=("subsidiary_not_named",), listing=listing)
    if listing.entity == listing.vendor:
        return Meeting(reach=Reach.NOT, reasons=("entity_not_named",), listing=listing)
    return None


def _dispute(listing: Listing, reason: str) -> Meeting:
    return Meeting(reach=Reach.DISPUTED, reasons=(reason,), listing=listing)


def _timed(listing: Listing, regime: Regime, as_of: date, reasons: tuple[str, ...]) -> Meeting:
    """Where the date stands in the row's and the rule's life."""
    if listing.removed is not None and as_of >= listing.removed:
        return Meeting(reach=Reach.NOT, reasons=("removed_from_list",), listing=listing)
    if listing.added_approx and _same_month(as_of, listing.added):
        return _pending(listing, "date_approximate", listing.added)
    if as_of < listing.added:
        return Meeting(reach=Reach.NOT, reasons=("before_listing",), listing=listing)
    start, approx = _start(listing, regime)
    if approx and _same_month(as_of, start):
        return _pending(listing, "date_approximate", start)
    if as_of < start:
        return _pending(listing, "not_yet_effective", start)
    if regime.suspended is not None and regime.suspended[0] <= as_of <= regime.suspended[1]:
        return _pending(listing, "suspended", regime.suspended[1])
    return Meeting(reach=Reach.REACHED, reasons=reasons, listing=listing, effective=start)


def _start(listing: Listing, regime: Regime) -> tuple[date, bool]:
    """When the rule first reaches a device of a listed maker, and whether the day is uncertain."""
    begin = listing.effective or listing.added
    parts: list[Part] = [part for part in regime.parts if part.reaches == "device"]
    if not parts:
        return begin, listing.added_approx and listing.effective is None
    first = parts[0]
    if first.date > begin:
        return first.date, first.approx
    return begin, listing.added_approx and listing.effective is None


def _same_month(left: date, right: date) -> bool:
    return (left.year, left.month) == (right.year, right.month)


def _pending(listing: Listing, reason: str, start: date) -> Meeting:
    return Meeting(reach=Reach.PENDING, reasons=(reason,), listing=listing, effective=start)


def _equipped(
    meeting: Meeting, attribution: Attribution, kind: Kind, listing: Listing, catalog: Catalog
) -> Meeting:
    """Whether the row names this kind of equipment."""
    if kind in listing.kinds:
        return meeting
    if kind is Kind.UNKNOWN:
        vendor = catalog.vendors.get(attribution.vendor)
        if vendor is not None and vendor.only_video:
            return meeting
        return _dispute(listing, "kind_not_named")
    return Meeting(reach=Reach.NOT, reasons=("kind_not_named",), listing=listing)
