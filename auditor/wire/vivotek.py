"""The search of Vivotek's cameras (UDP 10000): type, length and value, no credentials.

Source: one open implementation (UniversalScanner), so a decoded field is no proof by itself. The
same port serves another maker's search, which begins differently.
"""

from collections.abc import Callable, Iterator
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import mac
from auditor.wire._record import filled, ip, sized
from auditor.wire._text import cstring

PORT: Final = 10000

_MAGIC: Final = bytes.fromhex("4a5d8f1c")
_HEAD: Final = 5
_BARE: Final = 0x04
"""The one type that is followed by a single byte, without a length."""
_RECORDS_CAP: Final = 200


def search(session: int = 1) -> bytes:
    """The search question, 5 bytes.

    Args:
        session: a number of 8 bits; echoed by the answer.
    """
    return bytes([session & 0xFF]) + _MAGIC


def _port(octets: bytes) -> str:
    return str(int.from_bytes(octets)) if len(octets) == 2 else ""  # noqa: PLR2004 - 16 bits


_FIELDS: Final[dict[int, tuple[str, Callable[[bytes], str]]]] = {
    0x01: ("name", cstring),
    0x02: ("mac", lambda octets: mac.from_bytes(octets) or ""),
    0x03: ("ip", ip),
    0x06: ("port", _port),
    0x08: ("language", cstring),
    0x09: ("model", cstring),
}


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEAD
    for _ in range(_RECORDS_CAP):
        if at + 2 > len(data):
            return
        kind, size = data[at], data[at + 1]
        at += 2
        if kind == _BARE:
            continue
        if at + size > len(data):
            return
        yield kind, data[at : at + size]
        at += size


def decode(data: bytes) -> dict[str, str]:
    """Decode an answer.

    Returns:
        ``mac ip model name port language`` as far as the device gives them; ``model`` is the
        short name, ``name`` the long one.

    Raises:
        Malformed: anything else than an answer with a hardware address.
    """
    sized(data, _HEAD + 2, "Vivotek's search")
    if data[1:_HEAD] != _MAGIC:
        raise Malformed("no answer of Vivotek's search")
    found: dict[str, str] = {}
    for kind, octets in _records(data):
        if kind in _FIELDS:
            name, read = _FIELDS[kind]
            found.setdefault(name, read(octets))
    if not found.get("mac"):
        raise Malformed("an answer of Vivotek's search without a hardware address")
    return filled(found)


def value(data: bytes) -> str:
    """The datagram as an observation's value: lower-case hex.

    Raises:
        Malformed: anything else than an answer.
    """
    decode(data)
    return data.hex()
