"""``audit run``: every network of a site, into history, reports and alerts.

The order is chosen so that a machine that dies loses nothing that was judged: the journal while
the scan runs, then the document, then history and outbox together, then reports. Whatever was left
undone by a run that died is done first by the next one.
"""

import asyncio
from contextlib import suppress

from auditor.app import clock
from auditor.app.appliance.config import Network
from auditor.app.judging.hinge import exit_code, family
from auditor.app.nightly import news, publish
from auditor.app.nightly.journal import Journal
from auditor.app.nightly.night import Night, Outcome
from auditor.app.nightly.post import straight
from auditor.app.nightly.recover import recover
from auditor.app.nightly.remember import remember
from auditor.app.nightly.scanning import begin, scanned
from auditor.model.document import Scan
from auditor.model.errors import AuditError, ToolError


async def run(night: Night, only: frozenset[str] = frozenset()) -> tuple[Outcome, ...]:
    """One run over the networks, or over those named.

    Whatever happens to one network, the others are scanned.
    """
    await asyncio.to_thread(recover, night)
    networks = [item for item in night.config.network if not only or item.name in only]
    if night.config.run.side_by_side:
        await asyncio.gather(*(_network(night, item) for item in networks))
    else:
        for item in networks:
            await _network(night, item)
    await deliver(night)
    return tuple(night.outcomes)


async def deliver(night: Night) -> int:
    """Send what waits in the outbox and is due; gives how many still wait."""
    try:
        return await night.memory.post().deliver(night.stop)
    except AuditError as error:
        night.warn("alerts", str(error))
        return 0


async def insist(night: Night) -> int:
    """Try again to deliver, as long as the configuration says; gives how many still wait."""
    until = clock.monotonic() + night.config.run.deliver_minutes * 60
    waiting = 0
    while True:
        try:
            post = night.memory.post()
            seconds = await asyncio.to_thread(post.seconds_to_next)
            waiting = await asyncio.to_thread(post.waiting)
        except AuditError:
            return waiting
        if seconds is None or clock.monotonic() + seconds > until or night.stop.is_set():
            return waiting
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await night.stop.wait()
        await deliver(night)


def exit_code_of(outcomes: tuple[Outcome, ...], fail_on: str) -> int:
    """1 if a result could not be stored, reported or told; else the lowest of 10, 11, 12 that holds.

    12 also if a network could not be scanned.
    """
    if any(item.failed and item.scan is not None for item in outcomes):
        return 1
    scans = [item.scan for item in outcomes if item.scan is not None]
    headlines = [asset.headline for scan in scans for asset in family(scan.assets)]
    complete = len(scans) == len(outcomes) and all(scan.scan.complete for scan in scans)
    return exit_code(headlines, complete=complete, fail_on=fail_on)


def told(outcome: Outcome) -> str:
    """How one network fared, in a line or two."""
    if outcome.scan is None:
        return f"{outcome.network}: FAILED: {outcome.failed}"
    counts = outcome.scan.summary
    less = "" if outcome.scan.scan.complete else " INCOMPLETE"
    line = (
        f"{outcome.network}:{less} {counts.assets} hosts, {counts.covered} covered,"
        f" {counts.indeterminate} not determined; {outcome.document or 'NOT WRITTEN'}"
    )
    if outcome.failed:
        line += f"\n  but: {outcome.failed}"
    found = outcome.difference
    if found is None:
        return line if outcome.failed else f"{line}\n  the first scan of this network"
    kinds = changes_of(outcome)
    listed = ", ".join(f"{many} {kind}" for kind, many in kinds.items() if many)
    return f"{line}\n  since {found.old.started}: {listed or 'nothing changed'}"


def changes_of(outcome: Outcome) -> dict[str, int]:
    """How many changes of each kind since the last complete scan."""
    kinds = ("appeared", "absent", "moved", "reattributed", "firmware", "verdict", "law")
    found = outcome.difference
    return {kind: len(getattr(found, kind)) for kind in kinds} if found else {}


async def _network(night: Night, network: Network) -> None:
    outcome = Outcome(network=network.name)
    night.outcomes.append(outcome)
    if night.stop.is_set():
        outcome.failed = "the run was ended before this network"
        return
    begun = clock.monotonic()
    try:
        with await begin(night, network) as journal:
            outcome.scan = await _judged(night, network, journal)
            await _keep(night, outcome, outcome.scan, journal)
    except (AuditError, OSError) as error:
        await _failed(night, outcome, _said(error))
    except Exception as error:  # noqa: BLE001 - a bug in one network must not cost the others
        await _failed(night, outcome, f"bug: {type(error).__name__}: {error}"[:300])
    outcome.seconds = clock.monotonic() - begun


async def _judged(night: Night, network: Network, journal: Journal) -> Scan:
    try:
        return await scanned(night, network, journal)
    except BaseException:
        if not journal.count:  # nothing was judged; else the next run closes it
            journal.discard()
        raise


async def _keep(night: Night, outcome: Outcome, scan: Scan, journal: Journal) -> None:
    """Document, then history and outbox, then reports; the journal goes when one of them stands.

    Raises:
        AuditError: something of it could not be done; the rest was.
    """
    faults: list[str] = []
    folder = night.reports / outcome.network
    async with night.storing:
        try:
            outcome.document = await asyncio.to_thread(publish.write_document, scan, folder)
            journal.discard()
        except AuditError as error:
            faults.append(f"not written: {error}")
        try:
            outcome.difference = await asyncio.to_thread(
                remember, night, outcome.network, scan, outcome.document
            )
            journal.discard()
        except AuditError as error:
            faults.append(str(error))
    if faults:
        raise ToolError("; ".join(faults))


async def _failed(night: Night, outcome: Outcome, why: str) -> None:
    """Say so, and tell those who asked for it: through the outbox, or straight without one."""
    outcome.failed = why
    night.warn(outcome.network, why)
    item = news.failed(outcome.network, why, scanned=outcome.scan is not None)
    try:
        night.memory.post().put(outcome.network, None, None, (item,))
    except AuditError:
        await straight(night.config, outcome.network, item, lambda text: night.warn("alerts", text))


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and not isinstance(error, AuditError):
        return f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")
    return str(error)
