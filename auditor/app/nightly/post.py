"""News into the outbox, and the outbox to people: queued first, so that nothing is lost."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from auditor.alert import deliver, message
from auditor.app import clock
from auditor.app.appliance.config import AlertPart, Config
from auditor.app.appliance.secrets import name_of, secrets_of
from auditor.app.nightly import news as newsroom
from auditor.history.notebook import Letter, Notebook
from auditor.model.document import Scan
from auditor.model.errors import AuditError
from auditor.model.news import Bulletin, News

_RETRY_MINUTES: Final = (1, 5, 15, 60, 240, 720)
_KEEP_DAYS: Final = 30
_AT_ONCE: Final = 50
"""More news of one scan than this go into one message, whatever the alert asked for."""


class Post:
    """The alerts of one configuration."""

    def __init__(self, config: Config, notebook: Notebook, tell: Callable[[str], None]) -> None:
        """Use these alerts, this outbox, and say what happens to ``tell``."""
        self._config = config
        self._notebook = notebook
        self._tell = tell
        self._alerts = alerts(config)

    def put(
        self, network: str, scan: Scan | None, document: Path | None, news: tuple[News, ...]
    ) -> None:
        """Queue what each alert asked to hear and has not told yet.

        Raises:
            ToolError: the outbox cannot be written.
        """
        now = clock.stamp()
        for name, part in self._alerts.items():
            if scan is not None:
                standing = {item.fact for item in news}
                ended = newsroom.ended(scan, network)
                self._notebook.forget(name, [fact for fact in ended if fact not in standing])
            wanted = [item for item in news if item.event in part.on]
            fresh = set(self._notebook.untold(name, [item.fact for item in wanted]))
            told = tuple(item for item in wanted if item.fact in fresh)
            whole = part.digest or len(told) > _AT_ONCE
            for batch in [told] if whole else [(item,) for item in told]:
                if batch:
                    made = bulletin(self._config, network, scan, document, batch)
                    facts = [item.fact for item in batch]
                    self._notebook.post(name, message.encode(made), facts, now)

    async def deliver(self, stop: asyncio.Event | None = None) -> int:
        """Send what is due; what fails is tried again later. Gives how many still wait.

        An alert that fails is not tried again in the same round: a dead server costs one wait.

        Args:
            stop: ends the round early; the rest waits.

        Raises:
            ToolError: the outbox cannot be read or written.
        """
        dead: set[str] = set()
        for letter in await asyncio.to_thread(self._due):
            if stop is not None and stop.is_set():
                break
            if letter.alert in dead or letter.alert not in self._alerts:
                await asyncio.to_thread(self._drop_if_old, letter)
                continue
            try:
                url, secret = secrets_of(self._alerts[letter.alert])
                await asyncio.to_thread(deliver.send, url, letter.message, secret)
            except AuditError as error:
                dead.add(letter.alert)
                await asyncio.to_thread(self._failed, letter, str(error))
            else:
                await asyncio.to_thread(self._notebook.delivered, letter.number)
        return await asyncio.to_thread(self.waiting)

    def waiting(self) -> int:
        """How many messages wait."""
        return len(self._notebook.waiting())

    def seconds_to_next(self) -> float | None:
        """How long until the next try; None if nothing waits for an alert that there is."""
        now = clock.now()
        due = [_moment(item.due) for item in self._notebook.waiting() if item.alert in self._alerts]
        return max(0.0, (min(due) - now).total_seconds()) if due else None

    def _due(self) -> tuple[Letter, ...]:
        """Those whose time has come; also those too far ahead, for then the clock was set back."""
        now = clock.now()
        far = now + timedelta(minutes=_RETRY_MINUTES[-1] + 1)
        return tuple(
            item for item in self._notebook.waiting() if not now < _moment(item.due) <= far
        )

    def _failed(self, letter: Letter, why: str) -> None:
        if self._drop_if_old(letter):
            return
        minutes = _RETRY_MINUTES[min(letter.tries, len(_RETRY_MINUTES) - 1)]
        due = clock.now() + timedelta(minutes=minutes)
        self._notebook.again(letter.number, _text(due), why)
        self._tell(f"alert {letter.alert}: not delivered, kept for another try: {why}")

    def _drop_if_old(self, letter: Letter) -> bool:
        if clock.now() - _moment(letter.made) <= timedelta(days=_KEEP_DAYS):
            return False
        self._tell(
            f"alert {letter.alert}: given up: a message of {letter.made} could not be delivered in"
            f" {_KEEP_DAYS} days"
        )
        self._notebook.delivered(letter.number)
        return True


def alerts(config: Config) -> dict[str, AlertPart]:
    """The alerts of a configuration by name, in its order."""
    return {name_of(part, number): part for number, part in enumerate(config.alert, 1)}


def bulletin(
    config: Config,
    network: str,
    scan: Scan | None,
    document: Path | None,
    news: tuple[News, ...],
) -> Bulletin:
    """The news of one scan as a message."""
    return Bulletin(
        site=config.site.name,
        contact=config.site.contact,
        network=network,
        scan=scan.scan.id if scan else None,
        started=scan.scan.started if scan else clock.stamp(),
        complete=scan.scan.complete if scan else False,
        report=str(document) if document else None,
        news=news,
    )


async def straight(config: Config, network: str, item: News, tell: Callable[[str], None]) -> None:
    """Tell one thing without an outbox, because there is none: once, and again every night."""
    data = message.encode(bulletin(config, network, None, None, (item,)))
    for name, part in alerts(config).items():
        if item.event in part.on:
            try:
                await send_one(part, data)
            except AuditError as error:
                tell(f"alert {name}: not delivered, and there is no outbox to keep it: {error}")


async def send_one(part: AlertPart, data: bytes) -> None:
    """Send a message through one alert now.

    Raises:
        UsageError: a file of the alert cannot be read, or its URL is none.
        ToolError: it could not be delivered.
    """
    url, secret = secrets_of(part)
    await asyncio.to_thread(deliver.send, url, data, secret)


def sample_message(config: Config) -> bytes:
    """A message that says that it is a test."""
    item = News(event="test", text="A test: if you read this, the alert works.", fact="test")
    return message.encode(bulletin(config, "(no network)", None, None, (item,)))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
