"""Signs of life for a supervisor: metrics, heartbeat, watchdog, structured logs."""

import asyncio
import json
import os
import socket  # noqa: TID251 - systemd's notification socket is a file of this machine, not the network
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from auditor.alert import deliver
from auditor.app import clock
from auditor.app.appliance.config import Config
from auditor.app.nightly.memory import Memory
from auditor.app.nightly.night import Outcome
from auditor.app.reports.reporting import write_atomic
from auditor.history.entries import Entry
from auditor.model.document import Summary
from auditor.model.errors import AuditError

_STATES: Final = ("covered", "exempt", "not_covered", "indeterminate", "outside", "unidentified")
_ABOUT: Final = {
    "auditor_devices": "Devices of the last scan by outcome.",
    "auditor_scan_complete": "1 if the last scan saw everything.",
    "auditor_scan_seconds": "How long the network took in the last run that took it.",
    "auditor_last_run_timestamp_seconds": "When the last scan ended.",
    "auditor_last_complete_timestamp_seconds": "When the last complete scan ended.",
    "auditor_alerts_waiting": "Messages that could not be delivered yet.",
}


def now() -> str:
    """The time, for whoever finds the lock."""
    return clock.stamp()


def log(event: str, **fields: object) -> None:
    """One JSON line on standard error, where journald finds it."""
    line = json.dumps({"at": clock.stamp(), "event": event, **fields}, ensure_ascii=True)
    sys.stderr.write(f"{line}\n")


def report(
    config: Config, outcomes: Sequence[Outcome], memory: Memory, say: Callable[[str], None]
) -> None:
    """Metrics after every run; the heartbeat after one in which all networks were complete."""
    part = config.health
    if part.metrics:
        try:
            write_atomic(Path(part.metrics), metrics(_lines(config, outcomes, memory)).encode())
        except OSError as error:
            say(f"metrics {part.metrics}: {error.strerror}")
    if part.heartbeat and all_good(config, outcomes):
        try:
            deliver.beat(part.heartbeat)
        except AuditError as error:
            say(f"heartbeat: {error}")


def all_good(config: Config, outcomes: Sequence[Outcome]) -> bool:
    """Whether every network of the configuration was scanned whole, stored and reported."""
    good = {o.network for o in outcomes if not o.failed and o.scan and o.scan.scan.complete}
    return all(item.name in good for item in config.network)


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of the metrics file, with its labels."""

    name: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def metrics(samples: Sequence[Sample]) -> str:
    """The text that node_exporter's textfile collector reads."""
    lines: list[str] = []
    for name, about in _ABOUT.items():
        those = [item for item in samples if item.name == name]
        if those:
            lines += [f"# HELP {name} {about}", f"# TYPE {name} gauge"]
            lines += [f"{name}{_labels(item)} {item.value:.15g}" for item in those]
    return "\n".join(lines) + "\n"


def _labels(item: Sample) -> str:
    inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in item.labels)
    return f"{{{inner}}}" if inner else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _lines(config: Config, outcomes: Sequence[Outcome], memory: Memory) -> list[Sample]:
    taken = {item.network: item for item in outcomes}
    samples: list[Sample] = []
    for network in config.network:
        entries: tuple[Entry, ...] = ()
        with suppress(AuditError):
            entries = memory.history().entries(network=network.name)
        samples += _of_network(network.name, taken.get(network.name), entries)
    with suppress(AuditError):
        samples.append(Sample("auditor_alerts_waiting", len(memory.notebook().waiting())))
    return samples


def _of_network(name: str, outcome: Outcome | None, entries: tuple[Entry, ...]) -> Iterator[Sample]:
    """Of this run where it took the network; else what the history knows of it."""
    label = (("network", name),)
    last = next(iter(entries), None)
    summary: Summary | None = last.summary if last else None
    complete = bool(last and last.complete)
    ended = last.finished if last else None
    if outcome is not None:
        yield Sample("auditor_scan_seconds", round(outcome.seconds, 1), label)
        complete = outcome.scan is not None and outcome.scan.scan.complete
        if outcome.scan is not None:
            summary, ended = outcome.scan.summary, outcome.scan.scan.finished
    yield Sample("auditor_scan_complete", float(complete), label)
    for state in _STATES if summary is not None else ():
        yield Sample("auditor_devices", getattr(summary, state), (*label, ("outcome", state)))
    whole = next((item.finished for item in entries if item.complete), None)
    if complete and outcome is not None:
        whole = ended
    for key, moment in (("last_run", ended), ("last_complete", whole)):
        if moment is not None:
            seconds = round(datetime.fromisoformat(moment).timestamp())
            yield Sample(f"auditor_{key}_timestamp_seconds", seconds, label)


@asynccontextmanager
async def watched() -> AsyncIterator[None]:
    """Tell systemd that the run lives, as often as its watchdog wants it.

    The beat comes from the event loop: a run that hangs stops beating and is ended.
    """
    _notify("READY=1")
    wanted = os.environ.get("WATCHDOG_USEC", "")
    task = None
    if wanted.isdigit() and int(wanted):
        task = asyncio.create_task(_beating(int(wanted) / 2e6))
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
        _notify("STOPPING=1")


async def _beating(seconds: float) -> None:
    while True:
        _notify("WATCHDOG=1")
        await asyncio.sleep(seconds)


def _notify(text: str) -> None:
    place = os.environ.get("NOTIFY_SOCKET")
    if not place:
        return
    address = "\0" + place[1:] if place.startswith("@") else place
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.settimeout(0)  # a manager that does not listen must not hold up the run
        door.sendto(text.encode(), address)
