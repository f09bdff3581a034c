"""A sweep without privilege: touch each attached address and read the system's neighbour table.

Any datagram makes the system resolve the hardware address, whether or not a port answers, so a
host that is there cannot hide. Steps aside where ``arp`` can run.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from auditor.discovery._api import Method, Seen, Wish
from auditor.discovery._ground import Patch, table_of, version_of
from auditor.discovery._link import link_sighting
from auditor.discovery._merge import merged, stopped
from auditor.model.document import MethodState
from auditor.model.errors import NetError
from auditor.model.facts import Sighting
from auditor.net.api import Interface, Net


class Touch:
    """The method."""

    name = "touch"
    engines = frozenset({"native"})
    sends = "empty UDP datagram to port 9 of each attached address in scope"

    def __init__(self, *, look: float = 0.2) -> None:
        """Set how often the table is read.

        Args:
            look: seconds between two looks while touching goes on. Short enough that the system
                does not drop an entry of a large scope before it was seen.
        """
        self._look = look

    async def run(self, net: Net, wish: Wish) -> AsyncIterator[Seen]:
        """Sweep every attached Ethernet on which ARP frames are denied to us."""
        lots = [patch for patch in await wish.ground.patches(net) if patch.ethernet]
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
        why: str | None = None
        wanted = frozenset(addresses)
        toucher = asyncio.create_task(net.touch(addresses, probe=self.name))
        try:
            while not toucher.done():
                for sighting in _new(table_of(net, wanted), told, wish, face):
                    yield sighting
                await asyncio.wait({toucher}, timeout=self._look)
            await toucher
        except NetError as error:
            why = str(error)
        finally:
            await stopped(toucher)
        for sighting in _new(table_of(net, wanted), told, wish, face):
            yield sighting
        state = "ok" if why is None else "limited" if told else "failed"
        yield MethodState(
            method=self.name, state=state, interface=face.name, why=why, found=len(told)
        )


async def _arp_can(net: Net, face: Interface) -> bool:
    has_ipv4 = any(one.version == 4 for one in face.addresses)  # noqa: PLR2004 - IP version
    if not has_ipv4:
        return False
    try:
        async with net.ether(face, probe=Touch.name):
            return True
    except NetError:
        return False


def _new(found: dict[str, str], told: set[str], wish: Wish, face: Interface) -> Sequence[Sighting]:
    fresh = [address for address in found if address not in told]
    told.update(fresh)
    return [link_sighting(Touch.name, one, found[one], wish, face.name) for one in fresh]


METHOD: Method = Touch()
