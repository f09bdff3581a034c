"""Keeps the system's neighbour table from overflowing.

Few addresses are looked for at a time, and no more hosts are met in any 45 seconds than the table
holds: an entry that counts as reachable is never dropped, and a table that is full loses packets
silently.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from auditor.net.limits import Places

ARP_SECONDS: Final = 3.1
"""How long the kernel keeps asking for an address that does not answer: three times, 1 s apart."""


KEPT_SECONDS: Final = 45.0
"""How long the kernel keeps an entry whatever happens, at most: while it counts as reachable, which
is half to one and a half times 30 seconds."""

_USUAL: Final = 1024
_SHARE: Final = 0.75  # of the table; others on this machine, and dead addresses, need the rest


def most_met(size: int | None) -> int:
    """How many hosts may be met anew in :data:`KEPT_SECONDS`.

    Args:
        size: how many neighbours the system holds at most; None if it does not tell.
    """
    return max(1, int((size or _USUAL) * _SHARE))


class Resolving:
    """Attached addresses whose hardware address the kernel may be looking for.

    Each takes a place until it has answered or the kernel has given up. Tables start to be
    collected at 512 entries, and refuse at 1,024.
    """

    def __init__(
        self, most: int, met: int = _USUAL, *, asks: Callable[[], None] = lambda: None
    ) -> None:
        """Allow ``most`` addresses at a time, and ``met`` new ones in :data:`KEPT_SECONDS`.

        Args:
            most: addresses that the system may be looking for.
            met: hosts that it may come to know.
            asks: is called before a host that it does not know is contacted: the system sends an
                ARP request first.
        """
        self._asks = asks
        self._strange: set[str] = set()
        self._places = Places(most)
        self._meetings = Places(met)
        self._met: dict[str, asyncio.TimerHandle] = {}
        self._pending: dict[str, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._pending)

    def try_meet(self, address: str) -> bool:
        """:meth:`try_enter` for a host that is there, and will stay in the table."""
        if address not in self._met:
            if not self._meetings.try_take():
                return False
            self._remember(address)
        if not self.try_enter(address):
            return False
        self._introduce(address)
        return True

    async def meet(self, address: str) -> None:
        """:meth:`enter` for a host that is there, and will stay in the table."""
        await self.expect(address)
        await self.enter(address)
        self._introduce(address)

    def _introduce(self, address: str) -> None:
        if address in self._strange:
            self._strange.discard(address)
            self._asks()

    async def expect(self, address: str) -> None:
        """Wait until the table has room for one more host that is there."""
        if address in self._met:
            return
        await self._meetings.take()
        if address in self._met:
            self._meetings.give()
        else:
            self._remember(address)

    def _remember(self, address: str) -> None:
        self._strange.add(address)
        loop = asyncio.get_running_loop()
        self._met[address] = loop.call_later(KEPT_SECONDS, self._part, address)

    def _part(self, address: str) -> None:
        timer = self._met.pop(address, None)
        self._strange.discard(address)
        if timer is not None:
            timer.cancel()
            self._meetings.give()

    def try_enter(self, address: str) -> bool:
        """Take a place for an address if it has one, or one is free now. Returns whether it has."""
        if address in self._pending:
            return True
        if not self._places.try_take():
            return False
        self._keep(address)
        return True

    async def enter(self, address: str) -> None:
        """Take a place for an address that is about to be contacted; waits for one."""
        if address in self._pending:
            return
        await self._places.take()
        if address in self._pending:
            self._places.give()
            return
        self._keep(address)

    def _keep(self, address: str) -> None:
        loop = asyncio.get_running_loop()
        self._pending[address] = loop.call_later(ARP_SECONDS, self.settled, address)

    def settled(self, address: str) -> None:
        """The address has answered, or will not: its place is free."""
        timer = self._pending.pop(address, None)
        if timer is not None:
            timer.cancel()
            self._places.give()

    def clear(self) -> None:
        """Free all places."""
        for address in tuple(self._pending):
            self.settled(address)
        for address in tuple(self._met):
            self._part(address)
