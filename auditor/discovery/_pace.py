"""How knocks at one host take turns, so that it never holds more than two connections of ours.

Some devices restart on a third connection at a time. An open port answers at once and is closed
again at once, so that two turns are enough for speed; a knock that is not answered soon opens
nothing, most likely, and lets the next one begin.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

_FLYING: Final = 4
_OPENING: Final = 2
_PATIENCE: Final = 0.4  # seconds


class Pace:
    """Turns for the knocks at one host."""

    def __init__(self, *, patience: float = _PATIENCE) -> None:
        """All turns are free.

        Args:
            patience: seconds after which an unanswered knock is taken for one that opens nothing.
        """
        self._patience = patience
        self._flying = asyncio.Semaphore(_FLYING)
        self._opening = asyncio.Semaphore(_OPENING)

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
