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
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

import msgspec

from auditor.model.document import Asset, Scan
from auditor.model.facts import Observation
from auditor.wire.volatile import stable

_LEVEL: Final = 6
DAMAGE: Final = (zlib.error,)
"""What unpacking a damaged part raises besides ValueError."""


class Parts(Protocol):
    """What versions refer to by number."""

    def observation(self, number: int) -> bytes:
        """As ``pieces`` gave it."""

    def verdicts(self, number: int) -> bytes:
        """As ``verdicts`` gave it."""


def squeeze(value: object) -> bytes:
    """JSON, compressed; same value, same bytes."""
    return zlib.compress(msgspec.json.encode(value), _LEVEL)


def loosen(data: bytes) -> Any:  # noqa: ANN401 - JSON of any shape
    """What ``squeeze`` was given, as lists and dicts."""
    return msgspec.json.decode(zlib.decompress(data))


def cleaned(scan: Scan) -> Scan:
    """The document with every half character, which no UTF-8 text can hold, replaced."""
    return msgspec.convert(_cleaned(msgspec.to_builtins(scan)), Scan)


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


def version_digest(asset: Asset) -> str:
    """What a device is, without times and what moves by itself."""
    return digest(msgspec.json.encode(_identity(asset)))


def observation_digest(item: Observation) -> str:
    """What an observation is: signal, endpoint, probe and the value without what moves."""
    words = (item.signal, item.endpoint or "", item.probe, stable(item.signal, item.value))
    return digest("\0".join(words).encode("utf-8", "surrogatepass"))


def pieces(asset: Asset) -> dict[str, bytes]:
    """The observations of a device and its children: digest → compressed."""
    found: dict[str, bytes] = {}
    for item in _observations(asset):
        key = observation_digest(item)
        if key not in found:
            found[key] = squeeze((item.signal, item.endpoint, item.probe, item.value))
    return found


def verdicts(asset: Asset) -> dict[str, bytes]:
    """The verdicts of a device and its children, which many devices share: digest → compressed."""
    found = {_verdicts_digest(asset): squeeze(asset.verdicts)}
    for child in asset.children:
        found |= verdicts(child)
    return found


def _verdicts_digest(asset: Asset) -> str:
    return digest(msgspec.json.encode(asset.verdicts))


def version(asset: Asset, numbers: Mapping[str, int], judged: Mapping[str, int]) -> bytes:
    """A device, its observations and its verdicts by number.

    Args:
        asset: the device.
        numbers: digest of an observation → its number in the store.
        judged: digest of a list of verdicts → its number in the store.
    """
    return squeeze(_thin(asset, numbers, judged))


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
    raw["assets"] = [_full(loosen(data), parts, clock) for data in versions]
    return msgspec.convert(raw, Scan)


def build_asset(version_data: bytes, parts: Parts) -> Asset:
    """One device without its times."""
    raw = _full(loosen(version_data), parts, _Clock("", []))
    return msgspec.convert(raw, Asset)


def ids(version_data: bytes) -> tuple[str, ...]:
    """The ids of a device and of every device behind it, its own last."""
    return tuple(_ids(loosen(version_data)))


def _ids(raw: dict[str, Any]) -> Iterator[str]:
    for child in raw["children"]:
        yield from _ids(child)
    yield raw["id"]


def numbers(version_data: bytes) -> tuple[set[int], set[int]]:
    """The observations and the lists of verdicts that a version needs."""
    return _numbers(loosen(version_data))


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


def _thin(asset: Asset, numbers: Mapping[str, int], judged: Mapping[str, int]) -> dict[str, Any]:
    raw: dict[str, Any] = msgspec.to_builtins(asset)
    raw["observations"] = [
        (numbers[observation_digest(item)], item.at is not None) for item in asset.observations
    ]
    for attempt in raw["attempts"]:
        attempt["ms"] = 0
    raw["verdicts"] = judged[_verdicts_digest(asset)]
    raw["children"] = [_thin(child, numbers, judged) for child in asset.children]
    return raw


def _identity(asset: Asset) -> dict[str, Any]:
    raw: dict[str, Any] = msgspec.to_builtins(asset)
    raw["observations"] = sorted(observation_digest(item) for item in asset.observations)
    raw["attempts"] = sorted((a.probe, a.endpoint, a.outcome, a.detail) for a in asset.attempts)
    for attribution in raw["attributions"]:
        for cited in (*attribution["because"], *attribution["against"]):
            cited["value"] = stable(cited["signal"], cited["value"])
    raw["children"] = [_identity(child) for child in asset.children]
    return raw


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
