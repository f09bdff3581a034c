"""An SNMP v2c agent on UDP 161 that knows three names and one community."""

from collections.abc import Iterator, Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_OID: Final = 0x06
_SEQUENCE: Final = 0x30
_GET: Final = 0xA0
_RESPONSE: Final = 0xA2
_NO_SUCH_OBJECT: Final = b"\x80\x00"
_V2C: Final = b"\x01"
_SYSTEM: Final = bytes.fromhex("2b06010201 01")
_SHORT: Final = 128


class _Snmp:
    """Answers a GET with the right community; ``descr``, ``objectid`` and ``name`` of the service."""

    name = "snmp"
    groups = ()

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One response; silence for another version, community or kind of question."""
        del device
        try:
            (_, message), *_ = _elements(data)
            (_, version), (_, community), (kind, pdu) = _elements(message)
            request, _, _, (_, names) = _elements(pdu)
            asked = [next(_elements(pair))[1] for _, pair in _elements(names)]
        except (ValueError, IndexError, StopIteration):
            return ()
        known = service.data.text("community", "public").encode()
        if version != _V2C or community != known or kind != _GET:
            return ()
        bound = b"".join(_tlv(_SEQUENCE, _tlv(_OID, oid) + _value(service, oid)) for oid in asked)
        none = _tlv(_INTEGER, b"\0")
        response = _tlv(_INTEGER, request[1]) + none + none + _tlv(_SEQUENCE, bound)
        head = _tlv(_INTEGER, version) + _tlv(_OCTETS, community)
        return (Answer(data=_tlv(_SEQUENCE, head + _tlv(_RESPONSE, response))),)


def _value(service: Service, oid: bytes) -> bytes:
    """The value of one of the system names; "no such object" for any other."""
    if not oid.startswith(_SYSTEM) or len(oid) != len(_SYSTEM) + 2:
        return _NO_SUCH_OBJECT
    match oid[-2]:
        case 1:
            return _tlv(_OCTETS, service.data.text("descr").encode())
        case 2:
            return _tlv(_OID, _oid(service.data.text("objectid")))
        case 5:
            return _tlv(_OCTETS, service.data.text("name", "").encode())
    return _NO_SUCH_OBJECT


def _oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    return b"".join(map(_base128, (first * 40 + second, *rest)))


def _base128(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | 0x80)
    return bytes(reversed(octets))


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < _SHORT:
        return bytes((tag, size)) + content
    return bytes((tag, 0x82)) + size.to_bytes(2) + content


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element; lengths of one octet only, for no question is longer."""
    while data:
        size = data[1]
        if size >= _SHORT or len(data) < 2 + size:
            raise ValueError("not an element")
        yield data[0], data[2 : 2 + size]
        data = data[2 + size :]


RESPONDER = _Snmp()
