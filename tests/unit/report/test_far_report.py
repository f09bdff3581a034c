import json
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from auditor.model.difference import Difference, Seen, Side
from auditor.model.document import VendorNote
from auditor.model.form import (
    Clause,
    Contract,
    Efforts,
    Form,
    ItemEntry,
    Party,
    Stage,
    Trigger,
)
from auditor.model.judgement import Attribution
from auditor.model.words import Grade, Kind, Outcome, Role
from auditor.report._api import Page
from auditor.report.far_facts_json import FORMAT as FACTS
from auditor.report.far_json import FORMAT as REPORT
from tests.unit.report.scans import device, evidence, law, scan, verdict

AT = datetime(2026, 11, 20, 16, 5, tzinfo=timezone(timedelta(hours=-5)))
FORBIDDEN = re.compile(
    r"\b(?:illegal|unlawful|banned|sanctioned|certified|approved|compliant|guilty|must be removed"
    r"|may not be used)\b|\bviolat",
    re.IGNORECASE,
)


def camera(number: int = 1, model: str = "DS-2CD2143G2-I", **more):
    settings = {
        "brand": "hikvision",
        "serial": f"S{number}",
        "firmware": "V5.7",
        "built": "2022-08",
    }
    shown = evidence("App-webs/")
    settings["attributions"] = tuple(
        Attribution(role=role, vendor="hikvision", grade=Grade.CONFIRMED, because=(shown,))
        for role in (Role.MAKER, Role.BRAND)
    )
    return device(number, "App-webs/", model=model, **(settings | more))


def report(document, form: Form | None = None, **page) -> dict:
    return json.loads(REPORT.render(document, Page(form=form, **page)))


def facts(document, form: Form | None = None) -> dict:
    return json.loads(FACTS.render(document, Page(form=form)))


def fields(rows) -> dict[str, dict]:
    return {one["id"]: one for one in rows}


# which devices


def other(outcome: Outcome, number: int, **more):
    listing = "A company (added 2018-08-13)" if outcome is Outcome.EXEMPT else None
    told = verdict(outcome, listing=listing, **more)
    return camera(number, headline=outcome.value, verdicts=(told,))


def test_covered_devices_are_items_and_all_others_stand_apart():
    document = scan(
        camera(1),
        other(Outcome.EXEMPT, 2, exemption="DNI, memo 7"),
        other(Outcome.INDETERMINATE, 3, reasons=("maker_unknown",)),
        other(Outcome.NOT_COVERED, 4, reasons=("maker_not_listed",)),
        camera(5, headline="outside", verdicts=(), kind=Kind.OTHER),
        camera(6, headline="unidentified", verdicts=()),
    )
    told = report(document)
    beside = told["lists"]
    assert [unit["id"] for item in told["items"] for unit in item["units"]] == ["mac-000000000001"]
    assert [one["id"] for one in beside["exempt"]] == ["mac-000000000002"]
    assert "DNI, memo 7" in beside["exempt"][0]["why"]
    assert [one["id"] for one in beside["undetermined"]] == ["mac-000000000003"]
    assert beside["undetermined"][0]["why"] == "nothing that was observed names a maker"
    assert beside["no_listed_producer"] == beside["not_video"] == 1
    assert [one["id"] for one in beside["unidentified"]] == ["mac-000000000006"]


def test_every_device_and_child_is_somewhere():
    child = camera(9, id="child", address=None)
    document = scan(camera(1, children=(child,)), camera(2, headline="unidentified", verdicts=()))
    told = report(document)
    units = {unit["id"]: unit for item in told["items"] for unit in item["units"]}
    assert set(units) == {"mac-000000000001", "child"}
    assert units["child"]["behind"] == "10.0.0.2"
    assert len(told["lists"]["unidentified"]) == 1


def test_other_regimes_do_not_make_a_device_reportable():
    entity_list = verdict(regime="us-bis-entity-list")
    told = report(scan(camera(1, verdicts=(entity_list,))))
    assert told["items"] == []
    assert len(told["lists"]["unidentified"]) == 1


def test_a_scan_that_was_not_judged_under_the_regime_says_nothing_and_how_to_judge_it():
    document = replace(scan(camera(1, verdicts=())), law=())
    told = report(document)
    assert told["regime"] is None
    assert "audit judge SCAN.json --regime us-ndaa-889" in told["result"]
    assert "No reportable equipment" not in told["result"]


def test_nothing_found_speaks_only_for_what_was_assessed():
    told = report(scan(other(Outcome.INDETERMINATE, 1, reasons=("conflict",))))
    assert "No reportable equipment was identified in what was assessed" in told["result"]
    assert "1 device could not be determined" in told["result"]
    assert "Nothing here speaks for what was not assessed" in told["result"]
    gaps = {gap["what"]: gap["why"] for gap in told["lists"]["not_assessed"]}
    assert gaps["10.0.0.51-254"] == "gave no answer"
    assert "10.0.0.9" in gaps
    assert "discovery by sadp" in gaps


def test_an_incomplete_scan_and_stale_law_are_told():
    document = scan(camera(1), header={"complete": False, "incomplete_because": ("interrupted",)})
    notices = " ".join(report(document)["notices"])
    assert "The scan is incomplete: interrupted." in notices
    assert "due for review" in notices


def test_a_profile_that_the_rule_does_not_address_is_told_and_drops_nothing():
    told = report(scan(camera(1, verdicts=(verdict(applies=False),))))
    assert len(told["items"]) == 1
    assert any("profile given to the scan does not match" in text for text in told["notices"])


def test_the_deviation_clause_reads_its_own_regime_where_the_scan_holds_it():
    form = Form(clause=Clause.FAR_52_240_91)
    both = scan(
        camera(1, verdicts=(verdict(), verdict(Outcome.INDETERMINATE, regime="us-far-rfo-part40")))
    )
    assert report(both, form)["regime"] == "us-far-rfo-part40"
    assert report(both, form)["items"] == []
    assert len(report(scan(camera(1)), form)["items"]) == 1


# fields


def test_one_item_for_each_product_with_its_units():
    document = scan(camera(1), camera(2), camera(3, model="DS-7608"), camera(4, model=None))
    items = report(document)["items"]
    assert sorted(len(item["units"]) for item in items) == [1, 1, 2]
    assert {item["title"] for item in items} == {
        "Hikvision (1 unit)", "Hikvision DS-2CD2143G2-I (2 units)", "Hikvision DS-7608 (1 unit)",
    }  # fmt: skip


def test_the_clauses_item_fields_are_all_there_in_its_order():
    (item,) = report(scan(camera(1)))["items"]
    asked = [one["id"] for one in item["fields"] if one["asked"] != "added"]
    assert asked == [
        "supplier_name", "supplier_uei", "supplier_cage", "brand", "model_number",
        "item_description", "mitigation_undertaken_or_recommended",
    ]  # fmt: skip
    general = [one["id"] for one in report(scan())["general"]]
    assert general[:2] == ["contract_number", "order_numbers"]


def test_what_the_scan_knows_is_filled_with_its_evidence():
    (item,) = report(scan(camera(1)))["items"]
    told = fields(item["fields"])
    assert told["brand"]["value"] == "Hikvision"
    assert told["brand"]["source"] == "scan"
    assert told["brand"]["evidence"] == ["strong sign: web server name at tcp/80: “App-webs/”"]
    assert told["model_number"]["value"] == "DS-2CD2143G2-I"
    assert (
        "1 unit; shows signs of production by Hikvision (confirmed)"
        in (told["item_description"]["value"])
    )
    assert "Hangzhou Hikvision" in told["producer_identified"]["value"]


def test_the_supplier_is_never_taken_from_the_scan():
    (item,) = report(scan(camera(1)))["items"]
    told = fields(item["fields"])
    for name in ("supplier_name", "supplier_uei", "supplier_cage"):
        assert (told[name]["value"], told[name]["source"]) == (None, "blank")


def test_without_a_form_everything_that_a_person_must_know_is_blank():
    told = report(scan(camera(1)))
    goes_blank = [one for one in told["general"] if one["source"] != "blank"]
    assert goes_blank == []
    assert [one["due"] for one in told["due"]] == [None, None]


def test_a_field_is_blank_exactly_when_it_has_no_value():
    told = report(scan(camera(1)), Form(contract=Contract(number="X-1"), stage=Stage.FOLLOW_UP))
    rows = [*told["general"], *told["closing"], *told["items"][0]["fields"]]
    assert {one["source"] for one in rows} == {"scan", "person", "blank"}
    for one in rows:
        assert (one["value"] is None) == (one["source"] == "blank")


def test_a_model_that_the_device_does_not_tell_is_for_a_person():
    (item,) = report(scan(camera(1, model=None, brand=None)))["items"]
    told = fields(item["fields"])
    assert told["model_number"]["source"] == told["brand"]["source"] == "blank"


def test_what_a_person_gives_stands_in_the_form():
    form = Form(
        identified_at=AT,
        identified_by="Jane Roe",
        trigger=Trigger.SUBCONTRACTOR,
        contract=Contract(number="C-1", orders=("F-1", "F-2"), defence=True, indefinite=True),
        contractor=Party(name="Builders", uei="A" * 12, cage="1EX42"),
        supplier=Party(name="Supply"),
        efforts=Efforts(mitigation="Unplugged.\nReplaced."),
    )
    told = report(scan(camera(1)), form)
    general = fields(told["general"])
    assert general["order_numbers"]["value"] == "F-1\nF-2"
    assert general["identified_at"]["value"] == "2026-11-20 16:05 (UTC-05:00)"
    assert general["trigger"]["value"] == "notified by a subcontractor"
    assert "https://dibnet.dod.mil; name the indefinite-delivery" in general["recipient"]["value"]
    item = fields(told["items"][0]["fields"])
    assert item["supplier_name"]["value"] == "Supply"
    assert item["mitigation_undertaken_or_recommended"]["value"] == "Unplugged.\nReplaced."
    assert told["due"][0]["due"] == "2026-11-23"


@pytest.mark.parametrize(
    ("contract", "start"),
    [
        (Contract(defence=False), "The contracting officer of the contract"),
        (Contract(indefinite=True), "The contracting officer of the indefinite-delivery"),
        (Contract(defence=True), "Department of Defense"),
    ],
)
def test_the_recipient_follows_from_the_contract(contract, start):
    told = fields(report(scan(), Form(contract=contract))["general"])
    assert told["recipient"]["value"].startswith(start)


def test_an_item_entry_fits_by_serial_and_splits_the_product():
    entry = ItemEntry(devices=("s2",), supplier=Party(name="Second Supply"), line=7)
    items = report(scan(camera(1), camera(2)), Form(items=(entry,)))["items"]
    names = {
        item["units"][0]["serial"]: fields(item["fields"])["supplier_name"]["value"]
        for item in items
    }
    assert names == {"S1": None, "S2": "Second Supply"}


@pytest.mark.parametrize(
    "entry",
    [
        ItemEntry(devices=("10.0.0.2",), brand="X"),
        ItemEntry(devices=("28:57:BE:01:02:03",), brand="X"),
        ItemEntry(models=("ds-2cd2143g2-i",), brand="X"),
        ItemEntry(brands=("hikvision",), brand="X"),
    ],
)
def test_an_item_entry_fits_by_address_mac_model_or_brand(entry):
    (item,) = report(scan(camera(1)), Form(items=(entry,)))["items"]
    assert fields(item["fields"])["brand"] | {"note": None} == {
        "id": "brand", "label": "Brand", "value": "X", "source": "person", "asked": "required",
        "evidence": [], "note": None,
    }  # fmt: skip


def test_an_entry_that_fits_no_device_is_told():
    told = report(scan(camera(1)), Form(items=(ItemEntry(devices=("10.9.9.9",), line=42),)))
    assert any("line 42 of the form file fits none" in text for text in told["notices"])


def test_the_first_entry_that_fits_counts_and_the_shadowed_one_is_told():
    one = ItemEntry(models=("DS-2CD2143G2-I",), purpose="first", line=1)
    two = ItemEntry(models=("DS-2CD2143G2-I",), purpose="second", line=2)
    told = report(scan(camera(1)), Form(items=(one, two)))
    assert fields(told["items"][0]["fields"])["purpose_of_use"]["value"] == "first"
    assert any("line 2 of the form file" in text for text in told["notices"])


def test_the_follow_up_asks_for_what_the_clause_adds():
    form = Form(stage=Stage.FOLLOW_UP, efforts=Efforts(prevention="Checks at purchase."))
    told = report(scan(camera(1)), form)
    closing = fields(told["closing"])
    assert list(closing) == [
        "further_mitigation", "prevention_efforts", "additional_future_efforts",
    ]  # fmt: skip
    assert closing["prevention_efforts"]["source"] == "person"
    assert report(scan(camera(1)))["closing"] == []


def test_the_award_record_keeps_cost_date_and_plan():
    grants = verdict(regime="us-2cfr-200-216", citation="2 CFR 200.216")
    entry = ItemEntry(brands=("hikvision",), cost="10.00 USD", replacement_plan="2027")
    form = Form(clause=Clause.CFR_200_216, contract=Contract(number="AW-1"), items=(entry,))
    told = report(scan(camera(1, verdicts=(grants,))), form)
    assert fields(told["general"])["award_number"]["value"] == "AW-1"
    item = fields(told["items"][0]["fields"])
    assert item["cost"]["value"] == "10.00 USD"
    assert item["date_of_obligation"]["value"] is None
    assert item["replacement_plan"]["value"] == "2027"
    assert {one["asked"] for one in item.values()} == {
        "kept on file; no form is prescribed", "added",
    }  # fmt: skip
    assert any("No prescribed form" in text for text in told["notices"])


def test_the_history_says_when_a_device_was_first_seen():
    side = Side(id="a", started="2026-11-22T00:00:00Z")
    seen = Seen(id="mac-000000000001", first="2026-01-02T00:00:00Z", last="2026-11-22T00:00:00Z")
    told = report(scan(camera(1)), changes=Difference(old=side, new=side, seen=(seen,)))
    assert told["items"][0]["units"][0]["first_seen"] == "2026-01-02T00:00:00Z"


def test_grades_are_counted_where_units_differ():
    weak = camera(2, verdicts=(verdict(grade=Grade.PROBABLE),))
    (item,) = report(scan(camera(1), weak))["items"]
    assert (
        "(confirmed for 1, probable for 1)" in (fields(item["fields"])["item_description"]["value"])
    )


# the facts sheet


def keys(value) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in keys(one)}
    return {key for one in value for key in keys(one)} if isinstance(value, list) else set()


@pytest.mark.parametrize("document", [scan(), scan(camera(1))], ids=["nothing", "covered"])
def test_the_facts_sheet_has_no_place_for_an_answer(document):
    told = facts(document)
    assert [one["id"] for one in told["questions"]] == [
        "c1_provide", "c2_use", "d1_provide", "d2_use",
    ]  # fmt: skip
    assert not keys(told) & {"answer", "answers", "chosen", "selected", "checked", "suggested"}
    assert all(len(one["alternatives"]) == 2 for one in told["questions"])


def test_the_facts_sheet_asks_for_what_a_disclosure_needs():
    (item,) = facts(scan(camera(1)))["items"]
    told = fields(item["fields"])
    assert {"producer_name", "producer_uei", "producer_cage", "producer_is", "brand",
            "model_number", "item_description", "proposed_use"} <= set(told)  # fmt: skip
    assert told["producer_name"]["source"] == "blank"


def test_the_facts_sheet_warns_of_the_qualifier_and_asks_for_the_look_into_sam():
    told = facts(scan(camera(1)))
    assert any("Do not apply that qualifier" in text for text in told["notices"])
    assert fields(told["before"])["sam_exclusions_reviewed"]["source"] == "blank"


def test_the_facts_sheet_tells_of_a_scan_that_was_not_judged():
    told = facts(replace(scan(camera(1, verdicts=())), law=()))
    use = next(one for one in told["questions"] if one["id"] == "c2_use")
    assert "no verdicts under us-ndaa-889" in use["facts"][0]


# words and form


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("clause", Clause)
@pytest.mark.parametrize("covered", [True, False])
def test_no_forbidden_claim_is_made(clause, stage, covered):
    regime = {"regime": "us-2cfr-200-216"} if clause is Clause.CFR_200_216 else {}
    note = law(id=regime.get("regime", "us-ndaa-889"), limits=())
    devices = (camera(1, verdicts=(verdict(**regime),)),) if covered else ()
    document = scan(*devices, law=(note,))
    form = Form(clause=clause, stage=stage)
    for told in (report(document, form), facts(document, form)):
        assert told["items"] == [] or covered
        assert FORBIDDEN.findall(json.dumps(told, ensure_ascii=False)) == []
        assert "not legal advice" in " ".join(told["notices"])
        assert "own determination" in " ".join(told["notices"])


def test_vendors_are_called_by_their_names():
    document = scan(camera(1), vendors=(VendorNote(id="hikvision", name="Hik Vision Name"),))
    assert "Hik Vision Name" in fields(report(document)["items"][0]["fields"])["brand"]["value"]


def test_the_same_input_gives_the_same_bytes():
    document = scan(camera(1), camera(2))
    page = Page(form=Form(identified_at=AT))
    assert REPORT.render(document, page) == REPORT.render(document, page)
    shuffled = replace(document, assets=document.assets[::-1])
    ids = [item["title"] for item in report(document)["items"]]
    assert [item["title"] for item in report(shuffled)["items"]] == ids
