"""The UPnP description: fetched once, from the host that announced it, and as SSDP's word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.signals import channel_of
from auditor.model.words import Channel, Ending
from auditor.probes._run import run_probe
from auditor.probes.upnp import PROBE
from tests.unit.probes.fakes import ADDRESS, FakeDialer, Port, http, paths, seen, target, ticks

XML = (
    b'<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>'
    b"<manufacturer>AXIS</manufacturer><modelName>AXIS M1014</modelName></device></root>"
)
PAGE = http(200, XML, ("Content-Type", "text/xml"))


def location(url: str):
    return seen("ssdp.location", url, "udp/1900", probe="ssdp")


def server(page: bytes = PAGE, path: str = "/rootdesc1.xml") -> FakeDialer:
    return FakeDialer(ports={49152: Port(answer=paths({path: (page,)}))})


async def ask(dialer: FakeDialer, *urls: str, port: int = 49152):
    where = target(port, seen=tuple(location(url) for url in urls))
    return await run_probe(PROBE, where, dialer, monotonic=ticks())


async def test_the_description_is_fetched_with_one_request_and_bears_the_endpoint_of_ssdp():
    dialer = server()
    attempt, (fact,) = await ask(dialer, f"http://{ADDRESS}:49152/rootdesc1.xml")
    assert attempt.outcome is Ending.OK
    assert [one.line for one in dialer.sent] == ["GET /rootdesc1.xml HTTP/1.1"]
    assert (fact.signal, fact.value, fact.endpoint) == (
        "ssdp.description",
        XML.decode(),
        "udp/1900",
    )
    assert channel_of(fact.signal, fact.endpoint) is Channel.SSDP


@pytest.mark.parametrize(
    "url",
    [
        "http://203.0.113.9:49152/rootdesc1.xml",
        "http://camera.example:49152/rootdesc1.xml",
        f"http://{ADDRESS}.example:49152/rootdesc1.xml",
        f"http://admin:1@{ADDRESS}:49152/rootdesc1.xml",
        f"http://admin@{ADDRESS}:49152/rootdesc1.xml",
        f"http://{ADDRESS}:49153/rootdesc1.xml",
        f"ftp://{ADDRESS}:49152/rootdesc1.xml",
        f"http://{ADDRESS}:49152/reboot.cgi",
        f"http://{ADDRESS}:49152/reset.xml",
        f"http://{ADDRESS}:49152/a/../passwd.xml",
        f"http://{ADDRESS}:49152/%2e%2e/x.xml",
        f"http://{ADDRESS}:49152/video.mjpg",
        "http://[::1",
        "//203.0.113.9/x.xml",
        "",
    ],
)
async def test_a_location_elsewhere_or_of_another_kind_is_never_asked_for(url):
    dialer = server()
    attempt, facts = await ask(dialer, url)
    assert (attempt.outcome, facts, dialer.sent) == (Ending.OK, (), [])


async def test_a_query_in_a_location_is_dropped():
    dialer = server()
    await ask(dialer, f"http://{ADDRESS}:49152/rootdesc1.xml?cmd=1#x")
    assert [one.line for one in dialer.sent] == ["GET /rootdesc1.xml HTTP/1.1"]


async def test_a_redirect_is_not_followed():
    moved = http(302, b"", ("Location", f"http://{ADDRESS}:49152/other.xml"))
    dialer = server(moved)
    _, facts = await ask(dialer, f"http://{ADDRESS}:49152/rootdesc1.xml")
    assert facts == ()
    assert len(dialer.sent) == 1


@pytest.mark.parametrize(
    ("page", "ending"),
    [
        (http(200, b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>'), Ending.MALFORMED),
        (http(200, b"<root>" + b"<a/>" * 40_000 + b"</root>"), Ending.TOO_BIG),
        (http(200, b"<root>"), Ending.MALFORMED),
        (http(200, b"<html><head></head></html>"), Ending.OK),
        (http(200, b"no such thing"), Ending.OK),
        (http(404, XML), Ending.OK),
    ],
)
async def test_what_is_no_description_becomes_no_fact(page, ending):
    attempt, facts = await ask(server(page), f"http://{ADDRESS}:49152/rootdesc1.xml")
    assert (attempt.outcome, facts) == (ending, ())


def test_it_goes_to_the_announced_ports_two_at_most_and_each_once():
    facts = tuple(
        location(f"{scheme}://{ADDRESS}:{port}/d.xml")
        for scheme, port in (("http", 5000), ("https", 443), ("http", 80), ("http", 80))
    )
    assert PROBE.endpoints(frozenset(), facts) == (("tcp", 80, False), ("tcp", 443, True))
    bad = tuple(map(location, ("http://x:99999/d.xml", "ftp://x/d.xml", "http://x:0/d.xml", "")))
    assert PROBE.endpoints(frozenset({80}), bad) == ()


async def test_the_description_that_another_probe_asks_for_is_left_to_it():
    path = "/upnpdevicedesc.xml"
    url = location(f"http://{ADDRESS}/upnpdevicedesc.xml")
    dialer = FakeDialer(ports={80: Port(answer=paths({path: (PAGE,)}))})
    web = seen("http.headers", "[]", "tcp/80")
    await run_probe(PROBE, target(80, seen=(url, web)), dialer, monotonic=ticks())
    assert dialer.sent == []
    await run_probe(PROBE, target(80, seen=(url,)), dialer, monotonic=ticks())
    assert len(dialer.sent) == 1


@settings(max_examples=200)
@given(st.text(max_size=80))
def test_no_location_makes_the_planning_fail(text):
    PROBE.endpoints(frozenset(), (location(text),))
