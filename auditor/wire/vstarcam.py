"""The search of VStarcam's cameras (UDP 8600): a fixed record, no credentials.

It begins with the letters DH, and has nothing to do with Dahua. Source: one open implementation
(UniversalScanner), so a decoded field is no proof by itself.
"""

from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import mac
from auditor.wire._record import filled, sized
from auditor.wire._text import cstring

PORT: Final = 8600

_QUESTION: Final = bytes.fromhex("44480101")
_ANSWER: Final = bytes.fromhex("44480108")
_LEAST: Final = 0xEC
_FIELDS: Final = (
    (0x04, 16, "ip"),
    (0x14, 16, "mask"),
    (0x24, 16, "gateway"),
    (0x34, 16, "dns1"),
    (0x44, 16, "dns2"),
    (0x5C, 32, "serial"),
    (0x7C, 32, "name"),
    (0xCC, 32, "firmware"),
)


def search() -> bytes:
    """The search question, 4 bytes."""
    return _QUESTION


def decode(data: bytes) -> dict[str, str]:
    """Decode an answer.

    Returns:
        ``mac serial name firmware ip mask gateway dns1 dns2`` as far as the device gives them.

    Raises:
        Malformed: anything else than an answer with a hardware address.
    """
    sized(data, _LEAST, "VStarcam's search")
    station = mac.from_bytes(data[0x54:0x5A])
    if data[:4] != _ANSWER or station is None:
        raise Malformed("no answer of VStarcam's search")
    texts = {name: cstring(data[at : at + size]) for at, size, name in _FIELDS}
    return filled({"mac": station} | texts)


def value(data: bytes) -> str:
    """The datagram as an observation's value: lower-case hex.

    Raises:
        Malformed: anything else than an answer.
    """
    decode(data)
    return data.hex()
