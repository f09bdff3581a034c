"""What the standard formats share: stable ids, points in time, devices in one flat list.

OSCAL, OCSF and CycloneDX want what the scan document does not hold in their shape: UUIDs, times of
one type, addresses that are addresses. Everything here is a pure function of the document, so that
the same scan gives the same bytes.
"""

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from auditor.model.document import Asset, Coverage, LawNote, MethodState, Scan
from auditor.model.judgement import Attribution
from auditor.model.words import Grade, Role, grade_rank
from auditor.report.words import tame

Json = dict[str, object]
"""A JSON object under construction."""

OURS: Final = "urn:camera-auditor"
"""Namespace of properties that no standard defines."""

ROLE_WORDS: Final = {
    Role.MAKER: "maker",
    Role.BRAND: "label",
    Role.PLATFORM: "maker of the firmware",
    Role.CHIP: "maker of the chip",
}

_SPACE: Final = uuid5(NAMESPACE_URL, OURS)
_MAC: Final = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One asset or child, with what the standard formats need to point at it.

    Attributes:
        asset: the device.
        key: unique in the document: the asset's id, numbered where a document repeats it.
        parent: key of the recorder that it stands behind, if any.
    """

    asset: Asset
    key: str
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Start and end of the scan, always in order."""

    start: datetime
    end: datetime


def identifier(*parts: str) -> str:
    """A UUID (version 5) that the parts alone decide."""
    return str(uuid5(_SPACE, json.dumps(parts)))


def subject(scan: Scan, device: Device) -> str:
    """The UUID of a device, the same in every scan of one site.

    Ids from addresses repeat between sites, so the site's name is part of it.
    """
    return identifier("device", scan.scan.site or "", device.key)


def devices(scan: Scan) -> tuple[Device, ...]:
    """Every asset and every child behind it, parents first."""
    found: list[Device] = []
    keys: set[str] = set()
    counts: dict[str, int] = {}
    waiting: list[tuple[Asset, str | None]] = [(asset, None) for asset in reversed(scan.assets)]
    while waiting:
        asset, parent = waiting.pop()
        key = asset.id
        while key in keys:  # a forged or merged document may repeat an id
            counts[asset.id] = counts.get(asset.id, 1) + 1
            key = f"{asset.id} ({counts[asset.id]})"
        keys.add(key)
        found.append(Device(asset=asset, key=key, parent=parent))
        waiting += [(child, key) for child in reversed(asset.children)]
    return tuple(found)


def instant(text: str | None) -> datetime | None:
    """A point in time of the document in UTC; None where the text is not one."""
    if not text or not text.isascii():
        return None
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def span(scan: Scan) -> Span:
    """When the scan ran. A document without readable times is put at the start of 1970."""
    started, finished = instant(scan.scan.started), instant(scan.scan.finished)
    start = started or finished or _EPOCH
    return Span(start=start, end=max(start, finished or start))


def seen(asset: Asset, within: Span) -> Span:
    """When the device was first and last heard; the scan's times where it says nothing."""
    heard = [at for at in (instant(item.at) for item in asset.observations) if at is not None]
    return Span(start=min(heard), end=max(heard)) if heard else within


def rfc3339(at: datetime) -> str:
    """UTC time with ``Z``, to the millisecond if there is a part of a second."""
    unit = "milliseconds" if at.microsecond else "seconds"
    return at.isoformat(timespec=unit).replace("+00:00", "Z")


def address(text: str | None) -> str | None:
    """The text if it is an IPv4 or IPv6 address (a redacted one is not)."""
    if text is None or "%" in text:
        return None
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def hardware_address(text: str | None) -> str | None:
    """The text if it is a 48-bit MAC in colon or dash form."""
    return text if text is not None and _MAC.fullmatch(text) else None


def line(text: str | None, most: int = 400) -> str | None:
    """Text as one trimmed line without control characters; None if nothing is left."""
    return (tame(text, most).strip() or None) if text else None


def named(asset: Asset, role: Role) -> Attribution | None:
    """The one vendor that stands for a role at ``probable`` or better.

    None where there is none, and where two vendors stand against each other: a standard's single
    field must not pick a side that the scan did not pick.
    """
    strong = [
        item
        for item in asset.attributions
        if item.role is role and grade_rank(item.grade) >= grade_rank(Grade.PROBABLE)
    ]
    return strong[0] if len({item.vendor for item in strong}) == 1 else None


def law(scan: Scan) -> dict[str, LawNote]:
    """The notes on the rules that were asked, by id."""
    return {note.id: note for note in scan.law}


def regimes(scan: Scan) -> tuple[str, ...]:
    """Ids of the rules that were asked or answered, in the order of the document."""
    told = [note.id for note in scan.law]
    told += [verdict.regime for item in devices(scan) for verdict in item.asset.verdicts]
    return tuple(dict.fromkeys(told))


def filled(body: Mapping[str, object]) -> Json:
    """The object without members that say nothing: None, empty texts, empty lists and objects."""
    return {name: value for name, value in body.items() if value not in (None, "", [], {}, ())}


def shortfalls(scan: Scan) -> Iterator[str]:
    """What this scan does not show, one line each: the standards have no field for it."""
    header, cover = scan.scan, scan.coverage
    if not header.complete:
        yield f"The scan is incomplete: {'; '.join(header.incomplete_because) or 'no reason given'}"
    for item in cover.not_assessed:
        yield f"{item.address} answered and was not assessed: {item.why}"
    yield from _methods(cover.methods)
    yield from _addresses(cover)
    yield from cover.notes
    stale = [note.id for note in scan.law if note.stale]
    if stale:
        yield f"Law data due for review: {', '.join(stale)}"
    if header.redacted:
        yield f"Redacted for sharing: {', '.join(header.redacted)}"


def _methods(methods: tuple[MethodState, ...]) -> Iterator[str]:
    for item in methods:
        if item.state != "ok":
            where = f" on {item.interface}" if item.interface else ""
            why = f": {item.why}" if item.why else ""
            yield f"Discovery by {item.method}{where} was {item.state}{why}"


def _addresses(cover: Coverage) -> Iterator[str]:
    ledger = cover.ledger
    if ledger.not_scanned:
        why = ledger.not_scanned_why or "no reason given"
        yield f"Not scanned: {', '.join(ledger.not_scanned)} ({why})"
    if ledger.out_of_time:
        yield f"Out of time: {', '.join(ledger.out_of_time)}"
    if cover.out_of_scope:
        yield f"Devices outside the scope that answered, not judged: {len(cover.out_of_scope)}"
    if cover.missing_from_baseline:
        yield f"In the baseline and not seen: {', '.join(cover.missing_from_baseline)}"


def pretty(body: object) -> bytes:
    """Indented UTF-8 JSON that ends in a newline."""
    return msgspec.json.format(msgspec.json.encode(body), indent=1) + b"\n"
