"""Bosch's search on UDP 1757, answered to 1758: 32 bytes, or XML, as the persona says."""

import ipaddress
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer, all_around

_MAGIC: Final = bytes.fromhex("9939a427")
_SEARCH: Final = bytes.fromhex("ff0006de")
_ANSWER_PORT: Final = 1758
_QUESTION: Final = 12


class _Bosch:
    """Answers the search only, and echoes its transaction number in the short form."""

    name = "bosch"
    groups = ()

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One reply."""
        if len(data) != _QUESTION or data[:4] != _MAGIC or data[8:] != _SEARCH:
            return ()
        xml = service.data.text("xml", "").strip()
        if xml:
            return (Answer(data=xml.encode(), to=all_around(device, _ANSWER_PORT)),)
        own = ipaddress.IPv4Address(device.address).packed
        mask = ipaddress.IPv4Address("255.255.255.0").packed
        mac = bytes.fromhex(device.words["mac12"])
        made = _MAGIC + data[4:8] + mac + bytes(2) + own + mask + own[:3] + b"\x01" + bytes(4)
        return (Answer(data=made, to=all_around(device, _ANSWER_PORT)),)


RESPONDER = _Bosch()
