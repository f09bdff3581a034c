"""RTSP: OPTIONS and DESCRIBE as data; everything else is 405."""

import asyncio
from dataclasses import replace

from auditor.lab.persona import Table
from auditor.lab.protocols._api import Talk
from auditor.lab.protocols._message import Reply, encode, read_request, reply_of

_MOST_REQUESTS = 20


class _Rtsp:
    """Answers from the tables ``options`` and ``describe``; ``{cseq}`` echoes the number."""

    name = "rtsp"
    names = frozenset({"rtsp"})

    async def serve(self, talk: Talk) -> None:
        """Answer requests on one connection until the client closes."""
        data = talk.services[0].data
        for _ in range(_MOST_REQUESTS):
            request = await read_request(talk, "rtsp")
            if request is None:
                return
            await asyncio.sleep(talk.latency)
            reply = _reply(data, request.method)
            cseq = request.get("cseq") or "0"
            headers = tuple((k, v.replace("{cseq}", cseq)) for k, v in reply.headers)
            talk.writer.write(
                encode(
                    replace(reply, headers=headers),
                    version="RTSP/1.0",
                    eol=data.text("eol", "crlf"),
                )
            )
            await talk.writer.drain()


def _reply(data: Table, method: str) -> Reply:
    name = method.lower()
    if name in {"options", "describe"} and data.has(name):
        return reply_of(data.table(name))
    return Reply(status=405, reason="Method Not Allowed", headers=(("CSeq", "{cseq}"),), body=b"")


TALKER = _Rtsp()
