"""Whatever bytes come back, a probe ends as an attempt, its facts are sound, and it is no bug."""

import asyncio
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import registry
from auditor.model.signals import SIGNALS, Shape
from auditor.model.words import Ending
from auditor.probes._run import run_probe
from tests.unit.probes import devices
from tests.unit.probes.certificates import certificate
from tests.unit.probes.fakes import FakeDialer, Port, fault, http, rtsp, soap, target, ticks

PROBES = registry.members("auditor.probes", "PROBE")
MEMBERS = st.sampled_from(sorted(PROBES))
REAL = [
    http(200, "<title>x</title><script>location.href='/a.htm'</script>", ("Server", "App-webs/")),
    http(401, "", ("WWW-Authenticate", devices.LOGIN_TO)),
    http(200, devices.ACTIVATED),
    http(200, devices.DESCRIPTION),
    http(200, devices.PROPERTIES),
    http(400, fault()),
    http(200, devices.ICON, ("Content-Type", "image/x-icon")),
    *(http(200, soap(name, inner)) for name, inner in devices.OPEN_ONVIF.items()),
    rtsp(200, b"v=0\r\n", ("Public", "OPTIONS"), ("Server", "x")),
    rtsp(401, b"", ("WWW-Authenticate", devices.DIGEST)),
    certificate("Fuzz"),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real reply with a part cut out and something else put in, or pure noise."""
    reply = draw(st.sampled_from(REAL))
    start = draw(st.integers(0, len(reply)))
    end = draw(st.integers(start, min(len(reply), start + 40)))
    noise = draw(
        st.one_of(st.binary(max_size=20), st.sampled_from([b"\r\n\r\n", b"\0", b"<", b'"']))
    )
    return draw(st.one_of(st.just(reply[:start] + noise + reply[end:]), st.binary(max_size=200)))


@settings(max_examples=300)
@given(MEMBERS, st.lists(damaged(), min_size=1, max_size=3), st.booleans())
def test_no_reply_makes_a_probe_fail_in_a_way_that_it_should_not(name, replies, tls):
    counter = iter(range(10_000))
    port = Port(
        answer=lambda _: (replies[next(counter) % len(replies)],),
        tls=True,
        certificate=replies[0],
    )
    dialer = FakeDialer(ports={80: port}, udp={80: port.answer})
    attempt, facts = asyncio.run(
        run_probe(PROBES[name], target(80, tls=tls), dialer, monotonic=ticks())
    )
    assert attempt.outcome is not Ending.BUG, attempt
    assert len(dialer.sent) + len(dialer.datagrams) <= PROBES[name].cost
    for fact in facts:
        assert fact.signal in PROBES[name].yields
        assert fact.endpoint == "tcp/80"
        assert fact.value.encode("utf-8")
        if SIGNALS[fact.signal].shape in {Shape.JSON, Shape.PAIRS}:
            json.loads(fact.value)
