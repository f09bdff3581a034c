"""The one SNMP question, and what may come back."""

from pathlib import Path

import pytest

from auditor.model.errors import Malformed
from auditor.wire import _ber, snmp

REPLIES = Path(__file__).parents[2] / "replies/snmp"
AXIS = (REPLIES / "axis-m3045-v/reply.bin").read_bytes()


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    head = bytes((size,)) if size < 128 else bytes((0x82,)) + size.to_bytes(2)
    return bytes((tag,)) + head + content


def integer(number: int) -> bytes:
    return tlv(2, number.to_bytes(4, signed=True))


def variable(last: int, value: bytes) -> bytes:
    return tlv(0x30, tlv(6, bytes.fromhex("2b06010201 01") + bytes((last, 0))) + value)


def response(*variables: bytes, version=1, request=0x61756401, tag=0xA2, status=0) -> bytes:
    pdu = integer(request) + integer(status) + integer(0) + tlv(0x30, b"".join(variables))
    return tlv(0x30, integer(version) + tlv(4, b"public") + tlv(tag, pdu))


NAME = variable(5, tlv(4, b"cam"))


def test_the_question_is_a_get_of_three_names_and_nothing_else():
    tag, message, end = _ber.element(snmp.get())
    (_, version), (_, community), (kind, pdu) = _ber.elements(message, 9)
    request, status, index, (_, names) = _ber.elements(pdu, 9)
    asked = [_ber.elements(pair, 9) for _, pair in _ber.elements(names, 9)]
    assert (tag, end, version, community, kind) == (0x30, 71, b"\x01", b"public", 0xA0)
    assert (status[1], index[1]) == (b"\0", b"\0")
    assert [(_ber.object_id(name), value) for (_, name), value in asked] == [
        ("1.3.6.1.2.1.1.1.0", (5, b"")),
        ("1.3.6.1.2.1.1.2.0", (5, b"")),
        ("1.3.6.1.2.1.1.5.0", (5, b"")),
    ]
    assert snmp.decode(response(NAME, request=int.from_bytes(request[1]))) == {"sysname": "cam"}


def test_values_are_read_by_name_whatever_their_order():
    told = response(NAME, variable(1, tlv(4, b"IPC ")), variable(2, tlv(6, b"\x2b\x06\x01")))
    assert snmp.decode(told) == {"sysname": "cam", "sysdescr": "IPC", "sysobjectid": "1.3.6.1"}


@pytest.mark.parametrize("nothing", [b"\x05\x00", b"\x80\x00", b"\x81\x00", b"\x82\x00"])
def test_an_object_that_is_not_there_gives_no_field(nothing):
    assert snmp.decode(response(variable(1, nothing), NAME)) == {"sysname": "cam"}


def test_an_error_with_empty_values_gives_no_field():
    assert snmp.decode(response(variable(1, b"\x05\x00"), status=2)) == {}


def test_names_that_were_not_asked_for_are_left_out():
    assert snmp.decode(response(variable(4, tlv(4, b"contact")))) == {}


def test_a_long_text_needs_a_long_length():
    assert snmp.decode(response(variable(1, tlv(4, b"x" * 300)))) == {"sysdescr": "x" * 300}


def test_text_that_is_not_utf8_and_ends_in_nuls_is_read():
    assert snmp.decode(response(variable(5, tlv(4, b"cam\xe9ra\0\0")))) == {"sysname": "caméra"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        snmp.get(),
        AXIS[:-1],
        AXIS[:2] + b"\x02\x01\x00" + AXIS[5:],
        response(NAME, version=0),
        response(NAME, version=3),
        response(NAME, request=1),
        response(NAME, tag=0xA0),
        response(tlv(0x30, tlv(4, b"no name") + tlv(4, b""))),
        response(tlv(0x30, tlv(6, b"\x2b"))),
        response(tlv(4, b"no pair")),
        tlv(0x30, integer(1) + tlv(4, b"public")),
        tlv(0x31, AXIS[2:]),
        b"\x30\x80" + AXIS[2:] + b"\0\0",
        b"\x30\x85\0\0\0\0\x45" + AXIS[2:],
        AXIS + bytes(9_000),
    ],
)
def test_what_is_no_response_to_our_question_is_malformed(data):
    with pytest.raises(Malformed):
        snmp.decode(data)


@pytest.mark.parametrize(
    ("content", "dotted"),
    [
        ("2b0601040182b17d", "1.3.6.1.4.1.39165"),
        ("2b06010401bdaa51", "1.3.6.1.4.1.1004881"),
        ("8837", "2.999"),
        ("00", "0.0"),
    ],
)
def test_object_identifiers_are_written_with_dots(content, dotted):
    assert _ber.object_id(bytes.fromhex(content)) == dotted


@pytest.mark.parametrize(
    "content", [b"", b"\x2b\x82", b"\xff" * 9 + b"\x01", b"\x2b" * 200], ids=len
)
def test_object_identifiers_beyond_all_bounds_are_malformed(content):
    with pytest.raises(Malformed):
        _ber.object_id(content)


@pytest.mark.parametrize("content", [b"", bytes(9)])
def test_integers_of_no_sane_size_are_malformed(content):
    with pytest.raises(Malformed):
        _ber.integer(content)


def test_a_tag_of_several_octets_is_malformed():
    with pytest.raises(Malformed):
        _ber.element(b"\x3f\x81\x01\x00")
