"""The room's door: what each regime of the policy says of one device.

Silence is never compliance: ``not_covered`` has to be earned (:func:`_acquit`), and everything that
is neither convicted nor acquitted is ``indeterminate`` with its reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from auditor.catalog.catalog import Catalog
from auditor.model.judgement import Attribution, Judged, Verdict
from auditor.model.knowledge import Exemption, Policy, Regime
from auditor.model.words import (
    VIDEO_KINDS,
    Channel,
    Grade,
    Kind,
    Outcome,
    Role,
    Strength,
    grade_rank,
)
from auditor.policy.reach import Meeting, Reach, meet_regime, standing
from auditor.policy.words import sentence
from auditor.wire.mac import normal

_SPEAKS = frozenset({Strength.STRONG, Strength.SUPPORTIVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What names a device to an exemption."""

    address: str | None = None
    mac: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything that judging needs besides the device.

    Attributes:
        policy: the operator's choice, with ``--regime`` and ``--profile`` already applied.
        as_of: the date of judgement.
        worded: verdicts that were worded before; a fleet has few different ones.
        shapes: verdicts by all that judging looks at (``_shape``), where nothing is exempt.
        written: JSON of the tuples in ``shapes``, by identity; for whoever writes many.
    """

    catalog: Catalog
    policy: Policy
    as_of: date
    exemptions: tuple[Exemption, ...] = ()
    _met: dict[tuple[str, str, str | None, Kind], Meeting] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    worded: dict[object, Verdict] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    written: dict[int, bytes] = field(init=False, default_factory=dict, compare=False, repr=False)
    shapes: dict[object, tuple[Verdict, ...]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    def meeting(self, item: Attribution, kind: Kind, regime: Regime) -> Meeting:
        """How a regime meets an attribution; worked out once for each maker, entity and kind."""
        key = (regime.id, item.vendor, item.entity, kind)
        found = self._met.get(key)
        if found is None:
            found = self._met[key] = meet_regime(item, kind, regime, self.catalog, self.as_of)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    attribution: Attribution
    meeting: Meeting


def judge(judged: Judged, bench: Bench, device: Device | None = None) -> tuple[Verdict, ...]:
    """Verdicts under every regime of the policy; empty outside the subject.

    A regime that names no maker (it tests ownership, law or origin) cannot be decided from a scan:
    it is ``indeterminate``, never silent.
    """
    if bench.exemptions:  # they look at the device itself
        return _judged(judged, bench, device or Device())
    shape = _shape(judged)
    known = bench.shapes.get(shape)
    if known is None:
        known = bench.shapes[shape] = _judged(judged, bench, Device())
    return known


def _shape(judged: Judged) -> object:
    """Everything of a device that judging looks at. A fleet has few shapes."""
    return (
        judged.kind,
        judged.video_sign,
        tuple(
            [
                (
                    item.role,
                    item.vendor,
                    item.entity,
                    item.grade,
                    _model_speaks(item),
                    frozenset(_strong_places(item)),
                )
                for item in judged.attributions
            ]
        ),
    )


def _judged(judged: Judged, bench: Bench, device: Device) -> tuple[Verdict, ...]:
    kind = Kind(judged.kind)
    if not in_subject(judged, bench):
        return ()
    out = []
    for name in bench.policy.regimes:
        regime = bench.catalog.regimes[name]
        if regime.names_makers:
            verdict = _under(judged, kind, regime, bench)
            out.append(_excused(verdict, bench, device))
        else:
            out.append(_nameless(regime, bench))
    return tuple(out)


def _nameless(regime: Regime, bench: Bench) -> Verdict:
    """A rule that names no maker: never silent, and said with where its date stands."""
    waits = standing(regime, bench.as_of)
    meeting = Meeting(
        reach=Reach.NOT,
        reasons=("names_no_maker",) if waits is None else ("names_no_maker", waits[0]),
        effective=None if waits is None else waits[1],
    )
    return _worded(Outcome.INDETERMINATE, None, meeting, meeting.reasons, regime, bench)


def in_subject(judged: Judged, bench: Bench) -> bool:
    """Whether a device is judged at all (law 1, Subject)."""
    kind = Kind(judged.kind)
    if kind in VIDEO_KINDS:
        return True
    if kind is Kind.OTHER:
        return False
    if kind is Kind.UNKNOWN and judged.video_sign:
        return True
    if kind is Kind.UNKNOWN and bench.policy.unidentified == "indeterminate":
        return True
    return _listed_equipment(judged, kind, bench)


def _listed_equipment(judged: Judged, kind: Kind, bench: Bench) -> bool:
    """Network gear, and unknown hosts, of a maker that some regime of the policy names."""
    for name in bench.policy.regimes:
        regime = bench.catalog.regimes[name]
        for item in judged.attributions:
            if item.role in regime.reaches and item.grade is not Grade.POSSIBLE:
                meeting = bench.meeting(item, kind, regime)
                if meeting.reach is not Reach.NOT:
                    return True
    return False


def _under(judged: Judged, kind: Kind, regime: Regime, bench: Bench) -> Verdict:
    met = [
        _Met(
            attribution=item,
            meeting=bench.meeting(item, kind, regime),
        )
        for item in judged.attributions
        if item.role in regime.reaches
    ]
    minimum = grade_rank(bench.policy.minimum)
    sure = [item for item in met if grade_rank(item.attribution.grade) >= minimum]
    convicted = _convict(sure, met, regime, bench)
    if convicted is not None:
        return convicted
    for reach in (Reach.PENDING, Reach.DISPUTED):
        for item in sure:
            if item.meeting.reach is reach:
                return _verdict(Outcome.INDETERMINATE, item, regime, bench, None)
    return _acquit(met, regime, bench)


def _convict(
    sure: Sequence[_Met], met: Sequence[_Met], regime: Regime, bench: Bench
) -> Verdict | None:
    reached = [item for item in sure if item.meeting.reach is Reach.REACHED]
    if not reached:
        return None
    top = max(reached, key=lambda item: grade_rank(item.attribution.grade))
    strangers = [
        item
        for item in met
        if item.attribution.role is Role.MAKER
        and grade_rank(item.attribution.grade) >= grade_rank(Grade.PROBABLE)
        and item.attribution.vendor != top.attribution.vendor
        and (item.meeting.reach is Reach.NOT or _at_odds(item.attribution, top.attribution))
    ]
    rival = max((grade_rank(item.attribution.grade) for item in strangers), default=0)
    if rival >= grade_rank(top.attribution.grade):
        return _verdict(Outcome.INDETERMINATE, top, regime, bench, "conflict")
    return _verdict(Outcome.COVERED, top, regime, bench, None)


def _at_odds(one: Attribution, other: Attribution) -> bool:
    """Whether one server shows strong signs of both makers, and so speaks for neither.

    It is a decoy, or a proxy before two devices. A MAC is not a server's word.
    """
    return bool(_strong_places(one) & _strong_places(other))


def _strong_places(item: Attribution) -> set[tuple[Channel, str | None]]:
    """Where strong signs were seen: witness and endpoint, MAC blocks left out."""
    return {
        (evidence.channel, evidence.endpoint)
        for evidence in item.because
        if evidence.strength is Strength.STRONG
        and not (evidence.signal == "mac" and _is_oui(evidence.rule))
    }


def _acquit(met: Sequence[_Met], regime: Regime, bench: Bench) -> Verdict:
    """``not_covered`` if it is earned, else ``indeterminate`` with what is missing."""
    makers = [
        item
        for item in met
        if item.meeting.reach is Reach.NOT
        and item.attribution.role is Role.MAKER
        and item.attribution.grade is not Grade.POSSIBLE
    ]
    suspects = [
        item for item in met if item.meeting.reach in {Reach.REACHED, Reach.PENDING, Reach.DISPUTED}
    ]
    if not makers:
        return _unknown(met, suspects, regime, bench)
    top = max(makers, key=lambda item: (_witnessed(item), grade_rank(item.attribution.grade)))
    if suspects and (
        top.attribution.grade is Grade.PROBABLE
        or any(item.attribution.grade is not Grade.POSSIBLE for item in suspects)
    ):
        return _verdict(Outcome.INDETERMINATE, suspects[0], regime, bench, "listed_maker_possible")
    if not _witnessed(top):
        return _verdict(Outcome.INDETERMINATE, top, regime, bench, "mac_block_only")
    if not _builds(top, bench):
        return _verdict(Outcome.INDETERMINATE, top, regime, bench, "maker_buys_in")
    return _verdict(Outcome.NOT_COVERED, top, regime, bench, None)


def _unknown(
    met: Sequence[_Met], suspects: Sequence[_Met], regime: Regime, bench: Bench
) -> Verdict:
    if suspects:
        return _verdict(Outcome.INDETERMINATE, suspects[0], regime, bench, "listed_maker_possible")
    maker = next((item for item in met if item.attribution.role is Role.MAKER), None)
    if maker is not None:
        return _verdict(Outcome.INDETERMINATE, maker, regime, bench, "maker_only_possible")
    return _verdict(Outcome.INDETERMINATE, None, regime, bench, "maker_unknown")


def _witnessed(item: _Met) -> bool:
    """Whether a strong witness other than the MAC block speaks for the maker."""
    return bool(_strong_places(item.attribution))


def _is_oui(rule: str) -> bool:
    return ".oui" in rule


def _builds(item: _Met, bench: Bench) -> bool:
    """Whether the maker builds what it sells, or a rule on the model says that it built this."""
    vendor = bench.catalog.vendors.get(item.attribution.vendor)
    if vendor is not None and vendor.builds == "all":
        return True
    return _model_speaks(item.attribution)


def _model_speaks(item: Attribution) -> bool:
    """Whether a rule on the model says who built it."""
    for evidence in item.because:
        if (
            evidence.signal == "model"
            and evidence.strength in _SPEAKS
            and "brands.csv:" not in evidence.rule
        ):
            return True
    return False


def _verdict(
    outcome: Outcome, met: _Met | None, regime: Regime, bench: Bench, reason: str | None
) -> Verdict:
    meeting = met.meeting if met else Meeting(reach=Reach.NOT, reasons=("maker_unknown",))
    reasons = (reason,) if reason else meeting.reasons
    if outcome is Outcome.COVERED and meeting.listing is not None and meeting.listing.purpose_limit:
        reasons = (*reasons, "purpose_limited")
    who = (met.attribution.vendor, met.attribution.role, met.attribution.grade) if met else None
    # Meetings are kept by the bench, so that their identity stands for entity and kind.
    key = (outcome, regime.id, reasons, who, id(meeting) if met else 0)
    known = bench.worded.get(key)
    if known is None:
        known = bench.worded[key] = _worded(outcome, met, meeting, reasons, regime, bench)
    return known


def _worded(
    outcome: Outcome,
    met: _Met | None,
    meeting: Meeting,
    reasons: tuple[str, ...],
    regime: Regime,
    bench: Bench,
) -> Verdict:
    listing = meeting.listing
    source = bench.catalog.sources.get(listing.source if listing else regime.source)
    verdict = Verdict(
        regime=regime.id,
        outcome=outcome,
        finding_class=regime.finding_class,
        reasons=reasons,
        listing=f"{listing.name} (added {listing.added.isoformat()})" if listing else None,
        citation=listing.cite if listing else "; ".join(regime.citation[:2]),
        effective=meeting.effective.isoformat() if meeting.effective else None,
        applies=applies(regime, bench.policy.profile),
        vendor=met.attribution.vendor if met else None,
        role=met.attribution.role if met else None,
        grade=met.attribution.grade if met else None,
        source=source.url if source else None,
        evidence_as_of=regime.evidence_as_of.isoformat(),
    )
    return replace(verdict, says=sentence(verdict, regime, listing, bench.catalog))


def applies(regime: Regime, profile: Sequence[str]) -> bool | None:
    """Whether the operator is one whom the regime binds; None when the profile is silent."""
    if not profile:
        return None
    return any(flag in regime.applies_if for flag in profile)


def _excused(verdict: Verdict, bench: Bench, device: Device) -> Verdict:
    if verdict.outcome is not Outcome.COVERED:
        return verdict
    for exemption in bench.exemptions:
        if _excuses(exemption, verdict, bench.as_of, device):
            return replace(
                verdict,
                outcome=Outcome.EXEMPT,
                reasons=(*verdict.reasons, "exemption"),
                exemption=f"{exemption.id}: {exemption.holder}, {exemption.document},"
                f" until {exemption.until.isoformat()}: {exemption.reason}",
            )
    return verdict


def _excuses(exemption: Exemption, verdict: Verdict, as_of: date, device: Device) -> bool:
    if verdict.regime not in exemption.regimes or as_of > exemption.until:
        return False
    if exemption.since is not None and as_of < exemption.since:
        return False
    return (
        (verdict.vendor is not None and verdict.vendor in exemption.vendors)
        or (device.address is not None and device.address in exemption.addresses)
        or (device.mac is not None and device.mac in map(normal, exemption.macs))
        or (device.serial is not None and device.serial in exemption.serials)
    )


_WORST = (Outcome.COVERED, Outcome.INDETERMINATE, Outcome.EXEMPT, Outcome.NOT_COVERED)


def counts(verdict: Verdict, policy: Policy) -> bool:
    """Whether a verdict counts for headline and exit code."""
    return verdict.applies is not False and verdict.finding_class in policy.count


def headline(judged: Judged, verdicts: Sequence[Verdict], policy: Policy) -> str:
    """The worst counted outcome; ``outside`` or ``unidentified`` for what is not judged."""
    counted = {verdict.outcome for verdict in verdicts if counts(verdict, policy)}
    for outcome in _WORST:
        if outcome in counted:
            return outcome.value
    if verdicts:
        return "outside"
    return "unidentified" if Kind(judged.kind) is Kind.UNKNOWN else "outside"
