"""Receivers on the loopback: a webhook that keeps what it gets, and an SMTP server of few words."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


class Hook(HTTPServer):
    """Answers every request with ``code`` and ``headers``, and keeps it in ``got``."""

    code = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - set anew on an instance
    body = b"ok"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.got: list[tuple[str, str, dict[str, str], bytes]] = []
        self.place = f"127.0.0.1:{self.server_address[1]}"


class _Hook(BaseHTTPRequestHandler):
    def _any(self) -> None:
        server = self.server
        assert isinstance(server, Hook)
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server.got.append((self.command, self.path, dict(self.headers), data))
        self.send_response(server.code)
        for name, value in server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(server.body)

    do_GET = do_POST = _any  # noqa: N815 - the base class's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Smtp(socketserver.TCPServer):
    """Takes every mail, without TLS and without logging in."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.mails: list[str] = []
        self.place = f"127.0.0.1:{self.server_address[1]}"


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, Smtp)
        self._say("220 test")
        while line := self.rfile.readline(1000):
            word = line.strip().upper()
            if word.startswith(b"DATA"):
                self._say("354 go on")
                server.mails.append(self._mail())
                self._say("250 taken")
            elif word.startswith(b"QUIT"):
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _mail(self) -> str:
        lines = []
        while (line := self.rfile.readline(10_000)) not in {b".\r\n", b""}:
            lines.append(line)
        return b"".join(lines).decode("utf-8", "replace")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """Serve from a thread."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def nobody() -> str:
    """A place of the loopback where nobody listens."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{door.getsockname()[1]}"
