"""The dialer that really goes out: scope first, then budgets, then the socket."""

import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from auditor.model.errors import ConnReset, NetError, TimedOut
from auditor.net import tcp, udp
from auditor.net.guard import Guard
from auditor.net.hosts import Hosts
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits, TokenBucket
from auditor.net.oserrors import net_errors
from auditor.net.resolving import Resolving
from auditor.net.stream import LiveStream, Peer
from auditor.net.tcp import Pipe, TcpPipe
from auditor.net.tls import TlsPipe

_SYN_REPEATS: Final = 3.4  # seconds: the first SYN and the system's two repeats


class LiveDialer:
    """Connections and datagrams to hosts of the scope.

    Attributes:
        hosts: the state of the hosts that are being worked on.
        bucket: paces first packets; all that leave this machine pass it.
        resolving: keeps the neighbour table small.
    """

    def __init__(
        self,
        guard: Guard,
        limits: Limits,
        ledger: Ledger,
        *,
        is_attached: Callable[[str], bool],
        interface: str | None = None,
    ) -> None:
        """Be ready; nothing is sent.

        Args:
            guard: keeps the scope.
            limits: the budgets.
            ledger: counts.
            is_attached: whether the system must find an address's hardware address to reach it.
            interface: traffic leaves here only.
        """
        self._guard = guard
        self._limits = limits
        self._ledger = ledger
        self._is_attached = is_attached
        self._interface = interface
        self.hosts = Hosts(limits, ledger)
        self.bucket = TokenBucket(limits.rate)
        self.resolving = Resolving(limits.unresolved)

    @asynccontextmanager
    async def connect(
        self, address: str, port: int, *, probe: str, tls: bool = False
    ) -> AsyncIterator[LiveStream]:
        """Open a connection (see :class:`auditor.net.api.Dialer`).

        Raises:
            NetError: on entering: Denied, Refused, Filtered, TimedOut, ConnReset, TlsFailed.
        """
        peer = Peer(address=self._guard.check(address), port=port, probe=probe, tls=tls)
        async with self._opened(peer, self._limits.connect_timeout) as plain:
            pipe: Pipe = await self._shake_hands(peer, plain) if tls else plain
            yield LiveStream(
                pipe, peer, self.hosts, self._ledger, reply_timeout=self._limits.reply_timeout
            )

    async def knock(self, address: str, port: int, *, probe: str, wait: float) -> bool:
        """Open and close one TCP connection. True when open.

        Raises:
            NetError: Refused, Filtered, TimedOut, ConnReset, Denied.
        """
        peer = Peer(address=self._guard.check(address), port=port, probe=probe, tls=False)
        async with self._opened(peer, wait):
            return True

    async def datagram(
        self, address: str, port: int, payload: bytes, *, probe: str, wait: float, most: int = 1
    ) -> Sequence[bytes]:
        """Send one datagram and read the answers (see :class:`auditor.net.api.Dialer`).

        Raises:
            NetError: Denied, Refused (port unreachable), Filtered.
        """
        host = self._guard.check(address)
        await self._enter(host)
        async with self.hosts.working_on(host), self.hosts.sockets:
            await self.hosts.request(host)
            await self.bucket.take()
            self._ledger.packet("datagram", host, port, probe, payload)
            try:
                with net_errors(f"udp {host}:{port}"):
                    answers = await udp.question(
                        host, port, payload, wait=wait, most=most, interface=self._interface
                    )
            except NetError:
                self.resolving.settled(host)
                raise
        if answers:
            self.resolving.settled(host)
        return answers

    async def _enter(self, host: str) -> None:
        if self._is_attached(host):
            await self.resolving.enter(host)

    @asynccontextmanager
    async def _opened(self, peer: Peer, wait: float) -> AsyncIterator[TcpPipe]:
        await self._enter(peer.address)
        async with self.hosts.connection(peer.address):
            with await self._dial(peer, wait) as sock:
                self.resolving.settled(peer.address)
                self.hosts.opened(peer.address, peer.port)
                yield TcpPipe(sock)

    async def _dial(self, peer: Peer, wait: float) -> socket.socket:
        """A connected socket. A port that opened before gets time for lost packets, and a second try.

        The system repeats a lost SYN after one and three seconds; no message has left by then, so
        that nothing is asked twice.
        """
        if self.hosts.was_open(peer.address, peer.port):
            try:
                return await self._dial_once(peer, max(wait, _SYN_REPEATS))
            except TimedOut:
                pass
        return await self._dial_once(peer, wait)

    async def _dial_once(self, peer: Peer, wait: float) -> socket.socket:
        host, port = peer.address, peer.port
        await self.bucket.take()
        with net_errors(peer.name):
            sock = tcp.open_socket(host, socket.SOCK_STREAM, self._interface)
        self._ledger.connection(host, port, peer.probe)
        try:
            with net_errors(peer.name):
                await tcp.connect(sock, tcp.sockaddr(host, port, self._interface), wait)
        except NetError as error:
            sock.close()
            self._strike(peer, error)
            if not isinstance(error, TimedOut):
                self.resolving.settled(host)
            raise
        except BaseException:
            sock.close()
            raise
        return sock

    async def _shake_hands(self, peer: Peer, plain: TcpPipe) -> TlsPipe:
        await self.hosts.request(peer.address)
        self._ledger.packet("tls", peer.address, peer.port, peer.probe)
        pipe = TlsPipe(plain)
        try:
            with net_errors(peer.name):
                await pipe.handshake(self._limits.reply_timeout)
        except NetError as error:
            self._strike(peer, error)
            raise
        return pipe

    def _strike(self, peer: Peer, error: NetError) -> None:
        if isinstance(error, ConnReset):
            self.hosts.was_reset(peer.address)
        elif isinstance(error, TimedOut):
            self.hosts.timed_out(peer.address, peer.port)
