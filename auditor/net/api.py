"""What the rest of the house may ask of the network: the shapes, without the sockets.

Probes and discovery methods are handed these; they never open a socket. The live ones, the
recording and the replaying ones (``net/live.py``, ``net/tape.py``) keep the same shapes, so that
a whole scan can be replayed from bytes.
"""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface
from typing import Protocol

from auditor.model.scope import Scope
from auditor.net.pace import Told

Complete = Callable[[bytes], bool]
"""Says whether the bytes read so far are a whole reply. End of stream always ends a reply."""

KIB = 1024
REPLY_CAP = 256 * KIB
DATAGRAM_CAP = 64 * KIB


class Stream(Protocol):
    """One TCP (or TLS) connection to one port of one host in scope."""

    @property
    def certificate(self) -> bytes | None:
        """The leaf certificate in DER, on a TLS connection."""

    @property
    def tls_version(self) -> str | None:
        """Such as ``TLSv1.2``, on a TLS connection."""

    @property
    def reused(self) -> bool:
        """Whether it had been left open: then the other side may have ended it, unseen, before."""

    @property
    def may_keep(self) -> bool:
        """Whether the other side may be asked to keep the connection for another question.

        So it is where an answer of this port has ended by itself, and none has not.
        """

    def ended(self, *, framed: bool, kept: bool) -> None:
        """How the last answer ended. Without this word the connection is closed behind it.

        Args:
            framed: by itself, and not with the connection; where it was asked to be kept, it is.
            kept: the other side waits for another question, so the connection may be left open.
        """

    async def ask(
        self, payload: bytes, complete: Complete, *, cap: int = REPLY_CAP, wait: float | None = None
    ) -> bytes:
        """Send one message and read one reply; counts as one request of the host's budget.

        Args:
            payload: the bytes to send; empty to read what the port says by itself.
            complete: says when the reply is whole.
            cap: most bytes to read.
            wait: seconds for the whole exchange; None for the scan's default.

        Raises:
            NetError: Denied, TimedOut (with what was read in ``partial``), ConnReset, TooBig.
        """


class Dialer(Protocol):
    """Opens connections and sends datagrams to hosts of the scope, within the budgets."""

    def connect(
        self, address: str, port: int, *, probe: str, tls: bool = False, reuse: bool = False
    ) -> AbstractAsyncContextManager[Stream]:
        """Open a connection (with TLS: verification off, old versions and ciphers allowed).

        A bare TCP connection is no request; a TLS handshake is one. A server that hangs up on a
        modern hello is asked again in plainer ones, at most twice.

        Args:
            address: whom.
            port: where.
            probe: whom to book it on.
            tls: whether to speak TLS.
            reuse: take a connection that was left open (by a knock, or by a server that keeps
                its connections), if there is one. It may end before a single byte comes: then
                the question is to be asked again over a new one.

        Raises:
            NetError: on entering: Denied, Refused, Filtered, TimedOut, ConnReset, TlsFailed. When
                a handshake fails, ``partial`` holds the certificate if it was shown in the clear.
        """

    async def datagram(
        self, address: str, port: int, payload: bytes, *, probe: str, wait: float, most: int = 1
    ) -> Sequence[bytes]:
        """Send one datagram to a host in scope and read up to ``most`` answers.

        Returns what came within ``wait`` seconds from that address and port (possibly
        nothing); one request of the host's budget.

        Raises:
            NetError: Denied, Refused (port unreachable), Filtered.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A network interface that could carry the scan.

    Attributes:
        name: as the system names it.
        index: the system's number for it.
        mac: colon form, lower case; None where it has none.
        addresses: its addresses with their networks.
        up: whether it is up and has a link.
        multicast: whether it can send to groups.
        loopback: whether it is the loopback.
        enabled: whether it is switched on, with a link or without one.
    """

    name: str
    index: int
    mac: str | None
    addresses: tuple[IPv4Interface | IPv6Interface, ...]
    up: bool
    multicast: bool
    loopback: bool
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A datagram that came in on a group socket."""

    data: bytes
    address: str
    port: int


class GroupSocket(Protocol):
    """A UDP socket bound to one interface for questions to a group, a broadcast or one host."""

    async def send(self, payload: bytes, address: str, port: int) -> None:
        """Send one datagram.

        Group and broadcast addresses are allowed; a unicast address must be in scope.

        Raises:
            NetError: Denied for an address that is out of scope, Filtered where the system
                refuses to send (no route, no multicast).
        """

    def packets(self, seconds: float) -> AsyncIterator[Packet]:
        """Everything that comes in during the next ``seconds``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """One entry of the system's neighbour (ARP, ND) table."""

    address: str
    mac: str
    interface: str


class Ether(Protocol):
    """A raw link-layer socket for ARP on one interface (needs privilege)."""

    async def send(self, frame: bytes) -> None:
        """Send one Ethernet frame. Only ARP requests are ever sent."""

    def frames(self, seconds: float) -> AsyncIterator[bytes]:
        """Incoming ARP frames during the next ``seconds``."""


class Net(Protocol):
    """The door to the scanned network: everything that a discovery method may use."""

    scope: Scope
    dialer: Dialer

    def interfaces(self) -> tuple[Interface, ...]:
        """Interfaces whose networks touch the scope (only ``--interface`` if it was given)."""

    def on_link(self, address: str) -> Interface | None:
        """The interface on which the address is directly attached; None when a router is between."""

    def may_group(self, interface: Interface) -> str | None:
        """None when group questions may leave on this interface, else the reason why not."""

    def group(
        self,
        interface: Interface,
        *,
        probe: str,
        bind_port: int = 0,
        join: str | None = None,
        ttl: int = 1,
    ) -> AbstractAsyncContextManager[GroupSocket]:
        """A UDP socket on one interface with a large receive buffer, broadcast allowed.

        Args:
            interface: sends leave here.
            probe: whom to book the packets on.
            bind_port: local port; 0 for any. Bound with SO_REUSEADDR and SO_REUSEPORT.
            join: group to join on the interface.
            ttl: multicast TTL.

        Raises:
            NetError: Filtered, when the system refuses.
        """

    def ether(self, interface: Interface, *, probe: str) -> AbstractAsyncContextManager[Ether]:
        """A raw ARP socket.

        Raises:
            NetError: Denied, when we lack the privilege.
        """

    async def touch(self, addresses: Sequence[str], *, probe: str) -> None:
        """Make the system resolve the hardware address of each address.

        Sends one empty UDP datagram to the discard port of each, paced and bounded.
        """

    def neighbours(self) -> Sequence[Neighbour]:
        """The system's neighbour table now, complete entries only."""

    async def knock(self, address: str, port: int, *, probe: str, wait: float) -> bool:
        """Open and close one TCP connection. True when open.

        Raises:
            NetError: Refused, Filtered, TimedOut, ConnReset, Denied.
        """

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
        """Knock at several ports of one host, a few at a time, and tell how each ended.

        A port that is known to be closed is told of without a packet.

        Args:
            address: whom.
            ports: where, best first.
            probe: whom to book the packets on.
            wait: seconds for one connection to open.
            told: hears of each; True from it ends the knocking.
            keep: ports which are asked at once where they are open. They are tried last, the best
                of them at the very end, and the connections to the last that opened are left
                open for a short while.

        Raises:
            Denied: the address is out of scope.
        """
