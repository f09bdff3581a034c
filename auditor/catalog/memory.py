"""What was worked out before: pure results by what they follow from, within a bound.

A fleet says the same few things many times (a server's name, a realm, a firmware version), so
most of what rules make of one device was already made for another.
"""

from collections.abc import Callable, Hashable
from typing import Final, TypeVar, cast

T = TypeVar("T")
_MOST: Final = 20_000
LONGEST: Final = 1024
"""Longer values are not kept: a page rarely repeats, and a bound in numbers must bound bytes."""


class Memory:
    """Results by key. When it is full it forgets everything, which costs one working-out each."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: dict[Hashable, object] = {}

    def recall(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives; made once for each key, while it is remembered.

        Args:
            key: names the result wholly: equal keys must mean equal results.
            make: a pure function.
        """
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[key] = make()
        return cast("T", found)
