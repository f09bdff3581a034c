"""ARP over raw sockets: who has each IPv4 address of the scope on the attached Ethernets.

The best sweep there is: an address in use must answer, whatever its firewall says, and the
answer carries the hardware address. Needs privilege; ``touch`` does without.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Interface, ip_address

from auditor.discovery._api import Method, Seen, Wish
from auditor.discovery._ground import Patch, version_of
from auditor.discovery._link import link_sighting
from auditor.discovery._merge import merged, stopped
from auditor.model.document import MethodState
from auditor.model.errors import Denied, Malformed, NetError
from auditor.model.facts import Sighting
from auditor.net.api import Ether, Interface, Net
from auditor.wire import arp, mac

REMEDY = "needs raw sockets: run with sudo, or setcap cap_net_raw+ep on the Python interpreter"
TICK = 0.1
MOST_PER_ADDRESS = 4
_ROUNDS = 4
"""Times that a silent address is asked at most. Two are enough where nothing is lost."""
_WORTH_ASKING = 0.05
"""Hosts that are still missing, by what the rounds so far say, for which one more is sent."""
_TARGET = 38  # where a frame names the address that it asks for
_NOBODY = "0.0.0.0"  # noqa: S104 - the sender of an ARP probe (RFC 5227), not a bind address


@dataclass(slots=True, kw_only=True)
class _Sweep:
    """One interface's sweep.

    Attributes:
        wanted: the addresses asked for.
        heard: hardware addresses by address.
        rounds: how many addresses each round brought to light.
        asked: addresses to which a request left.
        unsent: requests that could not leave.
        trouble: the first reason for that.
    """

    wanted: frozenset[str]
    heard: dict[str, set[str]] = field(default_factory=dict)
    rounds: list[int] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    unsent: int = 0
    trouble: str | None = None

    def count(self) -> None:
        """A round is over: what it brought to light."""
        self.rounds.append(len(self.heard) - sum(self.rounds))

    def missing(self) -> float:
        """How many hosts are expected not to have been heard yet.

        A round misses a share of the hosts that it asks: what the second round found, of what both
        found. For each host that the latest round found, about that share of one is missing still.
        """
        if len(self.rounds) < 2 or not self.heard:  # noqa: PLR2004 - two are compared
            return 0.0
        return self.rounds[-1] * self.rounds[1] / sum(self.rounds[:2])


class Arp:
    """The method; ``again`` and ``linger`` are in seconds."""

    name = "arp"
    engines = frozenset({"native"})
    sends = (
        "ARP request for each IPv4 address in scope on attached Ethernets, once more to the silent;"
        " up to twice more where that finds hosts, since packets are being lost"
    )

    def __init__(self, *, again: float = 0.4, linger: float = 0.5) -> None:
        self._again = again
        self._linger = linger

    async def run(self, net: Net, wish: Wish) -> AsyncIterator[Seen]:
        """Sweep every attached Ethernet at once."""
        lots = await ethernets(net, wish)
        if not lots:
            yield MethodState(
                method=self.name,
                state="skipped",
                why="no IPv4 address of the scope is on an attached Ethernet",
            )
            return
        async with aclosing(merged(*(self._sweep(net, wish, lot) for lot in lots))) as stream:
            async for seen in stream:
                yield seen

    async def _sweep(self, net: Net, wish: Wish, lot: "Lot") -> AsyncIterator[Seen]:
        name = lot.interface.name
        sweep = _Sweep(wanted=frozenset(lot.addresses))
        try:
            async with net.ether(lot.interface, probe=self.name) as ether:
                async for sighting in self._listen(ether, wish, lot, sweep):
                    yield sighting
        except Denied:
            yield MethodState(method=self.name, state="unavailable", interface=name, why=REMEDY)
            return
        except NetError as error:
            sweep.trouble = str(error)
            sweep.unsent = max(sweep.unsent, len(lot.addresses) - len(sweep.heard))
        yield _state(self.name, name, sweep)

    async def _listen(
        self, ether: Ether, wish: Wish, lot: "Lot", sweep: _Sweep
    ) -> AsyncIterator[Sighting]:
        send = self._twice
        while True:
            sender = asyncio.create_task(send(ether, lot, sweep))
            try:
                while not sender.done():
                    async for frame in ether.frames(TICK):
                        for sighting in _heard(frame, wish, lot, sweep):
                            yield sighting
                await sender
                async for frame in ether.frames(self._linger * (3 if wish.polite else 1)):
                    for sighting in _heard(frame, wish, lot, sweep):
                        yield sighting
            finally:
                await stopped(sender)
            sweep.count()
            if len(sweep.rounds) >= _ROUNDS or sweep.missing() < _WORTH_ASKING:
                return
            send = _ask_silent

    async def _twice(self, ether: Ether, lot: "Lot", sweep: _Sweep) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await _ask(ether, lot, lot.addresses, sweep)  # a stray frame is no reason not to ask
        # A long sweep takes its time anyway.
        await asyncio.sleep(max(0.0, begun + self._again - loop.time()))
        sweep.count()
        await _ask_silent(ether, lot, sweep)


async def _ask_silent(ether: Ether, lot: "Lot", sweep: _Sweep) -> None:
    await _ask(ether, lot, (one for one in lot.addresses if one not in sweep.heard), sweep)


async def _ask(ether: Ether, lot: "Lot", addresses: Iterable[str], sweep: _Sweep) -> None:
    for address in addresses:
        try:
            await ether.send(lot.request(address))
            sweep.asked.add(address)
        except NetError as error:
            sweep.unsent += 1
            sweep.trouble = str(error)


@dataclass(frozen=True, kw_only=True)
class Lot:
    """The IPv4 addresses to ask for on one Ethernet, and our own there."""

    interface: Interface
    mac: str
    fours: tuple[IPv4Interface, ...]
    addresses: tuple[str, ...]
    frames: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def first(self) -> str:
        """Our first address there."""
        return str(self.fours[0].ip)

    def request(self, target: str) -> bytes:
        """The frame that asks who has an address."""
        source = self.source(target)
        frame = self.frames.get(source)
        if frame is None:
            frame = self.frames[source] = arp.request(self.mac, source, target)
        # All that differs from one frame of a sweep to the next is whom it asks for.
        return frame[:_TARGET] + bytes(map(int, target.split("."))) + frame[_TARGET + 4 :]

    def source(self, target: str) -> str:
        """Our address in the target's network; the first one where none is."""
        if len(self.fours) == 1:
            return self.first
        parsed = ip_address(target)
        return str(next((one.ip for one in self.fours if parsed in one.network), self.fours[0].ip))


async def ethernets(net: Net, wish: Wish) -> tuple[Lot, ...]:
    """What ARP can ask for, by interface."""
    lots = [_lot(patch) for patch in await wish.ground.patches(net)]
    return tuple(lot for lot in lots if lot is not None)


def _lot(patch: Patch) -> Lot | None:
    face = patch.interface
    if face is None or face.mac is None or face.loopback:
        return None
    fours = tuple(one for one in face.addresses if isinstance(one, IPv4Interface))
    addresses = tuple(one for one in patch.addresses if version_of(one) == 4)  # noqa: PLR2004
    if not fours or not addresses:
        return None
    return Lot(interface=face, mac=face.mac, fours=fours, addresses=addresses)


def _heard(frame: bytes, wish: Wish, lot: Lot, sweep: _Sweep) -> Sequence[Sighting]:
    """A sighting for a frame whose sender we asked for.

    An answer and a question prove alike that the sender is there.
    """
    try:
        seen = arp.decode(frame)
    except Malformed:
        return ()
    hardware = mac.normal(seen.sender_mac)
    address = seen.sender_ip
    if hardware is None or mac.is_multicast(hardware) or hardware == lot.mac:
        return ()
    if address == _NOBODY or address not in sweep.wanted:
        return ()
    known = sweep.heard.setdefault(address, set())
    if hardware in known or len(known) >= MOST_PER_ADDRESS:
        return ()
    known.add(hardware)
    return (link_sighting(Arp.name, address, hardware, wish, lot.interface.name),)


def _state(method: str, interface: str, sweep: _Sweep) -> MethodState:
    state, why = "ok", None
    if sweep.unsent:
        # One address that was never asked is a gap in the sweep, whoever else answered.
        never = len(sweep.wanted - sweep.asked - sweep.heard.keys())
        state = "failed" if never or not sweep.heard else "limited"
        why = f"{sweep.unsent} requests could not be sent: {sweep.trouble}"
        if never:
            why = f"{never} addresses were never asked; {why}"
    return MethodState(
        method=method, state=state, interface=interface, why=why, found=len(sweep.heard)
    )


METHOD: Method = Arp()
