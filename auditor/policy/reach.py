"""Whether a regime's listing reaches a maker at a date: names, entities, equipment, time."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from auditor.catalog.catalog import Catalog
from auditor.model.judgement import Attribution
from auditor.model.knowledge import Listing, Part, Regime, Relation
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
_TELLING = (
    "removed_from_list",
    "before_listing",
    "subsidiary_not_named",
    "entity_not_named",
    "kind_outside_listing",
)
"""Where several rows let a maker go, the reason that says most of it."""
_HALF = 50.0


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
    entity = _entity(attribution, catalog)
    return min(named, key=lambda meeting: _rank(meeting, entity))


def _rank(meeting: Meeting, entity: str | None) -> tuple[int, int, bool]:
    """Strongest reach first; then the reason that says most; then the company's own row."""
    reason = meeting.reasons[0]
    telling = _TELLING.index(reason) if reason in _TELLING else len(_TELLING)
    own = meeting.listing is not None and meeting.listing.entity == entity
    return _ORDER.index(meeting.reach), telling, not own


def _entity(attribution: Attribution, catalog: Catalog) -> str | None:
    """The legal entity that a device comes from; None where it is not established."""
    vendor = catalog.vendors.get(attribution.vendor)
    return attribution.entity or (vendor.entity if vendor else None)


def standing(regime: Regime, as_of: date) -> tuple[str, date] | None:
    """Why a rule as a whole binds nobody on a date, or not surely; None when it stands.

    Returns:
        A reason and the date that belongs to it.
    """
    if regime.parts:
        first = regime.parts[0]
        if first.approx and _same_month(as_of, first.date):
            return "date_approximate", first.date
        if as_of < first.date:
            return "not_yet_effective", first.date
    return _halted(regime, as_of)


def _halted(regime: Regime, as_of: date) -> tuple[str, date] | None:
    if regime.suspended is None:
        return None
    start, end = regime.suspended
    if start <= as_of <= end:
        return "suspended", end
    if as_of > end >= regime.evidence_as_of:
        # The evidence ends before the suspension does: what came after it was not seen.
        return "resumption_unverified", end
    return None


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
    entity = _entity(attribution, catalog)
    if entity is not None and listing.entity == entity:
        return Meeting(reach=Reach.REACHED, reasons=("listed_vendor",), listing=listing)
    same_family = listing.vendor == attribution.vendor
    if regime.affiliates is Affiliates.LISTED_ONLY:
        if entity is None:
            return _dispute(listing, "entity_not_established") if same_family else None
        return _sister(listing, entity, catalog, as_of, same_family=same_family)
    if entity is not None and listing.entity in catalog.controlled_by(entity, as_of):
        if regime.affiliates is Affiliates.FIFTY_PERCENT and not _owned(
            entity, listing.entity, catalog, as_of
        ):
            return _dispute(listing, "share_not_established")
        return Meeting(reach=Reach.REACHED, reasons=("affiliate_of_listed",), listing=listing)
    if not same_family:
        return None
    if listing.entity != listing.vendor:
        # A row for one sister company does not name the head of the family.
        return _dispute(listing, "entity_not_established") if entity is None else None
    return Meeting(reach=Reach.REACHED, reasons=("listed_vendor",), listing=listing)


def _sister(
    listing: Listing, entity: str, catalog: Catalog, as_of: date, *, same_family: bool
) -> Meeting | None:
    """A list that reaches only named entities, and a company beside or below a named one."""
    if listing.entity in catalog.controlled_by(entity, as_of):
        return Meeting(reach=Reach.NOT, reasons=("subsidiary_not_named",), listing=listing)
    if same_family:
        return Meeting(reach=Reach.NOT, reasons=("entity_not_named",), listing=listing)
    return None


def _owned(entity: str, owner: str, catalog: Catalog, as_of: date) -> bool:
    """Whether one company is known to hold another at half or more, through any chain."""
    found, queue = {entity}, [entity]
    while queue:
        child = queue.pop()
        for edge in catalog.relations:
            if edge.child == child and edge.parent not in found and _half(edge, as_of):
                found.add(edge.parent)
                queue.append(edge.parent)
    return owner in found


def _half(edge: Relation, as_of: date) -> bool:
    if edge.code is EvidenceCode.M or edge.kind not in {"owns", "controls", "formerly-owned"}:
        return False
    if edge.since is not None and as_of < edge.since:
        return False
    if edge.until is not None and as_of > edge.until:
        return False
    return edge.kind != "controls" if edge.share is None else edge.share >= _HALF


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
    halted = _halted(regime, as_of)
    if halted is not None:
        return _pending(listing, *halted)
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
    return Meeting(reach=Reach.NOT, reasons=("kind_outside_listing",), listing=listing)
