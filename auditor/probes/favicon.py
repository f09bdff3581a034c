"""Hashes of the icon of the web interface."""

import re
from collections.abc import AsyncIterator
from typing import Final

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.net.api import Dialer
from auditor.probes import _web
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe
from auditor.probes._paths import own_path
from auditor.wire import favicon, http

_OK: Final = 200
_LENGTH: Final = re.compile(r"\d{1,9}")
_DEFAULT: Final = "/favicon.ico"


class _Favicon:
    """GET the icon that the page names, else ``/favicon.ico``."""

    name = "favicon"
    yields = frozenset({"http.favicon_md5", "http.favicon_mmh3"})
    sends = "HTTP GET /favicon.ico (or the icon that the page names on the same server)"
    cost = 1
    rank = 60

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """Servers that answered, unless the icon is known."""
        if any(o.signal == "http.favicon_md5" for o in seen):
            return ()
        return _web.servers(open_ports, seen)

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Ask for the icon.

        Raises:
            NetError: no answer.
            Malformed: no HTTP, or the icon came in part only, so that its hash would mislead.
        """
        scribe = Scribe(target, self.name)
        reply = await _web.once(
            dialer, target, _web.get(target, _icon_path(target)), probe=self.name
        )
        reply.settle()
        icon = reply.response.body
        if reply.response.status != _OK or not icon or _web.is_html(reply.response):
            return
        length = (reply.response.get("content-length") or "").strip()
        if _LENGTH.fullmatch(length) and int(length) > len(icon):
            raise Malformed("the icon came in part only")
        for fact in scribe("http.favicon_md5", favicon.md5(icon)):
            yield fact
        for fact in scribe("http.favicon_mmh3", favicon.mmh3(icon)):
            yield fact


def _icon_path(target: Target) -> str:
    """The icon that the last page of this server names, if it may be asked for."""
    known = _web.known(target.seen, f"tcp/{target.port}")
    bodies = [one.value for one in known.get("http.body", ()) if one.probe == "http"]
    base = "/"
    for location in known.get("http.location", ()):
        base = own_path(target, location.value) or base
    for place, body in reversed(list(enumerate(bodies[:4]))):
        href = http.icon_href(body)
        path = href and own_path(target, href, base=base if place else "/", thing="icon")
        if path:
            return path
    return _DEFAULT


PROBE: Probe = _Favicon()
