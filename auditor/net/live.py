"""The live network: everything of :class:`auditor.net.api.Net`, with real sockets."""

import sys
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from auditor.model.errors import Denied, UsageError
from auditor.model.scope import Scope
from auditor.net.api import Dialer, Interface, Neighbour, Net
from auditor.net.dialer import LiveDialer
from auditor.net.guard import Guard
from auditor.net.ledger import Ledger, NetLog
from auditor.net.limits import Limits
from auditor.net.pace import Told
from auditor.net.system import interfaces as system
from auditor.net.system import neighbours as table
from auditor.net.system.oserrors import net_errors
from auditor.net.transport.ether import LiveEther
from auditor.net.transport.touch import DISCARD, touch
from auditor.net.transport.udp import Booking, LiveGroupSocket

if sys.platform != "win32":
    import resource

_SPARE_FILES: Final = 64
_ROUTES: Final = 4096


class LiveNet:
    """The door to the scanned network.

    Attributes:
        scope: what may be contacted.
        dialer: opens connections and sends datagrams.
        ledger: what was sent.
    """

    def __init__(
        self,
        scope: Scope,
        *,
        limits: Limits,
        ledger: Ledger,
        only_interface: str | None = None,
        multicast: bool = False,
        netlog: NetLog | None = None,
    ) -> None:
        """Look at this machine's interfaces; nothing is sent.

        Args:
            scope: what may be contacted.
            limits: the budgets.
            ledger: counts what is sent.
            only_interface: traffic leaves here only (``--interface``).
            multicast: group questions may go beyond the scope (``--multicast``).
            netlog: is told of everything that is sent.

        Raises:
            UsageError: there is no such interface.
        """
        self.scope = scope
        self.ledger = ledger
        if netlog is not None:
            ledger.listen(netlog)
        self._only = only_interface
        self._interfaces = _present(only_interface)
        self._guard = Guard(scope, multicast=multicast)
        self._limits = replace(limits, connections_total=_affordable(limits.connections_total))
        self._dialer = LiveDialer(
            self._guard,
            self._limits,
            ledger,
            is_attached=self._must_resolve,
            interface=only_interface,
        )
        self.dialer: Dialer = self._dialer
        self._opened: set[LiveGroupSocket | LiveEther] = set()
        self._has_gateway = lru_cache(maxsize=_ROUTES)(system.has_gateway)
        attached = [one for face in self._interfaces for one in face.addresses]
        self._detours = system.detours(attached)
        self._attached = system.Attachments(self._interfaces).of

    def interfaces(self) -> tuple[Interface, ...]:
        """Interfaces whose networks touch the scope (only ``--interface`` if it was given)."""
        if self._only is not None:
            return self._interfaces
        return system.touching(self._interfaces, self.scope)

    def on_link(self, address: str) -> Interface | None:
        """The interface on which the address is directly attached; None when a router is between."""
        try:
            found = self._attached(address)
        except ValueError:
            return None
        if found is None or found.loopback or not self._is_led_away(address):
            return found
        return None

    def _is_led_away(self, address: str) -> bool:
        """Whether a router stands before an address that looks attached."""
        if self._detours is None:
            return self._has_gateway(address)
        if not self._detours:
            return False
        parsed = ip_address(address.partition("%")[0])
        return any(parsed in net for net in self._detours) and self._has_gateway(address)

    def _must_resolve(self, address: str) -> bool:
        found = self._attached(address)
        return found is not None and not found.loopback

    def may_group(self, interface: Interface) -> str | None:
        """None when group questions may leave on this interface, else the reason why not."""
        if self._only not in {None, interface.name}:
            return f"only {self._only} may be used"
        return self._guard.may_group(interface)

    @asynccontextmanager
    async def group(
        self,
        interface: Interface,
        *,
        probe: str,
        bind_port: int = 0,
        join: str | None = None,
        ttl: int = 1,
    ) -> AsyncIterator[LiveGroupSocket]:
        """A UDP socket on one interface (see :class:`auditor.net.api.Net`).

        Raises:
            NetError: Filtered, when the system refuses; Denied, when ``--interface`` named another.
        """
        self._check_interface(interface)
        with net_errors(f"udp on {interface.name}"):
            sock = LiveGroupSocket(
                interface,
                self._guard,
                self._booking(probe),
                bind_port=bind_port,
                join=join,
                ttl=ttl,
            )
        if join is not None:  # the system announces the membership to the segment
            self.ledger.packet("join", join, 0, probe)
        async with self._kept(sock):
            yield sock

    @asynccontextmanager
    async def ether(self, interface: Interface, *, probe: str) -> AsyncIterator[LiveEther]:
        """A raw ARP socket.

        Raises:
            NetError: Denied, when we lack the privilege, or ``--interface`` named another.
        """
        self._check_interface(interface)
        raw = LiveEther(interface, self._guard, self._booking(probe))
        async with self._kept(raw):
            yield raw

    def _check_interface(self, interface: Interface) -> None:
        if self._only not in {None, interface.name}:
            raise Denied(f"only {self._only} may be used, not {interface.name}")

    @asynccontextmanager
    async def _kept(self, opened: LiveGroupSocket | LiveEther) -> AsyncIterator[None]:
        self._opened.add(opened)
        try:
            yield
        finally:
            self._opened.discard(opened)
            opened.close()

    def _booking(self, probe: str) -> Booking:
        async def book(what: str, address: str, port: int, payload: bytes) -> None:
            await self._dialer.bucket.take(discovery=True)
            self.ledger.packet(what, address, port, probe, payload)

        return book

    async def touch(self, addresses: Sequence[str], *, probe: str) -> None:
        """Send one empty UDP datagram to the discard port of each attached address.

        Paced, and at most 256 unresolved at a time. Returns when the system has resolved them
        or about a second after the last was sent. Addresses behind a router are left out: there
        is nothing to resolve.

        Raises:
            Denied: an address is out of scope; then none is touched.
        """
        allowed = [self._guard.check(address) for address in addresses]
        if self._interfaces:
            allowed = [address for address in allowed if self.on_link(address)]
        book = self._booking(probe)

        async def before(address: str) -> None:
            await book("touch", address, DISCARD, b"")

        with net_errors("udp to the discard port"):
            await touch(
                allowed,
                resolving=self._dialer.resolving,
                batch=self._limits.unresolved,
                before=before,
                interface=self._only,
            )

    def neighbours(self) -> Sequence[Neighbour]:
        """The system's neighbour table now, complete entries only."""
        found = table.neighbours(self._name_of)
        return [row for row in found if self._only in {None, row.interface}]

    def _name_of(self, own: str) -> str:
        for interface in self._interfaces:
            if any(str(attached.ip) == own for attached in interface.addresses):
                return interface.name
        return own

    async def knock(self, address: str, port: int, *, probe: str, wait: float) -> bool:
        """Open and close one TCP connection. True when open.

        Raises:
            NetError: Refused, Filtered, TimedOut, ConnReset, Denied.
        """
        return await self._dialer.knock(address, port, probe=probe, wait=wait)

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
        """Knock at several ports of one host (see :class:`auditor.net.api.Net`).

        Raises:
            Denied: the address is out of scope.
        """
        await self._dialer.knocks(address, ports, probe=probe, wait=wait, told=told, keep=keep)

    async def expect(self, address: str) -> None:
        """Wait until this machine can talk to one more neighbour; at once for all others.

        Whoever gives a host a time of its own waits for this first.

        Raises:
            Denied: the address is out of scope.
        """
        await self._dialer.expect(address)

    def grant(self, address: str, requests: int) -> None:
        """Let a host that was asked before be asked so many questions more."""
        self._dialer.hosts.grant(address, requests)

    def hang_up(self, address: str) -> None:
        """Close what was left open to a host that has nothing more to be asked now."""
        self._dialer.hosts.hang_up(address)

    def release(self, address: str) -> None:
        """Forget a host that is done, so that memory follows the work in flight."""
        self._dialer.hosts.release(address)

    async def close(self) -> None:
        """Close whatever is still open. Nothing may be asked of this network afterwards."""
        for opened in tuple(self._opened):
            opened.close()
        self._opened.clear()
        self._dialer.close()


def _present(only: str | None) -> tuple[Interface, ...]:
    found = system.interfaces()
    if only is None:
        return found
    chosen = tuple(interface for interface in found if interface.name == only)
    if not chosen:
        names = ", ".join(interface.name for interface in found) or "none is known"
        raise UsageError(f"--interface {only}: there is no such interface (there are: {names})")
    return chosen


def _affordable(wanted: int) -> int:
    """As many connections as this process may hold files for."""
    if sys.platform == "win32":
        return wanted
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, soft - _SPARE_FILES))


_shape: type[Net] = LiveNet  # the type checker holds it to the shape
