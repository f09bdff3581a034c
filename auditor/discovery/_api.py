"""What a discovery method is. One method per file in this room; see ``docs/how-to/add-a-method.md``."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

from auditor.discovery._ground import Ground
from auditor.model.document import MethodState
from auditor.model.facts import Sighting
from auditor.net.api import Net

Seen = Sighting | MethodState
"""A method yields sightings as they come, and one state per interface when it is through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the operator asked of discovery.

    Attributes:
        polite: slower, with longer waits.
        ports: TCP ports that the connect sweep may knock at.
        clock: gives RFC 3339 UTC text for observations.
        engine: ``native`` or ``nmap``.
        rate: first packets a second.
        rare: also the searches of makers that are met rarely (``--rare``).
        ground: where the addresses of the scope lie.
        idle: set while no host is being asked; until then, listening on costs no time. None where
            that is not known.
    """

    polite: bool
    ports: tuple[int, ...]
    clock: "Clock"
    engine: str
    rate: int
    rare: bool = False
    ground: Ground = field(default_factory=Ground)
    idle: asyncio.Event | None = None


class Clock(Protocol):
    """Gives the time as RFC 3339 UTC text."""

    def __call__(self) -> str: ...


class Method(Protocol):
    """One way to find what is there.

    Attributes:
        name: short and stable, such as ``arp``.
        engines: the engines under which it runs.
        sends: one line for the send list.
    """

    name: str
    engines: frozenset[str]
    sends: str

    def run(self, net: Net, wish: Wish) -> AsyncIterator[Seen]:
        """Find things. Never raises for a failure of the network: a MethodState says it."""
