"""VStarcam's search on UDP 8600: a fixed record."""

import struct
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_QUESTION: Final = bytes.fromhex("44480101")
_SIZE: Final = 0x210


class _Vstarcam:
    """Answers the search, from the protocol's own port to that of the asker."""

    name = "vstarcam"
    groups = ()

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One reply."""
        if data != _QUESTION:
            return ()
        made = bytearray(_SIZE)
        made[:4] = bytes.fromhex("44480108")
        texts = (
            (0x04, 16, device.address),
            (0x14, 16, "255.255.255.0"),
            (0x5C, 32, device.serial),
            (0x7C, 32, service.data.text("name")),
            (0xCC, 32, service.data.text("firmware")),
        )
        for at, size, text in texts:
            struct.pack_into(f"{size}s", made, at, text.encode())
        made[0x54:0x5A] = bytes.fromhex(device.words["mac12"])
        return (Answer(data=bytes(made)),)


RESPONDER = _Vstarcam()
