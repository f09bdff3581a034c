import pytest

from auditor.model.errors import Malformed
from auditor.wire import http


def test_request_is_exactly_these_bytes() -> None:
    assert http.request("GET", "192.0.2.1", 80, "/") == (
        b"GET / HTTP/1.1\r\n"
        b"Host: 192.0.2.1\r\n"
        b"User-Agent: auditor/0.1 (compliance inventory; reads only)\r\n"
        b"Accept: */*\r\n"
        b"Connection: close\r\n\r\n"
    )


def test_request_with_body_declares_its_length() -> None:
    sent = http.request(
        "POST", "cam.lan", 8080, "/x", headers=[("Content-Type", "a/b")], body=b"hi"
    )
    assert b"Host: cam.lan:8080\r\n" in sent
    assert b"Content-Type: a/b\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi" in sent


@pytest.mark.parametrize(
    ("host", "port", "tls", "line"),
    [
        ("fe80::1%eth0", 80, False, b"Host: [fe80::1]\r\n"),
        ("2001:db8::1", 8443, True, b"Host: [2001:db8::1]:8443\r\n"),
        ("192.0.2.1", 443, True, b"Host: 192.0.2.1\r\n"),
        ("192.0.2.1", 443, False, b"Host: 192.0.2.1:443\r\n"),
    ],
)
def test_host_header_follows_address_and_port(host: str, port: int, tls: bool, line: bytes) -> None:
    assert line in http.request("GET", host, port, "/", tls=tls)


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y", "", "/\x00", "/é"])
def test_path_cannot_smuggle_anything_into_a_request(path: str) -> None:
    with pytest.raises(Malformed):
        http.request("GET", "192.0.2.1", 80, path)


def test_header_value_cannot_smuggle_a_line() -> None:
    with pytest.raises(Malformed):
        http.request("GET", "192.0.2.1", 80, "/", headers=[("X", "a\r\nAuthorization: b")])


def test_no_request_ever_carries_credentials() -> None:
    sent = http.request("GET", "192.0.2.1", 80, "/").lower()
    assert b"authorization" not in sent
    assert b"cookie" not in sent


def test_header_order_and_case_are_kept() -> None:
    reply = http.decode(b"HTTP/1.1 200 OK\r\nsErVer: x\r\nCONTENT-TYPE: t\r\nserver: y\r\n\r\n")
    assert reply.headers == (("sErVer", "x"), ("CONTENT-TYPE", "t"), ("server", "y"))
    assert reply.get("Server") == "x"
    assert reply.all("SERVER") == ("x", "y")
    assert reply.get("nothing") is None


@pytest.mark.parametrize(
    ("raw", "status", "reason", "body"),
    [
        (b"HTTP/1.1 200\r\n\r\nx", 200, "", b"x"),
        (b"HTTP/1.0 404 Not Found\n\nx", 404, "Not Found", b"x"),
        (b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx", 200, "OK", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut", 200, "OK", b"cut"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nlonger", 200, "OK", b"lo"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nall", 200, "OK", b"all"),
        (b"HTTP/1.1 204 No\r\n\r\nx", 204, "No", b""),
        (b"HTTP/1.1 200 OK\r\nServer", 200, "OK", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\n\r\nx", 401, "No", b"x"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nd",
            200,
            "OK",
            b"abcd",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>", 200, "OK", b"<html>"),
    ],
)
def test_broken_replies_decode_as_far_as_they_go(
    raw: bytes, status: int, reason: str, body: bytes
) -> None:
    reply = http.decode(raw)
    assert (reply.status, reply.reason, reply.body) == (status, reason, body)


@pytest.mark.parametrize(
    "raw", [b"", b"RTSP/1.0 200 OK\r\n\r\n", b"<html>", b"HTTP/1.1 20 OK\r\n\r\n", b"SSH-2.0-x\r\n"]
)
def test_other_protocols_are_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        http.decode(raw)


def test_folded_headers_are_joined_and_lines_without_colon_dropped() -> None:
    reply = http.decode(b"HTTP/1.1 200 OK\r\nA: 1\r\n\t2\r\nnothing\r\nB:3\r\n\r\n")
    assert reply.headers == (("A", "1 2"), ("B", "3"))


@pytest.mark.parametrize(
    ("raw", "whole"),
    [
        (b"", False),
        (b"HTT", False),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", True),
        (b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc", True),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end of the stream", False),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n", False),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 x\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", True),
        (b"SSH-2.0-dropbear\r\n", True),
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70000, True),
    ],
)
def test_complete_says_when_nothing_more_need_be_awaited(raw: bytes, whole: bool) -> None:
    assert http.complete(raw) is whole


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>WEB SERVICE</title>", "WEB SERVICE"),
        ("<TITLE id=x>\n a &amp;\n\t b </TITLE>", "a & b"),
        ("<title>cut", "cut"),
        ("<title></title>", None),
        ("no title", None),
        ("<title>" + "x" * 1000, "x" * 300),
    ],
)
def test_title(page: str, title: str | None) -> None:
    assert http.title(page) == title


@pytest.mark.parametrize(
    ("page", "target"),
    [
        ('<meta http-equiv="refresh" content="0; url=/a.html">', "/a.html"),
        ("<META HTTP-EQUIV=Refresh CONTENT='1;URL=http://x/?a=1&amp;b=2'>", "http://x/?a=1&b=2"),
        ('<meta name="x"><script>window.location="/b.asp"</script>', "/b.asp"),
        ("<script>top.location.href = '/c'</script>", "/c"),
        ("<script>location.replace('/d?x=' + 1)</script>", "/d?x="),
        ("<script>if (location == '/e') {}</script>", None),
        ("nothing", None),
    ],
)
def test_redirect(page: str, target: str | None) -> None:
    assert http.redirect(page) == target


@pytest.mark.parametrize(
    ("page", "href"),
    [
        ('<link rel="shortcut icon" href="/f.ico">', "/f.ico"),
        ("<LINK HREF=a.png REL='icon' type=x>", "a.png"),
        ('<link rel="stylesheet" href="x.css"><link rel=icon href="i&amp;j.ico">', "i&j.ico"),
        ('<link rel="stylesheet" href="x.css">', None),
    ],
)
def test_icon_href(page: str, href: str | None) -> None:
    assert http.icon_href(page) == href


def test_compressed_body_is_no_text() -> None:
    reply = http.decode(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b")
    assert reply.text() == ""
    assert reply.body == b"\x1f\x8b"


def keeping(*lines: str, body: bytes = b"abc") -> bytes:
    return "\r\n".join([*lines, "", ""]).encode() + body


FRAMED = ("HTTP/1.1 200 OK", "Content-Length: 3")


@pytest.mark.parametrize(
    ("reply", "framed", "persists", "keeps"),
    [
        (keeping(*FRAMED, "Connection: keep-alive"), True, True, True),
        (keeping(*FRAMED, "CONNECTION: Keep-Alive, Upgrade"), True, True, True),
        (keeping(*FRAMED), True, True, False),
        (keeping(*FRAMED, "Connection: close"), True, False, False),
        (keeping(*FRAMED, "Connection: keep-alive", "Connection: close"), True, False, False),
        (keeping("HTTP/1.0 200 OK", "Content-Length: 3"), True, False, False),
        (keeping("HTTP/1.0 200 OK", "Content-Length: 3", "Connection: keep-alive"), *[True] * 3),
        (keeping("HTTP/1.1 200 OK", "Connection: keep-alive"), False, False, False),
        (keeping(*FRAMED, "Connection: keep-alive", body=b"ab"), False, False, False),
        (keeping(*FRAMED, "Connection: keep-alive", body=b"abcd"), False, False, False),
        (keeping("HTTP/1.1 204 No", "Connection: keep-alive", body=b""), True, True, True),
        (keeping("HTTP/1.1 204 No", "Connection: keep-alive"), False, False, False),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + keeping(*FRAMED), True, True, False),
        (b"", False, False, False),
        (b"RTSP/1.0 200 OK\r\n\r\n", False, False, False),
    ],
)
def test_a_connection_lives_on_only_behind_a_whole_answer_that_says_so(
    reply, framed, persists, keeps
):
    assert (http.framed(reply), http.persists(reply), http.keeps(reply)) == (
        framed,
        persists,
        keeps,
    )


@pytest.mark.parametrize("body", [b"", b"a=1\r\n\r\nConnection: close"])
def test_a_request_that_asks_to_keep_the_connection_is_otherwise_the_same(body):
    method = "POST" if body else "GET"
    asked = [http.request(method, "192.0.2.7", 80, "/x", body=body, keep=k) for k in (False, True)]
    assert http.keeping(asked[0]) == asked[1]
    assert asked[0] != asked[1]


@pytest.mark.parametrize("cut", [1, 2])
def test_a_page_with_a_byte_order_mark_may_be_cut_inside_a_character(cut):
    page = "\ufeff<title>监控</title>监".encode()[:-cut]
    reply = http.decode(b"HTTP/1.1 200 OK\r\n\r\n" + page)
    assert http.title(reply.text()) == "监控"
    assert not reply.text().startswith("\ufeff")


def test_an_interim_answer_is_no_answer_yet():
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    for left in b"", b"HTT", b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nContent-Le":
        assert not http.complete(interim + left)
    assert http.complete(interim + b"junk")
