"""The HTML report of many devices: size, time to render, time to open and to filter.

    python benchmarks/report_html.py [DEVICES ...]

The devices are those of the sample fleet, repeated with their own addresses, MACs, serials, times
and durations, so that as much differs between two devices as in a real scan. Goals: 500 devices
at most 2 MB; 10,000 devices at most 25 MB, rendered within 2 s, opened and filtered within 2 s each.
"""

import random
import re
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from auditor import codec  # noqa: E402 - found beside this file
from auditor.model.document import Asset, Scan, Summary  # noqa: E402
from auditor.model.judgement import Attribution, Evidence  # noqa: E402
from auditor.report._api import Page  # noqa: E402
from auditor.report.html import FORMAT  # noqa: E402
from tests.unit.report.chrome import CHROMIUM, Chrome  # noqa: E402

SERIAL = re.compile(r"\d{6,}|[0-9a-f]{12}|(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
RUNS = 3


def varied(asset: Asset, number: int, chance: random.Random) -> Asset:
    """A device like another: every serial, MAC, nonce, time and duration is its own."""
    own: dict[str, str] = {}

    def other(found: re.Match[str]) -> str:
        text = found[0]
        if text not in own:
            own[text] = "".join(
                chance.choice("0123456789" if sign.isdigit() else "abcdef") if sign.isalnum() else sign
                for sign in text
            )  # fmt: skip
        return own[text]

    def change(text: str) -> str:
        return SERIAL.sub(other, text)

    def shown(evidence: Evidence) -> Evidence:
        return replace(evidence, value=change(evidence.value))

    def claim(item: Attribution) -> Attribution:
        because, against = (tuple(map(shown, some)) for some in (item.because, item.against))
        return replace(item, because=because, against=against)

    address = f"10.{number // 62500}.{number // 250 % 250}.{number % 250 + 1}"
    return replace(
        asset,
        id=f"mac-{number:012x}",
        address=address,
        addresses=(address,),
        mac=change(asset.mac) if asset.mac else None,
        serial=change(asset.serial) if asset.serial else None,
        attributions=tuple(map(claim, asset.attributions)),
        observations=tuple(
            replace(item, value=change(item.value), at=f"2026-11-21T10:{number // 60 % 60:02}:{number % 60:02}Z")
            for item in asset.observations
        ),
        attempts=tuple(replace(item, ms=chance.randrange(1, 900)) for item in asset.attempts),
    )  # fmt: skip


def fleet(count: int) -> Scan:
    """A scan of so many devices, the same each time."""
    sample = codec.decode((ROOT / "examples/sample-fleet/scan.json").read_bytes())
    chance = random.Random(count)
    assets = tuple(
        varied(sample.assets[number % len(sample.assets)], number, chance)
        for number in range(count)
    )
    counts = {
        name: sum(asset.headline == name for asset in assets)
        for name in ("covered", "exempt", "not_covered", "indeterminate", "outside", "unidentified")
    }
    cover = replace(sample.coverage, in_scope=65536, answered=count, assessed=count)
    return replace(sample, assets=assets, summary=Summary(assets=count, **counts), coverage=cover)


def best(work: object, runs: int = RUNS) -> float:
    """The least time of a few runs, in milliseconds."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1000)
    return min(times)


FILTER = """(() => {
  const begin = performance.now();
  const query = document.getElementById("q");
  query.value = %r;
  query.dispatchEvent(new Event("input"));
  document.getElementById("list").offsetHeight;
  return performance.now() - begin;
})()"""
OPENED = """(() => {
  document.body.offsetHeight;
  return performance.now();
})()"""


def look(path: Path) -> tuple[list[str], list[float]]:
    """Names and milliseconds of: opening the page, the first and the next filter."""
    with tempfile.TemporaryDirectory() as profile, Chrome(Path(profile), 120) as browser:
        browser.emulate()
        opened = []
        for _ in range(RUNS):
            begin = time.perf_counter()
            browser.open(path)
            browser.run(OPENED)
            opened.append((time.perf_counter() - begin) * 1000)
        filtered = [
            browser.run(FILTER % word) for word in ("hikvision", "10.0.1", "nothing at all")
        ]
    return ["opened", "first filter", "next filter", "last filter"], [min(opened), *filtered]


def main() -> int:
    """Measure and print one line for each size."""
    sizes = [int(text) for text in sys.argv[1:]] or [500, 10_000]
    for size in sizes:
        scan = fleet(size)
        made = best(lambda scan=scan: FORMAT.render(scan, Page()))
        page = FORMAT.render(scan, Page())
        told = f"{size:6} devices: {len(page) / 1e6:6.2f} MB, rendered in {made:6.0f} ms"
        if CHROMIUM.exists():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "report.html"
                path.write_bytes(page)
                told += "".join(
                    f", {name} {value:.0f} ms" for name, value in zip(*look(path), strict=True)
                )
        print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
