"""One scan of one network, with its journal, its time limit and the run's end."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from auditor.app import clock
from auditor.app.appliance.config import Config, Network, options_of, terms_of
from auditor.app.credentials.file import find
from auditor.app.credentials.memory import Notes
from auditor.app.events import Event, JudgedOne
from auditor.app.judging.bench import check
from auditor.app.nightly.journal import Journal
from auditor.app.nightly.night import Night
from auditor.app.scanning.options import ScanOptions, scope_of
from auditor.app.scanning.scan import scan as run_scan
from auditor.app.version import TOOL
from auditor.model.document import Header, Scan
from auditor.model.errors import AuditError
from auditor.schedule import credential

_SYNC_SECONDS: Final = 1.0
_MINUTE: Final = 60
_INTERRUPTED: Final = "interrupted"


async def begin(night: Night, network: Network) -> Journal:
    """Check what can be checked before a packet leaves, and begin the journal.

    Raises:
        UsageError: targets, policy or files do not fit.
        OSError: the journal cannot be written; then nothing is scanned.
    """
    options = options_of(network, night.config.site.name)
    check(terms_of(night.config))
    await scope_of(options)
    return Journal(night.state / "running", network.name, _header(options, night.config))


async def scanned(night: Night, network: Network, journal: Journal) -> Scan:
    """Scan it; every judged device is in the journal before the next one comes.

    Raises:
        UsageError: the options do not fit; nothing was sent.
    """
    stop = asyncio.Event()
    told = False

    def tell(event: Event) -> None:
        nonlocal told
        if isinstance(event, JudgedOne) and not journal.note(event.asset) and not told:
            told = True
            night.warn(
                network.name,
                f"{journal.path}: {journal.fault}; the scan goes on, but if it is cut short now"
                " the rest of it is lost",
            )
        night.tell(network.name, event)

    async with _limited(night.stop, stop, network.max_minutes * _MINUTE), _synced(journal):
        options, notes = _with_logins(options_of(network, night.config.site.name), night, network)
        found = await run_scan(options, terms_of(night.config), tell, stop, notes=notes)
    if stop.is_set() and not night.stop.is_set():
        return _out_of_time(found, network.max_minutes)
    return found


def _with_logins(
    options: ScanOptions, night: Night, network: Network
) -> tuple[ScanOptions, Notes | None]:
    """The credentials, if there are any, and where refusals are remembered.

    Without a history no password is shown: the scan goes on without logins.
    """
    named = night.config.credentials.file
    found = find(str(credential.place(Path(named))) if named else None)
    if found is None:
        return options, None
    try:
        return replace(options, credentials=str(found)), night.memory.notebook()
    except AuditError as error:
        night.warn(network.name, f"no login without a history: {error}")
        return options, None


def _out_of_time(scan: Scan, minutes: int) -> Scan:
    """The reason as it was: nobody interrupted it."""
    told = f"ended after {minutes} minutes (max_minutes)"
    reasons = scan.scan.incomplete_because
    mended = tuple(told if item.startswith(_INTERRUPTED) else item for item in reasons)
    return replace(scan, scan=replace(scan.scan, incomplete_because=mended))


@asynccontextmanager
async def _limited(
    ended: asyncio.Event, stop: asyncio.Event, seconds: float
) -> AsyncIterator[None]:
    """Stop the scan when the run is ended, or when it has taken too long."""

    async def watch() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await ended.wait()
        stop.set()

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()


@asynccontextmanager
async def _synced(journal: Journal) -> AsyncIterator[None]:
    """Bring the journal to the disk once a second, beside the scan: a slow card must not delay it."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(_SYNC_SECONDS)
            with suppress(OSError):
                await asyncio.to_thread(journal.sync)

    task = asyncio.create_task(keep())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _header(options: ScanOptions, config: Config) -> Header:
    return Header(
        id=uuid.uuid4().hex,
        started=clock.stamp(),
        finished=clock.stamp(),
        tool=TOOL,
        db_version="",
        db_digest="",
        site=options.site,
        scope=options.targets,
        exclude=options.exclude,
        engine=options.engine,
        complete=False,
        as_of=clock.today().isoformat(),
        policy=config.policy.file or config.policy.name,
        profile=config.policy.profile,
    )
