"""How an appliance stands: its last scans, what waits to be told, and whether a run is under way.

Only looks: a history that is not there is not made.
"""

from dataclasses import dataclass
from pathlib import Path

from auditor.app.appliance.config import Config
from auditor.app.appliance.places import history_url
from auditor.app.state import state_folder
from auditor.history.door import sqlite_file
from auditor.history.entries import Entry
from auditor.history.notebook import Letter, Notebook
from auditor.history.store import History
from auditor.schedule.lock import held


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the history knows.

    Attributes:
        last: network → its newest scan; None where it has none.
        good: network → its newest complete scan; None where it has none.
        waiting: alerts that were not delivered yet, oldest first.
    """

    last: dict[str, Entry | None]
    good: dict[str, Entry | None]
    waiting: tuple[Letter, ...]


def standing(config: Config) -> Standing:
    """Ask the history.

    Raises:
        AuditError: it cannot be opened.
    """
    names = [item.name for item in config.network]
    url = history_url(config)
    file = sqlite_file(url)
    if file is not None and not file.exists():
        nothing: dict[str, Entry | None] = dict.fromkeys(names)
        return Standing(last=nothing, good=dict(nothing), waiting=())
    history = History(url)
    try:
        every = {name: history.entries(network=name) for name in names}
        waiting = Notebook(history).waiting()
    finally:
        history.close()
    return Standing(
        last={name: next(iter(found), None) for name, found in every.items()},
        good={name: next((e for e in found if e.complete), None) for name, found in every.items()},
        waiting=waiting,
    )


def running() -> str | None:
    """Who runs now, as ``process N since T``; None if nobody does."""
    return held(lock_file())


def lock_file() -> Path:
    """The lock of ``audit run``."""
    return state_folder() / "run.lock"
