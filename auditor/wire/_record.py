"""What the binary searches of several makers have in common: addresses and tidy fields."""

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Final

from auditor.model.errors import Malformed

DATAGRAM_CAP: Final = 8_192
"""Longest answer that is taken for one; real ones are far shorter."""
_IPV4: Final = 4


def sized(data: bytes, least: int, what: str) -> None:
    """Check that an answer is neither cut short nor absurdly long.

    Raises:
        Malformed: it is.
    """
    if not least <= len(data) <= DATAGRAM_CAP:
        raise Malformed(f"no answer of {what}: {len(data)} bytes")


def ip(octets: bytes) -> str:
    """An IPv4 address in network order; empty for none, and for 0.0.0.0."""
    return str(IPv4Address(octets)) if len(octets) == _IPV4 and any(octets) else ""


def filled(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields that hold something."""
    return {name: text for name, text in fields.items() if text}
