"""NetIP search, Xiongmai's discovery protocol (UDP 34569): a 20-byte header and a JSON body.

Xiongmai cameras and recorders speak it, under many labels. Source: the open python-dvr project's
description of the protocol and published captures. Only the search is ever built here.
"""

import re
import struct
from ipaddress import IPv4Address
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import _json

PORT: Final = 34569

_HEADER: Final = struct.Struct("<BBHIIHHI")
"""0xff, version, zero, session, sequence, zero, message, body length."""
_MAGIC: Final = 0xFF
_SEARCH: Final = 1530
_ANSWER: Final = 1531
_HEX_ADDRESS: Final = re.compile(r"0x([0-9A-Fa-f]{8})")


def search() -> bytes:
    """The search question, 20 bytes."""
    return _HEADER.pack(_MAGIC, 0, 0, 0, 0, 0, _SEARCH, 0)


def address(text: str) -> str | None:
    """An IPv4 address as the protocol writes it, ``0x0A01A8C0`` for 192.168.1.10.

    Returns:
        Dotted text; None for anything else.
    """
    found = _HEX_ADDRESS.fullmatch(text)
    return str(IPv4Address(bytes.fromhex(found[1])[::-1])) if found else None


def _body(data: bytes) -> tuple[str, dict[str, object]]:
    if len(data) <= _HEADER.size:
        raise Malformed("no NetIP answer")
    magic, *_, message, _length = _HEADER.unpack_from(data)
    if magic != _MAGIC or message != _ANSWER:
        raise Malformed("no NetIP answer")
    return _json.mapping(data[_HEADER.size :])


def decode(data: bytes) -> dict[str, str]:
    """Decode a search answer. A body length that disagrees with the datagram is not believed.

    Returns:
        Last key name → first leaf of that name, as the device writes them (``MAC HostName
        HostIP HttpPort TCPPort SN`` …); addresses stay in hex, see :func:`address`.

    Raises:
        Malformed: anything else than a search answer with a JSON object.
    """
    return _json.first_leaves(_body(data)[1])


def value(data: bytes) -> str:
    """The answer's JSON text, an observation's value.

    Raises:
        Malformed: anything else than a search answer with a JSON object.
    """
    return _body(data)[0]
