"""The main job on real packets: `audit scan` from its own namespace over a simulated /24."""

import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

import pytest

from auditor.lab import netns
from auditor.lab.capture import Capture
from auditor.lab.fleet import Device, choose
from auditor.lab.namespace import NamespaceFleet
from auditor.lab.servers import Conditions
from auditor.lab.topology import Plan

pytestmark = [pytest.mark.lab, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
NEAR = "192.0.2.0/24"
UNPRIVILEGED = ["setpriv", "--bounding-set=-net_raw,-net_admin", "--inh-caps=-net_raw,-net_admin"]
GROUPS = {
    "239.255.255.250",  # WS-Discovery, SADP, SSDP
    "239.255.255.251",  # DHIP
    "234.55.55.55",  # MHED
    "233.89.188.1",  # Ubiquiti
    "224.0.0.251",  # mDNS
    "224.0.0.22",  # the system announces memberships
    "255.255.255.255",
    "192.0.2.255",
}


@pytest.fixture(autouse=True)
def _namespaces():
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")


@dataclass
class Ran:
    """One scan: exit code, document, standard error, and what left the interface."""

    code: int
    document: dict
    stderr: str
    seconds: float
    capture: Capture | None = None
    assets: dict = field(default_factory=dict)

    def __post_init__(self):
        self.assets = {a["address"]: a for a in self.document.get("assets", ())}


def command(*words: str, prefix: tuple[str, ...] = ()) -> list[str]:
    return [*prefix, sys.executable, "-m", "auditor", "scan", *words]


def environment() -> dict[str, str]:
    return dict(os.environ, PYTHONPATH=str(ROOT), NO_COLOR="1")


def scan(fleet: NamespaceFleet, tmp_path: Path, *words: str, prefix=(), capture=False) -> Ran:
    """Run `audit scan` in the scanner's namespace."""
    out = tmp_path / "scan.json"
    out.unlink(missing_ok=True)
    recorder = fleet.capture()
    if capture:
        recorder.start()
    begin = time.monotonic()
    done = fleet.execute(
        command(*words, "-o", str(out), "-q", prefix=tuple(prefix)), env=environment(), seconds=110
    )
    seconds = time.monotonic() - begin
    if capture:
        recorder.stop()
    document = json.loads(out.read_bytes()) if out.exists() else {}
    return Ran(
        code=done.returncode,
        document=document,
        stderr=done.stderr,
        seconds=seconds,
        capture=recorder if capture else None,
    )


def top_maker(asset: dict) -> tuple[str | None, str | None]:
    makers = [a for a in asset["attributions"] if a["role"] == "maker"]
    return (makers[0]["vendor"], makers[0]["grade"]) if makers else (None, None)


def faults(fleet: NamespaceFleet, assets: dict, devices: list[Device] | None = None) -> list[str]:
    """What is wrong with the result, device by device, against the ground truth."""
    wrong = []
    for device in fleet.devices if devices is None else devices:
        expect = device.persona.expect
        asset = assets.get(device.address)
        name = f"{device.persona.id} {device.address}"
        if asset is None:
            wrong.append(f"{name}: missing")
            continue
        maker, grade = top_maker(asset)
        judged = expect.headline != "outside"  # who made a printer or a NAS is not the question
        if judged and (maker or None) != (expect.maker or None):
            wrong.append(f"{name}: maker {maker} ({grade}), truth {expect.maker}")
        if asset["headline"] not in {expect.headline, *expect.accept}:
            wrong.append(f"{name}: {asset['headline']}, truth {expect.headline}")
        if expect.brand and asset["brand"] not in {expect.brand, None}:
            wrong.append(f"{name}: brand {asset['brand']}, truth {expect.brand}")
    return wrong


def accusations(fleet: NamespaceFleet, assets: dict) -> list[str]:
    """False accusations: covered though the truth is not, or a wrong maker at probable or better."""
    wrong = []
    for device in fleet.devices:
        asset = assets.get(device.address)
        if asset is None:
            continue
        expect = device.persona.expect
        if asset["headline"] == "covered" and expect.headline != "covered":
            wrong.append(f"{device.persona.id}: covered, truth {expect.headline}")
        for item in asset["attributions"]:
            sure = item["role"] == "maker" and item["grade"] != "possible"
            if sure and item["vendor"] != expect.maker:
                wrong.append(f"{device.persona.id}: {item['vendor']} {item['grade']}")
    return wrong


@pytest.fixture(scope="module")
def fleet():
    """A /24 with every persona, repeated to 64 devices."""
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")
    with NamespaceFleet(choose(count=64)) as running:
        yield running


def test_a_whole_network_is_found_attributed_and_judged(fleet, tmp_path):
    before = {d.address: len(fleet.witness(d).requests) for d in fleet.devices}
    ran = scan(fleet, tmp_path, NEAR, capture=True)
    assert faults(fleet, ran.assets) == []
    assert accusations(fleet, ran.assets) == []
    assert ran.code == 10
    assert ran.document["scan"]["complete"] is True, ran.stderr
    macs = {d.address: d.mac for d in fleet.devices}
    assert {a: ran.assets[a]["mac"] for a in macs} == macs
    for device in fleet.devices:
        witness = fleet.witness(device)
        assert witness.violations() == (), device.persona.id
        assert len(witness.requests) - before[device.address] <= 15, device.persona.id
        assert witness.most <= 4, device.persona.id
    assert ran.capture is not None
    inside = {str(address) for address in ip_network(NEAR)} | GROUPS
    assert ran.capture.targets() <= inside
    ledger = ran.document["coverage"]["ledger"]
    assert ledger["silent"]
    assert ran.document["coverage"]["in_scope"] == 254


@pytest.mark.parametrize(
    ("way", "prefix", "words"),
    [
        ("unprivileged", UNPRIVILEGED, ()),
        ("nmap", (), ("--engine", "nmap")),
        ("nmap-unprivileged", UNPRIVILEGED, ("--engine", "nmap")),
    ],
)
def test_every_way_of_finding_gives_the_same_result(fleet, tmp_path, way, prefix, words):
    ran = scan(fleet, tmp_path, NEAR, *words, prefix=prefix)
    assert faults(fleet, ran.assets) == []
    assert accusations(fleet, ran.assets) == []
    states = {(m["method"], m["state"]) for m in ran.document["coverage"]["methods"]}
    if way == "unprivileged":
        assert ("arp", "unavailable") in states
        assert ("touch", "ok") in states
    else:
        assert ran.document["scan"]["engine"] == "nmap"


def test_excluded_hosts_are_never_contacted(tmp_path):
    # A fleet of its own: the system goes on with what an earlier scan left (closing, neighbours).
    with small(6) as fleet:
        victim = fleet.devices[0]
        ran = scan(fleet, tmp_path, NEAR, "--exclude", victim.address, capture=True)
    assert victim.address not in ran.assets
    assert ran.capture is not None
    assert victim.address not in ran.capture.targets()
    assert ran.document["coverage"]["ledger"]["excluded"] == [victim.address]


def test_a_small_scope_contacts_nothing_else(tmp_path):
    # A fleet of its own: where a scan was killed, the system goes on closing its connections.
    with small(6) as fleet:
        few = [device.address for device in fleet.devices[:3]]
        ran = scan(fleet, tmp_path, *few, capture=True)
    assert set(ran.assets) == set(few)
    assert ran.capture is not None
    assert ran.capture.targets() <= set(few) | {"224.0.0.22"}
    limited = [m for m in ran.document["coverage"]["methods"] if m["state"] == "limited"]
    assert limited, "coverage must say what the small scope loses"


def test_streaming_gives_a_line_for_each_device(fleet, tmp_path):
    few = [device.address for device in fleet.devices[:4]]
    done = fleet.execute(
        command(*few, "-o", "-", "--format", "jsonl", "-q"), env=environment(), seconds=60
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["address"] for line in lines} == set(few)


def test_interrupting_gives_a_valid_incomplete_document(fleet, tmp_path):
    for number, delay in ((signal.SIGINT, 0.4), (signal.SIGTERM, 1.2), (signal.SIGINT, 2.0)):
        out = tmp_path / f"cut-{delay}.json"
        with fleet.popen(
            command(NEAR, "-o", str(out), "-q", "--polite"), env=environment()
        ) as process:
            _wait_for_python(process.pid)
            time.sleep(delay)
            process.send_signal(number)
            process.communicate(timeout=20)
        assert process.returncode == 12
        document = json.loads(out.read_bytes())
        assert document["scan"]["complete"] is False
        assert "interrupted" in " ".join(document["scan"]["incomplete_because"])
        checked = fleet.execute(
            [sys.executable, "-m", "auditor", "report", str(out), "-o", "-"], env=environment()
        )
        assert checked.returncode == 0, checked.stderr


def test_an_interrupted_scan_is_taken_up_again(tmp_path):
    env = dict(environment(), XDG_STATE_HOME=str(tmp_path / "state"))
    with small(9) as fleet:
        out = tmp_path / "cut.json"
        with fleet.popen(command(NEAR, "-o", str(out), "-q"), env=env) as process:
            _wait_for_python(process.pid)
            time.sleep(1.0)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=20)
        assert process.returncode == 12
        scan_id = json.loads(out.read_bytes())["scan"]["id"]
        assert f"--resume {scan_id}" in err
        kept = tmp_path / "state" / "auditor" / "interrupted" / f"{scan_id}.json"
        assert kept.stat().st_mode & 0o777 == 0o600
        whole = tmp_path / "whole.json"
        done = fleet.execute(
            command("--resume", scan_id, "-o", str(whole), "-q"), env=env, seconds=60
        )
        document = json.loads(whole.read_bytes())
        assert document["scan"]["id"] == scan_id
        assert document["scan"]["complete"] is True, done.stderr
        assert faults(fleet, {a["address"]: a for a in document["assets"]}) == []
        for device in fleet.devices:
            assert len(fleet.witness(device).requests) <= 15


def _wait_for_python(pid: int) -> None:
    """Until the scanner has its signal handlers; before that the signal ends it as any program."""
    for _ in range(100):
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) & (1 << (signal.SIGTERM - 1)):
            return
        time.sleep(0.05)
    pytest.fail("the scan never took over its signals")


# Six scenes in which a scan sees less than there is: none may read as clean.


def small(count: int = 12, **plan) -> NamespaceFleet:
    return NamespaceFleet(
        choose(["axis-camera", "hanwha-camera", "hp-printer"], count), Plan(**plan)
    )


def not_clean(ran: Ran) -> None:
    assert ran.code != 0
    assert ran.document["scan"]["complete"] is False
    assert ran.document["scan"]["incomplete_because"]


def test_scene_no_link(tmp_path):
    with small(3) as fleet:
        fleet.execute(["ip", "link", "set", "eth0", "down"])
        not_clean(scan(fleet, tmp_path, NEAR))


def test_scene_wrong_vlan(tmp_path):
    with small(3) as fleet:
        ran = scan(fleet, tmp_path, "203.0.113.0/28")
        not_clean(ran)
        assert not ran.assets


def test_scene_multicast_blocked(tmp_path):
    with small(6) as fleet:
        fleet.execute(["ip", "link", "set", "eth0", "multicast", "off"])
        fleet.execute(["ip", "route", "add", "prohibit", "224.0.0.0/4"])
        ran = scan(fleet, tmp_path, NEAR)
        not_clean(ran)
        assert faults(fleet, ran.assets) == []


def test_scene_half_the_cameras_down_against_a_baseline(tmp_path):
    with small(12) as fleet:
        before = scan(fleet, tmp_path, NEAR)
        baseline = tmp_path / "baseline.json"
        baseline.write_text(json.dumps(before.document))
        for device in fleet.devices[:6]:
            fleet.set_link(device, up=False)
        ran = scan(fleet, tmp_path, NEAR, "--baseline", str(baseline))
        not_clean(ran)
        down = {d.address for d in fleet.devices[:6] if d.persona.id != "hp-printer"}
        told = " ".join(ran.document["coverage"]["missing_from_baseline"])
        assert all(address in told for address in down)


def test_scene_killed(tmp_path):
    with small(6) as fleet:
        out = tmp_path / "killed.json"
        with fleet.popen(command(NEAR, "-o", str(out), "-q"), env=environment()) as process:
            _wait_for_python(process.pid)
            process.kill()
            process.communicate(timeout=20)
        assert process.returncode != 0
        assert not out.exists(), "a killed scan must not leave a file that reads as a result"


def test_scene_ninety_percent_loss(tmp_path):
    with small(12, link_loss=0.9) as fleet:
        ran = scan(fleet, tmp_path, NEAR)
        assert ran.code != 0
        assert ran.document["scan"]["complete"] is False or len(ran.assets) == 12


def test_a_proxy_arp_router_testifies_for_none(tmp_path):
    plan = Plan(proxied=ip_network("192.0.2.128/28"))
    with NamespaceFleet(choose(["hikvision-camera-old", "axis-camera"], 4), plan) as fleet:
        ran = scan(fleet, tmp_path, NEAR)
        assert faults(fleet, ran.assets) == []
        behind = [
            a
            for address, a in ran.assets.items()
            if address.startswith("192.0.2.1") and a["mac"] is None
        ]
        for asset in behind:
            assert asset["attributions"] == []
            assert not any(o["signal"] == "mac" for o in asset["observations"])


def test_routed_devices_are_judged_without_their_macs(tmp_path):
    plan = Plan(routed=4)
    personas = choose(["hikvision-camera-old", "dahua-camera", "axis-camera", "amcrest-camera"], 8)
    with NamespaceFleet(personas, plan, conditions=Conditions(spread=0.2)) as fleet:
        ran = scan(fleet, tmp_path, NEAR, "198.51.100.0/24")
        far = fleet.devices[4:]
        assert faults(fleet, ran.assets, far) == []
        for device in far:
            link = [
                o for o in ran.assets[device.address]["observations"] if o["endpoint"] == "link"
            ]
            assert link == [], "a router's MAC must not stand for the device"
