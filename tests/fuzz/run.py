"""Fuzz every wire module for a while: ``python -m tests.fuzz.run [--seconds N] [TARGET…]``.

Work files stay in a folder of their own (``--work``), so that a second run goes on where the first
ended. ``--keep`` writes the inputs that reach something new into the corpus of the repository.
"""

import argparse
import concurrent.futures
import hashlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

from tests.fuzz import corpus
from tests.fuzz.targets import targets

INPUT_CAP: Final = 16 * 1024
"""Longest input that is tried, in bytes; longer ones are in ``test_wire_decoders.py``."""
KEPT_INPUT: Final = 2 * 1024
KEPT_TARGET: Final = 20 * 1024
"""Bytes of one input, and of all inputs of a target, that the repository keeps."""
_HANG: Final = 20
_UNITS: Final = re.compile(r"stat::number_of_executed_units:\s+(\d+)")
_COVERAGE: Final = re.compile(r"\bcov: (\d+)")


class Result(NamedTuple):
    """How one target fared."""

    target: str
    executions: int
    seconds: float
    coverage: int
    inputs: int
    finding: Path | None


def main() -> int:
    """Fuzz, print a table; 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", help="wire modules; all when none is named")
    parser.add_argument("--seconds", type=int, default=600, help="for each target")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2))
    parser.add_argument("--work", type=Path, default=Path(".fuzz"))
    parser.add_argument("--keep", action="store_true", help="only write the repository's corpus")
    chosen = parser.parse_args()
    names = chosen.targets or list(targets())
    if unknown := set(names) - set(targets()):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    if chosen.keep:
        for name in names:
            _keep(name, chosen.work)
        return 0
    with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        fuzz = [pool.submit(_fuzz, name, chosen.work, chosen.seconds) for name in names]
        results = []
        for done in concurrent.futures.as_completed(fuzz):
            results.append(done.result())
            _print(results[-1])
    total = sum(result.executions for result in results)
    found = [result for result in results if result.finding]
    _say(f"{total} executions of {len(results)} targets, {len(found)} with a finding")
    return 1 if found else 0


def _print(result: Result) -> None:
    end = f"FOUND {result.finding}" if result.finding else "nothing found"
    _say(
        f"{result.target:<10} {result.executions:>12} executions in {result.seconds:6.0f} s"
        f"  edges {result.coverage:>5}  inputs {result.inputs:>5}  {end}"
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _folder(target: str, work: Path) -> Path:
    """The working corpus, with the recorded replies and the repository's corpus in it."""
    folder = work / target / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    for data in (*corpus.seeds(), *corpus.read(target)):
        path = folder / hashlib.sha1(data, usedforsecurity=False).hexdigest()
        if not path.exists():
            path.write_bytes(data)
    return folder


def _one(target: str, *words: str, log: Path) -> str:
    with log.open("wb") as out:
        subprocess.run(
            [sys.executable, "-m", "tests.fuzz.one", target, *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return log.read_text(errors="replace")


def _fuzz(target: str, work: Path, seconds: int) -> Result:
    folder = _folder(target, work)
    findings = work / target / "findings"
    findings.mkdir(exist_ok=True)
    before = set(findings.iterdir())
    began = time.monotonic()
    said = _one(
        target,
        f"-max_total_time={seconds}",
        f"-max_len={INPUT_CAP}",
        f"-timeout={_HANG}",
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
        f"-artifact_prefix={findings}/",
        str(folder),
        log=work / target / "log",
    )
    units, edges = _UNITS.findall(said), _COVERAGE.findall(said)
    new = sorted(set(findings.iterdir()) - before)
    return Result(
        target=target,
        executions=int(units[-1]) if units else 0,
        seconds=time.monotonic() - began,
        coverage=int(edges[-1]) if edges else 0,
        inputs=len(list(folder.iterdir())),
        finding=new[0] if new else (None if units else work / target / "log"),
    )


def _keep(target: str, work: Path) -> None:
    """Choose the inputs that cover the most, shortest first, within the caps."""
    least = work / target / "least"
    least.mkdir(parents=True, exist_ok=True)
    for path in least.iterdir():
        path.unlink()
    _one(target, "-merge=1", str(least), str(_folder(target, work)), log=work / target / "merge")
    inputs = sorted((path.read_bytes() for path in least.iterdir()), key=len)
    kept: list[bytes] = []
    room = KEPT_TARGET
    known = set(corpus.seeds())
    for data in inputs:
        if data in known or len(data) > KEPT_INPUT or len(data) > room:
            continue
        kept.append(data)
        room -= len(data)
    corpus.write(target, kept)
    _say(f"{target:<10} {len(kept)} inputs kept, {KEPT_TARGET - room} bytes")


if __name__ == "__main__":
    sys.exit(main())
