"""Earlier scans by the names that people give them: a file, an id, ``last~N``, a date.

What the history needs is imported where a history is asked: SQLAlchemy takes half of the time of
`audit diff` of two files, which asks none.
"""
# ruff: noqa: PLC0415 - as said above

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor.app.reports import reporting
from auditor.history.diff import compare
from auditor.model.difference import Difference
from auditor.model.document import Scan
from auditor.model.errors import UsageError

if TYPE_CHECKING:
    from auditor.app.appliance.config import Config
    from auditor.history.entries import Entry
    from auditor.history.store import History

DEFAULT_CONFIG: Final = Path("auditor.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which history, and which part of it.

    Attributes:
        config: an ``auditor.toml``; without one that of the working folder, if it is there.
        url: of the history itself; wins over the configuration.
        network: only this network.
        site: only this site.
    """

    config: Path | None = None
    url: str | None = None
    network: str | None = None
    site: str | None = None

    def settings(self) -> "Config | None":
        """The configuration, if there is one.

        Raises:
            UsageError: it is broken.
        """
        if self.config is None and (self.url or not DEFAULT_CONFIG.is_file()):
            return None
        from auditor.app.appliance.config import read

        return read(self.config or DEFAULT_CONFIG)

    def place(self) -> str:
        """The history's URL."""
        if self.url:
            return self.url
        from auditor.app.appliance.places import default_history, history_url

        found = self.settings()
        return history_url(found) if found else default_history()


@contextmanager
def opened(where: Where, *, begin: bool = False) -> "Iterator[History]":
    """The history of a place.

    Args:
        where: which.
        begin: make it if it is not there.

    Raises:
        UsageError: there is none.
        ToolError: it cannot be opened.
    """
    from auditor.history.door import missing_file
    from auditor.history.store import History

    url = where.place()
    missing = None if begin else missing_file(url)
    if missing is not None:
        raise UsageError(
            f"no history at {missing}; `audit run` or `audit history import` begins one"
        )
    history = History(url)
    try:
        yield history
    finally:
        history.close()


def exists(where: Where) -> bool:
    """Whether there is a history; a database server is taken to have one."""
    from auditor.history.door import missing_file

    return missing_file(where.place()) is None


def entries(history: "History", where: Where) -> "tuple[Entry, ...]":
    """The scans of that part of the history, newest first."""
    return history.entries(network=where.network, site=where.site)


def find(history: "History", where: Where, reference: str) -> "Entry":
    """The scan that a person names.

    Raises:
        UsageError: there is none, or several; or a word such as ``last`` is used where scans of
            several networks are stored.
    """
    from auditor.history.entries import choose, is_date

    every = entries(history, where)
    if not every:
        raise UsageError(f"{reference}: the history has no scan{_of(where)}")
    networks = sorted({item.network for item in every})
    relative = reference.partition("~")[0] == "last" or is_date(reference)
    if relative and len(networks) > 1:
        raise UsageError(
            f"{reference}: the history holds several networks; name one with --network:"
            f" {', '.join(networks)}"
        )
    return choose(every, reference)


def _of(where: Where) -> str:
    parts = [f"network {where.network!r}"] if where.network else []
    parts += [f"site {where.site!r}"] if where.site else []
    return f" of {' and '.join(parts)}" if parts else ""


def difference(where: Where, old: str, new: str) -> Difference:
    """What changed from one scan to another.

    Args:
        where: the history, if one of the two is not a file.
        old: a file, an id, ``last~N`` or a date.
        new: likewise.

    Raises:
        UsageError: one of the two is not there.
    """
    if is_file(old) and is_file(new):
        return compare(reporting.read(old), reporting.read(new))
    with opened(where) as history:
        if is_file(new):
            scan = reporting.read(new)
            within = _within(history, where, scan)
            found = find(history, within, old)
            return compare(history.get(found.id), scan, history.seen(found.network))
        later = find(history, where, new)
        if is_file(old):
            earlier = reporting.read(old)
            return compare(earlier, history.get(later.id), history.seen(later.network))
        within = Where(network=where.network or later.network)
        return _stored(history, find(history, within, old), later)


def since(where: Where, day: str) -> Difference:
    """What changed from the first scan of a day or after it to the last scan.

    Raises:
        UsageError: not a date, or no scan since.
    """
    from auditor.history.entries import is_date

    if not is_date(day):
        raise UsageError(f"--since {day}: write a date such as 2026-01-31")
    with opened(where) as history:
        last = find(history, where, "last")
        later = [item for item in entries(history, where) if item.started[:10] >= day]
        if not later:
            raise UsageError(f"--since {day}: the last scan is of {last.started}")
        return _stored(history, later[-1], last)


def before(where: Where, scan: Scan, old: str) -> Difference:
    """What changed up to a scan document. ``last`` is the last scan that was begun before it.

    Args:
        where: the history, if ``old`` is not a file.
        scan: the later one.
        old: a file, an id, ``last~N`` or a date.

    Raises:
        UsageError: there is no such scan.
    """
    if is_file(old):
        return compare(reporting.read(old), scan)
    from auditor.history.entries import choose

    with opened(where) as history:
        within = _within(history, where, scan)
        earlier = [
            item
            for item in entries(history, within)
            if item.started < scan.scan.started and item.id != scan.scan.id
        ]
        if not earlier:
            raise UsageError(f"--since {old}: the history has no scan before {scan.scan.started}")
        if len({item.network for item in earlier}) > 1:
            found = find(history, within, old)  # an id; for other words it asks for the network
        else:
            found = choose(earlier, old)
        return compare(history.get(found.id), scan, history.seen(found.network))


def _stored(history: "History", old: "Entry", new: "Entry") -> Difference:
    """The difference of two stored scans; what is the same version in both is not even read."""
    return compare(*history.pair(old.id, new.id), history.seen(new.network))


def _within(history: "History", where: Where, scan: Scan) -> Where:
    """The network of a scan document that is stored too; else as asked."""
    if where.network is not None:
        return where
    known = next((item for item in history.entries() if item.id == scan.scan.id), None)
    return Where(network=known.network) if known else where


def is_file(reference: str) -> bool:
    """Whether a person means a file: it is there, or it is written like one.

    A file that is not there is told when it is read.
    """
    written = "/" in reference or reference.endswith(".json") or reference == reporting.STDOUT
    return written or Path(reference).is_file()
