"""DHIP: Dahua's search on UDP 37810; a 32-byte header, then JSON."""

import json
import struct
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_GROUP: Final = "239.255.255.251"
_PORT: Final = 37810
_HEADER: Final = struct.Struct("<I4sQIIII")


def pack(body: bytes) -> bytes:
    """A body behind its header."""
    return _HEADER.pack(_HEADER.size, b"DHIP", 0, len(body), 0, len(body), 0) + body


class _Dhip:
    """Answers ``DHDiscover.search`` with the header; bare JSON gets nothing.

    Where the question does not want a unicast answer (``uni`` 0), the group gets it.
    """

    name = "dhip"
    groups = (_GROUP,)

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One ``client.notifyDevInfo`` from the persona's JSON text."""
        del device
        if len(data) <= _HEADER.size or data[4:8] != b"DHIP":
            return ()
        try:
            question = json.loads(data[_HEADER.size :].rstrip(b"\n\0 "))
        except ValueError:
            return ()
        if not isinstance(question, dict) or question.get("method") != "DHDiscover.search":
            return ()
        body = service.data.text("json").strip() + service.data.text("tail", "\n\0")
        wishes = question.get("params")
        unicast = not isinstance(wishes, dict) or wishes.get("uni", 1)
        return (Answer(data=pack(body.encode()), to=None if unicast else (_GROUP, _PORT)),)


RESPONDER = _Dhip()
