"""Which questions share a connection, in which words servers are asked for it, and what if not."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import Callable

import pytest

from auditor.model.errors import TimedOut
from auditor.model.scope import Scope
from auditor.model.words import Ending
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits
from auditor.net.live import LiveNet
from auditor.probes import _web, ports
from auditor.probes._api import Target
from auditor.probes._run import run_probe
from tests.unit.probes.asking import PROBE
from tests.unit.probes.certificates import pem
from tests.unit.probes.fakes import AT, rtsp, soap

HOST = "127.0.0.67"
WAIT = 0.3


class Web:
    """A server on the loopback that answers each request as it is told to.

    Attributes:
        heard: for each connection that said anything, its requests.
        answers: given the request and its number on the connection, the answer; None hangs up.
    """

    def __init__(self, answers: Callable[[bytes, int], bytes | None]) -> None:
        self.answers = answers
        self.heard: list[list[bytes]] = []
        self.accepted = 0
        self.port = 0
        self.patience = 5.0
        self._server: asyncio.Server | None = None

    async def open(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()

    @property
    def said(self) -> list[bytes]:
        """What the requests said of the connection, in order."""
        lines = (line for one in self.heard for request in one for line in request.split(b"\r\n"))
        return [line.partition(b": ")[2] for line in lines if line.startswith(b"Connection")]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        requests: list[bytes] = []
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            while True:
                async with asyncio.timeout(self.patience):
                    head = await reader.readuntil(b"\r\n\r\n")
                if not requests:
                    self.heard.append(requests)
                requests.append(head)
                answer = self.answers(head, len(requests))
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
                if answer.endswith(b"-bye-"):
                    break
        writer.close()


def reply(body: bytes = b"<html>x</html>", *more: str, length: bool = True) -> bytes:
    lines = ["HTTP/1.1 200 OK", "Server: Thing", *more]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def keeper(request: bytes, number: int) -> bytes:
    """Keeps the connection of whoever asks for it."""
    keep = b"Connection: keep-alive" in request
    return reply(b"<html>x</html>", f"Connection: {'keep-alive' if keep else 'close'}")


@pytest.fixture
async def serve():
    made = []

    async def start(answers, tls=None) -> Web:
        web = Web(answers)
        await web.open(tls)
        made.append(web)
        return web

    yield start
    for web in made:
        await web.close()


@pytest.fixture
async def net():
    limits = Limits(connect_timeout=WAIT, reply_timeout=WAIT)
    made = LiveNet(Scope.of((HOST,), ()), limits=limits, ledger=Ledger())
    yield made
    await made.close()


def target(port: int, *, tls: bool = False) -> Target:
    return Target(address=HOST, port=port, tls=tls, seen=(), clock=lambda: AT)


async def get(net: LiveNet, web: Web, path: str, *, tls: bool = False) -> _web.Reply:
    where = target(web.port, tls=tls)
    return await _web.once(net.dialer, where, _web.get(where, path), probe="isapi")


async def front(net: LiveNet, web: Web, *, tls: bool = False):
    return await run_probe(
        PROBE["http"], target(web.port, tls=tls), net.dialer, monotonic=lambda: 0.0
    )


async def knock(net: LiveNet, web: Web) -> None:
    def told(port, error, seconds):
        assert error is None

    await net.knocks(HOST, [web.port], probe="ports", wait=WAIT, told=told, keep={web.port})


def headers(facts) -> list[list[str]]:
    return json.loads(next(fact.value for fact in facts if fact.signal == "http.headers"))


async def test_a_server_that_keeps_gets_all_but_the_front_page_over_one_connection(serve, net):
    web = await serve(keeper)
    await knock(net, web)
    await front(net, web)
    for path in "/a", "/b", "/c":
        await get(net, web, path)
    assert [len(one) for one in web.heard] == [1, 3]
    assert web.said == [b"close", b"keep-alive", b"keep-alive", b"keep-alive"]
    assert net.ledger.sent().connections == web.accepted == 2
    assert net.ledger.sent().requests == 4


async def test_the_front_page_is_asked_for_in_the_same_words_whatever_was_asked_before(serve, net):
    """So that its header, which is evidence, does not depend on the order of the questions."""
    web = await serve(keeper)
    _, fresh = await front(net, web)
    await get(net, web, "/a")
    _, later = await front(net, web)
    assert headers(fresh) == headers(later)
    assert web.said == [b"close", b"keep-alive", b"close"]


async def test_the_knock_s_connection_brings_the_same_facts_as_one_of_its_own(serve, net):
    web = await serve(keeper)
    _, alone = await front(net, web)
    await knock(net, web)
    _, adopted = await front(net, web)
    assert [(one.signal, one.value) for one in alone] == [(o.signal, o.value) for o in adopted]
    assert web.accepted == 2


@pytest.mark.parametrize(
    "answer",
    [
        reply(length=False) + b"-bye-",
        reply(b"<html>x</html>-bye-", "Connection: close"),
        b"HTTP/1.0 200 OK\r\nServer: boa\r\n\r\n<html>x</html>-bye-",
        b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nfour-bye-",
        b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 30\r\n\r\nshort-bye-",
    ],
)
async def test_a_server_that_does_not_promise_it_gets_one_connection_a_question(serve, net, answer):
    web = await serve(lambda *_: answer)
    for path in "/", "/a", "/b":
        await get(net, web, path)
    assert [len(one) for one in web.heard] == [1, 1, 1]


async def test_a_server_is_asked_to_keep_only_after_an_answer_that_ended_by_itself(serve, net):
    web = await serve(lambda *_: reply(length=False) + b"-bye-")
    for path in "/", "/a", "/b":
        await get(net, web, path)
    assert web.said == [b"close", b"close", b"close"]


async def test_silence_about_the_connection_is_no_promise(serve, net):
    """Some cameras hang up after each answer and never say so."""
    web = await serve(lambda _, number: reply() if number == 1 else None)
    for path in "/", "/a", "/b", "/c":
        await get(net, web, path)
    assert [len(one) for one in web.heard] == [1, 1, 1, 1]
    assert web.said == [b"close", b"keep-alive", b"close", b"close"]


async def test_a_question_that_met_a_dead_connection_is_asked_again_once_and_counted(serve, net):
    """Promised, but hung up when the next question came."""
    web = await serve(lambda request, number: keeper(request, number) if number == 1 else None)
    for path in "/", "/a", "/b":
        assert (await get(net, web, path)).response.status == 200
    assert [len(one) for one in web.heard] == [1, 2, 1]
    assert web.said == [b"close", b"keep-alive", b"keep-alive", b"close"]
    assert net.ledger.sent().requests == 4
    await get(net, web, "/c")
    assert web.said[-1] == b"close"


async def test_a_kept_connection_that_goes_silent_costs_one_deadline_and_no_repeat(serve, net):
    web = await serve(lambda request, number: keeper(request, number) if number == 1 else b"")
    await get(net, web, "/")
    await get(net, web, "/a")
    with pytest.raises(TimedOut):
        await get(net, web, "/b")
    assert [len(one) for one in web.heard] == [1, 2]
    assert (await get(net, web, "/c")).response.status == 200
    assert web.said[-1] == b"close"


async def test_an_answer_that_has_no_end_because_it_was_to_be_kept_counts(serve, net):
    """It would have ended with the connection, had we not asked for more."""

    def answers(request, number):
        keep = b"keep-alive" in request
        return reply(b"<html>late</html>", length=False) if keep else keeper(request, number)

    web = await serve(answers)
    await get(net, web, "/")
    late = await get(net, web, "/a")
    late.settle()
    assert late.response.text() == "<html>late</html>"
    await get(net, web, "/b")
    assert web.said == [b"close", b"keep-alive", b"close"]


async def test_a_knock_s_connection_that_the_server_has_ended_is_replaced(serve, net):
    def hang_up_once(request, number):
        return None if len(web.heard) == 1 else keeper(request, number)

    web = await serve(hang_up_once)
    await knock(net, web)
    attempt, facts = await front(net, web)
    assert attempt.outcome is Ending.OK
    assert headers(facts)[0] == ["Server", "Thing"]
    assert web.accepted == 2
    assert net.ledger.sent().requests == 2


async def test_a_new_connection_that_is_ended_without_a_word_is_not_tried_again(serve, net):
    web = await serve(lambda *_: None)
    attempt, facts = await front(net, web)
    assert (attempt.outcome, facts) == (Ending.MALFORMED, ())
    assert web.accepted == 1


async def test_several_questions_over_tls_cost_one_handshake(serve, net, tmp_path):
    certificate = tmp_path / "web.pem"
    certificate.write_bytes(pem("Thing"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    web = await serve(keeper, context)
    await front(net, web, tls=True)
    for path in "/a", "/b", "/c":
        await get(net, web, path, tls=True)
    assert [len(one) for one in web.heard] == [1, 3]
    assert net.ledger.sent().requests == 2 + 4  # handshakes and messages


async def test_rtsp_takes_the_knock_s_connection_or_another_where_it_has_ended(serve, net):
    ok = rtsp(200, b"", ("Public", "OPTIONS, DESCRIBE"))
    web = await serve(lambda *_: None if len(web.heard) == 1 else ok)
    for accepted in 2, 3:
        await knock(net, web)
        attempt, facts = await run_probe(
            PROBE["rtsp"], target(web.port), net.dialer, monotonic=lambda: 0.0
        )
        assert attempt.outcome is Ending.OK
        assert "rtsp.public" in {fact.signal for fact in facts}
        assert web.accepted == accepted


async def test_onvif_asks_one_operation_after_the_other_over_one_connection(serve, net):
    def answers(request, number):
        inner = soap("GetSystemDateAndTime").encode()
        keep = b"Connection: keep-alive" in request
        return reply(inner, f"Connection: {'keep-alive' if keep else 'close'}")

    web = await serve(answers)
    await run_probe(PROBE["onvif"], target(web.port), net.dialer, monotonic=lambda: 0.0)
    assert len(web.heard[0]) == 1
    assert len(web.heard[1]) > 3
    assert web.accepted == 2


def test_nothing_is_left_open_at_ports_that_are_only_connected_to():
    never = ports.SDK_ONLY | ports.MUTE | ports.ONLY_IF_NAMED | ports.HTTPS
    assert not ports.KEPT & never
    assert {port for port in ports.KEPT if ports.guess(port) == "sdk"} == set()
