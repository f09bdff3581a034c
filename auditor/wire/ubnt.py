"""Ubiquiti's discovery protocol (UDP 10001): type-length-value records, no credentials.

UniFi cameras, access points and switches speak it. Source: open implementations of the protocol
(the unifi-discovery package) and published captures.
"""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import mac
from auditor.wire._text import cstring

GROUP: Final = "233.89.188.1"
PORT: Final = 10001

_VERSIONS: Final = frozenset({0, 1, 2})
_ANSWERS: Final = frozenset({0, 6, 9})
_HEAD: Final = 4
_RECORDS_CAP: Final = 200


def search(version: int = 1) -> bytes:
    """The search question.

    Args:
        version: 1 or 2 of the protocol; devices differ in which they answer.

    Raises:
        Malformed: another version.
    """
    if version not in {1, 2}:
        raise Malformed(f"no version {version} of the protocol")
    return bytes.fromhex("01000000" if version == 1 else "02080000")


def _number(octets: bytes) -> str:
    return str(int.from_bytes(octets[:8]))


def _mac(octets: bytes) -> str:
    return mac.from_bytes(octets) or ""


def _ip(octets: bytes) -> str:
    return str(IPv4Address(octets[6:10])) if len(octets) == 10 else ""  # noqa: PLR2004 - MAC, IPv4


_FIELDS: Final[dict[int, tuple[tuple[str, Callable[[bytes], str]], ...]]] = {
    0x01: (("mac", _mac),),
    0x02: (("mac", lambda octets: _mac(octets[:6])), ("ip", _ip)),
    0x03: (("firmware", cstring),),
    0x0A: (("uptime", _number),),
    0x0B: (("hostname", cstring),),
    0x0C: (("platform", cstring),),
    0x12: (("counter", _number),),
    0x13: (("mac", _mac),),
    0x14: (("model", cstring),),
    0x15: (("model_short", cstring),),
    0x16: (("version", cstring),),
    0x1B: (("hardware_version", cstring),),
}


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEAD
    for _ in range(_RECORDS_CAP):
        if at + 3 > len(data):
            return
        size = int.from_bytes(data[at + 1 : at + 3])
        if at + 3 + size > len(data):
            return
        yield data[at], data[at + 3 : at + 3 + size]
        at += 3 + size


def decode(data: bytes) -> dict[str, str]:
    """Decode an answer.

    Returns:
        ``mac ip firmware uptime hostname platform counter model model_short version
        hardware_version`` as far as the device gives them; the first of each counts.

    Raises:
        Malformed: anything else than an answer with at least one known record.
    """
    if len(data) < _HEAD or data[0] not in _VERSIONS or data[1] not in _ANSWERS:
        raise Malformed("no answer of Ubiquiti's discovery")
    found: dict[str, str] = {}
    for kind, octets in _records(data):
        for name, read in _FIELDS.get(kind, ()):
            if text := read(octets):
                found.setdefault(name, text)
    if not found:
        raise Malformed("an answer of Ubiquiti's discovery without any record")
    return found


def value(data: bytes) -> str:
    """The datagram as an observation's value: lower-case hex.

    Raises:
        Malformed: anything else than an answer.
    """
    decode(data)
    return data.hex()
