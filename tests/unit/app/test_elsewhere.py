"""Answers from outside the scope: whose they are, and when they stay foreign."""

import json

import pytest

from auditor.app.devices.desk import Desk
from auditor.app.devices.identity import assets
from auditor.model.document import ALSO_AT
from auditor.model.facts import Observation, Sighting
from auditor.model.scope import Scope

MAC = "28:57:be:01:02:03"
OTHER = "28:57:be:01:02:04"
EUI64 = "fe80::2a57:beff:fe01:203"
EPR = "urn:uuid:1ac41f06-2e68-40a1-8427-4d113c70d18d"


def sighting(address, *facts, mac=None, method="wsd"):
    return Sighting(
        address=address,
        method=method,
        mac=mac,
        observations=tuple(Observation(signal=s, value=v, endpoint="udp/1") for s, v in facts),
    )


def epr(text=EPR):
    return ("wsd.endpoint", text)


def serial(text):
    return ("dhip", json.dumps({"params": {"deviceInfo": {"SerialNo": text}}}))


def tells(mac):
    return ("dhip", json.dumps({"mac": mac}))


def outcome(*sightings, scope=("10.0.0.0/24",)):
    desk = Desk(Scope.of(scope))
    for one in sightings:
        desk.note(one)
    made = assets(desk)
    notes = {a.address: [n for n in a.notes if n.startswith(ALSO_AT)] for a in made}
    return [one.address for one in desk.out_of_scope()], notes, made


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        (sighting("10.0.0.1", mac=MAC), sighting(EUI64)),
        (sighting("10.0.0.1", mac=MAC), sighting("fd00::7", mac=MAC)),
        (sighting("10.0.0.1", mac=MAC), sighting("fd00::7", tells(MAC))),
        (sighting("10.0.0.1", mac=MAC), sighting("192.168.1.64", tells(MAC))),
        (sighting("10.0.0.1", epr()), sighting("fd00::7", epr())),
        (sighting("10.0.0.1", serial("1F006E4PAX00075")),
         sighting("fd00::7", serial("1F006E4PAX00075"))),
    ],
)  # fmt: skip
def test_a_mac_an_endpoint_or_a_serial_of_an_asset_makes_it_that_device(inside, outside):
    foreign, notes, made = outcome(inside, outside)
    assert foreign == []
    assert notes == {"10.0.0.1": [f"{ALSO_AT}{outside.address} (outside the scope: not asked)"]}
    assert made[0].addresses == ("10.0.0.1",)


def test_it_holds_for_a_scan_of_ipv6_as_well():
    foreign, notes, _ = outcome(
        sighting("fd00::7", mac=MAC), sighting("10.0.0.1", mac=MAC), scope=["fd00::/120"]
    )
    assert foreign == []
    assert [len(found) for found in notes.values()] == [1]


@pytest.mark.parametrize(
    "outside",
    [
        sighting("192.168.1.64", mac=OTHER),
        sighting("192.168.1.64"),  # no key at all
        sighting("192.168.1.64", mac=MAC),  # one MAC at two IPv4 addresses: a router, a proxy
        sighting("fd00::7", epr(), mac=OTHER),
        sighting("192.168.1.64", serial("1F006E4PAX00075")),  # a number that many units may have
        sighting("fd00::7", serial("1F006E4PAX00075"), tells(OTHER)),
    ],
)
def test_a_device_that_is_not_surely_the_same_stays_foreign(outside):
    inside = sighting("10.0.0.1", epr(), serial("1F006E4PAX00075"), mac=MAC)
    foreign, notes, _ = outcome(inside, outside)
    assert foreign == [outside.address]
    assert notes == {"10.0.0.1": []}


def test_a_factory_address_that_two_devices_share_stays_foreign():
    foreign, _, _ = outcome(
        sighting("10.0.0.1", tells(MAC)),
        sighting("192.168.1.64", tells(MAC)),
        sighting("192.168.1.64", tells(OTHER)),
    )
    assert foreign == ["192.168.1.64"]


def test_a_key_of_two_assets_points_to_neither():
    foreign, notes, _ = outcome(
        sighting("10.0.0.1", epr(), mac=MAC),
        sighting("10.0.0.2", epr(), mac=OTHER),
        sighting("fd00::7", epr()),
    )
    assert foreign == ["fd00::7"]
    assert not any(notes.values())


def test_what_it_says_outside_the_scope_is_no_evidence():
    _, _, (asset,) = outcome(
        sighting("10.0.0.1", mac=MAC),
        sighting("fd00::7", ("onvif.manufacturer", "Hikvision"), mac=MAC),
    )
    assert not any(item.signal == "onvif.manufacturer" for item in asset.observations)
