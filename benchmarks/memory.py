"""Memory of a scan's end by the number of devices: desk, judgement, document, reports; no network.

::

    python benchmarks/memory.py [COUNT]…

Every device is a copy of one of ``examples/sample-fleet/scan.json`` with its own address and MAC,
sighted, put down as interviewed, and judged, as a scan does it. Then all are judged as one scan, and
the document, its lines, the CSV and the terminal table are written. Peak memory is that of the whole process.
What sockets and the sweep need comes on top: ``make bench --only 16-2000`` measures it.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from auditor import codec
from auditor.app.devices.card import Stage
from auditor.app.devices.conclusion import conclude
from auditor.app.devices.desk import Desk
from auditor.app.devices.identity import one_asset
from auditor.app.judging.bench import Terms, bench
from auditor.app.judging.hinge import judge_asset
from auditor.app.reports import reporting
from auditor.cli.show import page
from auditor.model.facts import Sighting
from auditor.model.scope import Scope

ROOT: Final = Path(__file__).resolve().parents[1]
SAMPLE: Final = ROOT / "examples" / "sample-fleet" / "scan.json"
COUNTS: Final = (500, 2_000, 10_000)
_EACH: Final = 250
_OWN: Final = """
import json, os, sys
pid = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, *sys.argv[1:]])
_, status, usage = os.wait4(pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024]))
"""
"""Starts the measured process from a small one: Linux books the memory of whoever starts a program."""


def fill(count: int, folder: Path) -> None:
    """Everything after the network, for so many devices."""
    sample = codec.decode(SAMPLE.read_bytes())
    judge_with, desk = bench(Terms()), Desk(Scope.of(["10.0.0.0/16"]))
    for number in range(count):
        base = sample.assets[number % len(sample.assets)]
        mac = f"00:11:22:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
        facts = tuple(
            replace(item, value=mac if item.signal == "mac" else item.value)
            for item in base.observations
        )
        address = f"10.0.{number // _EACH}.{number % _EACH + 1}"
        card, _, _ = desk.note(Sighting(address=address, method="arp", mac=mac, observations=facts))
        if card is None:
            raise SystemExit(f"{address} is not in the scope")
        card.attempts.extend(base.attempts)
        card.stage = Stage.DONE
        judge_asset(one_asset(card, desk), judge_with)
    found = replace(sample, assets=conclude(desk, judge_with).assets)
    places = [str(folder / name) for name in ("scan.json", "scan.jsonl", "scan.csv", "scan.txt")]
    reporting.write(found, reporting.outputs(places, None), page())


def main() -> int:
    """Measure each count in a process of its own."""
    for word in sys.argv[1:] or [str(count) for count in COUNTS]:
        begin = time.perf_counter()
        words = [sys.executable, "-S", "-E", "-c", _OWN, __file__, "--fill", word]
        ran = subprocess.run(words, check=True, stdout=subprocess.PIPE)
        code, memory = json.loads(ran.stdout)
        seconds = time.perf_counter() - begin
        print(f"{int(word):>6} devices  {memory:6.0f} MiB  {seconds:5.1f} s")
        if code:
            return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fill"]:
        with tempfile.TemporaryDirectory() as place:
            fill(int(sys.argv[2]), Path(place))
    else:
        sys.exit(main())
