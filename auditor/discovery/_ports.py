"""The TCP ports by which a sweep tells whether somebody is there."""

from typing import Final

from auditor.discovery._api import Wish
from auditor.model.facts import Observation

FIRST_WAVE: Final = (80, 443, 554, 8000)
"""Where cameras and recorders answer, best first; four, since that is how many connections a
host may have at a time, so that a dead one costs one deadline."""


def first_ports(wish: Wish) -> tuple[int, ...]:
    """The first wave as far as the operator allows it, else the operator's own first ports."""
    allowed = tuple(port for port in FIRST_WAVE if port in wish.ports)
    return allowed or wish.ports[: len(FIRST_WAVE)]


def all_ports(wish: Wish) -> tuple[int, ...]:
    """Every port that the operator allows, the first wave first."""
    first = first_ports(wish)
    return (*first, *(port for port in wish.ports if port not in first))


def port_fact(port: int, probe: str, wish: Wish) -> Observation:
    """The observation that a port is open."""
    endpoint = f"tcp/{port}"
    return Observation(
        signal="port.open", value=endpoint, endpoint=endpoint, probe=probe, at=wish.clock()
    )
