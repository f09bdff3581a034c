"""TDP, TP-Link's device discovery (UDP 20002): a 16-byte header and a JSON body.

Tapo and VIGI cameras speak it. Source: open implementations of the protocol (the
python-kasa project) and their published captures. The question carries a public key, since
devices encrypt some fields to it; nothing here reads those, nor needs to.
"""

import json
import struct
import zlib
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import _json

PORT: Final = 20002

_HEADER: Final = struct.Struct(">BBHHBBII")
"""Version, type, operation, body length, flags, zero, serial, CRC-32."""
_VERSION: Final = 2
_PROBE: Final = 1
_FLAGS: Final = 0x11
_CRC_SEED: Final = 0x5A6B7C8D
"""Stands in the CRC field while the CRC of the packet is taken."""


def search(key: str, serial: int = 1) -> bytes:
    """The search question.

    Args:
        key: a public RSA key of 2,048 bits in PEM.
        serial: any number of 32 bits; echoed by the answer.

    Raises:
        Malformed: something else than a public key in PEM.
    """
    if not key.startswith("-----BEGIN PUBLIC KEY-----") or not key.isascii():
        raise Malformed("no public key in PEM")
    body = json.dumps({"params": {"rsa_key": key}}).encode("ascii")

    def packet(crc: int) -> bytes:
        head = (_VERSION, 0, _PROBE, len(body), _FLAGS, 0, serial & 0xFFFFFFFF, crc)
        return _HEADER.pack(*head) + body

    return packet(zlib.crc32(packet(_CRC_SEED)))


def _result(data: bytes) -> tuple[str, dict[str, object]]:
    if len(data) <= _HEADER.size or data[0] != _VERSION:
        raise Malformed("no TDP answer")
    text, value = _json.mapping(data[_HEADER.size :])
    if not isinstance(value.get("result"), dict):
        raise Malformed("a TDP packet without a result")
    return text, value


def decode(data: bytes) -> dict[str, str]:
    """Decode an answer. Length and CRC are not believed.

    Returns:
        Last key name → first leaf of that name (``device_type device_model ip mac
        factory_default`` …).

    Raises:
        Malformed: anything else than an answer with a JSON result.
    """
    return _json.first_leaves(_result(data)[1])


def value(data: bytes) -> str:
    """The answer's JSON text, an observation's value.

    Raises:
        Malformed: anything else than an answer with a JSON result.
    """
    return _result(data)[0]
