"""A TCP connection that is registered with a poller once, and reads and writes without ado."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from typing import Final

from auditor.net.transport.poller import ENDED, READABLE, Poller
from auditor.net.transport.tcp import CHUNK, SockAddr, is_quiet

IN_PROGRESS: Final = errno.EINPROGRESS


class PolledPipe:
    """A TCP socket at a poller (see :class:`auditor.net.transport.tcp.Pipe`).

    Attributes:
        opened_in: seconds that opening it took.
    """

    certificate: bytes | None = None
    tls_version: str | None = None

    def __init__(self, sock: socket.socket, poller: Poller) -> None:
        """Speak over a non-blocking socket, which is closed with this."""
        self.opened_in = 0.0
        self._sock = sock
        self._poller = poller
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._until: float | None = None
        self._too_late = False
        self._readable = False
        self._ended = False
        self._resting: Callable[[], None] | None = None

    @classmethod
    def adopt(cls, sock: socket.socket, poller: Poller, *, opened_in: float) -> "PolledPipe":
        """Take over a socket that is connected and stands at the poller already.

        Args:
            sock: nothing has been read from it, and nothing has come.
            poller: where it is registered.
            opened_in: seconds that opening it took.
        """
        pipe = cls(sock, poller)
        pipe.opened_in = opened_in
        poller.hand_over(sock.fileno(), pipe._wake)
        return pipe

    async def connect(self, where: SockAddr, seconds: float) -> None:
        """Connect within a deadline.

        Raises:
            OSError: as the system says; TimeoutError at the deadline.
        """
        code = self._sock.connect_ex(where)
        if code not in {0, IN_PROGRESS}:
            raise OSError(code, os.strerror(code))
        self._poller.add(self._sock.fileno(), self._wake)
        if not code:
            return
        begin = self._loop.time()
        self.arm(seconds)
        try:
            await self._wait()
        finally:
            self.disarm()
        code = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        self.opened_in = self._loop.time() - begin

    def arm(self, seconds: float) -> None:
        """See :class:`auditor.net.transport.tcp.Pipe`."""
        self._too_late = False
        self._until = until = self._loop.time() + seconds
        # A timer that is set already, for an earlier deadline, will look at this one in its time.
        if self._timer is None or self._timer.when() > until:
            self._stop_timer()
            self._timer = self._loop.call_at(until, self._expire)

    def disarm(self) -> None:
        """See :class:`auditor.net.transport.tcp.Pipe`."""
        self._too_late = False
        self._until = None

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        self._timer = None
        if self._until is None:
            return
        if self._until > self._loop.time():
            self._timer = self._loop.call_at(self._until, self._expire)
            return
        self._too_late = True
        self._resume()

    def _wake(self, events: int) -> None:
        if events & READABLE:
            self._readable = True
            if events & ENDED:
                self._ended = True
            if self._resting is not None:
                self._resting()
                return
        self._resume()

    def _resume(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self) -> None:
        """Until something happens to the socket.

        Raises:
            TimeoutError: at the deadline.
        """
        self._check()
        self._waiter = self._loop.create_future()
        await self._waiter
        self._check()

    def _check(self) -> None:
        if self._too_late:
            raise TimeoutError

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        while data:
            self._check()
            try:
                data = data[self._sock.send(data) :]  # most messages leave at once
            except BlockingIOError:
                await self._wait()

    async def receive(self, most: int) -> bytes:
        """Read at least one and at most ``most`` bytes; nothing at the end of the stream."""
        wanted = min(most, CHUNK)
        while True:
            if not self._readable:
                await self._wait()
                continue
            self._check()  # one who always has a byte for us is held to the deadline too
            try:
                data = self._sock.recv(wanted)
            except BlockingIOError:
                self._readable = False
                continue
            # Less than was asked for: nothing is left, and what comes later wakes us anew.
            self._readable = len(data) == wanted or self._ended
            return data

    def is_quiet(self) -> bool:
        """See :class:`auditor.net.transport.tcp.Pipe`."""
        return not self._ended and is_quiet(self._sock)

    def rest(self, ended: Callable[[], None] | None) -> None:
        """See :class:`auditor.net.transport.tcp.Pipe`."""
        self._resting = ended

    def close(self) -> None:
        """Close the socket."""
        self._stop_timer()
        self._poller.drop(self._sock.fileno())
        self._sock.close()
