from pathlib import Path

import pytest

from auditor.model.errors import Malformed
from auditor.wire import http, soap, xml

SAMPLES = Path(__file__).parents[2] / "replies" / "onvif"
READS = {
    "GetSystemDateAndTime",
    "GetCapabilities",
    "GetServices",
    "GetServiceCapabilities",
    "GetEndpointReference",
    "GetHostname",
    "GetDeviceInformation",
    "GetNetworkInterfaces",
    "GetScopes",
}


def _reply(name: str) -> soap.Reply:
    return soap.decode((SAMPLES / name / "reply.xml").read_bytes())


def _clock(**parts: str) -> soap.Reply:
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in parts.items())
    return soap.decode(
        f"<Envelope><Body><R><UTCDateTime>{inner}</UTCDateTime></R></Body></Envelope>"
    )


def test_operations_are_exactly_the_reads_on_the_send_list() -> None:
    assert set(soap.OPERATIONS) == READS


@pytest.mark.parametrize("name", sorted(READS))
def test_operation_is_a_soap_1_2_envelope_without_header_or_credentials(name: str) -> None:
    root = xml.parse(soap.OPERATIONS[name])
    assert root.tag == f"{{{soap.ENVELOPE}}}Envelope"
    (body,) = root
    assert body.tag == f"{{{soap.ENVELOPE}}}Body"
    (operation,) = body
    assert operation.tag == f"{{{soap.NAMESPACE}}}{name}"
    assert b"UsernameToken" not in soap.OPERATIONS[name]


def test_request_posts_the_envelope() -> None:
    sent = soap.request("GetScopes", "192.0.2.1", 8899, "/onvif/device_service")
    head, _, body = sent.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /onvif/device_service HTTP/1.1\r\nHost: 192.0.2.1:8899\r\n")
    assert b"Content-Type: application/soap+xml; charset=utf-8" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert body == soap.OPERATIONS["GetScopes"]
    assert b"uthorization" not in sent


@pytest.mark.parametrize(
    ("operation", "path"),
    [("SetScopes", "/x"), ("CreateUsers", "/x"), ("GetScopes", "/a b"), ("GetScopes", "/\r\nX: y")],
)
def test_request_refuses_other_operations_and_bad_paths(operation: str, path: str) -> None:
    with pytest.raises(Malformed):
        soap.request(operation, "192.0.2.1", 80, path)


@pytest.mark.parametrize("body", [b"", b"<html/>", b"<Envelope/>", b"<Foo><Body/></Foo>", "<a>"])
def test_what_is_no_envelope_is_refused(body: bytes | str) -> None:
    with pytest.raises(Malformed):
        soap.decode(body)


def test_empty_body_has_no_operation() -> None:
    reply = soap.decode("<Envelope><Body/></Envelope>")
    assert (reply.operation, reply.fault) == (None, None)


def test_fault_without_code_gives_its_words() -> None:
    text = "<Envelope><Body><Fault><Reason><Text>busy</Text></Reason></Fault></Body></Envelope>"
    assert soap.decode(text).fault == "busy"
    assert soap.decode("<Envelope><Body><Fault/></Body></Envelope>").fault == "Fault"


def test_missing_fields_are_none() -> None:
    reply = soap.decode("<Envelope><Body><X/></Body></Envelope>")
    assert soap.device_information(reply) == soap.DeviceInformation(
        manufacturer=None, model=None, firmware=None, serial=None, hardware_id=None
    )
    assert soap.clock(reply) is soap.endpoint(reply) is soap.hostname(reply) is None
    assert (
        soap.macs(reply) == soap.scopes(reply) == soap.services(reply) == soap.xaddrs(reply) == ()
    )


@pytest.mark.parametrize("month", ["0", "13", "x", "", "-1", "99999"])
def test_impossible_clock_is_none(month: str) -> None:
    parts = {"Year": "2026", "Day": "1", "Hour": "0", "Minute": "0", "Second": "0"}
    assert soap.clock(_clock(**parts, Month="2")) == "2026-02-01T00:00:00Z"
    assert soap.clock(_clock(**parts, Month=month)) is None


def test_macs_are_normalised_and_nonsense_dropped() -> None:
    text = "<HwAddress>{}</HwAddress>"
    inner = "".join(
        text.format(m) for m in ("58-50-ED-1-2-3", "00:00:00:00:00:00", "58:50:ed:01:02:03")
    )
    reply = soap.decode(f"<Envelope><Body><R>{inner}</R></Body></Envelope>")
    assert soap.macs(reply) == ("58:50:ed:01:02:03",)


def test_reply_can_be_read_out_of_an_http_reply() -> None:
    body = (SAMPLES / "axis-get-hostname" / "reply.xml").read_bytes()
    reply = http.decode(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    assert soap.hostname(soap.decode(reply.body)) == "axis-accc8e010203"
