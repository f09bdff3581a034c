"""Sixty simulated nights: what each night tells, costs and takes. Writes a table and a plot.

``python -m benchmarks.nights [DEVICES [NIGHTS]]`` writes ``benchmarks/nights.csv`` and
``benchmarks/nights.svg``. The fleet changes by the script of ``tests/soak/nights.py``; a night that
tells anything else ends the benchmark.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.soak.nights import Ran, play

HERE = Path(__file__).parent
_WIDE, _HIGH, _EDGE = 720, 240, 48


def main(devices: int, nights: int) -> int:
    """Run, check and write; 1 if a night told what it should not."""
    ran: list[Ran] = []
    with tempfile.TemporaryDirectory() as folder:
        for night in play(Path(folder), count=devices, nights=nights):
            if night.told != night.wanted or night.said != night.changes:
                print(f"night {night.number}: told {night.told}, wanted {night.wanted}")
                return 1
            ran.append(night)
    lines = ["night,events,changes,seconds,kib"]
    lines += [
        f"{n.number},{len(n.told)},{sum(n.said.values())},{n.seconds:.2f},{n.size / 1024:.0f}"
        for n in ran
    ]
    (HERE / "nights.csv").write_text("\n".join(lines) + "\n")
    (HERE / "nights.svg").write_text(_svg(devices, ran))
    grown = (ran[-1].size - ran[0].size) / 1024
    middle = sorted(night.seconds for night in ran)[len(ran) // 2]
    print(
        f"{devices} devices, {nights} nights: every night told exactly what the script did;"
        f" first night {ran[0].size / 1024:.0f} KiB, then {grown / (nights - 1):.1f} KiB a night;"
        f" {middle:.2f} s a night (median, without the scan's packets)"
    )
    return 0


def _svg(devices: int, ran: Sequence[Ran]) -> str:
    size = _line([night.size / 1024 for night in ran], "#0b62a3")
    time = _line([night.seconds for night in ran], "#b3400a")
    most, slowest = max(n.size for n in ran) / 1024, max(n.seconds for n in ran)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" role="img"'
        f' font-family="sans-serif" font-size="12"><title>{len(ran)} nights of {devices} devices'
        f"</title><rect width='100%' height='100%' fill='#fff'/>{size}{time}"
        f'<text x="{_EDGE}" y="16" fill="#0b62a3">history, to {most:.0f} KiB</text>'
        f'<text x="{_EDGE + 240}" y="16" fill="#b3400a">time of a night, to {slowest:.1f} s</text>'
        f'<text x="{_EDGE}" y="{_HIGH - 16}">night 0</text>'
        f'<text x="{_WIDE - _EDGE}" y="{_HIGH - 16}" text-anchor="end">night {ran[-1].number}</text>'
        "</svg>\n"
    )


def _line(values: Sequence[float], colour: str) -> str:
    top = max(values) or 1.0
    step = (_WIDE - 2 * _EDGE) / max(1, len(values) - 1)
    tall = _HIGH - 2 * _EDGE
    points = " ".join(
        f"{_EDGE + at * step:.1f},{_HIGH - _EDGE - value / top * tall:.1f}"
        for at, value in enumerate(values)
    )
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:3]]
    raise SystemExit(main(*(words + [200, 60][len(words) :])))
