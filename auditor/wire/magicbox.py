"""The ``key=value`` replies of ``magicBox.cgi`` and ``configManager.cgi`` (Dahua family).

Source: published captures of system information, software version, ``Network`` and
``RemoteDevice`` tables. The ``RemoteDevice`` table of a recorder also holds the user name and the
password of every camera; they are passed over where the lines are read, so that no later step
can meet them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import channels
from auditor.wire._secrets import is_secret
from auditor.wire._text import lenient
from auditor.wire.channels import Channel, Listing
from auditor.wire.mac import normal

_INTERFACES: Final = 16
_LINES: Final = 20_000
_CAP: Final = 1 << 20
_VALUE_CAP: Final = 256
_KEY: Final = re.compile(r"[A-Za-z][\w.:\[\]-]{0,200}")
_LINE_CAP: Final = 1024
_REMOTE: Final = re.compile(
    r"table\.RemoteDevice(?:\.uuid:(?P<uuid>[\w-]{1,64})|\[(?P<slot>\d{1,5})\])\.(?P<key>\w{1,40})"
)
_MAC_KEY: Final = re.compile(r"table\.Network\.(?:\w{1,16})\.PhysicalAddress")
_URL_WITH_USER: Final = re.compile(r"://[^/\s]{0,500}@")
_TAIL: Final = re.compile(r"_(\d{1,5})$")
_INFO: Final = frozenset(
    {"deviceType", "serialNumber", "updateSerial", "updateSerialCloudUpgrade", "hardwareVersion"}
    | {"processor", "version", "BuildDate", "vendor", "type", "sn", "name", "class"}
)
_KEYS: Final = {
    "Address": "address",
    "Port": "port",
    "ProtocolType": "protocol",
    "Vendor": "brand",
    "DeviceType": "model",
    "SerialNo": "serial",
    "Version": "firmware",
    "Mac": "mac",
    "Name": "name",
}
_NO_BRANDS: Final = frozenset({"onvif", "private", "general", "custom", "default", "rtsp"})
"""What stands for a protocol in the field that should name the maker."""


def pairs(data: bytes) -> dict[str, str]:
    """The lines of a reply by key; the first of a key counts. Secrets are never read.

    Raises:
        Malformed: no line of the form ``key=value`` (an error page, HTML).
    """
    found = dict(_lines(data))
    if not found:
        raise Malformed("no key=value lines")
    return found


def info(*replies: Mapping[str, str]) -> str:
    """What several replies tell of the device itself, as one JSON object.

    Args:
        replies: as :func:`pairs` gives them; the first that names a key counts.
    """
    found: dict[str, str] = {}
    for reply in replies:
        for key, text in reply.items():
            if key in _INFO and text:
                found.setdefault(key, text)
    return json.dumps(found, ensure_ascii=False)


def network(table: Mapping[str, str]) -> str | None:
    """The MACs of the interfaces in a ``Network`` table, as JSON text; None where it names none.

    Returns:
        ``{"interfaces": [{"MACAddress"}, …]}``.
    """
    found = [normal(text) for key, text in table.items() if _MAC_KEY.fullmatch(key)]
    macs = tuple(dict.fromkeys(mac for mac in found if mac is not None))[:_INTERFACES]
    return json.dumps({"interfaces": [{"MACAddress": mac} for mac in macs]}) if macs else None


def remote_devices(data: bytes) -> Listing:
    """The cameras that a recorder has registered. Their user names and passwords are not read.

    Slots are counted from 0 in the table and from 1 as channels. A slot without an address and
    without a serial number is empty and left out; one that is switched off is kept as such.

    Raises:
        Malformed: no ``RemoteDevice`` table.
    """
    slots: dict[str, dict[str, str]] = {}
    for key, text in _lines(data):
        found = _REMOTE.match(key)
        if found and found.end() == len(key):
            slots.setdefault(found["uuid"] or found["slot"], {}).setdefault(found["key"], text)
    if not slots:
        raise Malformed("no table of remote devices")
    numbers = _numbers(tuple(slots))
    made = (_channel(numbers[name], slot) for name, slot in slots.items())
    return channels.listing(one for one in made if one is not None)


def _numbers(names: tuple[str, ...]) -> dict[str, int]:
    """The channel of each slot: from its name where that ends in a number, else the next free."""
    known: dict[str, int] = {}
    for name in names:
        tail = _TAIL.search(name)
        if name.isdecimal() or tail:
            known[name] = int(tail[1] if tail else name) + 1
    for name in names:
        if name not in known:
            known[name] = channels.first_free(tuple(known.values()))
    return known


def _channel(number: int, slot: Mapping[str, str]) -> Channel | None:
    texts = {_KEYS[key]: text for key, text in slot.items() if key in _KEYS}
    if texts.get("brand", "").lower() in _NO_BRANDS:
        texts.setdefault("protocol", texts["brand"])
        del texts["brand"]
    if texts.get("name") == texts.get("serial"):
        texts.pop("name", None)
    made = channels.make(number, texts)
    if made.address is None and made.serial is None:
        return None
    return replace(made, enabled=slot.get("Enable", "true").lower() != "false")


def _lines(data: bytes) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for line in lenient(data[:_CAP]).splitlines()[:_LINES]:
        key, sign, text = line[:_LINE_CAP].partition("=")
        key = key.strip()
        if not sign or key in seen or not _KEY.fullmatch(key) or is_secret(_last(key)):
            continue
        seen.add(key)
        if not _URL_WITH_USER.search(text):
            yield key, text.strip()[:_VALUE_CAP]


def _last(key: str) -> str:
    return key.rpartition(".")[2]
