"""The older Dahua search on UDP 5050: binary, answered by old devices."""

import ipaddress
import struct
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_FIXED: Final = 0x78
_MAC_TEXT: Final = 17


class _Legacy:
    """Answers ``a3 01`` with ``b3``: fixed part, MAC text and model, then text lines."""

    name = "legacy"
    groups = ()

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One reply."""
        if data[:2] != b"\xa3\x01":
            return ()
        second = device.mac.encode()[:_MAC_TEXT] + service.data.text("model").encode()
        third = "".join(f"{k}:{v}\r\n" for k, v in service.data.pairs("lines")).encode()
        made = bytearray(_FIXED)
        made[0] = 0xB3
        made[2] = len(second) & 0xFF
        made[4] = 0x58
        struct.pack_into("<H", made, 0x14, len(third))
        struct.pack_into("16s", made, 0x28, service.data.text("type", "").encode())
        address = ipaddress.IPv4Address(device.address)
        made[0x38:0x3C] = address.packed
        made[0x3C:0x40] = ipaddress.IPv4Address("255.255.255.0").packed
        made[0x40:0x44] = ipaddress.IPv4Address(int(address) & 0xFFFFFF00 | 1).packed
        struct.pack_into("<HHH", made, 0x5E, int(device.words.get("http_port", "80")), 443, 37777)
        return (Answer(data=bytes(made) + second + third),)


RESPONDER = _Legacy()
