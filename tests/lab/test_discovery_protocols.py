"""Every search against simulated devices over real packets, group and broadcast included.

This file is also the program that runs in the scanner's namespace, see ``main``.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

import pytest

ROOT = str(Path(__file__).parents[2])
if ROOT not in sys.path:  # also when this file runs as a program
    sys.path.insert(0, ROOT)

from auditor.discovery._ask import Asking  # noqa: E402
from auditor.lab import netns  # noqa: E402
from auditor.lab.fleet import Device  # noqa: E402
from auditor.lab.namespace import NamespaceFleet  # noqa: E402
from auditor.lab.persona import load  # noqa: E402
from auditor.lab.topology import Plan  # noqa: E402
from auditor.model.scope import Scope  # noqa: E402
from auditor.net.ledger import Ledger  # noqa: E402
from auditor.net.limits import Limits  # noqa: E402
from auditor.net.live import LiveNet  # noqa: E402
from auditor.registry import members  # noqa: E402
from tests.unit.discovery.fakes import run, sightings, states, wish  # noqa: E402

pytestmark = pytest.mark.lab

NEAR = "192.0.2.0/24"
PERSONAS = load() | load(Path(__file__).parent / "personas")
ALL = {
    "hikvision-camera-old": {"sadp", "wsd.scopes"},
    "dahua-camera": {"dhip", "wsd.scopes"},
    "dahua-old-dvr": {"dahua.legacy"},
    "tvt-camera": {"tvt.mhed"},
    "xiongmai-camera": {"xm.netip"},
    "amcrest-camera": {"ssdp.usn", "ssdp.server"},
    "axis-camera": {"ssdp.usn", "ssdp.location", "mdns.service", "mdns.txt", "hostname"},
    "tp-link-vigi": {"tplink.tdp"},
    "ubiquiti-camera": {"ubnt.discovery"},
    "hanwha-camera": {"hanwha.discovery"},
    "bosch-camera": {"bosch.discovery"},
    "i-pro-camera": {"ipro.discovery"},
    "vivotek-camera": {"vivotek.discovery"},
    "sony-camera": {"sony.discovery"},
    "foscam-camera": {"foscam.discovery"},
    "vstarcam-camera": {"vstarcam.discovery"},
}
"""What each device tells when every search is asked."""
RARE = {
    *("hanwha.discovery", "bosch.discovery", "ipro.discovery", "vivotek.discovery"),
    *("sony.discovery", "foscam.discovery", "vstarcam.discovery"),
}
STRAYS = ["hikvision-camera-new", "dahua-camera", "tvt-camera"]


# --- what runs in the scanner's namespace ------------------------------------------------------


async def _asked(scope: Scope, *, rare: bool) -> dict[str, object]:
    """All searches side by side, as a scan does it."""
    net = LiveNet(scope, limits=Limits(), ledger=Ledger())
    found = members("auditor.discovery", "METHOD").values()
    begin = time.monotonic()
    heard = await asyncio.gather(
        *(run(one, net, wish(rare=rare)) for one in found if isinstance(one, Asking))
    )
    took = time.monotonic() - begin
    await net.close()
    told: dict[str, set[str]] = {}
    for one in sightings(seen for method in heard for seen in method):
        told.setdefault(one.address, set()).update(fact.signal for fact in one.observations)
    rows = states(seen for method in heard for seen in method)
    return {
        "told": {address: sorted(signals) for address, signals in told.items()},
        "states": {one.method: one.state for one in rows},
        "took": took,
    }


def main() -> None:
    """``TARGETS EXCLUDE rare|usual``: print what was heard as JSON."""
    targets, exclude, how = sys.argv[1:4]
    scope = Scope.of(targets.split(","), [one for one in exclude.split(",") if one != "-"])
    sys.stdout.write(json.dumps(asyncio.run(_asked(scope, rare=how == "rare"))))


# --- the tests ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fleet():
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")
    with NamespaceFleet([PERSONAS[name] for name in ALL]) as running:
        yield running


def ask(fleet: NamespaceFleet, targets: str, exclude: str = "-", how: str = "rare"):
    done = fleet.execute([sys.executable, __file__, targets, exclude, how], seconds=60)
    assert done.returncode == 0, done.stderr
    heard = json.loads(done.stdout)
    told = {address: set(signals) for address, signals in heard["told"].items()}
    return told, heard["states"], heard["took"]


def missing(fleet: NamespaceFleet, told: dict[str, set[str]]) -> dict[str, set[str]]:
    lacks = {d.persona.id: ALL[d.persona.id] - told.get(d.address, set()) for d in fleet.devices}
    return {name: lack for name, lack in lacks.items() if lack}


def violations(fleet: NamespaceFleet) -> list[str]:
    return [line for device in fleet.devices for line in fleet.witness(device).violations()]


def test_every_search_is_answered_and_all_of_them_take_no_longer_than_one(fleet):
    told, rows, took = ask(fleet, NEAR)
    assert missing(fleet, told) == {}
    assert set(rows.values()) == {"ok"}
    assert took < 3.5
    assert violations(fleet) == []
    for device in fleet.devices:
        assert fleet.witness(device).accepted == 0  # nobody was connected to


def test_without_the_switch_the_rare_searches_leave_nothing_on_the_wire(fleet):
    heard_before = {device.name: len(fleet.witness(device).datagrams) for device in fleet.devices}
    told, rows, _ = ask(fleet, NEAR, how="usual")
    lacks = missing(fleet, told)
    assert set().union(*lacks.values()) == RARE
    skipped = {name for name, state in rows.items() if state == "skipped"}
    assert skipped == {one.partition(".")[0] for one in RARE}
    ports = {7701, 1757, 10670, 10000, 2380, 8600}
    for device in fleet.devices:
        new = fleet.witness(device).datagrams[heard_before[device.name] :]
        assert not ports & {one.port for one in new}


def test_where_no_group_may_be_asked_hosts_still_answer_by_themselves(fleet):
    told, rows, _ = ask(fleet, NEAR, exclude="192.0.2.249")
    lacks = missing(fleet, told)
    # These answer a group or everybody, never one asker.
    assert lacks.pop("tvt-camera") == {"tvt.mhed"}
    for name in ("hanwha-camera", "bosch-camera", "i-pro-camera"):
        lacks.pop(name, None)
    assert lacks == {}
    assert set(rows.values()) == {"limited"}
    assert violations(fleet) == []


def _scan(fleet: NamespaceFleet, out: Path, *words: str) -> dict:
    env = dict(os.environ, PYTHONPATH=ROOT, NO_COLOR="1")
    command = [sys.executable, "-m", "auditor", "scan", *words, "-o", str(out), "-q"]
    fleet.execute(command, env=env, seconds=100)
    return json.loads(out.read_bytes())


@pytest.mark.slow
def test_devices_set_to_another_subnet_are_reported_and_never_contacted(tmp_path):
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")
    personas = [PERSONAS["axis-camera"], *(PERSONAS[name] for name in STRAYS)]
    with NamespaceFleet(personas, Plan(strays=len(STRAYS))) as lab:
        with lab.capture() as recorder:
            document = _scan(lab, tmp_path / "scan.json", NEAR)
        strays: list[Device] = list(lab.devices[1:])
        told = {one["address"]: one for one in document["coverage"]["out_of_scope"]}
        assert set(told) == {device.address for device in strays}
        for device, signal in zip(strays, ("sadp", "dhip", "tvt.mhed"), strict=True):
            facts = told[device.address]["observations"]
            assert signal in {fact["signal"] for fact in facts}
            assert lab.witness(device).accepted == 0
        assert not recorder.targets() & {device.address for device in strays}
        assert {asset["address"] for asset in document["assets"]} == {lab.devices[0].address}


@pytest.mark.slow
def test_a_description_behind_ssdp_is_fetched_once_as_the_word_of_ssdp(tmp_path):
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")
    with NamespaceFleet([PERSONAS["axis-camera"]]) as lab:
        document = _scan(lab, tmp_path / "scan.json", NEAR, "--thorough")
        (asset,) = document["assets"]
        (fact,) = [one for one in asset["observations"] if one["signal"] == "ssdp.description"]
        assert (fact["endpoint"], fact["probe"]) == ("udp/1900", "upnp")
        asked = [one.line for one in lab.witness(lab.devices[0]).requests]
        assert asked.count("GET /rootdesc1.xml HTTP/1.1") == 1
        assert lab.witness(lab.devices[0]).violations() == ()


if __name__ == "__main__":
    main()
