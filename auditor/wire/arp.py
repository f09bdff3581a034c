"""ARP over Ethernet: the question for a hardware address, and any ARP frame read.

Every IPv4 host speaks it. Source: RFC 826.
"""

import struct
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import mac as hardware

REQUEST: Final = 1
REPLY: Final = 2

_ETHERTYPE: Final = 0x0806
_VLAN_TAGS: Final = frozenset({0x8100, 0x88A8})
_BODY: Final = struct.Struct("!HHBBH6s4s6s4s")
_FIXED: Final = (1, 0x0800, 6, 4)
"""Ethernet, IPv4 and their address lengths."""
_LEAST: Final = 60
"""Shortest Ethernet frame without its checksum; shorter ones are padded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arp:
    """One ARP message.

    Attributes:
        operation: 1 request, 2 reply.
        sender_mac: whose address is told, colon form.
        sender_ip: IPv4 text; ``0.0.0.0`` in a probe.
        target_mac: colon form; all zero in a request.
        target_ip: IPv4 text.
        source_mac: the sender of the frame itself; differs from sender_mac under proxies.
    """

    operation: int
    sender_mac: str
    sender_ip: str
    target_mac: str
    target_ip: str
    source_mac: str


def _octets(mac: str) -> bytes:
    text = hardware.normal(mac)
    if text is None:
        raise Malformed(f"not a MAC address: {mac[:40]!r}")
    return bytes.fromhex(text.replace(":", ""))


def _packed(ip: str) -> bytes:
    try:
        return IPv4Address(ip).packed
    except AddressValueError as why:
        raise Malformed(f"not an IPv4 address: {ip[:40]!r}") from why


def request(source_mac: str, source_ip: str, target_ip: str) -> bytes:
    """The Ethernet frame that asks who has ``target_ip``, sent to all.

    Raises:
        Malformed: an address is none.
    """
    source = _octets(source_mac)
    body = _BODY.pack(*_FIXED, REQUEST, source, _packed(source_ip), bytes(6), _packed(target_ip))
    frame = b"\xff" * 6 + source + struct.pack("!H", _ETHERTYPE) + body
    return frame.ljust(_LEAST, b"\0")


def decode(frame: bytes) -> Arp:
    """Decode an Ethernet frame that carries ARP for IPv4, VLAN tags allowed.

    Raises:
        Malformed: anything else.
    """
    at = 12
    kind = int.from_bytes(frame[at : at + 2])
    for _ in range(2):
        if kind in _VLAN_TAGS:
            at += 4
            kind = int.from_bytes(frame[at : at + 2])
    at += 2
    if kind != _ETHERTYPE or len(frame) < at + _BODY.size:
        raise Malformed("no ARP frame")
    *fixed, operation, sender_mac, sender_ip, target_mac, target_ip = _BODY.unpack_from(frame, at)
    if tuple(fixed) != _FIXED:
        raise Malformed("ARP for something else than IPv4 over Ethernet")
    return Arp(
        operation=operation,
        sender_mac=sender_mac.hex(":"),
        sender_ip=str(IPv4Address(sender_ip)),
        target_mac=target_mac.hex(":"),
        target_ip=str(IPv4Address(target_ip)),
        source_mac=frame[6:12].hex(":"),
    )
