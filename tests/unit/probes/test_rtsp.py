"""The RTSP probe."""

import json

import pytest

from auditor.model.words import Ending
from tests.unit.probes.asking import PROBE, ask
from tests.unit.probes.devices import DIGEST, rtsp_server
from tests.unit.probes.fakes import Port, Reset, always, rtsp, seen


async def test_options_and_describe_give_server_methods_headers_and_realm():
    asked = await ask("rtsp", Port(answer=rtsp_server(("Server", "Rtsp Server/3.0"))), number=554)
    assert asked.outcome is Ending.OK
    assert asked.only("rtsp.server") == "Rtsp Server/3.0"
    assert asked.only("rtsp.public") == "OPTIONS, DESCRIBE, PLAY"
    assert asked.only("rtsp.auth_realm") == "IP Camera(C2183)"
    assert json.loads(asked.of("rtsp.headers")[0])[0] == ["CSeq", "1"]
    assert asked.of("rtsp.sdp") == []
    assert {fact.endpoint for fact in asked.facts} == {"tcp/554"}


async def test_both_questions_use_one_connection():
    asked = await ask("rtsp", Port(answer=rtsp_server()), number=554)
    assert [line.split()[0] for line in asked.lines] == ["OPTIONS", "DESCRIBE"]
    assert asked.dialer.opened == 1


async def test_a_closed_connection_is_opened_once_more_for_describe():
    asked = await ask("rtsp", Port(answer=rtsp_server(), keeps=False), number=554)
    assert asked.outcome is Ending.OK
    assert asked.only("rtsp.auth_realm") == "IP Camera(C2183)"
    assert asked.dialer.opened == 2
    assert len(asked.lines) == 3


async def test_an_announced_close_costs_no_request():
    asked = await ask("rtsp", Port(answer=rtsp_server(("Connection", "close"))), number=554)
    assert (asked.dialer.opened, len(asked.lines)) == (2, 2)


async def test_a_challenge_to_options_makes_describe_pointless():
    refusal = rtsp(401, b"", ("CSeq", "1"), ("WWW-Authenticate", DIGEST))
    asked = await ask("rtsp", always(refusal), number=554)
    assert len(asked.lines) == 1
    assert asked.only("rtsp.auth_realm") == "IP Camera(C2183)"


async def test_a_stream_without_a_password_gives_its_description_and_is_never_set_up():
    asked = await ask("rtsp", Port(answer=rtsp_server(sdp=b"v=0\r\ns=cam\r\n")), number=554)
    assert asked.only("rtsp.sdp").startswith("v=0")
    assert {line.split()[0] for line in asked.lines} == {"OPTIONS", "DESCRIBE"}


async def test_a_reset_in_the_middle_of_describe_is_told_and_not_tried_again():
    def answer(request: bytes):
        if request.startswith(b"OPTIONS"):
            return (rtsp(200, b"", ("Public", "OPTIONS")),)
        return (b"RTSP/1.0 401", Reset)

    asked = await ask("rtsp", Port(answer=answer), number=554)
    assert asked.outcome is Ending.RESET
    assert asked.only("rtsp.public") == "OPTIONS"
    assert len(asked.lines) == 2


async def test_a_web_server_on_an_rtsp_port_is_malformed():
    asked = await ask("rtsp", always(b"HTTP/1.0 400 Bad\r\n\r\n"), number=554)
    assert (asked.outcome, asked.facts) == (Ending.MALFORMED, ())


@pytest.mark.parametrize("port", [554, 8554, 10554])
def test_rtsp_ports_are_asked_until_they_have_answered(port):
    opened = frozenset({80, port})
    assert PROBE["rtsp"].endpoints(opened, ()) == (("tcp", port, False),)
    done = seen("rtsp.headers", "[]", f"tcp/{port}", "rtsp")
    assert PROBE["rtsp"].endpoints(opened, (done,)) == ()
