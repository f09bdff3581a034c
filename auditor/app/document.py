"""What a scan found and could not find, as one scan document."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from auditor.app.desk import Card, Desk, Stage
from auditor.app.judging import law_notes, summary, vendor_notes
from auditor.model.document import (
    Asset,
    Coverage,
    Header,
    Ledger,
    MethodState,
    Scan,
    Sent,
    Unassessed,
)
from auditor.model.scope import Scope, Span, address_of, minus, span_text, spans_of
from auditor.model.words import VIDEO_KINDS, Ending
from auditor.policy.judge import Bench


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What is known of the run when it is over."""

    id: str
    started: str
    finished: str
    tool: str
    engine: str
    site: str | None
    interrupted: bool
    swept: bool
    states: tuple[MethodState, ...]
    sent: Sent
    notes: tuple[str, ...] = ()
    baseline: Scan | None = None


def document(ran: Ran, desk: Desk, assets: Sequence[Asset], bench: Bench) -> Scan:
    """The scan document. It says what it does not know."""
    missing = _missing(ran.baseline, assets, desk.scope)
    coverage = _coverage(ran, desk, missing)
    reasons = _incomplete(ran, desk, coverage)
    return Scan(
        scan=Header(
            id=ran.id,
            started=ran.started,
            finished=ran.finished,
            tool=ran.tool,
            db_version=bench.catalog.version,
            db_digest=bench.catalog.digest,
            site=ran.site,
            scope=desk.scope.targets,
            exclude=tuple(span_text(span) for span in desk.scope.excluded),
            engine=ran.engine,
            complete=not reasons,
            as_of=bench.as_of.isoformat(),
            policy=bench.policy.id,
            profile=bench.policy.profile,
            incomplete_because=reasons,
        ),
        coverage=coverage,
        summary=summary(assets),
        assets=tuple(assets),
        sent=ran.sent,
        law=law_notes(bench),
        vendors=vendor_notes(assets, bench),
    )


def _coverage(ran: Ran, desk: Desk, missing: tuple[str, ...]) -> Coverage:
    cards = desk.cards
    not_assessed = tuple(
        Unassessed(address=card.address, why=card.why_not_assessed)
        for card in sorted(cards.values(), key=lambda card: _order(card.address))
        if _unassessed(card)
    )
    notes = list(ran.notes)
    if desk.dropped:
        notes.append(f"{desk.dropped} answers of excluded hosts were dropped")
    return Coverage(
        in_scope=desk.scope.size,
        answered=len(cards),
        assessed=len(cards) - len(not_assessed),
        not_assessed=not_assessed,
        ledger=_ledger(ran, desk),
        methods=ran.states,
        out_of_scope=desk.out_of_scope(),
        notes=tuple(notes),
        missing_from_baseline=missing,
    )


def _unassessed(card: Card) -> bool:
    return not card.assessed or card.stage in {Stage.WAITING, Stage.PROBING, Stage.OUT_OF_TIME}


def _ledger(ran: Ran, desk: Desk) -> Ledger:
    """Every address of the scope, by what became of it. The groups do not overlap."""
    groups: dict[str, list[str]] = {"answered": [], "refused": [], "filtered": [], "late": []}
    for card in desk.cards.values():
        groups[_group(card)].append(card.address)
    own = [address for address in desk.own if address in desk.scope]
    rest = minus(desk.scope.spans, [_point(address) for address in (*desk.cards, *own)])
    silent = tuple(span_text(span) for span in rest if not _wide(span))
    return Ledger(
        answered=spans_of(groups["answered"]),
        silent=silent if ran.swept else (),
        refused=spans_of(groups["refused"]),
        filtered=spans_of(groups["filtered"]),
        out_of_time=spans_of(groups["late"]),
        excluded=tuple(span_text(span) for span in desk.scope.excluded),
        this_machine=spans_of(own),
        not_scanned=() if ran.swept else silent,
        not_scanned_why=None
        if ran.swept
        else "the scan was interrupted before these addresses had been asked",
    )


def _group(card: Card) -> str:
    if card.stage is Stage.OUT_OF_TIME:
        return "late"
    if card.only_refused:
        return "refused"
    endings = {attempt.outcome for attempt in card.attempts if attempt.probe == "ports"}
    if not card.open_ports and endings == {Ending.FILTERED} and not card.refused_ports:
        return "filtered"
    return "answered"


def _point(address: str) -> Span:
    parsed = ip_address(address)
    return Span(version=parsed.version, first=int(parsed), last=int(parsed))


def _wide(span: Span) -> bool:
    return address_of(span.version, span.first).version == 6 and span.size > 1 << 16  # noqa: PLR2004


def _order(address: str) -> tuple[int, int]:
    parsed = ip_address(address)
    return parsed.version, int(parsed)


def _missing(baseline: Scan | None, assets: Sequence[Asset], scope: Scope) -> tuple[str, ...]:
    """Video equipment of the baseline, in this scope, that did not answer this time."""
    if baseline is None:
        return ()
    here = {asset.id for asset in assets} | {address for a in assets for address in a.addresses}
    return tuple(
        f"{asset.address} ({asset.model or asset.brand or asset.kind})"
        for asset in baseline.assets
        if asset.address is not None
        and (asset.kind in VIDEO_KINDS or asset.headline in {"covered", "indeterminate", "exempt"})
        and asset.address in scope
        and asset.id not in here
        and asset.address not in here
    )


def _incomplete(ran: Ran, desk: Desk, coverage: Coverage) -> tuple[str, ...]:
    """Why this scan may not be read as the whole truth; empty when it may."""
    reasons = []
    if ran.interrupted:
        reasons.append("interrupted before it was through")
    if not desk.cards:
        reasons.append(
            "no host answered: check the cable, the VLAN, the address range and `audit doctor`"
        )
    if coverage.not_assessed:
        reasons.append(f"{len(coverage.not_assessed)} hosts answered and could not be assessed")
    bugs = [
        attempt
        for card in desk.cards.values()
        for attempt in card.attempts
        if attempt.outcome is Ending.BUG
    ]
    if bugs:
        reasons.append(f"{len(bugs)} questions ended in a bug of this tool ({bugs[0].detail})")
    reasons.extend(
        f"discovery {state.method} failed"
        + (f" on {state.interface}" if state.interface else "")
        + (f": {state.why}" if state.why else "")
        for state in coverage.methods
        if state.state == "failed"
    )
    if coverage.missing_from_baseline:
        reasons.append(
            f"{len(coverage.missing_from_baseline)} devices of the baseline did not answer:"
            f" {', '.join(coverage.missing_from_baseline[:5])}"
        )
    reasons.extend(note for note in ran.notes if note.startswith("multicast seems blocked"))
    return tuple(reasons)
