"""HTTP and HTTPS, with ONVIF mounted on the same server."""

import asyncio
from dataclasses import replace

from auditor.lab.fleet import Service
from auditor.lab.persona import Table
from auditor.lab.protocols._api import Talk
from auditor.lab.protocols._login import Guard, Verdict
from auditor.lab.protocols._message import Reply, encode, read_request, reply_of
from auditor.lab.protocols._onvif import answer
from auditor.lab.witness import Request

_MOST_REQUESTS = 100
_UNAUTHORIZED = 401
_REFUSAL = Reply(
    status=_UNAUTHORIZED,
    reason="Unauthorized",
    headers=(("Content-Length", "{length}"), ("Connection", "close")),
    body=b"",
)


class _Http:
    """Serves routes by exact path, then by path without its query, then the ``missing`` reply."""

    name = "http"
    names = frozenset({"http", "https", "onvif"})

    async def serve(self, talk: Talk) -> None:
        """Answer requests until the persona or the client closes."""
        page = next((s for s in talk.services if s.proto != "onvif"), talk.services[0])
        proto = "https" if page.proto == "https" else "http"
        for _ in range(_MOST_REQUESTS):
            request = await read_request(talk, proto)
            if request is None:
                return
            await asyncio.sleep(talk.latency)
            reply, source = self._reply(talk, page, request)
            keeps = _keeps(talk, page, source) and _may_keep(request, reply)
            if keeps:
                reply = _kept(reply)
            data = encode(
                reply,
                version=source.text("version", page.data.text("version", "HTTP/1.1")),
                eol=source.text("eol", page.data.text("eol", "crlf")),
            )
            talk.writer.write(data)
            await talk.writer.drain()
            if not keeps:
                return

    def _reply(self, talk: Talk, page: Service, request: Request) -> tuple[Reply, Table]:
        words = request.line.split(" ")
        method, path = words[0], words[1] if len(words) > 1 else "/"
        guard = _guard(talk, page)
        verdict = guard.look(request) if guard else Verdict.NOTHING
        admitted = verdict is Verdict.RIGHT
        for service in talk.services:
            if service.proto == "onvif" and method == "POST":
                made = answer(service, talk.device, path, request.body, admitted=admitted)
                if made is not None:
                    return _challenged(made, guard, verdict), service.data
        if page.proto != "onvif":
            route = _route(page.data, method, path, admitted=admitted)
            if route is not None:
                return _challenged(reply_of(route), guard, verdict), route
            if guard and _route(page.data, method, path, admitted=True) is not None:
                return _challenged(_REFUSAL, guard, verdict), page.data
        missing = page.data.table("missing")
        reply = reply_of(missing, status=404)
        if not reply.headers:
            reply = replace(
                reply, headers=(("Content-Length", "{length}"), ("Connection", "close"))
            )
        return reply, missing


def _keeps(talk: Talk, page: Service, source: Table) -> bool:
    """Whether the server of an answer keeps connections; an ONVIF service says so for itself."""
    onvif = any(service.data is source for service in talk.services if service.proto == "onvif")
    return (source if onvif else page.data).flag("keep_alive", default=False)


def _may_keep(request: Request, reply: Reply) -> bool:
    """Whether the client wants the connection kept, and the answer ends without its end."""
    names = {name.lower() for name, _ in reply.headers}
    wants = (request.get("connection") or "").lower() != "close"
    return wants and bool(names & {"content-length", "transfer-encoding"})


def _kept(reply: Reply) -> Reply:
    """The answer as given to those who asked to keep the connection."""
    words = {"connection": "keep-alive"}
    named = tuple((name, words.get(name.lower(), value)) for name, value in reply.headers)
    return replace(reply, headers=named)


def _guard(talk: Talk, page: Service) -> Guard | None:
    """The door of a page that has one."""
    if not page.data.has("login"):
        return None
    return Guard(page.data.table("login"), talk.device, talk.witness)


def _challenged(reply: Reply, guard: Guard | None, verdict: Verdict) -> Reply:
    """A refusal of a guarded page offers what its door takes, in place of the base's words."""
    if guard is None or reply.status != _UNAUTHORIZED:
        return reply
    kept = tuple(h for h in reply.headers if h[0].lower() != "www-authenticate")
    return replace(reply, headers=(*kept, *guard.challenges(verdict)))


def _route(page: Table, method: str, path: str, *, admitted: bool) -> Table | None:
    """The route of a path: one behind the login first, for those who may go there."""
    bare = path.partition("?")[0]
    for behind in (True, False) if admitted else (False,):
        for wanted in (path, bare):
            for route in page.tables("route"):
                fits = route.text("path") == wanted and route.text("method", "GET") == method
                if fits and route.flag("login", default=False) is behind:
                    return route
    return None


TALKER = _Http()
