"""What came of a question at one place, and the bounds on what strangers can make us keep."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from auditor.discovery._places import Place
from auditor.model.document import MethodState
from auditor.model.errors import NetError

MOST_BYTES = 64 * 1024 * 1024
MOST_PER_HOST = 16
MOST_STRANGERS = 4096


@dataclass(slots=True, kw_only=True)
class Tally:
    """What happened at one place so far.

    Attributes:
        mine: this machine's own addresses.
        told: the answers that were passed on, by address.
        strangers: how many of those addresses are out of scope.
        bytes: size of all facts passed on.
        dropped: answers beyond the bounds.
        sent: datagrams that left.
        unsent: destinations that the system refused to send to.
        trouble: why, the first few reasons.
    """

    mine: frozenset[str]
    told: dict[str, set[Hashable]] = field(default_factory=dict)
    strangers: int = 0
    bytes: int = 0
    dropped: int = 0
    sent: int = 0
    unsent: int = 0
    trouble: list[str] = field(default_factory=list)

    def failed(self, error: NetError) -> None:
        """Note an error, the first few in words."""
        text = str(error) or type(error).__name__
        if text not in self.trouble and len(self.trouble) < 3:  # noqa: PLR2004 - enough to act on
            self.trouble.append(text)

    def fresh(self, address: str, same: Hashable, size: int, *, in_scope: bool) -> bool:
        """Whether an answer is new and within the bounds; remembers it."""
        told = self.told.get(address)
        if told is None:
            if not in_scope and self.strangers >= MOST_STRANGERS:
                self.dropped += 1
                return False
            self.strangers += not in_scope
            told = self.told[address] = set()
        if same in told:
            return False
        if len(told) >= MOST_PER_HOST or self.bytes + size > MOST_BYTES:
            self.dropped += 1
            return False
        told.add(same)
        self.bytes += size
        return True

    def state(self, method: str, place: Place) -> MethodState:
        """The place's state when all is through."""
        why: list[str] = [] if place.limit is None else [place.limit]
        state = "ok" if place.limit is None else "limited"
        if self.unsent or self.trouble:
            state = "limited" if self.sent else "failed"
            count = f"{self.unsent} questions could not be sent: " if self.unsent else ""
            why.append(count + "; ".join(self.trouble))
        if place.broken:
            state = "failed"
        if self.dropped:
            why.append(f"{self.dropped} answers over the cap were dropped")
        return MethodState(
            method=method,
            state=state,
            interface=place.interface,
            why="; ".join(why) or None,
            found=len(self.told),
        )
