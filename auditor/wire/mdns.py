"""Multicast DNS and DNS-SD (UDP 5353): which services a host announces, and their TXT records.

Sources: RFC 6762 and RFC 6763. Only questions are ever built here. They are meant for a port other
than 5353, so that answers come to the asker alone (RFC 6762, section 6.7).
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire._text import lenient

GROUP: Final = "224.0.0.251"
PORT: Final = 5353
ALL: Final = "_services._dns-sd._udp.local"
"""Asks which types of service there are."""
TYPES: Final = (
    "_axis-video._tcp.local",
    "_axis-nvr._tcp.local",
    "_psia._tcp.local",
    "_CGI._tcp.local",
    "_rtsp._tcp.local",
    "_http._tcp.local",
    "_arec._tcp.local",
    "_onvif._tcp.local",
)
"""The service types under which cameras are known or said to announce themselves."""

_HEADER: Final = struct.Struct("!6H")
_RECORD: Final = struct.Struct("!HHIH")
_A, _PTR, _TXT, _AAAA, _SRV, _IN = 1, 12, 16, 28, 33, 1
_ANSWER: Final = 0x8000
_OPCODE: Final = 0x7800
_POINTER: Final = 0xC0
_LABEL_MAX: Final = 63
_NAME_MAX: Final = 255
_JUMPS_MAX: Final = 16
_RECORDS_CAP: Final = 128
_QUESTIONS_CAP: Final = 32
_KEPT: Final = 32
_TEXTS_KEPT: Final = 8
_SRV_HEAD: Final = 6
_ADDRESS_SIZES: Final = {_A: 4, _AAAA: 16}

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One message of answers.

    Attributes:
        services: service types and instances, such as ``_rtsp._tcp.local`` and
            ``Front door._rtsp._tcp.local``, in order, each once.
        texts: the TXT records that hold anything, as pairs of key and value.
        hosts: host names that services point to, without ``.local``.
        addresses: the addresses that the message gives for them.
    """

    services: tuple[str, ...]
    texts: tuple[Pairs, ...]
    hosts: tuple[str, ...]
    addresses: frozenset[str]


def query(names: Sequence[str]) -> bytes:
    """One query for the PTR records of some names.

    Args:
        names: such as ``_rtsp._tcp.local``.

    Raises:
        Malformed: a label is empty or too long, or there are too many names.
    """
    if not 0 < len(names) <= _QUESTIONS_CAP:
        raise Malformed(f"{len(names)} questions in one query")
    asked = b"".join(_packed(name) + struct.pack("!HH", _PTR, _IN) for name in names)
    return _HEADER.pack(0, 0, len(names), 0, 0, 0) + asked


def _packed(name: str) -> bytes:
    made = b""
    for label in name.rstrip(".").split("."):
        octets = label.encode()
        if not 0 < len(octets) <= _LABEL_MAX:
            raise Malformed(f"no name: {name[:80]!r}")
        made += bytes([len(octets)]) + octets
    return made + b"\0"


def _name(data: bytes, at: int) -> tuple[str, int]:
    """A name, and where what follows it begins.

    Pointers may only lead back, and only so often, so that no message can make this run long.
    """
    labels: list[str] = []
    after: int | None = None
    size = jumps = 0
    while True:
        if at >= len(data):
            raise Malformed("a name runs over the end")
        length = data[at]
        if length == 0:
            return ".".join(labels), at + 1 if after is None else after
        if length & _POINTER == _POINTER:
            target = int.from_bytes(data[at : at + 2]) & 0x3FFF
            jumps += 1
            if target >= at or jumps > _JUMPS_MAX:
                raise Malformed("a name points forward, or too often")
            after = at + 2 if after is None else after
            at = target
            continue
        size += length + 1
        if length > _LABEL_MAX or size > _NAME_MAX:
            raise Malformed("a name is too long")
        labels.append(lenient(data[at + 1 : at + 1 + length]))
        at += 1 + length


def _records(data: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Name, type, and where the content of each record begins and ends; those that are whole."""
    _, _, questions, *counts = _HEADER.unpack_from(data)
    at = _HEADER.size
    for _ in range(min(questions, _QUESTIONS_CAP)):
        at = _name(data, at)[1] + 4
    for _ in range(min(sum(counts), _RECORDS_CAP)):
        if at >= len(data):
            return
        name, at = _name(data, at)
        if at + _RECORD.size > len(data):
            return
        kind, _, _, size = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        if at + size > len(data):
            return
        yield name, kind, at, at + size
        at += size


def _pairs(octets: bytes) -> Pairs:
    """Key and value of each string of a TXT record; a key alone has an empty value."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(octets) and len(found) < _KEPT:
        text = lenient(octets[at + 1 : at + 1 + octets[at]])
        key, _, value = text.partition("=")
        if key:
            found.append((key, value))
        at += 1 + octets[at]
    return tuple(found)


def _address(kind: int, octets: bytes) -> str | None:
    if len(octets) != _ADDRESS_SIZES[kind]:
        return None
    return str(IPv4Address(octets) if kind == _A else IPv6Address(octets))


def _is_service(name: str) -> bool:
    return name.lower().endswith(("._tcp.local", "._udp.local"))


@dataclass(slots=True)
class _Sheet:
    """What the records of a message amount to so far; dicts keep order and drop repeats."""

    services: dict[str, None]
    texts: dict[Pairs, None]
    hosts: dict[str, None]
    addresses: set[str]

    def note(self, data: bytes, name: str, kind: int, span: slice) -> None:
        """Book one record."""
        if kind in _ADDRESS_SIZES:
            address = _address(kind, data[span])
            if address is not None:
                self.addresses.add(address)
        elif kind == _PTR and _is_service(name):
            self._service(_name(data, span.start)[0])
        elif kind == _SRV and _is_service(name) and span.stop - span.start > _SRV_HEAD:
            self._service(name)
            host = _name(data, span.start + _SRV_HEAD)[0]
            self.hosts[host.removesuffix(".local")] = None
        elif kind == _TXT and _is_service(name):
            self._service(name)
            self.texts[_pairs(data[span])] = None

    def _service(self, name: str) -> None:
        if _is_service(name) and name.lower() != ALL:
            self.services[name] = None


def decode(data: bytes) -> Answer:
    """Decode a message of answers. Records behind one that is cut short are not read.

    Raises:
        Malformed: a question, no DNS message, or one that says nothing of a service.
    """
    if len(data) < _HEADER.size:
        raise Malformed("no DNS message")
    flags = _HEADER.unpack_from(data)[1]
    if not flags & _ANSWER or flags & _OPCODE:
        raise Malformed("a DNS question, not an answer")
    sheet = _Sheet(services={}, texts={}, hosts={}, addresses=set())
    for name, kind, start, stop in _records(data):
        sheet.note(data, name, kind, slice(start, stop))
    sheet.texts.pop((), None)
    sheet.hosts.pop("", None)
    if not sheet.services:
        raise Malformed("a DNS answer that names no service")
    return Answer(
        services=tuple(sheet.services)[:_KEPT],
        texts=tuple(sheet.texts)[:_TEXTS_KEPT],
        hosts=tuple(sheet.hosts)[:_TEXTS_KEPT],
        addresses=frozenset(sheet.addresses),
    )
