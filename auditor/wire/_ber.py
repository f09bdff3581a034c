"""BER elements, strictly enough for hostile bytes: definite lengths, nothing beyond the data.

Source: ITU-T X.690. SNMP is written in it.
"""

from typing import Final

from auditor.model.errors import Malformed

INTEGER: Final = 0x02
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OBJECT_ID: Final = 0x06
SEQUENCE: Final = 0x30

_LONG_FORM: Final = 0x80
_LENGTH_OCTETS: Final = 4
_HIGH_TAG: Final = 0x1F
_MORE: Final = 0x80
_ARCS: Final = 128
"""Most numbers of an object identifier (RFC 2578, 3.5)."""
_ARC_BITS: Final = 32
_SECOND_ARCS: Final = 40
_ROOTS: Final = 2


def element(data: bytes, at: int = 0) -> tuple[int, bytes, int]:
    """Tag, content and end of the element that begins at a place.

    Raises:
        Malformed: it is not whole, or its length is indefinite or absurd.
    """
    if at + 2 > len(data):
        raise Malformed("BER: an element is cut short")
    tag, length = data[at], data[at + 1]
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise Malformed("BER: a tag of several octets")
    at += 2
    if length & _LONG_FORM:
        octets = length & ~_LONG_FORM
        if not 1 <= octets <= _LENGTH_OCTETS or at + octets > len(data):
            raise Malformed("BER: a length that cannot be read")
        length = int.from_bytes(data[at : at + octets])
        at += octets
    if at + length > len(data):
        raise Malformed("BER: an element is longer than the data")
    return tag, data[at : at + length], at + length


def elements(data: bytes, most: int) -> list[tuple[int, bytes]]:
    """Tag and content of the elements in a row, at most so many.

    Raises:
        Malformed: one of them is not whole.
    """
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data) and len(found) < most:
        tag, content, at = element(data, at)
        found.append((tag, content))
    return found


def integer(content: bytes) -> int:
    """A signed integer of at most eight octets.

    Raises:
        Malformed: empty or longer.
    """
    if not 1 <= len(content) <= 8:  # noqa: PLR2004 - no field of SNMP is longer
        raise Malformed("BER: no integer of a sane size")
    return int.from_bytes(content, signed=True)


def object_id(content: bytes) -> str:
    """An object identifier in dotted form.

    Raises:
        Malformed: it is empty, too long, or ends half-way.
    """
    arcs: list[int] = []
    number = 0
    for octet in content:
        number = number << 7 | octet & ~_MORE
        if number >> _ARC_BITS or len(arcs) >= _ARCS:
            raise Malformed("BER: an object identifier beyond all bounds")
        if not octet & _MORE:
            arcs.append(number)
            number = 0
    if not arcs or content[-1] & _MORE:
        raise Malformed("BER: an object identifier without an end")
    root = min(arcs[0] // _SECOND_ARCS, _ROOTS)
    return ".".join(map(str, (root, arcs[0] - root * _SECOND_ARCS, *arcs[1:])))
