"""Verdicts as OSCAL findings and risks, and the rules as local objectives.

OSCAL knows two states of an objective. The objective is worded so that ``satisfied`` says no more
than a verdict of ``not_covered`` does: a maker was identified, and the rule does not name it.
Whatever is open is ``not-satisfied`` with reason ``other``, never ``satisfied``.
"""

from collections.abc import Iterator
from typing import Final

from auditor.model.document import LawNote, Scan
from auditor.model.judgement import Verdict
from auditor.model.words import Outcome
from auditor.report._standard import Json, filled, law, regimes
from auditor.report.oscal._devices import Place, related_observations
from auditor.report.oscal._text import (
    NIST,
    inventory_subject,
    markup,
    prop,
    props,
    token,
    told,
    tool_origin,
)

_STATES: Final = {
    Outcome.COVERED: ("not-satisfied", "fail"),
    Outcome.EXEMPT: ("not-satisfied", "other"),
    Outcome.INDETERMINATE: ("not-satisfied", "other"),
    Outcome.NOT_COVERED: ("satisfied", "pass"),
}
_TITLES: Final = {
    Outcome.COVERED: "Signs of a listed producer",
    Outcome.EXEMPT: "Signs of a listed producer, with an exemption",
    Outcome.INDETERMINATE: "Not determined",
    Outcome.NOT_COVERED: "No listed producer identified",
}
_WHY_NOT: Final = {
    Outcome.EXEMPT: "A dated exemption is on record; the listing stands. OSCAL has no state for it.",
    Outcome.INDETERMINATE: "Not determined: OSCAL has no state for it. The reasons stand in the"
    " properties of this finding.",
}
_RISK_STATES: Final = {
    Outcome.COVERED: "open",
    Outcome.EXEMPT: "open",
    Outcome.INDETERMINATE: "investigating",
}


def objective_id(regime: str) -> str:
    """The id of the local objective of one rule."""
    return f"{token(regime)}.producer"


def objectives(scan: Scan) -> list[Json]:
    """One local objective a rule: there is no catalogue of controls for these rules."""
    notes = law(scan)
    return [_objective(regime, notes.get(regime)) for regime in _tokens(scan)]


def reviewed(scan: Scan) -> Json:
    """Which rules were asked."""
    asked = _tokens(scan)
    if not asked:
        return {
            "description": "No rule was asked: the scan is an inventory.",
            "control-selections": [{"include-all": {}}],
        }
    return {
        "description": "The rules of the policy, each as a local objective. They are law, not"
        " controls of a catalogue.",
        "control-selections": [{"include-controls": [{"control-id": token(one)} for one in asked]}],
        "control-objective-selections": [
            {"include-objectives": [{"objective-id": objective_id(one)} for one in asked]}
        ],
    }


def findings(place: Place) -> Iterator[Json]:
    """One finding a verdict."""
    notes = law(place.scan)
    for number, verdict in enumerate(place.device.asset.verdicts):
        yield _finding(verdict, number, place, notes.get(verdict.regime))


def risks(place: Place) -> Iterator[Json]:
    """One risk for each verdict that leaves something to do."""
    for number, verdict in enumerate(place.device.asset.verdicts):
        if verdict.outcome in _RISK_STATES:
            yield _risk(verdict, number, place)


def _tokens(scan: Scan) -> list[str]:
    """The rules, without those whose id gives a token that another has given."""
    return list({token(regime): regime for regime in reversed(regimes(scan))}.values())[::-1]


def _objective(regime: str, note: LawNote | None) -> Json:
    return filled(
        {
            "control-id": token(regime),
            "description": markup(note.meaning) if note else None,
            "props": props(
                prop("name", note.name),
                prop("citation", note.citation),
                prop("authority", note.authority),
                prop("jurisdiction", note.jurisdiction),
                prop("finding-class", note.finding_class),
                prop("status", note.status),
                prop("evidence-as-of", note.evidence_as_of),
                prop("due-for-review", note.stale),
                *(prop("applies-if", flag) for flag in note.applies_if),
            )
            if note
            else [],
            "parts": _parts(regime),
            "remarks": markup(" ".join(note.limits), 4000) if note else None,
        }
    )


def _parts(regime: str) -> list[Json]:
    """The objective, and the method with its objects, as NIST's constraints demand them."""
    rule = token(regime)
    objects = {
        "id": f"{rule}.objects",
        "name": "assessment-objects",
        "prose": "Video equipment that answered on the network in scope.",
    }
    return [
        {
            "id": objective_id(regime),
            "name": "assessment-objective",
            "props": props(prop("method-id", f"{rule}.test", NIST)),
            "prose": "A maker is identified from what the device shows, and the rule does not name"
            " it.",
        },
        {
            "id": f"{rule}.test",
            "name": "assessment-method",
            "props": props(prop("method", "TEST", NIST)),
            "parts": [objects],
        },
    ]


def _title(verdict: Verdict, place: Place) -> str:
    device = told(place.title, "device", 100)
    where = markup(place.device.asset.address or place.device.key, 60)
    return (
        f"{_TITLES[verdict.outcome]} under {told(verdict.regime, 'a rule', 60)}: {where} {device}"
    )


def _facts(verdict: Verdict) -> list[Json]:
    return props(
        prop("regime", verdict.regime),
        prop("outcome", verdict.outcome.value),
        *(prop("reason", reason) for reason in verdict.reasons),
        prop("listing", verdict.listing),
        prop("citation", verdict.citation),
        prop("effective", verdict.effective),
        prop("applies", "unknown" if verdict.applies is None else verdict.applies),
        prop("vendor", verdict.vendor),
        prop("role", verdict.role and verdict.role.value),
        prop("grade", verdict.grade and verdict.grade.value),
        prop("source", verdict.source),
        prop("exemption", verdict.exemption),
    )


def _finding(verdict: Verdict, number: int, place: Place, note: LawNote | None) -> Json:
    state, reason = _STATES[verdict.outcome]
    risk = place.identifier("risk", number)
    has_risk = verdict.outcome in _RISK_STATES
    return filled(
        {
            "uuid": place.identifier("finding", number),
            "title": _title(verdict, place),
            "description": told(verdict.says, _TITLES[verdict.outcome]),
            "props": _facts(verdict),
            "origins": tool_origin(place.tool),
            "target": {
                "type": "objective-id",
                "target-id": objective_id(verdict.regime),
                "title": told(note.name if note else verdict.regime, "a rule", 200),
                "status": filled(
                    {"state": state, "reason": reason, "remarks": _WHY_NOT.get(verdict.outcome)}
                ),
            },
            "related-observations": related_observations(place, verdict),
            "related-risks": [{"risk-uuid": risk}] if has_risk else [],
        }
    )


def _risk(verdict: Verdict, number: int, place: Place) -> Json:
    excused = verdict.exemption if verdict.outcome is Outcome.EXEMPT else None
    factor = {
        "uuid": place.identifier("exemption", number),
        "description": told(excused, "exemption"),
        "subjects": [inventory_subject(place.uuid, None)],
    }
    return filled(
        {
            "uuid": place.identifier("risk", number),
            "title": _title(verdict, place),
            "description": "What the finding leaves for a person to decide.",
            "statement": told(verdict.says, _TITLES[verdict.outcome]),
            "props": props(prop("regime", verdict.regime), prop("outcome", verdict.outcome.value)),
            "status": _RISK_STATES[verdict.outcome],
            "origins": tool_origin(place.tool),
            "mitigating-factors": [factor] if excused else [],
            "related-observations": related_observations(place, verdict),
        }
    )
