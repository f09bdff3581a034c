"""Signs of life for a supervisor: metrics, heartbeat, watchdog, structured logs."""

import json
import os
import socket  # noqa: TID251 - systemd's notification socket is a file of this machine, not the network
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from auditor.alert import deliver
from auditor.app import clock
from auditor.app.nightly.config import Config
from auditor.app.nightly.run import Outcome
from auditor.app.reporting import write_atomic
from auditor.model.errors import AuditError

_STATES: Final = ("covered", "exempt", "not_covered", "indeterminate", "outside", "unidentified")


def now() -> str:
    """The time, for whoever finds the lock."""
    return clock.stamp()


def log(event: str, **fields: object) -> None:
    """One JSON line on standard error, where journald finds it."""
    sys.stderr.write(json.dumps({"at": clock.stamp(), "event": event, **fields}) + "\n")


def report(config: Config, outcomes: Sequence[Outcome], say: Callable[[str], None]) -> None:
    """Metrics after every run, the heartbeat after one in which every scan was complete."""
    part = config.health
    if part.metrics:
        try:
            write_atomic(Path(part.metrics), metrics(outcomes).encode(), mode=0o644)
        except OSError as error:
            say(f"metrics {part.metrics}: {error.strerror}")
    good = all(item.scan is not None and item.scan.scan.complete for item in outcomes)
    if part.heartbeat and good:
        try:
            deliver.beat(part.heartbeat)
        except AuditError as error:
            say(f"heartbeat: {error}")


def metrics(outcomes: Sequence[Outcome]) -> str:
    """The text that node_exporter's textfile collector reads."""
    lines = [
        "# HELP auditor_devices Devices of the last scan by outcome.",
        "# TYPE auditor_devices gauge",
    ]
    for item in outcomes:
        if item.scan is not None:
            lines += [
                f'auditor_devices{{network="{item.network}",outcome="{state}"}}'
                f" {getattr(item.scan.summary, state)}"
                for state in _STATES
            ]
    lines += _gauge("auditor_scan_seconds", "How long the last scan took.", outcomes,
                    lambda item: f"{item.seconds:.1f}")  # fmt: skip
    lines += _gauge("auditor_scan_complete", "1 if the last scan saw everything.", outcomes,
                    lambda item: str(int(item.scan is not None and item.scan.scan.complete)))  # fmt: skip
    lines += _gauge("auditor_last_run_timestamp_seconds", "When the last run ended.", outcomes,
                    lambda _: f"{clock.now().timestamp():.0f}")  # fmt: skip
    return "\n".join(lines) + "\n"


def _gauge(
    name: str, about: str, outcomes: Sequence[Outcome], value: Callable[[Outcome], str]
) -> list[str]:
    head = [f"# HELP {name} {about}", f"# TYPE {name} gauge"]
    return head + [f'{name}{{network="{item.network}"}} {value(item)}' for item in outcomes]


@contextmanager
def watched() -> Iterator[None]:
    """Tell systemd that the run lives, as often as its watchdog wants it."""
    _notify("READY=1")
    wanted = os.environ.get("WATCHDOG_USEC", "")
    ended = threading.Event()
    if wanted.isdigit() and int(wanted):
        seconds = int(wanted) / 2e6

        def beat() -> None:
            while not ended.wait(seconds):
                _notify("WATCHDOG=1")

        threading.Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        _notify("STOPPING=1")


def _notify(text: str) -> None:
    place = os.environ.get("NOTIFY_SOCKET")
    if not place:
        return
    address = "\0" + place[1:] if place.startswith("@") else place
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
            door.sendto(text.encode(), address)
    except OSError:
        return
