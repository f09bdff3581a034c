"""One HTTP question and its answer; and which web ports of a host are worth a special question."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

from auditor.model.errors import ConnReset, Malformed, NetError, TimedOut, TooBig
from auditor.model.facts import Observation
from auditor.net.api import KIB, REPLY_CAP, Complete, Dialer, Stream
from auditor.probes import ports
from auditor.probes._api import Target
from auditor.wire import http

PAGE: Final = 64 * KIB
"""Bytes after which a page needs no more reading: endless pages end here, without a failure."""

_TLS_ALERT: Final = b"\x15\x03"
_TLS_WORDS: Final = ("https port", "ssl-enabled server port", "to an https server")
_HTML: Final = ("<!doctype html", "<html", "<head", "<script", "<body")
_BAD_REQUEST: Final = 400


class SpeaksTls(Malformed):
    """The port answered a plain question in TLS, or asked for TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, and how reading it failed, if it did.

    What was read before a failure is kept: a header is worth having even if the page after it
    never ends. Write down what the header says first, then call :meth:`settle`.
    """

    response: http.Response
    failure: NetError | None = None

    def settle(self) -> None:
        """Raise the failure, if there was one.

        Raises:
            NetError: as it happened.
        """
        if self.failure is not None:
            raise self.failure


class Asking(Protocol):
    """What one question needs of a stream."""

    async def ask(
        self, payload: bytes, complete: Complete, *, cap: int = REPLY_CAP, wait: float | None = None
    ) -> bytes:
        """See :class:`auditor.net.api.Stream`."""


async def ask(
    stream: Asking,
    payload: bytes,
    *,
    enough: int | None = None,
    cap: int = REPLY_CAP,
    wait: float | None = None,
) -> Reply:
    """Send one HTTP request and read the answer.

    Args:
        stream: an open connection.
        payload: the request.
        enough: bytes after which no more are wanted; None to read the whole answer.
        cap: most bytes to read.
        wait: seconds for the exchange; None for the scan's default.

    Raises:
        NetError: nothing usable came.
        Malformed: what came is not HTTP (``SpeaksTls`` where it is TLS), or it is empty.
    """
    return _reply(*await _heard(stream, payload, enough=enough, cap=cap, wait=wait))


async def ask_kept(
    stream: Stream,
    payload: bytes,
    *,
    keep: bool = True,
    enough: int | None = None,
    cap: int = REPLY_CAP,
    wait: float | None = None,
) -> Reply | None:
    """:func:`ask` over a connection that may have been left open, and may be left open again.

    The server is asked to keep it once it has shown, at this port, an answer that ends by itself;
    it is left open only where the server says that it keeps it.

    Args:
        stream: an open connection.
        payload: the request.
        keep: whether the server may be asked to keep the connection.
        enough: bytes after which no more are wanted; None to read the whole answer.
        cap: most bytes to read.
        wait: seconds for the exchange; None for the scan's default.

    Returns:
        None where it had been left open and the other side ended it before a single byte of an
        answer: then the question is to be asked over a new one.

    Raises:
        NetError: nothing usable came.
        Malformed: what came is not HTTP (``SpeaksTls`` where it is TLS), or it is empty.
    """
    asked = keep and stream.may_keep
    question = http.keeping(payload) if asked else payload
    raw, failure = await _heard(stream, question, enough=enough, cap=cap, wait=wait)
    if stream.reused and not raw and (failure is None or isinstance(failure, ConnReset)):
        stream.ended(framed=False, kept=False)
        return None
    if failure is None and enough is not None and len(raw) >= enough:
        return _reply(raw, None)  # it was cut short, so that its end is not known
    kept = failure is None and asked and http.keeps(raw)
    stream.ended(framed=kept if asked else failure is None and http.framed(raw), kept=kept)
    if asked and isinstance(failure, TimedOut) and _has_no_end(raw):
        failure = None  # its end is that of the connection, which is still open at our request
    return _reply(raw, failure)


async def _heard(
    stream: Asking, payload: bytes, *, enough: int | None, cap: int, wait: float | None
) -> tuple[bytes, NetError | None]:
    """What was read, and how reading it failed, if it did."""
    try:
        return await stream.ask(payload, _complete(enough), cap=cap, wait=wait), None
    except NetError as error:
        return error.partial, error


def _reply(raw: bytes, failure: NetError | None) -> Reply:
    if raw.startswith(_TLS_ALERT):
        raise SpeaksTls("answers in TLS")
    if failure is not None and not has_head(raw):
        raise failure
    whole_head(raw)
    response = http.decode(raw)
    if response.status == _BAD_REQUEST and _asks_for_tls(response):
        raise SpeaksTls("asks for TLS")
    return Reply(response=response, failure=failure)


async def once(
    dialer: Dialer,
    target: Target,
    payload: bytes,
    *,
    probe: str,
    enough: int | None = None,
    cap: int = REPLY_CAP,
) -> Reply:
    """Connect, send one HTTP request, read the answer, close.

    A connection that was left open is taken, and where the server keeps it, left open again.

    Raises:
        NetError: nothing usable came.
        Malformed: what came is not HTTP.
    """
    async with dialer.connect(
        target.address, target.port, probe=probe, tls=target.tls, reuse=True
    ) as stream:
        reply = await ask_kept(stream, payload, enough=enough, cap=cap)
    if reply is not None:
        return reply
    async with dialer.connect(target.address, target.port, probe=probe, tls=target.tls) as stream:
        return await ask(stream, payload, enough=enough, cap=cap)


def has_head(raw: bytes) -> bool:
    """Whether the header of a reply has ended."""
    return b"\r\n\r\n" in raw or b"\n\n" in raw


def _has_no_end(raw: bytes) -> bool:
    """Whether a reply has a header which does not say where its body ends."""
    if not has_head(raw):
        return False
    try:
        response = http.decode(raw)
    except Malformed:
        return False
    return not (response.get("content-length") or response.get("transfer-encoding"))


def whole_head(raw: bytes) -> None:
    """Check that there is a header worth decoding; one cut short by the end of the stream is.

    Raises:
        Malformed: nothing came.
        TooBig: the header does not end.
    """
    if not raw:
        raise Malformed("empty reply")
    if len(raw) >= PAGE and not has_head(raw):
        raise TooBig(f"a header of more than {PAGE} bytes")


def get(target: Target, path: str) -> bytes:
    """A GET request for a path of the target."""
    return http.request("GET", target.address, target.port, path, tls=target.tls)


def is_html(response: http.Response) -> bool:
    """Whether the answer is a page for people, whatever was asked for."""
    if "html" in (response.get("content-type") or "").lower():
        return True
    return response.text()[:KIB].lstrip("\ufeff \r\n\t").lower().startswith(_HTML)


def answered(
    open_ports: frozenset[int], seen: tuple[Observation, ...]
) -> tuple[tuple[int, bool], ...]:
    """Web ports that have answered in HTTP, plain ones first, with whether they speak TLS."""
    spoke = {o.endpoint for o in seen if o.signal == "http.headers"}
    found = [one for one in ports.web_ports(open_ports, seen) if f"tcp/{one[0]}" in spoke]
    return tuple(sorted(found, key=lambda one: one[1]))


def servers(
    open_ports: frozenset[int], seen: tuple[Observation, ...], *, most: int = 2
) -> tuple[tuple[str, int, bool], ...]:
    """Where a vendor's question is worth asking: a few endpoints that answered in HTTP.

    The same server usually stands at a plain and a TLS port, so the plain one is asked; where it
    only sends the browser on to TLS, the TLS one.
    """
    all_of_them = answered(open_ports, seen)
    moved = {o.endpoint for o in seen if o.signal == "http.location" and _to_tls(o.value)}
    useful = [one for one in all_of_them if f"tcp/{one[0]}" not in moved] or list(all_of_them)
    plain = [one for one in useful if not one[1]]
    return tuple(("tcp", port, tls) for port, tls in (plain or useful)[:most])


def known(seen: tuple[Observation, ...], endpoint: str) -> Mapping[str, tuple[Observation, ...]]:
    """What is known of an endpoint, by signal."""
    found: dict[str, tuple[Observation, ...]] = {}
    for one in seen:
        if one.endpoint == endpoint:
            found[one.signal] = (*found.get(one.signal, ()), one)
    return found


def realm_known(target: Target) -> bool:
    """Whether the web server's own realm is known, so that asking for it is pointless.

    The realm of its ONVIF service does not count: that may be another one.
    """
    realms = known(target.seen, f"tcp/{target.port}").get("http.auth_realm", ())
    return any(one.probe != "onvif" for one in realms)


def _complete(enough: int | None) -> Complete:
    if enough is None:
        return http.complete
    return lambda read: len(read) >= enough or http.complete(read)


def _asks_for_tls(response: http.Response) -> bool:
    body = response.text()[:KIB].lower()
    return any(words in body for words in _TLS_WORDS)


def _to_tls(location: str) -> bool:
    try:
        return urlsplit(location.strip()).scheme == "https"
    except ValueError:
        return False
