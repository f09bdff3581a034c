"""HTTP and HTTPS, with ONVIF mounted on the same server."""

import asyncio
from dataclasses import replace

from auditor.lab.fleet import Service
from auditor.lab.persona import Table
from auditor.lab.protocols._api import Talk
from auditor.lab.protocols._message import Reply, encode, read_request, reply_of
from auditor.lab.protocols._onvif import answer
from auditor.lab.witness import Request

_MOST_REQUESTS = 100


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
            data = encode(
                reply,
                version=source.text("version", page.data.text("version", "HTTP/1.1")),
                eol=source.text("eol", page.data.text("eol", "crlf")),
            )
            talk.writer.write(data)
            await talk.writer.drain()
            closing = (request.get("connection") or "").lower() == "close"
            if closing or not page.data.flag("keep_alive", default=False):
                return

    def _reply(self, talk: Talk, page: Service, request: Request) -> tuple[Reply, Table]:
        words = request.line.split(" ")
        method, path = words[0], words[1] if len(words) > 1 else "/"
        for service in talk.services:
            if service.proto == "onvif" and method == "POST":
                made = answer(service, talk.device, path, request.body)
                if made is not None:
                    return made, service.data
        if page.proto != "onvif":
            route = _route(page.data, method, path)
            if route is not None:
                return reply_of(route), route
        missing = page.data.table("missing")
        reply = reply_of(missing, status=404)
        if not reply.headers:
            reply = replace(
                reply, headers=(("Content-Length", "{length}"), ("Connection", "close"))
            )
        return reply, missing


def _route(page: Table, method: str, path: str) -> Table | None:
    bare = path.partition("?")[0]
    for wanted in (path, bare):
        for route in page.tables("route"):
            if route.text("path") == wanted and route.text("method", "GET") == method:
                return route
    return None


TALKER = _Http()
