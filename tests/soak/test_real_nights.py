"""Nights of real scans over a simulated fleet on the loopback: only scripted changes are told."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from auditor.app.scanning.scan import scan
from auditor.lab.fleet import choose
from auditor.lab.loopback import Loopback
from tests.soak.appliance import PLAIN, Appliance

NIGHTS = int(os.environ.get("SOAK_REAL_NIGHTS", "6"))
DEVICES = int(os.environ.get("SOAK_REAL_DEVICES", "12"))
NIGHT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)

pytestmark = [pytest.mark.slow, pytest.mark.lab]  # scans by the clock: not beside other tests


def test_real_scans_of_a_fleet_tell_only_who_came_and_who_went(tmp_path):
    """One more device comes on the second night, and is never there again."""
    personas = choose(count=DEVICES)
    house = Appliance(tmp_path)
    house.air.scan = scan
    with Loopback(personas) as fleet:
        network, last = fleet.network, fleet.devices[-1].address
        target = f"{fleet.devices[0].address}-{last.rpartition('.')[2]}"
    house.write(PLAIN.replace("192.168.40.0/22", target))
    wrong = {}
    for number in range(NIGHTS):
        there = DEVICES if number == 1 else DEVICES - 1
        with Loopback(personas[:there], network=network):
            before = len(house.told)
            (outcome,) = house.night(NIGHT + timedelta(days=number))
        assert outcome.failed is None
        assert outcome.scan.summary.assets == there
        news = [one for item in house.told[before:] for one in item.bulletin.news]
        told = [one.event for one in news if one.event != "new-covered"]
        if told != {1: ["new-device"], 4: ["gone"]}.get(number, []):
            wrong[number] = [one.text for one in news]
    assert wrong == {}
