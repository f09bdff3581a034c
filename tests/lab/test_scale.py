"""Large networks: every device is found, and the cost follows the addresses and the devices."""

import json
import sys
from pathlib import Path

import pytest

from auditor.lab import netns
from auditor.lab.servers import Conditions
from benchmarks.crowd import Crowd
from benchmarks.timing import environment, measured

pytestmark = [
    pytest.mark.lab,
    pytest.mark.slow,
    pytest.mark.skipif(bool(netns.lack()), reason=str(netns.lack())),
]
MIB = 1 << 20
ROOT = Path(__file__).resolve().parents[2]


def scanned(crowd, tmp_path, *more):
    """The scan document and the cost of a scan of a crowd."""
    out = tmp_path / "scan.json"
    words = [sys.executable, "-m", "auditor", "scan", str(crowd.network), "-q", "-o", str(out)]
    env = environment(ROOT, tmp_path)
    cost = measured(crowd.scanner, [*words, *more], seconds=200, env=env)
    assert cost.code in {0, 10, 11, 12}, cost.out
    return json.loads(out.read_bytes()), cost


@pytest.mark.parametrize("rate", ["2000", "20000"])
def test_every_device_of_a_20_is_found_and_assessed_at_any_rate(tmp_path, rate):
    with Crowd("10.9.0.0/20", 60, conditions=Conditions(latency=0.02)) as crowd:
        scan, cost = scanned(crowd, tmp_path, "--rate", rate)
    found = {address for asset in scan["assets"] for address in asset["addresses"]}
    assert {device.address for device in crowd.devices} <= found
    assert scan["coverage"]["not_assessed"] == []
    assert cost.memory < 110


def test_a_silent_address_costs_next_to_no_memory(tmp_path):
    used = []
    for network in ("10.9.0.0/22", "10.9.0.0/16"):
        with Crowd(network, 20) as crowd:
            scan, cost = scanned(crowd, tmp_path, "--rate", "20000")
        assert scan["coverage"]["answered"] >= 20
        used.append(cost.memory)
    assert (used[1] - used[0]) * MIB < 64_512 * 300


def test_a_device_that_is_done_is_on_the_disk_and_not_in_memory(tmp_path):
    few, many = 400, 1_200  # more than may rest in memory, in both
    used = []
    for count in (few, many):
        with Crowd("10.9.0.0/20", count, conditions=Conditions(latency=0.02)) as crowd:
            scan, cost = scanned(crowd, tmp_path, "--rate", "20000")
        assert scan["coverage"]["answered"] >= count
        used.append(cost.memory)
    assert (used[1] - used[0]) * MIB < (many - few) * 24_000
    assert used[1] < 130
