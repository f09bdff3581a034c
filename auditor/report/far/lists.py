"""What stands beside the items of a form: exempt, not determined, unidentified, not assessed."""

from typing import Final

from auditor.model.document import Asset, LawNote, Scan
from auditor.report.far.say import maybe, say
from auditor.report.far.select import Docket, Finding
from auditor.report.far.shape import Gap, Law, Lists, Origins, Other
from auditor.report.words import HEADLINES, title_of, vendor_names

_REASON_WORDS: Final = {
    "conflict": "evidence points to more than one maker",
    "maker_unknown": "nothing that was observed names a maker",
    "listed_maker_possible": "a listed maker is possible, no more",
    "entity_not_established": "the legal entity is not established",
    "kind_not_named": "the kind of equipment is not clearly within the listing",
    "not_yet_effective": "the rule does not reach it yet",
    "date_approximate": "the date of the listing is known to the month only",
}


def origins(scan: Scan) -> Origins:
    """The scan that a form was made from."""
    header = scan.scan
    return Origins(
        scan=say(header.id),
        started=say(header.started, 40),
        finished=say(header.finished, 40),
        site=maybe(header.site),
        scope=tuple(say(part, 80) for part in header.scope),
        tool=say(header.tool, 80),
        db_version=say(header.db_version, 40),
        db_digest=say(header.db_digest, 100),
        as_of=say(header.as_of, 40),
        policy=say(header.policy, 80),
        profile=tuple(say(flag, 80) for flag in header.profile),
        complete=header.complete,
        incomplete_because=tuple(say(why, 300) for why in header.incomplete_because),
    )


def law(scan: Scan, regime: str | None) -> tuple[Law, ...]:
    """What the scan document holds of the form's regime."""
    return tuple(_law(note) for note in scan.law if note.id == regime)


def _law(note: LawNote) -> Law:
    return Law(
        id=say(note.id, 80),
        name=say(note.name, 300),
        citation=say(note.citation, 300),
        status=say(note.status, 300),
        meaning=say(note.meaning, 1200),
        limits=tuple(say(limit, 500) for limit in note.limits),
        evidence_as_of=say(note.evidence_as_of, 40),
        due_for_review=note.stale,
        source=maybe(note.source, 300),
    )


def lists(scan: Scan, found: Docket) -> Lists:
    """Everything that is not an item."""
    names = vendor_names(scan)
    return Lists(
        exempt=tuple(_other(item, names, _exempt_why(item)) for item in found.exempt),
        undetermined=tuple(_other(item, names, _open_why(item)) for item in found.undetermined),
        unidentified=tuple(_unidentified(asset, names) for asset in found.unjudged),
        not_assessed=_gaps(scan),
        no_listed_producer=len(found.not_covered),
        not_video=found.outside,
    )


def _other(found: Finding, names: dict[str, str], why: str) -> Other:
    asset, verdict = found.asset, found.verdict
    detail = maybe(verdict.listing, 300)
    return Other(
        id=say(asset.id, 120),
        address=maybe(asset.address or found.behind, 80),
        title=say(title_of(asset, names), 120),
        why=why,
        detail=f"listing: {detail}" if detail else None,
    )


def _exempt_why(found: Finding) -> str:
    return f"exemption on record: {say(found.verdict.exemption or 'not described', 300)}"


def _open_why(found: Finding) -> str:
    return "; ".join(_REASON_WORDS.get(why, say(why, 80)) for why in found.verdict.reasons)


def _unidentified(asset: Asset, names: dict[str, str]) -> Other:
    return Other(
        id=say(asset.id, 120),
        address=maybe(asset.address, 80),
        title=say(title_of(asset, names), 120),
        why=HEADLINES.get(asset.headline, say(asset.headline, 80)),
    )


def _gaps(scan: Scan) -> tuple[Gap, ...]:
    cover, ledger = scan.coverage, scan.coverage.ledger
    gaps = [Gap(what=say(item.address, 80), why=say(item.why, 300)) for item in cover.not_assessed]
    for addresses, why in (
        (ledger.silent, "gave no answer"),
        (ledger.filtered, "something on the way refused"),
        (ledger.out_of_time, "their time ran out"),
        (ledger.excluded, "excluded by the operator"),
        (ledger.this_machine, "the scanning machine itself"),
        (ledger.not_scanned, say(ledger.not_scanned_why or "not scanned", 300)),
    ):
        if addresses:
            ranges = ", ".join(say(part, 80) for part in addresses[:60])
            more = f" and {len(addresses) - 60} more ranges" if len(addresses) > 60 else ""  # noqa: PLR2004 - what fits a cell
            gaps.append(Gap(what=ranges + more, why=why))
    gaps += [
        Gap(what=f"discovery by {say(state.method, 40)}", why=say(state.why or state.state, 300))
        for state in cover.methods
        if state.state in {"limited", "unavailable", "failed"}
    ]
    gaps += [Gap(what="coverage", why=say(note, 300)) for note in cover.notes]
    gaps += [
        Gap(what=say(name, 120), why="in the baseline, and not found in this scan")
        for name in cover.missing_from_baseline
    ]
    if cover.out_of_scope:
        count = len(cover.out_of_scope)
        gaps.append(
            Gap(
                what=f"{count} device{'s' if count > 1 else ''} outside the scope",
                why="answered a group question; never contacted and not judged",
            )
        )
    return tuple(gaps)
