"""The search of i-PRO's and Panasonic's cameras (UDP 10670, answered to 10669).

A fixed head, then type, length and value; no credentials. Source: one open implementation
(UniversalScanner), so a decoded field is no proof by itself.
"""

from collections.abc import Callable, Iterator
from ipaddress import IPv6Address
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import mac
from auditor.wire._record import filled, ip, sized
from auditor.wire._text import cstring

PORT: Final = 10670
"""Where devices listen."""
ANSWER_PORT: Final = 10669
"""Where they answer."""

_QUESTION: Final = bytes.fromhex(
    "0001 0000 000d 0000 0000 0000"  # head
    "ffff ffff ffff ffff ffff"  # asker's hardware and IPv4 address: all ones for anybody
    "0001 2011 1e11 231f 1e19 1300 0002 0000"
    "0000 0000 0000 0000 0000 ffff 0000"
)
_HEAD: Final = 53
_RECORDS_CAP: Final = 200
_IPV6: Final = 16


def search() -> bytes:
    """The search question, 52 bytes."""
    return _QUESTION


def _ipv6(octets: bytes) -> str:
    return str(IPv6Address(octets)) if len(octets) == _IPV6 and any(octets) else ""


_FIELDS: Final[dict[int, tuple[str, Callable[[bytes], str]]]] = {
    0x20: ("ip", ip),
    0x21: ("mask", ip),
    0x22: ("gateway", ip),
    0x40: ("ipv6", _ipv6),
    0xA7: ("name", cstring),
    0xA8: ("model", cstring),
    0xA9: ("firmware", cstring),
}


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEAD
    for _ in range(_RECORDS_CAP):
        size = int.from_bytes(data[at + 2 : at + 4])
        end = at + 4 + size
        if at + 4 > len(data) or end > len(data):
            return
        yield int.from_bytes(data[at : at + 2]), data[at + 4 : end]
        at = end


def decode(data: bytes) -> dict[str, str]:
    """Decode an answer.

    Returns:
        ``mac ip mask gateway ipv6 name model firmware`` as far as the device gives them; ``name``
        is the full name, ``model`` the short one.

    Raises:
        Malformed: anything else than an answer with a hardware address and a known record.
    """
    sized(data, _HEAD, "i-PRO's search")
    station = mac.from_bytes(data[6:12])
    found: dict[str, str] = {}
    for kind, octets in _records(data):
        if kind in _FIELDS:
            name, read = _FIELDS[kind]
            found.setdefault(name, read(octets))
    found = filled(found)
    if data[:2] != _QUESTION[:2] or station is None or not found:
        raise Malformed("no answer of i-PRO's search")
    return {"mac": station} | found


def value(data: bytes) -> str:
    """The datagram as an observation's value: lower-case hex.

    Raises:
        Malformed: anything else than an answer.
    """
    decode(data)
    return data.hex()
