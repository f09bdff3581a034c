"""The main job over IPv6: the same devices, the same verdicts, and one asset for both addresses."""

import sys
from pathlib import Path

import pytest

from auditor.lab import netns
from auditor.lab.fleet import choose
from auditor.lab.namespace import NamespaceFleet
from auditor.lab.topology import NEAR6, Plan

sys.path.insert(0, str(Path(__file__).resolve().parent))
from test_scan import NEAR, accusations, scan, top_maker

pytestmark = [pytest.mark.lab, pytest.mark.slow]

IDS = [
    "hikvision-camera-old",
    "hikvision-camera-new",
    "dahua-camera",
    "amcrest-camera",
    "axis-camera",
    "uniview-camera",
    "uniview-oem",
    "hanwha-camera",
    "hp-printer",
    "synology-nas",
]


@pytest.fixture(scope="module")
def fleet():
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")
    with NamespaceFleet(choose(IDS), Plan(ipv6=True, network6=NEAR6)) as running:
        yield running


def truth(device) -> tuple:
    """What :func:`told` should give for a device."""
    expect = device.persona.expect
    return (None if expect.headline == "outside" else expect.maker or None, expect.headline)


def told(asset: dict) -> tuple:
    """Maker and headline; who made a printer or a NAS is not judged."""
    maker = None if asset["headline"] == "outside" else top_maker(asset)[0]
    return (maker, asset["headline"])


def test_an_ipv6_scan_gives_the_verdicts_of_an_ipv4_scan(fleet, tmp_path):
    six = scan(fleet, tmp_path, str(NEAR6))
    assert accusations(fleet, six.assets) == []
    wrong = []
    for device in fleet.devices:
        asset = six.assets.get(fleet.plan.twin(device.address))
        if asset is None or told(asset) != truth(device):
            wrong.append((device.persona.id, asset and told(asset)))
        elif asset["mac"] != device.mac:
            wrong.append((device.persona.id, asset["mac"]))
    assert wrong == []
    assert six.code == 10
    for device in fleet.devices:
        assert fleet.witness(device).violations() == ()


def test_both_addresses_of_a_device_are_one_asset(fleet, tmp_path):
    ran = scan(fleet, tmp_path, NEAR, str(NEAR6))
    pairs = {tuple(asset["addresses"]) for asset in ran.document["assets"]}
    assert pairs == {(d.address, fleet.plan.twin(d.address)) for d in fleet.devices}
    assert ran.document["summary"]["assets"] == len(IDS)
    assert {a["address"]: told(a) for a in ran.document["assets"]} == {
        d.address: truth(d) for d in fleet.devices
    }


def test_a_wide_range_is_asked_by_link_multicast(fleet, tmp_path):
    ran = scan(fleet, tmp_path, "fe80::/64", "--interface", "eth0", "--multicast")
    assert ran.document["coverage"]["in_scope"] is None
    speakers = {d.mac: d for d in fleet.devices if any(s.proto == "wsd" for s in d.services)}
    found = {a["mac"]: told(a) for a in ran.document["assets"]}
    assert found == {mac: truth(d) for mac, d in speakers.items()}


def test_link_local_addresses_are_asked_without_naming_the_interface(fleet, tmp_path):
    ran = scan(fleet, tmp_path, "fe80::/64", "--multicast")
    speakers = {d.mac: d for d in fleet.devices if any(s.proto == "wsd" for s in d.services)}
    assert {a["mac"]: told(a) for a in ran.document["assets"]} == {
        mac: truth(d) for mac, d in speakers.items()
    }
    for asset in ran.document["assets"]:
        assert "%" not in asset["address"]
        assert "filtered" not in {t["outcome"] for t in asset["attempts"]}
    pages = {
        a["address"] for a in ran.assets.values() for t in a["attempts"] if t["probe"] == "http"
    }
    assert len(pages) >= 3  # one that says enough by itself is asked for nothing more


def test_a_scanned_device_is_not_foreign_at_its_other_addresses(fleet, tmp_path):
    ran = scan(fleet, tmp_path, NEAR)
    own = {d.address for d in fleet.devices}
    assert set(ran.assets) == own
    assert ran.document["coverage"]["out_of_scope"] == []
    elsewhere = {
        address: [n for n in asset["notes"] if n.startswith("also answers at ")]
        for address, asset in ran.assets.items()
    }
    for device in fleet.devices:
        if any(s.proto == "wsd" for s in device.services):
            assert any("fe80::" in note for note in elsewhere[device.address]), device.persona.id
    assert all(len(asset["addresses"]) == 1 for asset in ran.assets.values())
