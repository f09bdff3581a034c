"""The login page at a path that one family of web interfaces uses."""

from collections.abc import AsyncIterator
from typing import Final

from auditor.model.facts import Observation
from auditor.net.api import Dialer
from auditor.probes import _web
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe
from auditor.wire import http

_PATH: Final = "/doc/page/login.asp"
_OK: Final = 200


class _LoginPage:
    """GET ``/doc/page/login.asp``: its text and title, where it exists. Nothing is filled in."""

    name = "loginpage"
    yields = frozenset({"http.body", "http.title"})
    sends = "HTTP GET /doc/page/login.asp"
    cost = 1
    rank = 40

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """Servers that answered, unless a front page has already led there."""
        if any(o.signal == "http.location" and _PATH in o.value for o in seen):
            return ()
        return _web.servers(open_ports, seen)

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Ask for the page.

        Raises:
            NetError: no answer, or it ended early (after the facts that were in it).
            Malformed: no HTTP.
        """
        scribe = Scribe(target, self.name)
        reply = await _web.once(
            dialer, target, _web.get(target, _PATH), probe=self.name, enough=_web.PAGE
        )
        if reply.response.status == _OK:
            text = reply.response.text()
            for fact in scribe("http.title", http.title(text)):
                yield fact
            for fact in scribe("http.body", text):
                yield fact
        reply.settle()


PROBE: Probe = _LoginPage()
