"""The one door for questions with a password."""

import pytest

from auditor.model.errors import ConnReset, Denied, TimedOut
from auditor.probes.login import _schemes
from auditor.probes.login._api import LoginRefused, Scheme, Secret
from auditor.probes.login._session import REQUESTS, HttpSession, State, Visit
from auditor.wire.http import Response, decode
from tests.unit.probes.fakes import FakeDialer, Port, Reset, Silence, http, target
from tests.unit.probes.locked import PASSWORD, USER, Locked


def secret(password: str = PASSWORD, *, allow_basic: bool = False) -> Secret:
    return Secret(user=USER, password=password, entry="digest", allow_basic=allow_basic)


class Room:
    """A session with one device."""

    def __init__(self, answer, *, tls: bool = False, **words):
        self.answer = answer
        self.dialer = FakeDialer(ports={80: Port(answer=answer, tls=tls)})
        self.visit = Visit()
        self.target = target(80, tls=tls)
        self.session = self.another(**words)

    def another(self, **words) -> HttpSession:
        return HttpSession(self.dialer, self.target, secret(**words), self.visit, probe="login-x")

    async def ask_much(self, times: int) -> None:
        for number in range(times):
            await self.session.get(f"/{number}")

    def shows(self) -> int:
        return sum(
            b"Authorization" in s.payload or b"UsernameToken" in s.payload for s in self.dialer.sent
        )


@pytest.mark.parametrize(
    ("offered", "tls", "used"),
    [
        (("Basic", "MD5", "SHA-256"), False, Scheme.DIGEST_SHA256),
        (("MD5", "Basic"), True, Scheme.DIGEST_MD5),
        (("Basic",), True, Scheme.BASIC_TLS),
    ],
)
async def test_the_strongest_scheme_offered_is_used_and_taken(offered, tls, used):
    room = Room(Locked(schemes=offered), tls=tls)
    reply = await room.session.get("/a")
    assert reply.body == b"<ok/>"
    assert room.session.scheme is used
    assert room.answer.good == [True]


async def test_basic_in_clear_is_not_shown_unless_the_entry_allows_it():
    room = Room(Locked(schemes=("Basic",)))
    with pytest.raises(Denied, match="clear"):
        await room.session.get("/a")
    assert room.answer.shown == []
    assert room.visit.state is State.NEW
    allowed = Room(Locked(schemes=("Basic",)), allow_basic=True)
    await allowed.session.get("/a")
    assert allowed.answer.good == [True]


async def test_the_first_question_goes_without_a_password():
    room = Room(Locked())
    await room.session.get("/a")
    assert b"Authorization" not in room.dialer.sent[0].payload


async def test_a_wrong_password_is_shown_once_and_never_again_by_any_session_of_the_visit():
    room = Room(Locked(), password="wrong-one")
    with pytest.raises(LoginRefused):
        await room.session.get("/a")
    for session in (room.session, room.another(), room.another(password="another")):
        with pytest.raises(LoginRefused):
            await session.get("/b")
        with pytest.raises(LoginRefused):
            await session.soap("/c", b"<x/>", lambda _: b"<y/>", content_type="text/xml")
    assert room.answer.good == [False]
    assert len(room.dialer.sent) == 2
    assert room.visit.state is State.REFUSED


@pytest.mark.parametrize("status", [401, 403, 423, 429])
async def test_every_kind_of_no_after_the_password_is_a_refusal(status):
    def answer(request):
        if b"Authorization" in request:
            return [http(status, "no")]
        return [http(401, "", ("WWW-Authenticate", 'Digest realm="r", nonce="n"'))]

    room = Room(answer)
    with pytest.raises(LoginRefused):
        await room.session.get("/a")
    assert room.visit.state is State.REFUSED


@pytest.mark.parametrize("script", [[Reset], [Silence], [http(503, "busy")], [http(400, "bad")]])
async def test_an_unclear_answer_to_the_password_ends_the_visit_without_a_second_try(script):
    def answer(request):
        if b"Authorization" in request:
            return script
        return [http(401, "", ("WWW-Authenticate", 'Digest realm="r", nonce="n"'))]

    room = Room(answer)
    with pytest.raises((ConnReset, TimedOut, Denied)):
        await room.session.get("/a")
    assert room.visit.state is State.SHOWN
    with pytest.raises(Denied):
        await room.session.get("/b")
    with pytest.raises(Denied):
        await room.another().get("/b")
    assert room.shows() == 1


async def test_a_refusal_whose_page_never_ends_is_still_a_refusal():
    def answer(request):
        if b"Authorization" in request:
            return [b"HTTP/1.1 401 No\r\nContent-Length: 99999\r\n\r\nabc", Silence]
        return [http(401, "", ("WWW-Authenticate", 'Digest realm="r", nonce="n"'))]

    room = Room(answer)
    with pytest.raises(LoginRefused):
        await room.session.get("/a")
    assert room.visit.state is State.REFUSED


async def test_a_session_that_was_taken_goes_on_with_the_same_nonce_and_counts_its_uses():
    room = Room(Locked())
    for path in ("/a", "/b", "/c"):
        await room.session.get(path)
    shown = [s.payload.decode() for s in room.dialer.sent if b"Authorization" in s.payload]
    assert len(shown) == 3
    assert len(room.dialer.sent) == 4  # one challenge for all
    assert [f"nc={n:08x}" in text for n, text in enumerate(shown, 1)] == [True] * 3


async def test_a_stale_nonce_is_renewed_once_the_password_was_taken():
    room = Room(Locked(stale_after=2))
    for path in ("/a", "/b", "/c"):
        assert (await room.session.get(path)).body == b"<ok/>"
    assert all(room.answer.good)
    assert room.visit.repeats == 1


async def test_stale_in_the_answer_to_the_first_password_is_no_licence_for_a_second():
    def answer(request):
        number = len(seen)
        seen.append(request)
        words = f'Digest realm="r", nonce="n{number}", stale=true'
        return [http(401, "", ("WWW-Authenticate", words))]

    seen: list[bytes] = []
    room = Room(answer)
    with pytest.raises(LoginRefused):
        await room.session.get("/a")
    assert room.shows() == 1


async def test_stale_nonces_without_end_are_not_followed_without_end():
    room = Room(Locked(stale_after=1))
    with pytest.raises(LoginRefused):
        await room.ask_much(20)
    assert room.visit.repeats == 3


async def test_a_question_refused_after_the_login_ends_it_and_is_no_refusal_of_the_password():
    room = Room(Locked(refuses=frozenset({"/secret"})))
    await room.session.get("/a")
    with pytest.raises(LoginRefused):
        await room.session.get("/secret")
    assert room.visit.state is State.ENDED
    sent = len(room.dialer.sent)
    with pytest.raises(LoginRefused):
        await room.session.get("/b")
    assert len(room.dialer.sent) == sent


async def test_what_is_open_to_anyone_is_read_without_a_password():
    room = Room(lambda _: [http(200, "open")])
    assert (await room.session.get("/a")).body == b"open"
    assert room.visit.state is State.NEW
    assert room.shows() == 0


async def test_after_a_login_another_session_of_the_visit_shows_nothing():
    room = Room(Locked())
    await room.session.get("/a")
    with pytest.raises(Denied, match="elsewhere"):
        await room.another().get("/b")
    assert len(room.answer.shown) == 1


async def test_a_connection_that_never_opens_leaves_the_attempt_unspent():
    room = Room(Locked())
    real = room.dialer.connect
    calls = 0

    def failing(*args, **words):
        nonlocal calls
        calls += 1
        if calls == 2:
            raise TimedOut("no connection")
        return real(*args, **words)

    room.dialer.connect = failing
    with pytest.raises(TimedOut):
        await room.session.get("/a")
    assert room.visit.state is State.NEW
    await room.session.get("/a")
    assert room.answer.good == [True]


async def test_the_budget_of_a_visit_is_kept():
    room = Room(lambda _: [http(200, "open")])
    with pytest.raises(Denied, match="budget"):
        await room.ask_much(100)
    assert len(room.dialer.sent) == REQUESTS


async def test_the_budget_counts_tls_handshakes():
    room = Room(lambda _: [http(200, "open")], tls=True)
    with pytest.raises(Denied, match="budget"):
        await room.ask_much(100)
    assert len(room.dialer.sent) + room.dialer.handshakes == REQUESTS


async def test_a_token_is_signed_only_when_no_digest_is_offered_and_never_beside_one():
    def sign(_: Secret) -> bytes:
        return (
            b"<s:Envelope><UsernameToken><Username>inventory-7f3</Username>"
            b"<Password>x</Password><Nonce>eA==</Nonce><Created>t</Created></UsernameToken>"
            b"<s:Body><GetScopes/></s:Body></s:Envelope>"
        )

    bare = b"<s:Envelope><s:Body><GetScopes/></s:Body></s:Envelope>"
    digest = Room(Locked(schemes=("MD5", "token"), operations={"GetScopes": ""}))
    await digest.session.soap("/o", bare, sign, content_type="t")
    assert digest.answer.shown == ["MD5"]
    token = Room(Locked(schemes=("token",)))
    with pytest.raises(LoginRefused):
        await token.session.soap("/o", bare, sign, content_type="t")
    assert token.answer.shown == ["token"]
    assert not any(b"Authorization" in sent.payload for sent in token.dialer.sent)


async def test_nothing_that_was_sent_comes_back_in_a_reply():
    def answer(request):
        if b"Authorization" in request:
            return [http(200, request + PASSWORD.encode(), ("X-Echo", f"{USER} {PASSWORD}"))]
        return [http(401, "", ("WWW-Authenticate", 'Basic realm="r"'))]

    room = Room(answer, tls=True)
    reply = await room.session.get("/a")
    pair = room.dialer.sent[1].payload.partition(b"Basic ")[2].split(b"\r\n")[0]
    assert pair not in reply.body
    told = reply.body.decode() + repr(reply.headers)
    assert PASSWORD not in told
    assert USER not in told


async def test_a_digest_that_a_device_echoes_is_taken_out():
    def answer(request):
        if b"Authorization" in request:
            return [http(200, request)]
        return [http(401, "", ("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"'))]

    room = Room(answer)
    reply = await room.session.get("/a")
    sent = room.dialer.sent[1].payload.decode()
    response = sent.partition('response="')[2].partition('"')[0]
    assert len(response) == 32
    assert response not in reply.body.decode()


def test_no_text_form_shows_a_secret():
    room = Room(Locked())
    offer = _schemes.Offer(scheme=Scheme.BASIC)
    pen = _schemes.Pen(secret(), offer)
    for thing in (secret(), room.session, room.visit, pen, room.session._scrub):
        for text in (repr(thing), str(thing)):
            assert PASSWORD not in text
            assert USER not in text


def challenge(*values: str) -> Response:
    return decode(http(401, "", *(("WWW-Authenticate", value) for value in values)))


@pytest.mark.parametrize(
    "value",
    [
        'Digest realm="r"',
        'Digest nonce="n"',
        'Digest realm="r", nonce="n", algorithm=SHA-512-256',
        'Digest realm="r", nonce="n", qop="auth-int"',
        'Digest realm="a\\"b", nonce="n"',
        'Digest realm="r\x01", nonce="n"',
        "Bearer x",
        "NTLM",
    ],
)
def test_a_challenge_that_cannot_be_answered_safely_is_no_offer(value):
    assert _schemes.offers(challenge(value), tls=False) == ()


def test_several_challenges_in_one_header_are_all_seen():
    value = 'Basic realm="x", Digest realm="r", nonce="n", qop="auth,auth-int", algorithm=MD5'
    found = _schemes.offers(challenge(value), tls=False)
    assert [one.scheme for one in found] == [Scheme.DIGEST_MD5, Scheme.BASIC]
    assert found[0].get("qop") == "auth"
