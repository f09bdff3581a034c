"""Many nights of a fleet that changes by script: exactly what happened is told, and little kept."""

import os

import pytest

from tests.soak.nights import play

NIGHTS = int(os.environ.get("SOAK_NIGHTS", "45"))
DEVICES = int(os.environ.get("SOAK_DEVICES", "30"))

pytestmark = pytest.mark.slow


def test_every_night_tells_exactly_the_scripted_changes_and_costs_little(tmp_path):
    sizes = []
    for night in play(tmp_path, count=DEVICES, nights=NIGHTS):
        assert night.told == night.wanted, f"night {night.number}"
        assert night.said == night.changes, f"night {night.number}"
        sizes.append(night.size)
    grown = (sizes[-1] - sizes[0]) / (NIGHTS - 1)
    assert grown < 20_000, f"{grown:.0f} bytes a night"
