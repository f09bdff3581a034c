"""The search of Foscam's cameras (UDP 10000): a fixed record, sometimes veiled by an XOR.

No credentials; the key of the veil stands in the answer itself. Source: one open implementation
(UniversalScanner), so a decoded field is no proof by itself.
"""

from itertools import cycle
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import mac
from auditor.wire._record import filled, ip, sized
from auditor.wire._text import cstring

PORT: Final = 10000

_MAGIC: Final = b"MO_I"
_QUESTION: Final = _MAGIC + bytes(11) + b"\x04" + bytes(7) + bytes.fromhex("00000001")
_VEILED: Final = 0x06
_KEY: Final = slice(0x07, 0x0F)
_BODY: Final = 0x17
_LEAST: Final = 0x57
_IPS: Final = ((0x39, "ip"), (0x3D, "mask"), (0x41, "gateway"), (0x45, "dns"))


def search() -> bytes:
    """The search question, 27 bytes."""
    return _QUESTION


def _plain(data: bytes) -> bytes:
    if not data[_VEILED]:
        return data
    body = bytes(octet ^ key for octet, key in zip(data[_BODY:], cycle(data[_KEY]), strict=False))
    return data[:_BODY] + body


def decode(data: bytes) -> dict[str, str]:
    """Decode an answer.

    Returns:
        ``mac serial name ip mask gateway dns device_type`` as far as the device gives them; the
        serial is the hardware address.

    Raises:
        Malformed: anything else than an answer.
    """
    sized(data, _LEAST, "Foscam's search")
    if not data.startswith(_MAGIC):
        raise Malformed("no answer of Foscam's search")
    body = _plain(data)
    serial = cstring(body[0x17:0x24])
    station = mac.normal(serial)
    if station is None:
        raise Malformed("an answer of Foscam's search without a hardware address")
    fields = {"mac": station, "serial": serial, "name": cstring(body[0x24:0x39])}
    fields |= {name: ip(body[at : at + 4]) for at, name in _IPS}
    return filled(fields | {"device_type": str(body[0x49])})


def value(data: bytes) -> str:
    """The datagram as an observation's value: lower-case hex.

    Raises:
        Malformed: anything else than an answer.
    """
    decode(data)
    return data.hex()
