"""The report of FAR 52.204-25(d), of its deviation clause, and the record for an award file."""

from collections.abc import Mapping
from typing import Final

from auditor.model.document import Scan
from auditor.model.form import Clause, Contract, Form, Stage
from auditor.report._api import Page
from auditor.report.far import texts
from auditor.report.far.due import deadlines, moment
from auditor.report.far.items import (
    Group,
    award_fields,
    entry_field,
    groups,
    items,
    report_fields,
)
from auditor.report.far.lists import law, lists, origins
from auditor.report.far.select import Docket, docket
from auditor.report.far.shape import Field, Report

SCHEMA: Final = "auditor.far-report/1"


def report(scan: Scan, page: Page) -> Report:
    """The report of the form's clause and stage; blank where neither scan nor person knows."""
    form = page.form or Form()
    found = docket(scan, form.clause)
    heaps = groups(found.covered, scan, form)
    grant = form.clause is Clause.CFR_200_216
    beside = lists(scan, found)
    outcome = (
        texts.not_judged(found.wanted)
        if found.regime is None
        else texts.result(
            found.regime, len(found.covered), len(found.undetermined), len(beside.not_assessed)
        )
    )
    return Report(
        schema=SCHEMA,
        title=texts.TITLES[form.clause, form.stage],
        clause=form.clause,
        stage=form.stage,
        regime=found.regime,
        origins=origins(scan),
        notices=_notices(scan, form, found, heaps),
        result=outcome,
        due=deadlines(form),
        general=_award(form) if grant else _contract(form),
        items=items(heaps, form, award_fields if grant else report_fields, first_seen(page)),
        closing=_closing(form),
        lists=beside,
        law=law(scan, found.regime),
    )


def first_seen(page: Page) -> Mapping[str, str]:
    """When the history first saw each device, by id; empty without a history."""
    seen = page.changes.seen if page.changes else ()
    return {one.id: one.first for one in seen}


def unused_entries(form: Form, heaps: tuple[Group, ...]) -> tuple[str, ...]:
    """Entries of the form file that no device of this form took, as sentences."""
    used = {id(group.entry) for group in heaps}
    return tuple(
        f"The [[item]] at line {entry.line} of the form file fits none of the devices reported"
        " here, or only devices that an earlier entry already fits."
        for entry in form.items
        if id(entry) not in used
    )


def incomplete(scan: Scan) -> tuple[str, ...]:
    """A sentence if the scan is incomplete."""
    if scan.scan.complete:
        return ()
    why = "; ".join(origins(scan).incomplete_because) or "no reason is recorded"
    return (f"The scan is incomplete: {why}.",)


def stale(scan: Scan, regime: str | None) -> tuple[str, ...]:
    """A sentence if the transcription of the law is due for review."""
    return tuple(
        f"The transcription of {note.id} rests on evidence of {note.evidence_as_of} and is due for"
        " review: check the current text."
        for note in law(scan, regime)
        if note.due_for_review
    )


def _notices(scan: Scan, form: Form, found: Docket, heaps: tuple[Group, ...]) -> tuple[str, ...]:
    return (
        texts.NOT_ADVICE_AWARD if form.clause is Clause.CFR_200_216 else texts.NOT_ADVICE,
        texts.COMPLETE_IT,
        *texts.CLAUSE_NOTICES[form.clause],
        *((texts.NOT_IN_PROFILE,) if _not_in_profile(found) else ()),
        *incomplete(scan),
        *stale(scan, found.regime),
        *unused_entries(form, heaps),
    )


def _not_in_profile(found: Docket) -> bool:
    return any(one.verdict.applies is False for one in found.covered)


def _contract(form: Form) -> tuple[Field, ...]:
    contract, contractor = form.contract, form.contractor
    orders = "\n".join(contract.orders) or None
    return (
        entry_field("contract_number", "Contract number", contract.number, "required"),
        entry_field("order_numbers", "Order number(s)", orders, "if any"),
        entry_field("contractor_name", "Contractor", contractor.name, "added"),
        entry_field("contractor_uei", "Contractor unique entity id", contractor.uei, "added"),
        entry_field("contractor_cage", "Contractor CAGE code", contractor.cage, "added"),
        entry_field("contact", "Contact of the contractor", contractor.contact, "added"),
        entry_field("agency", "Agency", contract.agency, "added"),
        entry_field("contracting_officer", "Contracting officer", contract.officer, "added"),
        _recipient(contract),
        *_identification(form),
    )


def _recipient(contract: Contract) -> Field:
    key, label = "recipient", "Report goes to"
    if contract.defence is None and contract.indefinite is None:
        return entry_field(key, label, None, "required", texts.WHO_NOTE)
    if contract.defence:
        goes_to = texts.TO_DEFENCE + (texts.TO_BOTH_NAMED if contract.indefinite else "")
    else:
        goes_to = texts.TO_OFFICERS if contract.indefinite else texts.TO_OFFICER
    return entry_field(key, label, goes_to, "required", "Follows from [contract] in the form file.")


def _identification(form: Form) -> tuple[Field, ...]:
    how = texts.TRIGGERS[form.trigger] if form.trigger else None
    at = moment(form.identified_at) if form.identified_at else None
    sent = moment(form.initial_submitted_at) if form.initial_submitted_at else None
    clock = "Starts the clock; only a person of the contractor knows it."
    note = None if form.clause is Clause.CFR_200_216 else clock
    found = (
        entry_field("identified_at", "Identified or notified at", at, "added", note),
        entry_field("identified_by", "Identified by", form.identified_by, "added"),
        entry_field("trigger", "How it became known", how, "added"),
        entry_field("prepared_by", "Prepared by", form.prepared_by, "added"),
    )
    if form.stage is Stage.INITIAL or form.clause is Clause.CFR_200_216:
        return found
    later = entry_field(
        "initial_submitted_at", "Initial report submitted at", sent, "added", "Starts the clock."
    )
    return (*found, later)


def _award(form: Form) -> tuple[Field, ...]:
    contract, recipient = form.contract, form.contractor
    kept = "kept on file; no form is prescribed"
    return (
        entry_field("award_number", "Award number", contract.number, kept),
        entry_field("awarding_agency", "Awarding agency", contract.agency, "added"),
        entry_field("agency_contact", "Contact at the agency", contract.officer, "added"),
        entry_field("recipient_name", "Recipient or subrecipient", recipient.name, "added"),
        entry_field("recipient_uei", "Unique entity identifier", recipient.uei, "added"),
        entry_field("contact", "Contact of the recipient", recipient.contact, "added"),
        *_identification(form),
    )


def _closing(form: Form) -> tuple[Field, ...]:
    efforts = form.efforts
    if form.stage is Stage.INITIAL or form.clause is Clause.CFR_200_216:
        return ()
    return (
        entry_field(
            "further_mitigation",
            "Further mitigation actions undertaken or recommended",
            efforts.further,
            "any further available information",
        ),
        entry_field(
            "prevention_efforts",
            "Efforts undertaken to prevent use or submission of covered equipment or services",
            efforts.prevention,
            "required",
        ),
        entry_field(
            "additional_future_efforts",
            "Additional efforts that will be incorporated to prevent future use or submission",
            efforts.additional,
            "required",
        ),
    )
