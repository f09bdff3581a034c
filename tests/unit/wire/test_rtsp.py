import pytest

from auditor.model.errors import Malformed
from auditor.wire import rtsp


def test_requests_are_exactly_these_bytes() -> None:
    agent = b"User-Agent: auditor/0.1 (compliance inventory; reads only)\r\n"
    assert rtsp.options("192.0.2.1", 554) == (
        b"OPTIONS rtsp://192.0.2.1:554/ RTSP/1.0\r\nCSeq: 1\r\n" + agent + b"\r\n"
    )
    assert rtsp.describe("fe80::1%2", 8554, 7) == (
        b"DESCRIBE rtsp://[fe80::1]:8554/ RTSP/1.0\r\nCSeq: 7\r\n"
        + agent
        + b"Accept: application/sdp\r\n\r\n"
    )


def test_address_cannot_smuggle_a_line() -> None:
    with pytest.raises(Malformed):
        rtsp.options("x\r\nAuthorization: y", 554)


@pytest.mark.parametrize(
    ("raw", "whole"),
    [
        (b"", False),
        (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n", False),
        (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", True),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nv", False),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nv=", True),
        (b"HTTP/1.1 400 Bad\r\n\r\n", True),
    ],
)
def test_complete_says_when_nothing_more_need_be_awaited(raw: bytes, whole: bool) -> None:
    assert rtsp.complete(raw) is whole


def test_reply_without_length_has_no_body() -> None:
    reply = rtsp.decode(b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\nRTSP/1.0 200 OK\r\n\r\n")
    assert (reply.version, reply.status, reply.body) == ("RTSP/1.0", 401, b"")


def test_http_reply_is_refused() -> None:
    with pytest.raises(Malformed):
        rtsp.decode(b"HTTP/1.1 200 OK\r\n\r\n")
