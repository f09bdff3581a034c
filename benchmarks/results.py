"""RESULTS.md and its plot from what was measured."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from benchmarks import offline

_BASE: Final = "nmap -sn"
_BAR: Final = 22
_LEFT, _WIDE = 330, 360
_COLOURS: Final = {"audit": "#1f6feb", "other": "#8b949e"}

_HEAD: Final = """# Results

Medians of runs taken in turn in the namespace lab (simulated devices), lowest and highest in
brackets. Command: `make bench` (root, nmap). Ratios to `nmap -sn` of the same case compare across
machines; seconds do not. `nmap -sn` only finds hosts; `audit scan` also asks and judges each of
them. Recall is the share of simulated devices that a command names at all; "makers" is the share,
of those for which the lab intends a maker, whose maker the scan names so. The devices of the /22, /20
and /16 share one namespace; each has a hardware address of its own, and none hears group questions, so
that each is asked by itself. For 800 devices and more the kernel's neighbour table is raised from 1,024
to 16,384 entries (`gc_thresh3`), as such a network needs it. † marks peers that were measured in an earlier
run of the same case, without the scan beside them. The scan's modules are compiled beforehand, as an installation does.

![Seconds of each command on a /24 with 200 devices](results.svg)
"""


def median(rows: Sequence[dict[str, Any]], key: str) -> float | None:
    """Median of a figure over the runs; None where it was not measured."""
    values = [row[key] for row in rows if row.get(key) is not None]
    return statistics.median(values) if values else None


def table(known: dict[str, Any]) -> str:
    """One case as a section."""
    case, rows = known["case"], known["rows"]
    base = median(rows.get(_BASE, ()), "seconds")
    lines = [
        f"## {case['name']}",
        "",
        (
            f"{case['network']}, {case['devices']} devices, {case['latency'] * 1000:.0f} ms latency,"
            f" {case['loss']:.0%} loss, {case['tarpits']} tarpits, {'routed' if case['routed'] else 'on-link'}."
            f" {known.get('machine', '')}. Load averages after the runs: {known['load']}."
        ),
        "",
        "| command | runs | seconds | to nmap -sn | first device (s) | CPU (s) | memory (MiB) | recall | makers |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(name, runs, base) for name, runs in rows.items()]
    lines += [_line(f"{name} †", runs, base) for name, runs in known.get("earlier", {}).items()]
    lines += [
        f"| {name} | not run: {why} | | | | | | | |" for name, why in known["lacking"].items()
    ]
    for name, runs in rows.items():
        if "sent" in runs[-1]:
            sent = ", ".join(f"{count:,} {what}" for what, count in runs[-1]["sent"].items())
            lines += ["", f"`{name}` sent {sent}."]
    return "\n".join(lines) + "\n"


def _line(name: str, rows: Sequence[dict[str, Any]], base: float | None) -> str:
    seconds = [row["seconds"] for row in rows]
    middle = statistics.median(seconds)
    text = f"{middle:.2f} ({min(seconds):.2f} to {max(seconds):.2f})"
    if rows[-1].get("stopped"):
        text = f"stopped at {middle:.0f}"
    cells = [
        f"`{name}`",
        str(len(rows)),
        text,
        f"{middle / base:.2f}" if base else "",
        *(_cell(median(rows, key), form) for key, form in (("first", ".2f"), ("processor", ".2f"))),
        _cell(median(rows, "memory"), ".0f"),
        *(_cell(median(rows, key), ".1%") for key in ("found", "makers")),
    ]
    return f"| {' | '.join(cells)} |"


def _cell(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def slopes(cases: Sequence[dict[str, Any]]) -> str:
    """How the processor time grows with addresses and with devices, from the cases that tell."""
    at = {
        known["case"]["name"]: median(known["rows"].get("audit scan", ()), "processor")
        for known in cases
    }
    lines = ["## Growth", ""]
    pairs = (
        ("22-200", "20-200", 4096 - 1024, "address"),
        ("20-200", "20-800", 600, "device"),
    )
    for low, high, step, what in pairs:
        first, second = at.get(low), at.get(high)
        if first is not None and second is not None:
            each = (second - first) / step * 1000
            lines.append(f"- {low} to {high}: {each:.2f} ms of processor time for each {what}.")
    return "\n".join(lines) + "\n" if len(lines) > 2 else ""  # noqa: PLR2004 - more than its title


def plot(known: dict[str, Any]) -> str:
    """Seconds of each command of one case, as SVG bars on a logarithmic scale."""
    import math  # noqa: PLC0415 - used here alone

    every = {**known["rows"], **known.get("earlier", {})}
    bars = [(name, median(rows, "seconds") or 0.1) for name, rows in every.items()]
    most = max(seconds for _, seconds in bars)
    height = _BAR * len(bars) + 30
    out = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDE + 90}" height="{height}"'
            ' font-family="sans-serif" font-size="12" role="img">'
        ),
        f"<title>{escape(known['case']['name'])}: seconds, logarithmic</title>",
    ]
    for at, (name, seconds) in enumerate(bars):
        wide = max(2.0, _WIDE * math.log(seconds / 0.5) / math.log(max(most, 1.0) / 0.5))
        top = 10 + at * _BAR
        colour = _COLOURS["audit" if name.startswith("audit") else "other"]
        out += [
            f'<text x="{_LEFT - 8}" y="{top + 13}" text-anchor="end">{escape(name[:52])}</text>',
            f'<rect x="{_LEFT}" y="{top}" width="{wide:.0f}" height="{_BAR - 6}" fill="{colour}"/>',
            f'<text x="{_LEFT + wide + 6:.0f}" y="{top + 13}">{seconds:.1f} s</text>',
        ]
    return "\n".join([*out, "</svg>"]) + "\n"


def write(cases: Sequence[dict[str, Any]], folder: Path, alone: dict[str, Any] | None) -> None:
    """Write the page, and the plot of the case with all peers.

    A section that was not measured on this machine stays as it stands in the page: each says on what
    machine it was measured. The plot stays too, where no peer but the yardstick was.

    Args:
        cases: the networks.
        folder: where to.
        alone: what ``offline.measure`` gave, if it ran.
    """
    page = folder / "RESULTS.md"
    told = _sections(page.read_text(encoding="utf-8")) if page.exists() else {}
    made = [*(table(known) for known in cases), slopes(cases)]
    made += [offline.section(alone)] if alone else []
    told |= _sections("\n".join(["", *made]))
    kept = sorted(told, key=lambda name: _LAST.index(name) + 1 if name in _LAST else 0)
    text = "\n".join([_HEAD, *(f"## {name}\n{told[name].rstrip()}\n" for name in kept)])
    page.write_text(text.rstrip() + "\n", encoding="utf-8")
    shown = next((known for known in cases if known["case"]["peers"]), None)
    if shown is not None and _others(shown):
        (folder / "results.svg").write_text(plot(shown), encoding="utf-8")


_LAST: Final = ("Growth", "Without a network")


def _others(known: dict[str, Any]) -> bool:
    names = {*known["rows"], *known.get("earlier", {})} - {_BASE}
    return not all(name.startswith("audit ") for name in names)


def _sections(page: str) -> dict[str, str]:
    """The text below each heading of the second order, in order."""
    parts = (part.partition("\n") for part in page.split("\n## ")[1:])
    return {name: text for name, _, text in parts}
