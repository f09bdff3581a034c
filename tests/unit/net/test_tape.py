import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.errors import ConnReset, Malformed, Refused, TimedOut, TlsFailed, TooBig
from auditor.net.replay import Port, ReplayDialer
from auditor.net.tape import Exchange, RecordingDialer, from_line, to_line

HOST = "127.0.0.2"
WEB = ("tcp", HOST, 80)


def never(read):
    return False


exchanges = st.builds(
    Exchange,
    what=st.sampled_from(["connect", "ask", "datagram"]),
    endpoint=st.tuples(
        st.sampled_from(["tcp", "tls", "udp"]),
        st.sampled_from(["10.0.0.1", "fe80::1%eth0"]),
        st.integers(0, 65535),
    ),
    probe=st.text(max_size=9),
    sent=st.binary(max_size=50),
    got=st.lists(st.binary(max_size=50), max_size=3).map(tuple),
    error=st.none() | st.sampled_from(["timeout", "reset", "refused"]),
    detail=st.text(max_size=20),
    partial=st.binary(max_size=20),
    certificate=st.none() | st.binary(max_size=20),
    tls_version=st.none() | st.just("TLSv1.2"),
)


@given(exchanges)
def test_a_line_gives_back_the_exchange(exchange):
    line = to_line(exchange)
    assert "\n" not in line
    assert from_line(line) == exchange


@given(st.text() | st.recursive(st.none() | st.integers(), st.lists, max_leaves=3).map(json.dumps))
def test_other_lines_are_malformed(text):
    with pytest.raises(Malformed):
        from_line(text)


async def ask(dialer, sent=b"GET / HTTP/1.1", port=80, tls=False, **options):
    async with dialer.connect(HOST, port, probe="http", tls=tls) as stream:
        return await stream.ask(sent, never, **options)


async def test_a_recorded_scan_replays_to_the_same_bytes_and_errors(serve, make_net):
    async def once(reader, writer):
        sent = await reader.read(100)
        if sent == b"hang":
            writer.write(b"part")
            await writer.drain()
            await asyncio.sleep(60)
        writer.write(b"reply to " + sent)

    server, net = await serve(once), make_net()
    lines = []
    live = RecordingDialer(net.dialer, lines.append)
    first = await ask(live, b"one", server.port)
    with pytest.raises(TimedOut):
        await ask(live, b"hang", server.port)
    with pytest.raises(TlsFailed):
        await ask(live, port=server.port, tls=True)
    with pytest.raises(Refused):
        await ask(live, port=1)

    replay = ReplayDialer.of_tape(lines)
    assert await ask(replay, b"one", server.port) == first == b"reply to one"
    with pytest.raises(TimedOut) as caught:
        await ask(replay, b"hang", server.port)
    assert caught.value.partial == b"part"
    with pytest.raises(TlsFailed):
        await ask(replay, port=server.port, tls=True)
    with pytest.raises(Refused):
        await ask(replay, port=1)


async def test_datagrams_are_recorded_and_replayed():
    source = ReplayDialer({("udp", HOST, 37020): lambda sent: [b"a:" + sent, b"b"]})
    lines = []
    recording = RecordingDialer(source, lines.append)
    got = await recording.datagram(HOST, 37020, b"who", probe="sadp", wait=1, most=5)
    replay = ReplayDialer.of_tape(lines)
    assert list(await replay.datagram(HOST, 37020, b"who", probe="sadp", wait=1, most=5)) == list(
        got
    )
    assert list(got) == [b"a:who", b"b"]


async def test_certificates_are_recorded_and_replayed():
    port = Port(answer=lambda _: b"", certificate=b"DER", tls_version="TLSv1")
    lines = []
    recording = RecordingDialer(ReplayDialer({("tls", HOST, 443): port}), lines.append)
    async with recording.connect(HOST, 443, probe="tls", tls=True):
        pass
    async with ReplayDialer.of_tape(lines).connect(HOST, 443, probe="tls", tls=True) as stream:
        assert (stream.certificate, stream.tls_version) == (b"DER", "TLSv1")


async def test_each_line_of_a_tape_ends():
    lines = []
    await ask(RecordingDialer(ReplayDialer({WEB: [b"x"]}), lines.append))
    assert len(lines) == 2
    assert all(line.endswith("\n") for line in lines)


async def test_errors_of_the_caller_are_not_written_as_failed_connects():
    lines = []
    dialer = RecordingDialer(ReplayDialer({WEB: [b"x"]}), lines.append)
    with pytest.raises(ConnReset):
        async with dialer.connect(HOST, 80, probe="http"):
            raise ConnReset("by the caller")
    assert [from_line(line).error for line in lines] == [None]


def exchange(sent, got, what="ask"):
    return Exchange(what=what, endpoint=WEB, sent=sent, got=(got,))


async def test_the_same_question_gets_its_answers_in_order_then_the_last_again():
    replay = ReplayDialer.of_exchanges(
        [exchange(b"q", b"1"), exchange(b"r", b"x"), exchange(b"q", b"2")]
    )
    assert [await ask(replay, b"q") for _ in range(3)] == [b"1", b"2", b"1"]


async def test_a_question_that_differs_by_an_id_gets_the_answer_of_its_like():
    head = b"POST /onvif/device_service id="
    replay = ReplayDialer.of_exchanges([exchange(head + b"aaaa", b"1")])
    assert await ask(replay, head + b"bbbb") == b"1"


async def test_a_question_that_was_never_asked_times_out():
    replay = ReplayDialer.of_exchanges([exchange(b"q", b"1")])
    with pytest.raises(TimedOut):
        await ask(replay, b"something else")


async def test_what_is_not_in_the_table_is_closed_or_silent():
    replay = ReplayDialer({})
    with pytest.raises(Refused):
        await ask(replay)
    assert list(await replay.datagram(HOST, 1, b"q", probe="p", wait=1)) == []


async def test_a_table_may_fail_on_purpose():
    def fail(sent):
        raise ConnReset("planted", partial=b"ha")

    replay = ReplayDialer(
        {WEB: fail, ("tcp", HOST, 81): Port(answer=fail, refuses=Refused("closed"))}
    )
    with pytest.raises(ConnReset):
        await ask(replay)
    with pytest.raises(Refused):
        await ask(replay, port=81)


async def test_the_cap_holds_in_replay():
    with pytest.raises(TooBig) as caught:
        await ask(ReplayDialer({WEB: [b"x" * 100]}), cap=10)
    assert caught.value.partial == b"x" * 10


async def test_what_was_asked_can_be_looked_at():
    replay = ReplayDialer({WEB: [b"x"]})
    await ask(replay, b"GET /")
    assert replay.asked == [(WEB, "http", b"GET /")]


async def test_a_question_over_a_connection_that_had_ended_is_recorded_when_it_is_asked_anew(
    serve, make_net
):
    async def once(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        await reader.readline()

    server, tape = await serve(once), []
    dialer = RecordingDialer(make_net().dialer, tape.append)
    got = []
    for sent in b"a\n", b"b\n", b"b\n":
        async with dialer.connect("127.0.0.2", server.port, probe="p", reuse=True) as stream:
            got.append(await stream.ask(sent, lambda read: read.endswith(b"\n")))
            stream.ended(framed=True, kept=True)
    assert got == [b"a\n", b"", b"b\n"]
    asked = [one for one in map(from_line, tape) if one.what == "ask"]
    assert [(one.sent, one.got) for one in asked] == [(b"a\n", (b"a\n",)), (b"b\n", (b"b\n",))]


async def test_what_a_request_says_of_the_connection_does_not_matter_in_replay():
    """It follows from the answers before it, which may have come over other connections."""
    sent = "GET {} HTTP/1.1\r\nHost: x\r\nConnection: {}\r\n\r\n"
    told = [
        exchange(sent.format("/a", "keep-alive").encode(), b"A"),
        exchange(sent.format("/b", "close").encode(), b"B"),
    ]
    dialer = ReplayDialer.of_exchanges(told)
    assert await ask(dialer, sent.format("/b", "keep-alive").encode()) == b"B"
    assert await ask(dialer, sent.format("/a", "close").encode()) == b"A"
