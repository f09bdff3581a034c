"""What ``audit doctor`` asks of an appliance: room, schedule, last runs, waiting alerts.

Only looks; nothing is made, sent or mended.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from auditor.app.appliance import plan, timetable
from auditor.app.appliance.config import Config, read
from auditor.app.appliance.places import reports_folder
from auditor.app.appliance.standing import Standing, running, standing
from auditor.app.clock import now
from auditor.app.doctor import Finding
from auditor.app.state import state_folder
from auditor.history.entries import Entry
from auditor.model.errors import AuditError

_LEAST_ROOM: Final = 200 * 2**20
_GOOD_ROOM: Final = 2**30
_OLD: Final = timedelta(days=3)
_AHEAD: Final = timedelta(minutes=5)


def examine(config: Path | None) -> Iterator[Finding]:
    """Look at the appliance.

    Args:
        config: its configuration; None for what can be seen without one.
    """
    yield _room("state", state_folder())
    yield _lock()
    yield _schedule(wanted=config is not None)
    if config is None:
        return
    try:
        found = read(config)
        plan.check(found)
    except AuditError as error:
        yield Finding(
            state="fails", what="configuration", says=str(error),
            remedy=f"audit config check -c {config}",
        )  # fmt: skip
        return
    yield Finding(state="ok", what="configuration", says=f"{config}: {len(found.network)} networks")
    yield _room("reports", reports_folder(found))
    yield from _history(found)


def _room(name: str, folder: Path) -> Finding:
    """Whether this user can write there, and how much fits."""
    there = next((item for item in (folder, *folder.parents) if item.exists()), Path("/"))
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding(
            state="fails", what=name, says=f"{folder}: not writable by this user",
            remedy="run as root or as the user of the schedule, or chown the folder",
        )  # fmt: skip
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Finding(state="fails", what=name, says=f"{folder}: {error.strerror}")
    told = f"{folder}: {free / 2**20:,.0f} MiB free"
    if free >= _GOOD_ROOM:
        return Finding(state="ok", what=name, says=told)
    return Finding(
        state="limited" if free >= _LEAST_ROOM else "fails", what=name, says=told,
        remedy="make room, or keep fewer scans: keep = {...} in [history] and [report]",
    )  # fmt: skip


def _lock() -> Finding:
    who = running()
    if who is None:
        return Finding(state="ok", what="lock", says="no run is under way")
    return Finding(
        state="limited", what="lock", says=f"a run is under way ({who}); another would do nothing"
    )


def _schedule(*, wanted: bool) -> Finding:
    kind = timetable.installed()
    if kind is None:
        return Finding(
            state="limited" if wanted else "ok", what="schedule", says="no nightly run is installed",
            remedy="sudo audit schedule install --config FILE" if wanted else None,
        )  # fmt: skip
    told = timetable.next_run(kind)
    if told.startswith("not waiting"):
        return Finding(
            state="fails", what="schedule", says=f"{kind}: installed, but the timer does not wait",
            remedy=told.removeprefix("not waiting: "),
        )  # fmt: skip
    if told.startswith("unknown"):
        return Finding(state="limited", what="schedule", says=f"{kind}: next run {told}")
    return Finding(state="ok", what="schedule", says=f"{kind}: next run {told}")


def _history(config: Config) -> Iterator[Finding]:
    try:
        found = standing(config)
    except AuditError as error:
        yield Finding(
            state="fails", what="history", says=str(error), remedy="audit history check"
        )  # fmt: skip
        return
    for name, last in found.last.items():
        yield _network(name, last, found.good[name])
    yield _post(found)


def _network(name: str, last: Entry | None, good: Entry | None) -> Finding:
    what = f"network {name}"
    if last is None:
        return Finding(
            state="limited", what=what, says="never scanned",
            remedy=f"audit run --network {name}",
        )  # fmt: skip
    moment = now()
    if _when(last.started) > moment + _AHEAD:
        return Finding(
            state="fails", what=what,
            says=f"its last scan began at {last.started}, which is in the future: the clock was set"
            " back",
            remedy="set the clock",
        )  # fmt: skip
    if good is None:
        return Finding(
            state="fails", what=what, says=f"no scan was complete; the last began {last.started}",
            remedy="read the coverage in its report",
        )  # fmt: skip
    if moment - _when(good.started) > _OLD:
        return Finding(
            state="fails", what=what, says=f"last complete scan {good.started}",
            remedy="journalctl -u auditor, and the coverage in the last report",
        )  # fmt: skip
    if last.id != good.id:
        return Finding(
            state="limited", what=what,
            says=f"the last scan ({last.started}) is incomplete; last complete {good.started}",
            remedy="read the coverage in its report",
        )  # fmt: skip
    return Finding(state="ok", what=what, says=f"last scan {last.started}, complete")


def _post(found: Standing) -> Finding:
    if not found.waiting:
        return Finding(state="ok", what="alerts", says="none waits to be delivered")
    first = found.waiting[0]
    failed = [item for item in found.waiting if item.tries]
    return Finding(
        state="fails" if failed else "limited", what="alerts",
        says=f"{len(found.waiting)} not delivered yet, the first of {first.made}: "
        f"{(failed or [first])[0].said or 'sent with the next run'}",
        remedy="check the url of the alert; the next run tries again",
    )  # fmt: skip


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text)
