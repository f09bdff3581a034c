"""A device that bears two connections, restarts on a third and slows down under load survives."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.lab import netns
from auditor.lab.namespace import NamespaceFleet
from auditor.lab.persona import load
from auditor.lab.topology import Plan

sys.path.insert(0, str(Path(__file__).resolve().parent))
from test_scan import faults, scan, top_maker

pytestmark = [pytest.mark.lab, pytest.mark.slow]

SCANS = int(os.environ.get("SOAK_SCANS", "4"))
FAR = "198.51.100.0/28"
FRAIL = {"most": 2, "reboot": 8.0, "slow": 0.04}
PERSONAS = ("hikvision-camera-old", "dahua-camera", "axis-camera", "hikvision-nvr")


@pytest.fixture(autouse=True)
def _namespaces():
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")


def frail(*names: str):
    known = load()
    return [replace(known[name], **FRAIL) for name in names]


def told(ran) -> dict[str, tuple]:
    return {
        address: (*top_maker(asset), asset["headline"], asset["model"], asset["kind"])
        for address, asset in ran.assets.items()
    }


def test_repeated_scans_leave_a_fragile_device_standing_and_see_it_the_same(tmp_path):
    personas = frail(*PERSONAS, *PERSONAS)
    with NamespaceFleet(personas, Plan(routed=4)) as fleet:
        first = None
        for number in range(SCANS):
            before = {d.name: len(fleet.witness(d).requests) for d in fleet.devices}
            ran = scan(fleet, tmp_path, "192.0.2.0/27", FAR)
            assert [fleet.witness(d).reboots for d in fleet.devices] == [0] * 8, number
            assert faults(fleet, ran.assets) == [], number
            first = first or told(ran)
            assert told(ran) == first, number
            for device in fleet.devices:
                witness = fleet.witness(device)
                assert len(witness.requests) - before[device.name] <= 15
                assert witness.violations() == ()


def test_the_fragile_device_does_restart_when_three_connections_are_held(tmp_path):
    del tmp_path
    with NamespaceFleet(frail("axis-camera")) as fleet:
        (device,) = fleet.devices
        script = (
            "import socket, sys, time\n"
            "held = [socket.create_connection((sys.argv[1], 80), 2) for _ in range(3)]\n"
            "time.sleep(0.5)\n"
            "print([one.recv(10) for one in held[:2]])"
        )
        fleet.execute([sys.executable, "-c", script, device.address], seconds=20)
        assert fleet.witness(device).reboots == 1
