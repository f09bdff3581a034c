"""Raw ARP on one interface (Linux, needs privilege). Nothing but ARP requests can leave here."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from typing import Final

from auditor.model.errors import Denied
from auditor.net.api import Interface
from auditor.net.guard import Guard
from auditor.net.system.oserrors import net_errors
from auditor.net.transport.udp import Booking

_ETH_P_ARP: Final = 0x0806
_OUTGOING: Final = 4  # PACKET_OUTGOING
_FRAME: Final = 1514


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

    async def send(self, frame: bytes) -> None:
        """Send one ARP request.

        Raises:
            NetError: Denied for any other frame or an address out of scope, Filtered by the system.
        """
        asked = self._guard.check_arp(self._interface, frame)
        await self._book("arp", asked, 0, frame)
        with net_errors(f"arp {asked} on {self._interface.name}"):
            await self._loop.sock_sendall(self._sock, frame)

    async def frames(self, seconds: float) -> AsyncIterator[bytes]:
        """Incoming ARP frames during the next ``seconds``."""
        deadline = self._loop.time() + seconds
        while (left := deadline - self._loop.time()) > 0:
            try:
                async with asyncio.timeout(left):
                    frame, source = await self._loop.sock_recvfrom(self._sock, _FRAME)
            except TimeoutError:
                return
            if source[2] != _OUTGOING:
                yield frame

    def close(self) -> None:
        """Close the socket."""
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
        with net_errors(f"raw socket on {name}"):
            sock.bind((name, _ETH_P_ARP))
    except BaseException:
        sock.close()
        raise
    return sock
