"""The one door for questions with a password: one attempt a device, the strongest scheme first.

The password is shown once. Only when the device took it does the session go on, with the same
nonce; at the first refusal it ends, for every family of questions and for the whole scan. See
``docs/adr/0014-logins.md`` for each rule and its reason.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from auditor.model.errors import Denied, Malformed, NetError
from auditor.net.api import Dialer
from auditor.probes import _web
from auditor.probes._api import Target
from auditor.probes.login import _schemes
from auditor.probes.login._api import LoginRefused, Scheme, Secret, Session, Sign
from auditor.probes.login._line import Line
from auditor.probes.login._scrub import Scrub
from auditor.wire import http, soap
from auditor.wire.http import Response

REQUESTS: Final = 30
"""Most requests of the logged-in mode to one host, TLS handshakes included."""

_UNAUTHORIZED: Final = 401
_BAD_REQUEST: Final = 400
_REFUSALS: Final = frozenset({401, 403, 423, 429})
_NOT_THERE: Final = frozenset({404, 405, 501})
_NOT_AUTHORIZED: Final = (
    *("notauthorized", "unauthorized", "failedauthentication", "failedcheck"),
    *("invalidsecurity", "invalidsecuritytoken", "prohibited"),
)
_NOT_SUPPORTED: Final = ("notsupported", "notimplemented")
_DIGEST: Final = re.compile(r'(?:response|cnonce)="([^"]{8,128})"')
_TOKEN: Final = re.compile(r"<(?:\w+:)?(?:Password|Nonce)\b[^>]*>([^<]{8,128})<")
_STALE_REPEATS: Final = 3


class State(StrEnum):
    """How far the one attempt of a device is."""

    NEW = "new"  # no password was shown
    SHOWN = "shown"  # it was shown, and nothing clear came back
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ENDED = "ended"  # it was accepted, and a later question was refused


@dataclass(slots=True)
class Visit:
    """The one attempt of one device in one scan, shared by all families that ask it.

    Attributes:
        state: how far it is.
        left: requests that may still be sent.
        repeats: questions repeated because of a stale nonce.
        scheme: how the password was shown; None while it was not.
    """

    state: State = State.NEW
    left: int = REQUESTS
    repeats: int = 0
    scheme: Scheme | None = None


class HttpSession:
    """A session with one web server of a device (:class:`auditor.probes.login._api.Session`)."""

    def __init__(
        self, dialer: Dialer, target: Target, secret: Secret, visit: Visit, *, probe: str
    ) -> None:
        """Be ready; nothing is sent.

        Args:
            dialer: the way out.
            target: where to ask.
            secret: what to show, at most once.
            visit: the state of the device's one attempt.
            probe: whom to book the requests on.
        """
        self._line = Line(dialer, target, probe=probe, spend=self._spend)
        self._target = target
        self._secret = secret
        self._visit = visit
        self._scrub = Scrub(secret)
        self._pen: _schemes.Pen | None = None
        self._signs = False

    @property
    def scheme(self) -> Scheme | None:
        """How the password was shown; None while it was not."""
        return self._visit.scheme

    async def get(self, path: str, *, accept: str = "*/*") -> Response:
        """One GET.

        Raises:
            LoginRefused: the password was not taken (now or before).
            NetError, Malformed: as any question.
        """
        return await self._ask(_Question(method="GET", path=path, accept=accept))

    async def post(
        self, path: str, body: bytes, *, content_type: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        """One POST that reads (a SOAP or JSON question); never a change.

        Raises:
            LoginRefused: the password was not taken (now or before).
            NetError, Malformed: as any question.
        """
        named = (("Content-Type", content_type), *(headers or {}).items())
        return await self._ask(_Question(method="POST", path=path, body=body, headers=named))

    async def soap(
        self, path: str, body: bytes, sign: Sign | None, *, content_type: str
    ) -> Response:
        """One SOAP question that reads (see :meth:`Session.soap`).

        Raises:
            LoginRefused: the password was not taken (now or before).
            NetError, Malformed: as any question.
        """
        named = (("Content-Type", content_type),)
        question = _Question(method="POST", path=path, body=body, headers=named, sign=sign)
        if sign is None:
            return await self._bare(question)
        return await self._ask(question)

    async def _bare(self, question: "_Question") -> Response:
        """A question that shows no password, whatever comes."""
        self._check()
        reply = await self._send(question)
        reply.settle()
        return reply.response

    async def _ask(self, question: "_Question") -> Response:
        self._check()
        if self._pen is not None or self._signs:
            return await self._again(question)
        reply = await self._send(question)
        if reply.response.status != _UNAUTHORIZED and not _not_authorized(reply.response):
            reply.settle()
            return reply.response  # open to anyone, or not there: no password is shown
        return await self._show(question, reply.response)

    def _check(self) -> None:
        state = self._visit.state
        if state in {State.REFUSED, State.ENDED}:
            raise LoginRefused("the device refused before in this scan; nothing more is asked")
        if state is State.SHOWN:
            raise Denied("the one attempt got no clear answer; nothing more is asked")
        if state is State.ACCEPTED and self._pen is None and not self._signs:
            raise Denied("the one attempt was made elsewhere on this device")

    async def _show(self, question: "_Question", refusal: Response) -> Response:
        """The one request that shows the password first."""
        offer = self._best(question, refusal)
        self._visit.scheme = offer.scheme
        if offer.scheme is Scheme.USERNAME_TOKEN:
            self._signs = True
        else:
            self._pen = _schemes.Pen(self._secret, offer)
        try:
            reply = await self._send(question, is_first=True)
        except (NetError, Malformed):
            if self._visit.state is State.NEW:  # it never left: another question may show it
                self._pen, self._signs, self._visit.scheme = None, False, None
            raise
        response = reply.response  # what its head says counts, even if the rest never came
        if response.status in _REFUSALS or _not_authorized(response):
            self._visit.state = State.REFUSED
            raise LoginRefused(f"HTTP {response.status} after the login with {offer.scheme}")
        if not _shows_entry(response):
            raise Denied(f"HTTP {response.status} after the login: neither taken nor refused")
        self._visit.state = State.ACCEPTED
        if self._line.held:  # it was taken; the same question once more, and without keeping
            reply = await self._send(question)
        reply.settle()
        return reply.response

    def _best(self, question: "_Question", refusal: Response) -> _schemes.Offer:
        """The strongest scheme that the device offers and the entry allows.

        Raises:
            Denied: there is none; no password is shown.
        """
        found = list(_schemes.offers(refusal, tls=self._target.tls))
        digest = next((one for one in found if one.params), None)
        if digest is not None:
            return digest
        if question.sign is not None:
            return _schemes.Offer(scheme=Scheme.USERNAME_TOKEN)
        basic = next(iter(found), None)
        if basic is None:
            raise Denied("it offers no way to log in that is known here")
        if basic.scheme is Scheme.BASIC and not self._secret.allow_basic:
            raise Denied("it takes only a password in clear (Basic without TLS): not allowed")
        return basic

    async def _again(self, question: "_Question") -> Response:
        """A further question, after the password was taken."""
        reply = await self._send(question)
        if reply.response.status == _UNAUTHORIZED and self._renewed(reply.response):
            reply = await self._send(question)
        response = reply.response
        if response.status == _UNAUTHORIZED or (self._signs and _not_authorized(response)):
            self._visit.state = State.ENDED
            raise LoginRefused("the password was taken before, and this question was refused")
        reply.settle()
        return response

    def _renewed(self, response: Response) -> bool:
        """Whether the device says that only the nonce was too old, and gave another.

        Only after it took the password once: then it has said twice that the password is right.
        """
        pen, visit = self._pen, self._visit
        if pen is None or visit.state is not State.ACCEPTED or visit.repeats >= _STALE_REPEATS:
            return False
        for offer in _schemes.offers(response, tls=self._target.tls):
            same = offer.scheme is pen.offer.scheme and offer.get("realm") == pen.offer.get("realm")
            if same and offer.is_stale and offer.get("nonce") != pen.offer.get("nonce"):
                visit.repeats += 1
                pen.take(offer)
                return True
        return False

    async def _send(self, question: "_Question", *, is_first: bool = False) -> _web.Reply:
        def write(keep: bool) -> bytes:  # noqa: FBT001 - the shape of _line.Write
            return self._written(question, keep=keep)

        if is_first:
            reply = await self._line.ask_once(write, self._leaves)
        else:
            reply = await self._line.ask(write)
        return replace(reply, response=self._scrub.response(reply.response))

    def _leaves(self) -> None:
        self._visit.state = State.SHOWN  # whatever happens from here on

    def _spend(self, requests: int) -> None:
        if self._visit.left < requests:
            raise Denied(f"the login's budget of {REQUESTS} requests is spent")
        self._visit.left -= requests

    async def close(self) -> None:
        """Let go of the connection; call it when no question is left."""
        await self._line.close()

    def _written(self, question: "_Question", *, keep: bool) -> bytes:
        """The bytes of a request, with what shows the password if it is time for that."""
        target = self._target
        headers: list[tuple[str, str]] = list(question.headers)
        body = question.body
        if self._pen is not None:
            scheme = "https" if target.tls else "http"
            url = f"{scheme}://{_place(target.address)}:{target.port}{question.path}"
            shown = self._pen.header(question.method, url)
            headers.append(("Authorization", shown))
            self._scrub.also(_DIGEST.findall(shown))
        elif self._signs and question.sign is not None:
            body = question.sign(self._secret)
            self._scrub.also(_TOKEN.findall(body.decode("utf-8", "replace")))
        return http.request(
            question.method,
            target.address,
            target.port,
            question.path,
            tls=target.tls,
            headers=headers,
            body=body,
            accept=question.accept,
            keep=keep,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    accept: str = "*/*"
    sign: Sign | None = None


def _place(address: str) -> str:
    return f"[{address.partition('%')[0]}]" if ":" in address else address


def _fault(response: Response) -> str | None:
    """The fault in a SOAP reply; None where there is none.

    A broken envelope counts by its text, so that a refusal is seen in whatever shape it comes.
    """
    if b"Envelope" not in response.body or b"ault" not in response.body:
        return None
    try:
        return soap.decode(response.body).fault
    except Malformed:
        text = response.text()
        return text if "Fault" in text else None


def _not_authorized(response: Response) -> bool:
    """Whether a SOAP fault says that a user name token is missing or wrong."""
    return _says(_fault(response), _NOT_AUTHORIZED)


def _shows_entry(response: Response) -> bool:
    """Whether a reply to the first request with a password can only mean that it was taken."""
    fault = _fault(response)
    if fault is not None:
        return _says(fault, _NOT_SUPPORTED)
    return response.status < _BAD_REQUEST or response.status in _NOT_THERE


def _says(text: str | None, words: Iterable[str]) -> bool:
    plain = (text or "").lower().replace("_", "").replace(" ", "")
    return any(word in plain for word in words)


_shape: type[Session] = HttpSession  # the type checker holds it to the shape
