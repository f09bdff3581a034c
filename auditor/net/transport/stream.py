"""One exchange after another over one connection, within the host's budget and a deadline."""

import asyncio
from dataclasses import dataclass
from typing import Final

from auditor.model.errors import ConnReset, NetError, TimedOut, TooBig
from auditor.net.api import REPLY_CAP, Complete
from auditor.net.hosts import Host, Hosts
from auditor.net.ledger import Ledger
from auditor.net.system.oserrors import as_net_error
from auditor.net.transport.tcp import Pipe

_READS_IN_A_ROW: Final = 64
_BREATH: Final = 0.01  # seconds


@dataclass(slots=True, kw_only=True)
class Peer:
    """Who is at the other end, and on whose behalf we speak."""

    address: str
    port: int
    probe: str
    tls: bool

    @property
    def name(self) -> str:
        """For messages, such as ``tls 10.0.0.7:443``."""
        return f"{'tls' if self.tls else 'tcp'} {self.address}:{self.port}"


class LiveStream:
    """A connection that asks.

    Attributes:
        reused: whether it had been left open.
        is_kept: whether it may be left open behind the last answer.
    """

    def __init__(
        self,
        pipe: Pipe,
        peer: Peer,
        host: Host,
        hosts: Hosts,
        ledger: Ledger,
        *,
        reply_timeout: float,
        reused: bool = False,
    ) -> None:
        """Speak over an open pipe.

        Args:
            pipe: the bytes.
            peer: who is there.
            host: its state, kept while this stream is.
            hosts: keeps the budget.
            ledger: counts.
            reply_timeout: seconds for an exchange that names none.
            reused: the pipe had been left open before this.
        """
        self._pipe = pipe
        self._peer = peer
        self._host = host
        self._hosts = hosts
        self._ledger = ledger
        self._reply_timeout = reply_timeout
        self.reused = reused
        self.is_kept = False

    @property
    def certificate(self) -> bytes | None:
        """The leaf certificate in DER, on a TLS connection."""
        return self._pipe.certificate

    @property
    def tls_version(self) -> str | None:
        """Such as ``TLSv1.2``, on a TLS connection."""
        return self._pipe.tls_version

    @property
    def may_keep(self) -> bool:
        """Whether the other side may be asked to keep the connection for another question."""
        return self._hosts.may_keep(self._host, self._peer.port)

    def ended(self, *, framed: bool, kept: bool) -> None:
        """How the last answer ended (see :class:`auditor.net.api.Stream`)."""
        self._hosts.ended(self._host, self._peer.port, framed=framed)
        self.is_kept = framed and kept

    async def ask(
        self, payload: bytes, complete: Complete, *, cap: int = REPLY_CAP, wait: float | None = None
    ) -> bytes:
        """Send one message and read one reply; counts as one request of the host's budget.

        The deadline is for the whole exchange: a host that drips cannot hold it longer.

        Args:
            payload: the bytes to send; empty to read what the port says by itself.
            complete: says when the reply is whole.
            cap: most bytes to read.
            wait: seconds for the whole exchange; None for the scan's default.

        Raises:
            NetError: Denied, TimedOut (with what was read in ``partial``), ConnReset, TooBig.
        """
        peer = self._peer
        self.is_kept = False
        await self._hosts.request_of(self._host)
        if payload:
            self._ledger.packet("message", peer.address, peer.port, peer.probe, payload)
        read = bytearray()
        whole = b""
        pipe = self._pipe
        pipe.arm(self._reply_timeout if wait is None else wait)
        try:
            if payload:
                await pipe.send(payload)
            whole = await self._read(read, complete, cap)
        except OSError as trouble:
            error = as_net_error(trouble, peer.name, partial=bytes(read))
            if read or not self.reused or isinstance(error, TimedOut):
                self._strike(error, was_asked=bool(payload))
            raise error from trouble
        finally:
            pipe.disarm()
        if whole:
            self._hosts.replied(peer.address)
        return whole

    async def _read(self, read: bytearray, complete: Complete, cap: int) -> bytes:
        """One reply; ``read`` holds what has come of it, should this fail."""
        reads = 0
        whole = b""
        while chunk := await self._pipe.receive(cap - len(read) + 1):
            read += chunk
            if len(read) > cap:
                raise TooBig(f"{self._peer.name}: more than {cap} bytes", partial=bytes(read[:cap]))
            whole = bytes(read) if reads else chunk  # most replies come in one piece
            if complete(whole):
                return whole
            reads += 1
            if reads > _READS_IN_A_ROW:
                # One byte a segment would have us look at the whole reply for every byte.
                await asyncio.sleep(_BREATH)
        return whole

    def _strike(self, error: NetError, *, was_asked: bool) -> None:
        if isinstance(error, ConnReset):
            self._hosts.was_reset(self._peer.address)
        elif isinstance(error, TimedOut) and was_asked:
            self._hosts.timed_out(self._peer.address, self._peer.port)
