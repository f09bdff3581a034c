"""NetIP: Xiongmai's search on UDP 34569; a 20-byte header, then JSON."""

import ipaddress
import struct
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_HEADER: Final = struct.Struct("<BBHIIHHI")
_SEARCH, _FOUND = 1530, 1531


def little(address: str) -> str:
    """An address as these devices write it: ``0x0A01A8C0`` for 192.168.1.10."""
    return f"0x{int.from_bytes(ipaddress.IPv4Address(address).packed, 'little'):08X}"


class _Netip:
    """Answers message 1530 only."""

    name = "netip"
    groups = ()

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One message 1531 with the persona's JSON."""
        if len(data) < _HEADER.size or data[0] != 0xFF:  # noqa: PLR2004 - the first byte
            return ()
        if _HEADER.unpack_from(data)[6] != _SEARCH:
            return ()
        text = service.data.text("json").strip().replace("{host_ip}", little(device.address))
        body = text.encode() + b"\n\0"
        return (Answer(data=_HEADER.pack(0xFF, 1, 0, 0, 0, 0, _FOUND, len(body)) + body),)


RESPONDER = _Netip()
