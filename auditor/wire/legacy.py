"""The older Dahua search (UDP 5050): a binary record with text sections, no credentials.

Old Dahua cameras and recorders speak it, under whatever label. Source: open implementations of
the protocol and their published captures.
"""

import re
from ipaddress import IPv4Address
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import mac
from auditor.wire._text import cstring, lenient

PORT: Final = 5050

_QUESTION: Final = bytes.fromhex("a3010001" + "00" * 12 + "02000000" + "00" * 12)
_ANSWER: Final = 0xB3
_FIXED: Final = 0x78
"""Where the text sections begin: a 32-byte header and an 88-byte record stand before."""
_MAC_TEXT: Final = 17
_IPS: Final = ((0x38, "ip"), (0x3C, "mask"), (0x40, "gateway"), (0x44, "dns"))
_PORTS: Final = ((0x5E, "http_port"), (0x60, "https_port"), (0x62, "data_port"))
_LINES_CAP: Final = 50
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9 _.-]{0,40}")


def search() -> bytes:
    """The search question, 32 bytes."""
    return _QUESTION


def _sections(data: bytes) -> dict[str, str]:
    second = data[_FIXED : _FIXED + data[2]]
    third_at = _FIXED + data[2]
    third = data[third_at : third_at + int.from_bytes(data[0x14:0x16], "little")]
    fields = {
        "mac": mac.normal(cstring(second[:_MAC_TEXT])) or "",
        "model": cstring(second[_MAC_TEXT:]),
    }
    for line in lenient(third).replace("\0", "\n").splitlines()[:_LINES_CAP]:
        key, colon, text = line.partition(":")
        if colon and _KEY.fullmatch(key.strip()):
            fields.setdefault(key.strip(), text.strip())
    return fields


def decode(data: bytes) -> dict[str, str]:
    """Decode a search answer.

    Returns:
        ``device_type mac model ip mask gateway dns http_port https_port data_port`` and the
        lines of the last section under the device's own names (``Name Device IPv6Addr
        SerialNo`` …). Empty fields are left out.

    Raises:
        Malformed: anything else than a search answer.
    """
    if len(data) < _FIXED or data[0] != _ANSWER:
        raise Malformed("no answer of the older Dahua search")
    fields = {"device_type": cstring(data[0x28:0x38])}
    for at, name in _IPS:
        fields[name] = str(IPv4Address(data[at : at + 4])) if any(data[at : at + 4]) else ""
    for at, name in _PORTS:
        fields[name] = str(int.from_bytes(data[at : at + 2], "little") or "")
    return {name: text for name, text in (fields | _sections(data)).items() if text}


def value(data: bytes) -> str:
    """The datagram as an observation's value: lower-case hex.

    Raises:
        Malformed: anything else than a search answer.
    """
    decode(data)
    return data.hex()
