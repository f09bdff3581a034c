"""What a simulated device was sent: the ground truth for "the scanner only reads"."""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

_CAP: Final = 20000
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS", "DESCRIBE"})
_POSTS: Final = re.compile(
    rb"<(?:\w+:)?(?:GetSystemDateAndTime|GetCapabilities|GetServices|GetServiceCapabilities"
    rb"|GetEndpointReference|GetHostname|GetDeviceInformation|GetNetworkInterfaces|GetScopes)\b"
    rb'|"method"\s*:\s*"getAllUnrestrictedProperties"'
)
_LOGIN_PATHS: Final = re.compile(
    r"(?i)rpc2_login|sessionlogin|userlogin|/api\.cgi\?cmd=login|[?&](?:user|username|usr|pwd|"
    r"password|auth|token)=|configurationfile|/login\.cgi|main-cgi"
)
_DHIP_LOGIN: Final = b"global.login"
_SADP_TYPE: Final = re.compile(rb"<Types>\s*([^<]*?)\s*</Types>")
_MHED_WRITES: Final = 3
_XM_SEARCH: Final = 1530
_BOSCH: Final = (bytes.fromhex("9939a427"), bytes.fromhex("ff0006de"))
_VIVOTEK: Final = bytes.fromhex("4a5d8f1c")
_FOSCAM: Final = b"MO_I" + bytes(11) + b"\x04" + bytes(7) + b"\x00\x00\x00\x01"
_POLITE: Final = (b"GET ", b"OPTIONS ", b"DESCRIBE ", b"POST /onvif", b"\x16\x03")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP, SOAP or RTSP message, verbatim.

    Attributes:
        proto: ``http``, ``https`` or ``rtsp``.
        port: where it came in.
        peer: who sent it.
        line: the first line.
        headers: in order, as sent.
        body: as sent, capped.
    """

    proto: str
    port: int
    peer: str
    line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def method(self) -> str:
        """The first word of the first line."""
        return self.line.split(" ", 1)[0]

    def get(self, name: str) -> str | None:
        """A header by name, case-insensitive."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Datagram:
    """One UDP datagram, verbatim."""

    port: int
    peer: str
    peer_port: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One accepted TCP connection, whether or not anything was sent on it."""

    port: int
    peer: str


@dataclass(slots=True)
class Witness:
    """Everything that one device was sent. Lists stop growing at a cap; counters do not.

    Attributes:
        connections: accepted TCP connections, in order.
        requests: HTTP, SOAP and RTSP messages, in order.
        datagrams: UDP datagrams that reached a listening port, in order.
        raw: bytes that came in on ports that say nothing: (port, bytes).
        most: the most connections that a client ever held open at a time.
        accepted: number of TCP connections ever.
        refused: connections dropped because the device bears no more.
        reboots: times that the device went down under too many connections.
        shown: how each password came that the device was shown, right or wrong, in order.
        logins: requests with the right password that it took.
        wrong: requests with a wrong password.
        locked: whether it has locked its door because of wrong ones.
    """

    connections: list[Connection] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    datagrams: list[Datagram] = field(default_factory=list)
    raw: list[tuple[int, bytes]] = field(default_factory=list)
    most: int = 0
    accepted: int = 0
    refused: int = 0
    reboots: int = 0
    shown: list[str] = field(default_factory=list)
    logins: int = 0
    wrong: int = 0
    locked: bool = False

    def connected(self, port: int, peer: str, *, held: int) -> None:
        """Book an accepted connection, and how many the client holds open with it."""
        self.accepted += 1
        self.most = max(self.most, held)
        if len(self.connections) < _CAP:
            self.connections.append(Connection(port=port, peer=peer))

    def asked(self, request: Request) -> None:
        """Book a request."""
        if len(self.requests) < _CAP:
            self.requests.append(request)

    def sent(self, datagram: Datagram) -> None:
        """Book a datagram."""
        if len(self.datagrams) < _CAP:
            self.datagrams.append(datagram)

    def said(self, port: int, data: bytes) -> None:
        """Book bytes on a port that answers nothing."""
        if len(self.raw) < _CAP:
            self.raw.append((port, data))

    def violations(self) -> tuple[str, ...]:
        """Everything that a scanner which only reads would never have sent, as lines for people.

        Credentials in any header or body, login paths, write verbs, discovery verbs other than
        the search, and bytes to a vendor's SDK port other than the start of an HTTP or RTSP read
        or of a TLS handshake (all bytes to such ports are in ``raw``).
        """
        found = [line for request in self.requests for line in _request_faults(request)]
        found += [line for datagram in self.datagrams for line in _datagram_faults(datagram)]
        found += [
            f"tcp/{port}: {data[:40]!r} to a port that says nothing"
            for port, data in self.raw
            if not data.startswith(_POLITE)
        ]
        return tuple(found)

    def as_data(self) -> dict[str, object]:
        """The log as JSON-ready data, bytes as hex."""
        return {
            "accepted": self.accepted,
            "most_concurrent": self.most,
            "refused": self.refused,
            "reboots": self.reboots,
            "requests": [
                {
                    "port": request.port,
                    "line": request.line,
                    "headers": [list(pair) for pair in request.headers],
                    "body": request.body.decode("utf-8", "replace"),
                }
                for request in self.requests
            ],
            "datagrams": [
                {"port": item.port, "peer": item.peer, "data": item.data.hex()}
                for item in self.datagrams
            ],
            "raw": [[port, data.hex()] for port, data in self.raw],
            "violations": list(self.violations()),
        }


def _request_faults(request: Request) -> Iterator[str]:
    where = f"{request.proto}/{request.port}: {request.line[:100]}"
    for name in ("authorization", "proxy-authorization", "cookie"):
        if request.get(name) is not None:
            yield f"{where}: sends {name}"
    if b"UsernameToken" in request.body or b"<Password" in request.body:
        yield f"{where}: sends a user name token"
    if _LOGIN_PATHS.search(request.line):
        yield f"{where}: asks for a login or names a user"
    if _DHIP_LOGIN in request.body:
        yield f"{where}: starts a login"
    if request.method == "POST":
        if not _POSTS.search(request.body):
            yield f"{where}: posts something that is not on the send list"
    elif request.method not in _READS:
        yield f"{where}: method is not a read"


def _sadp(data: bytes) -> str | None:
    types = _SADP_TYPE.search(data)
    if types is not None and types[1] == b"inquiry":
        return None
    if b"<ProbeMatch" in data or b"<Hello" in data:
        return None  # another device's answer to the group
    return "SADP verb other than inquiry"


def _dhip(data: bytes) -> str | None:
    if b"DHDiscover.search" in data or b"client.notifyDevInfo" in data:
        return None
    return "DHIP method other than search"


def _mhed(data: bytes) -> str | None:
    command = struct.unpack_from("<I", data, 8)[0] if len(data) >= 12 else 0  # noqa: PLR2004 - the header
    return "MHED command that writes" if command >= _MHED_WRITES else None


def _netip(data: bytes) -> str | None:
    message = struct.unpack_from("<H", data, 14)[0] if len(data) >= 16 else 0  # noqa: PLR2004 - the header
    return None if message in {_XM_SEARCH, _XM_SEARCH + 1} else "NetIP message other than search"


def _exactly(*searches: bytes) -> Callable[[bytes], str | None]:
    """A check for protocols whose one harmless message is known to the last byte."""
    return lambda data: None if data in searches else "something else than the search"


def _legacy(data: bytes) -> str | None:
    return None if data[:2] in {b"\xa3\x01", b"\xb3\x00"} else "older Dahua verb other than search"


def _ssdp(data: bytes) -> str | None:
    known = (b"M-SEARCH * HTTP/1.1\r\n", b"HTTP/1.", b"NOTIFY ")
    return None if data.startswith(known) else "SSDP message other than M-SEARCH"


def _mdns(data: bytes) -> str | None:
    """A query holds no records: those would be probes or announcements (answers are others')."""
    if len(data) < 12:  # noqa: PLR2004 - the header
        return "no DNS message"
    _, flags, _, answers, authorities, _ = struct.unpack_from("!6H", data)
    is_query = not flags & 0xF800
    return "mDNS query with records" if is_query and (answers or authorities) else None


def _tdp(data: bytes) -> str | None:
    return None if data[:4] == b"\x02\x00\x00\x01" else "TDP operation other than probe"


def _bosch(data: bytes) -> str | None:
    is_search = len(data) == 12 and data[:4] == _BOSCH[0] and data[8:] == _BOSCH[1]  # noqa: PLR2004
    return None if is_search else "Bosch message other than search"


def _port_10000(data: bytes) -> str | None:
    """Two makers share the port; their searches are told apart by their beginnings."""
    vivotek = len(data) == 5 and data[1:] == _VIVOTEK  # noqa: PLR2004 - session and magic
    return None if vivotek or data == _FOSCAM else "something else than the search"


def _ipro(data: bytes) -> str | None:
    is_search = len(data) == 52 and data[:6] == b"\x00\x01\x00\x00\x00\x0d"  # noqa: PLR2004
    return None if is_search else "i-PRO message other than search"


_CHECKS: Final[dict[int, Callable[[bytes], str | None]]] = {
    37020: _sadp,
    37810: _dhip,
    23456: _mhed,
    34569: _netip,
    5050: _legacy,
    1900: _ssdp,
    5353: _mdns,
    20002: _tdp,
    10001: _exactly(b"\x01\x00\x00\x00", b"\x02\x08\x00\x00"),
    7701: _exactly(b"\x01" + bytes(0x105)),
    1757: _bosch,
    10670: _ipro,
    10000: _port_10000,
    2380: _exactly(b"\x02ENQ:allinfo\xff\x03"),
    8600: _exactly(b"DH\x01\x01"),
}


def _datagram_faults(datagram: Datagram) -> Iterator[str]:
    check = _CHECKS.get(datagram.port)
    fault = check(datagram.data) if check is not None and datagram.data else None
    if fault is not None:
        yield f"udp/{datagram.port}: {fault}: {datagram.data[:60]!r}"
