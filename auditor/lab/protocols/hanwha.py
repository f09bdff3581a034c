"""Hanwha's search on UDP 7701; fixed text fields, answered to port 7711."""

import struct
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer, all_around

_ANSWER_PORT: Final = 7711
_QUESTION: Final = 0x106
_SIZE: Final = 0x106


class _Hanwha:
    """Answers requests of the full length only."""

    name = "hanwha"
    groups = ()

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One reply."""
        if len(data) != _QUESTION or data[0] != 1:
            return ()
        made = bytearray(_SIZE)
        made[0] = 0x0B
        texts = (
            (0x13, 18, device.mac.upper()),
            (0x25, 16, device.address),
            (0x35, 16, "255.255.255.0"),
            (0x6D, 10, service.data.text("model")),
            (0x85, 39, f"http://{device.words['web']}/index.htm"),
        )
        for at, size, text in texts:
            struct.pack_into(f"{size}s", made, at, text.encode())
        return (Answer(data=bytes(made), to=all_around(device, _ANSWER_PORT)),)


RESPONDER = _Hanwha()
