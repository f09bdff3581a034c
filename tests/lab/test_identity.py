"""One asset for each device, over real packets: beyond a router, at two addresses, behind one."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.lab import netns
from auditor.lab.fleet import choose
from auditor.lab.namespace import NamespaceFleet
from auditor.lab.persona import Persona, Table, load
from auditor.lab.servers import Conditions
from auditor.lab.topology import Plan, home

sys.path.insert(0, str(Path(__file__).resolve().parent))
from test_scan import scan, top_maker

pytestmark = [pytest.mark.lab, pytest.mark.slow]

FAR = "198.51.100.10-60"
SECOND = "198.51.100.50"


@pytest.fixture(autouse=True)
def _namespaces():
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")


def only(persona: Persona, *protocols: str) -> Persona:
    """A persona that speaks nothing else."""
    kept = tuple(one for one in persona.services if one.text("proto") in protocols)
    return replace(persona, services=kept)


def moved(table: Table, port: int) -> Table:
    return Table({**table.data, "port": port}, table.where)


def routed(*personas: Persona) -> NamespaceFleet:
    return NamespaceFleet(personas, Plan(routed=len(personas)))


def second_address(fleet: NamespaceFleet, device) -> None:
    """Give a device behind the router another address; its servers listen there too."""
    space = home(fleet.scanner.removesuffix("-scan"), device)
    netns.batch([f"addr add {SECOND}/24 dev eth0"], namespace=space)


def test_macs_are_recovered_across_a_router_from_what_devices_tell(tmp_path):
    ids = ["hikvision-camera-old", "uniview-camera", "tp-link-vigi", "xiongmai-camera"]
    ids += ["bosch-camera", "dahua-camera"]
    with routed(*choose(ids)) as fleet:
        ran = scan(fleet, tmp_path, FAR)
        macs = {d.address: d.mac for d in fleet.devices}
        assert {a: ran.assets[a]["mac"] for a in macs} == macs
        for address, mac in macs.items():
            asset = ran.assets[address]
            assert asset["id"] == f"mac-{mac.replace(':', '')}"
            assert not [o for o in asset["observations"] if o["endpoint"] == "link"]


def test_a_certificate_that_names_its_device_makes_two_addresses_one_asset(tmp_path):
    with routed(only(load()["axis-camera"], "https")) as fleet:
        (device,) = fleet.devices
        second_address(fleet, device)
        ran = scan(fleet, tmp_path, FAR)
        (asset,) = ran.document["assets"]
        assert asset["addresses"] == [device.address, SECOND]
        assert top_maker(asset)[0] == "axis"


def test_a_shared_factory_certificate_merges_nothing(tmp_path):
    nvr = only(load()["hikvision-nvr"], "https")
    with routed(nvr, nvr) as fleet:
        ran = scan(fleet, tmp_path, FAR)
        assert [a["addresses"] for a in ran.document["assets"]] == [
            [d.address] for d in fleet.devices
        ]
        for asset in ran.document["assets"]:
            assert {"default-certificate", "shared-certificate"} <= set(asset["notes"])


def test_two_devices_behind_one_address_keep_their_own_witnesses(tmp_path):
    known = load()
    first = only(known["hikvision-camera-old"], "http", "rtsp")
    (web,) = only(known["dahua-camera"], "http").services
    forwarded = replace(
        first,
        services=(*first.services, moved(web, 8081)),
        words={**known["dahua-camera"].words, **first.words},
    )
    with routed(forwarded) as fleet:
        ran = scan(fleet, tmp_path, FAR, "--thorough")
        (asset,) = ran.document["assets"]
        makers = {a["vendor"]: a for a in asset["attributions"] if a["role"] == "maker"}
        assert {"hikvision", "dahua"} <= set(makers)
        ports = {
            vendor: {e["endpoint"] for e in item["because"] if e["strength"] != "weak"}
            for vendor, item in makers.items()
        }
        assert ports["dahua"] == {"tcp/8081"}
        assert "tcp/8081" not in ports["hikvision"]
        assert asset["headline"] == "covered"


def test_a_device_beyond_a_router_has_the_same_id_in_every_scan(tmp_path):
    ids = ["axis-camera", "hikvision-camera-old", "dahua-camera", "hanwha-camera"]
    late = Conditions(spread=1.3, latency=0.03)  # discovery answers before, amid, after the probes
    with NamespaceFleet(choose(ids), Plan(routed=len(ids)), conditions=late) as fleet:
        (axis,) = (d for d in fleet.devices if d.persona.id == "axis-camera")
        seen = set()
        for _ in range(5):
            ran = scan(fleet, tmp_path, "198.51.100.10-15")
            seen.add(tuple(ran.assets[d.address]["id"] for d in fleet.devices))
        assert len(seen) == 1
        assert f"mac-{axis.mac.replace(':', '')}" in seen.pop()
        for device in fleet.devices:
            assert fleet.witness(device).violations() == ()
