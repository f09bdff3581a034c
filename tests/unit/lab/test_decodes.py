"""Lab and wire agree: the questions that wire writes are answered, and wire reads every answer.

Two independent hands wrote the two sides from the same facts, so each is a check on the other.
"""

import importlib
import ssl
from pathlib import Path

import pytest

from auditor.lab.fleet import build
from auditor.lab.persona import load
from auditor.lab.protocols._message import encode, reply_of
from auditor.lab.protocols._onvif import answer
from auditor.lab.protocols.wsd import form
from auditor.lab.servers import responders
from auditor.lab.tls import certificate
from auditor.wire import (
    axis,
    bosch,
    challenge,
    dhip,
    foscam,
    hanwha,
    http,
    ipro,
    legacy,
    mdns,
    mhed,
    netip,
    rtsp,
    sadp,
    soap,
    sony,
    ssdp,
    tdp,
    ubnt,
    vivotek,
    vstarcam,
    wsd,
    x509,
)

MORE = Path(__file__).parents[2] / "lab" / "personas"
DEVICES = {name: build(p, 1, "192.168.1.10") for name, p in (load() | load(MORE)).items()}
PAIRS = [(d, s) for d in DEVICES.values() for s in d.services]
WSD = dict(zip(("nvt", "device", "any"), wsd.probes(["a-1", "b-2", "c-3"]), strict=True))


def of(*protos):
    chosen = [(d, s) for d, s in PAIRS if s.proto in protos]
    return pytest.mark.parametrize(
        ("device", "service"), chosen, ids=[f"{d.name}-{s.proto}{s.port}" for d, s in chosen]
    )


def told(device, service, question):
    member = responders()[service.proto]
    return [a.data for a in member.answers(service, device, question)]


def test_the_three_probe_forms_of_wire_are_the_three_that_the_lab_knows():
    assert {name: form(data) for name, data in WSD.items()} == {n: n for n in WSD}


@of("wsd")
def test_every_match_decodes_to_the_fields_of_the_persona(device, service):
    asked = next(n for n in ("nvt", "any", "device") if n in service.data.texts("answers"))
    (data,) = told(device, service, WSD[asked])
    (match,) = wsd.decode(data)
    assert match.endpoint == service.data.text("endpoint")
    assert match.types == service.data.text("types")
    assert match.scopes.split() == " ".join(service.data.texts("scopes")).split()
    assert match.xaddrs == service.data.text("xaddrs")
    assert match.metadata_version == service.data.text("metadata_version")
    assert match.relates_to is not None


@of("onvif")
def test_every_onvif_answer_decodes(device, service):
    path = service.data.texts("paths", ("/onvif/device_service",))[0]
    for operation in soap.OPERATIONS:
        request = soap.request(operation, device.address, service.port, path)
        reply = answer(service, device, path, request.partition(b"\r\n\r\n")[2])
        raw = encode(reply, version="HTTP/1.1", eol="crlf")
        assert http.complete(raw)
        response = http.decode(raw)
        assert response.status == reply.status
        if response.status == 401:
            assert challenge.challenges(v for k, v in response.headers if k.lower()[:3] == "www")
            continue
        found = soap.decode(response.body)
        assert (found.fault is None) == (response.status == 200)
        if operation == "GetSystemDateAndTime" and response.status == 200:
            assert soap.clock(found) == "2026-11-21T10:30:00Z"
        if operation == "GetServices" and response.status == 200:
            assert len(soap.services(found)) >= 2


def test_device_information_endpoint_and_host_name_come_through():
    vigi = DEVICES["tp-link-vigi"]
    service = next(s for s in vigi.services if s.proto == "onvif")

    def ask(operation):
        body = soap.OPERATIONS[operation]
        return soap.decode(answer(service, vigi, "/onvif/device_service", body).body)

    information = soap.device_information(ask("GetDeviceInformation"))
    assert information.model == "VIGI C340"
    assert information.firmware == "1.0.0 Build 200801 Rel.57769n"
    mac = vigi.mac.replace(":", "")
    assert soap.endpoint(ask("GetEndpointReference")) == (f"uuid:3fa1fe68-b915-4053-a3e1-{mac}")


@of("sadp")
def test_every_sadp_answer_decodes(device, service):
    (data,) = told(device, service, sadp.inquiry("13A888A9-F1B1-4020-AE9F-05607682D23B"))
    fields = sadp.decode(data).fields
    assert fields["DeviceSN"] == device.serial
    assert fields["Uuid"] == "13A888A9-F1B1-4020-AE9F-05607682D23B"
    assert {"MAC", "SoftwareVersion", "Activated", "DetailOEMCode"} <= set(fields)


@of("dhip")
def test_every_dhip_answer_decodes(device, service):
    (data,) = told(device, service, dhip.search())
    fields = dhip.decode(data).fields
    assert fields["SerialNo"] == device.serial
    assert fields["mac"] == device.mac


@of("ssdp")
def test_every_ssdp_answer_decodes(device, service):
    (data,) = told(device, service, ssdp.search("ssdp:all"))
    found = ssdp.decode(data)
    assert found.usn
    assert found.server
    assert found.location.startswith(f"http://{device.address}")


SEARCHES = {
    "mhed": mhed,
    "netip": netip,
    "legacy": legacy,
    "ubnt": ubnt,
    "tdp": tdp,
    "hanwha": hanwha,
    "bosch": bosch,
    "ipro": ipro,
    "vivotek": vivotek,
    "sony": sony,
    "foscam": foscam,
    "vstarcam": vstarcam,
}


@of("mdns")
def test_every_mdns_answer_decodes_to_the_instance_and_its_text(device, service):
    offer = service.data.tables("offer")[0]
    (data,) = told(device, service, mdns.query([offer.text("type")]))
    found = mdns.decode(data)
    assert found.services == (f"{offer.text('instance')}.{offer.text('type')}",)
    assert found.texts == (offer.pairs("txt"),)
    assert found.hosts == (offer.text("host"),)
    assert found.addresses == {device.address}


def test_every_search_has_a_device_that_answers_it():
    assert {s.proto for _, s in PAIRS} >= {*SEARCHES, "mdns", "ssdp", "wsd", "sadp", "dhip"}


@of(*SEARCHES)
def test_every_vendor_search_is_answered_and_decodes_to_the_devices_mac(device, service):
    wire = SEARCHES[service.proto]
    question = tdp.search("-----BEGIN PUBLIC KEY-----") if wire is tdp else wire.search()
    (data,) = told(device, service, question)
    fields = wire.decode(data)
    plain = device.mac.replace(":", "")
    assert any(plain in v.lower().replace("-", "").replace(":", "") for v in fields.values())


@of("rtsp")
def test_every_rtsp_answer_decodes(device, service):
    for method in ("options", "describe"):
        reply = reply_of(service.data.table(method))
        raw = encode(reply, version="RTSP/1.0", eol="crlf")
        assert rtsp.complete(raw)
        found = rtsp.decode(raw)
        assert found.status == reply.status
        assert found.headers == tuple(
            (k, v.replace("{length}", str(len(reply.body)))) for k, v in reply.headers
        )


@of("http", "https")
def test_every_page_decodes_with_headers_in_order_and_case(device, service):
    for route in service.data.tables("route"):
        reply = reply_of(route)
        raw = encode(
            reply,
            version=service.data.text("version", "HTTP/1.1"),
            eol=service.data.text("eol", "crlf"),
        )
        found = http.decode(raw)
        assert found.status == reply.status
        assert [k for k, _ in found.headers] == [k for k, _ in reply.headers]
        assert found.body == reply.body
        if reply.status == 401:
            realms = challenge.challenges(v for k, v in found.headers if k == "WWW-Authenticate")
            assert all(one.realm for one in realms)


@pytest.mark.parametrize(
    "table",
    [s.data.table("certificate") for _, s in PAIRS if s.data.has("certificate")],
    ids=[d.name for d, s in PAIRS if s.data.has("certificate")],
)
def test_every_certificate_decodes_with_plain_blanks(table):
    der = ssl.PEM_cert_to_DER_cert(certificate(table)[0].decode())
    found = x509.decode(der)
    for key, value in table.pairs("subject"):
        if key == "CN":
            assert value.replace("\u00a0", " ") in found.subject
    assert "\u00a0" not in found.subject + found.issuer
    assert found.not_before < found.not_after


def test_the_axis_device_information_decodes():
    service = next(s for s in DEVICES["axis-camera"].services if s.proto == "http")
    route = next(r for r in service.data.tables("route") if "basicdeviceinfo" in r.text("path"))
    fields = axis.decode(reply_of(route).body)
    assert fields["SerialNumber"] == DEVICES["axis-camera"].mac.replace(":", "").upper()
    assert route.text("path").encode() in axis.request("192.168.1.10", 80)


def test_lab_imports_nothing_that_judges_or_scans():
    for name in ("auditor.lab.loopback", "auditor.lab.namespace", "auditor.lab.__main__"):
        module = importlib.import_module(name)
        text = open(module.__file__, encoding="utf-8").read()  # noqa: SIM115, PTH123
        for room in ("discovery", "probes", "attribution", "policy", "app", "catalog"):
            assert f"auditor.{room}" not in text
