"""Judging, reading, writing and identifying at the size of a large estate.

    python benchmarks/judging.py [ASSETS]

The document is made of the recorded sample fleet: each device is copied under an address, MAC and
serial number of its own, wherever these stand in its answers, so that what is unique in an estate
is unique here too. Processor seconds of one core, the best of three; memory is the peak of a
process of its own. Goals for 10,000 assets: ``audit judge`` at most 2 s, ``audit identify
--jsonl`` at least 10,000 lines a second.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from auditor import codec
from auditor.app.judging.bench import Terms, bench
from auditor.app.judging.hinge import rejudge
from auditor.app.judging.identify import answers
from auditor.catalog.catalog import Catalog
from auditor.model.document import Asset, Scan
from auditor.model.facts import Observation
from auditor.model.knowledge import Rule
from auditor.model.pattern import Pattern

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "examples/sample-fleet/scan.json"
DAY = Terms(as_of="2026-11-22")
SHORT = 64
"""Longest value of a line as an inventory gives it."""
SERIAL = 8
RUNS = 3
CHILD = """
import json, os, subprocess, sys, time
begin = time.perf_counter()
run = [sys.executable, "-m", "auditor", *sys.argv[1:]]
child = subprocess.Popen(run, stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
if os.waitstatus_to_exitcode(status) not in {0, 10, 11, 12}:
    raise SystemExit(f"{run}: status {status}")
spent = time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
print(json.dumps(spent))
"""
"""A small process that starts the command: a child begins with the memory of its parent."""


def estate(count: int) -> Scan:
    """The sample fleet again and again, no two devices alike."""
    sample = codec.decode(SAMPLE.read_bytes())
    own = [item for item in sample.assets if item.observations]
    assets = tuple(_copy(own[number % len(own)], number) for number in range(count))
    return replace(sample, assets=assets)


def _copy(asset: Asset, number: int) -> Asset:
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    change = _changer(asset, number, address)
    seen = tuple(replace(item, value=change(item.value)) for item in asset.observations)
    return replace(
        asset,
        id=f"bench-{number:06d}",
        address=address,
        addresses=(address,),
        mac=change(asset.mac) if asset.mac else None,
        observations=seen,
        attributions=(),
        verdicts=(),
    )


def _changer(asset: Asset, number: int, address: str) -> Callable[[str], str]:
    """Puts a number into everything that names one device only."""
    swaps: dict[str, str] = {asset.address or "": address}
    for mac in _macs(asset.observations):
        for gap in (":", "-", ""):
            old = mac.replace(":", gap)
            tail = gap.join(f"{number >> shift & 255:02x}" for shift in (16, 8, 0))
            new = old[: len(old) - len(tail)] + tail
            swaps |= {old: new, old.upper(): new.upper()}
    for item in asset.observations:
        if item.signal == "wsd.endpoint":
            swaps[item.value[:18]] = f"urn:uuid:{number:08x}-"
    if asset.serial and len(asset.serial) > SERIAL and asset.serial[-5:].isdigit():
        swaps[asset.serial] = f"{asset.serial[:-5]}{number % 100_000:05d}"
    found = re.compile("|".join(sorted(map(re.escape, filter(None, swaps)), key=len, reverse=True)))
    return lambda text: found.sub(lambda hit: swaps[hit[0]], text)


def _macs(seen: tuple[Observation, ...]) -> set[str]:
    told = re.compile(r"(?i)\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b")
    return {mac.lower().replace("-", ":") for item in seen for mac in told.findall(item.value)}


def lines(scan: Scan, most: int | None = None) -> list[bytes]:
    """Each asset as a line for ``audit identify``; with ``most``, only its first few signals."""
    out = []
    for asset in scan.assets:
        rows = json.loads(codec.encode_asset(asset))["observations"]
        short = [row for row in rows if len(str(row["value"])) <= SHORT] if most else rows
        signals = [
            {key: row[key] for key in ("signal", "value", "endpoint")} for row in short[:most]
        ]
        out.append(json.dumps({"id": asset.id, "signals": signals}).encode())
    return out


def cpu(work: Callable[[], object]) -> float:
    """Processor seconds of one call, the best of ``RUNS``."""
    spent = []
    for _ in range(RUNS):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
    return min(spent)


def command(*words: str) -> tuple[float, float, float]:
    """Elapsed seconds, processor seconds and peak memory (MB) of one ``audit`` command."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *words], env=env, capture_output=True, check=True, text=True
    )
    elapsed, spent, memory = json.loads(done.stdout)
    return elapsed, spent, memory


def more_rules(catalog: Catalog, times: int) -> Catalog:
    """The catalog with each rule ``times`` times, every copy needing a text of its own."""
    return replace(catalog, rules=tuple(_rules(catalog.rules, times)))


def _rules(rules: tuple[Rule, ...], times: int) -> Iterator[Rule]:
    for rule in rules:
        yield rule
        for number in range(times - 1):
            text = f"{rule.pattern.pattern}-made-up-{number:04d}"
            pattern = Pattern(text, ignorecase=rule.pattern.ignorecase)
            yield replace(rule, id=f"{rule.id}.{number}", pattern=pattern)


def forget(catalog: Catalog) -> None:
    """Drop all that was remembered of earlier devices."""
    catalog.memory.forget()
    for rules in catalog.rules_by_signal.values():
        for sieve in rules.sieves.values():
            sieve.memory.forget()


def scale(scan: Scan, times: int) -> float:
    """How much longer judging takes with ``times`` as many rules; sieves built beforehand."""
    spent = []
    for factor in (1, times):
        base = bench(DAY)
        wide = replace(base, catalog=more_rules(base.catalog, factor))
        rejudge(scan, wide)
        begin = time.process_time()
        for _ in range(RUNS):
            forget(wide.catalog)
            rejudge(scan, wide)
        spent.append(time.process_time() - begin)
    return spent[1] / spent[0]


def main() -> int:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    made = estate(count)
    judged = rejudge(made, bench(DAY))
    data = codec.encode(judged)
    print(f"{count} assets, {sum(len(a.observations) for a in made.assets)} observations,")
    print(f"document of {len(data) / 1e6:.0f} MB; processor seconds:")
    print(f"  read, to judge anew   {cpu(lambda: codec.decode(data, conclusions=False)):.2f}")
    print(f"  read, all             {cpu(lambda: codec.decode(data)):.2f}")
    print(f"  judge                 {cpu(lambda: rejudge(made, bench(DAY))):.2f}")
    print(f"  write                 {cpu(lambda: codec.encode(judged)):.2f}")
    few, whole = lines(made, 4), lines(made)
    for name, given in (("4 signals", few), ("all signals", whole)):
        spent = cpu(lambda given=given: list(answers(given, bench(DAY))))
        print(f"  identify, {name:12}{len(given) / spent:8.0f} lines/s")
    with tempfile.TemporaryDirectory() as folder:
        place, out, line_file = (Path(folder) / name for name in ("a.json", "b.json", "c.jsonl"))
        place.write_bytes(data)
        line_file.write_bytes(b"\n".join(few) + b"\n")
        for words in (
            ("judge", str(place), "-q", "-o", str(out)),
            ("report", str(place), "-o", str(out)),
            ("identify", "--jsonl", str(line_file)),
        ):
            elapsed, spent, memory = command(*words)
            print(
                f"audit {words[0]:9} {elapsed:5.2f} s, {spent:5.2f} s processor, {memory:4.0f} MB"
            )
    less = replace(made, assets=made.assets[: min(count, 1000)])
    print(f"with ten times the rules judging takes {scale(less, 10):.2f} times as long")
    return 0


if __name__ == "__main__":
    sys.exit(main())
