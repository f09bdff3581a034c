"""`make bench`: the scan beside nmap, in the namespace lab, in one run; results as ratios.

Needs root and nmap. Writes benchmarks/RESULTS.md. Other machines give other seconds; the ratios are what
is worth comparing.
"""

import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path

from auditor.app.version import TOOL
from auditor.lab import netns
from auditor.lab.fleet import choose
from auditor.lab.namespace import NamespaceFleet
from auditor.lab.servers import Conditions

HERE = Path(__file__).resolve().parent
NEAR = "192.0.2.0/24"
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
LATENCY = 0.02


def timed(fleet: NamespaceFleet, command: list[str]) -> float:
    """Seconds of one command in the scanner's namespace; 0, 10, 11 and 12 are all results."""
    begin = time.perf_counter()
    done = fleet.execute(command, seconds=300, env=dict(os.environ, PYTHONPATH=str(HERE.parent)))
    if done.returncode not in {0, 10, 11, 12}:
        raise SystemExit(f"{command}: exit {done.returncode}: {done.stderr[-500:]}")
    return time.perf_counter() - begin


def measure(count: int) -> dict[str, object]:
    """Medians over RUNS for one fleet size, the commands taking turns."""
    out = Path("/tmp") / f"bench-{os.getpid()}.json"
    scan = [sys.executable, "-m", "auditor", "scan", NEAR, "-q", "-o", str(out)]
    peers = {
        "audit scan": scan,
        "audit scan --engine nmap": [*scan, "--engine", "nmap"],
        "nmap -sn": ["nmap", "-n", "-sn", NEAR],
    }
    with NamespaceFleet(choose(count=count), conditions=Conditions(latency=LATENCY)) as fleet:
        times: dict[str, list[float]] = {name: [] for name in peers}
        recall: list[float] = []
        for _ in range(RUNS):
            for name, command in peers.items():
                times[name].append(timed(fleet, command))
                if name == "audit scan":
                    recall.append(_recall(fleet, out))
        sent = json.loads(out.read_bytes())["sent"]
    out.unlink(missing_ok=True)
    return {
        "devices": count,
        "medians": {name: statistics.median(values) for name, values in times.items()},
        "spread": {name: (min(values), max(values)) for name, values in times.items()},
        "recall": statistics.median(recall),
        "sent": sent,
    }


def _recall(fleet: NamespaceFleet, out: Path) -> float:
    """Share of devices whose maker was named rightly."""
    assets = {a["address"]: a for a in json.loads(out.read_bytes())["assets"]}
    right = 0
    for device in fleet.devices:
        makers = [
            a["vendor"]
            for a in assets.get(device.address, {}).get("attributions", ())
            if a["role"] == "maker"
        ]
        right += (makers[0] if makers else "") == (device.persona.expect.maker or "")
    return right / len(fleet.devices)


def report(rows: list[dict[str, object]]) -> str:
    """RESULTS.md."""
    machine = (
        f"{TOOL}, Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"
        f" {platform.release()}, {platform.machine()}. Simulated /24, {LATENCY * 1000:.0f} ms device"
        f" latency, medians of {RUNS} runs taken in turn. Command: `make bench`."
    )
    lines = [
        "# Results",
        "",
        machine,
        "",
        "| devices | command | seconds (min to max) | against `nmap -sn` | makers right |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        base = row["medians"]["nmap -sn"]
        for name, median in row["medians"].items():
            low, high = row["spread"][name]
            right = f"{row['recall']:.0%}" if name == "audit scan" else ""
            lines.append(
                f"| {row['devices']} | `{name}` | {median:.2f} ({low:.2f} to {high:.2f}) |"
                f" {median / base:.2f} | {right} |"
            )
    last = rows[-1]
    sent = (
        f"Sent for {last['devices']} devices: {last['sent']['packets']} packets,"
        f" {last['sent']['connections']} connections, {last['sent']['requests']} requests."
    )
    lines += [
        "",
        sent,
        "`nmap -sn` only finds hosts; the scan also asks and judges each of them.",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run and write."""
    if reason := netns.lack():
        print(f"benchmarks need network namespaces: {reason}", file=sys.stderr)
        return 1
    rows = [measure(count) for count in (50, 200)]
    (HERE / "RESULTS.md").write_text(report(rows), encoding="utf-8")
    print(report(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
