"""What was worked out before: pure results by what they follow from, within a bound.

A fleet says the same few things many times (a server's name, a realm, a firmware version), so
most of what rules make of one device was already made for another. It also says things that only
one device ever says (its MAC, its serial number), and these must not push the others out.
"""

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

T = TypeVar("T")
_MOST: Final = 4096
LONGEST: Final = 1024
"""Longer values are not kept: a page rarely repeats, and a bound in numbers must bound bytes."""


class Memory:
    """Results by key, in two halves.

    When the newer half is full it becomes the older one, and the older one is forgotten. What is
    asked for meanwhile moves to the newer half, so that what repeats stays.
    """

    def __init__(self, most: int = _MOST) -> None:
        """Nothing is known yet.

        Args:
            most: results in each half.
        """
        self._most = most
        self.near: dict[Hashable, Any] = {}
        """The newer half, for those who ask so often that asking by ``recall`` costs too much."""
        self._old: dict[Hashable, Any] = {}
        self._parts: dict[str, Memory] = {}

    def part(self, name: str, most: int = _MOST) -> "Memory":
        """A memory within this one, with a bound of its own; forgotten with it.

        Args:
            name: the same name gives the same part.
            most: results in each of its halves, for whoever asks first.
        """
        found = self._parts.get(name)
        if found is None:
            found = self._parts[name] = Memory(most)
        return found

    def recall(self, key: Hashable, make: Callable[..., T], *given: object) -> T:
        """What ``make`` gives; made once for each key, while it is remembered.

        Args:
            key: names the result wholly: equal keys must mean equal results.
            make: a pure function. Never gives None.
            given: what it takes.
        """
        found: T | None = self.near.get(key)
        if found is not None:
            return found
        found = self._old.get(key)
        if found is None:
            found = make(*given)
        if len(self.near) >= self._most:
            self._old, self.near = self.near, {}
        self.near[key] = found
        return found

    def forget(self) -> None:
        """Drop everything. It costs a working-out each, nothing else."""
        self.near, self._old, self._parts = {}, {}, {}
