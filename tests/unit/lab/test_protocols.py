"""What each lab protocol answers, and what it does not answer."""

import json
import struct
import zlib

import pytest

from auditor.lab.fleet import build
from auditor.lab.persona import Table, load
from auditor.lab.protocols import dhip, legacy, mdns, mhed, netip, sadp, ssdp, tdp, ubnt, wsd
from auditor.lab.protocols._envelope import style
from auditor.lab.protocols._message import Reply, encode
from auditor.lab.protocols._onvif import answer
from auditor.model.errors import UsageError

PERSONAS = load()


def ask(name, member, data):
    device = build(PERSONAS[name], 1, "192.168.1.10")
    service = next(s for s in device.services if s.proto == member.RESPONDER.name)
    return [a.data for a in member.RESPONDER.answers(service, device, data)], device


def probe(types):
    return (
        '<s:Envelope xmlns:s="x"><s:Header><a:MessageID>urn:uuid:1-2</a:MessageID></s:Header>'
        f"<s:Body><d:Probe>{types}</d:Probe></s:Body></s:Envelope>"
    ).encode()


NVT = probe("<d:Types>dn:NetworkVideoTransmitter</d:Types>")
DEVICE = probe('<d:Types xmlns:tds="y">tds:Device</d:Types>')
ANY = probe("")


@pytest.mark.parametrize(
    ("types", "named"),
    [
        ("<d:Types>dn:NetworkVideoTransmitter</d:Types>", "nvt"),
        ("<Types>tds:Device</Types>", "device"),
        ("<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>", "both"),
        ("<d:Types></d:Types>", "any"),
        ("", "any"),
        ("<d:Types>wprt:PrintDeviceType</d:Types>", "other"),
    ],
)
def test_the_form_of_a_probe_is_recognised(types, named):
    assert wsd.form(probe(types)) == named


def test_what_is_no_probe_has_no_form():
    assert wsd.form(b"<d:ProbeMatches/>") is None
    assert wsd.form(b"\x00\xff") is None


def test_xiongmai_answers_only_the_video_form_and_hikvision_all():
    assert [bool(ask("xiongmai-camera", wsd, q)[0]) for q in (NVT, DEVICE, ANY)] == [
        True,
        False,
        True,
    ]
    assert all(ask("hikvision-camera-old", wsd, q)[0] for q in (NVT, DEVICE, ANY))


def test_vigi_answers_other_forms_with_a_fault():
    (good,), _ = ask("tp-link-vigi", wsd, NVT)
    (bad,), _ = ask("tp-link-vigi", wsd, DEVICE)
    assert b"ProbeMatch" in good
    assert b"Fault" in bad
    assert b"ProbeMatch" not in bad


def test_a_hikvision_match_has_its_prefix_scopes_and_metadata_version():
    (told,), device = ask("hikvision-camera-old", wsd, NVT)
    text = told.decode()
    assert "<env:Envelope" in text
    assert "xmlns:tnshik=" in text
    assert f"MAC/{device.mac}" in text
    assert "<d:MetadataVersion>10</d:MetadataVersion>" in text
    assert "urn:uuid:1-2</wsadis:RelatesTo>" in text


def test_dahua_relates_without_urn_and_uniview_numbers_its_message_10002():
    (told,), _ = ask("dahua-camera", wsd, NVT)
    assert b"<a:RelatesTo>uuid:1-2<" in told
    (told,), _ = ask("uniview-camera", wsd, NVT)
    assert b"MessageID>10002<" in told


def test_sadp_answers_inquiries_only_and_echoes_the_uuid():
    good = b"<Probe><Uuid>AB</Uuid><Types>inquiry</Types></Probe>"
    (told,), device = ask("lts-camera", sadp, good)
    assert b"<Uuid>AB</Uuid>" in told
    assert f"<MAC>{device.mac.replace(':', '-')}</MAC>".encode() in told
    assert b"<SpecificDeviceType>Neutral" in told
    for bad in (good.replace(b"inquiry", b"update"), b"<ProbeMatch/>", b"", b"\xff" * 40):
        assert ask("lts-camera", sadp, bad)[0] == []


def test_dhip_wants_its_header_and_gives_one():
    body = b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\n'
    assert len(body) == 73
    (told,), device = ask("dahua-camera", dhip, dhip.pack(body))
    size, magic, _, length, _, again, _ = struct.unpack("<I4sQIIII", told[:32])
    assert (size, magic, length, again) == (32, b"DHIP", len(told) - 32, len(told) - 32)
    assert told.endswith(b"\n\0")
    found = json.loads(told[32:].rstrip(b"\n\0"))
    assert found["params"]["deviceInfo"]["SerialNo"] == device.serial
    for bad in (body, dhip.pack(b"{"), dhip.pack(b'{"method":"global.login"}'), dhip.pack(b"[]")):
        assert ask("dahua-camera", dhip, bad)[0] == []


def test_ssdp_answers_its_targets_with_headers_as_given():
    question = b"M-SEARCH * HTTP/1.1\r\nST: %s\r\n\r\n"
    (told,), device = ask("amcrest-camera", ssdp, question % b"ssdp:all")
    assert f"USN: uuid:device_3_0-{device.serial}".encode() in told
    assert b"SERVER: Linux, UPnP/1.0, Private Upnp SDK\r\n" in told
    assert ask("amcrest-camera", ssdp, question % b"urn:x")[0] == []


def test_mdns_answers_its_service_type_and_survives_rubbish():
    name = b"\x0b_axis-video\x04_tcp\x05local\0"
    question = struct.pack("!6H", 0, 0, 1, 0, 0, 0) + name + struct.pack("!HH", 12, 1)
    (told,), device = ask("axis-camera", mdns, question)
    assert b"macaddress=" + device.mac.replace(":", "").upper().encode() in told
    for bad in (b"", b"\xff" * 5, question[:20], struct.pack("!6H", 0, 0x8400, 1, 0, 0, 0) + name):
        assert ask("axis-camera", mdns, bad)[0] == []


def test_mhed_answers_the_search_and_no_write():
    search = b"MHED" + struct.pack("<II", 0x00010008, 1) + bytes(128)
    (told,), device = ask("tvt-camera", mhed, search)
    assert len(told) == 240
    assert struct.unpack_from("<I", told, 8)[0] == 2
    assert told[0x20:0x26].hex(":") == device.mac
    assert ask("tvt-camera", mhed, search.replace(b"\x01\0\0\0", b"\x03\0\0\0"))[0] == []


def test_netip_answers_the_search_with_little_endian_addresses():
    def head(number):
        return struct.pack("<BBHIIHHI", 0xFF, 0, 0, 0, 0, 0, number, 0)

    (told,), _ = ask("xiongmai-camera", netip, head(1530))
    assert struct.unpack_from("<H", told, 14)[0] == 1531
    found = json.loads(told[20:].rstrip(b"\n\0"))
    assert found["NetWork.NetCommon"]["HostIP"] == "0x0A01A8C0"
    assert ask("xiongmai-camera", netip, head(1532))[0] == []


def test_the_older_dahua_search_gives_mac_model_and_serial():
    (told,), device = ask("dahua-old-dvr", legacy, b"\xa3\x01\x00\x01" + bytes(28))
    assert told[0] == 0xB3
    assert told[0x62:0x64] == b"\x91\x93"
    assert told[0x78 : 0x78 + 17].decode() == device.mac
    assert f"SerialNo:{device.serial}".encode() in told


def test_tdp_wants_a_right_checksum_and_gives_one():
    body = b'{"params":{"rsa_key":"k"}}'

    def packet(crc):
        return struct.pack("!BBHHBBII", 2, 0, 1, len(body), 0x11, 0, 5, crc) + body

    good = packet(zlib.crc32(packet(0x5A6B7C8D)))
    (told,), _ = ask("tp-link-vigi", tdp, good)
    crc = struct.unpack_from("!I", told, 12)[0]
    assert zlib.crc32(told[:12] + struct.pack("!I", 0x5A6B7C8D) + told[16:]) == crc
    assert json.loads(told[16:])["result"]["device_type"] == "SMART.IPCAMERA"
    assert ask("tp-link-vigi", tdp, packet(7))[0] == []


def test_ubnt_gives_type_length_value():
    (told,), device = ask("ubiquiti-camera", ubnt, b"\x01\x00\x00\x00")
    assert struct.unpack_from("!BBH", told) == (1, 0, len(told) - 4)
    assert told[4:13] == b"\x01\x00\x06" + bytes.fromhex(device.mac.replace(":", ""))


def onvif(name, operation, path="/onvif/device_service"):
    device = build(PERSONAS[name], 1, "192.168.1.10")
    service = next(s for s in device.services if s.proto == "onvif")
    body = f"<e:Envelope><e:Body>\n<{operation} xmlns='x'/></e:Body></e:Envelope>".encode()
    return answer(service, device, path, body)


def test_onvif_refuses_as_the_persona_says():
    assert onvif("dahua-camera", "GetSystemDateAndTime").status == 200
    denied = onvif("dahua-camera", "GetDeviceInformation")
    assert denied.status == 401
    assert 'nonce="b252aWYtZGlnZXN0Oj' in dict(denied.headers)["WWW-Authenticate"]
    denied = onvif("hikvision-camera-old", "GetDeviceInformation")
    assert denied.status == 400
    assert b"ter:NotAuthorized" in denied.body
    assert onvif("axis-camera", "GetSystemDateAndTime").status == 401
    assert onvif("axis-camera", "GetSystemDateAndTime", path="/other") is None


def test_a_cheap_stack_gives_device_information_to_everybody():
    told = onvif("tiandy-camera", "tds:GetDeviceInformation").body
    assert b"<tds:FirmwareVersion>V24.06.241009.675BC81D<" in told


def test_own_brand_and_neutral_hikvision_envelopes_differ_in_the_event_topics():
    own = onvif("hikvision-camera-old", "GetCapabilities").body.decode()
    neutral = onvif("lts-camera", "GetCapabilities").body.decode()
    assert "http://www.hikvision.com/2011/event/topics" in own
    assert "http://www.eventextension.com/2011/event/topics" in neutral
    assert "hikvision.com" not in neutral
    assert "hikCapabilities" in own


def test_old_servers_end_lines_with_lf_and_give_no_length():
    reply = Reply(status=200, reason="OK", headers=(("a", "{length}"),), body=b"xy")
    assert encode(reply, version="HTTP/1.0", eol="lf") == b"HTTP/1.0 200 OK\na: 2\n\nxy"
    chunked = Reply(status=200, reason="", headers=(), body=b"xy", chunked=True)
    told = encode(chunked, version="HTTP/1.1", eol="crlf")
    assert told == b"HTTP/1.1 200\r\n\r\n2\r\nxy\r\n0\r\n\r\n"


def test_an_unknown_envelope_style_is_named():
    with pytest.raises(UsageError, match="no envelope style 'x'"):
        style("x")


def test_a_table_names_the_place_of_a_wrong_type():
    with pytest.raises(UsageError, match=r"f\.toml: a: expected a whole number"):
        Table({"a": True}, "f.toml").number("a")
    with pytest.raises(UsageError, match=r"pairs|\[name, value\]"):
        Table({"a": [["x"]]}, "f.toml").pairs("a")
