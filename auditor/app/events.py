"""What a running scan tells its listener. The listener shows; it decides nothing."""

from dataclasses import dataclass
from typing import Protocol

from auditor.model.document import Asset, MethodState


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Before the first packet: what will be done."""

    addresses: int | None
    targets: tuple[str, ...]
    interfaces: tuple[str, ...]
    methods: tuple[str, ...]
    rate: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A host was sighted for the first time."""

    address: str
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedOne:
    """A host was probed and judged. A later one with the same id replaces it."""

    asset: Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodEnded:
    """A discovery method is through on one interface."""

    state: MethodState


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that the operator should know now."""

    text: str


Event = Planned | Found | JudgedOne | MethodEnded | Warned


class Listener(Protocol):
    """Receives events as they happen, in the scan's own task: it must return at once."""

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
