"""`make accuracy`: how often the attribution is right, on a labelled corpus.

Writes RESULTS.md and baseline.json beside this file. With ``--conformance`` it also runs the second
test, on ONVIF's public conformance records, which needs pip and a package index.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from auditor.app.judging.bench import Terms, bench
from auditor.policy.judge import Bench
from benchmarks.accuracy.corpus import HERE, PARTS, CorpusError, Device, complaints, read
from benchmarks.accuracy.score import REGIME, Figure, answer, figures

AS_OF: Final = "2026-11-21"
BASELINE: Final = HERE / "baseline.json"
RESULTS: Final = HERE / "RESULTS.md"
_MISSES: Final = 12


def seat() -> Bench:
    """The bench that every figure is measured on: one regime, one date."""
    return bench(Terms(regimes=(REGIME,), as_of=AS_OF))


def groups(devices: Sequence[Device]) -> Mapping[str, tuple[Device, ...]]:
    """Judging and writing part of what was recorded; the rest apart, never in the headline."""
    out = {
        part: tuple(d for d in devices if d.record.origin == "recorded" and d.part == part)
        for part in reversed(PARTS)
    }
    out["not recorded"] = tuple(d for d in devices if d.record.origin != "recorded")
    return out


def measured(devices: Sequence[Device], where: Bench) -> dict[str, tuple[Figure, ...]]:
    """Every figure of every group."""
    return {
        name: figures([answer(device, where) for device in members])
        for name, members in groups(devices).items()
    }


def baseline(results: Mapping[str, Sequence[Figure]]) -> dict[str, dict[str, dict[str, int]]]:
    """What the next change is held against: counts, no shares."""
    return {
        name: {figure.name: {"hits": figure.hits, "of": figure.of} for figure in found}
        for name, found in results.items()
    }


def steps_back(
    results: Mapping[str, Sequence[Figure]], held: Mapping[str, Mapping[str, Mapping[str, int]]]
) -> Iterator[str]:
    """Figures that are worse than the baseline; nothing when all is as good or better."""
    for name, found in results.items():
        for figure in found:
            old = held.get(name, {}).get(figure.name)
            if old is None:
                continue
            if figure.better == "fewer" and figure.hits > old["hits"]:
                yield f"{name}: {figure.name} rose from {old['hits']} to {figure.hits}: {figure.misses}"
            lower = figure.hits * old["of"] < old["hits"] * figure.of
            if figure.better == "more" and lower:
                shown = f": {figure.misses}" if _listed(name, figure) else ""
                yield (
                    f"{name}: {figure.name} fell from {old['hits']}/{old['of']} to"
                    f" {figure.hits}/{figure.of}{shown}"
                )


def report(devices: Sequence[Device], results: Mapping[str, Sequence[Figure]]) -> str:
    """The figures as Markdown, with counts beside every share."""
    lines = [
        "# Accuracy of the attribution",
        "",
        f"Measured as of {AS_OF} under `{REGIME}` by `make accuracy`; README.md says what a record is.",
        "Only recorded devices count in the first two tables. Rules are written from published facts and",
        "from the writing part, never from what the judging part misses: the newest records, gathered",
        "blind. README.md has the first reading of each round, and what it taught.",
        "",
        *_composition(devices),
    ]
    for name, found in results.items():
        lines += ["", f"## {name.capitalize()}", "", "| figure | counts | share |", "|---|---|---|"]
        lines += [_row(figure) for figure in found]
        missed = [figure for figure in found if figure.misses and _listed(name, figure)]
        lines += ["", *(_missed(figure) for figure in missed)]
    return "\n".join(lines).rstrip() + "\n"


_QUIET: Final = frozenset({"unknown", "possible-right"})


def _listed(group: str, figure: Figure) -> bool:
    """The judging part's recall misses stay unnamed, so that nobody writes rules for them."""
    if group == "judging":
        return figure.better == "fewer"
    return figure.name not in _QUIET


def _composition(devices: Sequence[Device]) -> list[str]:
    recorded = [d for d in devices if d.record.origin == "recorded"]
    origins = Counter(d.record.origin for d in devices)
    rebrands = sum(d.rebrand for d in recorded)
    free = sum(not d.record.truth.restricted for d in recorded)
    strong = sum(d.record.strong for d in recorded)
    labels = sum(d.record.label_only for d in recorded)
    makers = Counter(d.record.truth.maker or "not known" for d in recorded)
    total = len(recorded) or 1
    return [
        (
            f"{len(recorded)} recorded devices"
            f" ({sum(d.part == 'judging' for d in recorded)} judging,"
            f" {sum(d.part == 'writing' for d in recorded)} writing),"
            f" {origins['documented']} documented, {origins['constructed']} constructed."
        ),
        (
            f"Of the recorded ones {rebrands} are rebrands ({rebrands / total:.0%}),"
            f" {free} are not restricted ({free / total:.0%}), {strong} give a strong sign and"
            f" {labels} nothing but a label."
        ),
        "",
        "True makers: "
        + ", ".join(f"{name} {count}" for name, count in makers.most_common())
        + ".",
    ]


def _row(figure: Figure) -> str:
    share = "–" if figure.share is None else f"{figure.share:.1%}"
    return f"| {figure.about} | {figure.hits} of {figure.of} | {share} |"


def _missed(figure: Figure) -> str:
    shown = ", ".join(f"`{name}`" for name in figure.misses[:_MISSES])
    more = len(figure.misses) - _MISSES
    return f"- {figure.name}: {shown}" + (f" and {more} more" if more > 0 else "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write. Gives 0 unless a record does not fit or a figure fell."""
    parser = argparse.ArgumentParser(prog="make accuracy", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a step back")
    parser.add_argument("--conformance", action="store_true", help="the second test as well")
    options = parser.parse_args(arguments)
    where = seat()
    try:
        devices = read()
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    wrong = [
        f"{device.record.id}: {word}"
        for device in devices
        for word in complaints(device, where.catalog.vendors)
    ]
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    results = measured(devices, where)
    text = report(devices, results)
    print(text)
    if options.conformance:
        second = _conformance(where)
        print(second)
        text += "\n" + second
    return _held(results) if options.check else _kept(results, text)


def _conformance(where: Bench) -> str:
    from benchmarks.accuracy.conformance import section  # noqa: PLC0415 - only when asked for

    return section(where)


def _held(results: Mapping[str, Sequence[Figure]]) -> int:
    worse = list(steps_back(results, json.loads(BASELINE.read_bytes())))
    print("\n".join(worse) or "No step back.", file=sys.stderr)
    return 1 if worse else 0


def _kept(results: Mapping[str, Sequence[Figure]], text: str) -> int:
    _write(BASELINE, json.dumps(baseline(results), indent=1) + "\n")
    old = RESULTS.read_text() if RESULTS.exists() else ""
    kept = old[old.index(_SECOND) :] if _SECOND in old and _SECOND not in text else ""
    _write(RESULTS, text + ("\n" + kept if kept else ""))
    return 0


_SECOND: Final = "## Second test"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
