"""The same probes over real sockets on the loopback, through the live dialer."""

import asyncio
import contextlib
import socket
import ssl
import struct
import time

import pytest

from auditor.model.scope import Scope
from auditor.model.words import Ending
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits
from auditor.net.live import LiveNet
from auditor.probes._api import Target
from auditor.probes._run import run_probe
from tests.unit.probes.asking import PROBE
from tests.unit.probes.certificates import pem
from tests.unit.probes.devices import isapi_web, onvif, rpc_web, rtsp_server, vapix_web
from tests.unit.probes.fakes import AT, Pause, Port, Reset, Silence, faults

HOST = "127.0.0.66"
WAIT = 0.25


class Host:
    """A host on the loopback whose ports play scripts, and the way to it."""

    def __init__(self, net: LiveNet) -> None:
        self.net = net
        self.requests: list[bytes] = []
        self.servers: list[asyncio.Server] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.waiting = asyncio.Event()
        self.hung_up = asyncio.Event()

    async def open(self, port: Port, tls: ssl.SSLContext | None = None) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.tasks.add(asyncio.current_task())
            with contextlib.suppress(OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
                await self._converse(port, reader, writer)
            writer.close()

        server = await asyncio.start_server(serve, HOST, 0, ssl=tls)
        self.servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def _converse(self, port: Port, reader, writer) -> None:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            if found := request.lower().partition(b"content-length: ")[2]:
                request += await reader.readexactly(int(found.split(b"\r\n")[0]))
            self.requests.append(request)
            for piece in port.answer(request):
                if piece is Silence:
                    self.waiting.set()
                    await reader.read()  # until the other side hangs up
                    self.hung_up.set()
                elif piece is Reset:
                    raw = writer.get_extra_info("socket")
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    writer.transport.abort()
                    return
                elif isinstance(piece, Pause):
                    await asyncio.sleep(piece.seconds / 50)
                else:
                    writer.write(piece)
                    await writer.drain()
            if not request.split(b"\r\n")[0].endswith(b"RTSP/1.0"):
                return

    async def ask(self, name: str, port: int, *, tls: bool = False):
        where = Target(address=HOST, port=port, tls=tls, seen=(), clock=lambda: AT)
        return await run_probe(PROBE[name], where, self.net.dialer, monotonic=time.monotonic)


@pytest.fixture
async def host():
    limits = Limits(
        connect_timeout=WAIT,
        reply_timeout=WAIT,
        requests_per_host=30,
        resets_before_denied=100,
        slow_spacing=0.0,
    )
    here = Host(LiveNet(Scope.of([HOST]), limits=limits, ledger=Ledger(keep=0)))
    yield here
    for server in here.servers:
        server.close()
    for task in here.tasks:
        task.cancel()
    await asyncio.gather(*here.tasks, return_exceptions=True)
    await here.net.close()


@pytest.fixture
def tls(tmp_path):
    (tmp_path / "both.pem").write_bytes(pem("HIKVISION"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    return context


def values(facts) -> dict[str, str]:
    return {fact.signal: fact.value for fact in facts}


@pytest.mark.parametrize(
    ("name", "port", "signals"),
    [
        ("http", Port(answer=isapi_web()), {"http.server", "http.title", "http.location"}),
        ("favicon", Port(answer=isapi_web()), {"http.favicon_md5", "http.favicon_mmh3"}),
        ("isapi", Port(answer=isapi_web()), {"isapi.xml", "ssdp.description", "http.auth_realm"}),
        ("loginpage", Port(answer=isapi_web()), {"http.title", "http.body"}),
        ("magicbox", Port(answer=rpc_web()), {"http.auth_realm", "http.auth_nonce"}),
        ("axis", Port(answer=vapix_web()), {"axis.basicdeviceinfo"}),
        ("rtsp", Port(answer=rtsp_server()), {"rtsp.public", "rtsp.auth_realm"}),
        (
            "onvif",
            Port(answer=lambda request: onvif(request, refuse=set())),
            {"onvif.serial", "onvif.mac", "onvif.envelope", "onvif.services", "onvif.scopes"},
        ),
    ],
)
async def test_a_probe_reads_a_real_server(host, name, port, signals):
    number = await host.open(port)
    attempt, facts = await host.ask(name, number)
    assert attempt.outcome is Ending.OK, attempt
    assert signals <= set(values(facts))
    assert attempt.endpoint == f"tcp/{number}"
    assert len(host.requests) <= PROBE[name].cost
    assert not any(b"authorization" in request.lower() for request in host.requests)


@pytest.mark.parametrize("name", ["tls", "http"])
async def test_a_certificate_is_read_from_a_real_handshake(host, tls, name):
    number = await host.open(Port(answer=rpc_web()), tls)
    attempt, facts = await host.ask(name, number, tls=True)
    assert attempt.outcome is Ending.OK, attempt
    assert "O=HIKVISION" in values(facts)["tls.subject"]


async def test_a_plain_server_fails_the_handshake(host):
    number = await host.open(Port(answer=rpc_web()))
    attempt, _ = await host.ask("tls", number, tls=True)
    assert attempt.outcome in {Ending.TLS_ERROR, Ending.TIMEOUT, Ending.RESET}


async def test_a_tls_server_is_found_behind_an_unknown_port(host, tls):
    number = await host.open(Port(answer=rpc_web()), tls)
    attempt, facts = await host.ask("http", number)
    if attempt.outcome is Ending.OK:  # OpenSSL answers with an alert, or just hangs up
        assert values(facts)["http.title"] == "WEB SERVICE"
    else:
        assert attempt.outcome in {Ending.MALFORMED, Ending.RESET}


@pytest.mark.parametrize("name", ["http", "onvif", "isapi"])
@pytest.mark.parametrize(
    ("fault", "endings"),
    [
        ("hang", {Ending.TIMEOUT}),
        ("empty", {Ending.MALFORMED}),
        ("reset", {Ending.RESET}),
        ("reset-mid-header", {Ending.RESET}),
        ("drip", {Ending.TIMEOUT}),
        ("endless-body", {Ending.OK, Ending.TOO_BIG}),
        ("huge-header", {Ending.TOO_BIG}),
        ("ssh", {Ending.MALFORMED}),
        ("binary", {Ending.MALFORMED}),
        ("not-utf8", {Ending.OK}),
        ("redirect-out", {Ending.OK}),
    ],
)
async def test_a_real_server_that_misbehaves_ends_as_expected(host, name, fault, endings):
    number = await host.open(faults()[fault])
    before = time.monotonic()
    attempt, _ = await host.ask(name, number)
    assert attempt.outcome in endings, attempt
    assert time.monotonic() - before < 4 * WAIT * PROBE[name].cost
    assert len(host.requests) <= PROBE[name].cost


async def test_a_closed_port_is_refused(host):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        number = taken.getsockname()[1]
    attempt, _ = await host.ask("http", number)
    assert attempt.outcome is Ending.REFUSED


async def test_a_host_out_of_scope_is_denied(host):
    where = Target(address="127.0.0.67", port=80, tls=False, seen=(), clock=lambda: AT)
    attempt, _ = await run_probe(PROBE["http"], where, host.net.dialer, monotonic=time.monotonic)
    assert attempt.outcome is Ending.DENIED


async def test_cancelling_leaves_no_connection_open(host):
    number = await host.open(Port(answer=lambda _: (Silence,)))
    task = asyncio.ensure_future(host.ask("http", number))
    await host.waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(host.hung_up.wait(), 0.5)
