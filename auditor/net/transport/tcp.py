"""Bare TCP: one non-blocking socket, opened within a deadline and always closed."""

import asyncio
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final, Protocol

CHUNK: Final = 64 * 1024
_NONBLOCK: Final = getattr(socket, "SOCK_NONBLOCK", 0)
_BOUND_IF: Final = 25  # IP_BOUND_IF of macOS
_BOUND_IF6: Final = 125  # IPV6_BOUND_IF of macOS
SockAddr = tuple[str, int] | tuple[str, int, int, int]


class Pipe(Protocol):
    """Bytes both ways over one connection.

    Attributes:
        opened_in: seconds that opening the connection took.
    """

    opened_in: float

    @property
    def certificate(self) -> bytes | None:
        """The peer's leaf certificate in DER."""

    @property
    def tls_version(self) -> str | None:
        """Such as ``TLSv1.2``."""

    def arm(self, seconds: float) -> None:
        """Let everything until :meth:`disarm` end with TimeoutError after so many seconds."""

    def disarm(self) -> None:
        """End the deadline."""

    async def send(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            OSError: as the system says; TimeoutError at the deadline.
        """

    async def receive(self, most: int) -> bytes:
        """Read at least one and at most ``most`` bytes; nothing at the end of the stream.

        Raises:
            OSError: as the system says; TimeoutError at the deadline.
        """

    def is_quiet(self) -> bool:
        """Whether the connection is open and nothing has come that was not read."""

    def rest(self, ended: Callable[[], None] | None) -> None:
        """Let the connection wait for its next question, or with None end the wait.

        Args:
            ended: called when it is closed by the peer meanwhile, or something comes unasked. Not
                every kind of connection notices.
        """

    def close(self) -> None:
        """Close the connection."""


class TcpPipe:
    """A TCP socket that waits as the event loop does: slower than :class:`PolledPipe`, anywhere.

    Attributes:
        opened_in: seconds that opening it took.
    """

    certificate: bytes | None = None
    tls_version: str | None = None

    def __init__(self, sock: socket.socket) -> None:
        """Speak over a non-blocking socket, which is closed with this."""
        self.opened_in = 0.0
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._until: float | None = None

    async def connect(self, where: SockAddr, seconds: float) -> None:
        """Connect within a deadline.

        Raises:
            OSError: as the system says; TimeoutError at the deadline.
        """
        begin = self._loop.time()
        async with asyncio.timeout(seconds):
            await self._loop.sock_connect(self._sock, where)
        self.opened_in = self._loop.time() - begin

    def arm(self, seconds: float) -> None:
        """See :class:`Pipe`."""
        self._until = self._loop.time() + seconds

    def disarm(self) -> None:
        """See :class:`Pipe`."""
        self._until = None

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        async with asyncio.timeout_at(self._until):
            await self._loop.sock_sendall(self._sock, data)

    async def receive(self, most: int) -> bytes:
        """Read at least one and at most ``most`` bytes; nothing at the end of the stream."""
        async with asyncio.timeout_at(self._until):
            return await self._loop.sock_recv(self._sock, min(most, CHUNK))

    def is_quiet(self) -> bool:
        """See :class:`Pipe`."""
        return is_quiet(self._sock)

    def rest(self, ended: Callable[[], None] | None) -> None:
        """See :class:`Pipe`; the end is noticed only when the connection is wanted again."""

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()


def is_quiet(sock: socket.socket) -> bool:
    """Whether a non-blocking socket is connected, with nothing to read and no end in sight."""
    try:
        sock.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def open_socket(address: str, kind: socket.SocketKind, interface: str | None) -> socket.socket:
    """A non-blocking socket of the address's family, kept to one interface if one is named.

    Args:
        address: where it will be connected to.
        kind: stream or datagram.
        interface: its traffic leaves here, as far as the system lets us say so.

    Raises:
        OSError: the system gives none.
    """
    # A kind with SOCK_NONBLOCK spares a call; without it, the system has no such flag.
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind | _NONBLOCK)
    if not _NONBLOCK:
        sock.setblocking(False)  # noqa: FBT003 - the library's own signature
    if interface is not None:
        bind_to_interface(sock, interface)
    return sock


def bind_to_interface(sock: socket.socket, interface: str) -> bool:
    """Keep a socket's traffic to one interface. Returns whether the system did so."""
    try:
        if hasattr(socket, "SO_BINDTODEVICE"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
            return True
        if hasattr(socket, "AF_SYSTEM"):  # macOS; untested
            index = socket.if_nametoindex(interface)
            if sock.family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_IP, _BOUND_IF, index)
            else:
                sock.setsockopt(socket.IPPROTO_IPV6, _BOUND_IF6, index)
            return True
    except OSError:
        return False
    return False


def sockaddr(address: str, port: int, interface: str | None = None) -> SockAddr:
    """What the socket calls want for an address; a scope id may be a name or a number.

    Args:
        address: IPv4 or IPv6, the latter maybe with ``%eth0``.
        port: the port.
        interface: for a link-local address that names none.

    Raises:
        OSError: there is no such interface.
    """
    if ":" not in address:
        return (address, port)
    parsed = ip_address(address)
    bare, _, zone = address.partition("%")
    if not zone and (parsed.is_link_local or parsed.is_multicast) and interface:
        zone = interface
    if not zone:
        return (bare, port, 0, 0)
    return (bare, port, 0, int(zone) if zone.isdigit() else socket.if_nametoindex(zone))
