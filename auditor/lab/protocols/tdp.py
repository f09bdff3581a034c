"""TDP: TP-Link's search on UDP 20002; a 16-byte header with a checksum, then JSON."""

import struct
import zlib
from collections.abc import Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_HEADER: Final = struct.Struct("!BBHHBBII")
_FILLER: Final = 0x5A6B7C8D
_PROBE: Final = 1


class _Tdp:
    """Answers probes whose checksum is right."""

    name = "tdp"
    groups = ()

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One reply with the persona's JSON."""
        del device
        if len(data) < _HEADER.size:
            return ()
        version, kind, opcode, length, flags, pad, serial, check = _HEADER.unpack_from(data)
        plain = _HEADER.pack(version, kind, opcode, length, flags, pad, serial, _FILLER)
        if opcode != _PROBE or zlib.crc32(plain + data[_HEADER.size :]) != check:
            return ()
        body = service.data.text("json").strip().encode()
        head = (version, kind, opcode, len(body), flags, pad, serial)
        crc = zlib.crc32(_HEADER.pack(*head, _FILLER) + body)
        return (Answer(data=_HEADER.pack(*head, crc) + body),)


RESPONDER = _Tdp()
