"""The index of devices: when each was first and last seen, and how often in a row it was not.

It is counted on as scans come, and can be counted anew from the scans. A sighting in a scan that
was pruned since cannot be counted anew; it is kept from the index as it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from sqlalchemy import Connection, delete, insert, select, update

from auditor.history.rows import chunks, names_of, versions_of
from auditor.history.tables import DEVICE, SCAN

_MOST_TOLD: Final = 20


class Times(Protocol):
    """When a scan began, and whether it saw everything."""

    @property
    def started(self) -> str: ...  # noqa: D102 - see the class
    @property
    def complete(self) -> bool: ...  # noqa: D102 - see the class


@dataclass(slots=True)
class _Sighting:
    first: str
    last: str
    version: int
    absences: int = 0


@dataclass(slots=True)
class _Count:
    """What the stored scans of one network say."""

    seen: dict[str, _Sighting] = field(default_factory=dict)
    complete: list[str] = field(default_factory=list)

    def after(self, moment: str) -> int:
        """Complete scans that were begun after a moment."""
        return sum(started > moment for started in self.complete)

    def take(self, scan: Times, named: Mapping[str, int]) -> None:
        """The next scan in order of time."""
        for asset, version in named.items():
            known = self.seen.get(asset)
            if known is None:
                self.seen[asset] = _Sighting(scan.started, scan.started, version)
            else:
                known.last, known.version, known.absences = scan.started, version, 0
        if scan.complete:
            self.complete.append(scan.started)
            for asset, known in self.seen.items():
                known.absences += asset not in named

    def remember(self, asset: str, old: _Sighting) -> None:
        """Add what was known of a device from scans that are no longer stored."""
        now = self.seen.get(asset)
        if now is None or old.last > now.last:
            self.seen[asset] = _Sighting(
                first=min(old.first, now.first) if now else old.first,
                last=old.last,
                version=old.version,
                absences=max(old.absences, self.after(old.last)),
            )
            return
        now.first = min(now.first, old.first)
        if now.last == old.last:
            now.absences = max(now.absences, old.absences)


def note(connection: Connection, network: str, scan: Times, named: Mapping[str, int]) -> None:
    """Count on with the newest scan; one that was not complete proves no absence.

    Args:
        connection: a transaction that writes.
        network: whose devices they are.
        scan: newer than every scan of the network that was counted.
        named: key of a device → the version in which it was found.
    """
    of_network = DEVICE.c.network == network
    rows = connection.execute(select(DEVICE).where(of_network)).all()
    known = {row.asset: row for row in rows}
    new = [
        {"network": network, "asset": asset, "first_seen": scan.started, "last_seen": scan.started,
         "absences": 0, "version": version}
        for asset, version in named.items() if asset not in known
    ]  # fmt: skip
    if new:
        connection.execute(insert(DEVICE), new)
    for part in chunks([asset for asset in named if asset in known]):
        connection.execute(
            update(DEVICE)
            .where(of_network, DEVICE.c.asset.in_(part))
            .values(last_seen=scan.started, absences=0)
        )
    for asset, number in named.items():
        if asset in known and known[asset].version != number:
            one = update(DEVICE).where(of_network, DEVICE.c.asset == asset)
            connection.execute(one.values(version=number))
    if scan.complete:
        for part in chunks([asset for asset in known if asset not in named]):
            connection.execute(
                update(DEVICE)
                .where(of_network, DEVICE.c.asset.in_(part))
                .values(absences=DEVICE.c.absences + 1)
            )


def recount(connection: Connection, network: str | None = None, *, forget: bool = False) -> int:
    """Count anew from the scans; gives how many were read.

    Args:
        connection: a transaction that writes.
        network: of this network only.
        forget: drop also what only scans told that were pruned since.
    """
    counts, many = _counts(connection, network)
    asked, gone = select(DEVICE), delete(DEVICE)
    if network is not None:
        asked, gone = (
            asked.where(DEVICE.c.network == network),
            gone.where(DEVICE.c.network == network),
        )
    if not forget:
        for row in connection.execute(asked):
            old = _Sighting(row.first_seen, row.last_seen, row.version, row.absences)
            counts.setdefault(row.network, _Count()).remember(row.asset, old)
    connection.execute(gone)
    rows = [_row(name, asset, item) for name, c in counts.items() for asset, item in c.seen.items()]
    for part in chunks(rows):
        connection.execute(insert(DEVICE), list(part))
    return many


def wrong(connection: Connection) -> Iterator[str]:
    """Where the index contradicts the scans, one line a device, the first few."""
    counts, _ = _counts(connection, None)
    rows = {(row.network, row.asset): row for row in connection.execute(select(DEVICE))}
    faults = (
        f"index: device {asset} of {name} {fault}; `audit history rebuild` mends it"
        for name, count in counts.items()
        for asset, item in count.seen.items()
        for fault in _faults(rows.get((name, asset)), item)
    )
    for number, line in enumerate(faults):
        if number == _MOST_TOLD:
            yield "index: and more devices"
            return
        yield line


def _faults(row: Any, item: _Sighting) -> Iterable[str]:  # noqa: ANN401 - a row of any shape
    if row is None:
        yield "is missing"
    elif row.first_seen > item.first:
        yield f"was seen before its first sighting, on {item.first}"
    elif row.last_seen < item.last:
        yield f"was seen after its last sighting, on {item.last}"


def _counts(connection: Connection, network: str | None) -> tuple[dict[str, _Count], int]:
    asked = select(SCAN.c.id, SCAN.c.network, SCAN.c.started, SCAN.c.complete)
    if network is not None:
        asked = asked.where(SCAN.c.network == network)
    scans = connection.execute(asked.order_by(SCAN.c.started, SCAN.c.number)).all()
    counts: dict[str, _Count] = {}
    named: dict[tuple[int, ...], dict[str, int]] = {}
    names: dict[int, tuple[str, ...]] = {}
    for scan in scans:
        listed = tuple(versions_of(connection, scan.id))
        if listed not in named:  # nights in which nothing changed have one list
            named[listed] = names_of(connection, listed, names)
        counts.setdefault(scan.network, _Count()).take(scan, named[listed])
    return counts, len(scans)


def _row(network: str, asset: str, item: _Sighting) -> dict[str, Any]:
    return {
        "network": network,
        "asset": asset,
        "first_seen": item.first,
        "last_seen": item.last,
        "absences": item.absences,
        "version": item.version,
    }


def known(connection: Connection, network: str) -> dict[str, int]:
    """Key of a device → the version in which it was last seen."""
    asked = select(DEVICE.c.asset, DEVICE.c.version).where(DEVICE.c.network == network)
    return {row[0]: row[1] for row in connection.execute(asked)}


def absences(connection: Connection, network: str) -> dict[str, int]:
    """Key of a device → complete scans in a row that lacked it; only those that lack."""
    asked = select(DEVICE.c.asset, DEVICE.c.absences)
    asked = asked.where(DEVICE.c.network == network, DEVICE.c.absences > 0)
    return {row[0]: row[1] for row in connection.execute(asked)}
