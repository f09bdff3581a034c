"""The search of Bosch's cameras and encoders (UDP 1757, answered to 1758): 32 bytes, or XML.

Bosch devices with RCP+ speak it; no credentials. Source: one open implementation
(UniversalScanner), so a decoded field is no proof by itself.
"""

from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import mac, xml
from auditor.wire._record import filled, ip, sized

PORT: Final = 1757
"""Where devices listen."""
ANSWER_PORT: Final = 1758
"""Where they answer."""

_MAGIC: Final = bytes.fromhex("9939a427")
_SEARCH: Final = bytes.fromhex("ff0006de")
_BINARY: Final = 32
_XML: Final = {
    "friendlyName": "model",
    "serialNumber": "serial",
    "unitIPAddress": "ip",
    "unitIPv6Address": "ipv6",
    "deviceGUID": "guid",
    "RCPPort": "rcp_port",
}
_NEEDED: Final = frozenset({"physAddress", "unitIPAddress"})


def search(transaction: int = 1) -> bytes:
    """The search question, 12 bytes.

    Args:
        transaction: any number of 32 bits; echoed by the answer.
    """
    return _MAGIC + (transaction & 0xFFFFFFFF).to_bytes(4) + _SEARCH


def decode(data: bytes) -> dict[str, str]:
    """Decode an answer of either form.

    Returns:
        ``mac ip mask gateway``, or from XML ``mac ip ipv6 model serial guid rcp_port``, as far as
        the device gives them.

    Raises:
        Malformed: anything else than an answer.
    """
    sized(data, _BINARY, "Bosch's search")
    if data[:4] == _MAGIC:
        return _binary(data)
    leaves = xml.leaves(xml.document(data).root)
    if not _NEEDED & set(leaves):
        raise Malformed("no answer of Bosch's search")
    fields = {name: leaves[tag][0].strip() for tag, name in _XML.items() if tag in leaves}
    return filled({"mac": mac.normal(leaves.get("physAddress", ("",))[0]) or ""} | fields)


def _binary(data: bytes) -> dict[str, str]:
    station = mac.from_bytes(data[8:14])
    if len(data) != _BINARY or station is None:
        raise Malformed("no answer of Bosch's search")
    fields = {"mac": station, "ip": ip(data[16:20])}
    return filled(fields | {"mask": ip(data[20:24]), "gateway": ip(data[24:28])})


def value(data: bytes) -> str:
    """The datagram as an observation's value: lower-case hex.

    Raises:
        Malformed: anything else than an answer.
    """
    decode(data)
    return data.hex()
