"""The front page probe."""

import json

import pytest

from auditor.model.words import Ending
from auditor.probes._run import run_probe
from tests.unit.probes.asking import PROBE, ask
from tests.unit.probes.certificates import certificate
from tests.unit.probes.devices import isapi_web, rpc_web
from tests.unit.probes.fakes import (
    ADDRESS,
    AT,
    FakeDialer,
    Port,
    Silence,
    always,
    answered,
    http,
    paths,
    seen,
    target,
    ticks,
)

CHALLENGE = ("WWW-Authenticate", 'Digest realm="IP Camera(C2183)", nonce="4e6a51", qop="auth"')


async def test_the_front_page_gives_header_challenge_title_and_body():
    page = http(401, "<title>Welcome</title>", ("Server", "App-webs/"), CHALLENGE)
    asked = await ask("http", always(page))
    assert asked.outcome is Ending.OK
    assert asked.only("http.server") == "App-webs/"
    assert asked.only("http.auth_realm") == "IP Camera(C2183)"
    assert asked.only("http.auth_nonce") == "4e6a51"
    assert asked.only("http.title") == "Welcome"
    assert asked.only("http.body") == "<title>Welcome</title>"
    assert {(fact.endpoint, fact.probe, fact.at) for fact in asked.facts} == {
        ("tcp/80", "http", AT)
    }


async def test_headers_keep_their_order_and_case():
    page = http(200, "x", ("CONNECTION", "close"), ("P3P", "CP=CAO PSA OUR"), ("date", "now"))
    asked = await ask("http", always(page))
    assert json.loads(asked.only("http.headers")) == [
        ["CONNECTION", "close"],
        ["P3P", "CP=CAO PSA OUR"],
        ["date", "now"],
        ["Content-Length", "1"],
    ]


async def test_an_answer_without_headers_still_counts_as_an_answer():
    asked = await ask("http", always(b"HTTP/1.0 200 OK\r\n\r\nhello"))
    assert asked.only("http.headers") == "[]"


async def test_only_the_first_four_kib_of_the_page_are_kept():
    asked = await ask("http", always(http(200, "<p>" + "é" * 9000)))
    assert len(asked.only("http.body")) == 4096


async def test_every_realm_of_several_challenges_is_told_once():
    page = http(
        401,
        "",
        ("WWW-Authenticate", 'Basic realm="one"'),
        ("www-authenticate", 'Digest realm="two", nonce="n"'),
        ("WWW-Authenticate", 'Digest realm="two", nonce="n"'),
    )
    asked = await ask("http", always(page))
    assert asked.of("http.auth_realm") == ["one", "two"]


async def test_a_script_redirect_on_the_same_server_is_followed_once_without_its_query():
    asked = await ask("http", Port(answer=isapi_web()))
    assert asked.lines == ["GET /", "GET /doc/page/login.asp"]
    assert asked.only("http.location") == "/doc/page/login.asp?_"
    assert asked.only("http.title") == "login"
    assert len(asked.of("http.body")) == 2


@pytest.mark.parametrize(
    "location",
    [
        "http://203.0.113.9/login.htm",
        "//203.0.113.9/login.htm",
        "http://camera.example/login.htm",
        f"https://{ADDRESS}/login.htm",
        f"http://{ADDRESS}:8080/login.htm",
        f"http://a:b@{ADDRESS}/login.htm",
        "/cgi-bin/login.cgi",
        "/reboot.htm",
        "/user.htm",
        "javascript:go()",
        "http://[::1",
        "",
        "/",
    ],
)
async def test_a_redirect_that_may_not_be_followed_is_only_written_down(location):
    asked = await ask("http", always(http(302, "", ("Location", location))))
    assert asked.lines == ["GET /"]
    assert asked.of("http.location") == ([location] if location else [])
    assert asked.outcome is Ending.OK


@pytest.mark.parametrize(
    "location", [f"http://{ADDRESS}/web/", f"http://{ADDRESS}:80/web/", "web/"]
)
async def test_a_redirect_to_the_server_itself_is_followed(location):
    asked = await ask("http", always(http(302, "", ("Location", location))))
    assert asked.lines == ["GET /", "GET /web/"]


async def test_a_page_that_another_port_led_to_is_not_asked_again():
    before = seen("http.location", "/doc/page/login.asp", "tcp/80")
    asked = await ask("http", Port(answer=isapi_web(), tls=True), before, number=443, tls=True)
    assert asked.lines == ["GET /"]


async def test_a_failing_second_page_keeps_the_first():
    port = Port(
        answer=paths(
            {"/": (http(302, "", ("Location", "/a.htm"), ("Server", "x")),), "/a.htm": (Silence,)}
        )
    )
    asked = await ask("http", port)
    assert asked.outcome is Ending.TIMEOUT
    assert asked.only("http.server") == "x"


async def test_a_tls_port_shows_its_certificate_with_the_page():
    der = certificate("HIKVISION")
    asked = await ask(
        "http", Port(answer=rpc_web(), tls=True, certificate=der), number=443, tls=True
    )
    assert asked.dialer.handshakes == 1
    assert "HIKVISION" in asked.only("tls.subject")
    assert asked.only("http.title") == "WEB SERVICE"


async def test_a_certificate_that_cannot_be_read_does_not_stop_the_question():
    asked = await ask("http", Port(answer=rpc_web(), tls=True), number=443, tls=True)
    assert asked.outcome is Ending.OK
    assert len(asked.only("tls.sha256")) == 64
    assert asked.of("tls.subject") == []


@pytest.mark.parametrize(
    "hint",
    [
        b"\x15\x03\x01\x00\x02\x02\x46",
        http(400, "<h1>400</h1>The plain HTTP request was sent to HTTPS port"),
        http(400, "Client sent an HTTP request to an HTTPS server."),
    ],
)
async def test_a_port_that_wants_tls_is_asked_again_in_tls(hint):
    answers = [(hint,), (http(200, "<title>secure</title>"),)]
    asked = await ask("http", Port(answer=lambda _: answers.pop(0), tls=True), number=9443)
    assert asked.outcome is Ending.OK
    assert asked.only("http.title") == "secure"
    assert [message.tls for message in asked.dialer.sent] == [False, True]
    assert "tls.sha256" in {fact.signal for fact in asked.facts}


async def test_a_port_that_was_asked_twice_for_tls_is_led_no_further():
    answers = [(b"\x15\x03\x01\x00\x02\x02\x46",), (http(302, "", ("Location", "/a.htm")),)]
    asked = await ask("http", Port(answer=lambda _: answers.pop(0), tls=True), number=9443)
    assert asked.lines == ["GET /", "GET /"]
    assert asked.only("http.location") == "/a.htm"


async def test_rtsp_on_a_port_ends_malformed():
    asked = await ask("http", always(b"RTSP/1.0 400 Bad Request\r\n\r\n"), number=12345)
    assert (asked.outcome, asked.facts) == (Ending.MALFORMED, ())


async def test_silence_of_an_sdk_port_is_waited_for_shortly_and_is_no_failure_of_ours():
    asked = await ask("http", always(Silence), number=8000)
    assert asked.outcome is Ending.TIMEOUT
    assert asked.dialer.seconds == 2.0


def test_web_ports_that_have_answered_are_not_asked_again():
    found = PROBE["http"].endpoints(frozenset({80, 443, 554, 37777}), answered(80))
    assert found == (("tcp", 443, True),)


def test_http_asks_no_port_twice_and_none_that_is_an_sdk_port():
    found = PROBE["http"].endpoints(frozenset({80, 554, 8000, 37777, 9000, 9100, 23, 4567, 81}), ())
    assert found == (("tcp", 80, False), ("tcp", 81, False))


async def test_ipv6_addresses_stand_in_brackets():
    address = "fe80::1%eth0"
    dialer = FakeDialer(
        ports={8080: always(http(302, "", ("Location", "http://[fe80::1]:8080/a/")))},
        address=address,
    )
    await run_probe(PROBE["http"], target(8080, address=address), dialer, monotonic=ticks())
    assert b"\r\nHost: [fe80::1]:8080\r\n" in dialer.sent[0].payload
    assert [message.line for message in dialer.sent] == ["GET / HTTP/1.1", "GET /a/ HTTP/1.1"]
