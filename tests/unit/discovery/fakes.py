"""A network of the test's own making, with the shape that discovery methods are handed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface

from auditor.discovery._api import Method, Seen, Wish
from auditor.model.document import MethodState
from auditor.model.errors import Denied, Filtered, NetError, Refused, TimedOut
from auditor.model.facts import Sighting
from auditor.model.scope import Scope
from auditor.net.api import Interface, Neighbour, Packet
from auditor.net.pace import in_turn
from auditor.net.system.interfaces import touching
from auditor.wire import arp

NOW = "2026-11-21T10:00:00Z"
OUR_MAC = "02:00:00:00:00:01"

Responder = Callable[[bytes, str, int], Iterable[Packet]]
"""Given payload, destination and port, the packets that come back."""


def face(name="eth0", *addresses, mac=OUR_MAC, loopback=False, multicast=True) -> Interface:
    return Interface(
        name=name,
        index=2,
        mac=None if loopback else mac,
        addresses=tuple(ip_interface(one) for one in addresses or ("10.0.0.1/24",)),
        up=True,
        multicast=multicast,
        loopback=loopback,
    )


def loopback() -> Interface:
    return face("lo", "127.0.0.1/8", loopback=True)


def wish(*, polite=False, ports=(80, 443, 554, 8000, 37777), engine="native", rare=False) -> Wish:
    return Wish(polite=polite, ports=ports, clock=lambda: NOW, engine=engine, rate=2000, rare=rare)


@dataclass
class FakeNet:
    """Everything that leaves is kept; everything that comes in is what the test put there.

    Attributes:
        silent: why group questions may not leave, by interface name.
        responders: answer each datagram that leaves through a group socket.
        macs: who answers ARP, by address; None denies raw sockets.
        lost: how many requests for an address get lost before one is answered.
        late: seconds after which the answers to datagrams come.
        unsendable: destinations to which the system refuses to send.
        taken: local ports that cannot be bound.
        open: open TCP ports as (address, port); refusing: addresses that refuse all others.
    """

    scope: Scope
    faces: Sequence[Interface] = ()
    silent: dict[str, str] = field(default_factory=dict)
    responders: list[Responder] = field(default_factory=list)
    macs: dict[str, str] | None = None
    lost: dict[str, int] = field(default_factory=dict)
    resolves: dict[str, str] = field(default_factory=dict)
    table: list[Neighbour] = field(default_factory=list)
    unsendable: set[str] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    open: set[tuple[str, int]] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)
    own_failure: str | None = None
    no_sockets: bool = False
    only: str | None = None
    dialer: object = None
    sent: list[tuple[bytes, str, int, str]] = field(default_factory=list)
    groups: list[tuple[str, int, str | None]] = field(default_factory=list)
    arps: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    knocked: list[tuple[str, int]] = field(default_factory=list)
    most_knocks: int = 0
    _knocks: int = 0
    late: float = 0.0
    stray_frames: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, *targets, exclude=(), faces=None, **more):
        scope = Scope.of(targets, exclude)
        return cls(scope=scope, faces=(face(),) if faces is None else faces, **more)

    def interfaces(self) -> tuple[Interface, ...]:
        if self.only is not None:
            return tuple(self.faces)
        return touching(self.faces, self.scope)

    def on_link(self, address: str) -> Interface | None:
        parsed = ip_address(address)
        for one in self.faces:
            if any(parsed in attached.network for attached in one.addresses):
                return one
        return None

    def may_group(self, interface: Interface) -> str | None:
        return self.silent.get(interface.name)

    @asynccontextmanager
    async def group(self, interface, *, probe, bind_port=0, join=None, ttl=1):
        if self.only not in {None, interface.name}:
            raise Denied(f"only {self.only} may be used")
        if self.no_sockets or bind_port in self.taken:
            raise Filtered(f"port {bind_port} is taken")
        self.groups.append((interface.name, bind_port, join))
        yield FakeGroup(self, probe)

    @asynccontextmanager
    async def ether(self, interface, *, probe):
        if self.macs is None:
            raise Denied("raw sockets need privilege")
        yield FakeEther(self)

    async def touch(self, addresses, *, probe) -> None:
        self.touched.extend(addresses)
        for address in addresses:
            if address in self.resolves:
                interface = self.on_link(address)
                assert interface is not None
                self.table.append(
                    Neighbour(address=address, mac=self.resolves[address], interface=interface.name)
                )

    def neighbours(self):
        return tuple(self.table)

    async def knock(self, address, port, *, probe, wait) -> bool:
        assert address in self.scope
        self.knocked.append((address, port))
        self._knocks += 1
        self.most_knocks = max(self.most_knocks, self._knocks)
        try:
            await asyncio.sleep(0)
            if self.own_failure:
                raise NetError(self.own_failure)
            if (address, port) in self.open:
                return True
            if address in self.refusing:
                raise Refused("refused")
            await asyncio.sleep(wait)
            raise TimedOut("nothing")
        finally:
            self._knocks -= 1

    async def knocks(self, address, ports, *, probe, wait, told):
        async def knock(port):
            await self.knock(address, port, probe=probe, wait=wait)

        await in_turn(ports, knock, told)

    def destinations(self) -> set[str]:
        return {address for _, address, _, _ in self.sent}


class FakeGroup:
    def __init__(self, net: FakeNet, probe: str) -> None:
        self._net = net
        self._probe = probe
        self._queue: asyncio.Queue[Packet] = asyncio.Queue()

    async def send(self, payload: bytes, address: str, port: int) -> None:
        if address in self._net.unsendable:
            raise Filtered("no route to host")
        parsed = ip_address(address)
        broadcast = address == "255.255.255.255" or any(
            parsed == one.network.broadcast_address
            for each in self._net.faces
            for one in each.addresses
        )
        if not parsed.is_multicast and not broadcast and address not in self._net.scope:
            raise Denied(f"{address} is out of scope")
        self._net.sent.append((payload, address, port, self._probe))
        for responder in self._net.responders:
            for packet in responder(payload, address, port):
                if self._net.late:
                    loop = asyncio.get_running_loop()
                    loop.call_later(self._net.late, self._queue.put_nowait, packet)
                else:
                    self._queue.put_nowait(packet)

    async def packets(self, seconds: float) -> AsyncIterator[Packet]:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0:
            try:
                yield await asyncio.wait_for(self._queue.get(), left)
            except TimeoutError:
                return


class FakeEther:
    def __init__(self, net: FakeNet) -> None:
        self._net = net
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        for frame in net.stray_frames:
            self._queue.put_nowait(frame)

    async def send(self, frame: bytes) -> None:
        asked = arp.decode(frame)
        if asked.target_ip in self._net.unsendable:
            raise Filtered("link is down")
        self._net.arps.append(asked.target_ip)
        assert self._net.macs is not None
        mac = self._net.macs.get(asked.target_ip)
        times = self._net.arps.count(asked.target_ip)
        if mac is not None and times > self._net.lost.get(asked.target_ip, 0):
            self._queue.put_nowait(arp_reply(asked.target_ip, mac))

    async def frames(self, seconds: float) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0:
            try:
                yield await asyncio.wait_for(self._queue.get(), left)
            except TimeoutError:
                return


def arp_reply(address: str, mac: str, *, operation: int = 2) -> bytes:
    """An ARP frame from ``address`` to us."""
    frame = bytearray(arp.request(mac, address, "10.0.0.1"))
    frame[20:22] = operation.to_bytes(2, "big")
    return bytes(frame)


async def run(method: Method, net: FakeNet, how: Wish | None = None) -> list[Seen]:
    return [seen async for seen in method.run(net, how or wish())]


def sightings(seen: Iterable[Seen]) -> list[Sighting]:
    return [one for one in seen if isinstance(one, Sighting)]


def states(seen: Iterable[Seen]) -> list[MethodState]:
    return [one for one in seen if isinstance(one, MethodState)]


def facts(sighting: Sighting) -> dict[str, str]:
    return {one.signal: one.value for one in sighting.observations}
