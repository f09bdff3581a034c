"""How many devices a second one core probes and judges: the fleet of the demo, on the loopback.

    python benchmarks/loopback.py [DEVICES [RUNS]]

The devices run in a process of their own and answer at once. What is counted is the scan's own
processor time from the first packet to the last verdict, so that a busy machine does not count.
"""

import asyncio
import gc
import multiprocessing
import os
import statistics
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from auditor.app.events import Event, Planned  # noqa: E402
from auditor.app.judging.bench import Terms  # noqa: E402 - found beside this file
from auditor.app.scanning.options import ScanOptions  # noqa: E402
from auditor.app.scanning.scan import scan  # noqa: E402
from auditor.lab.fleet import choose  # noqa: E402
from auditor.lab.loopback import Loopback  # noqa: E402
from auditor.model.document import Scan  # noqa: E402


def serve(count: int, talk: Connection) -> None:
    """The fleet, until the other side hangs up."""
    with Loopback(choose(count=count)) as fleet:
        talk.send([device.address for device in fleet.devices])
        talk.recv()


def once(addresses: list[str]) -> tuple[float, float, Scan]:
    """Processor seconds and seconds of one scan from its plan to its end, and the scan."""
    marks: list[tuple[float, float]] = []

    def tell(event: Event) -> None:
        if isinstance(event, Planned):
            marks.append((time.process_time(), time.perf_counter()))

    options = ScanOptions(targets=tuple(addresses), rate=1_000_000)
    found = asyncio.run(scan(options, Terms(), tell))
    begun, at = marks[0]
    return time.process_time() - begun, time.perf_counter() - at, found


def rounds(count: int, runs: int) -> list[tuple[float, float, Scan]]:
    """What ``once`` gives, so often, of a fleet of so many devices."""
    gc.set_threshold(150_000, 20, 50)
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    fleet = multiprocessing.get_context("spawn").Process(target=serve, args=(count, theirs))
    fleet.start()
    try:
        addresses = ours.recv()
        return [once(addresses) for _ in range(runs)]
    finally:
        ours.send(None)
        fleet.join(20)


def main() -> int:
    """Run and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5  # noqa: PLR2004 - arguments
    rows = rounds(count, runs)
    cpu, wall = (statistics.median(row[at] for row in rows) for at in (0, 1))
    last = rows[-1][2]
    judged, sent = len(last.assets), last.sent
    print(
        f"{judged} devices: {cpu:.2f} s of processor time, {wall:.2f} s: {judged / cpu:.0f} devices"
        f" a second of one core (medians of {runs}; load {os.getloadavg()[0]:.1f});"
        f" {sent.connections / judged:.1f} connections, {sent.requests / judged:.1f} requests and"
        f" {1000 * cpu / judged:.2f} ms a device"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
