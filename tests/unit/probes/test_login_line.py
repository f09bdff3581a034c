"""One connection a device while the server allows it, and never a second first attempt."""

import pytest

from auditor.model.errors import ConnReset, Denied, Malformed, TimedOut
from auditor.probes.login._api import LoginRefused, Secret
from auditor.probes.login._session import REQUESTS, HttpSession, State, Visit
from auditor.wire import http as wire
from tests.unit.probes.fakes import FakeDialer, Port, Reset, Silence, http, target
from tests.unit.probes.locked import PASSWORD, USER, Locked

CHALLENGE = ("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"')


class Room:
    """A session with one device, and what it did."""

    def __init__(self, answer, *, tls: bool = False, keeps: bool = True, password: str = PASSWORD):
        self.dialer = FakeDialer(ports={80: Port(answer=answer, tls=tls, keeps=keeps)})
        self.visit = Visit()
        secret = Secret(user=USER, password=password, entry="digest")
        where = target(80, tls=tls)
        self.session = HttpSession(self.dialer, where, secret, self.visit, probe="login-x")

    async def ask(self, times: int) -> list[bytes]:
        return [(await self.session.get(f"/{number}")).body for number in range(times)]

    def shown(self) -> list[bytes]:
        return [s.payload for s in self.dialer.sent if b"Authorization" in s.payload]


def closing(answer, *headers):
    """The same device, whose answers say that it closes."""

    def closes(request):
        return [
            piece.replace(b" Words\r\n", b" Words\r\nConnection: close\r\n", 1)
            for piece in answer(request)
        ]

    return closes


async def test_all_questions_go_over_two_connections_where_the_server_keeps_them():
    room = Room(Locked())
    assert await room.ask(6) == [b"<ok/>"] * 6
    assert room.dialer.opened == 2  # the challenge, and the one that shows the password first
    assert len(room.dialer.sent) == 7
    assert b"Connection: keep-alive" in room.dialer.sent[0].payload


async def test_a_session_holds_one_connection_at_most_and_none_when_it_is_closed():
    room = Room(Locked())
    for number in range(4):
        await room.session.get(f"/{number}")
        assert room.dialer.still_open == 1
    await room.session.close()
    assert room.dialer.still_open == 0
    await room.session.close()


async def test_a_kept_connection_costs_one_handshake_of_the_budget():
    room = Room(Locked(), tls=True)
    await room.ask(6)
    assert room.dialer.handshakes == 2
    assert room.visit.left == REQUESTS - 7 - 2


async def test_a_server_that_says_close_gets_one_connection_a_question():
    room = Room(closing(Locked()))
    await room.ask(4)
    assert room.dialer.opened == len(room.dialer.sent) == 5
    assert room.dialer.still_open == 0


async def test_an_http_1_0_server_gets_one_connection_a_question():
    old = Locked()
    room = Room(lambda request: [old(request)[0].replace(b"HTTP/1.1", b"HTTP/1.0", 1)])
    await room.ask(4)
    assert room.dialer.opened == 5


async def test_a_server_that_hangs_up_without_a_word_is_asked_anew_and_then_not_to_keep():
    room = Room(Locked(), keeps=False)
    assert await room.ask(4) == [b"<ok/>"] * 4
    closes = [b"Connection: close" in sent.payload for sent in room.dialer.sent]
    assert closes == [False, False, False, True, True, True]  # the third was lost, and repeated
    assert room.visit.state is State.ACCEPTED


async def test_the_first_showing_of_a_password_is_never_repeated_whatever_the_connection_does():
    def answer(request):
        return [Reset] if b"Authorization" in request else [http(401, "no", CHALLENGE)]

    for keeps in (True, False):
        room = Room(answer, keeps=keeps)
        with pytest.raises(ConnReset):
            await room.session.get("/a")
        assert len(room.shown()) == 1
        assert room.visit.state is State.SHOWN
        with pytest.raises(Denied):
            await room.session.get("/b")
        assert len(room.shown()) == 1


async def test_a_refused_password_is_shown_once_over_a_kept_connection_too():
    room = Room(Locked(), password="wrong-one")
    for _ in range(3):
        with pytest.raises(LoginRefused):
            await room.session.get("/a")
    assert len(room.shown()) == 1


async def test_a_server_that_holds_an_answer_open_is_asked_to_close():
    def answer(request):
        seen.append(request)
        if b"Authorization" not in request:
            return [http(401, "no", CHALLENGE)]
        body = http(200, "<ok/>", length=False)
        return [body, Silence] if b"keep-alive" in request else [body]

    seen: list[bytes] = []
    room = Room(answer)
    assert await room.ask(3) == [b"<ok/>"] * 3
    assert [b"keep-alive" in request for request in seen] == [True, True, False, False, False]
    assert room.visit.state is State.ACCEPTED


async def test_a_refusal_that_is_held_open_is_not_asked_again():
    def answer(request):
        if b"Authorization" not in request:
            return [http(401, "no", CHALLENGE)]
        return [http(401, "no", CHALLENGE, length=False), Silence]

    room = Room(answer)
    with pytest.raises(LoginRefused):
        await room.session.get("/a")
    assert len(room.shown()) == 1


async def test_bytes_behind_an_answer_are_never_taken_for_the_next():
    def answer(request):
        if b"Authorization" not in request:
            return [http(401, "no", CHALLENGE)]
        return [http(200, "mine") + http(200, "smuggled")]

    room = Room(answer)
    assert await room.ask(3) == [b"mine"] * 3
    assert room.dialer.opened == 4


async def test_an_answer_that_is_no_http_over_a_kept_connection_is_told_and_ends_it():
    def answer(request):
        seen.append(request)
        return [b"garbage\r\n\r\n"] if len(seen) > 3 else device(request)

    seen: list[bytes] = []
    device = Locked()
    room = Room(answer)
    await room.ask(2)
    with pytest.raises(Malformed):
        await room.session.get("/c")
    assert room.dialer.still_open == 0
    assert len(seen) == 4  # something was heard, so that it is not asked again


async def test_a_silent_server_over_a_kept_connection_is_not_asked_twice():
    def answer(request):
        seen.append(request)
        return [Silence] if len(seen) > 3 else device(request)

    seen: list[bytes] = []
    device = Locked()
    room = Room(answer)
    await room.ask(2)
    with pytest.raises(TimedOut):
        await room.session.get("/c")
    assert len(seen) == 4
    assert room.dialer.still_open == 0


@pytest.mark.parametrize(
    ("reply", "keeps"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 204 No\r\n\r\n", True),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", False),
        (b"HTTP/1.1 200 OK\r\n\r\nok", False),
        (b"HTTP/1.1 204 No\r\n\r\nbehind", False),
        (b"HTTP/1.1 101 Up\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", False),
        (b"HTTP/1.1 200 OK\r\nConnection: Close, TE\r\nContent-Length: 2\r\n\r\nok", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", False),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"", False),
    ],
)
def test_a_connection_persists_only_behind_a_whole_answer_that_ends_by_itself(reply, keeps):
    assert wire.persists(reply) is keeps
