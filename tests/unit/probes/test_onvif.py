"""The ONVIF probe."""

import json

import pytest

from auditor.model.words import Ending
from tests.unit.probes import devices
from tests.unit.probes.asking import PROBE, Asked, ask
from tests.unit.probes.devices import OPEN_ONVIF, READ_SYSTEM, onvif
from tests.unit.probes.fakes import (
    ADDRESS,
    Port,
    Silence,
    always,
    answered,
    fault,
    http,
    operation_of,
    operations,
    seen,
    soap,
)

PROBE_ = PROBE["onvif"]
REFUSED = (http(401, b"", ("WWW-Authenticate", devices.LOGIN_TO)),)
XADDR = f"http://{ADDRESS}/onvif/device_service"


def open_service() -> Port:
    return Port(answer=lambda request: onvif(request, refuse=set()))


def asked_for(asked: Asked) -> list[str | None]:
    return [operation_of(message.payload) for message in asked.dialer.sent]


async def test_an_open_device_tells_everything():
    asked = await ask("onvif", open_service())
    assert asked.outcome is Ending.OK
    told = {
        "onvif.clock": "2026-11-21T09:08:07Z",
        "onvif.manufacturer": "Acme",
        "onvif.model": "X-1",
        "onvif.firmware": "V5.5.0 build 170725",
        "onvif.serial": devices.SERIAL,
        "onvif.hardware_id": "88",
        "onvif.mac": "28:57:be:01:02:03",
        "onvif.endpoint": "urn:uuid:aa85c000-6324-11b3-819e-5850ed1fe385",
        "onvif.hostname": "cam-7",
    }
    assert {signal: asked.only(signal) for signal in told} == told
    assert asked.only("onvif.scopes").split()[1] == "onvif://www.onvif.org/hardware/X-1"
    assert json.loads(asked.only("onvif.services")) == [
        {"namespace": "http://www.onvif.org/ver10/device/wsdl", "xaddr": XADDR}
    ]


async def test_operations_are_asked_once_in_the_order_of_their_worth():
    asked = await ask("onvif", open_service())
    assert asked_for(asked) == [
        *("GetSystemDateAndTime", "GetDeviceInformation", "GetCapabilities", "GetScopes"),
        *("GetNetworkInterfaces", "GetServices", "GetEndpointReference", "GetHostname"),
    ]
    assert len(asked.dialer.sent) == PROBE_.cost


@pytest.mark.parametrize(
    ("wants", "further"),
    [
        ((), []),
        (["onvif.serial"], ["GetDeviceInformation"]),
        (["onvif.scopes", "onvif.mac"], ["GetScopes", "GetNetworkInterfaces"]),
        (["onvif.envelope"], ["GetCapabilities"]),
        (["onvif.services", "onvif.endpoint"], ["GetServices", "GetEndpointReference"]),
        (["onvif.hostname"], ["GetHostname"]),
    ],
)
async def test_what_could_tell_nothing_new_is_left_out(wants, further):
    asked = await ask("onvif", open_service(), wants=wants)
    assert asked_for(asked) == ["GetSystemDateAndTime", *further]
    assert asked.of("onvif.clock")


async def test_the_envelope_of_the_first_answer_and_of_the_capabilities_are_kept():
    asked = await ask("onvif", open_service())
    first, capabilities = asked.of("onvif.envelope")
    assert "GetSystemDateAndTimeResponse" in first
    assert "hikCapabilities" in capabilities


async def test_an_envelope_is_cut_at_16_kib():
    long = soap("GetSystemDateAndTime", f"<a>{'x' * 20_000}</a>")
    asked = await ask(
        "onvif", Port(answer=operations({"GetSystemDateAndTime": (http(200, long),)}))
    )
    assert len(asked.of("onvif.envelope")[0]) == 16 * 1024


@pytest.mark.parametrize("how", ["digest", "fault"])
async def test_two_refusals_end_the_asking_of_reserved_operations(how):
    asked = await ask("onvif", Port(answer=lambda request: onvif(request, how=how)))
    assert asked.outcome is Ending.OK
    operations_asked = asked_for(asked)
    assert [one for one in operations_asked if one in READ_SYSTEM] == [
        "GetDeviceInformation",
        "GetScopes",
    ]
    assert {"GetServices", "GetEndpointReference", "GetHostname"} <= set(operations_asked)


async def test_a_refusal_gives_realm_and_nonce():
    asked = await ask("onvif", Port(answer=onvif))
    assert asked.only("http.auth_realm") == "Login to 4M0747EPAA1D284"
    assert asked.only("http.auth_nonce") == devices.NONCE


async def test_a_device_that_refuses_what_is_open_to_anyone_is_asked_one_more_and_then_nothing():
    asked = await ask("onvif", always(*REFUSED))
    assert asked.outcome is Ending.OK
    assert asked_for(asked) == ["GetSystemDateAndTime", "GetCapabilities"]
    assert asked.only("http.auth_realm") == "Login to 4M0747EPAA1D284"


async def test_a_refusal_by_fault_gives_its_envelope():
    asked = await ask("onvif", always(http(400, fault())))
    assert "NotAuthorized" in asked.only("onvif.envelope")
    assert asked_for(asked) == ["GetSystemDateAndTime", "GetCapabilities"]


@pytest.mark.parametrize(
    "answer",
    [
        http(404, "not found"),
        http(405, ""),
        http(400, ""),
        http(501, "no"),
        http(200, "<!doctype html><html><title>Envelope</title></html>"),
        http(200, "OK"),
        http(302, "", ("Location", "/login.htm")),
        http(
            500,
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
            "<faultstring>Method not implemented</faultstring></s:Fault></s:Body></s:Envelope>",
        ),
    ],
)
async def test_what_is_no_onvif_is_asked_once_and_told_nothing_of(answer):
    asked = await ask("onvif", always(answer), *answered(80))
    assert (asked.outcome, asked.facts, len(asked.lines)) == (Ending.OK, (), 1)


async def test_an_operation_that_is_not_supported_does_not_end_the_others():
    table = {"GetSystemDateAndTime": (http(500, fault("Receiver", "ter:ActionNotSupported")),)}
    table |= {
        name: (http(200, soap(name, inner)),)
        for name, inner in OPEN_ONVIF.items()
        if name not in table
    }
    asked = await ask("onvif", Port(answer=operations(table)))
    assert asked.only("onvif.serial") == devices.SERIAL


async def test_one_malformed_answer_is_told_and_does_not_lose_the_others():
    def answer(request: bytes):
        if operation_of(request) == "GetDeviceInformation":
            return (http(200, "<Envelope><Body>"),)
        return onvif(request, refuse=set())

    asked = await ask("onvif", Port(answer=answer))
    assert asked.outcome is Ending.MALFORMED
    assert asked.only("onvif.hostname") == "cam-7"


async def test_a_device_that_falls_silent_is_not_asked_on():
    def answer(request: bytes):
        if operation_of(request) == "GetCapabilities":
            return (Silence,)
        return onvif(request, refuse=set())

    asked = await ask("onvif", Port(answer=answer))
    assert asked.outcome is Ending.TIMEOUT
    assert len(asked.lines) == 3
    assert asked.only("onvif.serial") == devices.SERIAL


async def test_what_discovery_has_told_is_not_asked_again():
    facts = (
        seen("wsd.scopes", "onvif://www.onvif.org/name/x", "udp/3702"),
        seen("wsd.endpoint", "urn:uuid:1", "udp/3702"),
    )
    asked = await ask("onvif", open_service(), *facts)
    assert not {"GetScopes", "GetEndpointReference"} & set(asked_for(asked))


async def test_a_device_that_has_answered_is_not_asked_at_another_port():
    done = seen("onvif.envelope", "<e/>", "tcp/80", "onvif")
    asked = await ask("onvif", open_service(), done, number=8080)
    assert asked.lines == []
    assert PROBE_.endpoints(frozenset({8899}), (done,)) == ()


async def test_the_http_header_is_told_where_the_front_page_has_not():
    assert (await ask("onvif", open_service())).only("http.server") == "gSOAP/2.8"
    known = await ask("onvif", open_service(), *answered(80))
    assert known.of("http.server") == known.of("http.headers") == []


@pytest.mark.parametrize(
    ("xaddrs", "endpoints", "path"),
    [
        (XADDR, (("tcp", 80, False),), "/onvif/device_service"),
        ("http://10.0.0.9:8999/onvif/service", (("tcp", 8999, False),), "/onvif/service"),
        (
            f"https://{ADDRESS}/a http://{ADDRESS}:8000/b",
            (("tcp", 8000, False), ("tcp", 443, True)),
            "/b",
        ),
        (f"{XADDR} http://[fe80::1]/onvif/device_service", (("tcp", 80, False),), None),
        ("http://x:1/a http://x:2/b http://x:3/c", (("tcp", 1, False), ("tcp", 2, False)), "/a"),
    ],
)
async def test_the_address_from_discovery_decides_port_and_path_on_the_asked_host(
    xaddrs, endpoints, path
):
    fact = seen("wsd.xaddrs", xaddrs, "udp/3702", "wsdiscovery")
    found = PROBE_.endpoints(frozenset({80, 8899}), (fact, *answered(80)))
    assert found == endpoints
    asked = await ask("onvif", always(http(404)), fact, number=found[0][1])
    assert asked.lines == [f"POST {path or '/onvif/device_service'}"]


@pytest.mark.parametrize(
    "path",
    [
        "/cgi-bin/reboot",
        "/a.asp?b=c",
        "/onvif/../x",
        "/user",
        "//203.0.113.9/x",
        "",
        "/a%20b",
        "/x.cgi",
    ],
)
async def test_a_path_that_may_not_be_asked_for_gives_way_to_the_usual_one(path):
    fact = seen("wsd.xaddrs", f"http://{ADDRESS}{path}", "udp/3702", "wsdiscovery")
    asked = await ask("onvif", always(http(404)), fact)
    assert asked.lines == ["POST /onvif/device_service"]


def test_without_discovery_likely_ports_are_asked_plain_before_tls():
    opened = frozenset({80, 443, 554, 8000, 8899, 37777})
    assert PROBE_.endpoints(opened, answered(80, 443)) == (
        ("tcp", 8899, False),
        ("tcp", 80, False),
    )
    assert PROBE_.endpoints(opened, answered(443)) == (("tcp", 8899, False), ("tcp", 443, True))


def test_a_silent_port_8000_is_not_troubled():
    assert PROBE_.endpoints(frozenset({8000}), ()) == ()
    assert PROBE_.endpoints(frozenset({8000}), answered(8000)) == ()
