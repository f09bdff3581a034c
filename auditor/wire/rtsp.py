"""RTSP/1.0 OPTIONS and DESCRIBE, without credentials and without opening a stream.

Every camera and most recorders speak it. Source: RFC 2326.
"""

from dataclasses import replace
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import _message
from auditor.wire._message import HEAD_CAP, USER_AGENT, Response

__all__ = ["Response", "complete", "decode", "describe", "options"]

_NO_DEFAULT: Final = -1
"""The port is always written: some servers want the URL exactly as they print it."""


def _request(method: str, address: str, port: int, cseq: int, more: str = "") -> bytes:
    url = f"rtsp://{_message.authority(address, port, _NO_DEFAULT)}/"
    return (
        f"{method} {url} RTSP/1.0\r\nCSeq: {cseq}\r\nUser-Agent: {USER_AGENT}\r\n{more}\r\n"
    ).encode("ascii")


def options(address: str, port: int, cseq: int = 1) -> bytes:
    """An OPTIONS request for the server's root.

    Raises:
        Malformed: the address cannot stand in a URL.
    """
    return _request("OPTIONS", address, port, cseq)


def describe(address: str, port: int, cseq: int = 2) -> bytes:
    """A DESCRIBE request for the server's root, without credentials.

    Raises:
        Malformed: the address cannot stand in a URL.
    """
    return _request("DESCRIBE", address, port, cseq, "Accept: application/sdp\r\n")


def complete(buf: bytes) -> bool:
    """Whether a whole reply has been read. Without Content-Length a reply has no body."""
    buf = buf.lstrip(b"\r\n")
    if not b"RTSP/".startswith(buf[:5]):
        return True
    if _message.split(buf) is None:
        return len(buf) > HEAD_CAP
    try:
        reply, _ = _message.decode(buf, "RTSP")
    except Malformed:
        return True
    return len(reply.body) >= (_message.content_length(reply) or 0)


def decode(buf: bytes) -> Response:
    """Decode one reply; a body cut short is kept as far as it came.

    Raises:
        Malformed: the bytes do not begin with an RTSP status line.
    """
    reply, _ = _message.decode(buf.lstrip(b"\r\n"), "RTSP")
    return replace(reply, body=reply.body[: _message.content_length(reply) or 0])
