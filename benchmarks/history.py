"""Nights of an unchanged network: what each adds to the history, and how long it takes.

    python benchmarks/history.py [DEVICES [NIGHTS]]

The devices are those of the sample fleet, repeated with their own addresses, MACs and serials; from
night to night every date, nonce, message id and duration differs. Goals for 1,000 devices: an
unchanged night adds less than 200 kB, its difference takes less than 1 s.
"""

import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from auditor import codec  # noqa: E402 - found beside this file
from auditor.history.diff import compare  # noqa: E402
from auditor.history.store import History  # noqa: E402
from auditor.model.document import Asset, Scan  # noqa: E402
from auditor.model.facts import Observation  # noqa: E402
from benchmarks.report_html import varied  # noqa: E402

FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
GOAL_BYTES = 200_000
DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")
NONCE = re.compile(r'(nonce=\\?")([0-9A-Za-z]+)')
MESSAGE = re.compile(r"(<\w+:(?:MessageID|RelatesTo)[^>]*>[^<]*?)([0-9a-f-]{36})")


def sample() -> tuple[Scan, list[Asset]]:
    """A scan of the sample fleet, made by the program itself."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(
            [sys.executable, "-c", DEMO, place],
            check=True,
            cwd=ROOT,
        )
        scan = codec.decode((Path(place) / "scan.json").read_bytes())
    return scan, list(scan.assets)


DEMO = """
import sys
from pathlib import Path
from auditor.cli.main import run
from auditor.lab.fleet import choose
from auditor.lab.loopback import Loopback
with Loopback(choose()) as fleet:
    run(["scan", fleet.target, "-q", "-o", str(Path(sys.argv[1]) / "scan.json")])
"""


def moved(value: str, night: int, chance: random.Random) -> str:
    """The value as it is in another night: what moves by itself has moved."""
    at = (FIRST + timedelta(days=night, seconds=chance.randrange(3600))).strftime(
        "%a, %d %b %Y %H:%M:%S GMT"
    )

    def other(found: re.Match[str]) -> str:
        signs = (chance.choice("0123456789abcdef") if s.isalnum() else s for s in found[2])
        return found[1] + "".join(signs)

    return MESSAGE.sub(other, NONCE.sub(other, DATE.sub(at, value)))


def one_night(scan: Scan, devices: list[Asset], night: int) -> Scan:
    """The document of a night in which nothing changed."""
    chance = random.Random(night)
    at = FIRST + timedelta(days=night)

    def stamp(seconds: float) -> str:
        text = (at + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z")

    def seen(item: Observation, seconds: float) -> Observation:
        return replace(item, at=stamp(seconds), value=moved(item.value, night, chance))

    def asset(item: Asset, number: int) -> Asset:
        return replace(
            item,
            attempts=tuple(replace(a, ms=chance.randrange(2, 900)) for a in item.attempts),
            observations=tuple(seen(one, number / 3) for one in item.observations),
            children=tuple(asset(child, number) for child in item.children),
        )

    head = replace(
        scan.scan,
        id=f"{chance.getrandbits(128):032x}",
        started=stamp(0),
        finished=stamp(600),
        complete=True,
    )
    return replace(scan, scan=head, assets=tuple(asset(item, n) for n, item in enumerate(devices)))


def size(file: Path) -> int:
    """Bytes of the database with its log."""
    return sum(path.stat().st_size for path in file.parent.glob(f"{file.name}*"))


def measure(devices: int, nights: int) -> Iterator[tuple[int, int, float, float, int]]:
    """Night, bytes of the document, seconds to add, seconds for the difference, bytes added."""
    scan, few = sample()
    chance = random.Random(1)
    many = [varied(few[n % len(few)], n, chance) for n in range(devices)]
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "history.db"
        before = 0
        for night in range(nights):
            document = one_night(scan, many, night)
            length = len(codec.encode(document))
            history = History(f"sqlite:///{file}")
            begin = time.perf_counter()
            history.add(document, network="n")
            added = time.perf_counter() - begin
            took = 0.0
            if night:
                begin = time.perf_counter()
                pair = history.pair(history.find("last~1").id, history.find("last").id)
                found = compare(*pair, history.seen("n"))
                took = time.perf_counter() - begin
                unchanged = not (
                    found.appeared or found.absent or found.verdict or found.reattributed
                )
                if not unchanged:
                    raise SystemExit("the nights were meant to be the same")
            history.close()  # the log goes into the file
            now = size(file)
            yield night, length, added, took, now - before
            before = now
        url = f"sqlite:///{file}"
        begin = time.perf_counter()
        words = [sys.executable, "-m", "auditor", "diff", "--url", url, "last~1", "last"]
        subprocess.run(words, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        print(
            f"`audit diff last~1 last`, start of the program included: {time.perf_counter() - begin:.2f} s"
        )
        begin = time.perf_counter()
        History(url).get(document.scan.id)
        print(f"reading one scan back: {time.perf_counter() - begin:.2f} s")


def main() -> int:
    """Measure and print a table."""
    devices, nights = map(int, (*sys.argv[1:3], *("1000", "8")[len(sys.argv[1:3]) :]))
    print(f"{devices:,} devices, SQLite")
    print("night  document kB    added kB   add s   diff s")
    worst = 0
    for night, length, added, took, more in measure(devices, nights):
        print(
            f"{night:5}  {length / 1000:11,.0f}  {more / 1000:10,.1f}  {added:6.2f}  {took:7.3f}",
            flush=True,
        )
        if night:
            worst = max(worst, more)
    print(f"an unchanged night adds at most {worst / 1000:,.1f} kB")
    return 0 if worst < GOAL_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
