"""The search of Hanwha's cameras and recorders (UDP 7701, answered to 7711): fixed text fields.

Hanwha, formerly Samsung Techwin, devices speak it; no credentials. Source: one open implementation
(UniversalScanner) and the answer printed in it, so a decoded field is no proof by itself.
"""

from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import mac
from auditor.wire._record import filled, sized
from auditor.wire._text import cstring

PORT: Final = 7701
"""Where devices listen."""
ANSWER_PORT: Final = 7711
"""Where they answer."""

_QUESTION: Final = b"\x01".ljust(0x106, b"\0")
_ANSWER: Final = 0x0B
_LEAST: Final = 0x85
_FIELDS: Final = (
    (0x25, 16, "ip"),
    (0x35, 16, "mask"),
    (0x45, 16, "gateway"),
    (0x6D, 10, "model"),
    (0x85, 39, "url"),
)


def search() -> bytes:
    """The search question, 262 bytes."""
    return _QUESTION


def decode(data: bytes) -> dict[str, str]:
    """Decode an answer.

    Returns:
        ``mac ip mask gateway model url`` as far as the device gives them.

    Raises:
        Malformed: anything else than an answer with a hardware address.
    """
    sized(data, _LEAST, "Hanwha's search")
    station = mac.normal(cstring(data[0x13:0x25]))
    if data[0] != _ANSWER or station is None:
        raise Malformed("no answer of Hanwha's search")
    texts = {name: cstring(data[at : at + size]) for at, size, name in _FIELDS}
    return filled({"mac": station} | texts)


def value(data: bytes) -> str:
    """The datagram as an observation's value: lower-case hex.

    Raises:
        Malformed: anything else than an answer.
    """
    decode(data)
    return data.hex()
