"""News into the outbox, and the outbox to people: queued first, so that nothing is lost."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from auditor.alert import deliver, message
from auditor.app import clock
from auditor.app.nightly import news as newsroom
from auditor.app.nightly.config import AlertPart, Config
from auditor.history.notebook import Notebook
from auditor.model.document import Scan
from auditor.model.errors import AuditError, UsageError
from auditor.model.news import Bulletin, News
from auditor.schedule import credential

_RETRY_MINUTES: Final = (5, 15, 60, 240, 720)
_GIVE_UP: Final = 40
_DONE: Final = "*"
"""Not an alert: under this name stand the scans whose news were queued."""


class Post:
    """The alerts of one configuration."""

    def __init__(self, config: Config, notebook: Notebook, tell: Callable[[str], None]) -> None:
        """Use these alerts, this outbox, and say what happens to ``tell``."""
        self._config = config
        self._notebook = notebook
        self._tell = tell
        self._alerts = {name_of(part, number): part for number, part in enumerate(config.alert, 1)}

    def put(
        self, network: str, scan: Scan | None, document: Path | None, news: tuple[News, ...]
    ) -> None:
        """Queue what each alert asked to hear and has not told yet."""
        now = clock.stamp()
        for name, part in self._alerts.items():
            if scan is not None:
                standing = {item.fact for item in news}
                ended = newsroom.ended(scan, network)
                self._notebook.forget(name, [fact for fact in ended if fact not in standing])
            wanted = [item for item in news if item.event in part.on]
            fresh = set(self._notebook.untold(name, [item.fact for item in wanted]))
            told = tuple(item for item in wanted if item.fact in fresh)
            for batch in [told] if part.digest else [(item,) for item in told]:
                if batch:
                    bulletin = self._bulletin(network, scan, document, batch, now)
                    facts = [item.fact for item in batch]
                    self._notebook.post(name, message.encode(bulletin), facts, now)
        if scan is not None:
            self._notebook.mark(_DONE, f"scan {scan.scan.id}", now)

    def knows(self, scan_id: str) -> bool:
        """Whether the news of this scan were queued."""
        return not self._notebook.untold(_DONE, [f"scan {scan_id}"])

    async def deliver(self) -> int:
        """Send what is due; what fails is tried again later. Gives how many still wait."""
        for letter in self._notebook.waiting(clock.stamp()):
            part = self._alerts.get(letter.alert)
            if part is None:
                self._tell(f"alert {letter.alert!r} is no longer configured: a message is dropped")
                self._notebook.delivered(letter.number)
                continue
            try:
                url, secret = secrets_of(part)
                await asyncio.to_thread(deliver.send, url, letter.message, secret)
            except AuditError as error:
                self._failed(letter.number, letter.alert, letter.tries, str(error))
            else:
                self._notebook.delivered(letter.number)
        return len(self._notebook.waiting())

    def _failed(self, number: int, alert: str, tries: int, why: str) -> None:
        if tries + 1 >= _GIVE_UP:
            self._tell(f"alert {alert}: given up after {tries + 1} tries: {why}")
            self._notebook.delivered(number)
            return
        minutes = _RETRY_MINUTES[min(tries, len(_RETRY_MINUTES) - 1)]
        due = clock.now() + timedelta(minutes=minutes)
        self._notebook.again(number, _text(due), why)
        self._tell(f"alert {alert}: not delivered, kept for another try: {why}")

    def _bulletin(
        self,
        network: str,
        scan: Scan | None,
        document: Path | None,
        batch: tuple[News, ...],
        now: str,
    ) -> Bulletin:
        return Bulletin(
            site=self._config.site.name,
            contact=self._config.site.contact,
            network=network,
            scan=scan.scan.id if scan else None,
            started=scan.scan.started if scan else now,
            complete=scan.scan.complete if scan else False,
            report=str(document) if document else None,
            news=batch,
        )


def name_of(part: AlertPart, number: int) -> str:
    """An alert's name: as given, or by its place."""
    return (part.name or f"alert-{number}")[:64]


def secrets_of(part: AlertPart) -> tuple[str, bytes | None]:
    """URL and secret, read from their files where they stand in files.

    Raises:
        UsageError: a file cannot be read.
    """
    url = part.url or _line(part.url_file)
    secret = part.secret or (_line(part.secret_file) if part.secret_file else None)
    return url, secret.encode() if secret else None


def _line(path: str | None) -> str:
    try:
        return credential.place(Path(path or "")).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
