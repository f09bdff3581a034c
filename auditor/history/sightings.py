"""The index of devices: when each was first and last seen, and how often in a row it was not.

A device whose id became another one (a datagram that came late left only a part of what names it)
is found again as ``match`` finds it, and keeps its row under the new id.

The index is counted on as scans come, and can be counted anew from the scans. A sighting in a scan
that was pruned since cannot be counted anew; it is kept from the index as it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import nlargest
from typing import Any, Final, Protocol

from sqlalchemy import Connection, delete, insert, select, update

from auditor.history.match import Member, family, match_members, sketch
from auditor.history.rows import assets, chunks, key, names_of, versions_of
from auditor.history.tables import DEVICE, SCAN
from auditor.model.document import Asset

_MOST_TOLD: Final = 20
_MOST_LACKING: Final = 2_000
"""Phones with a new MAC every day fill an index; reading all that ever were takes ever longer."""
_BY_ADDRESS: Final = "ip-"
"""Begins the id of a device that told nothing but its address."""


class Times(Protocol):
    """When a scan began, and whether it saw everything."""

    @property
    def started(self) -> str: ...  # noqa: D102 - see the class
    @property
    def complete(self) -> bool: ...  # noqa: D102 - see the class


@dataclass(slots=True)
class Sighting:
    """What the index holds of one device.

    Attributes:
        first: when the first scan began that saw it.
        last: when the last one began.
        version: in which it was seen last.
        absences: complete scans since that lacked it.
        known_as: the key that names it, if last time only its address did.
        known_in: the version in which it had that name.
    """

    first: str
    last: str
    version: int
    absences: int = 0
    known_as: str | None = None
    known_in: int | None = None

    def called(self, name: str, old: str) -> "Sighting":
        """This device, which is now seen under another name."""
        if not name.startswith(_BY_ADDRESS):
            return replace(self, known_as=None, known_in=None)
        if self.known_as is not None or old.startswith(_BY_ADDRESS):
            return self
        return replace(self, known_as=old, known_in=self.version)


def again(
    connection: Connection, known: Mapping[str, Sighting], named: Mapping[str, int]
) -> dict[str, str]:
    """Devices that the index knows under another id: key in the scan → key in the index.

    Only devices that one of the two lacks are read and matched; of those that the scan lacks, the
    ones seen last.

    Args:
        connection: a transaction.
        known: the index of a network.
        named: key of every device of a scan → its version.
    """
    new = {name: number for name, number in named.items() if name not in known}
    missing = [(item.last, name) for name, item in known.items() if name not in named]
    if not new or not missing:
        return {}
    lacking = {name: known[name] for _, name in nlargest(_MOST_LACKING, missing)}
    told = {item.known_in or item.version for item in lacking.values()}
    there: dict[int, Asset] = {}
    for part in chunks(sorted(told.union(new.values()))):
        there |= {number: sketch(one) for number, one in assets(connection, part).items()}
    after = {id(one.asset): (name, one) for name, one in _members(there, new)}
    before = {id(one.asset): (name, one) for name, one in _as_known(there, lacking)}
    found = match_members([one for _, one in before.values()], [one for _, one in after.values()])
    return {after[id(now.asset)][0]: before[id(was.asset)][0] for was, now in found.pairs}


def _members(there: Mapping[int, Asset], named: Mapping[str, int]) -> Iterator[tuple[str, Member]]:
    """The devices of those names out of their versions, each with its name."""
    by_name: dict[int, dict[str, Member]] = {}
    for name, number in named.items():
        if number not in by_name:
            known = [there[number]] if number in there else []  # it may be damaged
            by_name[number] = {key(one.asset.id): one for one in family(known)}
        if name in by_name[number]:
            yield name, by_name[number][name]


def _as_known(
    there: Mapping[int, Asset], lacking: Mapping[str, Sighting]
) -> Iterator[tuple[str, Member]]:
    """Devices of the index as they were when last seen, or last seen with a name.

    An address speaks for a device from one scan to the next only: what answers there weeks after
    it went may be anything.
    """
    names = {item.known_as or name: name for name, item in lacking.items()}
    found = dict(
        _members(there, {
            known: lacking[name].known_in or lacking[name].version
            for known, name in names.items()
        })
    )  # fmt: skip
    now = {
        id(one.asset): replace(one.asset, address=None, addresses=())
        for known, one in found.items()
        if lacking[names[known]].absences
    }
    for known, one in found.items():
        parent = one.parent and now.get(id(one.parent), one.parent)
        yield names[known], Member(now.get(id(one.asset), one.asset), parent)


@dataclass(slots=True)
class _Count:
    """What the stored scans of one network say."""

    seen: dict[str, Sighting] = field(default_factory=dict)
    complete: list[str] = field(default_factory=list)

    def after(self, moment: str) -> int:
        """Complete scans that were begun after a moment."""
        return sum(started > moment for started in self.complete)

    def take(self, scan: Times, named: Mapping[str, int], same: Mapping[str, str]) -> None:
        """The next scan in order of time.

        Args:
            scan: when it was.
            named: its devices.
            same: as ``again`` gave it.
        """
        for name, old in same.items():
            self.seen[name] = self.seen.pop(old).called(name, old)
        for asset, version in named.items():
            known = self.seen.get(asset)
            if known is None:
                self.seen[asset] = Sighting(scan.started, scan.started, version)
            else:
                known.last, known.version, known.absences = scan.started, version, 0
        if scan.complete:
            self.complete.append(scan.started)
            for asset, known in self.seen.items():
                known.absences += asset not in named

    def remember(self, asset: str, old: Sighting, counted: str) -> None:
        """Add what was known of a device from scans that are no longer stored.

        Args:
            asset: its key in the index.
            old: what the index says.
            counted: its key in this count, if it is there.
        """
        now = self.seen.get(counted)
        if now is None or old.last > now.last:
            self.seen.pop(counted, None)
            self.seen[asset] = replace(
                old,
                first=min(old.first, now.first) if now else old.first,
                absences=max(old.absences, self.after(old.last)),
            )
            return
        now.first = min(now.first, old.first)
        if now.last == old.last:
            now.absences = max(now.absences, old.absences)


def note(
    connection: Connection,
    network: str,
    scan: Times,
    named: Mapping[str, int],
    same: Mapping[str, str],
) -> None:
    """Count on with the newest scan; one that was not complete proves no absence.

    Args:
        connection: a transaction that writes.
        network: whose devices they are.
        scan: newer than every scan of the network that was counted.
        named: key of a device → the version in which it was found.
        same: as ``again`` gave it.
    """
    of_network = DEVICE.c.network == network
    if same:
        _rename(connection, network, same)
    known = index(connection, network)
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
    names = _networks(connection) if network is None else {network}
    for name in () if forget else names:
        kept, count = index(connection, name), counts.setdefault(name, _Count())
        same = _same(connection, count, kept)
        for asset, old in kept.items():
            count.remember(asset, old, same.get(asset, asset))
    gone = delete(DEVICE)
    connection.execute(gone if network is None else gone.where(DEVICE.c.network == network))
    rows = [_row(name, asset, item) for name, c in counts.items() for asset, item in c.seen.items()]
    for part in chunks(rows):
        connection.execute(insert(DEVICE), list(part))
    return many


def wrong(connection: Connection) -> Iterator[str]:
    """Where the index contradicts the scans, one line a device, the first few."""
    counts, _ = _counts(connection, None)
    faults = (
        f"index: device {asset} of {name} {fault}; `audit history rebuild` mends it"
        for name, count in counts.items()
        for asset, fault in _faults_of(connection, count, index(connection, name))
    )
    for number, line in enumerate(faults):
        if number == _MOST_TOLD:
            yield "index: and more devices"
            return
        yield line


def _faults_of(
    connection: Connection, count: _Count, rows: Mapping[str, Sighting]
) -> Iterator[tuple[str, str]]:
    same = {now: old for old, now in _same(connection, count, rows).items()}
    for asset, item in count.seen.items():
        for fault in _faults(rows.get(same.get(asset, asset)), item):
            yield asset, fault


def _same(connection: Connection, count: _Count, rows: Mapping[str, Sighting]) -> dict[str, str]:
    """Devices that the index has under another id than the scans that are left."""
    return again(connection, count.seen, {name: item.version for name, item in rows.items()})


def _faults(row: Sighting | None, item: Sighting) -> Iterable[str]:
    if row is None:
        yield "is missing"
    elif row.first > item.first:
        yield f"was seen before its first sighting, on {item.first}"
    elif row.last < item.last:
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
        count = counts.setdefault(scan.network, _Count())
        count.take(scan, named[listed], again(connection, count.seen, named[listed]))
    return counts, len(scans)


def _rename(connection: Connection, network: str, same: Mapping[str, str]) -> None:
    known = index(connection, network)
    for name, old in same.items():
        one = update(DEVICE).where(DEVICE.c.network == network, DEVICE.c.asset == old)
        now = known[old].called(name, old)
        values = {"asset": name, "known_as": now.known_as, "known_in": now.known_in}
        connection.execute(one.values(**values))


def _networks(connection: Connection) -> set[str]:
    asked = select(DEVICE.c.network).distinct()
    return {row[0] for row in connection.execute(asked)}


def _row(network: str, asset: str, item: Sighting) -> dict[str, Any]:
    return {
        "network": network,
        "asset": asset,
        "first_seen": item.first,
        "last_seen": item.last,
        "absences": item.absences,
        "version": item.version,
        "known_as": item.known_as,
        "known_in": item.known_in,
    }


def index(connection: Connection, network: str) -> dict[str, Sighting]:
    """Key of a device → what the index holds of it."""
    of_network = select(DEVICE).where(DEVICE.c.network == network)
    return {
        row.asset: Sighting(
            row.first_seen, row.last_seen, row.version, row.absences, row.known_as, row.known_in
        )
        for row in connection.execute(of_network)
    }


def absences(connection: Connection, network: str) -> dict[str, int]:
    """Key of a device → complete scans in a row that lacked it; only those that lack."""
    asked = select(DEVICE.c.asset, DEVICE.c.absences)
    asked = asked.where(DEVICE.c.network == network, DEVICE.c.absences > 0)
    return {row[0]: row[1] for row in connection.execute(asked)}
