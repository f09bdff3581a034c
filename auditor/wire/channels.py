"""The channels of a recorder in one form, whichever family it is of.

A recorder's list is rebuilt from the fields below and nothing else: what recorders store of the
cameras' user names and passwords has no place to go.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from ipaddress import ip_address
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import _json
from auditor.wire._text import squeeze
from auditor.wire.mac import normal

MOST: Final = 256
"""Most channels that are kept; the largest recorders have 256."""
_TEXT_CAP: Final = 128
_LAST_PORT: Final = 65_535
_NOWHERE: Final = frozenset({"0.0.0.0", "192.168.0.0", "255.255.255.255", "::"})  # noqa: S104 - replies
"""Addresses that stand for an empty slot."""
_GENERIC_MODELS: Final = frozenset(
    {"ip camera", "ipcamera", "ipc", "camera", "ip dome", "ip-camera", "unknown", "null", "none"}
)
"""Words that name a class of device, not a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel, as the recorder tells it.

    Attributes:
        channel: its number, from 1.
        address: where the recorder reaches the camera, IPv4 or IPv6 text; None where it has none.
        port: the port that the recorder uses there.
        protocol: how the recorder speaks to the camera, such as ``HIKVISION`` or ``ONVIF``.
        brand: the maker or label that the recorder names.
        model: the camera's model.
        serial: the camera's serial number.
        firmware: the camera's firmware version.
        mac: the camera's MAC, colon form; only where the recorder tells it.
        name: the channel's name, as people wrote it.
        online: whether the recorder has the camera now; None where it does not say.
        enabled: False for a slot that is switched off or no longer in use.
    """

    channel: int
    address: str | None = None
    port: int | None = None
    protocol: str | None = None
    brand: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    mac: str | None = None
    name: str | None = None
    online: bool | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a recorder told of its channels.

    Attributes:
        channels: in order of their number, each number once.
        cut: the list was longer than what was kept.
        why: why the list could not be had, in our words; None when it was.
    """

    channels: tuple[Channel, ...] = ()
    cut: bool = False
    why: str | None = None


_NAMES: Final = tuple(one.name for one in fields(Channel))
_TEXTS: Final = ("protocol", "brand", "model", "serial", "firmware", "name")


def make(number: int, found: Mapping[str, str], *, online: bool | None = None) -> Channel:
    """A channel from the texts of a reply: trimmed, capped, placeholders taken out.

    Args:
        number: the channel's number.
        found: texts by the names of :class:`Channel`; others are not looked at.
        online: whether the recorder has the camera now.
    """
    model = _text(found.get("model"))
    if model is not None and model.lower() in _GENERIC_MODELS:
        model = None
    return Channel(
        channel=number,
        address=_address(found.get("address")),
        port=_port(found.get("port")),
        protocol=_text(found.get("protocol")),
        brand=_text(found.get("brand")),
        model=model,
        serial=_text(found.get("serial")),
        firmware=_text(found.get("firmware")),
        mac=normal(found.get("mac", "")),
        name=_text(found.get("name")),
        online=online,
    )


def listing(found: Iterable[Channel]) -> Listing:
    """The channels in order, each number once, no more than :data:`MOST`."""
    by_number: dict[int, Channel] = {}
    for one in found:
        by_number.setdefault(one.channel, one)
    ordered = [by_number[number] for number in sorted(by_number)]
    return Listing(channels=tuple(ordered[:MOST]), cut=len(ordered) > MOST)


def value(found: Listing) -> str:
    """The listing as JSON text, an observation's value."""
    body: dict[str, object] = {"channels": [as_json(one) for one in found.channels]}
    if found.cut:
        body["cut"] = True
    if found.why:
        body["why"] = found.why[:_TEXT_CAP]
    return json.dumps(body, ensure_ascii=False)


def as_json(one: Channel) -> dict[str, object]:
    """What is known of a channel, by name."""
    known = {name: getattr(one, name) for name in _NAMES}
    if one.enabled:
        del known["enabled"]
    return {name: item for name, item in known.items() if item is not None}


def decode(text: str) -> Listing:
    """Read a listing back from its JSON text.

    Raises:
        Malformed: no listing.
    """
    body = _json.loads(text)
    if not isinstance(body, dict) or not isinstance(body.get("channels"), list):
        raise Malformed("no list of channels")
    found = [_channel(one) for one in body["channels"][: MOST + 1]]
    why = body.get("why")
    made = listing(found)
    return Listing(
        channels=made.channels,
        cut=made.cut or body.get("cut") is True,
        why=_text(why) if isinstance(why, str) else None,
    )


def _channel(item: object) -> Channel:
    number = item.get("channel") if isinstance(item, dict) else None
    if not isinstance(item, dict) or isinstance(number, bool) or not isinstance(number, int):
        raise Malformed("a channel without a number")
    texts = {name: str(item[name]) for name in (*_TEXTS, "address", "mac", "port") if name in item}
    online = item.get("online")
    made = make(number, texts, online=online if isinstance(online, bool) else None)
    return replace(made, enabled=item.get("enabled") is not False)


def number_of(text: str | None) -> int | None:
    """A channel number in a reply; None when it is none."""
    if text is None or not (text := text.strip()).isdecimal() or len(text) > len(str(_LAST_PORT)):
        return None
    return int(text)


def first_free(taken: Sequence[int]) -> int:
    """The number after the highest."""
    return max(taken, default=0) + 1


def _text(found: str | None) -> str | None:
    clean = squeeze(found or "")[:_TEXT_CAP]
    return clean or None


def _address(found: str | None) -> str | None:
    try:
        text = str(ip_address((found or "").strip()))
    except ValueError:
        return None
    return None if text in _NOWHERE else text


def _port(found: str | None) -> int | None:
    number = number_of(found)
    return number if number is not None and 0 < number <= _LAST_PORT else None
