"""Bare TCP: one non-blocking socket, opened within a deadline and always closed."""

import asyncio
import socket
from ipaddress import ip_address
from typing import Final, Protocol

CHUNK: Final = 64 * 1024
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

    async def send(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            OSError: as the system says.
        """

    async def receive(self, most: int) -> bytes:
        """Read at least one and at most ``most`` bytes; nothing at the end of the stream.

        Raises:
            OSError: as the system says.
        """


class TcpPipe:
    """A connected TCP socket.

    Attributes:
        opened_in: seconds that opening it took.
    """

    certificate: bytes | None = None
    tls_version: str | None = None

    def __init__(self, sock: socket.socket, *, opened_in: float = 0.0) -> None:
        """Speak over a connected, non-blocking socket. The caller closes it."""
        self.opened_in = opened_in
        self._sock = sock
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        await self._loop.sock_sendall(self._sock, data)

    async def receive(self, most: int) -> bytes:
        """Read at least one and at most ``most`` bytes; nothing at the end of the stream."""
        return await self._loop.sock_recv(self._sock, min(most, CHUNK))


def open_socket(address: str, kind: socket.SocketKind, interface: str | None) -> socket.socket:
    """A non-blocking socket of the address's family, kept to one interface if one is named.

    Args:
        address: where it will be connected to.
        kind: stream or datagram.
        interface: its traffic leaves here, as far as the system lets us say so.

    Raises:
        OSError: the system gives none.
    """
    family = socket.AF_INET if ip_address(address).version == 4 else socket.AF_INET6  # noqa: PLR2004
    sock = socket.socket(family, kind)
    sock.settimeout(0)
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
    parsed = ip_address(address)
    if parsed.version == 4:  # noqa: PLR2004 - IP version
        return (address, port)
    bare, _, zone = address.partition("%")
    if not zone and (parsed.is_link_local or parsed.is_multicast) and interface:
        zone = interface
    if not zone:
        return (bare, port, 0, 0)
    return (bare, port, 0, int(zone) if zone.isdigit() else socket.if_nametoindex(zone))


async def connect(sock: socket.socket, where: SockAddr, seconds: float) -> None:
    """Connect within a deadline.

    Raises:
        OSError: as the system says; TimeoutError at the deadline.
    """
    async with asyncio.timeout(seconds):
        await asyncio.get_running_loop().sock_connect(sock, where)
