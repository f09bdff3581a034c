"""i-PRO's and Panasonic's search on UDP 10670, answered to 10669: a fixed head, then type, length, value."""

import ipaddress
import struct
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer, all_around

_ANSWER_PORT: Final = 10669
_QUESTION: Final = 52
_HEAD: Final = 53
_START: Final = b"\x00\x01\x00\x00"


class _Ipro:
    """Answers questions of the right length and start."""

    name = "ipro"
    groups = ()

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One reply: the address, then the persona's texts by type number."""
        if len(data) != _QUESTION or data[:4] != _START:
            return ()
        made = bytearray(_HEAD)
        made[:4] = _START
        made[6:12] = bytes.fromhex(device.words["mac12"])
        items = [(0x20, ipaddress.IPv4Address(device.address).packed)]
        items += [(int(kind, 16), text.encode()) for kind, text in service.data.pairs("texts")]
        body = b"".join(struct.pack("!HH", kind, len(value)) + value for kind, value in items)
        return (Answer(data=bytes(made) + body, to=all_around(device, _ANSWER_PORT)),)


RESPONDER = _Ipro()
