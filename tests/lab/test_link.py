"""A scan that begins before the link carries: a machine just plugged in, or just starting."""

import json
import os
import sys
import threading
from pathlib import Path

import pytest

from auditor.lab import netns
from auditor.lab.fleet import choose
from auditor.lab.namespace import NamespaceFleet

pytestmark = [pytest.mark.lab, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def fleet():
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")
    with NamespaceFleet(choose(count=4)) as running:
        running.set_own_link(up=False)
        yield running


def scanned(fleet, folder):
    out = folder / "scan.json"
    words = [sys.executable, "-m", "auditor", "scan", "192.0.2.0/24", "-q", "-o", str(out)]
    done = fleet.execute(words, env=dict(os.environ, PYTHONPATH=str(ROOT)))
    return done.returncode, json.loads(out.read_bytes()), done.stderr


def test_a_link_that_carries_two_seconds_later_costs_nothing_but_the_wait(fleet, tmp_path):
    plug = threading.Timer(2.0, fleet.set_own_link, kwargs={"up": True})
    plug.start()
    code, scan, _ = scanned(fleet, tmp_path)
    plug.join()
    assert code in {0, 10, 11}
    assert scan["scan"]["complete"]
    assert {asset["mac"] for asset in scan["assets"]} == {device.mac for device in fleet.devices}


def test_a_link_that_never_carries_is_said_in_words(fleet, tmp_path):
    code, scan, said = scanned(fleet, tmp_path)
    assert code == 12
    assert scan["assets"] == []
    reason = "discovery link failed on eth0: no link: check the cable or the switch port"
    assert reason in scan["scan"]["incomplete_because"]
    assert reason in said
    assert scan["coverage"]["ledger"]["silent"] == []  # silence was not heard: nobody was asked
    assert scan["coverage"]["ledger"]["not_scanned"] != []
    assert scan["sent"]["packets"] == 0
