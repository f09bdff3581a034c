"""What the discovery protocols send, and what their decoders refuse."""

import struct
import zlib

import pytest

from auditor.model.errors import Malformed
from auditor.wire import arp, axis, dhip, legacy, mhed, netip, sadp, ssdp, tdp, ubnt, wsd, xml

UUID = "00000000-0000-4000-8000-00000000000a"
KEY = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"


def test_sadp_asks_only_the_inquiry() -> None:
    assert sadp.inquiry(UUID) == (
        b'<?xml version="1.0" encoding="utf-8"?><Probe>'
        b"<Uuid>00000000-0000-4000-8000-00000000000A</Uuid><Types>inquiry</Types></Probe>"
    )
    with pytest.raises(Malformed):
        sadp.inquiry("</Uuid><Types>reset</Types>")


@pytest.mark.parametrize("data", [sadp.inquiry(UUID), b"<Foo/>", b"", b"\x01\x02"])
def test_sadp_refuses_questions_and_strangers(data: bytes) -> None:
    with pytest.raises(Malformed):
        sadp.decode(data)


def test_dhip_header_matches_the_published_vector() -> None:
    sent = dhip.search()
    assert sent[:32].hex() == (
        "20000000444849500000000000000000" + "49000000000000004900000000000000"
    )
    assert sent[32:] == (
        b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\n'
    )
    assert b'"uni" : 0' in dhip.search(unicast_answer=False)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", dhip.search(), dhip.search()[:32] + b"[]", dhip.search()[:32], b"\0" * 40],
)
def test_dhip_refuses_questions_and_strangers(data: bytes) -> None:
    with pytest.raises(Malformed):
        dhip.decode(data)


def test_dhip_keeps_first_leaf_of_a_name_and_mac_of_top_level() -> None:
    body = b'{"mac":"a","params":{"deviceInfo":{"mac":"b","x":{"y":1.5,"z":null,"t":true}}}}'
    assert dhip.decode(dhip.search()[:32] + body).fields == {"mac": "a", "y": "1.5", "t": "true"}


@pytest.mark.parametrize("deep", [b'{"a":' * 200 + b"1" + b"}" * 200, b'{"a":[' * 90000])
def test_nested_json_is_capped(deep: bytes) -> None:
    with pytest.raises(Malformed):
        dhip.decode(dhip.search()[:32] + deep)


@pytest.mark.parametrize("body", [b'{"a":NaN}', b'{"a":Infinity}', b'{"a":' + b"9" * 5000 + b"}"])
def test_json_that_a_strict_reader_refuses_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        dhip.decode(dhip.search()[:32] + body)


def test_mhed_search_is_140_bytes_with_command_1() -> None:
    sent = mhed.search()
    assert len(sent) == 140
    assert sent[:12].hex() == "4d4845440800010001000000"
    assert not any(sent[12:])


@pytest.mark.parametrize("command", [0, 1, 3, 16])
def test_mhed_refuses_everything_but_a_search_answer(command: int) -> None:
    with pytest.raises(Malformed):
        mhed.decode(struct.pack("<4sII", b"MHED", 0x00010008, command).ljust(240, b"\0"))


def test_netip_search_and_addresses() -> None:
    assert netip.search().hex() == "ff" + "00" * 13 + "fa05" + "00000000"
    assert netip.address("0x0A01A8C0") == "192.168.1.10"
    assert netip.address("192.168.1.10") is None


def test_netip_refuses_its_own_question_and_the_write_message() -> None:
    for message in (1530, 1532):
        data = struct.pack("<BBHIIHHI", 0xFF, 0, 0, 0, 0, 0, message, 2) + b"{}"
        with pytest.raises(Malformed):
            netip.decode(data)


def test_legacy_search_is_32_bytes() -> None:
    assert legacy.search().hex() == "a3010001" + "00" * 12 + "02000000" + "00" * 12


def test_tdp_search_carries_a_valid_crc_and_its_length() -> None:
    sent = tdp.search(KEY, 0x01020304)
    assert sent[:4].hex() == "02000001"
    assert int.from_bytes(sent[4:6]) == len(sent) - 16
    assert sent[6:12].hex() == "110001020304"
    seeded = sent[:12] + bytes.fromhex("5a6b7c8d") + sent[16:]
    assert int.from_bytes(sent[12:16]) == zlib.crc32(seeded)
    assert b"BEGIN PUBLIC KEY" in sent


@pytest.mark.parametrize("key", ["", "x", KEY + "\u00e9", "-----BEGIN RSA PRIVATE KEY-----\n"])
def test_tdp_carries_nothing_but_a_public_key(key: str) -> None:
    with pytest.raises(Malformed):
        tdp.search(key)


def test_tdp_refuses_its_own_question() -> None:
    with pytest.raises(Malformed):
        tdp.decode(tdp.search(KEY))


def test_ubnt_searches() -> None:
    assert ubnt.search() == b"\x01\0\0\0"
    assert ubnt.search(2) == b"\x02\x08\0\0"
    with pytest.raises(Malformed):
        ubnt.search(3)
    with pytest.raises(Malformed):
        ubnt.decode(ubnt.search())


def test_ubnt_keeps_what_stands_before_a_cut_record() -> None:
    data = b"\x01\0\0\x20" + b"\x0b\0\x02ab" + b"\x0c\0\xffcut"
    assert ubnt.decode(data) == {"hostname": "ab"}


def test_ssdp_search_is_exactly_these_bytes() -> None:
    assert ssdp.search("ssdp:all", 3) == (
        b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
        b'MAN: "ssdp:discover"\r\nMX: 3\r\nST: ssdp:all\r\n\r\n'
    )


@pytest.mark.parametrize(("st", "mx"), [("a b", 2), ("", 2), ("ssdp:all", 0), ("ssdp:all", 6)])
def test_ssdp_search_refuses_what_cannot_stand_in_it(st: str, mx: int) -> None:
    with pytest.raises(Malformed):
        ssdp.search(st, mx)


@pytest.mark.parametrize("data", [ssdp.search("ssdp:all"), b"", b"HTTP/1.1 404 No\r\n\r\n"])
def test_ssdp_refuses_questions_and_errors(data: bytes) -> None:
    with pytest.raises(Malformed):
        ssdp.decode(data)


def test_wsd_probes_are_three_forms_with_their_ids() -> None:
    first, second, third = wsd.probes([UUID, f"urn:uuid:{UUID}", f"uuid:{UUID}"])
    for one, types in (
        (first, "dn:NetworkVideoTransmitter"),
        (second, "tds:Device"),
        (third, None),
    ):
        root = xml.parse(one)
        assert xml.first(root, "Types") == types
        assert xml.first(root, "Action").endswith("/discovery/Probe")
        assert xml.first(root, "To") == "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
    assert xml.first(xml.parse(first), "MessageID") == f"urn:uuid:{UUID}"
    assert xml.first(xml.parse(third), "MessageID") == f"uuid:{UUID}"


@pytest.mark.parametrize("ids", [[], [UUID], [UUID, UUID, "<x>"], [UUID] * 4])
def test_wsd_probes_need_three_message_ids(ids: list[str]) -> None:
    with pytest.raises(Malformed):
        wsd.probes(ids)


@pytest.mark.parametrize(
    "data",
    [
        wsd.probes([UUID] * 3)[0],
        b"<a/>",
        b'<s:Envelope xmlns:s="u"><s:Body/></s:Envelope>',
        b'<s:Envelope xmlns:s="u"><s:Body><Bye/></s:Body></s:Envelope>',
        b'<s:Envelope xmlns:s="u"><s:Body><s:Fault/></s:Body></s:Envelope>',
    ],
)
def test_wsd_refuses_questions_farewells_and_faults(data: bytes) -> None:
    with pytest.raises(Malformed):
        wsd.decode(data)


def test_wsd_decodes_several_matches_and_none() -> None:
    one = "<ProbeMatch><EndpointReference><Address>{}</Address></EndpointReference></ProbeMatch>"
    shell = "<E xmlns='u'><Body><ProbeMatches>{}</ProbeMatches></Body></E>".replace(
        "E ", "Envelope "
    )
    shell = shell.replace("</E>", "</Envelope>")
    found = wsd.decode(shell.format(one.format("uuid:1") + one.format("uuid:2")).encode())
    assert [match.endpoint for match in found] == ["uuid:1", "uuid:2"]
    assert wsd.decode(shell.format("").encode()) == ()


@pytest.mark.parametrize(
    ("scopes", "items"),
    [
        ("onvif://www.onvif.org/hardware/DS-2CD%201", [("hardware", "DS-2CD 1")]),
        ("ONVIF://WWW.ONVIF.ORG/a/b/c", [("a", "b/c")]),
        ("onvif://www.onvif.org//type/x", [("type", "x")]),
        ("onvif://www.onvif.org/NetworkVideoTransmitter", [("NetworkVideoTransmitter", "")]),
        ("http://example.org/hardware/x  \n\t", []),
        ("onvif://www.onvif.org/name/%FF%zz", [("name", "\ufffd%zz")]),
    ],
)
def test_scope_items(scopes: str, items: list[tuple[str, str]]) -> None:
    assert list(wsd.scope_items(scopes)) == items


def test_arp_request_is_a_padded_broadcast_frame() -> None:
    frame = arp.request("02:00:00:00:00:01", "192.0.2.1", "192.0.2.9")
    assert frame.hex().startswith(
        "ffffffffffff02000000000108060001080006040001020000000001c0000201000000000000c0000209"
    )
    assert len(frame) == 60


@pytest.mark.parametrize("frame", [b"", bytes(60), b"\xff" * 60])
def test_arp_refuses_other_frames(frame: bytes) -> None:
    with pytest.raises(Malformed):
        arp.decode(frame)


@pytest.mark.parametrize(
    "bad", [("x", "192.0.2.1", "192.0.2.2"), ("02:00:00:00:00:01", "::1", "x")]
)
def test_arp_request_needs_addresses(bad: tuple[str, str, str]) -> None:
    with pytest.raises(Malformed):
        arp.request(*bad)


def test_axis_request_asks_for_what_needs_no_login() -> None:
    sent = axis.request("192.0.2.1", 80)
    assert sent.startswith(b"POST /axis-cgi/basicdeviceinfo.cgi HTTP/1.1\r\n")
    assert sent.endswith(b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}')


@pytest.mark.parametrize("body", [b'{"apiVersion":"1.0","error":{"code":2001}}', b"[]", b"<html>"])
def test_axis_refuses_errors(body: bytes) -> None:
    with pytest.raises(Malformed):
        axis.decode(body)
