"""A finished scan into the history, the outbox, the reports: in this order.

History and outbox are one transaction. So a run that dies leaves a scan that is stored and told,
or one that is neither, and then the next run does both.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from auditor.app import clock
from auditor.app.appliance.config import keep_of, terms_of
from auditor.app.nightly import news, publish
from auditor.app.nightly.night import Night
from auditor.catalog.load import load
from auditor.history.diff import change_of, compare
from auditor.history.entries import Entry
from auditor.history.keep import superfluous
from auditor.history.match import family
from auditor.history.store import Added, History
from auditor.model.difference import Difference
from auditor.model.document import Asset, Scan, VendorNote
from auditor.model.errors import AuditError, ToolError
from auditor.model.news import News
from auditor.report._api import Page
from auditor.schedule import credential

_FIRST: Final = frozenset({"new-covered", "scan-incomplete"})
"""What a first scan tells: that every device is new is no news."""
FILED: Final = "*"
"""Not an alert: under this name stand the documents that are in the history."""


def remember(
    night: Night, network: str, scan: Scan, document: Path | None, *, quiet: bool = False
) -> Difference | None:
    """Store a scan, queue its news, write its reports, and drop what no rule keeps.

    Args:
        night: the run.
        network: whose scan it is.
        scan: the document.
        document: where it was written; None if it could not be.
        quiet: queue no news, because they are too old.

    Returns:
        What changed since the last complete scan; None for a first one.

    Raises:
        ToolError: it could not be stored; nothing was told.
    """
    history = night.memory.history()
    earlier = _earlier(night, history, network, scan)
    with history.together():
        patience = night.config.history.gone_after
        added = history.add(scan, network=network, patience=patience)
        if added.stored and not quiet:
            found = _news(night, network, scan, added, first=earlier is None)
            night.memory.post().put(network, scan, document, found)
        if document is not None:
            night.memory.notebook().mark(FILED, filed(network, document), clock.stamp())
    difference = _difference(night, history, network, scan, earlier)
    failed = _reports(night, network, scan, document, difference)
    _prune(night, network)
    if failed:
        raise ToolError(failed)
    return difference


def filed(network: str, document: Path) -> str:
    """The fact that a document is in the history."""
    return f"{network}/{document.stem}"


def report_again(night: Night, network: str, scan: Scan, document: Path) -> None:
    """Write the reports of a scan that was stored just before its run died.

    Raises:
        ToolError: they cannot be written.
    """
    history = night.memory.history()
    earlier = _earlier(night, history, network, scan)
    difference = _difference(night, history, network, scan, earlier)
    failed = _reports(night, network, scan, document, difference)
    if failed:
        raise ToolError(failed)


def _earlier(night: Night, history: History, network: str, scan: Scan) -> Entry | None:
    """The last complete scan before this one; else the last."""
    every = history.entries(network=network)
    before = [e for e in every if e.started < scan.scan.started and e.id != scan.scan.id]
    if len(before) < sum(item.id != scan.scan.id for item in every):
        night.warn(
            network,
            f"a scan that was begun later ({every[0].started}) is in the history: was the clock"
            " set back? Scans are ordered by the time at which they began",
        )
    return next((item for item in before if item.complete), next(iter(before), None))


def _difference(
    night: Night, history: History, network: str, scan: Scan, earlier: Entry | None
) -> Difference | None:
    """Only what is not the same in both is read and compared."""
    if earlier is None:
        return None
    try:
        old, new = history.pair(earlier.id, scan.scan.id)
        return compare(old, new, history.seen(network))
    except AuditError as error:  # a damaged old scan must not keep the new one from its reports
        night.warn(network, f"nothing is compared: {error}")
        return None


def _reports(
    night: Night,
    network: str,
    scan: Scan,
    document: Path | None,
    difference: Difference | None,
) -> str | None:
    """Write them; gives what went wrong."""
    if document is None:
        return None
    report = night.config.report
    key = credential.place(Path(report.sign_key)) if report.sign_key else None
    try:
        publish.write_reports(scan, document, report.formats, Page(changes=difference), key)
    except AuditError as error:
        return f"{network}: {error}"
    return None


def _news(night: Night, network: str, scan: Scan, added: Added, *, first: bool) -> tuple[News, ...]:
    """What changed against what was last known of each device. A first scan tells less."""
    found = _of(night, network, scan, added)
    return tuple(item for item in found if item.event in _FIRST) if first else found


def _of(night: Night, network: str, scan: Scan, added: Added) -> tuple[News, ...]:
    after = night.config.history.gone_after
    gone_ids = [asset for asset, nights in added.gone.items() if nights == after]
    lost = night.memory.history().last_known(network, gone_ids)
    vendors = _vendors(night, scan, (*lost, *added.before))
    names = {item.id: item.name for item in vendors}
    gone = {asset.id: change_of(asset, names, was=asset.headline) for asset in lost}
    changed = {asset.id for asset in added.before}
    now = tuple(a for a in scan.assets if a.id in changed or a.id in added.appeared)
    last_known = Scan(
        scan=scan.scan,
        coverage=scan.coverage,
        summary=scan.summary,
        assets=added.before,
        law=scan.law,
        vendors=vendors,
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


def _vendors(night: Night, scan: Scan, earlier: Iterable[Asset]) -> tuple[VendorNote, ...]:
    """Names of the vendors of this scan, and of those that only earlier devices mention."""
    here = {item.id for item in scan.vendors}
    every = [member.asset for member in family(earlier)]
    named = {item.vendor for asset in every for item in asset.attributions}
    named |= {asset.brand for asset in every if asset.brand}
    if named <= here:
        return scan.vendors
    known = load(terms_of(night.config).vendor_db).vendors
    return (
        *scan.vendors,
        *(VendorNote(id=v, name=known[v].name) for v in sorted(named - here) if v in known),
    )


def _prune(night: Night, network: str) -> None:
    history = night.memory.history()
    entries = history.entries(network=network)
    gone = superfluous(entries, keep_of(night.config.history.keep))
    if gone:
        history.remove(gone)
    cut = frozenset(publish.stem(item.started) for item in entries if not item.complete)
    folder = night.reports / network
    try:
        dropped = publish.prune(folder, keep_of(night.config.report.keep), cut)
    except OSError as error:
        raise ToolError(f"{folder}: {error.strerror}") from None
    if dropped:
        night.memory.notebook().forget(FILED, [f"{network}/{stem}" for stem in dropped])
