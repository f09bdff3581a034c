"""UDP: one question to one host, and sockets for questions to a group, kept to one interface."""

import asyncio
import socket
import struct
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

from auditor.model.errors import Denied
from auditor.net.api import DATAGRAM_CAP, Interface, Packet
from auditor.net.guard import Guard
from auditor.net.system.oserrors import as_net_error
from auditor.net.transport.tcp import SockAddr, bind_to_interface, open_socket, sockaddr

RECEIVE_BUFFER: Final = 4 * 1024 * 1024
QUEUE_BYTES: Final = 16 * 1024 * 1024
_SO_RCVBUFFORCE: Final = 33  # Linux; needs privilege
_IP_MULTICAST_ALL: Final = 49  # Linux
_AT_ONCE: Final = 512  # datagrams read before others get their turn
_OVERHEAD: Final = 512  # what keeping a datagram costs beside its bytes: empty ones are not free
_OWN: Final = 64  # payloads remembered, to know our own questions when the loopback returns them
_IPV4: Final = 4
_GROUPS: Final = range(224, 240)  # first bytes

Booking = Callable[[str, str, int, bytes], Awaitable[None]]
"""Waits until a packet may leave and books it: what, address, port, payload."""


async def question(
    address: str, port: int, payload: bytes, *, wait: float, most: int, interface: str | None
) -> tuple[bytes, ...]:
    """Send one datagram and read what comes back from exactly there.

    Args:
        address: one host, already allowed.
        port: its port.
        payload: the datagram.
        wait: seconds to listen.
        most: answers after which to stop.
        interface: traffic leaves here; None for whatever the route says.

    Raises:
        OSError: sending failed, or the port is unreachable and nothing had come.
    """
    loop = asyncio.get_running_loop()
    answers: list[bytes] = []
    with open_socket(address, socket.SOCK_DGRAM, interface) as sock:
        sock.connect(sockaddr(address, port, interface))
        try:
            async with asyncio.timeout(wait):
                await loop.sock_sendall(sock, payload)
                while len(answers) < most:
                    answers.append(await loop.sock_recv(sock, DATAGRAM_CAP))
        except TimeoutError:
            pass
        except OSError:
            if not answers:
                raise
    return tuple(answers)


class LiveGroupSocket:
    """A UDP socket on one interface; one more for IPv6 if it is asked to send there.

    Attributes:
        dropped: datagrams thrown away because nobody read them in time.
    """

    def __init__(
        self,
        interface: Interface,
        guard: Guard,
        book: Booking,
        *,
        bind_port: int,
        join: str | None,
        ttl: int,
    ) -> None:
        """Open and bind; everything that comes in from now on is kept for :meth:`packets`.

        Raises:
            OSError: the system refuses.
        """
        self._interface = interface
        self._guard = guard
        self._book = book
        self._bind_port = bind_port
        self._ttl = ttl
        self._sockets: dict[int, socket.socket] = {}
        self._readers: set[asyncio.Task[None]] = set()
        self._queue: deque[Packet] = deque()
        self._queued = 0
        self._arrived = asyncio.Event()
        self._own: deque[tuple[str, bytes]] = deque(maxlen=_OWN)
        self.dropped = 0
        try:
            self._open(ip_address(join).version if join else _IPV4, join)
        except BaseException:
            self.close()
            raise

    def _open(self, version: int, join: str | None) -> socket.socket:
        sock = group_socket(self._interface, version, bind_port=self._bind_port, ttl=self._ttl)
        self._sockets[version] = sock
        if join is not None:
            join_group(sock, self._interface, join)
        loop = asyncio.get_running_loop()
        try:
            loop.add_reader(sock, self._drain, sock)
        except NotImplementedError:  # the proactor loop of Windows; untested
            task = loop.create_task(self._read_on(sock))
            self._readers.add(task)
        return sock

    async def send(self, payload: bytes, address: str, port: int) -> None:
        """Send one datagram.

        Raises:
            NetError: Denied by the scope or the group rule, Filtered by the system.
        """
        where = self._guard.check_send(self._interface, address)
        await self._book("group", where, port, payload)
        try:
            version = 6 if ":" in where else _IPV4
            sock = self._sockets.get(version) or self._open(version, None)
            if _is_group(where):
                self._own.append((where, payload))
            target = sockaddr(where, port, self._interface.name)
            try:
                sock.sendto(payload, target)
            except BlockingIOError:
                await asyncio.get_running_loop().sock_sendto(sock, payload, target)
        except OSError as error:
            raise as_net_error(error, f"udp {where}:{port} on {self._interface.name}") from error

    async def packets(self, seconds: float) -> AsyncIterator[Packet]:
        """Everything that comes in during the next ``seconds``, and what came since the last call."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            while self._queue:
                packet = self._queue.popleft()
                self._queued -= len(packet.data) + _OVERHEAD
                yield packet
            left = deadline - loop.time()
            if left <= 0:
                return
            self._arrived.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._arrived.wait()

    def close(self) -> None:
        """Close what is open."""
        loop = asyncio.get_running_loop()
        for task in self._readers:
            task.cancel()
        for sock in self._sockets.values():
            with suppress(NotImplementedError):
                loop.remove_reader(sock)
            sock.close()
        self._sockets.clear()

    def _drain(self, sock: socket.socket) -> None:
        for _ in range(_AT_ONCE):
            try:
                data, source = sock.recvfrom(DATAGRAM_CAP)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # the port unreachable of an earlier unicast question
                continue
            self._keep(data, source)

    async def _read_on(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while sock.fileno() >= 0:
            try:
                data, source = await loop.sock_recvfrom(sock, DATAGRAM_CAP)
            except OSError:
                await asyncio.sleep(0)
                continue
            self._keep(data, source)

    def _keep(self, data: bytes, source: SockAddr) -> None:
        address, port = source[0].partition("%")[0], source[1]
        if self._is_own(data, address):
            return
        cost = len(data) + _OVERHEAD
        if self._queued + cost > QUEUE_BYTES:
            self.dropped += 1
            return
        self._queue.append(Packet(data=data, address=address, port=port))
        self._queued += cost
        self._arrived.set()

    def _is_own(self, data: bytes, address: str) -> bool:
        if not any(sent == data for _, sent in self._own):
            return False
        return any(str(attached.ip) == address for attached in self._interface.addresses)


def _is_group(address: str) -> bool:
    """Whether an address in its usual form is a group's."""
    if ":" in address:
        return address.startswith("ff")
    return int(address.partition(".")[0]) in _GROUPS


def group_socket(interface: Interface, version: int, *, bind_port: int, ttl: int) -> socket.socket:
    """A bound UDP socket that sends to groups, and hears, on one interface only.

    Args:
        interface: the interface.
        version: 4 or 6.
        bind_port: local port; 0 for any.
        ttl: how many networks a group question may reach.

    Raises:
        OSError: the system refuses.
    """
    family = socket.AF_INET if version == _IPV4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.settimeout(0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        _enlarge(sock)
        bind_to_interface(sock, interface.name)
        # Elsewhere than on the loopback our own questions are of no interest to us.
        _aim(sock, interface, version, ttl=ttl, loop=interface.loopback)
        sock.bind(("", bind_port))
    except BaseException:
        sock.close()
        raise
    return sock


def _enlarge(sock: socket.socket) -> None:
    if sys.platform == "linux":
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER)
            return
    with suppress(OSError):  # the system may allow less; then it gives what it allows
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)


def _aim(sock: socket.socket, interface: Interface, version: int, *, ttl: int, loop: bool) -> None:
    if version == _IPV4:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _choice(interface))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, int(loop))
        if sys.platform == "linux":
            sock.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
        return
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface.index)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, ttl)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, int(loop))


def join_group(sock: socket.socket, interface: Interface, group: str) -> None:
    """Hear what is sent to a group on an interface.

    Raises:
        OSError: the system refuses.
        Denied: it is not a group.
    """
    parsed = ip_address(group)
    if not parsed.is_multicast:
        raise Denied(f"{group} is not a group")
    if parsed.version == _IPV4:
        member = parsed.packed + _choice(interface)[-8:]
        if sys.platform == "win32":
            member = parsed.packed + _own_address(interface)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    else:
        member = parsed.packed + struct.pack("@I", interface.index)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)


def _choice(interface: Interface) -> bytes:
    """The interface as ``struct ip_mreqn``; Windows knows it only by an address."""
    own = _own_address(interface)
    if sys.platform == "win32":
        return own
    return bytes(4) + own + struct.pack("@i", interface.index)


def _own_address(interface: Interface) -> bytes:
    for attached in interface.addresses:
        if attached.version == _IPV4:
            return attached.ip.packed
    return bytes(4)
