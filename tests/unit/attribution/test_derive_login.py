"""What is read out of the facts that a login opens."""

import json

import pytest

from auditor.attribution.derive import derive
from auditor.attribution.facts import Voice, raw
from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.words import Channel, Grade, Role


def observed(signal, value, endpoint="tcp/80"):
    text = value if isinstance(value, str) else json.dumps(value)
    return Observation(signal=signal, value=text, endpoint=endpoint, probe="login-any")


def of(signal, value):
    return {(found.signal, found.value) for found in derive(raw(observed(signal, value)))}


LOREX = {
    "deviceType": "31",
    "processor": "ST7108",
    "serialNumber": "ND021911000001",
    "updateSerial": "DHI-NVR4108HS-8P-4KS2",
    "version": "4.001.00LR000.0,build:2020-11-17",
    "vendor": "Lorex",
}


def test_a_device_type_that_is_a_number_gives_way_to_the_base_model():
    assert of("magicbox.info", LOREX) == {
        ("model", "DHI-NVR4108HS-8P-4KS2"),
        ("serial", "ND021911000001"),
        ("firmware", "4.001.00LR000.0,build:2020-11-17"),
        ("brand", "Lorex"),
    }


def test_the_labels_model_is_the_devices_own_word_and_the_base_model_stands_behind_it(catalog):
    told = {"deviceType": "IP8M-2496EB", "updateSerial": "IPC-HFW5831E-ZE", "vendor": "Amcrest"}
    facts = list(derive(raw(observed("magicbox.info", told))))
    voices = {fact.value: fact.voice for fact in facts if fact.signal == "model"}
    assert voices == {"IP8M-2496EB": Voice.DEVICE, "IPC-HFW5831E-ZE": Voice.BANNER}
    judged = attribute([observed("magicbox.info", told)], catalog)
    assert judged.model == "IP8M-2496EB"
    (maker,) = [one for one in judged.attributions if one.role is Role.MAKER]
    assert (maker.vendor, maker.grade) == ("dahua", Grade.PROBABLE)
    assert judged.brand == "amcrest"


@pytest.mark.parametrize("vendor", ["Private", "General", "Onvif"])
def test_a_word_for_no_label_is_no_brand(vendor):
    assert "brand" not in {name for name, _ in of("magicbox.info", {"vendor": vendor})}


@pytest.mark.parametrize("signal", ["isapi.network", "magicbox.network"])
def test_every_interface_gives_its_mac(signal):
    told = {"interfaces": [{"MACAddress": "58:03:fb:00:00:01"}, {"MACAddress": "5803fb000002"}]}
    assert of(signal, told) == {("mac", "58:03:fb:00:00:01"), ("mac", "58:03:fb:00:00:02")}


def test_identities_of_uniview_and_of_old_axis_are_read():
    assert of(
        "lapi.device_info",
        {"DeviceModel": "NVR302-16S2", "SerialNumber": "210235C3R0", "FirmwareVersion": "NVR-B1"},
    ) == {("model", "NVR302-16S2"), ("serial", "210235C3R0"), ("firmware", "NVR-B1")}
    assert of(
        "axis.properties",
        {"Brand": "AXIS", "ProdNbr": "M3024-L", "SerialNumber": "ACCC8E000001", "Version": "5.51"},
    ) == {
        ("brand", "AXIS"),
        ("model", "M3024-L"),
        ("serial", "ACCC8E000001"),
        ("mac", "ac:cc:8e:00:00:01"),
        ("firmware", "5.51"),
    }


def test_what_a_recorder_tells_of_others_is_nothing_of_its_own():
    listing = {"channels": [{"channel": 1, "serial": "X1234567", "mac": "58:03:fb:00:00:01"}]}
    assert of("recorder.channels", listing) == set()
    assert of("recorder.channel", listing["channels"][0]) == set()


@pytest.mark.parametrize("signal", ["mac", "model", "serial", "firmware", "brand"])
def test_the_recorders_word_for_a_camera_is_a_record(signal):
    assert observed(signal, "x", endpoint="channel/7").channel is Channel.RECORD
    assert raw(observed(signal, "x", endpoint="channel/7")).voice is Voice.RECORD


@pytest.mark.parametrize(
    "signal",
    ["magicbox.info", "magicbox.network", "isapi.network", "lapi.device_info", "axis.properties"],
)
@pytest.mark.parametrize("value", [[], {}, {"version": None}, {"serialNumber": {"a": []}}, "x"])
def test_nonsense_derives_nothing(signal, value):
    assert of(signal, value) == set()
