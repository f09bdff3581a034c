"""Facts for the representations of FAR 52.204-24 and 52.204-26. No answer is ever chosen."""

from dataclasses import replace
from typing import Final

from auditor.model.document import Scan
from auditor.model.form import Clause, Form
from auditor.report._api import Page
from auditor.report.far import texts
from auditor.report.far.items import Group, added, entry_field, groups, identity, items
from auditor.report.far.lists import law, lists, origins
from auditor.report.far.report import first_seen, incomplete, stale, unused_entries
from auditor.report.far.select import Docket, docket
from auditor.report.far.shape import Facts, Field, Question

SCHEMA: Final = "auditor.far-facts/1"
TITLE: Final = "Facts for the representations FAR 52.204-24 and 52.204-26"

_NO_ANSWER: Final = (
    "This sheet collects facts. It chooses no answer and suggests none: the representation is made"
    " by the offeror, who answers for it."
)
_WORDED: Final = (
    "The questions about use, 52.204-24(d)(2) and 52.204-26(c)(2), are worded without the words"
    " “substantial or essential component”. Do not apply that qualifier when answering them."
)
_INQUIRY: Final = (
    "A reasonable inquiry looks for information that the entity already holds about who produced"
    " or provided what it uses; the clause demands no internal or third-party audit. The result of"
    " a scan is information that the entity then holds."
)
_WHEN: Final = (
    "52.204-26 is answered once a year in SAM. 52.204-24(d)(1) is skipped where 52.204-26(c)(1) or"
    " 52.212-3(v)(2)(i) was answered “does not”, and (d)(2) where 52.204-26(c)(2) or"
    " 52.212-3(v)(2)(ii) was."
)
_OVERHAUL: Final = (
    "Solicitations with the overhaul text may hold another provision; its text was not checked."
)
_PROVIDES: Final = (
    "A scan sees equipment on a network. It does not see what the offeror sells or delivers to the"
    " Government."
)
_ALSO_DELIVERED: Final = (
    "If a device of the items below is of a kind that the offeror also delivers, that belongs to"
    " this question."
)
_SERVICES: Final = (
    "A scan does not see services, equipment elsewhere, or equipment of others that is used under"
    " contract."
)


def facts(scan: Scan, page: Page) -> Facts:
    """The facts sheet."""
    form = page.form or Form()
    found = docket(scan, Clause.FAR_52_204_25)
    heaps = groups(found.covered, scan, form)
    beside = lists(scan, found)
    outcome = (
        texts.not_judged(found.wanted)
        if found.regime is None
        else texts.result(
            found.regime, len(found.covered), len(found.undetermined), len(beside.not_assessed)
        )
    )
    return Facts(
        schema=SCHEMA,
        title=TITLE,
        regime=found.regime,
        origins=origins(scan),
        notices=(
            _NO_ANSWER,
            texts.NOT_ADVICE,
            texts.COMPLETE_IT,
            _WORDED,
            _INQUIRY,
            _WHEN,
            _OVERHAUL,
            *incomplete(scan),
            *stale(scan, found.regime),
            *unused_entries(form, heaps),
        ),
        result=outcome,
        before=_before(form),
        questions=_questions(found, outcome),
        items=items(heaps, form, _fields, first_seen(page)),
        services=_service_fields(),
        lists=beside,
        law=law(scan, found.regime),
    )


def _before(form: Form) -> tuple[Field, ...]:
    day = form.sam_checked_on.isoformat() if form.sam_checked_on else None
    return (
        entry_field("offeror_name", "Offeror", form.contractor.name, "added"),
        entry_field("offeror_uei", "Offeror unique entity id", form.contractor.uei, "added"),
        entry_field("offeror_cage", "Offeror CAGE code", form.contractor.cage, "added"),
        entry_field(
            "sam_exclusions_reviewed",
            "SAM exclusions reviewed on",
            day,
            "asked by 52.204-24(c) and 52.204-26(b)",
            "List of excluded parties for “covered telecommunications equipment or services”.",
        ),
    )


def _questions(found: Docket, outcome: str) -> tuple[Question, ...]:
    used = _use_facts(found, outcome)
    provides = (_ALSO_DELIVERED,) if found.covered else ()
    return (
        Question(
            id="c1_provide",
            provision="52.204-26(c)(1)",
            asks="Whether the offeror provides covered telecommunications equipment or services to"
            " the Government in any contract, subcontract or other contractual instrument.",
            alternatives=("does", "does not"),
            facts=provides,
            not_known=(_PROVIDES,),
        ),
        Question(
            id="c2_use",
            provision="52.204-26(c)(2)",
            asks="Whether, after a reasonable inquiry, the offeror uses covered telecommunications"
            " equipment or services, or any equipment, system or service that uses them.",
            alternatives=("does", "does not"),
            facts=used,
            not_known=(_SERVICES,),
        ),
        Question(
            id="d1_provide",
            provision="52.204-24(d)(1)",
            asks="Whether the offeror provides covered telecommunications equipment or services to"
            " the Government in the performance of the contract that results from this offer.",
            alternatives=("will", "will not"),
            facts=provides,
            not_known=(_PROVIDES,),
        ),
        Question(
            id="d2_use",
            provision="52.204-24(d)(2)",
            asks="Whether, after a reasonable inquiry, the offeror uses covered telecommunications"
            " equipment or services, or any equipment, system or service that uses them.",
            alternatives=("does", "does not"),
            facts=used,
            not_known=(_SERVICES,),
        ),
    )


def _use_facts(found: Docket, outcome: str) -> tuple[str, ...]:
    if found.regime is None:
        return (outcome,)
    exempt = len(found.exempt)
    held = (f"{exempt} of the devices stand under an exemption on record (Annex A).",)
    return (outcome, *(held if exempt else ()))


def _fields(group: Group, form: Form) -> tuple[Field, ...]:  # noqa: ARG001 - the shape of a field list
    entry = group.entry
    asked = "disclosure of 52.204-24, if the answer asks for one"
    return (
        entry_field(
            "producer_name",
            "Producing entity: legal name",
            entry.producer.name,
            asked,
            "The evidence points to a maker, seldom to one legal entity of its group; see below.",
        ),
        entry_field(
            "producer_uei", "Producing entity: unique entity id", entry.producer.uei, asked
        ),
        entry_field("producer_cage", "Producing entity: CAGE code", entry.producer.cage, asked),
        entry_field(
            "producer_is",
            "Original equipment manufacturer or distributor",
            entry.producer_is,
            "if known",
        ),
        *(replace(one, asked=asked) for one in identity(group)),
        entry_field(
            "proposed_use",
            "Proposed use, and factors relevant to whether it is permissible",
            entry.purpose,
            asked,
            "Under (b)(1) for what is provided, under (b)(2) for what is used.",
        ),
        *(one for one in added(group) if one.id != "purpose_of_use"),
    )


def _service_fields() -> tuple[Field, ...]:
    asked = "disclosure of 52.204-24, if services are concerned"
    return (
        entry_field("services", "Covered services: description of all", None, asked),
        entry_field(
            "maintained_item",
            "Maintenance: brand, model number and description of the item maintained",
            None,
            asked,
        ),
        entry_field("psc", "Not maintenance: product service code (PSC)", None, asked),
        entry_field(
            "service_use",
            "Not maintenance: proposed use, and factors relevant to whether it is permissible",
            None,
            asked,
        ),
    )
