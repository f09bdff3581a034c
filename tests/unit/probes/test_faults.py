"""Every probe against every way to misbehave: the right ending, in bounded time and memory."""

import pytest

from auditor import registry
from auditor.model.words import Ending
from auditor.probes._run import run_probe
from tests.unit.probes.fakes import (
    ADDRESS,
    DEFAULT_WAIT,
    FakeDialer,
    Silence,
    always,
    faults,
    seen,
    target,
    ticks,
)

PROBES = registry.members("auditor.probes", "PROBE")
DATAGRAMS = {"snmp"}
"""They open no connection; test_snmp.py is about them."""
STREAMS = sorted(set(PROBES) - DATAGRAMS)
WEB = {"http", "favicon", "isapi", "magicbox", "loginpage", "axis", "onvif", "upnp"}
PAGES = {"http", "loginpage", "magicbox"}  # these need only the start of an endless page

ALIKE = {
    "refuse": Ending.REFUSED,
    "filtered": Ending.FILTERED,
    "connect-hang": Ending.TIMEOUT,
    "bad-tls": Ending.TLS_ERROR,
    "hang": Ending.TIMEOUT,
    "empty": Ending.MALFORMED,
    "reset": Ending.RESET,
    "reset-mid-header": Ending.RESET,
    "drip": Ending.TIMEOUT,
    "ssh": Ending.MALFORMED,
    "binary": Ending.MALFORMED,
    "wrong-protocol": Ending.MALFORMED,
    "huge-header": Ending.TOO_BIG,
}
"""Endings that do not depend on what was asked."""

OF_WEB: dict[str, dict[str, Ending]] = {
    "endless-body": dict.fromkeys(PAGES, Ending.OK) | dict.fromkeys(WEB - PAGES, Ending.TOO_BIG),
    "redirect-loop": dict.fromkeys(WEB, Ending.OK),
    "redirect-ring": dict.fromkeys(WEB, Ending.OK),
    "redirect-out": dict.fromkeys(WEB, Ending.OK),
    "redirect-trap": dict.fromkeys(WEB, Ending.OK),
    "not-utf8": dict.fromkeys(WEB - {"axis"}, Ending.OK) | {"axis": Ending.MALFORMED},
    "bomb": dict.fromkeys(PAGES | {"favicon"}, Ending.OK)
    | dict.fromkeys({"onvif", "isapi", "axis", "upnp"}, Ending.MALFORMED),
    "xxe": dict.fromkeys(PAGES | {"favicon"}, Ending.OK)
    | dict.fromkeys({"onvif", "isapi", "axis", "upnp"}, Ending.MALFORMED),
    "deep": dict.fromkeys(PAGES | {"favicon"}, Ending.OK)
    | dict.fromkeys({"onvif", "isapi", "axis", "upnp"}, Ending.MALFORMED),
}


LED = {
    tls: (seen("ssdp.location", f"{scheme}://{ADDRESS}:80/desc.xml", "udp/1900", probe="ssdp"),)
    for tls, scheme in ((False, "http"), (True, "https"))
}
"""What leads the probe that follows an announced location to the port."""
NO_CONNECTION = {"refuse", "filtered", "connect-hang", "bad-tls"}
NOTHING_SAID = {"hang", "reset"}


def expected(probe: str, fault: str) -> Ending:
    if probe == "tls":  # it shakes hands and asks nothing; the fake shows no real certificate
        return ALIKE[fault] if fault in NO_CONNECTION else Ending.MALFORMED
    if probe == "rtsp":  # all else shows with the first byte that it is no RTSP
        return ALIKE[fault] if fault in NO_CONNECTION | NOTHING_SAID else Ending.MALFORMED
    return ALIKE[fault] if fault in ALIKE else OF_WEB[fault][probe]


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("fault", faults())
@pytest.mark.parametrize("probe", STREAMS)
async def test_a_fault_ends_as_expected_in_bounded_time(probe, fault, tls):
    dialer = FakeDialer(ports={80: faults()[fault]})
    member = PROBES[probe]
    attempt, _ = await run_probe(
        member, target(80, tls=tls, seen=LED[tls]), dialer, monotonic=ticks()
    )
    assert attempt.outcome is expected(probe, fault), attempt
    assert len(dialer.sent) <= member.cost
    assert dialer.seconds <= member.cost * DEFAULT_WAIT
    assert dialer.still_open == 0


@pytest.mark.parametrize(
    ("fault", "ending"),
    [
        ("drip", Ending.TIMEOUT),
        ("reset-mid-header", Ending.RESET),
        ("huge-header", Ending.TOO_BIG),
        ("endless-body", Ending.OK),
    ],
)
async def test_an_rtsp_server_that_misbehaves_ends_as_expected(fault, ending):
    dialer = FakeDialer(ports={554: faults("RTSP/1.0")[fault]})
    attempt, _ = await run_probe(PROBES["rtsp"], target(554), dialer, monotonic=ticks())
    assert attempt.outcome is ending
    assert len(dialer.sent) <= 2


@pytest.mark.parametrize("probe", sorted(set(PROBES) - {"tls"}))
async def test_a_spent_budget_is_denied_and_asks_no_more(probe):
    dialer = FakeDialer(ports={80: faults()["redirect-ring"]}, budget=0)
    where = target(80, seen=LED[False])
    attempt, facts = await run_probe(PROBES[probe], where, dialer, monotonic=ticks())
    assert (attempt.outcome, facts, dialer.sent) == (Ending.DENIED, (), [])


@pytest.mark.parametrize("fault", ["hang", "reset", "refuse", "reset-mid-header", "drip"])
@pytest.mark.parametrize("probe", sorted(WEB))
async def test_a_host_in_trouble_is_not_asked_again(probe, fault):
    dialer = FakeDialer(ports={80: faults()[fault]})
    await run_probe(PROBES[probe], target(80), dialer, monotonic=ticks())
    assert len(dialer.sent) <= 1


@pytest.mark.parametrize("fault", ["not-utf8", "endless-body", "binary", "huge-header"])
async def test_facts_of_hostile_pages_are_capped_text(fault):
    dialer = FakeDialer(ports={80: faults()[fault]})
    _, facts = await run_probe(PROBES["http"], target(80), dialer, monotonic=ticks())
    for fact in facts:
        assert len(fact.value) <= 16 * 1024
        fact.value.encode("utf-8")


@pytest.mark.parametrize("fault", ["redirect-out", "redirect-trap", "redirect-loop"])
async def test_a_redirect_elsewhere_is_written_down_and_not_followed(fault):
    dialer = FakeDialer(ports={80: faults()[fault]})
    _, facts = await run_probe(PROBES["http"], target(80), dialer, monotonic=ticks())
    assert [sent.line for sent in dialer.sent] == ["GET / HTTP/1.1"]
    assert any(fact.signal == "http.location" for fact in facts)


async def test_a_ring_of_redirects_is_followed_once():
    dialer = FakeDialer(ports={80: faults()["redirect-ring"]})
    await run_probe(PROBES["http"], target(80), dialer, monotonic=ticks())
    assert [sent.line for sent in dialer.sent] == ["GET / HTTP/1.1", "GET /a.htm HTTP/1.1"]


async def test_a_header_before_an_endless_drip_is_kept():
    head = b"HTTP/1.1 200 OK\r\nServer: slow\r\nContent-Length: 9999\r\n\r\n<title>half"
    dialer = FakeDialer(ports={80: always(head, Silence)})
    attempt, facts = await run_probe(PROBES["http"], target(80), dialer, monotonic=ticks())
    assert attempt.outcome is Ending.TIMEOUT
    assert ("http.server", "slow") in {(fact.signal, fact.value) for fact in facts}


def test_every_probe_of_the_room_is_in_the_matrix():
    assert set(PROBES) == WEB | {"rtsp", "tls"} | DATAGRAMS
