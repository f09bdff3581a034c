"""Foscam's search on UDP 10000: a fixed record, veiled by an XOR if the persona says so."""

import ipaddress
import struct
from collections.abc import Sequence
from itertools import cycle
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_QUESTION: Final = b"MO_I" + bytes(11) + b"\x04" + bytes(7) + b"\0\0\0\x01"
_SIZE: Final = 0x57
_BODY: Final = 0x17


class _Foscam:
    """Answers the search only."""

    name = "foscam"
    groups = ()

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One reply."""
        if data != _QUESTION:
            return ()
        made = bytearray(_SIZE)
        made[:4] = b"MO_I"
        made[5] = 1
        made[0x0F] = _SIZE - _BODY
        struct.pack_into("13s", made, 0x17, device.words["MAC12"].encode())
        struct.pack_into("21s", made, 0x24, service.data.text("name").encode())
        made[0x39:0x3D] = ipaddress.IPv4Address(device.address).packed
        made[0x3D:0x41] = ipaddress.IPv4Address("255.255.255.0").packed
        made[0x49] = service.data.number("type", 1)
        key = bytes.fromhex(service.data.text("key", ""))
        if key:
            made[6] = 1
            made[7:15] = key
            veiled = (a ^ b for a, b in zip(made[_BODY:], cycle(key), strict=False))
            made[_BODY:] = bytes(veiled)
        return (Answer(data=bytes(made)),)


RESPONDER = _Foscam()
