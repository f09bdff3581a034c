"""How much we may ask of a network: the numbers, the bucket that paces first packets, and places."""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final

_BURST: Final = 0.015  # seconds' worth of packets that may leave back to back after a pause
_TURNS: Final = 4  # of which the usual line has one while discovery waits too
_SLACK: Final = 0.98
"""Below the limit. A second holds at most 0.98 + 0.015 of the rate by booking; the rest is for packets
that leave after they were booked, because the event loop was late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The budgets of one scan.

    Attributes:
        requests_per_host: messages and TLS handshakes to one host, over all its ports.
        connections_per_host: open at a time to one host.
        connections_total: open at a time, all hosts together.
        rate: first packets (ARP request, SYN, UDP question) a second.
        spacing: least seconds between two requests to one host.
        connect_timeout: seconds for a TCP connection to open.
        reply_timeout: seconds for one whole exchange, and for one TLS handshake.
        slow_after: timeouts after which a host counts as slow, and is asked less.
        resets_before_denied: dropped connections in a row after which a host is left alone.
        slow_spacing: least seconds between two requests to a host that is slow or resets.
        unresolved: attached addresses whose hardware address the system may look for at a time.
    """

    requests_per_host: int = 15
    connections_per_host: int = 4
    connections_total: int = 400
    rate: float = 2000.0
    spacing: float = 0.0
    connect_timeout: float = 1.5
    reply_timeout: float = 3.0
    slow_after: int = 2
    resets_before_denied: int = 3
    slow_spacing: float = 0.3
    unresolved: int = 256

    @classmethod
    def of(
        cls, *, polite: bool = False, rate: float | None = None, timeout: float | None = None
    ) -> "Limits":
        """The limits that the operator's options mean.

        Args:
            polite: start from the slower preset.
            rate: first packets a second.
            timeout: seconds for one exchange; a connection gets at most as long.
        """
        limits = POLITE if polite else cls()
        if rate is not None:
            limits = replace(limits, rate=rate)
        if timeout is not None:
            connect = min(limits.connect_timeout, timeout)
            limits = replace(limits, reply_timeout=timeout, connect_timeout=connect)
        return limits


POLITE: Final = Limits(
    rate=50.0, spacing=0.3, connections_per_host=2, connect_timeout=2.0, reply_timeout=4.0
)
"""50 new connections a second, 300 ms between requests to a host, 2 connections to it."""


class TokenBucket:
    """Lets at most ``rate`` packets leave in any second, evenly.

    Each of its two lines is first come, first served. Discovery has its own, which is served three
    times as often: its windows are short, and behind the knocks of many interviews its rounds
    would come late. Neither can starve the other.
    """

    def __init__(self, rate: float) -> None:
        """Start full.

        Args:
            rate: packets a second; more than 0.
        """
        self._gap = 1 / (rate * _SLACK)
        self._credit = max(0.0, rate * _BURST - 1) * self._gap
        self._next = float("-inf")
        self._lines: tuple[deque[asyncio.Future[None]], ...] = (deque(), deque())
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None

    def reserve(self, now: float) -> float:
        """Book the next packet; returns the seconds that it must wait from ``now``."""
        self._next = max(self._next, now - self._credit)
        wait = max(0.0, self._next - now)
        self._next += self._gap
        return wait

    def debit(self) -> None:
        """Book a packet that the system sends for us without being held up."""
        self.reserve(asyncio.get_running_loop().time())

    def try_take(self) -> bool:
        """Book one more packet if it may leave now and nobody waits. Returns whether it may."""
        if self._timer is not None:
            return False
        now = asyncio.get_running_loop().time()
        following = self._next
        if following > now:
            return False
        earliest = now - self._credit
        self._next = max(earliest, following) + self._gap
        return True

    async def take(self, *, discovery: bool = False) -> None:
        """Wait until one more packet may leave.

        Args:
            discovery: wait in discovery's line.
        """
        if self.try_take():
            return
        loop = asyncio.get_running_loop()
        place: asyncio.Future[None] = loop.create_future()
        self._lines[discovery].append(place)
        self._wake_later(loop)
        await place

    def _wake_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None:
            self._timer = loop.call_at(self._next, self._release, loop)

    def _release(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let those go whose time has come."""
        self._timer = None
        while any(self._lines):
            if self._next > loop.time():
                self._wake_later(loop)
                return
            place = self._first()
            if not place.done():  # else it was cancelled while it waited
                self.reserve(loop.time())
                place.set_result(None)

    def _first(self) -> "asyncio.Future[None]":
        usual, discovery = self._lines
        self._turn = (self._turn + 1) % _TURNS
        line = usual if (usual and self._turn == 0) or not discovery else discovery
        return line.popleft()


class Places:
    """A number of places that are taken at once where one is free, and waited for where none is.

    Like :class:`asyncio.Semaphore`, with a way to take a place without waiting. First come, first
    served: nobody takes a place past those who wait for one.
    """

    def __init__(self, most: int) -> None:
        """Have ``most`` free places."""
        self._free = most
        self._line: deque[asyncio.Future[None]] = deque()

    def try_take(self) -> bool:
        """Take a place if one is free now. Returns whether it was."""
        if self._free > 0 and not self._line:
            self._free -= 1
            return True
        return False

    async def take(self) -> None:
        """Take a place; waits for one."""
        if self.try_take():
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give()  # our turn had come: pass it on
            raise

    @property
    def is_wanted(self) -> bool:
        """Whether anyone waits for a place."""
        return bool(self._line)

    def give(self) -> None:
        """Give a place back."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)  # the place goes from hand to hand
                return
        self._free += 1

    async def __aenter__(self) -> None:
        await self.take()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.give()
