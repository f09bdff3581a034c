"""Sentences of a verdict, in words that the law supports and no others.

Phrases that are never used, and why, stand in docs/explanation/what-a-verdict-means.md.
"""

from typing import Final

from auditor.catalog.catalog import Catalog
from auditor.model.judgement import Verdict
from auditor.model.knowledge import Listing, Regime
from auditor.model.profiles import people
from auditor.model.words import EvidenceCode, FindingClass, Outcome

_WHY: Final = {
    "conflict": "signs of a listed and of another maker stand against each other; there may be two"
    " devices, a proxy or a decoy behind this address",
    "listed_maker_possible": "there is a hint of a listed maker, and no proof for or against it",
    "maker_only_possible": "the maker is only a possibility so far",
    "maker_unknown": "nothing that the device shows names its maker",
    "mac_block_only": "only the MAC block speaks for the maker",
    "maker_buys_in": "the maker also sells what others build, and this model is not known as its own",
    "entity_not_established": "the family is named, and it is not established which of its companies"
    " made the device",
    "kind_not_named": "it is not established that the listing names this kind of equipment",
    "kind_outside_listing": "the listing does not name this kind of equipment",
    "not_yet_effective": "the rule does not reach the device before {effective}",
    "date_approximate": "the exact day in this month is not documented",
    "suspended": "the rule is suspended until {effective}",
    "resumption_unverified": "the suspension of the rule has ended by its own terms, and whether it"
    " applies again was not verified",
    "share_not_established": "a listed company controls the maker, and it is not established that it"
    " owns half of it or more",
    "subsidiary_not_named": "the list reaches only the companies that it names, and this subsidiary"
    " is not one of them",
    "entity_not_named": "the list reaches only the companies that it names, and this company is not"
    " one of them",
    "before_listing": "the maker was not yet listed on the date asked",
    "removed_from_list": "the maker was removed from the list before the date asked",
    "maker_not_listed": "the maker is not named there",
    "listing_unverified": "whether the maker is named there has not been verified",
    "names_no_maker": "the rule names no maker: what it tests cannot be seen from a network",
}


def sentence(verdict: Verdict, regime: Regime, listing: Listing | None, catalog: Catalog) -> str:
    """What a verdict says, for people."""
    maker = _name(verdict.vendor, catalog)
    lead = "Hypothetical: " if regime.finding_class is FindingClass.HYPOTHETICAL else ""
    if verdict.outcome is Outcome.COVERED and listing is not None:
        return lead + _covered(verdict, regime, listing, maker)
    why = "; ".join(
        _WHY.get(reason, reason).format(effective=verdict.effective) for reason in verdict.reasons
    )
    if verdict.outcome is Outcome.NOT_COVERED:
        return (
            f"{lead}No listed producer identified under {regime.id}: the signs point to {maker}"
            f" ({verdict.grade}), and {why}. Chips inside were not assessed."
        )
    subject = f"The signs point to {maker} ({verdict.grade}), but " if verdict.vendor else ""
    told = f"{subject}{why}"
    return f"{lead}Not determined under {regime.id}. {told[:1].upper()}{told[1:]}."


def _covered(verdict: Verdict, regime: Regime, listing: Listing, maker: str) -> str:
    named = "is named" if listing.code is EvidenceCode.P else "is reported as named"
    parts = [
        f"The device shows signs of production by {maker} ({verdict.grade}).",
        f"{listing.name} {named} in {regime.name} (added {listing.added.isoformat()}).",
        regime.meaning,
    ]
    if listing.purpose_limit:
        parts.append(f"The listing is limited to use for: {listing.purpose_limit}.")
    if verdict.applies is None and regime.applies_if:
        parts.append(f"It concerns you if you are {people(regime.applies_if)}.")
    elif verdict.applies is False:
        parts.append("Your profile is not one of those whom it concerns.")
    return " ".join(parts)


def _name(vendor: str | None, catalog: Catalog) -> str:
    if vendor is None:
        return "an unknown maker"
    known = catalog.vendors.get(vendor)
    return known.name if known else vendor
