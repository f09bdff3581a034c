"""CycloneDX inventories, against the official schemas by the official library."""

import json
from dataclasses import replace
from functools import cache

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from auditor.report.cyclonedx import FORMAT
from tests.unit.report.scans import device, scan, site
from tests.unit.report.standard_scans import CASES, PAGE, hostile_each, many, sample


@cache
def validator(version=SchemaVersion.V1_6):
    return JsonStrictValidator(version)


def bom(of):
    return json.loads(FORMAT.render(of, PAGE))


def check(of) -> dict:
    data = FORMAT.render(of, PAGE).decode()
    error = validator().validate_str(data)
    assert error is None, str(error)[:300]
    told = json.loads(data)
    assert len(Bom.from_json(told).components) == len(told["components"])
    return told


@pytest.mark.parametrize("name", CASES)
def test_a_scan_is_valid_and_is_read_again_by_the_library(name):
    check(CASES[name]())


@pytest.mark.slow
def test_no_hostile_text_makes_it_invalid():
    for _payload, of in hostile_each():
        check(of)


@pytest.mark.slow
def test_a_thousand_devices_are_valid():
    assert len(check(many())["components"]) == 1000


def test_the_same_content_is_valid_under_1_7():
    data = FORMAT.render(sample(), PAGE).decode()
    newer = data.replace('"specVersion": "1.6"', '"specVersion": "1.7"').replace(
        "bom-1.6", "bom-1.7"
    )
    assert newer != data
    assert validator(SchemaVersion.V1_7).validate_str(newer) is None


def test_the_schema_bites():
    wrong = bom(sample())
    wrong["components"][0]["type"] = "camera"
    assert validator().validate_str(json.dumps(wrong)) is not None
    wrong = bom(sample())
    wrong["serialNumber"] = "urn:uuid:sample"
    assert validator().validate_str(json.dumps(wrong)) is not None


@pytest.mark.parametrize("name", CASES)
def test_every_reference_is_defined_once_and_every_subject_meets_one(name):
    told = bom(CASES[name]())
    tools = told["metadata"]["tools"]["components"]
    nested = [part for item in told["components"] for part in item.get("components", [])]
    refs = [one["bom-ref"] for one in (*tools, *told["components"], *nested, *told["annotations"])]
    assert len(refs) == len(set(refs))
    for part in told["compositions"]:
        assert set(part["assemblies"]) <= set(refs)
    for note in told["annotations"]:
        assert set(note["subjects"]) <= set(refs)


def by_address(of):
    told = bom(of)["components"]
    return {one["evidence"]["occurrences"][0]["location"]: one for one in told if "evidence" in one}


def properties(component, name):
    return [one["value"] for one in component["properties"] if one["name"] == name]


def test_the_maker_is_the_manufacturer_and_the_label_the_supplier():
    rebrand = by_address(sample())["127.77.0.2"]
    assert rebrand["manufacturer"] == {"name": "Hikvision"}
    assert rebrand["supplier"] == {"name": "LTS"}
    assert rebrand["type"] == "device"


def test_firmware_is_a_part_of_its_own_kind():
    camera = by_address(sample())["127.77.0.1"]
    (part,) = camera["components"]
    assert (part["type"], part["version"]) == ("firmware", "V5.7.15build 240201")
    assert part["manufacturer"] == {"name": "Hikvision"}


def test_a_maker_that_is_only_possible_or_disputed_is_no_manufacturer():
    conflict = by_address(site())["10.0.0.3"]
    assert "manufacturer" not in conflict
    assert properties(conflict, "camera-auditor:maker") == [
        "Hikvision (possible)",
        "uniview (possible)",
    ]


def test_a_grade_is_a_word_and_never_a_confidence():
    assert '"confidence"' not in FORMAT.render(sample(), PAGE).decode()
    assert properties(by_address(sample())["127.77.0.1"], "camera-auditor:maker") == [
        "Hikvision (confirmed)"
    ]


def test_what_the_verdicts_say_is_an_annotation_on_the_device():
    told = bom(site())
    exempt = next(
        c
        for c in told["components"]
        if properties(c, "camera-auditor:verdict:us-ndaa-889") == ["exempt"]
    )
    (note,) = [n for n in told["annotations"][1:] if n["subjects"] == [exempt["bom-ref"]]]
    assert "DNI waiver 7" in note["text"]
    assert note["text"].startswith("us-ndaa-889: exempt. The device shows signs of production by")


def test_the_notice_stands_over_every_device():
    told = bom(site())
    assert "not legal advice" in told["annotations"][0]["text"]
    assert told["annotations"][0]["subjects"] == [one["bom-ref"] for one in told["components"]]


def test_what_is_inside_a_device_is_said_to_be_incomplete():
    (part,) = bom(sample())["compositions"]
    assert part["aggregate"] == "incomplete"
    assert len(part["assemblies"]) == 14


def test_an_incomplete_scan_says_so():
    told = bom(CASES["incomplete"]())["metadata"]["properties"]
    assert {"name": "camera-auditor:complete", "value": "no"} in told
    assert any(
        "interrupted" in one["value"] for one in told if one["name"] == "camera-auditor:not-shown"
    )


def test_a_child_names_its_recorder():
    told = bom(site())["components"]
    child = next(one for one in told if properties(one, "camera-auditor:behind"))
    recorder = next(one for one in told if properties(one, "cdx:device:function") == ["recorder"])
    assert properties(child, "camera-auditor:behind") == [recorder["bom-ref"]]


def test_a_mac_that_is_none_is_kept_apart():
    (told,) = bom(scan(replace(device(1), mac="mac-1")))["components"]
    assert properties(told, "cdx:device:macAddress") == []
    assert properties(told, "camera-auditor:mac") == ["mac-1"]


def test_the_same_scan_gives_the_same_bytes_and_a_device_keeps_its_reference():
    assert FORMAT.render(sample(), PAGE) == FORMAT.render(sample(), PAGE)
    later = bom(replace(sample(), scan=replace(sample().scan, id="later")))
    first = bom(sample())
    assert later["serialNumber"] != first["serialNumber"]
    assert [c["bom-ref"] for c in later["components"]] == [
        c["bom-ref"] for c in first["components"]
    ]
