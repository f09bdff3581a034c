"""What stands around a fact does not hide it, and what stands in a name says no more than a title."""

import pytest

from auditor.app.devices.card import Card
from auditor.app.devices.keys import keys_of
from auditor.app.judging.identify import observation
from auditor.attribution.derive import derive
from auditor.attribution.facts import raw
from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.words import Grade, Role


def facts(signal, value):
    return {(one.signal, one.value) for one in derive(raw(Observation(signal=signal, value=value)))}


def look(catalog, *pairs):
    return attribute([Observation(signal=name, value=value) for name, value in pairs], catalog)


def makers(judged):
    return {item.vendor: item.grade for item in judged.attributions if item.role is Role.MAKER}


@pytest.mark.parametrize(
    ("signal", "value", "expected"),
    [
        (
            "model",
            "Bosch FLEXIDOME IP 7000",
            {("brand", "Bosch"), ("model", "FLEXIDOME IP 7000")},
        ),
        ("model", "DS-2CD2032-I White", set()),
        ("model", "P3245-V", set()),
        ("firmware", "Firmware Version: V5.5.82", {("firmware", "V5.5.82")}),
        ("firmware", "V5.4.5 build 170123 (encoding V7.3)", {("firmware", "V5.4.5 build 170123")}),
        ("firmware", "V5.4.5 build 170123", set()),
        ("firmware", "V5.4.5（beta）", {("firmware", "V5.4.5(beta)"), ("firmware", "V5.4.5")}),
        ("firmware", "Version", set()),
        ("firmware", "2.800.00ac003.0.r", {("firmware", "2.800.00AC003.0.R")}),
        ("firmware", "2.800.00AC003.0.r", set()),
        ("firmware", "2.000.00IB004, 2021", {("firmware", "2.000.00IB004")}),
        ("firmware", "V5.5.82 (2019-09-09)", {("firmware", "V5.5.82")}),
        ("serial", "S/N: 4M0747EPAA1D284", {("serial", "4M0747EPAA1D284")}),
        ("serial", "SN4M0747EPAA1D2", set()),
        ("http.server", "Server: App-webs/", {("http.server", "App-webs/")}),
        ("http.server", "App-webs/", set()),
        ("hostname", "3K058D5PAG00831.local.", {("serial", "3K058D5PAG00831")}),
        (
            "hostname",
            "XNV-C8083R-E430224B71D6",
            {("mac", "e4:30:22:4b:71:d6"), ("model", "XNV-C8083R")},
        ),
        ("hostname", "axis-b8a44f639c12.local", {("mac", "b8:a4:4f:63:9c:12")}),
        ("hostname", "front-door", set()),
        ("hostname", "backup-202411221305", {("model", "backup-202411221305")}),
        ("hostname", "", set()),
        (
            "mdns.service",
            "AMC04753004568B2D7._http._tcp.local.",
            {("serial", "AMC04753004568B2D7")},
        ),
        ("mdns.service", "_axis-video._tcp.local.", set()),
        (
            "nmap.service",
            "Vivotek FD8134V webcam rtspd",
            {("brand", "Vivotek"), ("brand", "Vivotek FD8134V"), ("model", "FD8134V")},
        ),
        ("nmap.service", "Planet Bingo httpd", set()),
        ("nmap.service", "webcam", {("brand", "webcam")}),
        (
            "tls.subject",
            "CN=Axis device ACCC8E123456,O=Axis Communications AB",
            {("brand", "Axis Communications AB"), ("brand", "Axis")},
        ),
        ("tls.subject", "CN=camera.example.org", set()),
    ],
)
def test_a_fact_is_read_out_of_what_stands_around_it(signal, value, expected):
    assert facts(signal, value) == expected


def test_the_realm_of_a_whole_challenge_is_read():
    whole = 'Digest realm="Login to 4M0747EPAA1D284", nonce="ab"'
    assert ("http.auth_realm", "Login to 4M0747EPAA1D284") in facts("http.auth_realm", whole)


def test_a_whole_challenge_says_what_its_realm_says(catalog):
    bare = look(catalog, ("http.auth_realm", "Login to 4M0747EPAA1D284"))
    whole = look(
        catalog, ("http.auth_realm", 'Digest realm="Login to 4M0747EPAA1D284", qop="auth"')
    )
    assert makers(whole) == makers(bare) == {"dahua": Grade.PROBABLE}


def test_the_label_in_front_of_a_model_is_a_label(catalog):
    judged = look(catalog, ("model", "Axis P3245-V"))
    assert judged.brand == "axis"
    assert judged.model == "Axis P3245-V"
    assert makers(judged) == {"axis": Grade.POSSIBLE}


def test_a_name_given_by_an_owner_is_no_model_and_no_serial_number(catalog):
    judged = look(catalog, ("hostname", "LAPTOP1234567"), ("onvif.hostname", "cam1"))
    assert (judged.model, judged.serial) == (None, None)


def test_a_serial_number_in_a_name_counts_where_a_rule_knows_it(catalog):
    judged = look(catalog, ("hostname", "3K058D5PAG00831.local."))
    assert judged.serial == "3K058D5PAG00831"
    assert "dahua" in makers(judged)


def test_a_serial_number_that_a_rule_reads_out_of_a_realm_stays(catalog):
    judged = look(catalog, ("http.auth_realm", "Avigilon-12045784"))
    assert judged.serial == "12045784"


def test_a_name_never_says_which_device_this_is():
    card = Card(address="192.0.2.7")
    card.add([Observation(signal="hostname", value="axis-b8a44f639c12")])
    keys = keys_of(card, frozenset())
    assert (keys.told, keys.serials) == (frozenset(), frozenset())


@pytest.mark.parametrize("mac", ["0:2:d1:38:c7:1b", "0002.d138.c71b", "00-02-D1-38-C7-1B"])
def test_a_hardware_address_in_any_writing_names_its_owner(catalog, mac):
    assert makers(look(catalog, ("mac", mac))) == {"vivotek": Grade.PROBABLE}


@pytest.mark.parametrize(
    ("text", "brand"),
    [("大华", "dahua"), ("Ezviz (Hikvision)", "ezviz"), ("海康威视", "hikvision")],
)
def test_labels_are_known_in_other_scripts_and_with_a_word_in_brackets(catalog, text, brand):
    assert look(catalog, ("brand", text)).brand == brand


def test_a_bare_port_is_a_tcp_port():
    assert observation({"signal": "port.open", "value": "34567"}).value == "tcp/34567"
    assert observation({"signal": "port.open", "value": "udp/37810"}).value == "udp/37810"


def test_a_description_names_the_label_and_no_maker_that_buys_in(catalog):
    judged = look(catalog, ("nmap.service", "D-Link DCS-932L webcam http config"))
    assert judged.brand == "d-link"
    assert makers(judged) == {}


def test_a_common_word_that_is_a_label_too_needs_a_word_on_video_beside_it(catalog):
    assert look(catalog, ("http.title", "Planet Login")).brand is None
    assert look(catalog, ("http.title", "PLANET IP Camera")).brand == "planet"


def test_a_certificate_names_a_label_and_shows_no_video_equipment(catalog):
    judged = look(catalog, ("tls.subject", "CN=server-17,O=Axis Communications AB"))
    assert judged.brand == "axis"
    assert makers(judged) == {"axis": Grade.POSSIBLE}
    assert not judged.video_sign
    assert not look(catalog, ("tls.subject", "CN=server-17,O=Honeywell")).video_sign


def test_a_label_s_own_version_on_bought_in_firmware_does_not_stand_against_the_maker(catalog):
    judged = look(
        catalog,
        ("onvif.firmware", "V101_2020_10_29"),
        ("rtsp.sdp", "v=0\ns=VCP IPC Realtime stream\na=fmtp:107 DecoderTag=h3c-v3 RTCP=0\n"),
    )
    assert makers(judged) == {"uniview": Grade.PROBABLE, "geovision": Grade.POSSIBLE}


@pytest.mark.parametrize(
    "told",
    [
        "  V5.4.5 build 170123 \r\n",
        '"V5.4.5 build 170123"',
        "v5.4.5 build 170123",
        "V5.4.5 build 170123.",
        "DS-2CD2042WD-I V5.4.5 build 170123",
        "Firmware: v.5.4.5 build 170123 (latest)",
    ],
)
def test_a_version_is_read_however_it_was_pasted(catalog, told):
    assert makers(look(catalog, ("firmware", told)))["hikvision"] is Grade.PROBABLE


@pytest.mark.parametrize("told", ["firmware of 2017", "Version", "10.0.0.5 build", "V5"])
def test_words_that_are_no_version_are_none(catalog, told):
    assert not makers(look(catalog, ("firmware", told)))


def test_the_hardware_address_inside_an_ipv6_address_of_a_url_testifies(catalog):
    told = "http://10.0.0.7/onvif/device_service http://[fe80::4619:b6ff:fe5b:c71d]/onvif/device_service"
    judged = look(catalog, ("wsd.xaddrs", told))
    assert makers(judged)["hikvision"] is Grade.PROBABLE
    card = Card(address="10.0.0.7")
    card.add([Observation(signal="wsd.xaddrs", value=told, endpoint="udp/3702")])
    assert keys_of(card, frozenset()).told == {"44:19:b6:5b:c7:1d"}


@pytest.mark.parametrize(
    "told",
    [
        "http://[fe80::a]/onvif/device_service",
        "http://[fe80::4619:b6ff:fe5b]/x",
        "http://[zz::4619:b6ff:fe5b:c71d]/x",
        "http://fe80--4619-b6ff-fe5b-c71d/x",
    ],
)
def test_an_address_that_holds_none_gives_none(told):
    assert facts("wsd.xaddrs", told) == set()


@pytest.mark.parametrize(("told", "label"), [("VIGI-C250", "tp-link"), ("LUMA_510", "luma")])
def test_a_label_before_the_model_is_known_whatever_stands_between(catalog, told, label):
    assert look(catalog, ("onvif.model", told)).brand == label


@pytest.mark.parametrize("signal", ["hostname", "onvif.hostname", "snmp.sysname", "mdns.service"])
@pytest.mark.parametrize("name", ["axis-b8a44f639c12", "3K058D5PAG00831", "XNV-C8083R"])
def test_a_name_that_an_owner_may_give_is_never_enough_alone(catalog, signal, name):
    told = f"{name}._http._tcp.local." if signal == "mdns.service" else name
    assert set(makers(look(catalog, (signal, told))).values()) <= {Grade.POSSIBLE}


def test_a_name_counts_beside_something_else(catalog):
    assert makers(look(catalog, ("hostname", "axis-b8a44f639c12"))) == {"axis": Grade.POSSIBLE}
    both = look(catalog, ("hostname", "axis-b8a44f639c12"), ("http.title", "AXIS Video Server"))
    assert makers(both)["axis"] is Grade.PROBABLE


@pytest.mark.parametrize(
    "told",
    [
        "CN=TPRI-DEVICE; O=TPRI; C=US",
        'C = US, O = "TPRI", CN = TPRI-DEVICE',
        "/C=US/O=TPRI/CN=TPRI-DEVICE",
        "commonName=TPRI-DEVICE/organizationName=TPRI/countryName=US",
        "subject=C = US, O = TPRI, CN\u00a0=\u00a0TPRI-DEVICE",
    ],
)
@pytest.mark.parametrize("signal", ["tls.subject", "tls.issuer"])
def test_a_certificate_s_name_is_known_however_a_tool_writes_it(catalog, signal, told):
    assert makers(look(catalog, (signal, told))) == {"tp-link": Grade.PROBABLE}


@pytest.mark.parametrize(
    "told", ["CN=a,O=b", "x=1,CN=TPRI-DEVICE", "TPRI-DEVICE", "no=name here", ""]
)
def test_what_is_no_other_writing_of_a_name_is_left_alone(told):
    assert not [one for one in facts("tls.issuer", told) if one[0] == "tls.issuer"]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("80/tcp    open  http    uc-httpd 1.0.0", ("http.server", "uc-httpd 1.0.0")),
        ("443/tcp open ssl/http App-webs/", ("http.server", "App-webs/")),
        ("rtsp    Dahua Rtsp Server", ("rtsp.server", "Dahua Rtsp Server")),
    ],
)
def test_a_line_of_nmap_names_the_server(told, found):
    assert found in facts("nmap.service", told)


@pytest.mark.parametrize(
    "told", ["8000/tcp open ipcam Hikvision IPCam control port", "http", "22/tcp open ssh x"]
)
def test_other_lines_of_nmap_name_none(told):
    assert not {one[0] for one in facts("nmap.service", told)} & {"http.server", "rtsp.server"}


def test_what_ffprobe_prints_of_a_stream_is_its_description(catalog):
    told = "  Metadata:\n    title           : HIK Media Server V3.0.21\n    comment         : HIK Media Server Session\n"
    assert ("rtsp.sdp", "s=HIK Media Server V3.0.21\r\ni=HIK Media Server Session\r\n") in facts(
        "rtsp.sdp", told
    )
    assert makers(look(catalog, ("rtsp.sdp", told))) == {"hikvision": Grade.PROBABLE}
    assert facts("rtsp.sdp", "v=0\r\ns=title : x\r\n") == set()


@pytest.mark.parametrize(
    "line",
    [
        "? (192.0.2.30) at a0:bd:1d:3:4f:6 [ether] on br0",
        "MAC Address: A0:BD:1D:03:4F:06 (Zhejiang Dahua Technology)",
        "192.0.2.71\ta0:bd:1d:03:4f:06\tZhejiang Dahua Technology Co., Ltd.",
    ],
)
def test_a_line_of_a_neighbour_table_tells_the_mac(catalog, line):
    assert makers(look(catalog, ("mac", line))) == {"dahua": Grade.PROBABLE}


def test_a_line_with_two_addresses_tells_none(catalog):
    line = "a0:bd:1d:03:4f:06 is behind a0:bd:1d:03:4f:07"
    assert makers(look(catalog, ("mac", line))) == {}


@pytest.mark.parametrize(
    ("name", "mac"),
    [
        ("uuid:upnp-BasicDevice-1_0-00408CD5B788::upnp:rootdevice", "00:40:8c:d5:b7:88"),
        ("uuid:4d454930-0000-1000-8001-bcc342dc510e", "bc:c3:42:dc:51:0e"),
        ("uuid:Upnp-API-1_0-00:18:AE:01:02:03", "00:18:ae:01:02:03"),
    ],
)
def test_a_upnp_name_that_ends_in_a_mac_tells_it(name, mac):
    assert ("mac", mac) in facts("ssdp.usn", name)
    told = f"<root><device><UDN>{name.partition('::')[0]}</UDN></device></root>"
    assert ("ssdp.usn", name.partition("::")[0]) in facts("ssdp.description", told)


@pytest.mark.parametrize(
    "name",
    [
        "uuid:7b5c8a3e-2f0d-4c61-9e37-4419b60b4f01",  # random
        "uuid:device_3_0-AMC066F0BC0A3747AF",
        "uuid:x::urn:schemas-upnp-org:device:00408CD5B788",
        "",
    ],
)
def test_other_upnp_names_tell_none(name):
    assert facts("ssdp.usn", name) == set()


@pytest.mark.parametrize("signal", ["serial", "onvif.serial"])
def test_a_serial_number_that_is_a_mac_shows_whose_it_is(catalog, signal):
    assert "avtech" in makers(look(catalog, (signal, "000E530F1A2B")))
    assert ("mac", "00:0e:53:0f:1a:2b") not in facts(signal, "x000E530F1A2B")
    assert not [one for one in facts(signal, "003344236523") if one[0] == "mac"]


def test_a_realm_that_ends_in_a_mac_tells_it(catalog):
    assert ("mac", "00:16:6c:4a:19:d2") in facts("http.auth_realm", "iPolis_00:16:6C:4A:19:D2")
    assert not [
        one for one in facts("http.auth_realm", "Login to 4M0747EPAA1D284") if one[0] == "mac"
    ]


def test_a_line_of_nmap_tells_the_mac(catalog):
    line = "9000/tcp open cslistener? | MAC Address: EC:71:DB:9C:33:05 (Reolink)"
    assert makers(look(catalog, ("nmap.service", line))) == {"reolink": Grade.PROBABLE}


def test_unknown_attributes_of_a_certificate_hide_nothing(catalog):
    told = "serialNumber=B8A44F1A2B3C, CN=axis-b8a44f1a2b3c-eccp256-1, O=Axis Communications AB"
    assert makers(look(catalog, ("tls.subject", told)))["axis"] is Grade.PROBABLE


@pytest.mark.parametrize(
    "told",
    [
        "V5.5.82 [build 190909]",
        "V5.5.82 - build 190909",
        "V5.5.82 build: 190909",
        "V5.5.82build 190909(beta)",
        "V5.7.15 build 230313 R0",
        "V5.5.82 build 190909 / Encoding V7.3 build 190909",
    ],
)
def test_what_people_put_between_a_version_and_its_build_does_not_hide_it(catalog, told):
    assert makers(look(catalog, ("firmware", told))) == {"hikvision": Grade.PROBABLE}


@pytest.mark.parametrize(
    "told",
    [
        "1.3.7_Build_230823_Rel.63411n",
        "1.2.8 (Build 230823 Rel.63411n)",
        "1.3.11,Build 231117 Rel 50900n",
    ],
)
def test_nor_what_stands_before_a_release(catalog, told):
    assert makers(look(catalog, ("firmware", told))) == {"tp-link": Grade.PROBABLE}


def test_a_build_in_large_letters_stays_one(catalog):
    """TP-Link writes it large; without its release it must not become Hikvision's."""
    for told in ("1.3.7 Build 230823", "1.3.7, Build 230823", "1.3.7 (Build 230823)"):
        assert set(makers(look(catalog, ("firmware", told))).values()) <= {Grade.POSSIBLE}


@pytest.mark.parametrize("told", ["4m0747epaa1d284", "210235c3xyh20a000123"])
def test_a_serial_number_in_small_letters_is_known(catalog, told):
    assert set(makers(look(catalog, ("serial", told))).values()) == {Grade.PROBABLE}


@pytest.mark.parametrize("told", ["AC:CC:8E:12:34:56", "AC-CC-8E-12-34-56"])
def test_a_serial_number_written_as_a_mac_is_one(catalog, told):
    assert makers(look(catalog, ("serial", told)))["axis"] is Grade.PROBABLE


@pytest.mark.parametrize(
    ("signal", "told"),
    [
        (
            "http.headers",
            '[["WWW-Authenticate","Basic realm=\\"Merit LILIN Ent. Co., Ltd.\\", x=1"]]',
        ),
        ("http.auth_realm", 'Basic realm="Merit LILIN Ent. Co., Ltd."'),
    ],
)
def test_a_comma_inside_quotes_does_not_end_a_realm(catalog, signal, told):
    assert makers(look(catalog, (signal, told))) == {"lilin": Grade.PROBABLE}


@pytest.mark.parametrize(
    "told", ["89b932fcc47cf4ca3faadb0cfdef89cf", "89B932FCC47CF4CA3FAADB0CFDEF89CF"]
)
def test_the_hash_of_an_icon_is_the_same_in_large_letters(catalog, told):
    assert makers(look(catalog, ("http.favicon_md5", told))) == {"hikvision": Grade.POSSIBLE}


def test_the_endpoint_of_a_shared_example_names_no_maker(catalog):
    """Many copies of one SDK example answer with it; letter by letter it looks like a serial number."""
    assert not makers(
        look(catalog, ("wsd.endpoint", "urn:uuid:464A4854-4656-5242-4530-313035394100"))
    )
