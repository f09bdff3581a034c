"""HTTP/1.x by hand: what exactly is sent, and header order and case exactly as received.

Everyone speaks it. Source: RFC 9110 and RFC 9112. A library would normalise header names and
refuse the broken replies of old camera firmware, and both are evidence.
"""

import html as entities
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from auditor.model.errors import Malformed
from auditor.wire import _message
from auditor.wire._message import HEAD_CAP, USER_AGENT, Response
from auditor.wire._text import squeeze

__all__ = [
    "USER_AGENT",
    "Response",
    "complete",
    "decode",
    "framed",
    "icon_href",
    "keeping",
    "keeps",
    "persists",
    "redirect",
    "request",
    "title",
]

_HTTP_PORT: Final = 80
_TLS_PORT: Final = 443
_INTERIM: Final = frozenset({b"100", b"102", b"103"})
_SWITCHING: Final = 101
_BODILESS: Final = frozenset({_SWITCHING, 204, 304})
_CHUNKED_ENDS: Final = (b"\n\r\n", b"\n\n", b"0\r\n", b"0\n")
"""Only at these is it worth walking the chunks to see whether the last one came."""
_INTERIM_CAP: Final = 4
_PAGE_CAP: Final = 65_536
_TITLE_CAP: Final = 300
_URL_CAP: Final = 1024

_TITLE: Final = re.compile(r"<title\b[^<>]{0,200}>([^<]{0,2000})", re.IGNORECASE)
_META: Final = re.compile(r"<meta\b[^<>]{0,500}>", re.IGNORECASE)
_REFRESH: Final = re.compile(r"http-equiv\s{0,4}=\s{0,4}[\"']?refresh", re.IGNORECASE)
_REFRESH_URL: Final = re.compile(r"url\s{0,4}=\s{0,4}[\"']?([^\"'>\s]{1,1000})", re.IGNORECASE)
_SCRIPT: Final = re.compile(
    r"\blocation(?:\.href|\.pathname)?\s{0,8}=(?!=)\s{0,8}[\"']([^\"'\r\n]{1,1000})[\"']"
    r"|\blocation\.(?:replace|assign)\s{0,8}\(\s{0,8}[\"']([^\"'\r\n]{1,1000})[\"']"
)
_LINK: Final = re.compile(r"<link\b[^<>]{0,500}>", re.IGNORECASE)
_REL_ICON: Final = re.compile(
    r"\brel\s{0,4}=\s{0,4}[\"']?(?:shortcut\s{1,4})?icon\b", re.IGNORECASE
)
_HREF: Final = re.compile(
    r"\bhref\s{0,4}=\s{0,4}(?:\"([^\"]{1,1000})\"|'([^']{1,1000})'|([^\s>\"']{1,1000}))",
    re.IGNORECASE,
)


def request(
    method: str,
    host: str,
    port: int,
    path: str,
    *,
    tls: bool = False,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    accept: str = "*/*",
    keep: bool = False,
) -> bytes:
    """One HTTP/1.1 request, header order fixed, never with credentials.

    Args:
        method: ``GET`` or ``POST``.
        host: address or name; IPv6 without brackets is fine.
        port: the TCP port.
        path: path and query as they go on the wire.
        tls: whether the connection is TLS; decides the port that needs no mention.
        headers: more headers, after the fixed ones.
        body: the body; its length is declared when there is one or the method is POST.
        accept: the Accept header.
        keep: ask the server to keep the connection for another question.

    Raises:
        Malformed: a part holds blanks, line ends or other bytes that cannot stand in a request.
    """
    place = _message.authority(host, port, _TLS_PORT if tls else _HTTP_PORT)
    lines = [
        f"{_message.clean(method)} {_message.clean(path)} HTTP/1.1",
        f"Host: {place}",
        f"User-Agent: {USER_AGENT}",
        f"Accept: {accept}",
    ]
    lines += [f"{_message.clean(name)}: {value}" for name, value in headers]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"Connection: {'keep-alive' if keep else 'close'}", "", ""]
    if any("\r" in line or "\n" in line for line in lines):
        raise Malformed("a header holds a line end")
    return "\r\n".join(lines).encode("latin-1", "replace") + body


def _after_interim(buf: bytes) -> bytes:
    """The buffer without leading line ends and ``100 Continue`` replies."""
    buf = buf.lstrip(b"\r\n")
    for _ in range(_INTERIM_CAP):
        if buf[9:12] not in _INTERIM or buf[:5] != b"HTTP/":
            break
        parts = _message.split(buf)
        if parts is None:
            break
        buf = buf[parts[1] :]
    return buf


class _Taken(NamedTuple):
    """The bytes from the reply on, the reply as far as it came, and where its body begins."""

    buf: bytes
    reply: Response
    at: int
    has_head: bool


@lru_cache(maxsize=4)
def _taken(buf: bytes) -> _Taken:
    """A reply is looked at several times: whether it is whole, how it ends, what it says.

    Raises:
        Malformed: the bytes do not begin with an HTTP/1.x status line.
    """
    buf = _after_interim(buf)
    parts = _message.split(buf)
    reply, at = _message.decode(buf, "HTTP", parts)
    return _Taken(buf, reply, at, parts is not None)


def keeping(request: bytes) -> bytes:
    """A request of :func:`request` that asks to keep the connection where it asked to close it."""
    head, end, body = request.partition(b"\r\n\r\n")
    return head.removesuffix(b"Connection: close") + b"Connection: keep-alive" + end + body


def complete(buf: bytes) -> bool:
    """Whether a whole reply has been read, so that nothing more need be awaited.

    False also when the reply ends only with the connection. True for what can never become a
    reply: bytes that do not begin like one, or a head beyond the cap.
    """
    if b"\n\n" not in buf and b"\n\r\n" not in buf:  # no header has ended
        left = buf.lstrip(b"\r\n")
        return not b"HTTP/".startswith(left[:5]) or len(left) > HEAD_CAP
    try:
        left, reply, at, has_head = _taken(buf)
    except Malformed:  # or only the beginning of a reply behind an interim one
        left = _after_interim(buf)
        begins = b"HTTP/".startswith(left[:5]) and _message.split(left) is None
        return not begins or len(left) > HEAD_CAP
    if not b"HTTP/".startswith(left[:5]):
        return True
    if not has_head:
        return len(left) > HEAD_CAP
    buf = left
    if reply.status in _BODILESS:
        return True
    if _is_chunked(reply):
        return buf.endswith(_CHUNKED_ENDS) and _message.dechunk(buf, at)[1]
    length = _message.content_length(reply)
    return length is not None and len(reply.body) >= length


def persists(buf: bytes) -> bool:
    """Whether another question may go over the connection that brought these bytes.

    Only where the reply is whole, ends by itself and not with the connection, nothing stands
    behind it that could be taken for the next reply, and the server does not say that it closes.
    """
    version, words = _connection(buf)
    if "close" in words or (version != "HTTP/1.1" and "keep-alive" not in words):
        return False
    return framed(buf)


def keeps(buf: bytes) -> bool:
    """Whether the server says in so many words that it waits for another question.

    Stricter than :func:`persists`: of HTTP/1.1 too, silence is not enough. Some cameras hang up
    without having said so.
    """
    _, words = _connection(buf)
    return "keep-alive" in words and "close" not in words and framed(buf)


def framed(buf: bytes) -> bool:
    """Whether a reply is whole, ends by itself and not with the connection, and ends the bytes.

    What stands behind it could be taken for the next reply.
    """
    try:
        buf, reply, _, _ = _taken(buf)
    except Malformed:
        return False
    if reply.status in _BODILESS:
        return reply.status != _SWITCHING and not reply.body
    if _is_chunked(reply):
        return buf.endswith((b"\n\r\n", b"\n\n")) and complete(buf)
    return _message.content_length(reply) == len(reply.body)


def _connection(buf: bytes) -> tuple[str, frozenset[str]]:
    """The reply's version, and the words of its Connection headers in lower case."""
    try:
        reply = _taken(buf).reply
    except Malformed:
        return "", frozenset()
    words = (word.strip() for value in reply.all("connection") for word in value.split(","))
    return reply.version, frozenset(word.lower() for word in words)


def _is_chunked(reply: Response) -> bool:
    return "chunked" in (reply.get("transfer-encoding") or "").lower()


def decode(buf: bytes) -> Response:
    """Decode one reply; a body cut short is kept as far as it came.

    Raises:
        Malformed: the bytes do not begin with an HTTP/1.x status line.
    """
    buf, reply, at, _ = _taken(buf)
    if reply.status in _BODILESS:
        return replace(reply, body=b"")
    if _is_chunked(reply):
        body, whole = _message.dechunk(buf, at)
        return replace(reply, body=body if body or whole else reply.body)
    length = _message.content_length(reply)
    return reply if length is None else replace(reply, body=reply.body[:length])


def title(html: str) -> str | None:
    """The title of a page, entities resolved and white space squeezed; None when it has none."""
    found = _TITLE.search(html[:_PAGE_CAP])
    return (squeeze(entities.unescape(found[1]))[:_TITLE_CAP] or None) if found else None


def redirect(html: str) -> str | None:
    """Where a page sends the browser: its meta refresh, else its first script redirect."""
    page = html[:_PAGE_CAP]
    for tag in _META.finditer(page):
        if _REFRESH.search(tag[0]) and (url := _REFRESH_URL.search(tag[0])):
            return entities.unescape(url[1])[:_URL_CAP]
    script = _SCRIPT.search(page)
    return (script[1] or script[2])[:_URL_CAP] if script else None


def icon_href(html: str) -> str | None:
    """The address of the page's icon as the page gives it; None when it names none."""
    for tag in _LINK.finditer(html[:_PAGE_CAP]):
        if _REL_ICON.search(tag[0]) and (href := _HREF.search(tag[0])):
            return entities.unescape(href[1] or href[2] or href[3]).strip() or None
    return None
