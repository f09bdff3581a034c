"""Tells when sockets are ready, at little cost: an epoll of ours, which the event loop sees as one file.

The event loop's own way costs a registration and its end for every wait, and each is dear. Here a
socket is registered once in its life, and leaves by being closed.
"""

import asyncio
import select
import sys
from collections.abc import Callable
from typing import Final

Wake = Callable[[int], None]
"""Is given what has happened to a socket, as epoll's bits."""

READABLE: Final = 0x001 | 0x008 | 0x010 | 0x2000  # EPOLLIN, EPOLLERR, EPOLLHUP, EPOLLRDHUP
ENDED: Final = 0x008 | 0x010 | 0x2000
_AT_ONCE: Final = 256  # events that are dealt with before others get their turn


class Poller:
    """Edge-triggered readiness of any number of sockets (Linux)."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch nothing yet.

        Args:
            loop: whose callbacks do the waking.

        Raises:
            NotImplementedError: this system or this loop cannot.
        """
        if sys.platform != "linux":
            raise NotImplementedError
        self._loop = loop
        self._epoll = select.epoll()
        self._events = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
        self._wakes: dict[int, tuple[Wake, int]] = {}
        self._batch = 0
        loop.add_reader(self._epoll.fileno(), self._ready)

    def __len__(self) -> int:
        return len(self._wakes)

    def add(self, number: int, wake: Wake) -> None:
        """Watch a socket, by its file number, until :meth:`drop`. What holds already counts too."""
        self._wakes[number] = wake, self._batch
        self._epoll.register(number, self._events)

    def hand_over(self, number: int, wake: Wake) -> None:
        """Wake another from now on for a socket that is watched already."""
        self._wakes[number] = wake, self._batch

    def drop(self, number: int) -> None:
        """Watch no longer a socket that is about to be closed."""
        self._wakes.pop(number, None)

    def _ready(self) -> None:
        happened = self._epoll.poll(0, _AT_ONCE)
        self._batch += 1
        for number, events in happened:
            found = self._wakes.get(number)
            # One that was added meanwhile bears the number of one that was closed meanwhile.
            if found is not None and found[1] != self._batch:
                found[0](events)

    def close(self) -> None:
        """Watch nothing any more."""
        if not self._epoll.closed:
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()
        self._wakes.clear()


def poller() -> Poller | None:
    """A poller for the running loop; None where there can be none."""
    try:
        return Poller(asyncio.get_running_loop())
    except NotImplementedError:
        return None
