"""An appliance in a folder: nights through the real ``audit run``, without packets and mail."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from auditor.alert import deliver, message
from auditor.app.appliance import places
from auditor.app.appliance.config import Config, read
from auditor.app.nightly import run, scanning
from auditor.app.nightly.memory import Memory
from auditor.app.nightly.night import Night, Outcome
from auditor.history.entries import Entry
from auditor.model.errors import ToolError
from auditor.model.news import Bulletin
from auditor.schedule.lock import Lock
from tests.soak.simulated import Air

EVENTS = (
    "new-covered", "new-device", "verdict-changed", "law-changed", "reattributed",
    "firmware-changed", "moved", "gone", "scan-failed", "scan-incomplete",
)  # fmt: skip
PLAIN = """
[site]
name = "Test site"
[[network]]
name = "cams"
targets = ["192.168.40.0/22"]
[report]
directory = "reports"
formats = []
[run]
deliver_minutes = 0
[[alert]]
name = "all"
url = "json://192.0.2.1/hook"
on = {events}
"""


@dataclass(frozen=True)
class Told:
    """One message that was sent."""

    url: str
    bulletin: Bulletin
    secret: bytes | None

    @property
    def events(self) -> list[tuple[str, str | None]]:
        """What it told, of which device."""
        return sorted((item.event, item.id) for item in self.bulletin.news)


class Appliance:
    """Its folder, its air, and what it told.

    Attributes:
        air: who answers the scans.
        told: the messages that were taken, in order.
        said: what the operator was told.
        dead: while it is set every delivery fails with it.
    """

    def __init__(self, folder: Path, config: str = PLAIN) -> None:
        self.folder = folder
        self.file = folder / "auditor.toml"
        self.write(config)
        self.air = Air()
        self.told: list[Told] = []
        self.said: list[str] = []
        self.dead: str | None = None

    def write(self, config: str) -> None:
        """Another configuration from now on."""
        events = str(list(EVENTS)).replace("'", '"')
        self.file.write_text(config.replace("{events}", events))

    @property
    def config(self) -> Config:
        return read(self.file)

    @property
    def reports(self) -> Path:
        return places.reports_folder(self.config)

    @property
    def state(self) -> Path:
        return self.folder / "state" / "auditor"

    def night(self, at: datetime, only: frozenset[str] = frozenset()) -> tuple[Outcome, ...]:
        """One run at this time; what was told in it is added to ``told``."""
        with self._at(at):
            return asyncio.run(self._night(only))

    def entries(self) -> list[Entry]:
        """The history, newest first."""
        with self.memory() as memory:
            return list(memory.history().entries())

    @contextmanager
    def memory(self) -> Iterator[Memory]:
        """Its history and post."""
        with patch.dict(os.environ, {"XDG_STATE_HOME": str(self.folder / "state")}):
            memory = Memory(self.config, places.history_url(self.config), self.said.append)
        try:
            yield memory
        finally:
            memory.close()

    async def _night(self, only: frozenset[str]) -> tuple[Outcome, ...]:
        with Lock(self.state / "run.lock", "test"), self.memory() as memory:
            night = Night(
                config=self.config,
                memory=memory,
                tell=lambda _, event: self.said.append(str(getattr(event, "text", ""))),
                stop=asyncio.Event(),
                state=self.state,
                reports=self.reports,
            )
            outcomes = await run.run(night, only)
            await run.insist(night)
            return outcomes

    @contextmanager
    def _at(self, at: datetime) -> Iterator[None]:
        frozen = {
            "SOURCE_DATE_EPOCH": str(int(at.timestamp())),
            "XDG_STATE_HOME": str(self.folder / "state"),
        }
        with (
            patch.dict(os.environ, frozen),
            patch.object(scanning, "run_scan", self.air.scan),
            patch.object(deliver, "send", self._send),
        ):
            yield

    def _send(self, url: str, data: bytes, secret: bytes | None = None) -> None:
        if self.dead is not None:
            raise ToolError(self.dead)
        self.told.append(Told(url=url, bulletin=message.decode(data), secret=secret))
