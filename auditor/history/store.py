"""The history: every scan of every network, kept so that an unchanged night costs little."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from auditor.history import pack, rows, sightings
from auditor.history.door import open_engine, shown, transaction
from auditor.history.entries import COLUMNS, Entry, choose, entry
from auditor.history.less import held
from auditor.history.tables import BLOB, DEVICE, OBSERVATION, SCAN, VERSION
from auditor.model.difference import Seen
from auditor.model.document import Asset, Scan
from auditor.model.errors import ToolError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What storing a scan told about its devices, against what was last known of each.

    Attributes:
        stored: False if the scan was there already; then the rest is empty.
        appeared: ids of devices that the history had never seen in this network, under whatever
            id.
        before: the devices that are not as they were, as they were when last seen; under the ids
            that this scan gives them.
        gone: devices that this complete scan lacks, with how many such scans there were in a row.
    """

    stored: bool = False
    appeared: frozenset[str] = frozenset()
    before: tuple[Asset, ...] = ()
    gone: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Began:
    """When a scan began, and whether it saw everything."""

    started: str
    complete: bool


class History:
    """An open history. Every method is one transaction: whole or not at all."""

    def __init__(self, url: str) -> None:
        """Open, make or migrate it.

        Raises:
            UsageError: a bad URL.
            ToolError: it cannot be opened.
        """
        self._name = shown(url)
        self._engine = open_engine(url)
        self._together: ContextVar[Connection | None] = ContextVar("together", default=None)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def work(self, *, write: bool = True) -> Iterator[Connection]:
        """A transaction, for the modules of this room.

        Raises:
            ToolError: the database refused; nothing of it was done.
        """
        if (held := self._together.get()) is not None:
            yield held
            return
        try:
            with transaction(self._engine, write=write) as connection:
                yield connection
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise ToolError(f"history {self._name}: {' '.join(str(cause).split())[:200]}") from None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Everything that is done inside, in this task or thread, is one transaction.

        Raises:
            ToolError: the database refused; nothing of it was done.
        """
        with self.work() as connection:
            before = self._together.set(connection)
            try:
                yield
            finally:
                self._together.reset(before)

    def add(self, scan: Scan, *, network: str, patience: int = 1) -> Added:
        """Store a scan; one that is there already stays as it is.

        Args:
            scan: the document.
            network: the name under which its devices are followed.
            patience: so many complete scans in a row that know less of a device, and nothing new, change
                what is last known of it.

        Raises:
            UsageError: its id or its time fits no history.
            ToolError: the database refused; nothing was stored.
        """
        try:
            return self._add(scan, network, patience)
        except UnicodeEncodeError:  # half a character, which no UTF-8 text can hold
            return self._add(pack.cleaned(scan), network, patience)

    def _add(self, scan: Scan, network: str, patience: int) -> Added:
        head = _columns(scan, network)
        with self.work() as connection:
            stored = select(SCAN.c.number).where(SCAN.c.id == head["id"])
            if connection.execute(stored).first():
                return Added()
            of_network = SCAN.c.network == head["network"]
            later = select(SCAN.c.number).where(of_network, SCAN.c.started > head["started"])
            late = connection.execute(later).first() is not None
            known = sightings.index(connection, head["network"])
            last = {name: item.version for name, item in known.items()}
            versions = rows.versions(connection, scan.assets, last)
            _insert(connection, head, scan, versions)
            found = _found(scan.assets, versions)
            same = sightings.again(connection, known, found)
            was = {
                name: last[same.get(name, name)] for name in found if same.get(name, name) in last
            }
            if late:  # sightings are counted in order of time
                sightings.recount(connection, head["network"])
            else:
                changed = [(was[n], found[n]) for n in was.keys() - same if was[n] != found[n]]
                keep = held(connection, head["network"], changed, patience)
                found |= {name: number for name, number in was.items() if number in keep}
                began = _Began(started=head["started"], complete=head["complete"])
                sightings.note(connection, head["network"], began, found, same)
            names = {item.id for item in _family(scan.assets)}
            return Added(
                stored=True,
                appeared=frozenset(name for name in names if rows.key(name) not in was),
                before=_before(connection, was, found, same),
                gone=sightings.absences(connection, head["network"]) if scan.scan.complete else {},
            )

    def entries(self, *, network: str | None = None, site: str | None = None) -> tuple[Entry, ...]:
        """The scans, newest first."""
        asked = select(*COLUMNS).order_by(SCAN.c.started.desc(), SCAN.c.number.desc())
        if network is not None:
            asked = asked.where(SCAN.c.network == network)
        if site is not None:
            asked = asked.where(SCAN.c.site == site)
        with self.work(write=False) as connection:
            return tuple(entry(row) for row in connection.execute(asked))

    def find(self, reference: str, *, network: str | None = None) -> Entry:
        """The scan that a person names: an id, the start of one, ``last~N`` or a date.

        Raises:
            UsageError: there is none, or several.
        """
        every = self.entries(network=network)
        if not every:
            where = f" of network {network!r}" if network else ""
            raise UsageError(f"{reference}: the history has no scan{where}")
        return choose(every, reference)

    def get(self, scan_id: str) -> Scan:
        """The document of a scan.

        Raises:
            UsageError: there is no such scan.
            ToolError: it is damaged.
        """
        with self.work(write=False) as connection:
            return rows.read(connection, scan_id, None)

    def pair(self, old_id: str, new_id: str) -> tuple[Scan, Scan]:
        """Two scans without the devices that are the same version in both."""
        with self.work(write=False) as connection:
            lists = [set(rows.versions_of(connection, item)) for item in (old_id, new_id)]
            same = lists[0] & lists[1]
            return rows.read(connection, old_id, same), rows.read(connection, new_id, same)

    def seen(self, network: str) -> tuple[Seen, ...]:
        """First and last sighting of each device of a network."""
        asked = select(DEVICE.c.asset, DEVICE.c.first_seen, DEVICE.c.last_seen)
        asked = asked.where(DEVICE.c.network == network).order_by(DEVICE.c.asset)
        with self.work(write=False) as connection:
            found = connection.execute(asked).all()
        return tuple(Seen(id=row[0], first=row[1], last=row[2]) for row in found)

    def last_known(self, network: str, ids: Iterable[str]) -> tuple[Asset, ...]:
        """Devices as they were when last seen."""
        with self.work(write=False) as connection:
            known = sightings.index(connection, network)
            names = {rows.key(name) for name in ids}
            versions = {known[name].version for name in names if name in known}
            found = _family(_by_name(rows.assets(connection, versions)))
            return tuple(item for item in found if rows.key(item.id) in names)

    def absences(self, network: str) -> dict[str, int]:
        """Device → complete scans in a row that lacked it; only those that lack."""
        with self.work(write=False) as connection:
            return sightings.absences(connection, network)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget scans, and every part that no other scan uses."""
        with self.work() as connection:
            for part in rows.chunks(ids):
                connection.execute(delete(SCAN).where(SCAN.c.id.in_(part)))
            rows.sweep(connection)

    def rebuild(self, *, forget: bool = False) -> int:
        """Make the index of devices anew from the record; gives the number of scans read.

        Args:
            forget: drop also the sightings of scans that were pruned; else they stay, so that
                a first sighting and the last one of a removed device can still be proven.
        """
        with self.work() as connection:
            return sightings.recount(connection, forget=forget)

    def check(self) -> Iterator[str]:
        """What is wrong with the history, one line a fault; nothing if it is sound."""
        with self.work(write=False) as connection:
            if connection.dialect.name == "sqlite":
                for row in connection.exec_driver_sql("PRAGMA integrity_check").all():
                    if row[0] != "ok":
                        yield f"database file: {row[0]}"
            for table in (BLOB, VERSION, OBSERVATION):
                yield from rows.damaged(connection, table)
            sound = True
            for row in connection.execute(select(SCAN)).all():
                if rows.seal(row.frame, row.times, row.devices, row.law) != row.digest:
                    yield f"scan {row.id}: changed since it was stored"
                    continue
                try:
                    rows.read(connection, row.id, None)
                except (ToolError, UsageError) as error:
                    sound = False
                    yield str(error)
            if sound:
                yield from sightings.wrong(connection)

    def size(self) -> dict[str, int]:
        """Rows by table."""
        with self.work(write=False) as connection:
            return {
                table.name: int(
                    connection.execute(select(func.count()).select_from(table)).scalar_one()
                )
                for table in (SCAN, VERSION, OBSERVATION, DEVICE)
            }


def _columns(scan: Scan, network: str) -> dict[str, Any]:
    """What of the header is searched for, fit for the columns."""
    head = scan.scan
    if not head.id or rows.column(head.id, 64) != head.id:
        raise UsageError(
            f"scan id {head.id[:70]!r}: a history takes 1 to 64 characters without NUL"
        )
    if not network or rows.column(network) != network:
        raise UsageError(f"network {network[:70]!r}: 1 to 200 characters without NUL")
    return {
        "id": head.id,
        "network": network,
        "site": rows.column(head.site),
        "started": _moment(head.started, head.id),
        "finished": _moment(head.finished, head.id),
        "complete": head.complete,
        "policy": rows.column(head.policy, 100),
        "as_of": rows.column(head.as_of, 10),
        "db_version": rows.column(head.db_version, 64),
        "summary": msgspec.json.encode(scan.summary).decode(),
    }


def _family(assets: Iterable[Asset]) -> Iterator[Asset]:
    for asset in assets:
        yield asset
        yield from _family(asset.children)


def _before(
    connection: Connection,
    was: Mapping[str, int],
    found: Mapping[str, int],
    same: Mapping[str, str],
) -> tuple[Asset, ...]:
    """The devices that are not as they were, under the ids that they have now."""
    changed = {number for name, number in was.items() if number != found[name]}
    now = {old: name for name, old in same.items()}
    return tuple(_called(item, now) for item in _by_name(rows.assets(connection, changed)))


def _called(asset: Asset, now: Mapping[str, str]) -> Asset:
    behind = tuple(_called(child, now) for child in asset.children)
    return replace(asset, id=now.get(rows.key(asset.id), asset.id), children=behind)


def _by_name(found: Mapping[int, Asset]) -> list[Asset]:
    return sorted(found.values(), key=lambda item: rows.key(item.id))


def _found(assets: Sequence[Asset], versions: Sequence[int]) -> dict[str, int]:
    """Key of every device → its version; those behind a recorder stand in the recorder's."""
    behind = {
        rows.key(child.id): number
        for asset, number in zip(assets, versions, strict=True)
        for child in _family(asset.children)
    }
    return behind | {
        rows.key(asset.id): number for asset, number in zip(assets, versions, strict=True)
    }


def _moment(text: str, scan: str) -> str:
    """A time as UTC with milliseconds, so that texts sort as the moments follow."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"scan {scan}: {text[:40]!r} is no time") from None
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _insert(
    connection: Connection, head: dict[str, Any], scan: Scan, versions: Sequence[int]
) -> None:
    frame, times = pack.frame(scan), pack.times(scan)
    devices = rows.blob(connection, pack.squeeze(versions))
    law = rows.blob(connection, pack.law(scan))
    connection.execute(
        insert(SCAN).values(
            **head,
            frame=frame,
            times=times,
            devices=devices,
            law=law,
            digest=rows.seal(frame, times, devices, law),
        )
    )
