"""A scan in parts that repeat from night to night, and back.

Parts: the *frame* (header, coverage, summary, sent), the *law* notes, each device as a *version*
whose observations stand by number, and the *times*, which differ every night and are kept small.
Reading gives the document back with two differences, both on purpose: an observation that moved
by itself only (a date, a nonce) shows the value of the first night, and all observations of a
device bear the time at which the device was asked.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Protocol

import msgspec

from auditor.model.document import Asset, Scan
from auditor.model.facts import Observation
from auditor.model.judgement import Verdict
from auditor.wire.volatile import stable

_LEVEL: Final = 6
_AGAINST: Final = b"\x01"
"""Begins a version that is written against another one; no compressed data begins so."""
_NUMBER: Final = 8
_FIELDS: Final = tuple(field.name for field in fields(Asset))
_KEPT: Final = 1024
"""Longest value whose digest is remembered: a bound in numbers must bound bytes."""
DAMAGE: Final = (zlib.error,)
"""What unpacking a damaged part raises besides ValueError."""


class Parts(Protocol):
    """What versions refer to by number."""

    def observation(self, number: int) -> bytes:
        """As ``piece`` gave it."""

    def verdicts(self, number: int) -> bytes:
        """As ``squeeze`` gave them."""


def squeeze(value: object) -> bytes:
    """JSON, compressed; same value, same bytes."""
    return zlib.compress(msgspec.json.encode(value), _LEVEL)


def loosen(data: bytes) -> Any:  # noqa: ANN401 - JSON of any shape
    """What ``squeeze`` was given, as lists and dicts."""
    return msgspec.json.decode(zlib.decompress(data))


def cleaned(scan: Scan) -> Scan:
    """The document with every half character, which no UTF-8 text can hold, replaced."""
    whole = replace(scan, assets=tuple(scan.assets))  # they may lie on the disk
    return msgspec.convert(_cleaned(msgspec.to_builtins(whole)), Scan)


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, (list, tuple)):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return value


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def frame(scan: Scan) -> bytes:
    """Everything but devices, law and vendors."""
    return squeeze(
        {
            "scan": scan.scan,
            "coverage": scan.coverage,
            "summary": scan.summary,
            "sent": scan.sent,
            "schema": scan.schema,
        }
    )


def law(scan: Scan) -> bytes:
    """The notes that a report needs to render without the database."""
    return squeeze({"law": scan.law, "vendors": scan.vendors})


class Digests:
    """Digests of observations and lists of verdicts: each is worked out once, and asked for often.

    Holds what it was asked for; one serves for the devices of one go.
    """

    def __init__(self) -> None:
        """Nothing was asked for yet."""
        self._observations: dict[int, tuple[Observation, str]] = {}
        self._verdicts: dict[int, tuple[tuple[Verdict, ...], bytes, str]] = {}

    def observation(self, item: Observation) -> str:
        """As ``observation_digest`` gives it."""
        known = self._observations.get(id(item))
        if known is None:
            known = self._observations[id(item)] = item, observation_digest(item)
        return known[1]

    def verdicts(self, given: tuple[Verdict, ...]) -> tuple[bytes, str]:
        """Verdicts as JSON, and its digest."""
        known = self._verdicts.get(id(given))
        if known is None:
            text = msgspec.json.encode(given)
            known = self._verdicts[id(given)] = given, text, digest(text)
        return known[1:]


def version_digest(asset: Asset, digests: Digests) -> str:
    """What a device is, without times and what moves by itself."""
    return digest(msgspec.json.encode(_identity(asset, digests)))


def observation_digest(item: Observation) -> str:
    """What an observation is: signal, endpoint, probe and the value without what moves."""
    short = len(item.value) <= _KEPT
    return (_digest_short if short else _digest)(item.signal, item.endpoint, item.probe, item.value)


def _digest(signal: str, endpoint: str | None, probe: str, value: str) -> str:
    words = (signal, endpoint or "", probe, stable(signal, value))
    return digest("\0".join(words).encode("utf-8", "surrogatepass"))


_digest_short = lru_cache(maxsize=4096)(_digest)


def pieces(asset: Asset, digests: Digests) -> dict[str, Observation]:
    """The observations of a device and its children by digest."""
    found: dict[str, Observation] = {}
    for item in _observations(asset):
        found.setdefault(digests.observation(item), item)
    return found


def piece(item: Observation) -> bytes:
    """An observation without its time, compressed."""
    return squeeze((item.signal, item.endpoint, item.probe, item.value))


def verdicts(asset: Asset, digests: Digests) -> dict[str, tuple[Verdict, ...]]:
    """The verdicts of a device and its children, which many devices share, by digest."""
    found = {digests.verdicts(asset.verdicts)[1]: asset.verdicts}
    for child in asset.children:
        found |= verdicts(child, digests)
    return found


def version(
    asset: Asset, numbers: Mapping[str, int], judged: Mapping[str, int], digests: Digests
) -> bytes:
    """A device, its observations and its verdicts by number; not compressed.

    Args:
        asset: the device.
        numbers: digest of an observation → its number in the store.
        judged: digest of a list of verdicts → its number in the store.
        digests: where they were asked for.
    """
    return msgspec.json.encode(_thin(asset, numbers, judged, digests))


def alone(version_data: bytes) -> bytes:
    """A version, compressed by itself."""
    return zlib.compress(version_data, _LEVEL)


def against(version_data: bytes, base: int, base_data: bytes) -> bytes:
    """A version as what differs from another one, which must be kept as long.

    Args:
        version_data: as ``version`` gave it.
        base: the number of the other one in the store.
        base_data: the other one, as ``version`` gave it.
    """
    made = zlib.compressobj(_LEVEL, zdict=base_data)
    return _AGAINST + base.to_bytes(_NUMBER) + made.compress(version_data) + made.flush()


def base_of(stored: bytes) -> int | None:
    """The number of the version that a stored one is written against; None if it stands alone."""
    if not stored.startswith(_AGAINST):
        return None
    return int.from_bytes(stored[len(_AGAINST) : len(_AGAINST) + _NUMBER])


def plain(stored: bytes, base_data: bytes = b"") -> bytes:
    """A stored version as ``version`` gave it.

    Args:
        stored: alone, or against another one.
        base_data: that other one, as ``version`` gave it.

    Raises:
        zlib.error: it is damaged, or the other one is.
    """
    if base_of(stored) is None:
        return zlib.decompress(stored)
    opened = zlib.decompressobj(zdict=base_data)
    data = opened.decompress(stored[len(_AGAINST) + _NUMBER :])
    if not opened.eof:
        raise zlib.error("cut short")
    return data


def times(scan: Scan) -> bytes:
    """For each device and child in order: seconds from the start, and each attempt's ms."""
    start = _moment(scan.scan.started)
    rows = []
    for asset in _flat(scan.assets):
        asked = min((item.at for item in asset.observations if item.at), default=None)
        offset = None
        if asked is not None and start is not None:
            moment = _moment(asked)
            offset = None if moment is None else round((moment - start).total_seconds(), 1)
        rows.append((offset, [attempt.ms for attempt in asset.attempts]))
    return squeeze(rows)


def build(
    frame_data: bytes,
    law_data: bytes,
    versions: Sequence[bytes],
    times_data: bytes,
    parts: Parts,
) -> Scan:
    """The document from its parts.

    Args:
        frame_data: as ``frame`` gave it.
        law_data: as ``law`` gave it.
        versions: as ``version`` gave them, in the document's order.
        times_data: as ``times`` gave it.
        parts: gives observations and lists of verdicts by number.

    Raises:
        ValueError: a part is damaged.
    """
    raw = loosen(frame_data) | loosen(law_data)
    clock = _Clock(raw["scan"]["started"], loosen(times_data))
    found = tuple(
        msgspec.convert(_full(msgspec.json.decode(data), parts, clock), Asset) for data in versions
    )
    return replace(msgspec.convert(raw | {"assets": []}, Scan), assets=found)


def build_asset(version_data: bytes, parts: Parts) -> Asset:
    """One device without its times."""
    raw = _full(msgspec.json.decode(version_data), parts, _Clock("", []))
    return msgspec.convert(raw, Asset)


def ids(version_data: bytes) -> tuple[str, ...]:
    """The ids of a device and of every device behind it, its own last."""
    return tuple(_ids(msgspec.json.decode(version_data)))


def _ids(raw: dict[str, Any]) -> Iterator[str]:
    for child in raw["children"]:
        yield from _ids(child)
    yield raw["id"]


def numbers(version_data: bytes) -> tuple[set[int], set[int]]:
    """The observations and the lists of verdicts that a version needs."""
    return _numbers(msgspec.json.decode(version_data))


def _numbers(raw: dict[str, Any]) -> tuple[set[int], set[int]]:
    seen = {int(number) for number, _ in raw["observations"]}
    judged = {int(raw["verdicts"])}
    for child in raw["children"]:
        more = _numbers(child)
        seen |= more[0]
        judged |= more[1]
    return seen, judged


class _Clock:
    """Hands each device its times, in the order in which they were packed."""

    def __init__(self, started: str, rows: list[tuple[float | None, list[int]]]) -> None:
        self._start = _moment(started)
        self._rows = iter(rows)

    def next(self) -> tuple[str | None, list[int]]:
        offset, spent = next(self._rows, (None, []))
        if offset is None or self._start is None:
            return None, spent
        moment = self._start + timedelta(seconds=offset)
        utc = moment.astimezone(UTC)
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z"), spent


def _full(raw: dict[str, Any], parts: Parts, clock: _Clock) -> dict[str, Any]:
    at, spent = clock.next()
    rows = []
    for number, timed in raw["observations"]:
        signal, endpoint, probe, value = loosen(parts.observation(number))
        rows.append(
            {
                "signal": signal,
                "endpoint": endpoint,
                "probe": probe,
                "value": value,
                "at": at if timed else None,
            }
        )
    raw["observations"] = rows
    if len(spent) == len(raw["attempts"]):
        for attempt, ms in zip(raw["attempts"], spent, strict=True):
            attempt["ms"] = ms
    raw["verdicts"] = loosen(parts.verdicts(raw["verdicts"]))
    raw["children"] = [_full(child, parts, clock) for child in raw["children"]]
    return raw


def _thin(
    asset: Asset, numbers: Mapping[str, int], judged: Mapping[str, int], digests: Digests
) -> dict[str, Any]:
    return _row(asset) | {
        "observations": [
            (numbers[digests.observation(item)], item.at is not None) for item in asset.observations
        ],
        "attempts": [replace(attempt, ms=0) for attempt in asset.attempts],
        "verdicts": judged[digests.verdicts(asset.verdicts)[1]],
        "children": [_thin(child, numbers, judged, digests) for child in asset.children],
    }


def _identity(asset: Asset, digests: Digests) -> dict[str, Any]:
    attributions: list[dict[str, Any]] = msgspec.to_builtins(asset.attributions)
    for attribution in attributions:
        for cited in (*attribution["because"], *attribution["against"]):
            cited["value"] = stable(cited["signal"], cited["value"])
    return _row(asset) | {
        "observations": sorted([digests.observation(item) for item in asset.observations]),
        "attempts": sorted((a.probe, a.endpoint, a.outcome, a.detail) for a in asset.attempts),
        "attributions": attributions,
        "verdicts": msgspec.Raw(digests.verdicts(asset.verdicts)[0]),
        "children": [_identity(child, digests) for child in asset.children],
    }


def _row(asset: Asset) -> dict[str, Any]:
    """The fields of a device in order, for some of them to be put otherwise."""
    return {name: getattr(asset, name) for name in _FIELDS}


def _observations(asset: Asset) -> Iterator[Observation]:
    yield from asset.observations
    for child in asset.children:
        yield from _observations(child)


def _flat(assets: Iterable[Asset]) -> Iterator[Asset]:
    for asset in assets:
        yield asset
        yield from _flat(asset.children)


def _moment(text: str) -> datetime | None:
    """A time; one without a zone is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
