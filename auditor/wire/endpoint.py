"""The MAC address inside a WS-Discovery endpoint reference.

Several makers build the UUID of the endpoint from the hardware address. Source: RFC 4122 for the
time-based form (its node is the MAC), and published captures of Hikvision, Uniview, TP-Link,
Xiongmai, Bosch, Sony, i-PRO, GeoVision and HiSilicon-based devices for the fixed forms.
"""

import re
from typing import Final

from auditor.wire import mac

_UUID: Final = re.compile(
    r"(?:urn:)?(?:uuid:)?"
    r"([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})"
)
_COLONS: Final = re.compile(r"-([0-9a-f]{2}(?:[:.-]?[0-9a-f]{2}){5})$")
"""The node written as an address, which no UUID is but some firmware says."""
_TIME_BASED: Final = re.compile(r"11(?:b[2-9a-f]|[c-f][0-9a-f])")
"""Third group of a time-based UUID made between 1970 (a clock never set) and about 2040."""
_FIXED: Final = (
    re.compile(r"00010010-0001-1020-8000"),  # Uniview firmware
    re.compile(r"3fa1fe68-b915-4053-a3e1"),  # TP-Link firmware
    re.compile(r"[0-9a-f]{8}-5566-7788-99aa"),  # Xiongmai firmware
    re.compile(r"5f5a69c2-e0ae-504f-829b"),  # HiSilicon's sample firmware
    re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-10[0-9a-f]{2}-bfff"),  # Sony firmware: a clock of its own
    re.compile(r"00030050-0000-1000-8000"),  # Sony firmware with its clock at the first tick
    re.compile(r"4d454930-0[0-9a-f]00-1000-800[0-9a-f]"),  # i-PRO firmware ("MEI0")
    re.compile(r"2419d68a-2dd2-21b2-a205"),  # a published sample for gSOAP, Reolink and others
)


_BLUETOOTH: Final = "00:80:5f:9b:34:fb"
"""Node of the UUID that Bluetooth's numbers are written in, copied into examples of others."""


def _bare(node: re.Match[str]) -> str:
    return "-" + node[1].replace(":", "").replace(".", "").replace("-", "")


def _bosch(uuid: str) -> str | None:
    """The MAC of Bosch's form: its octets forward, then the same octets backward."""
    digits = bytes.fromhex(uuid.replace("-", ""))
    octets = digits[:6]
    return octets.hex() if digits[6:12] == octets[::-1] else None


def mac_in_endpoint(epr: str) -> str | None:
    """The MAC that an endpoint reference embeds.

    Args:
        epr: such as ``urn:uuid:18ec6401-3aa0-11b5-83f6-b4a3820fd92d``.

    Returns:
        The MAC in colon form; None when the form of the UUID holds none.
    """
    told = epr.strip().lower()
    found = _UUID.fullmatch(told) or _UUID.fullmatch(_COLONS.sub(_bare, told))
    if found is None:
        return None
    prefix, node = found[0][found.start(1) : found.end(4)], found[5]
    if _TIME_BASED.fullmatch(found[3]) or any(form.fullmatch(prefix) for form in _FIXED):
        return _station(node)
    digits = _bosch(found[0][found.start(1) :])
    return _station(digits) if digits else None


def _station(digits: str) -> str | None:
    """The address, unless it names a group (a made-up node does) or is Bluetooth's constant."""
    address = mac.normal(digits)
    made_up = address is None or mac.is_multicast(address) or address == _BLUETOOTH
    return None if made_up else address
