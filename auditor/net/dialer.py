"""The dialer that really goes out: scope first, then budgets, then the socket."""

import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final

from auditor.model.errors import ConnReset, NetError, TimedOut
from auditor.net.guard import Guard
from auditor.net.hosts import Host, Hosts
from auditor.net.knocking import SYN_REPEATS, Knocking
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits, TokenBucket
from auditor.net.pace import Told
from auditor.net.resolving import Resolving, most_met
from auditor.net.system.neighbours import table_size
from auditor.net.system.oserrors import as_net_error, net_errors
from auditor.net.transport import tcp, udp
from auditor.net.transport.polled import PolledPipe
from auditor.net.transport.poller import Poller, poller
from auditor.net.transport.stream import LiveStream, Peer
from auditor.net.transport.tcp import Pipe, TcpPipe
from auditor.net.transport.tls import Hello, TlsPipe

_WAS_REPEATED: Final = 0.9  # seconds of opening that only a lost packet and its repeat explain
_AFTER_A_REPEAT: Final = 3.0
"""Seconds more for what is asked over such a connection: without a measured round trip, either
system waits this long before it repeats what is lost on it (RFC 6298, 5.7)."""


@dataclass(slots=True)
class _Line:
    """An open connection and the host that it counts for."""

    host: Host
    pipe: Pipe
    is_reused: bool = False


class _Connection:
    """Opens a line on entering, and on leaving hangs up, or leaves it open where it is kept."""

    __slots__ = ("_dialer", "_line", "_peer", "_reuse", "_stream")

    def __init__(self, dialer: "LiveDialer", peer: Peer, *, reuse: bool) -> None:
        self._dialer = dialer
        self._peer = peer
        self._reuse = reuse
        self._line: _Line | None = None
        self._stream: LiveStream | None = None

    async def __aenter__(self) -> LiveStream:
        self._line = await self._dialer.open_line(self._peer, reuse=self._reuse)
        self._stream = self._dialer.stream(self._peer, self._line)
        return self._stream

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        line, stream = self._line, self._stream
        if line is None:
            return
        if kind is None and stream is not None and stream.is_kept:
            self._dialer.leave_open(line, self._peer)
        else:
            self._dialer.hang_up(line)


class LiveDialer:
    """Connections and datagrams to hosts of the scope.

    Attributes:
        hosts: the state of the hosts that are being worked on.
        bucket: paces first packets; all that leave this machine pass it.
        resolving: keeps the neighbour table small.
        ledger: counts.
        interface: traffic leaves here only; None for whatever the routes say.
        is_attached: whether the system must find an address's hardware address to reach it.
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
        self.ledger = ledger
        self.is_attached = is_attached
        self.interface = interface
        self.hosts = Hosts(limits, ledger)
        self.bucket = TokenBucket(limits.rate)
        self.resolving = Resolving(
            limits.unresolved, most_met(table_size()), asks=self.bucket.debit
        )
        self._poller: Poller | None = None
        self._may_poll = True

    def connect(
        self, address: str, port: int, *, probe: str, tls: bool = False, reuse: bool = False
    ) -> _Connection:
        """Open a connection (see :class:`auditor.net.api.Dialer`).

        Raises:
            NetError: on entering: Denied, Refused, Filtered, TimedOut, ConnReset, TlsFailed.
        """
        peer = Peer(address=address, port=port, probe=probe, tls=tls)
        return _Connection(self, peer, reuse=reuse)

    async def open_line(self, peer: Peer, *, reuse: bool) -> _Line:
        """What :meth:`connect` does on entering; :meth:`hang_up` undoes it."""
        peer.address = self._guard.check(peer.address)
        kept = self._kept(peer) if reuse else None
        if kept is not None:
            return kept
        if peer.tls:
            return await self._secured(peer)
        return await self._opened(peer, self._limits.connect_timeout)

    def _kept(self, peer: Peer) -> _Line | None:
        """A line that was left open, with the places that it holds."""
        host = self.hosts.known(peer.address)
        if host is None or not host.idle:
            return None
        pipe = self.hosts.keeping.take(host, peer.port, tls=peer.tls)
        return None if pipe is None else _Line(host, pipe, is_reused=True)

    def stream(self, peer: Peer, line: _Line) -> LiveStream:
        """The exchanges over a line."""
        patience = self._patience(peer, line.pipe)
        return LiveStream(
            line.pipe,
            peer,
            line.host,
            self.hosts,
            self.ledger,
            reply_timeout=patience,
            reused=line.is_reused,
        )

    def hang_up(self, line: _Line) -> None:
        """Close a line and free its place."""
        line.pipe.close()
        self.hosts.leave(line.host)
        self.hosts.end(line.host)

    def leave_open(self, line: _Line, peer: Peer) -> None:
        """Keep a line for the next question, unless its place is wanted."""
        if self.hosts.may_rest(line.host):
            self.hosts.keeping.put(line.host, peer.port, line.pipe, tls=peer.tls)
        else:
            self.hang_up(line)

    async def knock(self, address: str, port: int, *, probe: str, wait: float) -> bool:
        """Open and close one TCP connection. True when open.

        Raises:
            NetError: Refused, Filtered, TimedOut, ConnReset, Denied.
        """
        host = self._guard.check(address)
        self.hang_up(
            await self._opened(Peer(address=host, port=port, probe=probe, tls=False), wait)
        )
        return True

    async def knocks(
        self,
        address: str,
        ports: Sequence[int],
        *,
        probe: str,
        wait: float,
        told: Told,
        keep: Collection[int] = (),
    ) -> None:
        """Knock at several ports of one host (see :class:`auditor.net.api.Net`).

        Raises:
            Denied: the address is out of scope.
        """
        host = self._guard.check(address)
        await Knocking(self, host, ports, probe=probe, wait=wait, told=told, keep=keep).run()

    def poller(self) -> Poller | None:
        """Tells when sockets are ready; None where the system or the loop cannot."""
        if self._poller is None and self._may_poll:
            self._poller = poller()
            self._may_poll = self._poller is not None
        return self._poller

    def close(self) -> None:
        """Free what the dialer holds. Nothing may be asked afterwards."""
        self._may_poll = False
        self.hosts.keeping.clear()
        if self._poller is not None:
            self._poller.close()
            self._poller = None
        self.resolving.clear()

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
            self.ledger.packet("datagram", host, port, probe, payload)
            try:
                with net_errors(f"udp {host}:{port}"):
                    answers = await udp.question(
                        host, port, payload, wait=wait, most=most, interface=self.interface
                    )
            except NetError:
                self.resolving.settled(host)
                raise
        if answers:
            self.resolving.settled(host)
        return answers

    async def expect(self, address: str) -> None:
        """Wait until the system's neighbour table has room for a host, where it needs a place there.

        Raises:
            Denied: the address is out of scope.
        """
        host = self._guard.check(address)
        if self.is_attached(host):
            await self.resolving.expect(host)

    async def _enter(self, host: str) -> None:
        if self.is_attached(host):
            await self.resolving.meet(host)

    async def _opened(self, peer: Peer, wait: float) -> _Line:
        hosts = self.hosts
        host = hosts.begin(peer.address)
        try:
            if not host.open_ports:  # else it has answered, and the system knows where it is
                await self._enter(peer.address)
            await hosts.enter(host)
            try:
                pipe = await self._dial(host, peer, wait)
            except BaseException:
                hosts.leave(host)
                raise
        except BaseException:
            hosts.end(host)
            raise
        self.resolving.settled(peer.address)
        host.open_ports.add(peer.port)
        return _Line(host, pipe)

    def _patience(self, peer: Peer, pipe: Pipe) -> float:
        """Seconds for one exchange over a connection; more where packets were lost opening it."""
        more = _AFTER_A_REPEAT if pipe.opened_in >= _WAS_REPEATED else 0.0
        return self.hosts.patience(peer.address, self._limits.reply_timeout) + more

    async def _dial(self, host: Host, peer: Peer, wait: float) -> Pipe:
        """An open pipe. A port that opened before gets time for lost packets, and a second try.

        The system repeats a lost SYN after one and three seconds; no message has left by then, so
        that nothing is asked twice.
        """
        if peer.port in host.open_ports:
            try:
                return await self._dial_once(peer, max(wait, SYN_REPEATS))
            except TimedOut:
                pass
        return await self._dial_once(peer, wait)

    async def _dial_once(self, peer: Peer, wait: float) -> Pipe:
        await self.bucket.take()
        try:
            pipe = self._pipe(peer.address)
        except OSError as trouble:
            raise as_net_error(trouble, peer.name) from trouble
        try:
            self.ledger.connection(peer.address, peer.port, peer.probe)
            await pipe.connect(tcp.sockaddr(peer.address, peer.port, self.interface), wait)
        except OSError as trouble:
            pipe.close()
            error = as_net_error(trouble, peer.name)
            self._strike(peer, error)
            if not isinstance(error, TimedOut):
                self.resolving.settled(peer.address)
            raise error from trouble
        except BaseException:
            pipe.close()
            raise
        return pipe

    def _pipe(self, address: str) -> PolledPipe | TcpPipe:
        sock = tcp.open_socket(address, socket.SOCK_STREAM, self.interface)
        watch = self.poller()
        return TcpPipe(sock) if watch is None else PolledPipe(sock, watch)

    async def _secured(self, peer: Peer) -> _Line:
        """A TLS connection, opened with the plainest hello that it takes.

        A server that hangs up is asked again in older words, each on a connection of its own and
        as a request of its own; what it took is remembered for the next time. A certificate that
        was seen ends the search, for there is nothing more to be had.
        """
        failed: list[tuple[TlsPipe, NetError]] = []
        async with self.hosts.working_on(peer.address):
            for hello in self.hosts.hellos(peer.address, peer.port):
                try:
                    line, pipe, error = await self._try(peer, hello)
                except NetError as stopped:  # no connection, or no budget for it
                    raise (failed[0][1] if failed else stopped) from None
                if error is None:
                    self.hosts.took(peer.address, peer.port, hello)
                    return line
                failed.append((pipe, error))
                if _is_hopeless(failed):
                    break
            self.hosts.took(peer.address, peer.port, Hello.NEWEST)
            self._strike(peer, failed[0][1])
        raise _told(failed)

    async def _try(self, peer: Peer, hello: Hello) -> tuple[_Line, TlsPipe, NetError | None]:
        """One handshake on a connection of its own, which is kept open if it succeeds.

        Raises:
            NetError: it could not even begin.
        """
        line = await self._opened(peer, self._limits.connect_timeout)
        try:
            await self.hosts.request_of(line.host)
            self.ledger.packet("tls", peer.address, peer.port, peer.probe)
            patience = self._patience(peer, line.pipe)
            line.pipe = pipe = TlsPipe(line.pipe, hello)
            try:
                with net_errors(peer.name):
                    await pipe.handshake(patience)
            except NetError as error:
                self.hang_up(line)
                return line, pipe, error
        except BaseException:
            self.hang_up(line)
            raise
        return line, pipe, None

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
