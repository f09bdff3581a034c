"""What each host may still be asked: its budget, its connections, and backing off from it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from auditor.model.errors import Denied
from auditor.net.keeping import TOGETHER, Idle, Keeping
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits, Places
from auditor.net.transport.tls import Hello

_IMPATIENT: Final = 0.25


@dataclass(slots=True)
class Host:
    """One host's state; only :class:`Hosts` changes it."""

    address: str
    allowed: int
    spacing: float
    in_flight: int = 0
    requests: int = 0
    granted: int = 0
    timeouts: int = 0
    resets: int = 0
    last_request: float = float("-inf")
    users: int = 0
    leaving: bool = False
    answered: bool = False
    open_ports: set[int] = field(default_factory=set)
    closed_ports: set[int] = field(default_factory=set)
    hellos: dict[int, Hello] = field(default_factory=dict)
    keeps: dict[int, bool] = field(default_factory=dict)
    idle: list[Idle] = field(default_factory=list)
    waiters: deque[asyncio.Future[None]] = field(default_factory=deque)

    @property
    def is_blank(self) -> bool:
        """Nothing is known of it that a fresh state would not say."""
        return not (self.requests or self.timeouts or self.resets or self.open_ports)


class Hosts:
    """The state of every host that is being worked on, and of no other.

    A host that never answered leaves no trace; one that did is kept until :meth:`release`.

    Attributes:
        sockets: one place for each socket that may be open at a time, all hosts together.
        keeping: connections that are left open for the next question.
    """

    def __init__(self, limits: Limits, ledger: Ledger) -> None:
        """Know no host yet."""
        self._limits = limits
        self._ledger = ledger
        self._hosts: dict[str, Host] = {}
        self._open = 0
        self.sockets = Places(limits.connections_total)
        self.keeping = Keeping(self._freed, max(1, limits.connections_total // 2))

    def __len__(self) -> int:
        return len(self._hosts)

    def release(self, address: str) -> None:
        """Forget a host; while work on it is in flight, as soon as that ends."""
        host = self._hosts.get(address)
        if host is not None:
            host.leaving = True
            self.keeping.drop(host)
            self._drop_if_idle(host)

    def hang_up(self, address: str) -> None:
        """Close the idle connections to a host."""
        host = self._hosts.get(address)
        if host is not None:
            self.keeping.drop(host)

    @asynccontextmanager
    async def connection(self, address: str) -> AsyncIterator[None]:
        """Hold one of the host's connections; waits for one.

        Raises:
            Denied: the host resets connections, and is left alone.
        """
        host = self.begin(address)
        try:
            await self.enter(host)
            try:
                yield
            finally:
                self.leave(host)
        finally:
            self.end(host)

    @asynccontextmanager
    async def working_on(self, address: str) -> AsyncIterator[Host]:
        """Keep the host's state while this block runs."""
        host = self.begin(address)
        try:
            yield host
        finally:
            self.end(host)

    def begin(self, address: str) -> Host:
        """The host's state, to be kept until :meth:`end`."""
        host = self._hosts.get(address)
        if host is None:
            limits = self._limits
            host = Host(address, limits.connections_per_host, limits.spacing)
            self._hosts[address] = host
        host.users += 1
        return host

    def known(self, address: str) -> Host | None:
        """A host's state, if it has one."""
        return self._hosts.get(address)

    def end(self, host: Host) -> None:
        """The work that began with :meth:`begin` is through."""
        host.users -= 1
        self._drop_if_idle(host)

    def _drop_if_idle(self, host: Host) -> None:
        if host.users == 0 and (host.leaving or host.is_blank):
            self._hosts.pop(host.address, None)

    async def enter(self, host: Host) -> None:
        """Take one of the host's connections, to be given back by :meth:`leave`; waits for one.

        Raises:
            Denied: the host resets connections, and is left alone.
        """
        if self.try_enter(host):
            return
        await self._turn(host)
        try:
            if not self._try_socket():
                await self.sockets.take()
        except BaseException:
            self._give_turn(host)
            raise
        self._count(host)

    def try_enter(self, host: Host) -> bool:
        """Take one of the host's connections if one is free now. Returns whether it was.

        Raises:
            Denied: the host resets connections, and is left alone.
        """
        if host.idle:
            self.keeping.make_room(host, host.allowed)
        if host.in_flight >= host.allowed or host.waiters or not self._try_socket():
            return False
        host.in_flight += 1
        self._count(host)
        return True

    def _try_socket(self) -> bool:
        """Take one of everybody's places if one is free, or held by an idle connection."""
        return self.sockets.try_take() or (self.keeping.drop_oldest() and self.sockets.try_take())

    def may_rest(self, host: Host) -> bool:
        """Whether a connection to a host may be left open: nobody waits, and it bears it."""
        return (
            not host.waiters
            and not host.leaving
            and not self.sockets.is_wanted
            and host.in_flight <= min(host.allowed, TOGETHER)
        )

    def _freed(self, host: Host) -> None:
        self.leave(host)
        self.end(host)

    def _count(self, host: Host) -> None:
        self._open += 1
        try:
            self._refuse_if_resetting(host)
        except Denied:
            self.leave(host)
            raise
        self._ledger.in_flight(host.in_flight, self._open)

    def leave(self, host: Host) -> None:
        """Give a connection back."""
        self._open -= 1
        self.sockets.give()
        self._give_turn(host)

    @staticmethod
    async def _turn(host: Host) -> None:
        while host.in_flight >= host.allowed:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            host.waiters.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    _wake_one(host)  # our turn had come: pass it on
                raise
        host.in_flight += 1

    @staticmethod
    def _give_turn(host: Host) -> None:
        host.in_flight -= 1
        _wake_one(host)

    async def request(self, address: str) -> None:
        """Take one request from the host's budget, and wait until it may be sent.

        Call it while working on the host.

        Raises:
            Denied: the budget is spent, or the host resets connections.
        """
        await self.request_of(self._hosts[address])

    async def request_of(self, host: Host) -> None:
        """:meth:`request` with the host's state at hand."""
        self._refuse_if_resetting(host)
        budget = self._limits.requests_per_host + host.granted
        if host.requests >= budget:
            raise Denied(f"{host.address}: its budget of {budget} requests is spent")
        host.requests += 1
        self._ledger.request(host.requests)
        now = asyncio.get_running_loop().time()
        due = max(now, host.last_request + host.spacing)
        host.last_request = due
        if due > now:
            await asyncio.sleep(due - now)
            self._refuse_if_resetting(host)

    def grant(self, address: str, requests: int) -> None:
        """Let a host that is remembered be asked so many questions more."""
        host = self._hosts.get(address)
        if host is not None:
            host.granted += requests

    def opened(self, address: str, port: int) -> None:
        """A connection to this port opened."""
        self._hosts[address].open_ports.add(port)

    def was_open(self, address: str, port: int) -> bool:
        """Whether a connection to this port opened before, as far as the host is remembered."""
        host = self._hosts.get(address)
        return host is not None and port in host.open_ports

    def hellos(self, address: str, port: int) -> tuple[Hello, ...]:
        """How to open a TLS handshake with this port, in the order to try.

        Only a port that was never tried gets all of them.
        """
        host = self._hosts.get(address)
        known = host.hellos.get(port) if host is not None else None
        return tuple(Hello) if known is None else (known,)

    def took(self, address: str, port: int, hello: Hello) -> None:
        """Keep to this hello at this port from now on."""
        host = self._hosts.get(address)
        if host is not None:
            host.hellos[port] = hello

    def may_keep(self, host: Host, port: int) -> bool:
        """Whether a port may be asked to keep its connections: its answers end by themselves."""
        return host.keeps.get(port, False) and not host.resets

    def ended(self, host: Host, port: int, *, framed: bool) -> None:
        """How an answer of a port ended; one that had no end of its own is remembered for good."""
        host.keeps[port] = framed and host.keeps.get(port, True)

    def replied(self, address: str) -> None:
        """The host gave a whole reply."""
        host = self._hosts[address]
        host.resets = 0
        host.answered = True

    def timed_out(self, address: str, port: int) -> None:
        """The host did not answer in time; counts only on a port that had opened before.

        A port that never opened is filtered, which says nothing of how loaded the host is.
        """
        host = self._hosts[address]
        if port not in host.open_ports:
            return
        host.timeouts += 1
        if host.timeouts % self._limits.slow_after == 0:
            self._back_off(host)

    def patience(self, address: str, seconds: float) -> float:
        """Seconds to wait for an answer of the host, where ``seconds`` is usual.

        A host that let one question run into the deadline and never answered any (a tarpit, a
        port that only listens) gets a quarter, so that it costs little more than one deadline.
        """
        host = self._hosts.get(address)
        if host is None or host.answered or not host.timeouts:
            return seconds
        return seconds * _IMPATIENT

    def was_reset(self, address: str) -> None:
        """The host dropped a connection half-way."""
        host = self._hosts[address]
        host.resets += 1
        self._back_off(host)

    def _back_off(self, host: Host) -> None:
        host.allowed = max(1, host.allowed // 2)
        host.spacing = max(self._limits.slow_spacing, host.spacing)

    def _refuse_if_resetting(self, host: Host) -> None:
        if host.resets >= self._limits.resets_before_denied:
            raise Denied(
                f"{host.address} dropped {host.resets} connections in a row; it is left alone"
            )


def _wake_one(host: Host) -> None:
    while host.waiters:
        turn = host.waiters.popleft()
        if not turn.done():
            turn.set_result(None)
            return
