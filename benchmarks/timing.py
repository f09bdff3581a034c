"""One command in a namespace, with what it cost: seconds, processor, memory, and the first find."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FIRST: Final = "found "
"""How the scan's line about a host that was found begins (``-v``)."""


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

    The namespace forgets its neighbours first, so that no run profits from the one before.
    """
    subprocess.run(["ip", "-n", namespace, "neigh", "flush", "all"], check=False)
    first: list[float] = []
    with tempfile.TemporaryFile("w+") as out:
        begin = time.perf_counter()
        process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=env,
        )
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        if process.stderr is not None:
            for line in process.stderr:
                if not first and line.startswith(FIRST):
                    first.append(time.perf_counter() - begin)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - begin
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.stderr is not None:
            process.stderr.close()
        out.seek(0)
        return Cost(
            seconds=took,
            first=first[0] if first else None,
            processor=usage.ru_utime + usage.ru_stime,
            memory=usage.ru_maxrss / 1024,
            code=process.returncode,
            out=out.read(),
        )


def environment(root: Path, cache: Path) -> dict[str, str]:
    """The environment of the scan: with compiled modules, as after an installation."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return env | {"PYTHONPATH": str(root), "PYTHONPYCACHEPREFIX": str(cache / "pyc")}
