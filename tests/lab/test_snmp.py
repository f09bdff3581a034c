"""SNMP over real packets: nothing of it without the switch, one question with it."""

import json
import os
import sys
from pathlib import Path

import pytest

from auditor.lab import netns
from auditor.lab.capture import Capture
from auditor.lab.namespace import NamespaceFleet
from auditor.lab.persona import load
from auditor.wire import snmp

pytestmark = [pytest.mark.lab, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
NEAR = "192.0.2.0/24"
PERSONAS = load() | load(Path(__file__).parent / "personas")


@pytest.fixture(scope="module")
def fleet():
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")
    with NamespaceFleet([PERSONAS["snmp-camera"], PERSONAS["nginx-web"]]) as running:
        yield running


def scan(fleet: NamespaceFleet, out: Path, *words: str) -> tuple[dict, Capture]:
    env = dict(os.environ, PYTHONPATH=str(ROOT), NO_COLOR="1")
    command = [sys.executable, "-m", "auditor", "scan", NEAR, *words, "-o", str(out), "-q"]
    with fleet.capture() as recorder:
        fleet.execute(command, env=env, seconds=100)
    return json.loads(out.read_bytes()), recorder


def agents(recorder: Capture) -> list[tuple[str | None, bytes]]:
    """Datagrams to port 161 that left: to whom, and what was in them."""
    udp = [f for f in recorder.sent() if f.kind == 0x0800 and f.data[23] == 17]
    return [(f.target, f.data[42:]) for f in udp if f.data[36:38] == (161).to_bytes(2)]


def test_without_the_switch_no_packet_goes_to_port_161(fleet, tmp_path):
    document, recorder = scan(fleet, tmp_path / "scan.json", "--thorough", "--rare")
    assert len(document["assets"]) == 2
    assert recorder.sent()
    assert agents(recorder) == []
    assert "snmp" not in document["sent"]["by_probe"]


def test_with_the_switch_each_host_gets_the_one_question_and_the_answer_is_evidence(
    fleet, tmp_path
):
    document, recorder = scan(fleet, tmp_path / "scan.json", "--snmp")
    asked = agents(recorder)
    assert {target for target, _ in asked} <= {device.address for device in fleet.devices}
    assert {payload for _, payload in asked} == {snmp.get()}
    assert document["sent"]["by_probe"]["snmp"] == len(asked)
    camera = next(a for a in document["assets"] if a["address"] == fleet.devices[0].address)
    told = {o["signal"]: o["value"] for o in camera["observations"] if o["endpoint"] == "udp/161"}
    assert told["snmp.sysobjectid"] == "1.3.6.1.4.1.368.1.1"
    assert told["snmp.sysdescr"].startswith("; AXIS M3045-V; Network Camera;")
    assert told["snmp.sysname"].startswith("axis-")
    channels = {e["channel"] for a in camera["attributions"] for e in a["because"]}
    assert "snmp" in channels
    assert [a["outcome"] for a in camera["attempts"] if a["probe"] == "snmp"] == ["ok"]


def test_a_host_without_an_agent_is_asked_at_most_twice(fleet, tmp_path):
    document, recorder = scan(fleet, tmp_path / "scan.json", "--snmp")
    other = fleet.devices[1].address
    assert 1 <= sum(target == other for target, _ in agents(recorder)) <= 2
    web = next(a for a in document["assets"] if a["address"] == other)
    outcomes = {a["outcome"] for a in web["attempts"] if a["probe"] == "snmp"}
    assert outcomes <= {"timeout", "refused"}
    assert outcomes
