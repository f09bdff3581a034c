"""Ubiquiti's discovery on UDP 10001: type, length, value."""

import ipaddress
import struct
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_QUESTIONS: Final = (b"\x01\x00\x00\x00", b"\x02\x08\x00\x00")


class _Ubnt:
    """Answers both versions of the question in its own version."""

    name = "ubnt"
    groups = ("233.89.188.1",)

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One reply: MAC, MAC and address, then the persona's texts by type number."""
        if data[:4] not in _QUESTIONS:
            return ()
        mac = bytes.fromhex(device.words["mac12"])
        items = [(1, mac), (2, mac + ipaddress.IPv4Address(device.address).packed)]
        items += [(int(kind, 16), text.encode()) for kind, text in service.data.pairs("texts")]
        body = b"".join(struct.pack("!BH", kind, len(value)) + value for kind, value in items)
        command = 0 if data[0] == 1 else 9
        return (Answer(data=struct.pack("!BBH", data[0], command, len(body)) + body),)


RESPONDER = _Ubnt()
