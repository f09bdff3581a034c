"""What the history reads and writes row by row, inside a transaction that ``store`` holds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from auditor.history import pack
from auditor.history.tables import BLOB, DEVICE, OBSERVATION, SCAN, VERSION
from auditor.model.document import Asset, Scan
from auditor.model.errors import ToolError, UsageError

_CHUNK: Final = 400
_LONGEST_KEY: Final = 200
_KEY_START: Final = 100


def seal(frame: bytes, times: bytes, devices: int, law: int) -> str:
    """What the row of a scan holds, as one digest."""
    return pack.digest(frame + times + f"{devices} {law}".encode())


def damaged(connection: Connection, table: Table) -> Iterator[str]:
    """Parts that cannot be unpacked; blobs also by their digest, which is over their bytes."""
    for row in connection.execute(select(table.c.number, table.c.digest, table.c.data)):
        try:
            pack.loosen(row.data)
        except Exception as error:  # noqa: BLE001 - whatever a damaged part raises is the finding
            yield f"{table.name} {row.number}: damaged ({error})"
            continue
        if table is BLOB and pack.digest(row.data) != row.digest:
            yield f"{table.name} {row.number}: changed since it was stored"


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Parts small enough for one statement."""
    for at in range(0, len(values), _CHUNK):
        yield values[at : at + _CHUNK]


def _put(connection: Connection, table: Table, values: list[dict[str, Any]]) -> None:
    """Insert those that are not there yet."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    for part in chunks(values):
        connection.execute(dialect.insert(table).on_conflict_do_nothing(), list(part))


def _numbers(connection: Connection, table: Table, digests: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in chunks(list(digests)):
        asked = select(table.c.digest, table.c.number).where(table.c.digest.in_(part))
        found.update({row[0]: row[1] for row in connection.execute(asked)})
    return found


def blob(connection: Connection, data: bytes) -> int:
    """The number of a blob, stored if it is new."""
    name = pack.digest(data)
    return _stored(connection, BLOB, {name: data})[name]


def versions(connection: Connection, found: Sequence[Asset]) -> list[int]:
    """The numbers of devices as they were found; what is new is stored, all at once."""
    digests = [pack.version_digest(asset) for asset in found]
    known = _numbers(connection, VERSION, set(digests))
    new = {name: asset for name, asset in zip(digests, found, strict=True) if name not in known}
    for part in chunks(list(new.items())):
        known |= _new_versions(connection, dict(part))
    return [known[name] for name in digests]


def _new_versions(connection: Connection, new: Mapping[str, Asset]) -> dict[str, int]:
    seen: dict[str, bytes] = {}
    judged: dict[str, bytes] = {}
    for asset in new.values():
        seen |= pack.pieces(asset)
        judged |= pack.verdicts(asset)
    there = _stored(connection, OBSERVATION, seen)
    # A list of verdicts is a blob, and a blob is named by its own bytes.
    by_bytes = _stored(connection, BLOB, {pack.digest(data): data for data in judged.values()})
    lists = {name: by_bytes[pack.digest(data)] for name, data in judged.items()}
    rows = [
        {"digest": name, "asset": key(asset.id), "data": pack.version(asset, there, lists)}
        for name, asset in new.items()
    ]
    _put(connection, VERSION, rows)
    return _numbers(connection, VERSION, new)


def _stored(connection: Connection, table: Table, parts: Mapping[str, bytes]) -> dict[str, int]:
    """The numbers of parts, by digest; those that are new are put in."""
    there = _numbers(connection, table, parts)
    new = [{"digest": name, "data": data} for name, data in parts.items() if name not in there]
    if new:
        _put(connection, table, new)
        there = _numbers(connection, table, parts)
    return there


def assets(connection: Connection, versions: Sequence[int]) -> tuple[Asset, ...]:
    """Devices by version, without times."""
    found: list[Asset] = []
    cache = Parts(connection)
    for part in chunks(versions):
        asked = select(VERSION.c.data).where(VERSION.c.number.in_(part)).order_by(VERSION.c.asset)
        data = connection.execute(asked).all()
        cache.expect(row[0] for row in data)
        found += [pack.build_asset(row[0], cache) for row in data]
    return tuple(found)


def column(text: str | None, most: int = 200) -> str | None:
    """A text that fits a column of every database; cut, without NUL and lone surrogates."""
    return None if text is None else _clean(text)[:most]


def key(text: str) -> str:
    """A text that names something, fit for a column: what had to be changed keeps a digest."""
    if len(text) <= _LONGEST_KEY and _clean(text) == text:
        return text
    mark = pack.digest(text.encode("utf-8", "surrogatepass"))
    return f"{_clean(text)[:_KEY_START]}~{mark}"


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def versions_of(connection: Connection, scan_id: str) -> list[int]:
    """The device versions of a scan, in the document's order."""
    asked = select(BLOB.c.data).join(SCAN, SCAN.c.devices == BLOB.c.number)
    row = connection.execute(asked.where(SCAN.c.id == scan_id)).first()
    if row is None:
        raise UsageError(f"{scan_id}: no such scan in the history")
    return [int(number) for number in pack.loosen(row[0])]


def names_of(
    connection: Connection, versions: Sequence[int], known: dict[int, tuple[str, ...]]
) -> dict[str, int]:
    """Key of a device → version; a device behind a recorder stands in the recorder's version.

    Args:
        connection: a transaction.
        versions: of one scan.
        known: the keys of versions that were read before; filled.
    """
    for part in chunks([number for number in versions if number not in known]):
        asked = select(VERSION.c.number, VERSION.c.data).where(VERSION.c.number.in_(part))
        for number, data in connection.execute(asked):
            known[number] = tuple(map(key, pack.ids(data)))
    behind = {name: number for number in versions for name in known[number][:-1]}
    return behind | {known[number][-1]: number for number in versions}


class Parts:
    """Observations and lists of verdicts by number, each read once."""

    def __init__(self, connection: Connection) -> None:
        """Read through this connection."""
        self._connection = connection
        self._known: dict[str, dict[int, bytes]] = {OBSERVATION.name: {}, BLOB.name: {}}

    def expect(self, versions: Iterable[bytes]) -> None:
        """Read at once what these versions need."""
        seen: set[int] = set()
        judged: set[int] = set()
        for data in versions:
            more = pack.numbers(data)
            seen |= more[0]
            judged |= more[1]
        self._fetch(OBSERVATION, seen)
        self._fetch(BLOB, judged)

    def observation(self, number: int) -> bytes:
        """One observation, packed."""
        return self._one(OBSERVATION, number)

    def verdicts(self, number: int) -> bytes:
        """One list of verdicts, packed."""
        return self._one(BLOB, number)

    def _one(self, table: Table, number: int) -> bytes:
        if number not in self._known[table.name]:
            self._fetch(table, {number})
        return self._known[table.name][number]

    def _fetch(self, table: Table, numbers: set[int]) -> None:
        known = self._known[table.name]
        for part in chunks(sorted(numbers - known.keys())):
            asked = select(table.c.number, table.c.data).where(table.c.number.in_(part))
            known.update({row[0]: row[1] for row in self._connection.execute(asked)})


def read(connection: Connection, scan_id: str, leave_out: set[int] | None) -> Scan:
    """The document of a scan, without the device versions that are left out.

    Raises:
        UsageError: there is no such scan.
        ToolError: it is damaged.
    """
    row = connection.execute(select(SCAN).where(SCAN.c.id == scan_id)).first()
    if row is None:
        raise UsageError(f"{scan_id}: no such scan in the history")
    try:
        law = connection.execute(select(BLOB.c.data).where(BLOB.c.number == row.law)).scalar_one()
        versions = versions_of(connection, scan_id)
        data: dict[int, bytes] = {}
        wanted = [number for number in versions if number not in (leave_out or ())]
        for part in chunks(wanted):
            asked = select(VERSION.c.number, VERSION.c.data).where(VERSION.c.number.in_(part))
            data.update({item[0]: item[1] for item in connection.execute(asked)})
        cache = Parts(connection)
        cache.expect(data.values())
        times = row.times if not leave_out else pack.squeeze([])
        scan = pack.build(row.frame, law, [data[number] for number in wanted], times, cache)
    except (KeyError, ValueError, msgspec.MsgspecError, SQLAlchemyError) as error:
        raise ToolError(f"scan {scan_id}: damaged in the history ({error})") from None
    except pack.DAMAGE as error:
        raise ToolError(f"scan {scan_id}: damaged in the history ({error})") from None
    return scan


def sweep(connection: Connection) -> None:
    """Drop blobs, versions and observations that no scan needs, and devices of no scan."""
    rows = connection.execute(select(SCAN.c.id, SCAN.c.devices, SCAN.c.law, SCAN.c.network)).all()
    blobs = {row.devices for row in rows} | {row.law for row in rows}
    versions = {n for row in rows for n in versions_of(connection, row.id)}
    kept = connection.execute(select(DEVICE.c.version, DEVICE.c.network)).all()
    versions |= {row[0] for row in kept}
    used: set[int] = set()
    for part in chunks(sorted(versions)):
        asked = select(VERSION.c.data).where(VERSION.c.number.in_(part))
        for row in connection.execute(asked):
            seen, judged = pack.numbers(row[0])
            used |= seen
            blobs |= judged
    for table, keep in ((BLOB, blobs), (VERSION, versions), (OBSERVATION, used)):
        every = {row[0] for row in connection.execute(select(table.c.number))}
        for part in chunks(sorted(every - keep)):
            connection.execute(delete(table).where(table.c.number.in_(part)))
