"""SIGKILL at random moments: nothing that was judged is lost, nothing is corrupt."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.app.reports import manifest
from tests.soak.appliance import PLAIN, Appliance
from tests.soak.simulated import ROOT, fleet

KILLS = int(os.environ.get("SOAK_KILLS", "8"))
NIGHT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
KEEP = "keep = { last = 9999 }\n"  # nothing that is missing may be missing by rule
CONFIG = PLAIN.replace("formats = []", f'formats = ["csv"]\n{KEEP}') + f"[history]\n{KEEP}"
MOMENTS = {"migrate": 0.3, "run": 2.0}  # seconds in which the kill comes

pytestmark = pytest.mark.slow


def killed(folder: Path, first: datetime, after: float) -> dict[str, set[str]]:
    """Start nights, kill them, and give what they had judged: start → ids."""
    words = [sys.executable, "-m", "tests.soak.child", str(folder), str(int(first.timestamp()))]
    lines: list[str] = []
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        reader = threading.Thread(target=lines.extend, args=(child.stdout,))
        reader.start()
        time.sleep(after)
        os.kill(child.pid, signal.SIGKILL)
        reader.join()
        assert child.wait() == -signal.SIGKILL, "it ended before it was killed"
    judged = defaultdict(set)
    for line in lines:
        _, start, asset = line.split()
        judged[start].add(asset)
    return judged


def nothing_lost(house: Appliance, judged: dict[str, set[str]]) -> None:
    """Everything judged is in the history under its start, and in a document."""
    with house.memory() as memory:
        history = memory.history()
        assert list(history.check()) == []
        held = defaultdict(set)
        for entry in history.entries():
            start = str(int(datetime.fromisoformat(entry.started).timestamp()))
            held[start] |= {asset.id for asset in history.get(entry.id).assets}
    for start, ids in judged.items():
        assert ids <= held[start], f"lost of {start}: {ids - held[start]}"


def whole(house: Appliance) -> None:
    """Every file is whole, and nothing half-written stays."""
    folder = house.reports / "cams"
    assert list((house.state / "running").iterdir()) == []
    for path in folder.iterdir():
        assert not path.name.startswith("."), path
        if path.suffix == ".json":
            json.loads(path.read_bytes())
        if path.suffix == ".sha256":
            sealed = manifest.parse(path.read_bytes(), path.name)
            assert [f for f in manifest.check(sealed, folder) if not f.good] == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_loses_nothing_and_the_next_starts_clean(tmp_path, moment):
    chance = random.Random(int(os.environ.get("SOAK_SEED", "6")))
    at = NIGHT
    judged: dict[str, set[str]] = {}
    house = None
    for number in range(KILLS // 2):
        if house is None or moment == "migrate":
            folder = tmp_path / str(number)
            folder.mkdir()
            house, judged = Appliance(folder, CONFIG), {}
        judged |= killed(house.folder, at, chance.uniform(0, MOMENTS[moment]))
        at += timedelta(days=1)
        house.air.there = list(fleet(14).values())
        (outcome,) = house.night(at)
        assert outcome.failed is None
        assert outcome.scan.summary.assets == 14
        nothing_lost(house, judged)
        whole(house)
        at += timedelta(days=1)
