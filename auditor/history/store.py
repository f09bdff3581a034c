"""The history: every scan of every network, kept so that an unchanged night costs little."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from auditor.history import pack, rows
from auditor.history.door import open_engine, shown
from auditor.history.entries import COLUMNS, Entry, choose, entry
from auditor.history.tables import BLOB, DEVICE, OBSERVATION, SCAN, VERSION
from auditor.model.difference import Seen
from auditor.model.document import Asset, Scan
from auditor.model.errors import ToolError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What storing a scan told about its devices, against what was last known of each.

    Attributes:
        stored: False if the scan was there already; then the rest is empty.
        appeared: ids of devices that the history had never seen in this network.
        before: the devices that are not as they were, as they were when last seen.
        gone: devices that this complete scan lacks, with how many such scans there were in a row.
    """

    stored: bool = False
    appeared: frozenset[str] = frozenset()
    before: tuple[Asset, ...] = ()
    gone: Mapping[str, int] = field(default_factory=dict)


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

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def work(self) -> Iterator[Connection]:
        """A transaction, for the modules of this room.

        Raises:
            ToolError: the database refused; nothing of it was done.
        """
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise ToolError(f"history {self._name}: {' '.join(str(cause).split())[:200]}") from None

    def add(self, scan: Scan, *, network: str) -> Added:
        """Store a scan.

        Args:
            scan: the document.
            network: the name under which its devices are followed.
        """
        with self.work() as connection:
            known = select(SCAN.c.number).where(SCAN.c.id == scan.scan.id)
            if connection.execute(known).first():
                return Added()
            of_network = SCAN.c.network == network
            later = select(SCAN.c.number).where(of_network, SCAN.c.started > scan.scan.started)
            late = connection.execute(later).first() is not None
            versions = [rows.version(connection, asset) for asset in scan.assets]
            parts: dict[str, Any] = {
                "frame": pack.frame(scan),
                "times": pack.times(scan),
                "devices": rows.blob(connection, pack.squeeze(versions)),
                "law": rows.blob(connection, pack.law(scan)),
            }
            connection.execute(
                insert(SCAN).values(
                    id=scan.scan.id,
                    network=network,
                    site=rows.column(scan.scan.site),
                    started=scan.scan.started,
                    finished=scan.scan.finished,
                    complete=scan.scan.complete,
                    policy=scan.scan.policy,
                    as_of=scan.scan.as_of,
                    db_version=scan.scan.db_version,
                    summary=msgspec.json.encode(scan.summary).decode(),
                    digest=rows.seal(
                        parts["frame"], parts["times"], parts["devices"], parts["law"]
                    ),
                    **parts,
                )
            )
            ids = [rows.column(asset.id) or "" for asset in scan.assets]
            found = dict(zip(ids, versions, strict=True))
            known_before = rows.known(connection, network)
            if late:  # sightings are counted in order of time
                rows.index(connection, network)
            else:
                rows.note_devices(connection, network, scan.scan, found)
            old = [known_before[i] for i in found if known_before.get(i, found[i]) != found[i]]
            return Added(
                stored=True,
                appeared=frozenset(found.keys() - known_before.keys()),
                before=rows.assets(connection, old),
                gone=rows.absences(connection, network) if scan.scan.complete else {},
            )

    def entries(self, *, network: str | None = None, site: str | None = None) -> tuple[Entry, ...]:
        """The scans, newest first."""
        asked = select(*COLUMNS).order_by(SCAN.c.started.desc(), SCAN.c.number.desc())
        if network is not None:
            asked = asked.where(SCAN.c.network == network)
        if site is not None:
            asked = asked.where(SCAN.c.site == site)
        with self.work() as connection:
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
        with self.work() as connection:
            return rows.read(connection, scan_id, None)

    def pair(self, old_id: str, new_id: str) -> tuple[Scan, Scan]:
        """Two scans without the devices that are the same version in both."""
        with self.work() as connection:
            lists = [set(rows.versions_of(connection, item)) for item in (old_id, new_id)]
            same = lists[0] & lists[1]
            return rows.read(connection, old_id, same), rows.read(connection, new_id, same)

    def seen(self, network: str) -> tuple[Seen, ...]:
        """First and last sighting of each device of a network."""
        asked = select(DEVICE.c.asset, DEVICE.c.first_seen, DEVICE.c.last_seen)
        asked = asked.where(DEVICE.c.network == network).order_by(DEVICE.c.asset)
        with self.work() as connection:
            found = connection.execute(asked).all()
        return tuple(Seen(id=row[0], first=row[1], last=row[2]) for row in found)

    def last_known(self, network: str, ids: Iterable[str]) -> tuple[Asset, ...]:
        """Devices as they were when last seen."""
        with self.work() as connection:
            known = rows.known(connection, network)
            return rows.assets(connection, [known[i] for i in ids if i in known])

    def absences(self, network: str) -> dict[str, int]:
        """Asset id → complete scans in a row that lacked it; only those that lack."""
        with self.work() as connection:
            return rows.absences(connection, network)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget scans, and every part that no other scan uses."""
        with self.work() as connection:
            for part in rows.chunks(ids):
                connection.execute(delete(SCAN).where(SCAN.c.id.in_(part)))
            rows.sweep(connection)

    def rebuild(self) -> int:
        """Make the index of devices anew from the record; gives the number of scans read.

        A first sighting from before the oldest scan that is left stays: its scan was pruned.
        """
        with self.work() as connection:
            return rows.index(connection)

    def check(self) -> Iterator[str]:
        """What is wrong with the record, one line a fault; nothing if it is sound."""
        with self.work() as connection:
            for table in (BLOB, VERSION, OBSERVATION):
                yield from rows.damaged(connection, table)
            for row in connection.execute(select(SCAN)).all():
                if rows.seal(row.frame, row.times, row.devices, row.law) != row.digest:
                    yield f"scan {row.id}: changed since it was stored"
                    continue
                try:
                    rows.read(connection, row.id, None)
                except (ToolError, UsageError) as error:
                    yield str(error)

    def size(self) -> dict[str, int]:
        """Rows by table."""
        with self.work() as connection:
            return {
                table.name: int(
                    connection.execute(select(func.count()).select_from(table)).scalar_one()
                )
                for table in (SCAN, VERSION, OBSERVATION, DEVICE)
            }
