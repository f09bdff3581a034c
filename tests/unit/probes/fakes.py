"""A scripted network in memory: a host whose ports answer, misbehave or stay silent.

Time is virtual: a port that drips a byte a second for an hour takes no time to test, and the
dialer knows how long a probe would have taken.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain, count, repeat

from auditor.model.errors import ConnReset, Denied, Filtered, Refused, TimedOut, TlsFailed, TooBig
from auditor.model.facts import Observation
from auditor.net.api import REPLY_CAP, Complete
from auditor.probes._api import Target

ADDRESS = "192.0.2.7"
AT = "2026-11-21T10:00:00Z"
DEFAULT_WAIT = 3.0
SEGMENT = 16 * 1024


class Reset:
    """In a script: the peer resets the connection here."""


class Silence:
    """In a script: nothing comes any more, and the connection stays open."""


@dataclass(frozen=True)
class Pause:
    """In a script: seconds until the next piece."""

    seconds: float


Piece = bytes | type[Reset] | type[Silence] | Pause
Script = Iterable[Piece]
Handler = Callable[[bytes], Script]
"""Request → what comes back. The end of the script closes the connection."""


@dataclass
class Port:
    """One open port.

    Attributes:
        answer: what it does with a message.
        tls: whether it speaks TLS only; a plain connection meets ``answer`` all the same.
        certificate: shown in a handshake.
        connect: an error that connecting to it ends in.
        keeps: whether a connection survives the first answer.
    """

    answer: Handler
    tls: bool = False
    certificate: bytes | None = b"\x30\x03\x02\x01\x01"
    connect: Exception | None = None
    keeps: bool = True


@dataclass
class Sent:
    """One message that a probe sent."""

    port: int
    tls: bool
    probe: str
    payload: bytes

    @property
    def line(self) -> str:
        return self.payload.partition(b"\r\n")[0].decode("latin-1")


@dataclass
class FakeDialer:
    """The way out, to one host only: connecting anywhere else fails the test."""

    ports: dict[int, Port]
    address: str = ADDRESS
    budget: int | None = None
    udp: dict[int, Handler] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    datagrams: list[Sent] = field(default_factory=list)
    handshakes: int = 0
    opened: int = 0
    still_open: int = 0
    seconds: float = 0.0

    @asynccontextmanager
    async def connect(
        self, address: str, port: int, *, probe: str, tls: bool = False, reuse: bool = False
    ) -> AsyncIterator["FakeStream"]:
        assert address == self.address, f"{probe} left the host: {address}"
        there = self.ports.get(port)
        if there is None:
            raise Refused("refused")
        if there.connect is not None:
            raise there.connect
        if tls:
            self.handshakes += 1
            if not there.tls:
                raise TlsFailed("not TLS")
        self.opened += 1
        self.still_open += 1
        try:
            yield FakeStream(self, there, port, tls, probe)
        finally:
            self.still_open -= 1

    async def datagram(
        self, address: str, port: int, payload: bytes, *, probe: str, wait: float, most: int = 1
    ) -> Sequence[bytes]:
        assert address == self.address, f"{probe} left the host: {address}"
        if self.budget is not None and len(self.datagrams) >= self.budget:
            raise Denied("budget spent")
        self.datagrams.append(Sent(port, tls=False, probe=probe, payload=payload))
        answer = self.udp.get(port)
        script = list(answer(payload)) if answer else []
        if Reset in script:
            raise Refused("port unreachable")
        got = tuple(piece for piece in script if isinstance(piece, bytes))[:most]
        self.seconds += 0 if got else wait
        return got


class FakeStream:
    """One connection."""

    def __init__(self, dialer: FakeDialer, there: Port, port: int, tls: bool, probe: str) -> None:
        self._dialer, self._there = dialer, there
        self._port, self._tls, self._probe = port, tls, probe
        self._asked = 0
        self.certificate = there.certificate if tls else None
        self.tls_version = "TLSv1.2" if tls else None
        self.reused = self.may_keep = False

    def ended(self, *, framed: bool, kept: bool) -> None:
        """How the last answer ended: connections are never left open here."""

    async def ask(
        self, payload: bytes, complete: Complete, *, cap: int = REPLY_CAP, wait: float | None = None
    ) -> bytes:
        dialer = self._dialer
        if dialer.budget is not None and len(dialer.sent) >= dialer.budget:
            raise Denied("budget spent")
        dialer.sent.append(Sent(self._port, self._tls, self._probe, payload))
        self._asked += 1
        if self._asked > 1 and not self._there.keeps:
            raise ConnReset("closed")
        return self._read(self._there.answer(payload), complete, cap, wait or DEFAULT_WAIT)

    def _read(self, script: Script, complete: Complete, cap: int, wait: float) -> bytes:
        read, left = bytearray(), wait
        for piece in _small(script):
            if isinstance(piece, Pause):
                left -= piece.seconds
            elif piece is Reset:
                raise ConnReset("reset", partial=bytes(read))
            elif isinstance(piece, bytes):
                read += piece
            if piece is Silence or left <= 0:
                self._dialer.seconds += wait
                raise TimedOut("timeout", partial=bytes(read))
            if len(read) > cap:
                raise TooBig("too big", partial=bytes(read[:cap]))
            if isinstance(piece, bytes) and complete(bytes(read)):
                break
        self._dialer.seconds += wait - left
        return bytes(read)


def _small(script: Script) -> Iterator[Piece]:
    """The script with its bytes in pieces as they come from a socket."""
    for piece in script:
        if isinstance(piece, bytes):
            yield from (piece[at : at + SEGMENT] for at in range(0, len(piece), SEGMENT))
        else:
            yield piece


def target(
    port: int, *, tls: bool = False, seen: Iterable[Observation] = (), address: str = ADDRESS
) -> Target:
    return Target(address=address, port=port, tls=tls, seen=tuple(seen), clock=lambda: AT)


def ticks() -> Callable[[], float]:
    """A clock that goes on by 10 ms each time it is read."""
    counter: Iterator[int] = count()
    return lambda: next(counter) / 100


def seen(signal: str, value: str, endpoint: str | None = None, probe: str = "http") -> Observation:
    return Observation(signal=signal, value=value, endpoint=endpoint, probe=probe, at=AT)


def answered(*ports: int) -> tuple[Observation, ...]:
    """The trace of web ports that answered in HTTP."""
    return tuple(seen("http.headers", "[]", f"tcp/{port}") for port in ports)


def http(
    status: int = 200, body: bytes | str = b"", *headers: tuple[str, str], length: bool = True
) -> bytes:
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Words", *(f"{name}: {value}" for name, value in headers)]
    if length:
        lines.append(f"Content-Length: {len(data)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + data


def rtsp(status: int = 200, body: bytes = b"", *headers: tuple[str, str]) -> bytes:
    lines = [f"RTSP/1.0 {status} Words", *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def soap(operation: str, inner: str = "", namespaces: str = "") -> str:
    return (
        '<?xml version="1.0"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"'
        f' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" {namespaces}><env:Body>'
        f"<tds:{operation}Response>{inner}</tds:{operation}Response></env:Body></env:Envelope>"
    )


def fault(code: str = "Sender", subcode: str = "ter:NotAuthorized") -> str:
    return (
        '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:ter="http://www.onvif.org/ver10/error"><env:Body><env:Fault><env:Code>'
        f"<env:Value>env:{code}</env:Value><env:Subcode><env:Value>{subcode}</env:Value>"
        "</env:Subcode></env:Code></env:Fault></env:Body></env:Envelope>"
    )


_LINE = re.compile(rb"(\S+) (\S+) (\S+)")


NOT_FOUND = http(404, "not found")


def paths(table: dict[str, Script], default: Script = (NOT_FOUND,)) -> Handler:
    """A handler that answers by the path of the request."""

    def answer(request: bytes) -> Script:
        line = _LINE.match(request)
        return table.get(line[2].decode(), default) if line else default

    return answer


def operation_of(request: bytes) -> str | None:
    """The ONVIF operation that a request asks."""
    found = re.search(rb"<tds:(\w+)>", request)
    return found[1].decode() if found else None


def operations(table: dict[str, Script], default: Script = ()) -> Handler:
    """A handler that answers by the ONVIF operation."""
    otherwise = default or (http(400, fault("Receiver", "ter:ActionNotSupported")),)
    return lambda request: table.get(operation_of(request) or "", otherwise)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(
        f'<!ENTITY lol{n} "{"&lol" + (str(n - 1) if n > 1 else "") + ";"}">' for n in range(1, 9)
    )
    + "]>"
)
XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def _xml_everywhere(prologue: str, entity: str) -> Script:
    """A document with an entity in it that suits whatever is asked."""
    root = f"{prologue}<Envelope><Body><ActivateStatus>{entity}</ActivateStatus></Body></Envelope>"
    return (http(200, root, ("Content-Type", "text/xml")),)


def always(*script: Piece) -> Port:
    """A port that does the same whatever is asked; TLS works too."""
    return Port(answer=lambda _: script, tls=True)


def faults(version: str = "HTTP/1.1") -> dict[str, Port]:
    """Every way to misbehave, as one port each. TLS works, so that it can misbehave beyond it.

    Args:
        version: what status lines begin with, where the fault is not in that.
    """
    head = f"{version} 200 OK\r\nServer: dripping\r\n".encode()
    own = f"http://{ADDRESS}"
    return {
        "refuse": Port(answer=lambda _: (), connect=Refused("refused")),
        "filtered": Port(answer=lambda _: (), connect=Filtered("filtered")),
        "connect-hang": Port(answer=lambda _: (), connect=TimedOut("no SYN-ACK")),
        "bad-tls": Port(answer=lambda _: (), connect=TlsFailed("handshake")),
        "hang": always(Silence),
        "empty": always(),
        "reset": always(Reset),
        "reset-mid-header": always(head[:25], Reset),
        "drip": Port(
            answer=lambda _: chain.from_iterable((bytes([one]), Pause(1.0)) for one in head * 1000),
            tls=True,
        ),
        "endless-body": Port(
            answer=lambda _: chain([head + b"\r\n"], repeat(b"<p>" * 1000)), tls=True
        ),
        "huge-header": Port(
            answer=lambda _: chain([head], repeat(b"X-More: " + b"y" * 1000 + b"\r\n")),
            tls=True,
        ),
        "ssh": always(b"SSH-2.0-OpenSSH_9.6\r\n"),
        "binary": always(bytes(range(256)) * 4),
        "wrong-protocol": always(b"SMTP/1.0 200 hello\r\n\r\n"),
        "redirect-loop": always(http(302, b"", ("Location", "/"))),
        "redirect-ring": Port(
            answer=lambda request: (
                http(302, b"", ("Location", "/b.htm" if b" /a.htm " in request else "/a.htm")),
            ),
            tls=True,
        ),
        "redirect-out": always(http(302, b"", ("Location", "http://203.0.113.9/login.htm"))),
        "redirect-trap": always(
            http(302, b"", ("Location", f"{own}/cgi-bin/reboot?user=admin&password=x"))
        ),
        "not-utf8": always(
            http(
                200,
                b"<title>\xff\xfe\x80caf\xe9</title>\x00\x1b[2J",
                ("Server", "caf\xe9\x80"),
                ("WWW-Authenticate", 'Digest realm="\xff\x80"'),
            )
        ),
        "bomb": always(*_xml_everywhere(BOMB, "&lol8;")),
        "xxe": always(*_xml_everywhere(XXE, "&e;")),
        "deep": always(http(200, "<Envelope>" * 5_000)),
    }
