"""OSCAL assessment results, against NIST's schema and against the models of compliance-trestle."""

import json
import re
from base64 import b64decode
from dataclasses import replace
from functools import cache

import pytest
from jsonschema import Draft7Validator, ValidationError, validators
from trestle.oscal.assessment_results import Model

from auditor.model.facts import Observation
from auditor.model.words import Grade, Outcome
from auditor.report.oscal import FORMAT
from tests.unit.report.scans import device, scan, site, verdict
from tests.unit.report.standard_scans import CASES, PAGE, SCHEMAS, hostile_each, many, sample

LETTER, NUMBER = r"[^\W\d_]", r"\d"


@cache
def ecma(pattern):
    """The pattern as ECMA-262 reads it: Python's ``re`` has no ``\\p``, and its ``$`` passes a newline."""
    told = pattern.replace(r"\p{L}", LETTER).replace(r"\p{N}", NUMBER)
    return re.compile(re.sub(r"\$$", r"\\Z", told))


def _pattern(validator, pattern, instance, schema):
    if isinstance(instance, str) and not ecma(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@cache
def nist():
    kind = validators.extend(Draft7Validator, {"pattern": _pattern})
    return kind(json.loads((SCHEMAS / "oscal_assessment-results_schema.json").read_bytes()))


def body(of):
    return json.loads(FORMAT.render(of, PAGE))["assessment-results"]


def check(of) -> dict:
    data = FORMAT.render(of, PAGE)
    error = next(nist().iter_errors(json.loads(data)), None)
    assert error is None, f"{error.json_path}: {error.message[:200]}"
    again = Model.model_validate_json(data)
    result = again.assessment_results.results[0]
    told = json.loads(data)["assessment-results"]
    assert len(result.observations) == len(told["results"][0]["observations"])
    return told


@pytest.mark.parametrize("name", CASES)
def test_a_scan_is_valid_oscal_by_schema_and_by_model(name):
    check(CASES[name]())


@pytest.mark.slow
def test_no_hostile_text_makes_it_invalid():
    for _payload, of in hostile_each():
        check(of)


@pytest.mark.slow
def test_a_thousand_devices_are_valid_oscal():
    told = check(many())["results"][0]
    assert len(told["local-definitions"]["inventory-items"]) == 1000


def test_the_schema_bites():
    wrong = json.loads(FORMAT.render(sample(), PAGE))
    wrong["assessment-results"]["results"][0]["findings"][0]["target"]["status"]["state"] = "maybe"
    assert list(nist().iter_errors(wrong))
    wrong = json.loads(FORMAT.render(sample(), PAGE))
    wrong["assessment-results"]["metadata"]["props"][0]["name"] = "two words"
    assert list(nist().iter_errors(wrong))


@pytest.mark.parametrize("name", CASES)
def test_every_uuid_is_defined_once_and_every_reference_meets_one(name):
    told = body(CASES[name]())
    defined, cited = [], []
    _walk(told, defined, cited)
    assert len(defined) == len(set(defined))
    assert set(cited) <= set(defined)


def _walk(value, defined, cited):
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "uuid":
                defined.append(item)
            elif key.endswith("-uuid"):
                cited.append(item)
            elif key == "href" and item.startswith("#"):
                cited.append(item[1:])
            else:
                _walk(item, defined, cited)
    elif isinstance(value, list):
        for item in value:
            _walk(item, defined, cited)


@pytest.mark.parametrize("name", CASES)
def test_every_finding_and_selection_names_an_objective_that_is_defined(name):
    told = body(CASES[name]())
    whole = told.get("local-definitions", {}).get("objectives-and-methods", [])
    ids = [part["id"] for item in whole for part in item["parts"]]
    assert len(ids) == len(set(ids))
    result = told["results"][0]
    for finding in result.get("findings", []):
        assert finding["target"]["target-id"] in ids
    for chosen in result["reviewed-controls"].get("control-objective-selections", []):
        assert {one["objective-id"] for one in chosen["include-objectives"]} <= set(ids)


def test_only_a_verdict_of_not_covered_becomes_satisfied():
    for name in CASES:
        for finding in body(CASES[name]())["results"][0].get("findings", []):
            told = {item["name"]: item["value"] for item in finding["props"]}
            satisfied = finding["target"]["status"]["state"] == "satisfied"
            assert satisfied is (told["outcome"] == Outcome.NOT_COVERED.value)


def test_an_open_verdict_says_that_it_is_open_and_leaves_a_risk_under_investigation():
    result = body(site())["results"][0]
    finding = next(f for f in result["findings"] if f["title"].startswith("Not determined"))
    assert finding["target"]["status"]["reason"] == "other"
    assert "Not determined" in finding["target"]["status"]["remarks"]
    risk = next(r for r in result["risks"] if r["uuid"] == finding["related-risks"][0]["risk-uuid"])
    assert risk["status"] == "investigating"


def test_an_exemption_keeps_the_finding_and_is_a_mitigating_factor():
    result = body(site())["results"][0]
    finding = next(f for f in result["findings"] if "with an exemption" in f["title"])
    assert finding["target"]["status"]["state"] == "not-satisfied"
    assert any(item["name"] == "listing" for item in finding["props"])
    risk = next(r for r in result["risks"] if r["uuid"] == finding["related-risks"][0]["risk-uuid"])
    assert risk["mitigating-factors"][0]["description"] == "DNI waiver 7"


def test_a_finding_rests_on_the_observation_of_the_vendor_that_it_names():
    result = body(sample())["results"][0]
    observed = {one["uuid"]: one for one in result["observations"]}
    for finding in result["findings"]:
        told = {item["name"]: item["value"] for item in finding["props"]}
        for cited in finding["related-observations"]:
            facts = {
                i["name"]: i["value"] for i in observed[cited["observation-uuid"]].get("props", [])
            }
            if told["outcome"] == "covered":
                assert (facts["vendor"], facts["role"]) == (told["vendor"], told["role"])


def test_evidence_names_its_rule_its_bytes_and_its_endpoint():
    observed = body(site())["results"][0]["observations"]
    shown = next(one for one in observed if one["title"].startswith("maker"))["relevant-evidence"][
        0
    ]
    told = {item["name"]: item["value"] for item in shown["props"]}
    assert told["rule"] == "hikvision.http-server.webs"
    assert told["endpoint"] == "tcp/80"
    assert told["value"] in shown["description"].replace("\\", "")


def test_the_time_of_an_observation_is_when_the_evidence_was_heard():
    heard = replace(device(1).observations[0], at="2026-11-22T01:37:17.500Z")
    later = Observation(
        signal="rtsp.server", value="x", endpoint="tcp/554", at="2026-11-22T01:37:18.900Z"
    )
    both = replace(device(1), observations=(heard, later))
    observed = body(scan(both))["results"][0]["observations"]
    assert {one["collected"] for one in observed[1:]} == {"2026-11-22T01:37:17.500Z"}


def test_what_the_scan_does_not_show_is_an_observation():
    told = body(CASES["incomplete"]())["results"][0]["observations"][0]
    assert told["title"] == "What this scan does not show"
    assert "incomplete: interrupted" in told["description"]
    assert "10.0.0.128-255" in told["description"]


def test_a_child_points_at_the_recorder_that_it_stands_behind():
    items = body(site())["results"][0]["local-definitions"]["inventory-items"]
    child = next(one for one in items if "links" in one)
    recorder = next(one for one in items if f"#{one['uuid']}" == child["links"][0]["href"])
    assert any(p["name"] == "kind" and p["value"] == "recorder" for p in recorder["props"])


def test_the_plan_that_it_imports_is_the_policy_and_scope_of_the_scan():
    told = body(sample())
    (plan,) = told["back-matter"]["resources"]
    assert told["import-ap"]["href"] == f"#{plan['uuid']}"
    assert json.loads(b64decode(plan["base64"]["value"]))["policy"] == "us-procurement"


def test_device_text_is_not_markup_in_any_prose():
    wild = "**b** [x](https://evil.example) <img src=x> `c` {{ insert: param }}"
    found: list[str] = []

    def walk(value):
        if isinstance(value, dict):
            for key, item in value.items():
                if key in {"title", "description", "remarks", "statement", "prose"}:
                    found.append(item)
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(body(scan(device(1, wild))))
    for text in found:
        assert not re.search(r"(?<!\\)(?:[*`<\[{]|:(?=//))", text), text


def test_the_same_scan_gives_the_same_bytes_and_another_scan_other_ids():
    assert FORMAT.render(sample(), PAGE) == FORMAT.render(sample(), PAGE)
    later = replace(sample(), scan=replace(sample().scan, id="later"))
    first, second = body(sample()), body(later)
    assert first["uuid"] != second["uuid"]
    items = [b["results"][0]["local-definitions"]["inventory-items"] for b in (first, second)]
    assert [one["uuid"] for one in items[0]] == [one["uuid"] for one in items[1]]


def test_a_grade_is_a_word_and_never_a_number():
    graded = verdict(grade=Grade.PROBABLE)
    told = body(scan(device(1, verdicts=(graded,))))["results"][0]["findings"][0]
    assert {"name": "grade", "ns": "urn:camera-auditor", "value": "probable"} in told["props"]
