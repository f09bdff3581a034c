"""A sweep without privilege: touch each attached address and read the system's neighbour table.

Any datagram makes the system resolve the hardware address, whether or not a port answers, so a
host that is there cannot hide. Steps aside where ``arp`` can run.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from auditor.discovery._api import Method, Seen, Wish
from auditor.discovery._ground import (
    BATCH,
    RETRY,
    Patch,
    batches,
    neighbours_of,
    patches,
    version_of,
)
from auditor.discovery._link import link_sighting
from auditor.discovery._merge import merged
from auditor.model.document import MethodState
from auditor.model.errors import NetError
from auditor.model.facts import Sighting
from auditor.net.api import Interface, Net
from auditor.wire import mac


class Touch:
    """The method."""

    name = "touch"
    engines = frozenset({"native"})
    sends = "empty UDP datagram to port 9 of each attached address in scope"

    def __init__(self, *, settle: float = RETRY) -> None:
        """Set the last wait.

        Args:
            settle: seconds between the last touch and the last look at the table.
        """
        self._settle = settle

    async def run(self, net: Net, wish: Wish) -> AsyncIterator[Seen]:
        """Sweep every attached Ethernet on which ARP frames are denied to us."""
        lots = [patch for patch in patches(net) if patch.ethernet]
        if not lots:
            yield MethodState(
                method=self.name,
                state="skipped",
                why="no address of the scope is on an attached Ethernet",
            )
            return
        async with aclosing(merged(*(self._sweep(net, wish, lot) for lot in lots))) as stream:
            async for seen in stream:
                yield seen

    async def _sweep(self, net: Net, wish: Wish, lot: Patch) -> AsyncIterator[Seen]:
        face = lot.interface
        if face is None:
            return
        addresses = lot.addresses
        if await _arp_can(net, face):  # which knows IPv4 only
            addresses = tuple(one for one in addresses if version_of(one) != 4)  # noqa: PLR2004
        if not addresses:
            yield MethodState(
                method=self.name, state="skipped", interface=face.name, why="arp does this better"
            )
            return
        told: set[str] = set()
        patient = len(addresses) > 2 * BATCH
        try:
            for batch in batches(addresses):
                found = await neighbours_of(net, batch, probe=self.name, patient=patient)
                for sighting in _new(found, told, wish, face):
                    yield sighting
        except NetError as error:
            yield MethodState(
                method=self.name,
                state="limited" if told else "failed",
                interface=face.name,
                why=str(error),
                found=len(told),
            )
            return
        await asyncio.sleep(self._settle)
        for sighting in _new(_table(net, addresses), told, wish, face):
            yield sighting
        yield MethodState(method=self.name, state="ok", interface=face.name, found=len(told))


async def _arp_can(net: Net, face: Interface) -> bool:
    has_ipv4 = any(one.version == 4 for one in face.addresses)  # noqa: PLR2004 - IP version
    if not has_ipv4:
        return False
    try:
        async with net.ether(face, probe=Touch.name):
            return True
    except NetError:
        return False


def _table(net: Net, addresses: Sequence[str]) -> dict[str, str]:
    wanted = frozenset(addresses)
    return {one.address: one.mac for one in net.neighbours() if one.address in wanted}


def _new(found: dict[str, str], told: set[str], wish: Wish, face: Interface) -> Sequence[Sighting]:
    out: list[Sighting] = []
    for address, text in found.items():
        hardware = mac.normal(text)
        if address in told or hardware is None:
            continue
        told.add(address)
        out.append(link_sighting(Touch.name, address, hardware, wish, face.name))
    return out


METHOD: Method = Touch()
