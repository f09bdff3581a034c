"""The front page of every web port: header, challenge, title, start of the page, where it leads."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.net.api import Dialer, Stream
from auditor.probes import _web, ports
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe
from auditor.probes._paths import own_path
from auditor.wire import http

_REDIRECTS: Final = range(300, 400)


class _Http:
    """GET ``/``, and once the page of the same server that it leads to.

    A redirect to anywhere else is written down and never followed. On a TLS port the certificate
    comes with the same handshake, so that it costs nothing more.
    """

    name = "http"
    yields = frozenset(
        {
            *("http.server", "http.auth_realm", "http.auth_nonce", "http.headers", "http.title"),
            *("http.body", "http.location"),
            *("tls.subject", "tls.issuer", "tls.san", "tls.version", "tls.sha256"),
        }
    )
    sends = "HTTP GET / (and one same-server redirect) on each open web port"
    cost = 2
    rank = 10

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """Every open port that may speak HTTP and has not answered in it yet."""
        done = {o.endpoint for o in seen if o.signal == "http.headers" and o.probe == self.name}
        return tuple(
            ("tcp", port, tls)
            for port, tls in ports.web_ports(open_ports, seen)
            if f"tcp/{port}" not in done
        )

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Ask for the front page, then for the page that it leads to.

        Raises:
            NetError: no answer, or it ended early (after the facts that were in it).
            Malformed: the port does not speak HTTP.
        """
        scribe = Scribe(target, self.name)
        try:
            async with aclosing(self._front(target, dialer, scribe)) as facts:
                async for fact in facts:
                    yield fact
        except _web.SpeaksTls:
            if target.tls or scribe.wrote("http.headers"):
                raise
            other = self._front(replace(target, tls=True), dialer, scribe, onward=False)
            async with aclosing(other) as facts:
                async for fact in facts:
                    yield fact

    async def _front(
        self, target: Target, dialer: Dialer, scribe: Scribe, *, onward: bool = True
    ) -> AsyncGenerator[Observation, None]:
        question, wait = _web.get(target, "/"), ports.SHORT_WAIT.get(target.port)
        async with dialer.connect(
            target.address, target.port, probe=self.name, tls=target.tls, reuse=True
        ) as stream:
            for fact in _certificate(stream, scribe):
                yield fact
            # Its header is evidence, so it is always asked for in the same words.
            reply = await _web.ask_kept(stream, question, keep=False, enough=_web.PAGE, wait=wait)
        if reply is None:
            async with dialer.connect(
                target.address, target.port, probe=self.name, tls=target.tls
            ) as stream:
                reply = await _web.ask(stream, question, enough=_web.PAGE, wait=wait)
        for fact in _head(reply.response, scribe):
            yield fact
        for fact in _page(reply.response, scribe):
            yield fact
        reply.settle()
        path = _leads_to(reply.response, target)
        if path is None or not onward or _was_there(target, path):
            return
        second = await _web.once(
            dialer, target, _web.get(target, path), probe=self.name, enough=_web.PAGE
        )
        for fact in scribe.challenges("http", second.response):
            yield fact
        for fact in _page(second.response, scribe):
            yield fact
        second.settle()


def _certificate(stream: Stream, scribe: Scribe) -> Iterator[Observation]:
    """The certificate's facts; one that cannot be read does not stop the question."""
    if stream.certificate is None:
        return
    try:
        yield from scribe.certificate(stream.certificate, stream.tls_version)
    except Malformed:
        return


def _head(response: http.Response, scribe: Scribe) -> Iterator[Observation]:
    yield from scribe("http.server", response.get("server"))
    yield from scribe.headers("http.headers", response)
    yield from scribe.challenges("http", response)


def _page(response: http.Response, scribe: Scribe) -> Iterator[Observation]:
    text = response.text()
    yield from scribe("http.location", _location(response))
    yield from scribe("http.title", http.title(text))
    yield from scribe("http.body", text)


def _location(response: http.Response) -> str | None:
    """Where the answer sends the browser: by its header, else by the page."""
    if response.status in _REDIRECTS:
        return response.get("location")
    return http.redirect(response.text())


def _leads_to(response: http.Response, target: Target) -> str | None:
    location = _location(response)
    path = own_path(target, location) if location else None
    return None if path == "/" else path


def _was_there(target: Target, path: str) -> bool:
    """Whether another port of this host has already led to the same page."""
    for one in target.seen:
        if one.signal == "http.location" and one.probe == "http" and one.endpoint is not None:
            port = one.endpoint.removeprefix("tcp/")
            there = replace(target, port=int(port)) if port.isdigit() else target
            if one.endpoint != f"tcp/{target.port}" and _paths_agree(there, one.value, path):
                return True
    return False


def _paths_agree(there: Target, location: str, path: str) -> bool:
    return any(own_path(replace(there, tls=tls), location) == path for tls in (False, True))


PROBE: Probe = _Http()
