"""The dialer that really goes out: scope first, then budgets, then the socket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from auditor.model.errors import ConnReset, NetError, TimedOut
from auditor.net.guard import Guard
from auditor.net.hosts import Hosts
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits, TokenBucket
from auditor.net.resolving import Resolving
from auditor.net.system.oserrors import net_errors
from auditor.net.transport import tcp, udp
from auditor.net.transport.stream import LiveStream, Peer
from auditor.net.transport.tcp import Pipe, TcpPipe
from auditor.net.transport.tls import Hello, TlsPipe

_SYN_REPEATS: Final = 3.4  # seconds: the first SYN and the system's two repeats
_WAS_REPEATED: Final = 0.9  # seconds of opening that only a lost packet and its repeat explain
_AFTER_A_REPEAT: Final = 3.0
"""Seconds more for what is asked over such a connection: without a measured round trip, either
system waits this long before it repeats what is lost on it (RFC 6298, 5.7)."""


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
        async with AsyncExitStack() as stack:
            pipe: Pipe
            if tls:
                pipe = await self._secured(peer, stack)
            else:
                opened = self._opened(peer, self._limits.connect_timeout)
                pipe = await stack.enter_async_context(opened)
            yield LiveStream(
                pipe, peer, self.hosts, self._ledger, reply_timeout=self._patience(peer, pipe)
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
            sock, seconds = await self._dial(peer, wait)
            with sock:
                self.resolving.settled(peer.address)
                self.hosts.opened(peer.address, peer.port)
                yield TcpPipe(sock, opened_in=seconds)

    def _patience(self, peer: Peer, pipe: Pipe) -> float:
        """Seconds for one exchange over a connection; more where packets were lost opening it."""
        more = _AFTER_A_REPEAT if pipe.opened_in >= _WAS_REPEATED else 0.0
        return self.hosts.patience(peer.address, self._limits.reply_timeout) + more

    async def _dial(self, peer: Peer, wait: float) -> tuple[socket.socket, float]:
        """A connected socket, and the seconds that opening it took. A port that opened before gets time for lost packets, and a second try.

        The system repeats a lost SYN after one and three seconds; no message has left by then, so
        that nothing is asked twice.
        """
        if self.hosts.was_open(peer.address, peer.port):
            try:
                return await self._dial_once(peer, max(wait, _SYN_REPEATS))
            except TimedOut:
                pass
        return await self._dial_once(peer, wait)

    async def _dial_once(self, peer: Peer, wait: float) -> tuple[socket.socket, float]:
        host, port = peer.address, peer.port
        await self.bucket.take()
        with net_errors(peer.name):
            sock = tcp.open_socket(host, socket.SOCK_STREAM, self._interface)
        self._ledger.connection(host, port, peer.probe)
        clock = asyncio.get_running_loop().time
        begin = clock()
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
        return sock, clock() - begin

    async def _secured(self, peer: Peer, stack: AsyncExitStack) -> TlsPipe:
        """A TLS connection, opened with the plainest hello that it takes.

        A server that hangs up is asked again in older words, each on a connection of its own and
        as a request of its own; what it took is remembered for the next time. A certificate that
        was seen ends the search, for there is nothing more to be had.
        """
        failed: list[tuple[TlsPipe, NetError]] = []
        async with self.hosts.working_on(peer.address):
            for hello in self.hosts.hellos(peer.address, peer.port):
                try:
                    pipe, error = await self._try(peer, hello, stack)
                except NetError as stopped:  # no connection, or no budget for it
                    raise (failed[0][1] if failed else stopped) from None
                if error is None:
                    self.hosts.took(peer.address, peer.port, hello)
                    return pipe
                failed.append((pipe, error))
                if _is_hopeless(failed):
                    break
            self.hosts.took(peer.address, peer.port, Hello.NEWEST)
            self._strike(peer, failed[0][1])
        raise _told(failed)

    async def _try(
        self, peer: Peer, hello: Hello, stack: AsyncExitStack
    ) -> tuple[TlsPipe, NetError | None]:
        """One handshake on a connection of its own, which is kept open if it succeeds.

        Raises:
            NetError: it could not even begin.
        """
        async with AsyncExitStack() as trial:
            opened = self._opened(peer, self._limits.connect_timeout)
            plain = await trial.enter_async_context(opened)
            await self.hosts.request(peer.address)
            self._ledger.packet("tls", peer.address, peer.port, peer.probe)
            pipe = TlsPipe(plain, hello)
            try:
                with net_errors(peer.name):
                    await pipe.handshake(self._patience(peer, plain))
            except NetError as error:
                return pipe, error
            stack.push_async_exit(trial.pop_all())
        return pipe, None

    def _strike(self, peer: Peer, error: NetError) -> None:
        if isinstance(error, ConnReset):
            self.hosts.was_reset(peer.address)
        elif isinstance(error, TimedOut):
            self.hosts.timed_out(peer.address, peer.port)


def _is_hopeless(failed: list[tuple[TlsPipe, NetError]]) -> bool:
    """Whether a plainer hello would bring nothing new."""
    pipe = failed[-1][0]
    silent = sum(isinstance(error, TimedOut) for _, error in failed)
    return pipe.certificate is not None or not pipe.may_speak_tls or silent > 1


def _told(failed: list[tuple[TlsPipe, NetError]]) -> NetError:
    """The first failure, with what the server showed all the same."""
    pipe, error = next(((p, e) for p, e in failed if p.certificate), failed[0])
    words = str(error)
    if pipe.tls_version is not None:
        words += f", after it chose {pipe.tls_version}"
    if len(failed) > 1:
        words += f" ({len(failed)} handshakes, each plainer than the one before)"
    return type(error)(words, partial=pipe.certificate or b"")
