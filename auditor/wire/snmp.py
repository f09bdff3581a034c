"""SNMP v2c: one GET of three names, with the community that everybody knows.

Any agent may answer, cameras where the owner switched it on. Source: RFC 1901 (message), RFC 3416
(PDU), RFC 3418 (sysDescr, sysObjectID, sysName). The community ``public`` is a guessed secret, so
the question is asked on request only.
"""

from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import _ber
from auditor.wire._record import sized
from auditor.wire._text import cstring

PORT: Final = 161

_REQUEST: Final = bytes.fromhex(
    "3045"  # message, 69 octets
    "020101"  # version: 1 stands for v2c
    "04067075626c6963"  # community: public
    "a038"  # GetRequest, 56 octets
    "020461756401"  # request id
    "020100"  # error status: none
    "020100"  # error index
    "302a"  # three variables, without values
    "300c06082b060102010101000500"
    "300c06082b060102010102000500"
    "300c06082b060102010105000500"
)
"""Never built, so that nothing else can be asked."""
_REQUEST_ID: Final = 0x61756401
_VERSION: Final = 1
_RESPONSE: Final = 0xA2
_NAMES: Final = {
    "1.3.6.1.2.1.1.1.0": "sysdescr",
    "1.3.6.1.2.1.1.2.0": "sysobjectid",
    "1.3.6.1.2.1.1.5.0": "sysname",
}
_PARTS: Final = 4
_LEAST: Final = 20


def get() -> bytes:
    """The question: sysDescr.0, sysObjectID.0 and sysName.0."""
    return _REQUEST


def decode(data: bytes) -> dict[str, str]:
    """Decode a response to :func:`get`.

    Returns:
        ``sysdescr sysobjectid sysname`` as far as the device gives them; the object identifier in
        dotted form. An agent that knows none of them, or reports an error, gives none.

    Raises:
        Malformed: anything else than the response to our question.
    """
    sized(data, _LEAST, "an SNMP agent")
    message = _inside(data, _ber.SEQUENCE)
    (kind, version), _, (answer, pdu) = _three(message)
    if kind != _ber.INTEGER or _ber.integer(version) != _VERSION:
        raise Malformed("SNMP: not version 2c")
    if answer != _RESPONSE:
        raise Malformed("SNMP: no response")
    parts = _ber.elements(pdu, _PARTS)
    if [tag for tag, _ in parts] != [*[_ber.INTEGER] * 3, _ber.SEQUENCE]:
        raise Malformed("SNMP: a response of another shape")
    if _ber.integer(parts[0][1]) != _REQUEST_ID:
        raise Malformed("SNMP: the response to another question")
    return _variables(parts[3][1])


def _inside(data: bytes, wanted: int) -> bytes:
    tag, content, _ = _ber.element(data)
    if tag != wanted:
        raise Malformed("SNMP: no message")
    return content


def _three(message: bytes) -> tuple[tuple[int, bytes], tuple[int, bytes], tuple[int, bytes]]:
    """Version, community and PDU."""
    parts = _ber.elements(message, 3)
    if len(parts) < 3 or parts[1][0] != _ber.OCTET_STRING:  # noqa: PLR2004 - as named
        raise Malformed("SNMP: a message of another shape")
    return parts[0], parts[1], parts[2]


def _variables(content: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag, pair in _ber.elements(content, len(_NAMES)):
        inside = _ber.elements(pair, 2) if tag == _ber.SEQUENCE else []
        if len(inside) < 2 or inside[0][0] != _ber.OBJECT_ID:  # noqa: PLR2004 - name and value
            raise Malformed("SNMP: a variable of another shape")
        name = _NAMES.get(_ber.object_id(inside[0][1]))
        if name is not None and (text := _text(*inside[1])):
            found.setdefault(name, text)
    return found


def _text(tag: int, content: bytes) -> str:
    """Text or a dotted identifier; empty for whatever stands for *there is no such object*."""
    if tag == _ber.OCTET_STRING:
        return cstring(content)
    return _ber.object_id(content) if tag == _ber.OBJECT_ID else ""
