"""Raw ARP on one interface (Linux, needs privilege). Nothing but ARP requests can leave here."""

import asyncio
import socket
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from auditor.model.errors import Denied
from auditor.net.api import Interface
from auditor.net.guard import Guard
from auditor.net.system.oserrors import as_net_error, net_errors
from auditor.net.transport.udp import RECEIVE_BUFFER, Booking

_ETH_P_ARP: Final = 0x0806
_OUTGOING: Final = 4  # PACKET_OUTGOING
_FRAME: Final = 1514
_FRAMES: Final = 65_536  # kept until they are read
_AT_ONCE: Final = 512  # frames read before others get their turn
_SO_RCVBUFFORCE: Final = 33


class LiveEther:
    """An ``AF_PACKET`` socket that sees only ARP."""

    def __init__(self, interface: Interface, guard: Guard, book: Booking) -> None:
        """Open and bind.

        Raises:
            NetError: Denied without privilege or on another system than Linux.
        """
        self._interface = interface
        self._guard = guard
        self._book = book
        self._loop = asyncio.get_running_loop()
        self._sock = _open(interface.name)
        self._queue: deque[bytes] = deque(maxlen=_FRAMES)
        self._arrived = asyncio.Event()
        self._loop.add_reader(self._sock, self._drain)

    async def send(self, frame: bytes) -> None:
        """Send one ARP request.

        Raises:
            NetError: Denied for any other frame or an address out of scope, Filtered by the system.
        """
        asked = self._guard.check_arp(self._interface, frame)
        await self._book("arp", asked, 0, frame)
        try:
            try:
                self._sock.send(frame)
            except BlockingIOError:
                await self._loop.sock_sendall(self._sock, frame)
        except OSError as error:
            raise as_net_error(error, f"arp {asked} on {self._interface.name}") from error

    async def frames(self, seconds: float) -> AsyncIterator[bytes]:
        """Incoming ARP frames during the next ``seconds``, and those since the last call."""
        deadline = self._loop.time() + seconds
        while True:
            while self._queue:
                yield self._queue.popleft()
            left = deadline - self._loop.time()
            if left <= 0:
                return
            self._arrived.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._arrived.wait()

    def _drain(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                frame, source = self._sock.recvfrom(_FRAME)
            except OSError:  # nothing more, or the interface is gone
                return
            if source[2] != _OUTGOING:
                self._queue.append(frame)
                self._arrived.set()

    def close(self) -> None:
        """Close the socket."""
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)
        self._sock.close()


def _open(name: str) -> socket.socket:
    if sys.platform != "linux":
        raise Denied("raw ARP is built for Linux only")
    try:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ARP))
    except PermissionError:
        raise Denied("raw ARP needs root or CAP_NET_RAW") from None
    try:
        sock.settimeout(0)
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER)
        with net_errors(f"raw socket on {name}"):
            sock.bind((name, _ETH_P_ARP))
    except BaseException:
        sock.close()
        raise
    return sock
