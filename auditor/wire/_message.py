"""The message shape that HTTP/1.x, RTSP/1.0 and SSDP share: a start line, header lines, a body.

Source: RFC 9112 (HTTP/1.1), RFC 2326 (RTSP). Header order and case are kept, since both tell
firmware families apart; LF line ends, folded headers and missing reasons are tolerated, since
small servers send them.
"""

import re
from dataclasses import dataclass
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire._text import lenient

HEAD_CAP: Final = 65_536
"""Most bytes of start line and headers."""
HEADERS_CAP: Final = 200
"""Most header lines that are kept."""
USER_AGENT: Final = "auditor/0.1 (compliance inventory; reads only)"

_END_OF_HEAD: Final = re.compile(rb"\n\r?\n")
_STATUS: Final = re.compile(r"([A-Z]{3,5}/\d\.\d)[ \t]+(\d{3})(?:[ \t]+(.*))?")
_CHARSET: Final = re.compile(r"charset=[\"']?([A-Za-z0-9._-]{1,20})", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(r"[^\x21-\x7e]")
_CHUNK_SIZE: Final = re.compile(rb"[ \t]{0,8}([0-9A-Fa-f]{1,7})[^\n]{0,256}?\r?\n")
_CHUNK_END: Final = re.compile(rb"\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One reply.

    Attributes:
        status: the status code.
        reason: the words after it; may be empty.
        version: such as ``HTTP/1.1`` or ``RTSP/1.0``.
        headers: names and values in order and case as sent.
        body: the body with chunked transfer coding undone; it may be cut short.
    """

    status: int
    reason: str
    version: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def get(self, name: str) -> str | None:
        """The first value of a header, without regard to case; None when it is not there."""
        name = name.lower()
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return None

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, without regard to case, in order."""
        name = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == name)

    def text(self) -> str:
        """The body as text, decoded leniently; empty when the body is compressed."""
        coding = (self.get("content-encoding") or "identity").strip().lower()
        if coding not in {"identity", ""}:
            return ""
        declared = _CHARSET.search(self.get("content-type") or "")
        return lenient(self.body, declared[1] if declared else None)


def clean(part: str) -> str:
    """A part of a request that must not smuggle line ends or blanks into it.

    Raises:
        Malformed: it holds something else than printable ASCII, or is empty.
    """
    if not part or _FORBIDDEN.search(part):
        raise Malformed(f"cannot stand in a request: {part[:80]!r}")
    return part


def authority(host: str, port: int, default: int) -> str:
    """Host and port for a Host header or URL; brackets for IPv6, the default port left out."""
    name = clean(host.partition("%")[0])
    if ":" in name and not name.startswith("["):
        name = f"[{name}]"
    return name if port == default else f"{name}:{port}"


def split(buf: bytes) -> tuple[bytes, int] | None:
    """The head and where the body begins; None while the head is not complete."""
    end = _END_OF_HEAD.search(buf, 0, HEAD_CAP + 4)
    return (buf[: end.start()], end.end()) if end else None


def header_lines(lines: list[str]) -> tuple[tuple[str, str], ...]:
    """Header names and values; folded lines are joined, lines without a colon are dropped."""
    found: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in {" ", "\t"} and found:
            name, value = found[-1]
            found[-1] = (name, f"{value} {line.strip()}".strip())
            continue
        name, colon, value = line.partition(":")
        if colon and name.strip():
            found.append((name.strip(), value.strip()))
        if len(found) >= HEADERS_CAP:
            break
    return tuple(found)


def head(raw: bytes) -> tuple[str, list[str]]:
    """The start line and the header lines of a head."""
    lines = lenient(raw).replace("\r\n", "\n").split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    if not lines:
        raise Malformed("the reply is empty")
    return lines[0].rstrip("\r"), lines[1:]


def dechunk(raw: bytes, at: int) -> tuple[bytes, bool]:
    """Undo chunked transfer coding.

    Args:
        raw: the whole reply.
        at: where the first chunk begins.

    Returns:
        The body as far as it came, and whether the last chunk was seen.
    """
    parts: list[bytes] = []
    while True:
        size_line = _CHUNK_SIZE.match(raw, at)
        if size_line is None:
            return b"".join(parts), False
        size = int(size_line[1], 16)
        start = size_line.end()
        if size == 0:
            return b"".join(parts), True
        parts.append(raw[start : start + size])
        if start + size > len(raw):
            return b"".join(parts), False
        end = _CHUNK_END.match(raw, start + size)
        at = end.end() if end else start + size


def decode(
    buf: bytes, protocol: str, parts: tuple[bytes, int] | None = None
) -> tuple[Response, int]:
    """Decode head and headers; the body is everything behind them.

    Args:
        buf: the reply, possibly cut short.
        protocol: ``HTTP`` or ``RTSP``.
        parts: what :func:`split` made of it, where that is known.

    Returns:
        The reply with an untreated body, and where the body begins.

    Raises:
        Malformed: the start line is not a status line of that protocol.
    """
    parts = parts or split(buf) or (buf[:HEAD_CAP], len(buf))
    line, lines = head(parts[0])
    status = _STATUS.fullmatch(line.strip())
    if status is None or not status[1].startswith(f"{protocol}/"):
        raise Malformed(f"no {protocol} status line: {line[:80]!r}")
    reply = Response(
        status=int(status[2]),
        reason=(status[3] or "").strip(),
        version=status[1],
        headers=header_lines(lines),
        body=buf[parts[1] :],
    )
    return reply, parts[1]


def content_length(reply: Response) -> int | None:
    """The body length that the reply declares; None when it declares none that makes sense."""
    value = (reply.get("content-length") or "").partition(",")[0].strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else None  # noqa: PLR2004 - below 1 GB
