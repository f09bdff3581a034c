"""What is read out of each raw fact: serial, firmware, MAC, model and label, on the same channel."""

import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.attribution.derive import derive
from auditor.attribution.facts import Fact, Voice, raw
from auditor.attribution.opened import opened
from auditor.model.facts import Observation
from auditor.model.signals import SIGNALS, Shape
from auditor.model.words import Channel


def facts_of(observations, catalog):
    return [one.fact for said in opened(observations, catalog) for one in said.facts]


def of(signal, value, endpoint=None):
    """(signal, value) pairs that one raw fact holds."""
    fact = raw(Observation(signal=signal, value=value, endpoint=endpoint))
    return {(found.signal, found.value) for found in derive(fact)}


def legacy():
    second = b"3c:ef:8c:01:02:03" + b"IPC-HDW5421S"
    third = b"Name:Lobby\r\nDevice:IPC\r\nSerialNo:1F006E4PAX00075\r\n"
    head = bytearray(0x78)
    head[0], head[2] = 0xB3, len(second)
    head[4] = 0x58
    head[0x14:0x16] = len(third).to_bytes(2, "little")
    head[0x28:0x2B] = b"IPC"
    return bytes(head + second + third).hex()


def mhed(**texts):
    """A search answer with the longer texts, in the newer layout."""
    data = bytearray(240)
    data[:12] = struct.pack("<4sII", b"MHED", 0x00010008, 2)
    data[0x20:0x26] = bytes.fromhex("0018ae010203")
    for at, name in ((140, "serial"), (156, "software"), (196, "model"), (212, "manufacturer")):
        text = texts.get(name, "").encode()
        data[at : at + len(text)] = text
    return data.hex()


def ubnt():
    def tlv(kind, octets):
        return bytes([kind]) + len(octets).to_bytes(2) + octets

    body = tlv(1, bytes.fromhex("788a20010203")) + tlv(3, b"UVC.v4.30") + tlv(0x14, b"UVC G3 Flex")
    return (bytes([1, 0]) + len(body).to_bytes(2) + body).hex()


SADP = (
    "<ProbeMatch><DeviceDescription>DS-7804HQH-K1</DeviceDescription>"
    "<DeviceSN>DS-7804HQH-K10420190822CCCHD53257168WCVU</DeviceSN><MAC>68-6d-bc-ee-f8-f0</MAC>"
    "<SoftwareVersion>V3.5.38build 191215</SoftwareVersion><OEMInfo>ACME</OEMInfo></ProbeMatch>"
)
DHIP = json.dumps(
    {
        "mac": "00:1F:54:01:02:03",
        "params": {
            "deviceInfo": {
                "DeviceType": "LNB8005", "SerialNo": "ND011809000001", "Vendor": "Lorex",
                "Manufacturer": "Private", "Version": "2.800.030000000.3.R",
            }
        },
    }
)  # fmt: skip
ISAPI = (
    '<DeviceInfo xmlns="http://www.isapi.org/ver20/XMLSchema"><model>IPC-T240H</model>'
    "<serialNumber>IPC-T240H20200312AAWRE12345678</serialNumber>"
    "<macAddress>28:57:be:01:02:03</macAddress><firmwareVersion>V5.5.82</firmwareVersion>"
    "<firmwareReleasedDate>build 190909</firmwareReleasedDate><manufacturer>hikvision</manufacturer>"
    "</DeviceInfo>"
)
SCOPES = (
    "onvif://www.onvif.org/type/IPC onvif://www.onvif.org/manufacturer/UNIVIEW"
    " onvif://www.onvif.org/version/GIPC-B6215.1.68 onvif://www.onvif.org/serial/210235UEDW3247000013"
    " onvif://www.onvif.org/macaddr/e4f14c776608 onvif://www.onvif.org/hardware/SC-3243"
    " onvif://www.onvif.org/name/HIKVISION%20DS-2CD2385G1-I"
)
UPNP = (
    "<root><device><manufacturer>SWANN</manufacturer><modelName>DVR8</modelName>"
    "<modelNumber>DVR8-1550</modelNumber><serialNumber>S1</serialNumber><MAC>00:11:22:33:44:56</MAC>"
    "</device></root>"
)
SEARCH_RESULT = (
    "<multicastSearchResult><productInfo><productModel>TD-9441E3</productModel>"
    "<softwareVer>5.1.0</softwareVer></productInfo><tcpIp><macAddr>00:18:ae:01:02:03</macAddr></tcpIp>"
    "</multicastSearchResult>"
)

CASES = [
    ("sadp", SADP, {
        ("model", "DS-7804HQH-K1"), ("serial", "DS-7804HQH-K10420190822CCCHD53257168WCVU"),
        ("mac", "68:6d:bc:ee:f8:f0"), ("firmware", "V3.5.38build 191215"), ("brand", "ACME"),
    }),
    ("dhip", DHIP, {
        ("model", "LNB8005"), ("serial", "ND011809000001"), ("mac", "00:1f:54:01:02:03"),
        ("firmware", "2.800.030000000.3.R"), ("brand", "Lorex"), ("brand", "Private"),
    }),
    ("dahua.legacy", legacy(), {
        ("model", "IPC-HDW5421S"), ("serial", "1F006E4PAX00075"), ("mac", "3c:ef:8c:01:02:03"),
    }),
    ("isapi.device_info", ISAPI, {
        ("model", "IPC-T240H"), ("serial", "IPC-T240H20200312AAWRE12345678"),
        ("mac", "28:57:be:01:02:03"), ("firmware", "V5.5.82 build 190909"), ("brand", "hikvision"),
    }),
    ("wsd.scopes", SCOPES, {
        ("model", "SC-3243"), ("model", "DS-2CD2385G1-I"), ("serial", "210235UEDW3247000013"),
        ("mac", "e4:f1:4c:77:66:08"), ("firmware", "GIPC-B6215.1.68"), ("brand", "UNIVIEW"),
        ("brand", "HIKVISION"), ("brand", "HIKVISION DS-2CD2385G1-I"),
    }),
    ("wsd.endpoint", "urn:uuid:aa85c000-6324-11b3-819e-5850ed1fe385", {("mac", "58:50:ed:1f:e3:85")}),
    ("wsd.endpoint", "urn:uuid:00010010-0001-1020-8000-48ea63798c9a", {("mac", "48:ea:63:79:8c:9a")}),
    ("wsd.endpoint", "urn:uuid:12345678-1234-4234-9234-123456789abc", set()),
    ("ssdp.description", UPNP, {
        ("brand", "SWANN"), ("model", "DVR8"), ("model", "DVR8-1550"), ("serial", "S1"),
        ("mac", "00:11:22:33:44:56"),
    }),
    ("ssdp.description", SEARCH_RESULT, {
        ("model", "TD-9441E3"), ("firmware", "5.1.0"), ("mac", "00:18:ae:01:02:03"),
    }),
    ("axis.basicdeviceinfo", json.dumps({"data": {"propertyList": {
        "Brand": "AXIS", "ProdNbr": "M3045-V", "SerialNumber": "ACCC8E010203", "Version": "9.80.1"}}}), {
        ("brand", "AXIS"), ("model", "M3045-V"), ("serial", "ACCC8E010203"), ("firmware", "9.80.1"),
        ("mac", "ac:cc:8e:01:02:03"),
    }),
    ("xm.netip", json.dumps({"NetWork.NetCommon": {"MAC": "00:12:41:01:02:03", "SN": "0123456789abcdef"}}), {
        ("mac", "00:12:41:01:02:03"), ("serial", "0123456789abcdef"),
    }),
    ("xm.netip", json.dumps({"HardWare": "NBD8008R-U", "SerialNo": "0123456789abcdef",
        "SoftWareVersion": "V4.03.R11.061B0197.12001.130000.0000000"}), {
        ("model", "NBD8008R-U"), ("serial", "0123456789abcdef"),
        ("firmware", "V4.03.R11.061B0197.12001.130000.0000000"),
    }),
    ("tplink.tdp", json.dumps({"result": {"device_model": "C210", "mac": "A8-42-A1-01-02-03",
        "firmware_version": "1.3.0 Build 230101 Rel.1"}}), {
        ("model", "C210"), ("mac", "a8:42:a1:01:02:03"), ("firmware", "1.3.0 Build 230101 Rel.1"),
    }),
    ("tvt.mhed", mhed(serial="N0001", software="5.1.0", model="TD-9441E3", manufacturer="TVT"), {
        ("mac", "00:18:ae:01:02:03"), ("serial", "N0001"), ("firmware", "5.1.0"), ("model", "TD-9441E3"),
        ("brand", "TVT"),
    }),
    ("ubnt.discovery", ubnt(), {
        ("mac", "78:8a:20:01:02:03"), ("firmware", "UVC.v4.30"), ("model", "UVC G3 Flex"),
    }),
    ("mdns.txt", json.dumps([["macaddress", "ACCC8E010203"], ["model", "P3245"]]), {
        ("mac", "ac:cc:8e:01:02:03"), ("model", "P3245"),
    }),
    ("http.headers", json.dumps([["Server", "App-webs/"],
        ["WWW-Authenticate", 'Digest realm="IP Camera(C2183)", nonce="x"']]), {
        ("http.server", "App-webs/"), ("http.auth_realm", "IP Camera(C2183)"),
    }),
    ("rtsp.headers", json.dumps([["CSeq", "1"], ["Server", "Rtsp Server/3.0"]]), {
        ("rtsp.server", "Rtsp Server/3.0"),
    }),
    ("banner", "RTSP/1.0 401 Unauthorized\r\nServer: S1\r\n\r\n", {
        ("rtsp.headers", "RTSP/1.0 401 Unauthorized\r\nServer: S1"),
    }),
    ("rtsp.headers", 'RTSP/1.0 401 Unauthorized\r\nServer: S1\r\nWWW-Authenticate: Basic realm="device"', {
        ("rtsp.server", "S1"), ("rtsp.auth_realm", "device"),
    }),
    ("banner", "SSH-2.0-OpenSSH_9.2", set()),
    ("http.title", "DS-2CD2143G0-I", {("brand", "DS-2CD2143G0-I"), ("model", "DS-2CD2143G0-I")}),
    ("http.title", "NETSurveillance WEB", {("brand", "NETSurveillance WEB")}),
    ("http.auth_realm", "DS-2CD2310FD-I", {("model", "DS-2CD2310FD-I")}),
    ("rtsp.auth_realm", "AXIS_ACCC8E010203", {("mac", "ac:cc:8e:01:02:03")}),  # and no model
    ("onvif.manufacturer", "LTS", {("brand", "LTS")}),
    ("onvif.model", "CMIP7442", {("model", "CMIP7442")}),
    ("onvif.firmware", "V5.5.82 build 190909", {("firmware", "V5.5.82 build 190909")}),
    ("onvif.serial", "4M0747EPAA1D284", {("serial", "4M0747EPAA1D284")}),
    ("onvif.mac", "28-57-BE-01-02-03", {("mac", "28:57:be:01:02:03")}),
    ("onvif.hostname", "lobby", {("hostname", "lobby")}),
]  # fmt: skip


@pytest.mark.parametrize(("signal", "value", "expected"), CASES)
def test_what_a_raw_fact_holds(signal, value, expected):
    assert of(signal, value) == expected


@pytest.mark.parametrize("text", ["", "N/A", "null", "None", "unknown", "-", "0", "  "])
def test_a_field_that_says_nothing_gives_nothing(text):
    assert of("onvif.model", text) == set()
    assert of("onvif.serial", text) == set()


@pytest.mark.parametrize("mac", ["", "xx", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "12345"])
def test_what_is_no_address_gives_no_mac(mac):
    assert {value for signal, value in of("onvif.mac", mac) if signal == "mac"} <= {mac}
    assert of("onvif.mac", "12345") == set()


STRUCTURED = [name for name, signal in SIGNALS.items() if signal.shape is not Shape.TEXT] + [
    "sadp", "isapi.device_info", "ssdp.description",
]  # fmt: skip


@pytest.mark.parametrize("signal", STRUCTURED)
@pytest.mark.parametrize("value", ["", "{", "<a", "[1]", "zz", "null", "<!DOCTYPE a><a/>"])
def test_a_broken_reply_gives_nothing(signal, value):
    assert of(signal, value) == set()


@settings(max_examples=80)
@given(signal=st.sampled_from(sorted(SIGNALS)), value=st.text(max_size=200))
def test_no_text_breaks_it_and_nothing_found_is_long(signal, value):
    fact = raw(Observation(signal=signal, value=value))
    for found in derive(fact):
        assert found.signal == "wsd.scopes" or len(found.value) <= 512


@settings(max_examples=60)
@given(signal=st.sampled_from(sorted({case[0] for case in CASES})), data=st.data())
def test_what_is_derived_keeps_witness_endpoint_and_origin(signal, data):
    value = data.draw(st.sampled_from([case[1] for case in CASES if case[0] == signal]))
    endpoint = data.draw(st.sampled_from(["tcp/80", "tcp/554", "udp/37020", None]))
    fact = raw(Observation(signal=signal, value=value, endpoint=endpoint))
    for found in derive(fact):
        assert (found.channel, found.endpoint, found.via) == (fact.channel, endpoint, signal)


@pytest.mark.parametrize(
    ("signal", "value", "voice"),
    [
        ("onvif.model", "X100", Voice.DEVICE), ("sadp", SADP, Voice.DEVICE), ("dhip", DHIP, Voice.DEVICE),
        ("isapi.device_info", ISAPI, Voice.DEVICE), ("tvt.mhed", mhed(model="TD-9441E3"), Voice.DEVICE),
        ("dahua.legacy", legacy(), Voice.DEVICE), ("ubnt.discovery", ubnt(), Voice.DEVICE),
        ("wsd.scopes", "onvif://www.onvif.org/hardware/DS-2CD2143G0-I", Voice.DEVICE),
        ("wsd.scopes", "onvif://www.onvif.org/name/HIKVISION%20DS-2CD2143G0-I", Voice.BANNER), ("ssdp.description", UPNP, Voice.BANNER),
        ("http.title", "DS-2CD2143G0-I", Voice.BANNER), ("http.auth_realm", "DS-2CD2310FD-I", Voice.BANNER),
        ("mdns.txt", json.dumps([["model", "P3245"]]), Voice.BANNER),
    ],
)  # fmt: skip
def test_who_says_a_model_is_kept(signal, value, voice):
    fact = raw(Observation(signal=signal, value=value))
    assert {found.voice for found in derive(fact) if found.signal == "model"} == {voice}


def test_a_line_of_a_list_speaks_as_a_record():
    fact = raw(Observation(signal="model", value="DS-2CD2143G0-I"))
    assert (fact.voice, fact.channel) == (Voice.RECORD, Channel.RECORD)


def test_a_label_of_the_device_is_never_worth_more_than_a_banner():
    fact = raw(Observation(signal="onvif.manufacturer", value="HIKVISION", endpoint="tcp/80"))
    assert {found.voice for found in derive(fact)} == {Voice.BANNER}


def test_facts_are_read_to_the_bottom_and_no_fact_twice(catalog):
    headers = Observation(
        signal="http.headers",
        value=json.dumps([["WWW-Authenticate", 'Digest realm="Login to 4M0747EPAA1D284"']]),
        endpoint="tcp/80",
    )
    facts = facts_of([headers, headers], catalog)
    found = [(fact.signal, fact.value, fact.origin) for fact in facts]
    assert ("http.auth_realm", "Login to 4M0747EPAA1D284", "http.headers") in found
    assert ("serial", "4M0747EPAA1D284", "http.headers") in found
    assert len(found) == len(set(found))
    assert {fact.channel for fact in facts} == {Channel.HTTP}


def test_a_mac_inside_an_onvif_endpoint_is_found(catalog):
    seen = Observation(
        signal="onvif.endpoint",
        value="urn:uuid:00010010-0001-1020-8000-48ea63798c9a",
        endpoint="tcp/80",
    )
    assert ("mac", "48:ea:63:79:8c:9a") in {(f.signal, f.value) for f in facts_of([seen], catalog)}


def test_the_model_inside_a_serial_is_a_fact_of_its_own(catalog):
    seen = Observation(signal="sadp", value=SADP)
    models = [(f.value, f.voice) for f in facts_of([seen], catalog) if f.signal == "model"]
    assert models == [("DS-7804HQH-K1", Voice.DEVICE)]
    alone = Observation(signal="onvif.serial", value="DS-7804HQH-K10420190822CCCHD53257168WCVU")
    models = [(f.value, f.voice) for f in facts_of([alone], catalog) if f.signal == "model"]
    assert models == [("DS-7804HQH-K1", Voice.BANNER)]


def test_a_derived_fact_knows_its_raw_signal():
    fact = Fact(signal="sadp", value="x", channel=Channel.SADP, endpoint="udp/37020")
    once = fact.derived("serial", "S")
    assert once.derived("model", "M").origin == "sadp"


def test_two_answers_of_one_place_say_the_same_thing_once(catalog):
    seen = [
        Observation(signal="sadp", value=text, endpoint="udp/37020")
        for text in (SADP, SADP.replace("</ProbeMatch>", "<Salt>1</Salt></ProbeMatch>"))
    ]
    told = [fact for fact in facts_of(seen, catalog) if fact.signal == "serial"]
    assert len(told) == 1
    assert len(facts_of(seen, catalog)) == len(
        {(f.signal, f.value) for f in facts_of(seen, catalog)}
    )


@pytest.mark.parametrize(
    ("signal", "value"),
    [
        ("wsd.xaddrs", "http://192.0.2.1/onvif/device_service"),
        ("ssdp.location", "http://192.0.2.1/"),
    ],
)
def test_what_holds_nothing_and_meets_no_rule_says_nothing(catalog, signal, value):
    assert facts_of([Observation(signal=signal, value=value)], catalog) == []


def test_a_long_answer_that_meets_a_rule_is_not_passed_over(catalog):
    rule = next(
        rule for rule in catalog.rules if rule.signal == "onvif.envelope" and not rule.field
    )
    value = " " * 2000 + rule.examples[0].value
    assert facts_of([Observation(signal="onvif.envelope", value=value)], catalog)
