"""The search of Sony's network cameras (UDP 2380): lines of text between two markers.

No credentials. Source: one open implementation (UniversalScanner), so a decoded field is no proof
by itself.
"""

from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import mac
from auditor.wire._record import filled, sized
from auditor.wire._text import lenient

PORT: Final = 2380

_START, _STOP, _END_OF_LINE = b"\x02", b"\x03", b"\xff"
_NAMES: Final = {
    "MODEL": "model",
    "SERIAL": "serial",
    "MAC": "mac",
    "IPADR": "ip",
    "SOFTVERSION": "firmware",
}
_LEAST: Final = 8
_LINES_CAP: Final = 200


def search() -> bytes:
    """The search question: ``ENQ:allinfo``."""
    return _START + b"ENQ:allinfo" + _END_OF_LINE + _STOP


def decode(data: bytes) -> dict[str, str]:
    """Decode an answer.

    Returns:
        ``model serial mac ip firmware`` as far as the device gives them.

    Raises:
        Malformed: anything else than an answer that names a model.
    """
    sized(data, _LEAST, "Sony's search")
    if not (data.startswith(_START) and data.endswith(_STOP)):
        raise Malformed("no answer of Sony's search")
    found: dict[str, str] = {}
    for line in data[1:-1].split(_END_OF_LINE)[:_LINES_CAP]:
        key, colon, text = lenient(line).partition(":")
        name = _NAMES.get(key.strip().upper())
        if colon and name is not None:
            found.setdefault(name, text.strip())
    if not found.get("model"):
        raise Malformed("an answer of Sony's search without a model")
    return filled(found | {"mac": mac.normal(found.get("mac", "")) or ""})


def value(data: bytes) -> str:
    """The datagram as an observation's value: lower-case hex.

    Raises:
        Malformed: anything else than an answer.
    """
    decode(data)
    return data.hex()
