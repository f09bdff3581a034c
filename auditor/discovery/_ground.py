"""Where the addresses of the scope lie: behind which interface, or behind a router."""

import asyncio
import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from auditor.model.scope import text_of
from auditor.net.api import Interface, Net
from auditor.wire import mac

BATCH = 256
"""Addresses that the system may be resolving at one time; its table holds 1,024 by default."""

_BREATH = 512
_POINT_TO_POINT = 31  # RFC 3021: longer IPv4 prefixes have no broadcast address


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


async def patches(net: Net) -> tuple[Patch, ...]:
    """The sweepable scope by interface; the routed part last, with interface None.

    Broadcast addresses of attached networks are left out. Large scopes take a while; other tasks
    get their turn meanwhile.
    """
    mine = own_addresses(net)
    lots: dict[str | None, list[str]] = {}
    faces: dict[str | None, Interface | None] = {}
    segments = tuple(_segments(net.interfaces()))
    for count, (version, number) in enumerate(net.scope.sweep()):
        if count % _BREATH == 0:
            await asyncio.sleep(0)
        address = text_of(version, number)
        segment = next((one for one in segments if one.holds(version, number)), None)
        if address in mine or (segment is not None and number in segment.not_hosts):
            continue
        face = None if segment is None else segment.face_of(net, address)
        key = None if face is None else face.name
        faces[key] = face
        lots.setdefault(key, []).append(address)
    order = sorted(lots, key=lambda key: (key is None, key or ""))
    return tuple(Patch(interface=faces[key], addresses=tuple(lots[key])) for key in order)


class Ground:
    """The :func:`patches` of one scan, worked out once for all of its methods."""

    def __init__(self) -> None:
        self._work: asyncio.Task[tuple[Patch, ...]] | None = None

    async def patches(self, net: Net) -> tuple[Patch, ...]:
        """The sweepable scope by interface, of the net that was asked about first."""
        if self._work is None:
            self._work = asyncio.create_task(patches(net))
        return await asyncio.shield(self._work)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    """One attached network, as numbers."""

    face: Interface
    version: int
    first: int
    last: int
    not_hosts: frozenset[int]

    def holds(self, version: int, number: int) -> bool:
        """Whether an address lies in it."""
        return version == self.version and self.first <= number <= self.last

    def face_of(self, net: Net, address: str) -> Interface | None:
        """The interface, unless a narrower route leads away from the segment."""
        return self.face if self.face.loopback else net.on_link(address)


def _segments(faces: Iterable[Interface]) -> Iterator[_Segment]:
    for face in faces:
        for one in face.addresses:
            network = one.network
            first, last = int(network.network_address), int(network.broadcast_address)
            is_wide = network.version == 4 and network.prefixlen < _POINT_TO_POINT  # noqa: PLR2004
            yield _Segment(
                face=face,
                version=network.version,
                first=first,
                last=last,
                not_hosts=frozenset({first, last}) if is_wide else frozenset(),
            )


def batches(addresses: Sequence[str], size: int = BATCH) -> Iterator[tuple[str, ...]]:
    """The addresses in runs of at most ``size``."""
    left = iter(addresses)
    while batch := tuple(islice(left, size)):
        yield batch


@lru_cache(maxsize=4096)
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


async def neighbours_of(net: Net, batch: Sequence[str], *, probe: str) -> dict[str, str]:
    """Touch those of a batch that the system does not know, and read what it then knows.

    Args:
        net: the door to the network.
        batch: attached addresses.
        probe: whom to book the packets on.

    Returns:
        Address to hardware address, of the batch only.

    Raises:
        NetError: touching failed.
    """
    wanted = frozenset(batch)
    known = {one.address for one in net.neighbours()}
    unknown = [address for address in batch if address not in known]
    if unknown:
        await net.touch(unknown, probe=probe)
    return table_of(net, wanted)


def table_of(net: Net, wanted: frozenset[str]) -> dict[str, str]:
    """What the system's neighbour table says of some addresses: address to hardware address."""
    rows = ((one.address, mac.normal(one.mac)) for one in net.neighbours())
    return {address: text for address, text in rows if text is not None and address in wanted}
