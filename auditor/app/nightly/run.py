"""``audit run``: every network of a site, into history, reports and alerts.

The order is chosen so that a machine that dies loses nothing that was judged: the journal while
the scan runs, then the document, then the history, then reports and the outbox. Whatever was left
undone by a run that died is done first by the next one.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from auditor.app import clock
from auditor.app.bench import bench, check
from auditor.app.events import Event, JudgedOne, Warned
from auditor.app.judging import exit_code, family
from auditor.app.nightly import news, publish
from auditor.app.nightly.config import Config, Network, keep_of, options_of, terms_of
from auditor.app.nightly.journal import SUFFIX, Journal, close, left_over
from auditor.app.nightly.post import Post
from auditor.app.options import ScanOptions, scope_of
from auditor.app.resume import state_folder
from auditor.app.scan import scan as run_scan
from auditor.app.version import TOOL
from auditor.history.diff import compare
from auditor.history.keep import superfluous
from auditor.history.store import Added, History
from auditor.model.difference import Change, Difference
from auditor.model.document import Header, Scan
from auditor.model.errors import AuditError, ToolError
from auditor.model.news import News
from auditor.report._api import Page
from auditor.schedule import credential

_FIRST: Final = frozenset({"new-covered", "scan-incomplete"})
"""What a first scan tells: that every device is new is no news."""


@dataclass(slots=True)
class Outcome:
    """How one network fared."""

    network: str
    scan: Scan | None = None
    document: Path | None = None
    failed: str | None = None
    difference: Difference | None = None
    seconds: float = 0.0


@dataclass(slots=True)
class Night:
    """Everything that one run shares."""

    config: Config
    history: History
    post: Post
    tell: Callable[[str, Event], None]
    stop: asyncio.Event
    state: Path
    reports: Path
    outcomes: list[Outcome] = field(default_factory=list)


def history_url(config: Config) -> str:
    """The history's URL, or the default file in the state folder."""
    return config.history.url or f"sqlite:///{state_folder() / 'history.db'}"


def reports_folder(config: Config) -> Path:
    """Where reports go."""
    return Path(config.report.directory) if config.report.directory else state_folder() / "reports"


async def run(night: Night, only: frozenset[str] = frozenset()) -> tuple[Outcome, ...]:
    """One run over the networks, or over those named.

    Whatever happens to one network, the others are scanned.
    """
    recover(night)
    networks = [item for item in night.config.network if not only or item.name in only]
    if night.config.run.side_by_side:
        await asyncio.gather(*(_network(night, item) for item in networks))
    else:
        for item in networks:
            await _network(night, item)
    await night.post.deliver()
    return tuple(night.outcomes)


def exit_code_of(outcomes: tuple[Outcome, ...], fail_on: str) -> int:
    """The lowest of 10, 11 and 12 that holds; 12 also if a network could not be scanned."""
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
        f" {counts.indeterminate} not determined; {outcome.document}"
    )
    if outcome.failed:
        line += f"\n  but: {outcome.failed}"
    found = outcome.difference
    if found is None:
        return f"{line}\n  the first scan of this network"
    kinds = ("appeared", "absent", "moved", "reattributed", "firmware", "verdict", "law")
    changes = [f"{len(getattr(found, kind))} {kind}" for kind in kinds if getattr(found, kind)]
    return f"{line}\n  since {found.old.started}: {', '.join(changes) or 'nothing changed'}"


def recover(night: Night) -> None:
    """Finish what an earlier run left: journals become incomplete scans, documents are stored."""
    for path in left_over(night.state / "running"):
        scan = close(path, lambda: bench(terms_of(night.config)), clock.stamp())
        name = path.name.removesuffix(SUFFIX)
        if scan is not None:
            document = publish.write_document(scan, night.reports / name)
            night.tell(name, Warned(text=f"{name}: an earlier run was ended; kept as {document}"))
        path.unlink(missing_ok=True)
    for network in night.config.network:
        folder = night.reports / network.name
        newest = next(iter(night.history.entries(network=network.name)), None)
        for document in publish.documents(folder):
            if newest is not None and document.stem < _stem(newest.started):
                continue
            found = publish.read(document)
            if found is not None and (newest is None or found.scan.id != newest.id):
                _remember(night, network, found, document)
            elif found is not None and not night.post.knows(found.scan.id):
                _told_late(night, network, found, document)


def _stem(started: str) -> str:
    return started.replace("-", "").replace(":", "")[:15]


async def _network(night: Night, network: Network) -> None:
    outcome = Outcome(network=network.name)
    night.outcomes.append(outcome)
    if night.stop.is_set():
        outcome.failed = "the run was ended before this network"
        return
    begun = clock.monotonic()
    try:
        scan = await _scanned(night, network)
        outcome.scan = scan
        outcome.document = publish.write_document(scan, night.reports / network.name)
        (night.state / "running" / f"{network.name}{SUFFIX}").unlink(missing_ok=True)
        outcome.difference = _remember(night, network, scan, outcome.document)
    except (AuditError, OSError) as error:
        outcome.failed = str(error)
        night.tell(network.name, Warned(text=f"{network.name}: {error}"))
        with suppress(AuditError):
            night.post.put(network.name, None, None, (news.failed(network.name, str(error)),))
    outcome.seconds = clock.monotonic() - begun


async def _scanned(night: Night, network: Network) -> Scan:
    options = options_of(network, night.config.site.name)
    terms = terms_of(night.config)
    check(terms)
    await scope_of(options)
    stop = asyncio.Event()
    waiting = asyncio.create_task(_either(night.stop, stop, network.max_minutes * 60))
    path = night.state / "running" / f"{network.name}{SUFFIX}"
    try:
        with Journal(path, _header(options, night.config)) as journal:

            def tell(event: Event) -> None:
                if isinstance(event, JudgedOne):
                    journal.note(event.asset)
                night.tell(network.name, event)

            return await run_scan(options, terms, tell, stop)
    finally:
        waiting.cancel()


async def _either(ended: asyncio.Event, stop: asyncio.Event, seconds: float) -> None:
    """Stop the scan when the run is ended, or when it has taken too long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ended.wait()
    stop.set()


def _header(options: ScanOptions, config: Config) -> Header:
    return Header(
        id=f"cut-{clock.stamp()}".replace(":", "").replace(".", ""),
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


def _remember(night: Night, network: Network, scan: Scan, document: Path) -> Difference | None:
    """Into the history, the reports and the outbox."""
    earlier = _earlier(night, network.name, scan)
    added = night.history.add(scan, network=network.name)
    seen = night.history.seen(network.name)
    difference = compare(earlier, scan, seen) if earlier is not None else None
    _reports(night, network, scan, document, difference)
    if added.stored:
        found = _news(night, network.name, scan, added, first=earlier is None)
        night.post.put(network.name, scan, document, found)
    _prune(night, network.name)
    return difference


def _told_late(night: Night, network: Network, scan: Scan, document: Path) -> None:
    """Reports and news of a scan that was stored just before its run died."""
    earlier = _earlier(night, network.name, scan)
    seen = night.history.seen(network.name)
    difference = compare(earlier, scan, seen) if earlier is not None else None
    _reports(night, network, scan, document, difference)
    added = Added(
        stored=True,
        appeared=frozenset(item.id for item in seen if item.first == scan.scan.started),
        before=earlier.assets if earlier is not None else (),
        gone=night.history.absences(network.name) if scan.scan.complete else {},
    )
    found = _news(night, network.name, scan, added, first=earlier is None)
    night.post.put(network.name, scan, document, found)


def _earlier(night: Night, network: str, scan: Scan) -> Scan | None:
    """The last complete scan before this one; else the last."""
    before = [
        item
        for item in night.history.entries(network=network)
        if item.started < scan.scan.started and item.id != scan.scan.id
    ]
    chosen = next((item for item in before if item.complete), next(iter(before), None))
    return night.history.get(chosen.id) if chosen else None


def _reports(
    night: Night, network: Network, scan: Scan, document: Path, difference: Difference | None
) -> None:
    report = night.config.report
    key = credential.place(Path(report.sign_key)) if report.sign_key else None
    try:
        publish.write_reports(scan, document, report.formats, Page(changes=difference), key)
    except AuditError as error:
        night.tell(network.name, Warned(text=f"{network.name}: {error}"))


def _news(night: Night, network: str, scan: Scan, added: Added, *, first: bool) -> tuple[News, ...]:
    """What changed against what was last known of each device. A first scan tells less."""
    found = _of(night, network, scan, added)
    return tuple(item for item in found if item.event in _FIRST) if first else found


def _of(night: Night, network: str, scan: Scan, added: Added) -> tuple[News, ...]:
    after = night.config.history.gone_after
    gone_ids = [asset for asset, nights in added.gone.items() if nights == after]
    gone = {
        asset.id: Change(
            id=asset.id,
            address=asset.address,
            name=" ".join(part for part in (asset.brand, asset.model) if part) or asset.kind.value,
            was=asset.headline,
        )
        for asset in night.history.last_known(network, gone_ids)
    }
    changed = {asset.id for asset in added.before}
    now = tuple(a for a in scan.assets if a.id in changed or a.id in added.appeared)
    last_known = Scan(
        scan=scan.scan,
        coverage=scan.coverage,
        summary=scan.summary,
        assets=added.before,
        law=scan.law,
        vendors=scan.vendors,
    )
    this = Scan(
        scan=scan.scan,
        coverage=scan.coverage,
        summary=scan.summary,
        assets=now,
        law=scan.law,
        vendors=scan.vendors,
    )
    return news.of_scan(
        compare(last_known, this),
        scan,
        network=network,
        appeared=added.appeared,
        gone=gone,
        gone_after=after,
    )


def _prune(night: Night, network: str) -> None:
    gone = superfluous(night.history.entries(network=network), keep_of(night.config.history.keep))
    if gone:
        night.history.remove(gone)
    try:
        publish.prune(night.reports / network, keep_of(night.config.report.keep))
    except OSError as error:
        raise ToolError(f"{night.reports / network}: {error.strerror}") from None
