"""Vivotek's search on UDP 10000: type, length, value, with one type that has no length."""

import ipaddress
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_MAGIC: Final = bytes.fromhex("4a5d8f1c")
_QUESTION: Final = 5


class _Vivotek:
    """Answers the search and echoes its session byte."""

    name = "vivotek"
    groups = ()

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One reply."""
        if len(data) != _QUESTION or data[1:] != _MAGIC:
            return ()
        mac = bytes.fromhex(device.words["mac12"])
        items = (
            (1, service.data.text("name").encode()),
            (2, mac),
            (3, ipaddress.IPv4Address(device.address).packed),
            (6, (80).to_bytes(2)),
            (9, service.data.text("model").encode()),
        )
        body = b"\x04\x01" + b"".join(bytes([kind, len(text)]) + text for kind, text in items)
        return (Answer(data=data + body),)


RESPONDER = _Vivotek()
