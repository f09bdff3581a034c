"""The labelled corpus: reading and checking. Its two folders are its two parts.

Rules are written from ``writing``. A round of new records is put whole into ``judging``, where nobody
looks at what is missed, and moves whole to ``writing`` when a newer round takes its place. One JSON
line is one device. What each key means stands in README.md beside this file.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from auditor.app.judging.identify import observation
from auditor.model.errors import UsageError
from auditor.model.facts import Observation
from auditor.model.words import Kind

HERE: Final = Path(__file__).resolve().parent
CORPUS: Final = HERE / "corpus"
ORIGINS: Final = ("recorded", "documented", "constructed")
PARTS: Final = ("writing", "judging")
_KINDS: Final = frozenset(Kind)
_CAP: Final = 400_000


class CorpusError(ValueError):
    """A record that does not fit; the message names the file and the line."""


class Truth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a device apart from its replies.

    Attributes:
        maker: vendor id of who built it, None where that is not known.
        brand: vendor id of the label, None where it is unknown or bears none of ours.
        kind: a word of ``Kind``.
        restricted: whether us-ndaa-889 reaches the maker.
    """

    maker: str | None
    brand: str | None
    kind: str
    restricted: bool


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device.

    Attributes:
        id: unique and stable.
        origin: recorded from a device, documented by its maker, or constructed.
        truth: the label.
        label_only: nothing but words that a seller may set.
        strong: at least one sign that survives rebranding is there.
        rebrand: sold under another name than its maker's, even one that has no vendor id.
        source: address, or repository and path; a capture whose repository is not known says so.
        seen: what was captured and how the truth is known.
        signals: as ``audit identify --jsonl`` takes them.
    """

    id: str
    origin: str
    truth: Truth
    label_only: bool
    strong: bool
    source: str
    seen: str
    signals: list[dict[str, Any]]
    rebrand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A record with its signals as observations, and the part that it is in."""

    record: Record
    part: str
    observations: tuple[Observation, ...]

    @property
    def rebrand(self) -> bool:
        """Whether it bears another name than its maker's."""
        truth = self.record.truth
        named = truth.brand is not None and truth.maker is not None and truth.brand != truth.maker
        return named or self.record.rebrand


def read(folder: Path = CORPUS) -> tuple[Device, ...]:
    """Every device of the corpus, by id.

    Raises:
        CorpusError: a line does not fit, or an id stands twice.
    """
    out: dict[str, Device] = {}
    files = [(one, path) for one in PARTS for path in sorted((folder / one).glob("*.jsonl"))]
    for part, path in files:
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            device = _device(line, part, f"{path.name}:{number}")
            if device.record.id in out:
                raise CorpusError(f"{path.name}:{number}: id {device.record.id!r} stands twice")
            out[device.record.id] = device
    return tuple(out[name] for name in sorted(out))


def _device(line: bytes, part: str, where: str) -> Device:
    if len(line) > _CAP:
        raise CorpusError(f"{where}: longer than {_CAP} bytes")
    try:
        record = msgspec.json.decode(line, type=Record)
        observations = tuple(observation(item) for item in record.signals)
    except (msgspec.DecodeError, UsageError) as error:
        raise CorpusError(f"{where}: {error}") from None
    return Device(record=record, part=part, observations=observations)


def complaints(device: Device, vendors: Container[str]) -> Iterator[str]:
    """What is wrong with a record besides its shape; nothing for a good one."""
    record = device.record
    words: Mapping[str, bool] = {
        f"origin {record.origin!r} is none of {ORIGINS}": record.origin not in ORIGINS,
        f"kind {record.truth.kind!r} is unknown": record.truth.kind not in _KINDS,
        "no source": not record.source.strip(),
        "no word on what was seen": not record.seen.strip(),
        "no signals": not record.signals,
        "label_only and strong at once": record.label_only and record.strong,
        "restricted without a maker": record.truth.restricted and record.truth.maker is None,
    }
    yield from (word for word, wrong in words.items() if wrong)
    for role in ("maker", "brand"):
        vendor = getattr(record.truth, role)
        if vendor is not None and vendor not in vendors:
            yield f"{role} {vendor!r} is no vendor of the database"
