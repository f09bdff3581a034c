"""Connections that are left open for a short while, for the next question to the same port.

A knock that found a port which is asked at once leaves its connection to the first question; a
server that says it keeps its connections gets its further questions over one. Such a connection
counts as one that is open, gives way to any other, and lasts no longer than :data:`LIFE`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from auditor.net.transport.tcp import Pipe

if TYPE_CHECKING:
    from auditor.net.hosts import Host

LIFE: Final = 1.5
"""Seconds after which a connection that nobody wanted is closed."""

TOGETHER: Final = 2
"""Most connections to one host at a time of which one is idle: some devices restart on a third."""


@dataclass(slots=True, eq=False)
class Idle:
    """One connection that is open and waits for a question.

    Attributes:
        host: whose place it keeps.
        port: where it leads.
        tls: whether TLS is spoken on it.
        pipe: the connection.
        until: when it is closed, by the event loop's clock.
    """

    host: "Host"
    port: int
    tls: bool
    pipe: Pipe
    until: float


class Keeping:
    """All idle connections of a scan."""

    def __init__(self, free: Callable[["Host"], None], most: int) -> None:
        """Keep none yet.

        Args:
            free: gives back the places that a connection of this host held.
            most: idle connections at a time, all hosts together.
        """
        self._free = free
        self._most = most
        self._idle: dict[Idle, None] = {}  # oldest first
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._idle)

    def put(self, host: "Host", port: int, pipe: Pipe, *, tls: bool) -> None:
        """Leave a connection open. Its places stay taken until it is taken up or closed."""
        loop = asyncio.get_running_loop()
        idle = Idle(host, port, tls, pipe, loop.time() + LIFE)
        self._idle[idle] = None
        host.idle.append(idle)
        pipe.rest(partial(self.close, idle))
        if len(self._idle) > self._most:
            self.drop_oldest()
        if self._timer is None:
            self._timer = loop.call_at(idle.until, self._expire)

    def take(self, host: "Host", port: int, *, tls: bool) -> Pipe | None:
        """An idle connection to a port, with the places that it holds; None if there is none.

        One that has come to its end meanwhile, or on which something stands that nobody asked for,
        is closed instead.

        Args:
            host: whose.
            port: where to.
            tls: whether TLS is to be spoken on it.
        """
        for idle in tuple(host.idle):
            if idle.port != port or idle.tls != tls:
                continue
            if idle.pipe.is_quiet():
                self._forget(idle)
                idle.pipe.rest(None)
                return idle.pipe
            self.close(idle)
        return None

    def make_room(self, host: "Host", most: int) -> None:
        """Close idle connections to a host, oldest first, until one more makes no more than allowed.

        Args:
            host: which will get another connection.
            most: connections that it may have at a time.
        """
        while host.idle and host.in_flight >= min(most, TOGETHER):
            self.close(host.idle[0])

    def drop(self, host: "Host") -> None:
        """Close every idle connection to a host."""
        for idle in tuple(host.idle):
            self.close(idle)

    def drop_oldest(self) -> bool:
        """Close the oldest idle connection of all. Returns whether there was one."""
        oldest = next(iter(self._idle), None)
        if oldest is None:
            return False
        self.close(oldest)
        return True

    def close(self, idle: Idle) -> None:
        """Close an idle connection and give its places back."""
        if self._forget(idle):
            idle.pipe.close()
            self._free(idle.host)

    def clear(self) -> None:
        """Close them all."""
        while self.drop_oldest():
            pass
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _forget(self, idle: Idle) -> bool:
        if idle not in self._idle:
            return False
        del self._idle[idle]
        idle.host.idle.remove(idle)
        return True

    def _expire(self) -> None:
        """Close those whose time is up, and look again when the next one's is."""
        self._timer = None
        loop = asyncio.get_running_loop()
        while self._idle:
            oldest = next(iter(self._idle))
            if oldest.until > loop.time():
                self._timer = loop.call_at(oldest.until, self._expire)
                return
            self.close(oldest)
