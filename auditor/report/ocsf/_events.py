"""A scan as OCSF events: the scan, each device, each verdict."""

from collections.abc import Iterator
from typing import Final

from auditor.model.document import LawNote, Scan
from auditor.model.judgement import Attribution, Evidence, Verdict
from auditor.model.words import FindingClass, Grade, Outcome, strength_rank
from auditor.report._standard import (
    Device,
    Json,
    devices,
    filled,
    identifier,
    law,
    line,
    seen,
    shortfalls,
)
from auditor.report.ocsf._event import (
    Context,
    EventClass,
    context,
    device_object,
    event,
    event_uid,
    milliseconds,
    observables,
    where,
)
from auditor.report.words import NOT_LEGAL_ADVICE, title_of

INFORMATIONAL, LOW, MEDIUM = 1, 2, 3
MOST_EVIDENCE: Final = 6
"""Pieces of evidence in one finding: log pipelines cut long lines. The scan document has them all."""

SCANNED: Final = EventClass(
    uid=6007, name="Scan Activity", category=6, category_name="Application Activity",
    activity=2, activity_name="Completed",
)  # fmt: skip
CANCELLED: Final = EventClass(
    uid=6007, name="Scan Activity", category=6, category_name="Application Activity",
    activity=99, activity_name="Incomplete",
)  # fmt: skip
INVENTORY: Final = EventClass(
    uid=5001, name="Device Inventory Info", category=5, category_name="Discovery",
    activity=2, activity_name="Collect",
)  # fmt: skip
FINDING: Final = EventClass(
    uid=2003, name="Compliance Finding", category=2, category_name="Findings",
    activity=1, activity_name="Create",
)  # fmt: skip

_STATUS: Final = {
    Outcome.COVERED: (3, "Fail"),
    Outcome.NOT_COVERED: (1, "Pass"),
    Outcome.INDETERMINATE: (2, "Warning"),
    Outcome.EXEMPT: (99, "Exempt"),
}
_CONFIDENCE: Final = {
    Grade.POSSIBLE: (1, "Low"),
    Grade.PROBABLE: (2, "Medium"),
    Grade.CONFIRMED: (3, "High"),
}
_DECIDING: Final = frozenset({FindingClass.PROHIBITED_IF_PROFILE, FindingClass.MARKET_ACCESS})


def events(scan: Scan) -> Iterator[Json]:
    """Every event of a scan: the scan first, then each device with its findings."""
    about = context(scan)
    notes = law(scan)
    yield _scanned(about)
    for device in devices(scan):
        yield _inventory(device, about)
        for number, verdict in enumerate(device.asset.verdicts):
            yield _finding(verdict, number, device, about, notes.get(verdict.regime))


def severity(verdict: Verdict) -> int:
    """How loud a finding is: a routing aid of ours, not a measure that the law knows.

    Low is OCSF's "the user decides if action is needed"; medium is kept for a rule that names the
    maker and concerns the operator by the operator's own profile.
    """
    if verdict.outcome is Outcome.INDETERMINATE:
        return INFORMATIONAL if verdict.applies is False else LOW
    if verdict.outcome is not Outcome.COVERED or verdict.applies is False:
        return INFORMATIONAL
    if verdict.finding_class is FindingClass.HYPOTHETICAL:
        return INFORMATIONAL
    return MEDIUM if verdict.applies and verdict.finding_class in _DECIDING else LOW


def _scanned(about: Context) -> Json:
    header, cover, counts = about.scan.scan, about.scan.coverage, about.scan.summary
    body: Json = {
        "scan": {
            "uid": line(header.id, 200) or "scan",
            "name": line(header.site or ", ".join(header.scope), 200) or "scan",
            "type_id": 99,
            "type": "network discovery",
        },
        "start_time": milliseconds(about.when.start),
        "end_time": milliseconds(about.when.end),
        "duration": milliseconds(about.when.end) - milliseconds(about.when.start),
        "total": counts.assets,
        "num_detections": counts.covered,
        "num_skipped_items": len(cover.not_assessed),
        "status_id": 1 if header.complete else 99,
        "status": "Success" if header.complete else "Incomplete",
        "message": f"{counts.assets} hosts: {counts.covered} covered, {counts.indeterminate} not"
        f" determined, {counts.exempt} exempt, {counts.not_covered} with no listed producer"
        f" identified, {counts.outside} not video equipment, {counts.unidentified} unidentified.",
        "unmapped": filled(
            {
                "scope": [line(text, 200) or "?" for text in header.scope],
                "exclude": [line(text, 200) or "?" for text in header.exclude],
                "addresses_in_scope": cover.in_scope,
                "addresses_answered": cover.answered,
                "hosts_assessed": cover.assessed,
                "not_shown": [line(text, 600) or "?" for text in shortfalls(about.scan)],
                "law": [_law(note) for note in about.scan.law],
                **_terms(about),
            }
        ),
    }
    kind = SCANNED if header.complete else CANCELLED
    return event(kind, about, about.when.end, INFORMATIONAL, event_uid(about, "scan"), body)


def _law(note: LawNote) -> Json:
    return filled(
        {
            "regime": line(note.id, 200),
            "name": line(note.name, 300),
            "citation": line(note.citation, 600),
            "meaning": line(note.meaning, 2000),
            "limits": [line(limit, 600) or "?" for limit in note.limits],
            "evidence_as_of": line(note.evidence_as_of, 40),
            "due_for_review": note.stale,
        }
    )


def _terms(about: Context) -> Json:
    header = about.scan.scan
    return {
        "site": line(header.site, 200),
        "policy": line(header.policy, 200),
        "profile": [line(flag, 100) or "?" for flag in header.profile],
        "as_of": line(header.as_of, 40),
        "database_version": line(header.db_version, 60),
        "database_digest": line(header.db_digest, 100),
        "notice": NOT_LEGAL_ADVICE,
    }


def _inventory(device: Device, about: Context) -> Json:
    asset = device.asset
    title = line(title_of(asset, about.names), 200)
    body: Json = {
        "device": device_object(device, about),
        "status_id": 1,
        "status": "Success",
        "message": f"{where(device)}: {title}",
        "observables": observables(device),
        "unmapped": filled(
            {
                "kind": asset.kind.value,
                "headline": line(asset.headline, 60),
                "address": line(asset.address, 80),
                "behind": line(device.parent, 200),
                "built": line(asset.built, 100),
                "oem_customer": line(asset.oem_customer, 200),
                "notes": [line(note, 200) or "?" for note in asset.notes],
                "attributions": [_attribution(item) for item in asset.attributions],
                "site": line(about.scan.scan.site, 200),
            }
        ),
    }
    at = seen(asset, about.when).end
    return event(INVENTORY, about, at, INFORMATIONAL, event_uid(about, "device", device.key), body)


def _attribution(item: Attribution) -> Json:
    return filled(
        {
            "role": item.role.value,
            "vendor": line(item.vendor, 200),
            "entity": line(item.entity, 200),
            "grade": item.grade.value,
            "channels": sorted({one.channel.value for one in item.because}),
        }
    )


def _evidences(verdict: Verdict, device: Device) -> list[Json]:
    """The strongest evidence for what the verdict speaks of; for all roles if it names no vendor."""
    cited = [
        item
        for item in device.asset.attributions
        if verdict.vendor is None or (item.vendor == verdict.vendor and item.role is verdict.role)
    ]
    shown = sorted(
        (one for item in cited for one in item.because),
        key=lambda one: -strength_rank(one.strength),
    )
    return [_evidence(one) for one in shown[:MOST_EVIDENCE]]


def _evidence(item: Evidence) -> Json:
    data = {
        "rule": line(item.rule, 200),
        "signal": item.signal,
        "value": line(item.value, 600),
        "strength": item.strength.value,
        "channel": item.channel.value,
        "endpoint": line(item.endpoint, 60),
        "read_from": item.via,
        "sources": [line(source, 200) or "?" for source in item.sources],
    }
    return {"name": line(item.rule, 200) or "evidence", "data": filled(data)}


def _finding(
    verdict: Verdict, number: int, device: Device, about: Context, note: LawNote | None
) -> Json:
    asset = device.asset
    regime = line(verdict.regime, 200) or "rule"
    says = line(verdict.says, 2000)
    title = f"{verdict.outcome.value} under {regime}: {where(device)}"
    resource = {
        "uid": line(device.key, 200) or "device",
        "name": line(title_of(asset, about.names), 200),
        "type": asset.kind.value,
    }
    confidence = _CONFIDENCE.get(verdict.grade) if verdict.grade else None
    body: Json = {
        "finding_info": filled(
            {
                "uid": identifier(
                    "finding", about.scan.scan.site or "", device.key, verdict.regime
                ),
                "title": title,
                "desc": says,
                "types": [verdict.finding_class.value],
                "data_sources": sorted({o.channel.value for o in asset.observations}),
                "src_url": line(verdict.source, 600),
                "created_time": milliseconds(about.when.end),
                "analytic": {
                    "type_id": 1,
                    "type": "Rule",
                    "uid": regime,
                    "name": line(note.name if note else None, 300) or regime,
                    "version": line(about.scan.scan.db_version, 60) or "?",
                },
            }
        ),
        "compliance": _compliance(verdict, regime, about),
        "device": device_object(device, about),
        "resources": [filled(resource)],
        "evidences": _evidences(verdict, device),
        "observables": observables(device),
        "status_id": 1,
        "status": "New",
        "message": title,
        "remediation": {"desc": line(note.action, 1000)} if note and line(note.action) else None,
        "unmapped": _unmapped(verdict, note, about),
    }
    if confidence:
        body |= {"confidence_id": confidence[0], "confidence": confidence[1]}
    uid = event_uid(about, "finding", device.key, str(number))
    return event(FINDING, about, about.when.end, severity(verdict), uid, body)


def _compliance(verdict: Verdict, regime: str, about: Context) -> Json:
    status_id, status = _STATUS[verdict.outcome]
    return filled(
        {
            "control": f"A maker is identified, and {regime} does not name it",
            "standards": [regime],
            "requirements": [line(verdict.citation, 600) or regime],
            "status_id": status_id,
            "status": status,
            "status_code": verdict.outcome.value,
            "status_details": [line(reason, 200) or "?" for reason in verdict.reasons],
            "control_parameters": [
                {"name": "as_of", "value": line(about.scan.scan.as_of, 40) or "?"},
                {"name": "policy", "value": line(about.scan.scan.policy, 200) or "?"},
            ],
        }
    )


def _unmapped(verdict: Verdict, note: LawNote | None, about: Context) -> Json:
    return filled(
        {
            "outcome": verdict.outcome.value,
            "finding_class": verdict.finding_class.value,
            "listing": line(verdict.listing, 600),
            "effective": line(verdict.effective, 40),
            "applies": "unknown" if verdict.applies is None else verdict.applies,
            "applies_if": [line(flag, 100) or "?" for flag in note.applies_if] if note else [],
            "vendor": line(verdict.vendor, 200),
            "role": verdict.role and verdict.role.value,
            "grade": verdict.grade and verdict.grade.value,
            "exemption": line(verdict.exemption, 600),
            "evidence_as_of": line(verdict.evidence_as_of, 40),
            "due_for_review": note.stale if note else None,
            "site": line(about.scan.scan.site, 200),
            "notice": NOT_LEGAL_ADVICE,
        }
    )
