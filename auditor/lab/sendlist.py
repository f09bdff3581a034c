"""A capture held against the send list: every message that left, and whether it may leave.

The list is the same as in ``docs/explanation/politeness-and-safety.md``. What is said inside TLS
cannot be read from a capture; the devices' own witnesses tell of that.
"""

import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from auditor.lab.capture import Capture
from auditor.lab.witness import Datagram, Request, Witness

CONNECT_ONLY: Final = frozenset(
    {37777, 35000, 34567, 9000, 6036, 9008, 9010, 9020, 8600, 1756, 8000}
)
"""TCP ports of vendors' SDKs: opened and closed, and not one byte is sent. 8000 is among them
unless the device itself names it as its web address."""

QUESTIONS: Final = frozenset(
    {3702, 37020, 37810, 5050, 23456, 34569, 1900, 5353, 20002, 10001, 7701, 1757, 10670, 10000}
    | {2380, 8600, 9}
)
"""UDP ports that may be asked; 9 is the empty datagram that finds hardware addresses."""

PATHS: Final = re.compile(
    r"/|/favicon\.ico|/SDK/activateStatus|/upnpdevicedesc\.xml|/doc/page/login\.asp"
    r"|/ISAPI/System/deviceInfo|/cgi-bin/magicBox\.cgi\?action=getSystemInfo"
)
_PRESENTED: Final = re.compile(r"/[A-Za-z0-9._~/-]{1,200}")
_WSD_PROBE: Final = b"http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe<"
_TLS: Final = b"\x16\x03"
_SECRET: Final = re.compile(
    rb"(?im)^(?:proxy-)?authorization\s*:|^cookie\s*:|usernametoken|<\w*:?password"
    rb"|[?&](?:user|username|usr|pwd|password)=|^USER "
)
_TCP, _UDP, _IGMP, _ICMP, _ICMP6 = 6, 17, 2, 1, 58
_IP4, _IP6, _ARP = 0x0800, 0x86DD, 0x0806
_ETHER, _IP6_HEAD = 14, 40
_HOP_BY_HOP: Final = 0
_NEIGHBOUR: Final = frozenset({133, 135, 136, 143})  # router and neighbour questions, memberships
_ARP_REQUEST: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One TCP connection as it left: where to, and the bytes in order, repeats taken out."""

    address: str
    port: int
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packet:
    """An IP packet that left."""

    proto: int
    address: str
    body: bytes


def flows(capture: Capture) -> tuple[Flow, ...]:
    """Every TCP connection that was tried, in order of its first packet."""
    begun: dict[tuple[str, int, int, int], dict[int, bytes]] = {}
    latest: dict[tuple[str, int, int], tuple[str, int, int, int]] = {}
    for packet in _packets(capture):
        if packet.proto != _TCP or len(packet.body) < 20:  # noqa: PLR2004 - the header
            continue
        source, port, number = struct.unpack_from("!HHI", packet.body)
        name = (packet.address, port, source)
        if packet.body[13] & 0x02:
            latest[name] = (*name, number)
            begun.setdefault(latest[name], {})
        data = packet.body[(packet.body[12] >> 4) * 4 :]
        if data and name in latest:
            offset = (number - latest[name][3] - 1) & 0xFFFFFFFF
            parts = begun[latest[name]]
            parts[offset] = max(parts.get(offset, b""), data, key=len)
    return tuple(
        Flow(address=key[0], port=key[1], payload=_joined(parts)) for key, parts in begun.items()
    )


def _joined(parts: dict[int, bytes]) -> bytes:
    whole = bytearray()
    for offset in sorted(parts):
        if offset <= len(whole):  # else a gap: what the capture missed
            whole[offset : offset + len(parts[offset])] = parts[offset]
    return bytes(whole)


def datagrams(capture: Capture) -> tuple[tuple[str, int, bytes], ...]:
    """Every UDP datagram that left: address, port, payload."""
    return tuple(
        (packet.address, struct.unpack_from("!H", packet.body, 2)[0], packet.body[8:])
        for packet in _packets(capture)
        if packet.proto == _UDP and len(packet.body) >= 8  # noqa: PLR2004 - the header
    )


def messages(flow: Flow) -> tuple[Request, ...]:
    """The HTTP, SOAP and RTSP messages of a connection; none where it spoke TLS or said nothing."""
    left, found = flow.payload, []
    while left and not left.startswith(_TLS):
        head, end, rest = left.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        pairs = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        headers = tuple((pair[0], pair[-1]) for pair in pairs)
        size = next((value for name, value in headers if name.lower() == "content-length"), "0")
        length = int(size) if size.isdigit() and end else 0
        proto = "rtsp" if lines[0].endswith("RTSP/1.0") else "http"
        found.append(
            Request(
                proto=proto,
                port=flow.port,
                peer=flow.address,
                line=lines[0],
                headers=headers,
                body=rest[:length],
            )
        )
        left = rest[length:]
    return tuple(found)


def faults(
    capture: Capture,
    *,
    named: Iterable[tuple[str, int]] = (),
    led: Iterable[tuple[str, int, str]] = (),
) -> tuple[str, ...]:
    """Everything in a capture that is not on the send list, or was sent twice, as lines for people.

    Args:
        capture: of a whole scan, from the scanner's interface.
        named: addresses and ports (of ``CONNECT_ONLY``) that devices named as their web address.
        led: addresses, ports and paths to which a device itself led (a redirect, an icon, a
            description, a service address).
    """
    allowed, paths = frozenset(named), frozenset(led)
    found = list(_link_faults(capture))
    found += [line for sent in datagrams(capture) for line in _datagram_faults(*sent)]
    asked: Counter[tuple[str, int, str]] = Counter()
    for flow in flows(capture):
        where = f"tcp/{flow.port} of {flow.address}"
        if flow.payload and flow.port in CONNECT_ONLY and (flow.address, flow.port) not in allowed:
            found.append(f"{where}: {flow.payload[:40]!r} to a port that is only connected to")
        if _SECRET.search(flow.payload):
            found.append(f"{where}: a name or a password: {flow.payload[:80]!r}")
        if flow.payload.startswith(_TLS):
            asked[flow.address, flow.port, "TLS handshake"] += 1
        for message in messages(flow):
            found.extend(f"{where}: {line}" for line in _message_faults(message, paths))
            asked[flow.address, flow.port, _identity(message)] += 1
    found += [f"tcp/{port} of {address}: {what} sent {times} times"
              for (address, port, what), times in asked.items()
              if times > 1 and what != "TLS handshake"]  # fmt: skip
    return tuple(found)


def _identity(message: Request) -> str:
    """What makes two messages the same question."""
    inside = re.search(rb"<s:Body>\s*<(?:\w+:)?(\w+)", message.body)
    return f"{message.line} {inside[1].decode() if inside else ''}".strip()


def _message_faults(message: Request, led: frozenset[tuple[str, int, str]]) -> Iterator[str]:
    yield from Witness(requests=[message]).violations()
    parts = message.line.split(" ")
    path = parts[1] if len(parts) == 3 else ""  # noqa: PLR2004 - method, path, version
    if message.proto == "rtsp":
        if message.method not in {"OPTIONS", "DESCRIBE"}:
            yield f"{message.line}: not a question of the list"
    elif message.method == "GET":
        to_it = (message.peer, message.port, path) in led and _PRESENTED.fullmatch(path)
        if not PATHS.fullmatch(path) and not to_it:
            yield f"{message.line}: not a page of the list"
    elif message.method != "POST":
        yield f"{message.line}: not a method of the list"


def _datagram_faults(address: str, port: int, data: bytes) -> Iterator[str]:
    where = f"udp/{port} of {address}"
    if port not in QUESTIONS:
        yield f"{where}: a port that is not on the list"
    elif port == 9 and data:  # noqa: PLR2004 - the discard port
        yield f"{where}: a datagram that is not empty"
    elif port == 3702 and (_WSD_PROBE not in data or b"d:Probe>" not in data):  # noqa: PLR2004 - WS-Discovery
        yield f"{where}: something else than a Probe: {data[:60]!r}"
    if _SECRET.search(data):
        yield f"{where}: a name or a password"
    heard = Datagram(port=port, peer=address, peer_port=0, data=data)
    yield from Witness(datagrams=[heard]).violations()


def _link_faults(capture: Capture) -> Iterator[str]:
    """ARP may only ask; of IP only TCP, UDP, memberships, neighbour questions and resets leave."""
    for frame in capture.sent():
        if frame.kind == _ARP:
            # Replies are the system's, to whoever asks where this machine is.
            if int.from_bytes(frame.data[_ETHER + 6 : _ETHER + 8]) not in {_ARP_REQUEST, 2}:
                yield "an ARP frame that is neither question nor answer"
        elif frame.kind not in {_IP4, _IP6}:
            yield f"a frame of type {frame.kind:#06x}"
    for packet in _packets(capture):
        if packet.proto in {_TCP, _UDP, _IGMP}:
            continue
        # The system itself says "port unreachable" to answers that come after a socket closed.
        if packet.proto == _ICMP and packet.body[:1] == b"\x03":
            continue
        if packet.proto == _ICMP6 and packet.body[0] in _NEIGHBOUR | {1}:
            continue
        yield f"IP protocol {packet.proto} to {packet.address}: {packet.body[:8].hex()}"


def _packets(capture: Capture) -> Iterator[_Packet]:
    for frame in capture.sent():
        data = frame.data
        if frame.kind == _IP4 and len(data) >= _ETHER + 20:
            begin = _ETHER + (data[_ETHER] & 15) * 4
            end = _ETHER + int.from_bytes(data[_ETHER + 2 : _ETHER + 4])
            target = str(ip_address(data[_ETHER + 16 : _ETHER + 20]))
            yield _Packet(proto=data[_ETHER + 9], address=target, body=data[begin:end])
        elif frame.kind == _IP6 and len(data) >= _ETHER + _IP6_HEAD:
            yield _six(data)


def _six(data: bytes) -> _Packet:
    proto, begin = data[_ETHER + 6], _ETHER + _IP6_HEAD
    if proto == _HOP_BY_HOP:
        proto, begin = data[begin], begin + (data[begin + 1] + 1) * 8
    target = str(ip_address(data[_ETHER + 24 : _ETHER + 40]))
    return _Packet(proto=proto, address=target, body=data[begin:])
