"""OCSF events, against the official schema of 1.8.0."""

import json
from dataclasses import replace
from functools import cache

import pytest
from jsonschema import Draft202012Validator

from auditor.model.words import FindingClass, Kind, Outcome
from auditor.report.ocsf import FORMAT
from auditor.report.ocsf._events import severity
from auditor.report.ocsf_lines import FORMAT as LINES
from tests.unit.report.scans import device, law, scan, site, verdict
from tests.unit.report.standard_scans import CASES, PAGE, SCHEMAS, hostile_each, many, sample

OTHER = 99


@cache
def official():
    return json.loads((SCHEMAS / "ocsf-1.8.0.json").read_bytes())


@cache
def validator(uid):
    schema = official()["classes"][str(uid)]
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def events(of):
    return json.loads(FORMAT.render(of, PAGE))


def check(of) -> list[dict]:
    told = events(of)
    for event in told:
        error = next(validator(event["class_uid"]).iter_errors(event), None)
        assert error is None, f"{event['class_name']} {error.json_path}: {error.message[:200]}"
    return told


def of_class(of, uid):
    return [event for event in events(of) if event["class_uid"] == uid]


@pytest.mark.parametrize("name", CASES)
def test_every_event_of_a_scan_is_valid_ocsf(name):
    check(CASES[name]())


@pytest.mark.slow
def test_no_hostile_text_makes_an_event_invalid():
    for _payload, of in hostile_each():
        check(of)


@pytest.mark.slow
def test_a_thousand_devices_are_valid_ocsf():
    told = check(many())
    assert sum(event["class_uid"] == 5001 for event in told) == 1000


def test_the_schema_bites():
    event = of_class(sample(), 5001)[0]
    for wrong in (
        event | {"device": event["device"] | {"ip": "nowhere"}},
        event | {"device": event["device"] | {"mac": "redacted"}},
        event | {"severity_id": 7},
        event | {"colour": "blue"},
    ):
        assert list(validator(5001).iter_errors(wrong))


@pytest.mark.parametrize("name", CASES)
def test_every_id_stands_beside_the_caption_that_the_schema_gives_it(name):
    captions = official()["captions"]
    names = {2003: "compliance_finding", 5001: "inventory_info", 6007: "scan_activity"}
    for event in events(CASES[name]()):
        _captions(event, captions[names[event["class_uid"]]])
        for part in ("compliance", "device", "scan"):
            if part in event:
                _captions(event[part], captions[part])
        for observable in event.get("observables", []):
            _captions(observable, captions["observable"])
        if "finding_info" in event:
            _captions(event["finding_info"]["analytic"], captions["analytic"])


def _captions(part, table):
    for name, entry in table.items():
        if name in part and part[name] != OTHER:
            assert part[entry["sibling"]] == entry["values"][str(part[name])], name


@pytest.mark.parametrize("name", CASES)
def test_every_event_has_its_own_uid_and_one_scan_in_common(name):
    told = events(CASES[name]())
    uids = [event["metadata"]["uid"] for event in told]
    assert len(uids) == len(set(uids))
    assert len({event["metadata"].get("correlation_uid") for event in told}) == 1


def test_lines_hold_the_same_events_as_the_array():
    lines = LINES.render(sample(), PAGE).decode().splitlines()
    assert [json.loads(one) for one in lines] == events(sample())


def test_the_scan_itself_is_an_event_so_that_nothing_found_is_not_silence():
    (told,) = events(CASES["empty"]())
    assert told["class_uid"] == 6007
    assert told["unmapped"]["hosts_assessed"] == 0


def test_an_incomplete_scan_is_not_called_completed():
    told = of_class(CASES["incomplete"](), 6007)[0]
    assert (told["activity_id"], told["status"]) == (OTHER, "Incomplete")
    assert any("interrupted" in text for text in told["unmapped"]["not_shown"])


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.COVERED, (3, "Fail")),
        (Outcome.NOT_COVERED, (1, "Pass")),
        (Outcome.INDETERMINATE, (2, "Warning")),
        (Outcome.EXEMPT, (99, "Exempt")),
    ],
)
def test_each_outcome_has_its_status_and_open_is_never_a_pass(outcome, status):
    (told,) = of_class(scan(device(1, verdicts=(verdict(outcome),))), 2003)
    assert (told["compliance"]["status_id"], told["compliance"]["status"]) == status
    assert told["compliance"]["status_code"] == outcome.value


def test_nothing_is_louder_than_medium_and_medium_needs_a_rule_that_concerns_the_operator():
    assert severity(verdict(applies=True)) == 3
    assert severity(verdict(applies=None)) == 2
    assert severity(verdict(applies=False)) == 1
    assert severity(verdict(applies=True, finding_class=FindingClass.POLICY_SIGNAL)) == 2
    assert severity(verdict(applies=True, finding_class=FindingClass.HYPOTHETICAL)) == 1
    assert severity(verdict(Outcome.INDETERMINATE)) == 2
    assert severity(verdict(Outcome.EXEMPT, applies=True)) == 1
    assert severity(verdict(Outcome.NOT_COVERED)) == 1


def test_no_device_is_ever_called_compliant_or_scored():
    text = FORMAT.render(sample(), PAGE).decode()
    for word in ("is_compliant", "risk_score", "confidence_score", "meets_criteria"):
        assert word not in text


def test_the_label_and_the_maker_are_two_fields():
    told = {event["device"]["ip"]: event["device"] for event in of_class(sample(), 5001)}
    rebrand = told["127.77.0.2"]
    assert rebrand["vendor_name"] == "LTS"
    assert rebrand["hw_info"]["vendor_name"] == "Hikvision"


def test_a_maker_that_is_only_possible_or_disputed_is_not_named():
    for event in of_class(site(), 5001):
        if event["unmapped"]["headline"] == "indeterminate":
            assert "vendor_name" not in event["device"].get("hw_info", {})
            assert len(event["unmapped"]["attributions"]) == 2


def test_observables_are_addresses_and_a_redacted_one_is_none():
    (plain,) = of_class(scan(device(1)), 5001)
    assert {"name": "device.ip", "type_id": 2, "type": "IP Address", "value": "10.0.0.2"} in plain[
        "observables"
    ]
    hidden = replace(device(1), address="address-1", mac="mac-1", addresses=())
    (told,) = of_class(scan(hidden), 5001)
    assert {one["type_id"] for one in told["observables"]} <= {1, 37}
    assert told["unmapped"]["address"] == "address-1"


def test_a_finding_keeps_its_id_from_scan_to_scan_and_differs_between_sites():
    def uids(**header):
        of = replace(sample(), scan=replace(sample().scan, **header))
        return [event["finding_info"]["uid"] for event in of_class(of, 2003)]

    assert uids() == uids(id="later")
    assert not set(uids()) & set(uids(site="another"))


def test_every_finding_says_what_it_is_not():
    for event in of_class(sample(), 2003):
        assert "not legal advice" in event["unmapped"]["notice"]
        assert event["finding_info"]["desc"]


def test_what_has_no_field_is_kept_under_unmapped():
    flagged = verdict(Outcome.EXEMPT, exemption="memo 12")
    (told,) = of_class(scan(device(1, verdicts=(flagged,)), law=(law(),)), 2003)
    kept = told["unmapped"]
    assert (kept["exemption"], kept["listing"], kept["grade"]) == (
        "memo 12",
        flagged.listing,
        "confirmed",
    )
    assert kept["applies_if"] == ["us-federal-agency", "us-federal-contractor"]


@pytest.mark.parametrize(
    ("kind", "type_id"),
    [(Kind.CAMERA, 7), (Kind.RECORDER, 7), (Kind.UNKNOWN, 0), (Kind.NETWORK, 99)],
)
def test_kinds_become_device_types(kind, type_id):
    (told,) = of_class(scan(device(1, kind=kind)), 5001)
    assert told["device"]["type_id"] == type_id
    assert told["unmapped"]["kind"] == kind.value


def test_the_same_scan_gives_the_same_bytes():
    assert FORMAT.render(sample(), PAGE) == FORMAT.render(sample(), PAGE)
