"""Median time and memory of loading the database with the MAC registry.

    python benchmarks/catalog_load.py [RUNS]

Each run is a process of its own. `load` is the call and the first look at the registry, `start` is
everything since the interpreter began, imports included. Goals: load at most 150 ms, memory below
60 MB.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
CHILD = """
import time; begin = time.perf_counter()
import json, resource
from auditor.catalog.load import load
ready = time.perf_counter()
catalog = load()
owner = catalog.oui("28:57:be:01:02:03")
end = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"load": (end - ready) * 1000, "start": (end - begin) * 1000, "memory": peak}))
"""


def run(cache: Path) -> dict[str, float]:
    """One process; times in milliseconds, memory in MB."""
    place = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": place},
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def show(name: str, results: list[dict[str, float]]) -> None:
    """One line."""
    load, start, memory = (median(r[key] for r in results) for key in ("load", "start", "memory"))
    print(f"{name:28} load {load:6.1f} ms   start {start:6.1f} ms   memory {memory:5.1f} MB")


def main() -> int:
    """Measure parsed and compiled."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as place:
        caches = [Path(place) / str(number) for number in range(runs)]
        show("parsed, and kept", [run(cache) for cache in caches])
        show("compiled", [run(caches[0]) for _ in range(runs)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
