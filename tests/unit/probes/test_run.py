"""The runner: how each kind of ending is told, and that nothing gathered before it is lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from auditor.model.errors import (
    ConnReset,
    Denied,
    Filtered,
    Malformed,
    NetError,
    Refused,
    TimedOut,
    TlsFailed,
    TooBig,
)
from auditor.model.facts import Observation
from auditor.model.words import Ending
from auditor.net.api import Dialer
from auditor.probes import http as http_probe
from auditor.probes._api import Target
from auditor.probes._run import run_probe
from tests.unit.probes.fakes import (
    FakeDialer,
    FakeStream,
    Port,
    Silence,
    always,
    http,
    seen,
    target,
    ticks,
)


class Stub:
    name = "stub"
    yields = frozenset({"banner"})
    sends = "nothing"
    cost = 0
    rank = 0

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.closed = False

    def endpoints(self, _open_ports, _seen):
        return ()

    async def ask(self, _target: Target, _dialer: Dialer) -> AsyncIterator[Observation]:
        try:
            yield seen("banner", "first", "tcp/80")
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True


async def run(probe, dialer=None, **more):
    return await run_probe(
        probe, target(80, **more), dialer or FakeDialer(ports={}), monotonic=ticks()
    )


async def test_each_fact_is_told_as_it_comes_whatever_comes_after():
    heard = []
    _, facts = await run_probe(
        Stub(Malformed("x")),
        target(80),
        FakeDialer(ports={}),
        monotonic=ticks(),
        heard=heard.append,
    )
    assert heard == list(facts) == [seen("banner", "first", "tcp/80")]


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (None, Ending.OK),
        (Refused(), Ending.REFUSED),
        (Filtered(), Ending.FILTERED),
        (TimedOut(), Ending.TIMEOUT),
        (ConnReset(), Ending.RESET),
        (TlsFailed(), Ending.TLS_ERROR),
        (TooBig(), Ending.TOO_BIG),
        (Denied(), Ending.DENIED),
        (Malformed("x"), Ending.MALFORMED),
        (NetError(), Ending.BUG),
        (KeyError("x"), Ending.BUG),
        (RecursionError(), Ending.BUG),
        (OSError(5, "x"), Ending.BUG),
        (TimeoutError(), Ending.BUG),
    ],
)
async def test_every_error_becomes_an_ending_and_keeps_the_facts(error, ending):
    attempt, facts = await run(Stub(error))
    assert (attempt.outcome, attempt.probe, attempt.endpoint) == (ending, "stub", "tcp/80")
    assert [fact.value for fact in facts] == ["first"]


async def test_a_bug_names_type_and_place_and_no_device_text():
    attempt, _ = await run(Stub(ValueError("\x1b[2J secret of the device")))
    assert attempt.detail is not None
    assert attempt.detail.startswith("ValueError at ")
    assert "secret" not in attempt.detail


async def test_a_bug_is_placed_in_our_own_code():
    def broken(request: bytes) -> bytes:
        raise LookupError("device text")

    attempt, _ = await run(http_probe.PROBE, FakeDialer(ports={80: Port(answer=broken)}))
    assert attempt.outcome is Ending.BUG
    assert attempt.detail.startswith("LookupError at auditor.probes.")


async def test_words_about_a_failure_hold_no_control_characters():
    attempt, _ = await run(Stub(Malformed("no HTTP\x1b]0;x\x07 \u202e line" + "x" * 999)))
    assert attempt.detail.isprintable()
    assert attempt.detail.isascii()
    assert len(attempt.detail) <= 120


async def test_duration_is_in_milliseconds():
    attempt, _ = await run(Stub())
    assert attempt.ms == 10


async def test_cancelling_is_passed_on_and_closes_the_probe_and_its_connection():
    stub = Stub(asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await run(stub)
    assert stub.closed


async def test_cancelling_during_an_exchange_closes_the_connection(monkeypatch):
    dialer = FakeDialer(ports={80: always(Silence)})
    reached = asyncio.Event()

    async def forever(*args: object, **more: object) -> bytes:
        reached.set()
        await asyncio.Event().wait()
        return b""

    monkeypatch.setattr(FakeStream, "ask", forever)
    task = asyncio.ensure_future(run(http_probe.PROBE, dialer))
    await reached.wait()
    assert dialer.still_open == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert dialer.still_open == 0


async def test_an_answer_over_http_ends_ok():
    dialer = FakeDialer(ports={80: always(http(200, "hi"))})
    attempt, facts = await run(http_probe.PROBE, dialer)
    assert (attempt.outcome, attempt.detail) == (Ending.OK, None)
    assert {fact.probe for fact in facts} == {"http"}
