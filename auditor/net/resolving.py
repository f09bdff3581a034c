"""Keeps the system's neighbour table from overflowing: few addresses are looked for at a time."""

import asyncio
from typing import Final

ARP_SECONDS: Final = 3.1
"""How long the kernel keeps asking for an address that does not answer: three times, 1 s apart."""


class Resolving:
    """Attached addresses whose hardware address the kernel may be looking for.

    Each takes a place until it has answered or the kernel has given up. Tables start to be
    collected at 512 entries, and refuse at 1,024.
    """

    def __init__(self, most: int) -> None:
        """Allow ``most`` addresses at a time."""
        self._places = asyncio.Semaphore(most)
        self._pending: dict[str, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._pending)

    async def enter(self, address: str) -> None:
        """Take a place for an address that is about to be contacted; waits for one."""
        if address in self._pending:
            return
        await self._places.acquire()
        if address in self._pending:
            self._places.release()
            return
        loop = asyncio.get_running_loop()
        self._pending[address] = loop.call_later(ARP_SECONDS, self.settled, address)

    def settled(self, address: str) -> None:
        """The address has answered, or will not: its place is free."""
        timer = self._pending.pop(address, None)
        if timer is not None:
            timer.cancel()
            self._places.release()

    def clear(self) -> None:
        """Free all places."""
        for address in tuple(self._pending):
            self.settled(address)
