"""Sightings that the link itself proves: a hardware address at an IP address."""

from auditor.discovery._api import Wish
from auditor.model.facts import Observation, Sighting


def link_sighting(method: str, address: str, hardware: str, wish: Wish, interface: str) -> Sighting:
    """A sighting with the hardware address that the link showed.

    Args:
        method: who saw it.
        address: IPv4 or IPv6 text.
        hardware: colon form, lower case.
        wish: for the clock.
        interface: where it was seen.
    """
    fact = Observation(signal="mac", value=hardware, endpoint="link", probe=method, at=wish.clock())
    return Sighting(
        address=address, method=method, interface=interface, mac=hardware, observations=(fact,)
    )
