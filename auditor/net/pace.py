"""How knocks at one host take turns, so that it never holds more than two connections of ours.

Some devices restart on a third connection at a time. An open port answers at once and is closed
again at once, so that two turns are enough for speed; a knock that is not answered soon opens
nothing, most likely, and lets the next one begin.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final

from auditor.model.errors import NetError

FLYING: Final = 4
OPENING: Final = 2
PATIENCE: Final = 0.4  # seconds

Told = Callable[[int, NetError | None, float], bool | None]
"""Hears how a knock ended: the port, how it failed (None for an open port), and how many seconds it
took. True ends the knocking: what has not ended by then is given up."""


class Pace:
    """Turns for the knocks at one host."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        """All turns are free.

        Args:
            patience: seconds after which an unanswered knock is taken for one that opens nothing.
        """
        self._patience = patience
        self._flying = asyncio.Semaphore(FLYING)
        self._opening = asyncio.Semaphore(OPENING)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold it while the block runs or until patience ends."""
        async with self._flying:
            await self._opening.acquire()
            held = [self._opening]

            def give_back() -> None:
                if held:
                    held.pop().release()

            timer = asyncio.get_running_loop().call_later(self._patience, give_back)
            try:
                yield
            finally:
                timer.cancel()
                give_back()


async def in_turn(
    ports: Iterable[int], knock: Callable[[int], Awaitable[object]], told: Told
) -> None:
    """Knock at ports, each in a task of its own, at this pace: slower than need be, but anywhere.

    Args:
        ports: best first.
        knock: opens and closes one connection; raises NetError.
        told: hears how each ended.
    """
    pace = Pace()
    clock = asyncio.get_running_loop().time
    ended: asyncio.Queue[tuple[int, NetError | None, float]] = asyncio.Queue()

    async def one(port: int) -> None:
        async with pace.turn():
            begin = clock()
            error: NetError | None = None
            try:
                await knock(port)
            except NetError as caught:
                error = caught
            ended.put_nowait((port, error, clock() - begin))

    tasks = [asyncio.create_task(one(port)) for port in ports]
    try:
        for _ in tasks:
            if told(*await ended.get()):
                return
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
