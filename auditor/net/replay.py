"""A dialer without a network: answers from a tape, or from a table in memory."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from auditor.model.errors import NetError, Refused, TimedOut, TooBig
from auditor.net.api import REPLY_CAP, Complete, Dialer, Stream
from auditor.net.tape import Endpoint, Exchange, from_line

Answer = Callable[[bytes], bytes | Sequence[bytes]]
"""Given what is sent, gives the reply (or the datagrams); may raise a NetError instead."""

_ALIKE: Final = 16
_KEEPING: Final = b"\r\nConnection: keep-alive\r\n"
_CLOSING: Final = b"\r\nConnection: close\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One endpoint of the table.

    Attributes:
        answer: replies.
        refuses: raised when the connection is opened.
        certificate: leaf certificate in DER.
        tls_version: such as ``TLSv1.2``.
    """

    answer: Answer
    refuses: NetError | None = None
    certificate: bytes | None = None
    tls_version: str | None = None


class ReplayDialer:
    """Answers from memory. What is not there is a closed port, or a datagram that stays unanswered.

    Attributes:
        asked: everything that was sent: endpoint, probe, bytes.
    """

    def __init__(self, table: Mapping[Endpoint, Port | Answer | Sequence[bytes]]) -> None:
        """Answer from a table.

        Args:
            table: for each endpoint a :class:`Port`, a function, or replies that are given one
                after the other, whatever is asked.
        """
        self._ports = {endpoint: _port(value) for endpoint, value in table.items()}
        self.asked: list[tuple[Endpoint, str, bytes]] = []

    @classmethod
    def of_tape(cls, lines: Iterable[str]) -> "ReplayDialer":
        """Answer as the recorded endpoints did.

        Raises:
            Malformed: a line is not of a tape.
        """
        return cls.of_exchanges(from_line(line) for line in lines if line.strip())

    @classmethod
    def of_exchanges(cls, exchanges: Iterable[Exchange]) -> "ReplayDialer":
        """Answer as these exchanges went."""
        reels: dict[Endpoint, _Reel] = {}
        for exchange in exchanges:
            reels.setdefault(exchange.endpoint, _Reel()).add(exchange)
        return cls({endpoint: reel.port() for endpoint, reel in reels.items()})

    @asynccontextmanager
    async def connect(
        self, address: str, port: int, *, probe: str, tls: bool = False, reuse: bool = False
    ) -> AsyncIterator[Stream]:
        """Open a remembered connection (see :class:`auditor.net.api.Dialer`)."""
        del reuse  # none is ever left open
        endpoint = ("tls" if tls else "tcp", address, port)
        known = self._ports.get(endpoint)
        if known is None:
            raise Refused(f"{endpoint[0]} {address}:{port}: nothing is recorded")
        if known.refuses is not None:
            raise known.refuses
        yield _ReplayStream(known, endpoint, probe, self.asked)

    async def datagram(
        self, address: str, port: int, payload: bytes, *, probe: str, wait: float, most: int = 1
    ) -> Sequence[bytes]:
        """Give the remembered answers at once (see :class:`auditor.net.api.Dialer`)."""
        del wait  # memory answers at once
        endpoint = ("udp", address, port)
        self.asked.append((endpoint, probe, payload))
        known = self._ports.get(endpoint)
        if known is None:
            return ()
        if known.refuses is not None:
            raise known.refuses
        try:
            got = known.answer(payload)
        except TimedOut:
            return ()
        return (got,) if isinstance(got, bytes) else tuple(got)[:most]


class _ReplayStream:
    reused = False
    may_keep = False

    def __init__(
        self, port: Port, endpoint: Endpoint, probe: str, asked: list[tuple[Endpoint, str, bytes]]
    ) -> None:
        self._port = port
        self._endpoint = endpoint
        self._probe = probe
        self._asked = asked

    @property
    def certificate(self) -> bytes | None:
        return self._port.certificate

    @property
    def tls_version(self) -> str | None:
        return self._port.tls_version

    def ended(self, *, framed: bool, kept: bool) -> None:
        pass

    async def ask(
        self, payload: bytes, complete: Complete, *, cap: int = REPLY_CAP, wait: float | None = None
    ) -> bytes:
        del complete, wait  # the end of the recorded bytes is the end of the stream
        self._asked.append((self._endpoint, self._probe, payload))
        got = self._port.answer(payload)
        reply = got if isinstance(got, bytes) else b"".join(got)
        if len(reply) > cap:
            raise TooBig(f"more than {cap} bytes", partial=reply[:cap])
        return reply


def _port(value: Port | Answer | Sequence[bytes]) -> Port:
    if isinstance(value, Port):
        return value
    if callable(value):
        return Port(answer=value)
    return Port(answer=_one_by_one(value))


def _one_by_one(replies: Sequence[bytes]) -> Answer:
    left = list(replies)

    def answer(_sent: bytes) -> bytes:
        if not left:
            raise TimedOut("no more replies")
        return left.pop(0)

    return answer


@dataclass(slots=True)
class _Reel:
    """The exchanges of one endpoint, in order."""

    opened: Exchange | None = None
    asked: list[Exchange] = field(default_factory=list)
    played: set[int] = field(default_factory=set)

    def add(self, exchange: Exchange) -> None:
        if exchange.what != "connect":
            self.asked.append(exchange)
        elif self.opened is None or self.opened.error is not None:
            self.opened = exchange  # one success says more than refusals

    def port(self) -> Port:
        opened = self.opened
        return Port(
            answer=self.answer,
            refuses=opened.failure() if opened else None,
            certificate=opened.certificate if opened else None,
            tls_version=opened.tls_version if opened else None,
        )

    def answer(self, sent: bytes) -> Sequence[bytes]:
        at = self._find(sent)
        if at is None:
            raise TimedOut("the tape holds no such question")
        self.played.add(at)
        exchange = self.asked[at]
        failure = exchange.failure()
        if failure is not None:
            raise failure
        return exchange.got

    def _find(self, sent: bytes) -> int | None:
        """The next that is the same; else the next that differs by an id only; else one again."""
        sent, asked = _bare(sent), [_bare(exchange.sent) for exchange in self.asked]
        same = [at for at, one in enumerate(asked) if one == sent]
        alike = [at for at, one in enumerate(asked) if _alike(one, sent)]
        unplayed = [at for at in (*same, *alike) if at not in self.played]
        return next(iter((*unplayed, *same, *alike)), None)


def _bare(sent: bytes) -> bytes:
    """A request without what it says of the connection, which follows from earlier answers."""
    return sent.replace(_KEEPING, _CLOSING, 1)


def _alike(one: bytes, other: bytes) -> bool:
    return len(one) == len(other) and one[:_ALIKE] == other[:_ALIKE]


_shape: type[Dialer] = ReplayDialer  # the type checker holds it to the shape
