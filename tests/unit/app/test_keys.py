"""What names a device, and what only says who made it."""

import pytest

from auditor.app.devices.card import Card
from auditor.app.devices.keys import keys_of
from auditor.model.facts import Observation

MAC = "b4:a3:82:0f:d9:2d"
BARE = "B4A3820FD92D"


def told(signal, value):
    fact = Observation(signal=signal, value=value, endpoint="tcp/80")
    card = Card(address="192.0.2.1", observations={(signal, value, "tcp/80"): fact})
    return keys_of(card, frozenset()).told


@pytest.mark.parametrize(
    ("signal", "value"),
    [
        ("wsd.endpoint", "urn:uuid:18ec6401-3aa0-11b5-83f6-b4a3820fd92d"),
        ("onvif.mac", BARE),
        ("wsd.xaddrs", "http://[fe80::b6a3:82ff:fe0f:d92d]/onvif/device_service"),
    ],
)
def test_an_answer_that_tells_a_mac_names_the_device(signal, value):
    assert told(signal, value) == {MAC}


@pytest.mark.parametrize(
    ("signal", "value"),
    [
        ("hostname", f"camera-{BARE}"),
        ("ssdp.usn", f"uuid:upnp-device-1_0-{BARE}"),
        ("ssdp.description", f"<root><device><UDN>uuid:x-{BARE}</UDN></device></root>"),
        ("serial", BARE),
        ("onvif.serial", BARE),
        ("http.auth_realm", f"iPolis_{BARE}"),
        ("nmap.service", f"80/tcp open http x MAC Address: {MAC}"),
        ("http.body", f"table.Network.eth0.PhysicalAddress={MAC}\n"),
    ],
)
def test_what_may_be_another_s_or_anybody_s_does_not(signal, value):
    assert told(signal, value) == frozenset()
