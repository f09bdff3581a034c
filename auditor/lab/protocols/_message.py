"""HTTP-like messages as bytes, with the faults of old servers: line ends, versions, no length."""

import asyncio
from dataclasses import dataclass

from auditor.lab.persona import Table
from auditor.lab.protocols._api import IDLE_SECONDS, REQUEST_CAP, Talk
from auditor.lab.witness import Request

_HEAD_CAP = 16 * 1024
_REASONS = {
    200: "OK",
    301: "Moved Permanently",
    302: "Found",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
_ENDS = {"crlf": "\r\n", "lf": "\n"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A message to send: status, headers in order, body; ``{length}`` stands for its length."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    chunked: bool = False


def reply_of(table: Table, *, status: int = 200) -> Reply:
    """A reply from a TOML table: ``status``, ``reason``, ``headers``, ``body`` or ``body_hex``."""
    code = table.number("status", status)
    body = bytes.fromhex(table.text("body_hex", "")) or table.text("body", "").encode()
    return Reply(
        status=code,
        reason=table.text("reason", _REASONS.get(code, "")),
        headers=table.pairs("headers"),
        body=body,
        chunked=table.flag("chunked", default=False),
    )


def encode(reply: Reply, *, version: str, eol: str) -> bytes:
    """The reply as bytes.

    Args:
        reply: what to say.
        version: such as ``HTTP/1.1`` or ``RTSP/1.0``.
        eol: ``crlf`` or ``lf``.
    """
    end = _ENDS[eol]
    start = f"{version} {reply.status} {reply.reason}".rstrip()
    length = str(len(reply.body))
    lines = [start, *(f"{k}: {v}".replace("{length}", length) for k, v in reply.headers)]
    head = "".join(line + end for line in lines) + end
    body = reply.body
    if reply.chunked:
        parts = [body[at : at + 512] for at in range(0, len(body), 512)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    return head.encode("utf-8") + body


async def read_request(talk: Talk, proto: str) -> Request | None:
    """Read one request, book it with the witness, and give it; None when the client is done."""
    head = await _head(talk.reader)
    if head is None:
        return None
    lines = head.decode("latin-1").replace("\r\n", "\n").strip("\n").split("\n")
    headers = []
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers.append((name.strip(), value.strip()))
    length = next((v for k, v in headers if k.lower() == "content-length"), "0")
    size = min(int(length) if length.isdigit() else 0, REQUEST_CAP)
    try:
        body = await asyncio.wait_for(talk.reader.readexactly(size), IDLE_SECONDS)
    except (asyncio.IncompleteReadError, TimeoutError):
        body = b""
    request = Request(
        proto=proto,
        port=talk.port,
        peer=talk.peer,
        line=lines[0],
        headers=tuple(headers),
        body=body,
    )
    talk.witness.asked(request)
    return request


async def _head(reader: asyncio.StreamReader) -> bytes | None:
    head = b""
    while len(head) < _HEAD_CAP:
        try:
            line = await asyncio.wait_for(reader.readline(), IDLE_SECONDS)
        except (TimeoutError, ValueError, OSError):
            return None
        if not line:
            return None
        if line in {b"\r\n", b"\n"}:
            if head:
                return head
            continue
        head += line
    return None
