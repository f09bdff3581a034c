"""A full disk and a read-only file system: a clear line, nothing corrupt, earlier results whole."""

import os
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from auditor.app.nightly import publish, run
from auditor.model.errors import ToolError
from tests.soak.appliance import PLAIN, Appliance
from tests.soak.simulated import fleet

NIGHT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)

pytestmark = [pytest.mark.lab, pytest.mark.slow]


@contextmanager
def small_disk(place, size):
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(place)]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"mount of a tmpfs: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def sound(house):
    """The history is whole, and every document can be read; gives both."""
    with house.memory() as memory:
        assert list(memory.history().check()) == []
    kept = list(publish.documents(house.reports / "cams"))
    assert None not in [publish.read(path) for path in kept]
    return {item.id for item in house.entries()}, kept


def filled(place, leave):
    """Fill the disk but for so many bytes."""
    free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
    (place / "ballast").write_bytes(b"x" * max(0, free - leave))


@pytest.mark.parametrize("leave", [0, 8_000, 100_000, 250_000, 400_000, 600_000])
def test_a_full_disk_is_said_and_costs_no_earlier_result(tmp_path, leave):
    with small_disk(tmp_path / "disk", "8m"):
        house = Appliance(tmp_path / "disk", PLAIN.replace("formats = []", 'formats = ["csv"]'))
        house.air.there = list(fleet(14).values())
        house.night(NIGHT)
        before, documents = sound(house)
        filled(house.folder, leave)
        (outcome,) = house.night(NIGHT + DAY)
        if outcome.failed is not None:
            assert any(word in outcome.failed for word in ("No space left", "full"))
            assert run.exit_code_of((outcome,), "never") in {1, 12}
        assert leave > 0 or outcome.failed is not None
        (house.folder / "ballast").unlink()
        after, now = sound(house)
        assert before <= after
        assert set(documents) <= set(now)
        (outcome,) = house.night(NIGHT + 2 * DAY)
        assert outcome.failed is None
        last, _ = sound(house)
        assert after < last
        assert not list((house.state / "running").iterdir())
        assert not [path for path in (house.reports / "cams").iterdir() if path.name[0] == "."]


def test_a_disk_that_fills_while_it_scans_keeps_what_was_judged_by_then(tmp_path):
    with small_disk(tmp_path / "disk", "8m"):
        house = Appliance(tmp_path / "disk")
        house.air.there = list(fleet(14).values())
        filled(house.folder, 150_000)
        (outcome,) = house.night(NIGHT)
        assert outcome.scan.summary.assets == 14
        assert "NOT WRITTEN" in run.told(outcome)
        assert run.exit_code_of((outcome,), "never") == 1
        (house.folder / "ballast").unlink()
        house.night(NIGHT + DAY)
        sound(house)
        counts = [item.summary.assets for item in house.entries()]
        assert counts[0] == 14
        assert 0 < counts[1] < 14


def test_a_read_only_file_system_is_said_and_changes_nothing(tmp_path):
    with small_disk(tmp_path / "disk", "8m"):
        house = Appliance(tmp_path / "disk")
        house.air.there = list(fleet(5).values())
        house.night(NIGHT)
        before, documents = sound(house)
        place = str(house.folder)
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        with pytest.raises(ToolError, match="Read-only file system"):
            house.night(NIGHT + DAY)
        assert house.air.scans == 1
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
        house.night(NIGHT + DAY)
        after, now = sound(house)
        assert before < after
        assert set(documents) < set(now)
