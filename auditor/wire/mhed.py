"""MHED, TVT's search protocol (UDP 23456): fixed little-endian records, no credentials.

TVT cameras and recorders speak it, and devices sold under other labels on the same hardware; the
question goes to one group, answers come to another. Source: the record layout in TVT's public
SDK header (search record, versions 1.3 and 1.4) and published captures. Only command 1, the
search, is ever built here; commands from 3 on write settings.
"""

import struct
from ipaddress import IPv4Address
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import mac
from auditor.wire._text import cstring

GROUP: Final = "234.55.55.55"
"""Where the question goes."""
ANSWER_GROUP: Final = "234.55.55.56"
"""Where the answers come."""
PORT: Final = 23456

_MAGIC: Final = b"MHED"
_HEAD: Final = struct.Struct("<4sII")
_VERSION: Final = 0x00010008
_SEARCH: Final = 1
_ANSWER: Final = 2
_LENGTH: Final = 140
_RECORD: Final = struct.Struct("<12x20s6sH4s4s4sIIHHIIIII28x4s4s")
_OLD_TEXTS: Final = ((140, 24, "product"), (164, 24, "customer"))
_NEW_TEXTS: Final = ((140, 16, "serial"), (156, 16, "software"))
"""From version 8 of the record on, the room of the two older texts holds these."""
_LONG_TEXTS: Final = ((196, 16, "model"), (212, 16, "manufacturer"))
_LONG: Final = 228
"""Length from which a record has the longer texts."""


def search() -> bytes:
    """The search question, 140 bytes."""
    return _HEAD.pack(_MAGIC, _VERSION, _SEARCH).ljust(_LENGTH, b"\0")


def _dotted(number: int) -> str:
    return ".".join(str(octet) for octet in number.to_bytes(4))


def _ip(octets: bytes) -> str:
    return str(IPv4Address(octets)) if any(octets) else ""


def _texts(data: bytes, version: int) -> dict[str, str]:
    if len(data) < _LONG:
        return {}
    layout = _NEW_TEXTS if version >= _VERSION else _OLD_TEXTS
    return {name: cstring(data[at : at + size]) for at, size, name in layout + _LONG_TEXTS}


def _numbers(data: bytes) -> dict[str, str]:
    name, octets, port, ip, mask, gateway, *numbers, dns1, dns2 = _RECORD.unpack_from(data)
    firmware, build, http_port, rtsp_port, kind, product, kernel, _video, hardware = numbers
    return {
        "name": cstring(name),
        "mac": mac.from_bytes(octets) or "",
        "data_port": str(port),
        "ip": _ip(ip),
        "mask": _ip(mask),
        "gateway": _ip(gateway),
        "firmware": _dotted(firmware),
        "build_date": str(build),
        "http_port": str(http_port),
        "rtsp_port": str(rtsp_port),
        "device_type": str(kind),
        "product_type": str(product),
        "kernel": _dotted(kernel),
        "hardware_version": str(hardware),
        "dns1": _ip(dns1),
        "dns2": _ip(dns2),
    }


def decode(data: bytes) -> dict[str, str]:
    """Decode a search answer.

    Returns:
        ``name mac data_port ip mask gateway firmware build_date http_port rtsp_port
        device_type product_type kernel hardware_version dns1 dns2``, and from longer records
        ``model`` and ``manufacturer`` (the label's, as the maker filled it in) with
        ``serial`` and ``software``, or in older versions ``product`` and ``customer``. Empty
        and zero fields are left out, except ``device_type``, whose numbering differs
        between versions.

    Raises:
        Malformed: anything else than a search answer.
    """
    if len(data) < _LENGTH or data[:4] != _MAGIC:
        raise Malformed("no MHED record")
    _, version, command = _HEAD.unpack_from(data)
    if command != _ANSWER:
        raise Malformed(f"MHED command {command} is no search answer")
    fields = _numbers(data) | _texts(data, version)
    return {
        name: text
        for name, text in fields.items()
        if text not in {"", "0"} or name == "device_type"
    }


def value(data: bytes) -> str:
    """The datagram as an observation's value: lower-case hex.

    Raises:
        Malformed: anything else than a search answer.
    """
    decode(data)
    return data.hex()
