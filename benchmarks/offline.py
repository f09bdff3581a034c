"""The goals that need no network of their own: start, identify, judge, HTML, and the loopback fleet.

Part of ``make bench`` (``run.py --only offline``); each figure is the median of some runs, each
command a process of its own. The documents are those of ``judging.py`` and ``report_html.py``.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from auditor import codec
from auditor.app.judging.bench import bench
from auditor.app.judging.hinge import rejudge
from auditor.report._api import Page
from auditor.report.html import FORMAT
from benchmarks import judging, loopback, report_html

COUNT: Final = 10_000
RUNS: Final = 7


def measure(runs: int) -> dict[str, Any]:
    """Every figure, run by run.

    Args:
        runs: of each.
    """
    rows = [
        _row("`audit --version`, ms", 120, more=False, runs=_times(runs, _version)),
        _row("devices a second of one core, loopback", 300, more=True, runs=_loopback(runs)),
        *_commands(runs),
        _row(f"HTML of {COUNT:,} devices, s", 2, more=False, runs=_html(runs)),
    ]
    return {"rows": rows, "load": [round(x, 1) for x in os.getloadavg()]}


def section(known: dict[str, Any]) -> str:
    """The figures as a section of RESULTS.md."""
    lines = [
        "## Without a network",
        "",
        f"`python benchmarks/run.py --only offline`. {known['machine']}. Load averages: {known['load']}.",
        "",
        "| figure | runs | median | lowest to highest | goal | met |",
        "|---|---|---|---|---|---|",
    ]
    for row in known["rows"]:
        middle, least, most = statistics.median(row["runs"]), min(row["runs"]), max(row["runs"])
        met = middle >= row["goal"] if row["more"] else middle <= row["goal"]
        low, mid, high = (_number(value) for value in (least, middle, most))
        sign = "≥" if row["more"] else "≤"
        lines.append(
            f"| {row['what']} | {len(row['runs'])} | {mid} | {low} to {high} |"
            f" {sign} {row['goal']:,} | {'yes' if met else 'no'} |"
        )
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004 - digits that mean something


def _row(what: str, goal: float, *, more: bool, runs: Sequence[float]) -> dict[str, Any]:
    return {"what": what, "goal": goal, "more": more, "runs": list(runs)}


def _times(runs: int, work: Callable[[], float]) -> list[float]:
    return [work() for _ in range(runs)]


def _version() -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "auditor", "--version"], check=True, capture_output=True)
    return (time.perf_counter() - begin) * 1000


def _loopback(runs: int) -> list[float]:
    return [len(scan.assets) / spent for spent, _, scan in loopback.rounds(200, runs)]


def _commands(runs: int) -> list[dict[str, Any]]:
    made = judging.estate(COUNT)
    with tempfile.TemporaryDirectory() as folder:
        place, out, lines = (Path(folder) / name for name in ("a.json", "b.json", "c.jsonl"))
        place.write_bytes(codec.encode(rejudge(made, bench(judging.DAY))))
        told = judging.lines(made, 4)
        lines.write_bytes(b"\n".join(told) + b"\n")
        judged = [
            judging.command("judge", str(place), "-q", "-o", str(out))[0] for _ in range(runs)
        ]
        asked = [judging.command("identify", "--jsonl", str(lines))[0] for _ in range(runs)]
    return [
        _row(
            "`audit identify --jsonl`, lines a second, start included",
            10_000,
            more=True,
            runs=[len(told) / seconds for seconds in asked],
        ),
        _row(f"`audit judge` of {COUNT:,} devices, s", 2, more=False, runs=judged),
    ]


def _html(runs: int) -> list[float]:
    scan, page = report_html.fleet(COUNT), Page(width=80, colour=False)

    def work() -> float:
        begin = time.perf_counter()
        FORMAT.render(scan, page)
        return time.perf_counter() - begin

    return _times(runs, work)
