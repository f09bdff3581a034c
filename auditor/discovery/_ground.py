"""Where the addresses of the scope lie: behind which interface, or behind a router."""

import asyncio
import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from auditor.net.api import Interface, Net

BATCH = 256
"""Addresses that the system may be resolving at one time; its table holds 1,024 by default."""

SETTLE = 0.2
"""Seconds in which a host that is awake has answered the system's own address resolution."""

RETRY = 1.1
"""Seconds after which the system has asked a second time (its retransmission takes one)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Addresses of the scope that lie behind one interface.

    Attributes:
        interface: None for addresses behind a router.
        addresses: in scope, in the order of the sweep, without this machine's own.
    """

    interface: Interface | None
    addresses: tuple[str, ...]

    @property
    def ethernet(self) -> bool:
        """Whether neighbours there have hardware addresses."""
        return is_ethernet(self.interface)

    @property
    def loopback(self) -> bool:
        """Whether it is this machine talking to itself."""
        return self.interface is not None and self.interface.loopback


def is_ethernet(interface: Interface | None) -> bool:
    """Whether neighbours on it have hardware addresses."""
    return interface is not None and interface.mac is not None and not interface.loopback


def own_addresses(net: Net) -> frozenset[str]:
    """This machine's own addresses, loopback left out."""
    return frozenset(
        str(one.ip)
        for interface in net.interfaces()
        if not interface.loopback
        for one in interface.addresses
    )


def patches(net: Net) -> tuple[Patch, ...]:
    """The sweepable scope by interface; the routed part last, with interface None."""
    mine = own_addresses(net)
    lots: dict[str | None, list[str]] = {}
    interfaces: dict[str | None, Interface | None] = {}
    for number in net.scope.sweep():
        address = str(number)
        if address in mine:
            continue
        interface = net.on_link(address)
        key = None if interface is None else interface.name
        interfaces[key] = interface
        lots.setdefault(key, []).append(address)
    order = sorted(lots, key=lambda key: (key is None, key or ""))
    return tuple(Patch(interface=interfaces[key], addresses=tuple(lots[key])) for key in order)


def batches(addresses: Sequence[str], size: int = BATCH) -> Iterator[tuple[str, ...]]:
    """The addresses in runs of at most ``size``."""
    left = iter(addresses)
    while batch := tuple(islice(left, size)):
        yield batch


def plain(address: str) -> str | None:
    """An address without zone and without the IPv4-in-IPv6 dress; None when it is none."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return str(parsed)


def version_of(address: str) -> int:
    """The IP version of an address text of the scope."""
    return 6 if ":" in address else 4


async def neighbours_of(
    net: Net, batch: Sequence[str], *, probe: str, patient: bool
) -> dict[str, str]:
    """Touch those of a batch that the system does not know, and read what it then knows.

    Args:
        net: the door to the network.
        batch: at most ``BATCH`` attached addresses.
        probe: whom to book the packets on.
        patient: wait for the system's second try; needed between batches of a large scope,
            lest its table overflows.

    Returns:
        Address to hardware address, of the batch only.
    """
    wanted = frozenset(batch)
    known = {one.address for one in net.neighbours()}
    unknown = [address for address in batch if address not in known]
    if unknown:
        await net.touch(unknown, probe=probe)
        await asyncio.sleep(RETRY if patient else SETTLE)
    return {one.address: one.mac for one in net.neighbours() if one.address in wanted}
