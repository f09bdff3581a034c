"""What a scan found and could not find, as one scan document."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from auditor.app.devices import conclusion
from auditor.app.devices.conclusion import Conclusion
from auditor.app.devices.desk import Desk
from auditor.app.judging.hinge import law_notes, vendors_named
from auditor.app.scanning import baselines
from auditor.app.scanning.link import NO_LINK
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
from auditor.model.scope import Span, address_of, minus, read_address, span_text, spans_of
from auditor.policy.judge import Bench

_INTERRUPTED: Final = "the scan was interrupted before these addresses had been asked"


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
    """The scan document of assets that are judged already."""
    return written(ran, desk, conclusion.of(assets), bench)


def written(ran: Ran, desk: Desk, found: Conclusion, bench: Bench) -> Scan:
    """The scan document. It says what it does not know."""
    missing = baselines.missing(ran.baseline, found.named, desk.scope)
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
        summary=found.summary(),
        assets=found.assets,
        sent=ran.sent,
        law=law_notes(bench),
        vendors=vendors_named(found.vendors, bench),
    )


def _coverage(ran: Ran, desk: Desk, missing: tuple[str, ...]) -> Coverage:
    cards = desk.cards
    not_assessed = tuple(
        Unassessed(address=brief.address, why=brief.why)
        for brief in sorted(cards.briefs(), key=lambda brief: _order(brief.address))
        if brief.why is not None
    )
    notes = list(ran.notes)
    if desk.dropped:
        notes.append(f"{desk.dropped} answers of excluded hosts were dropped")
    if desk.unlisted:
        notes.append(f"{desk.unlisted} more answers from outside the scope were not kept")
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


def coverage_notes(desk: Desk, gone: Sequence[str]) -> tuple[str, ...]:
    """What the coverage says beside its lists.

    Args:
        desk: nobody works on its cards any more.
        gone: addresses that only the neighbour table named.
    """
    notes = []
    if gone:
        notes.append(
            f"{len(gone)} addresses stand in the neighbour table from before and did not answer:"
            f" {', '.join(spans_of(gone))}"
        )
    notes.extend(
        f"{address} is this machine" for address in sorted(desk.own) if address in desk.scope
    )
    briefs = desk.cards.briefs()
    by_wsd = sum(brief.by_wsd for brief in briefs)
    onvif = sum(brief.onvif for brief in briefs)
    if onvif and not by_wsd:
        notes.append(
            f"multicast seems blocked: {onvif} devices speak ONVIF and none answered"
            " WS-Discovery; devices that only answer discovery may be missing"
        )
    if desk.scope.size is None:
        notes.append("IPv6 ranges this wide are not swept: multicast and neighbours only")
    return tuple(notes)


def _ledger(ran: Ran, desk: Desk) -> Ledger:
    """Every address of the scope, by what became of it. The groups do not overlap."""
    groups: dict[str, list[str]] = {"answered": [], "refused": [], "filtered": [], "late": []}
    for brief in desk.cards.briefs():
        groups[brief.group].append(brief.address)
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
        not_scanned_why=None if ran.swept else (_INTERRUPTED if ran.interrupted else NO_LINK),
    )


def _point(address: str) -> Span:
    parsed = read_address(address)
    return Span(version=parsed.version, first=int(parsed), last=int(parsed))


def _wide(span: Span) -> bool:
    return address_of(span.version, span.first).version == 6 and span.size > 1 << 16  # noqa: PLR2004


def _order(address: str) -> tuple[int, int]:
    parsed = read_address(address)
    return parsed.version, int(parsed)


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
    bugs = [brief for brief in desk.cards.briefs() if brief.bugs]
    if bugs:
        count = sum(brief.bugs for brief in bugs)
        reasons.append(f"{count} questions ended in a bug of this tool ({bugs[0].bug})")
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
