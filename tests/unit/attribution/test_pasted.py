"""A whole reply is read for what it is, whatever name it was handed on under."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.app.devices.card import Card
from auditor.app.devices.keys import keys_of
from auditor.attribution.derive import derive
from auditor.attribution.facts import Voice, raw
from auditor.attribution.judge import attribute
from auditor.attribution.pasted import may_be_reply
from auditor.model.facts import Observation
from auditor.model.words import Grade, Role

DEVICE_INFO = """<?xml version="1.0" encoding="UTF-8"?>
<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
<deviceName>cam</deviceName><model>XX-1</model>
<serialNumber>DS-2CD2042WD-I20170315AAWR712345678</serialNumber>
<firmwareVersion>V5.4.5</firmwareVersion></DeviceInfo>"""
PARAMETERS = "root.Brand.Brand=AXIS\r\nroot.Brand.ProdNbr=M3215-LVE\r\n"
INFO = "deviceType=IPC-HDW4433C\r\nserialNumber=4M0747EPAA1D284\r\n"
SOAP = (
    '<s:Envelope xmlns:s="x"><s:Body><tds:GetDeviceInformationResponse xmlns:tds="y">'
    "<tds:Manufacturer>ACME</tds:Manufacturer><tds:Model>X1</tds:Model>"
    "<tds:FirmwareVersion>V5.4.5 build 170123</tds:FirmwareVersion>"
    "</tds:GetDeviceInformationResponse></s:Body></s:Envelope>"
)
MATCHES = (
    '<e:Envelope xmlns:e="x"><e:Body><d:ProbeMatches xmlns:d="y"><d:ProbeMatch>'
    "<a:EndpointReference><a:Address>urn:uuid:00010010-0001-1020-8000-e4f14c000001</a:Address>"
    "</a:EndpointReference><d:Scopes>onvif://www.onvif.org/name/X</d:Scopes>"
    "</d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
)
CHALLENGE = (
    'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="IP Camera(C2183)",'
    ' nonce="x"\r\n\r\n'
)


def signals(signal, value):
    return {one.signal for one in derive(raw(Observation(signal=signal, value=value)))}


def grades(catalog, signal, value):
    judged = attribute([Observation(signal=signal, value=value)], catalog)
    return {one.vendor: one.grade for one in judged.attributions if one.role is Role.MAKER}


@pytest.mark.parametrize("signal", ["http.body", "banner"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (DEVICE_INFO, {"isapi.device_info"}),
        (PARAMETERS, {"axis.properties"}),
        (INFO, {"magicbox.info"}),
        (SOAP, {"onvif.envelope"}),
        (MATCHES, {"onvif.envelope"}),
        ("processor=ST7108\nserialNumber=...\nupdateSerial=XVR5108C-X\n", {"magicbox.info"}),
        ('{"error":{},"params":{"realm":"Login to 3K01A7CPAG9B4F2"}}', {"http.auth_realm"}),
        ("table.Network.eth0.PhysicalAddress=3c:ef:8c:aa:10:7e\n", {"magicbox.network"}),
        ("table.Network.Hostname=IPC\n", set()),
        ("<tt:Uri>rtsp://192.0.2.2/a</tt:Uri>", {"onvif.envelope"}),
        ("<userCheck><statusValue>401</statusValue></userCheck>", {"isapi.xml"}),
        ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n", {"rtsp.sdp"}),
        ("onvif://www.onvif.org/name/X", {"wsd.scopes"}),
        (json.dumps({"method": "client.notifyDevInfo", "params": {}}), {"dhip"}),
        (json.dumps({"data": {"propertyList": {"Brand": "AXIS"}}}), {"axis.basicdeviceinfo"}),
        (CHALLENGE, {"http.headers"}),
        (CHALLENGE + INFO, {"http.headers", "magicbox.info"}),
        ("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\nv=0\r\n", {"rtsp.headers", "rtsp.sdp"}),
        ("\ufeff\r\n" + DEVICE_INFO, {"isapi.device_info"}),
        ("", set()),
        ("<!DOCTYPE html><html><body>" + DEVICE_INFO + "</body></html>", set()),
        ("read this: " + INFO, {"serial"}),
        ("deviceType=\r\nsomething=1\r\n", set()),
        ("{", set()),
    ],
)
def test_what_its_first_lines_show_it_to_be(signal, text, found):
    assert signals(signal, text) == found


@pytest.mark.parametrize(
    ("text", "maker"),
    [
        (DEVICE_INFO, "hikvision"),
        (PARAMETERS, "axis"),
        (INFO, "dahua"),
        (SOAP, "hikvision"),
        (MATCHES, "uniview"),
        (CHALLENGE, "hikvision"),
    ],
)
def test_it_names_the_maker_as_if_the_probe_had_asked(catalog, text, maker):
    assert grades(catalog, "http.body", text).get(maker) in {Grade.PROBABLE, Grade.CONFIRMED}


def test_a_page_of_documentation_about_others_accuses_nobody(catalog):
    page = f"<html><pre>{DEVICE_INFO}</pre><pre>{INFO}</pre>{CHALLENGE}</html>"
    assert grades(catalog, "http.body", page).get("dahua") is None


@pytest.mark.parametrize("signal", ["http.headers", "rtsp.headers"])
def test_a_head_that_was_pasted_as_text_is_read_by_its_lines(catalog, signal):
    assert grades(catalog, signal, CHALLENGE)["hikvision"] is Grade.PROBABLE
    assert signals(signal, "no head at all") == set()
    assert signals(signal, "Date: x\n\nServer: App-webs/") == set()


def test_the_devices_own_answer_keeps_its_voice(catalog):
    made = raw(Observation(signal="http.body", value=DEVICE_INFO))
    assert made.voice is Voice.BANNER
    assert [one.voice for one in derive(made)] == [Voice.DEVICE]


def test_an_answer_that_was_cut_is_read_as_far_as_it_goes(catalog):
    cut = DEVICE_INFO[: DEVICE_INFO.index("<firmwareVersion>") + 20]
    assert grades(catalog, "isapi.device_info", cut)["hikvision"] is Grade.PROBABLE


@pytest.mark.parametrize(
    ("page", "expected"),
    [("<!DOCTYPE html>", False), ("  <HTML>", False), ("<DeviceInfo>", True), ("", True)],
)
def test_most_pages_are_passed_over_by_their_first_letters(page, expected):
    assert may_be_reply(page) is expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SOAP, {"onvif.manufacturer", "onvif.model", "onvif.firmware"}),
        (MATCHES, {"wsd.endpoint", "wsd.scopes"}),
        (
            "<GetNetworkInterfacesResponse><HwAddress>28:57:BE:01:02:03</HwAddress></x>",
            {"onvif.mac"},
        ),
        ("<Fault/>", set()),
    ],
)
def test_an_onvif_message_that_was_kept_whole_holds_its_fields(text, found):
    assert signals("onvif.envelope", text) == found


def test_services_that_were_pasted_as_lines_are_read(catalog):
    told = (
        "http://www.onvif.org/ver10/device/wsdl http://10.0.0.7/onvif/device_service\n"
        "http://www.axis.com/vapix/ws/entry http://10.0.0.7/onvif/services\n"
    )
    assert grades(catalog, "onvif.services", told)["axis"] is Grade.POSSIBLE


def test_a_board_name_that_is_a_model_says_no_more_than_a_title(catalog):
    judged = attribute([Observation(signal="onvif.hardware_id", value="DS-2CD2A20F-I")], catalog)
    assert judged.model == "DS-2CD2A20F-I"
    assert grades(catalog, "onvif.hardware_id", "DS-2CD2A20F-I")["hikvision"] is Grade.POSSIBLE
    judged = attribute([Observation(signal="onvif.hardware_id", value="V1.0")], catalog)
    assert judged.model is None


PIECES = st.sampled_from(
    [DEVICE_INFO, PARAMETERS, INFO, SOAP, MATCHES, CHALLENGE, "v=0", "[", "{", "<", "</", "\x00", "=",
     "\r\n\r\n", "HTTP/1.1 200 OK\r\n", "http://[fe80::1]/", "http://[::]/", '"propertyList"', "\ud800"]
)  # fmt: skip
SIGNALS = st.sampled_from(
    ["http.body", "banner", "onvif.envelope", "http.headers", "rtsp.headers", "onvif.services",
     "wsd.xaddrs", "ssdp.location", "isapi.device_info", "firmware", "onvif.hardware_id"]
)  # fmt: skip


@given(SIGNALS, st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=8).map("".join))
def test_whatever_a_device_says_is_read_or_left(signal, text):
    for one in derive(raw(Observation(signal=signal, value=text))):
        for inner in derive(one):
            assert inner.via == signal


@pytest.mark.parametrize("signal", ["http.body", "banner"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            '{"devname":"x","firmwareversion":"ppstrong-c51-s_x-2.9.5.20200205"}',
            "ppstrong-c51-s_x-2.9.5.20200205",
        ),
        ("system_info_firmwareversion='IP7138-VVTK-0300c'\r\n", "IP7138-VVTK-0300c"),
        ("Firmware Version = A1D-220-V3.13.16-AC\nMAC Address = x\n", "A1D-220-V3.13.16-AC"),
        ("'sw_version': '1.3.0 Build 220328 Rel.63887n', 'x': 1", "1.3.0 Build 220328 Rel.63887n"),
        (
            "Device Type\nIPC-X\nSoftware Version\n2.420.0009.0.R, build : 2015-11-06\nWEB Version\n3.2",
            "2.420.0009.0.R",
        ),
    ],
)
def test_a_version_is_read_wherever_a_text_names_it(signal, text, found):
    told = derive(raw(Observation(signal=signal, value=text)))
    assert found in {one.value for one in told if one.signal == "firmware"}


@pytest.mark.parametrize(
    "text",
    [
        '{"cameras":[{"firmware_version":"V5.4.5"},{"firmware_version":"V5.5.0"}]}',
        "<!DOCTYPE html><script>softVersion='V5.4.5'</script>",
        "firmware is good",
        "Firmware Version\nIP Address\nSerial No\nModel-Name",
    ],
)
def test_a_list_of_devices_and_a_page_name_no_version(text):
    assert "firmware" not in signals("http.body", text)


def test_a_serial_number_is_read_where_a_text_names_one():
    assert "serial" in signals("banner", "DVR S/N or SerialNo: 4M0747EPAA1D284 model x")
    assert "serial" not in signals("banner", "SerialNo: 4M0747EPAA1D284 SerialNo: 4M0747EPAA1D285")


STATED = [
    (
        '{"mac_address": "d4:2d:c5:31:9c:07", "model_name": "S22700-V2L", "firmware_version": "3.60"}',
        {"mac": "d4:2d:c5:31:9c:07", "model": "S22700-V2L", "firmware": "3.60"},
    ),
    (
        "productModel=SN-IPP8085QAS\nMACAddress=00:1C:27:XX:XX:XX\nsoftwareVer=v5.0.1621.1006",
        {"mac": "00:1c:27:xx:xx:xx", "model": "SN-IPP8085QAS", "firmware": "v5.0.1621.1006"},
    ),
    (
        '<mac type="string"><![CDATA[58:5b:69:0d:b7:c2]]></mac><sn type="x"><![CDATA[I421B0Z2284R]]></sn>',
        {"mac": "58:5b:69:0d:b7:c2", "serial": "I421B0Z2284R"},
    ),
    (
        "**Firmware version:** V5.5.82 build 190909\n**Model:** DS-2CD2143G0-I",
        {"firmware": "V5.5.82 build 190909", "model": "DS-2CD2143G0-I"},
    ),
    (
        "| Firmware | V5.5.82 build 190909 |\n| Model | DS-2CD2143G0-I |\n| MAC | 44:19:b6:11:22:33 |",
        {"firmware": "V5.5.82 build 190909", "model": "DS-2CD2143G0-I", "mac": "44:19:b6:11:22:33"},
    ),
    (
        "Model            : IPC-HFW1431S\nMAC address      : 3c-ef-8c-11-22-33",
        {"model": "IPC-HFW1431S", "mac": "3c:ef:8c:11:22:33"},
    ),
    (
        '{\\"model\\": \\"IPC-HFW1431S\\", \\"firmware\\": \\"2.800.0000.1\\"}',
        {"model": "IPC-HFW1431S", "firmware": "2.800.0000.1"},
    ),
    (
        "{'firmware_version': b'6.15.70', 'serial_number': b'ac:cc:8e:5e:a1:90'}",
        {"firmware": "6.15.70", "serial": "ac:cc:8e:5e:a1:90"},
    ),
    (
        '"make": "AXIS", "mac": "00:40:8C:C3:4A:7E", "model": "AXIS M1054", "camtype": "ONVIF"',
        {"model": "AXIS M1054", "mac": "00:40:8c:c3:4a:7e"},
    ),
    ('{"DeviceCode":"210235C3FW319B000137","DeviceType":5}', {"serial": "210235C3FW319B000137"}),
    (
        "{'model': 'lumi.camera.gwag03', 'mac': '0x54ef44100003c901', 'manufacturer': 'NXP'}",
        {"model": "lumi.camera.gwag03", "mac": "54:ef:44:xx:xx:xx"},
    ),
    ("Hardware version: S5X_H1_V10_F23", {"onvif.hardware_id": "S5X_H1_V10_F23"}),
    (
        "deviceID=5002\ndeviceType=5\nsoftwareVer=v4.7.1625\nMACAddress=00:1C:27:xx:xx:xx\n",
        {"mac": "00:1c:27:xx:xx:xx"},
    ),
    (
        '{"device_model": "T8200", "main_sw_version": "2.157", "bt_mac": "8C858052E1B7"}',
        {"model": "T8200", "mac": "8c:85:80:52:e1:b7"},
    ),
]


@pytest.mark.parametrize("signal", ["http.body", "banner"])
@pytest.mark.parametrize(("text", "found"), STATED)
def test_what_a_text_states_of_a_device_is_read(signal, text, found):
    told = derive(raw(Observation(signal=signal, value=text)))
    assert found.items() <= {one.signal: one.value for one in told}.items()


@pytest.mark.parametrize(
    "text",
    [
        '{"leases": [{"mac": "44:19:b6:11:22:33"}]}',  # nothing says that it is the device's
        '{"model": "X100", "gateway_mac": "44:19:b6:11:22:33"}',
        '{"model": "X100", "host mac": "44:19:b6:11:22:33"}',
        "model=X100\nmac=44:19:b6:11:22:33\nmac=00:11:22:33:44:55",
        "<!DOCTYPE html>model: X100 mac: 44:19:b6:11:22:33",
        '{"model": "X100", "mac": "00:00:00:00:00:00"}',
        '{"model": "X100", "mac": "ffffffffffff"}',
    ],
)
def test_the_address_of_something_else_is_not_read(text):
    assert "mac" not in signals("http.body", text)


@pytest.mark.parametrize("text", ["model: function(a1){return 3}", "Model DS is a model", "model="])
def test_what_names_no_model_gives_none(text):
    assert "model" not in signals("http.body", text)


def test_an_address_in_a_page_joins_no_devices():
    page = '{"mac_address": "d4:2d:c5:31:9c:07", "model_name": "S22700-V2L"}'
    card = Card("192.0.2.1")
    card.add([Observation(signal="http.body", value=page)])
    assert not keys_of(card, frozenset()).told


@pytest.mark.parametrize(
    ("text", "maker"),
    [
        (
            "1.3.6.1.4.1.39165.1.1.0 = DS-2CD4C36FWD; 1.3.6.1.4.1.39165.1.6.0 = Hikvision",
            "hikvision",
        ),
        ("iso.3.6.1.4.1.368.4.1 = 1\niso.3.6.1.4.1.2021.4 = 2", "axis"),
        ("SNMPv2-SMI::enterprises.39165.1.1.0", "hikvision"),
    ],
)
def test_a_walk_below_one_enterprise_is_its(catalog, text, maker):
    assert maker in grades(catalog, "banner", text)


def test_a_walk_below_several_is_nobodys(catalog):
    text = "1.3.6.1.4.1.39165.1.1.0 = A\n1.3.6.1.4.1.368.4.1 = B"
    assert "snmp.sysobjectid" not in signals("banner", text)


@pytest.mark.parametrize(
    "oid", [".1.3.6.1.4.1.368.4", "iso.3.6.1.4.1.368.4", "SNMPv2-SMI::enterprises.368.4"]
)
def test_an_enterprise_is_read_as_tools_write_it(catalog, oid):
    assert "axis" in grades(catalog, "snmp.sysobjectid", oid)


def test_a_realm_comes_back_in_the_questions_own_head(catalog):
    head = 'Authorization: Digest username="root", realm="AXIS_ACCC8E61D04C", nonce="x"'
    assert "axis" in grades(catalog, "http.headers", head)


@pytest.mark.parametrize(
    ("uri", "maker"),
    [
        (
            "rtsp://192.0.2.1/onvif-media/media.amp?profile=profile_1_h264&amp;streamtype=unicast",
            "axis",
        ),
        ("rtsp://192.0.2.1:554/onvif/profile2/media.smp", "hanwha"),
        ("rtsp://192.0.2.1:554/snl/live/1/1", "sunell"),
        ("http://192.0.2.1:88/cgi-bin/CGIProxy.fcgi?cmd=snapPicture2", "foscam"),
    ],
)
def test_the_address_of_a_stream_in_an_onvif_answer_is_read(catalog, uri, maker):
    answer = f"<trt:GetStreamUriResponse><tt:Uri>{uri}</tt:Uri></trt:GetStreamUriResponse>"
    assert maker in grades(catalog, "onvif.envelope", answer)
    assert maker in grades(catalog, "http.body", f"<tt:Uri>{uri}</tt:Uri>")


def test_what_tools_print_is_read_in_a_banner_too(catalog):
    ffprobe = '  Metadata:\n    title           : Session streamed by "TP-LINK RTSP Server"\n'
    assert grades(catalog, "banner", ffprobe) == {"tp-link": Grade.PROBABLE}
    nmap = "80/tcp    open  http    App-webs/"
    assert grades(catalog, "banner", nmap) == {"hikvision": Grade.PROBABLE}
