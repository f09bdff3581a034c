"""One command in a namespace, with what it cost: seconds, processor, memory, and the first find."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FIRST: Final = "found "
"""How the scan's line about a host that was found begins (``-v``)."""

_STARTER: Final = """
import json, os, signal, subprocess, sys, time
child = []
signal.signal(signal.SIGINT, lambda *_: [os.kill(pid, signal.SIGKILL) for pid in child])
begin = time.perf_counter()
child.append(subprocess.Popen(sys.argv[2:]).pid)
_, status, usage = os.wait4(child[0], 0)
told = {
    "begin": begin,
    "end": time.perf_counter(),
    "processor": usage.ru_utime + usage.ru_stime,
    "memory": usage.ru_maxrss,
    "code": os.waitstatus_to_exitcode(status),
}
with open(sys.argv[1], "w") as out:
    json.dump(told, out)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run cost.

    Attributes:
        seconds: from start to exit.
        first: seconds to the first line about a host; None if there was none.
        processor: seconds of processor time, of it and its children.
        memory: peak resident memory in MiB.
        code: exit code; negative when it was stopped.
        out: what it said on standard output.
    """

    seconds: float
    first: float | None
    processor: float
    memory: float
    code: int
    out: str


def measured(
    namespace: str, command: Sequence[str], *, seconds: float, env: dict[str, str] | None = None
) -> Cost:
    """Run a command in a namespace; it is killed after ``seconds``.

    The namespace forgets its neighbours first, so that no run profits from the one before. The
    command is the child of a small process of its own: Linux books the memory of whoever starts a
    program as the program's peak.
    """
    subprocess.run(["ip", "-n", namespace, "neigh", "flush", "all"], check=False)
    first: list[float] = []
    words = ["ip", "netns", "exec", namespace, *command]
    with tempfile.TemporaryFile("w+") as out, tempfile.NamedTemporaryFile("r") as report:
        process = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", _STARTER, report.name, *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=env,
            start_new_session=True,
        )
        timer = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGINT))
        timer.start()
        if process.stderr is not None:
            for line in process.stderr:
                if not first and line.startswith(FIRST):
                    first.append(time.perf_counter())
            process.stderr.close()
        process.wait()
        timer.cancel()
        told = json.load(report)
        out.seek(0)
        return Cost(
            seconds=told["end"] - told["begin"],
            first=first[0] - told["begin"] if first else None,
            processor=told["processor"],
            memory=told["memory"] / 1024,
            code=told["code"],
            out=out.read(),
        )


def environment(root: Path, cache: Path) -> dict[str, str]:
    """The environment of the scan: with compiled modules, as after an installation."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return env | {"PYTHONPATH": str(root), "PYTHONPYCACHEPREFIX": str(cache / "pyc")}
