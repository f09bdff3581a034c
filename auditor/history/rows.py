"""What the history reads and writes row by row, inside a transaction that ``store`` holds."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Connection, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from auditor.history import pack
from auditor.history.tables import BLOB, DEVICE, OBSERVATION, SCAN, VERSION
from auditor.model.bulk import bulk
from auditor.model.document import Asset, Scan
from auditor.model.errors import ToolError, UsageError
from auditor.model.facts import Observation
from auditor.model.judgement import Verdict

T = TypeVar("T")
_CHUNK: Final = 400
_DAMAGE: Final = (KeyError, ValueError, msgspec.MsgspecError, *pack.DAMAGE)
_WORTH: Final = 2
"""How much shorter a version must be when it is written against another one."""
_LONGEST_KEY: Final = 200
_KEY_START: Final = 100


def seal(frame: bytes, times: bytes, devices: int, law: int) -> str:
    """What the row of a scan holds, as one digest."""
    return pack.digest(frame + times + f"{devices} {law}".encode())


def damaged(connection: Connection, table: Table) -> Iterator[str]:
    """Parts that cannot be unpacked; blobs also by their digest, which is over their bytes."""
    for row in connection.execute(select(table.c.number, table.c.digest, table.c.data)):
        try:
            if table is VERSION:
                _plain(connection, {row.number: row.data})
            else:
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
    return _stored(connection, BLOB, {name: data}, bytes)[name]


def versions(
    connection: Connection, found: Sequence[Asset], before: Mapping[str, int] | None = None
) -> list[int]:
    """The numbers of devices as they were found; what is new is stored, all at once.

    Args:
        connection: a transaction that writes.
        found: the devices.
        before: key of a device → an earlier version of it. A new version is stored as what
            differs from that one, where this is little.
    """
    numbers: list[int] = []
    with bulk():
        for at in range(0, len(found), _CHUNK):
            numbers += _versions(connection, found[at : at + _CHUNK], before or {})
    return numbers


def _versions(
    connection: Connection, found: Sequence[Asset], before: Mapping[str, int]
) -> Iterator[int]:
    digests = pack.Digests()
    names = [pack.version_digest(asset, digests) for asset in found]
    known = _numbers(connection, VERSION, set(names))
    new = {name: asset for name, asset in zip(names, found, strict=True) if name not in known}
    if new:
        known |= _new_versions(connection, new, before, digests)
    return (known[name] for name in names)


def _new_versions(
    connection: Connection,
    new: Mapping[str, Asset],
    before: Mapping[str, int],
    digests: pack.Digests,
) -> dict[str, int]:
    seen: dict[str, Observation] = {}
    judged: dict[str, tuple[Verdict, ...]] = {}
    for asset in new.values():
        seen |= pack.pieces(asset, digests)
        judged |= pack.verdicts(asset, digests)
    there = _stored(connection, OBSERVATION, seen, pack.piece)
    # A list of verdicts is a blob, and a blob is named by its own bytes.
    packed = {name: pack.squeeze(given) for name, given in judged.items()}
    blobs = {name: pack.digest(data) for name, data in packed.items()}
    by_bytes = _stored(connection, BLOB, {blobs[name]: packed[name] for name in packed}, bytes)
    lists = {name: by_bytes[blobs[name]] for name in packed}
    bases = _bases(connection, [key(asset.id) for asset in new.values()], before)
    rows = []
    for name, asset in new.items():
        data = pack.version(asset, there, lists, digests)
        stored = _stored_version(data, bases.get(key(asset.id)))
        rows.append({"digest": name, "asset": key(asset.id), "data": stored})
    _put(connection, VERSION, rows)
    return _numbers(connection, VERSION, new)


@dataclass(frozen=True, slots=True)
class _Base:
    """A version that stands alone: its number, and it as ``pack.version`` gave it."""

    number: int
    data: bytes


def _bases(
    connection: Connection, keys: Iterable[str], before: Mapping[str, int]
) -> dict[str, _Base]:
    """Key of a device → the version that its next one may be written against.

    A chain has one link: a version is written against one that stands alone.
    """
    earlier = {name: before[name] for name in keys if name in before}
    data = _raw(connection, earlier.values())
    alone = {number: pack.base_of(row) or number for number, row in data.items()}
    try:
        texts = version_data(connection, set(alone.values()))
    except _DAMAGE:
        return {}
    return {
        name: _Base(alone[number], texts[alone[number]])
        for name, number in earlier.items()
        if number in alone
    }


def _stored_version(data: bytes, base: _Base | None) -> bytes:
    """Against the base where that is much shorter; else alone, to be the base of those to come."""
    whole = pack.alone(data)
    if base is None:
        return whole
    short = pack.against(data, base.number, base.data)
    return short if len(short) * _WORTH < len(whole) else whole


def version_data(connection: Connection, numbers: Iterable[int]) -> dict[int, bytes]:
    """Versions by number, as ``pack.version`` gave them.

    Raises:
        zlib.error: one is damaged.
        KeyError: one is written against a version that is not there.
    """
    return _plain(connection, _raw(connection, numbers))


def _plain(connection: Connection, stored: Mapping[int, bytes]) -> dict[int, bytes]:
    bases = {base for data in stored.values() if (base := pack.base_of(data)) is not None}
    there = {number: pack.plain(data) for number, data in _raw(connection, bases).items()}
    found = {}
    for number, data in stored.items():
        base = pack.base_of(data)
        found[number] = pack.plain(data) if base is None else pack.plain(data, there[base])
    return found


def _raw(connection: Connection, numbers: Iterable[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for part in chunks(sorted(set(numbers))):
        asked = select(VERSION.c.number, VERSION.c.data).where(VERSION.c.number.in_(part))
        found.update({row[0]: row[1] for row in connection.execute(asked)})
    return found


def _stored(
    connection: Connection, table: Table, parts: Mapping[str, T], packed: Callable[[T], bytes]
) -> dict[str, int]:
    """The numbers of parts, by digest; those that are new are packed and put in."""
    there = _numbers(connection, table, parts)
    new: list[dict[str, Any]] = [
        {"digest": name, "data": packed(part)} for name, part in parts.items() if name not in there
    ]
    if new:
        _put(connection, table, new)
        there |= _numbers(connection, table, [row["digest"] for row in new])
    return there


def assets(connection: Connection, versions: Iterable[int]) -> dict[int, Asset]:
    """Devices by version, without times; one that is damaged is left out.

    The damage is for ``audit history check`` to tell: it must not keep a new scan from being
    stored.
    """
    numbers = sorted(set(versions))
    try:
        return _assets(connection, numbers)
    except _DAMAGE:
        found: dict[int, Asset] = {}
        for number in numbers:
            with suppress(*_DAMAGE):
                found |= _assets(connection, [number])
        return found


def _assets(connection: Connection, versions: Iterable[int]) -> dict[int, Asset]:
    data = version_data(connection, versions)
    cache = Parts(connection)
    cache.expect(data.values())
    return {number: pack.build_asset(one, cache) for number, one in data.items()}


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
        for number, data in version_data(connection, part).items():
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
        wanted = [number for number in versions if number not in (leave_out or ())]
        data = version_data(connection, wanted)
        cache = Parts(connection)
        cache.expect(data.values())
        times = row.times if not leave_out else pack.squeeze([])
        scan = pack.build(row.frame, law, [data[number] for number in wanted], times, cache)
    except (*_DAMAGE, SQLAlchemyError) as error:
        raise ToolError(f"scan {scan_id}: damaged in the history ({error})") from None
    return scan


def _let_go(connection: Connection, versions: set[int]) -> None:
    """Write what is kept against versions that go anew: the first alone, the others against it."""
    leaning: dict[int, list[int]] = {}
    for part in chunks(sorted(versions)):
        for number, data in _raw(connection, part).items():
            base = pack.base_of(data)
            if base is not None and base not in versions:
                leaning.setdefault(base, []).append(number)
    for numbers in leaning.values():
        texts = version_data(connection, numbers)
        first: _Base | None = None
        for number in sorted(numbers):
            stored = _stored_version(texts[number], first)
            first = first or _Base(number, texts[number])
            row = update(VERSION).where(VERSION.c.number == number)
            connection.execute(row.values(data=stored))


def sweep(connection: Connection) -> None:
    """Drop blobs, versions and observations that no scan needs, and devices of no scan."""
    rows = connection.execute(select(SCAN.c.id, SCAN.c.devices, SCAN.c.law, SCAN.c.network)).all()
    blobs = {row.devices for row in rows} | {row.law for row in rows}
    versions = {n for row in rows for n in versions_of(connection, row.id)}
    kept = connection.execute(select(DEVICE.c.version, DEVICE.c.known_in)).all()
    versions |= {number for row in kept for number in row if number is not None}
    _let_go(connection, versions)
    used: set[int] = set()
    for part in chunks(sorted(versions)):
        for data in version_data(connection, part).values():
            seen, judged = pack.numbers(data)
            used |= seen
            blobs |= judged
    for table, keep in ((BLOB, blobs), (VERSION, versions), (OBSERVATION, used)):
        every = {row[0] for row in connection.execute(select(table.c.number))}
        for part in chunks(sorted(every - keep)):
            connection.execute(delete(table).where(table.c.number.in_(part)))
