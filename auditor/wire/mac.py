"""Hardware addresses (IEEE 802 MAC, EUI-48) as people and devices write them.

Source of the forms: IEEE 802 (dashes), RFC 7042 (colons), Cisco's dotted groups, the unpadded
octets of the BSD ``arp`` command, and RFC 4291 appendix A for EUI-64 interface identifiers.
"""

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from auditor.model.errors import Malformed

_BARE: Final = re.compile(r"[0-9A-Fa-f]{12}")
_GROUPS: Final = re.compile(
    r"[0-9A-Fa-f]{1,2}(?:([:\-. ])[0-9A-Fa-f]{1,2})(?:\1[0-9A-Fa-f]{1,2}){4}"
)
_DOTTED: Final = re.compile(r"[0-9A-Fa-f]{4}([.:\-])[0-9A-Fa-f]{4}\1[0-9A-Fa-f]{4}")
_INSIDE: Final = re.compile(
    r"(?<![0-9A-Fa-f:.-])"
    r"[0-9A-Fa-f]{1,2}(?:([:-])[0-9A-Fa-f]{1,2})(?:\1[0-9A-Fa-f]{1,2}){4}"
    r"(?![0-9A-Fa-f]|[:.-][0-9A-Fa-f])"
)
_LINE: Final = 256
_NOBODY: Final = frozenset({"000000000000", "ffffffffffff"})
_LONGEST: Final = 40
_LINK_LOCAL: Final = 0xFE80 << 112
_INTERFACE_ID: Final = (1 << 64) - 1


@lru_cache(maxsize=8192)
def normal(text: str) -> str | None:
    """Bring a MAC address into the form ``aa:bb:cc:dd:ee:ff``.

    Args:
        text: colons, dashes, dots, blanks, octets with or without leading zero, or 12 bare digits.

    Returns:
        The address, or None for anything else, for the all-zero and the broadcast address.
    """
    if len(text) > _LONGEST:
        return None
    text = text.strip()
    if _BARE.fullmatch(text):
        digits = text
    elif _DOTTED.fullmatch(text):
        digits = text.replace(text[4], "")
    elif found := _GROUPS.fullmatch(text):
        digits = "".join(octet.zfill(2) for octet in text.split(found[1]))
    else:
        return None
    digits = digits.lower()
    if digits in _NOBODY:
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def inside(text: str) -> str | None:
    """The one address that stands in a line, as neighbour tables and scanners print it.

    Args:
        text: such as ``? (192.0.2.30) at a0:bd:1d:3:4f:6 [ether] on br0``.

    Returns:
        The address in the form that :func:`normal` gives; None where none stands there, or several.
    """
    found = {normal(one[0]) for one in _INSIDE.finditer(text[:_LINE])} - {None}
    return found.pop() if len(found) == 1 else None


def from_bytes(octets: bytes) -> str | None:
    """The address that six octets spell; None when they spell none."""
    return normal(octets.hex()) if len(octets) == 6 else None  # noqa: PLR2004 - an EUI-48


def is_local(mac: str) -> bool:
    """Whether the address is locally administered, so that no registry knows its owner.

    Args:
        mac: in the form that :func:`normal` gives.

    Raises:
        Malformed: it does not begin with an octet.
    """
    return bool(_first_octet(mac) & 2)


def is_multicast(mac: str) -> bool:
    """Whether the address names a group of stations.

    Args:
        mac: in the form that :func:`normal` gives.

    Raises:
        Malformed: it does not begin with an octet.
    """
    return bool(_first_octet(mac) & 1)


def _first_octet(mac: str) -> int:
    try:
        return bytes.fromhex(mac[:2])[0]
    except (ValueError, IndexError):
        raise Malformed(f"no hardware address: {mac[:20]!r}") from None


def in_address(address: str) -> str | None:
    """The MAC inside any IPv6 address that was made from one, whatever its network.

    Args:
        address: such as ``2001:db8::5a50:edff:fe1f:e385``.

    Returns:
        The MAC, or None when the address does not hold one.
    """
    try:
        value = int(IPv6Address(address))
    except AddressValueError:
        return None
    return from_eui64(str(IPv6Address(_LINK_LOCAL | value & _INTERFACE_ID)))


def from_eui64(address: str) -> str | None:
    """The MAC inside a link-local IPv6 address that was made from one.

    Args:
        address: such as ``fe80::5a50:edff:fe1f:e385``, with or without ``%zone`` and brackets.

    Returns:
        The MAC, or None when the address is not link-local or does not hold one.
    """
    try:
        value = IPv6Address(address.strip("[] ").partition("%")[0])
    except AddressValueError:
        return None
    octets = value.packed[8:]
    if not value.is_link_local or octets[3:5] != b"\xff\xfe":
        return None
    return from_bytes(bytes((octets[0] ^ 2, *octets[1:3], *octets[5:])))
