"""MHED: TVT's search on UDP 23456; binary, answered to a second group."""

import ipaddress
import struct
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_REPLY_GROUP: Final = ("234.55.55.56", 23456)
_SIZE: Final = 240
_HEAD: Final = 12
_SEARCH, _FOUND = 1, 2
_NEW_FROM: Final = 0x00010008
_LAST: Final = ((196, 16, "product_name"), (212, 16, "manufacturer"))
_OLD: Final = ((140, 24, "product_name"), (164, 24, "customer"), *_LAST)
_NEW: Final = ((140, 16, "serial"), (156, 16, "software"), *_LAST)
"""Texts of the record by version: offset, size, and the persona's key."""


class _Mhed:
    """Answers command 1 only."""

    name = "mhed"
    groups = ("234.55.55.55",)

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One 240-byte reply."""
        if len(data) < _HEAD or data[:4] != b"MHED":
            return ()
        if struct.unpack_from("<I", data, 8)[0] != _SEARCH:
            return ()
        to = _REPLY_GROUP if service.data.text("to", "group") == "group" else None
        return (Answer(data=_reply(service, device, data[4:8]), to=to),)


def _reply(service: Service, device: Device, version: bytes) -> bytes:
    table = service.data
    made = bytearray(_SIZE)
    made[0:4] = b"MHED"
    made[4:8] = version
    struct.pack_into("<I", made, 8, _FOUND)
    struct.pack_into("20s", made, 0x0C, table.text("name").encode())
    made[0x20:0x26] = bytes.fromhex(device.words["mac12"])
    struct.pack_into("<H", made, 0x26, table.number("data_port", 9008))
    address = ipaddress.IPv4Address(device.address)
    made[0x28:0x2C] = address.packed
    made[0x2C:0x30] = ipaddress.IPv4Address("255.255.255.0").packed
    made[0x30:0x34] = ipaddress.IPv4Address(int(address) & 0xFFFFFF00 | 1).packed
    struct.pack_into("<I", made, 0x34, table.number("firmware", 0x04010000))
    struct.pack_into("<I", made, 0x38, table.number("build", 20210105))
    struct.pack_into("<HH", made, 0x3C, int(device.words.get("http_port", "80")), 554)
    struct.pack_into("<II", made, 0x40, table.number("type", 4), table.number("product", 0))
    texts = _NEW if struct.unpack("<I", version)[0] >= _NEW_FROM else _OLD
    for at, size, key in texts:
        struct.pack_into(f"{size}s", made, at, table.text(key, "").encode())
    return bytes(made)


RESPONDER = _Mhed()
