"""Servers that cannot bear a modern hello, or show what no library accepts."""

import asyncio
import hashlib
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from auditor.model.errors import ConnReset, TimedOut, TlsFailed
from auditor.model.words import Ending
from auditor.net.transport.tls import Hello
from auditor.probes import tls as tls_probe
from auditor.probes._api import Target
from auditor.probes._run import run_probe

HOST = "127.0.0.2"
SHORT_KEY = Path(__file__).parent / "rsa512-md5.pem"
PROTOCOL_VERSION = b"\x15\x03\x01\x00\x02\x02\x46"
OFFERS_1_3 = b"\x03\x04\x03\x03"


def offers_1_3(hello: bytes) -> bool:
    return OFFERS_1_3 in hello


def has_extensions(hello: bytes) -> bool:
    """Whether anything stands behind the cipher suites and the one compression method."""
    session = hello[43]
    suites = int.from_bytes(hello[44 + session : 46 + session])
    return len(hello) > 46 + session + suites + 2


def always(_hello: bytes) -> bool:
    return True


async def reset(writer):
    writer.transport.abort()


async def close(writer):
    writer.close()


async def alert(writer):
    writer.write(PROTOCOL_VERSION)
    await writer.drain()
    writer.close()


async def hang(_writer):
    await asyncio.sleep(60)


async def plain(writer):
    writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
    await writer.drain()
    writer.close()


def picky(tls: ssl.SSLContext, chokes, way, hellos: list):
    """A TLS server that looks at the hello first; answers one line once hands are shaken."""

    async def serve(reader, writer):
        hello = await reader.read(4096)
        hellos.append(hello)
        if chokes(hello):
            await way(writer)
            return
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        side = tls.wrap_bio(incoming, outgoing, server_side=True)
        incoming.write(hello)
        for step in (side.do_handshake, lambda: side.read(10), lambda: side.write(b"hello\n")):
            while True:
                try:
                    step()
                except ssl.SSLWantReadError:
                    writer.write(outgoing.read())
                    data = await reader.read(4096)
                    if not data:
                        return
                    incoming.write(data)
                else:
                    break
        writer.write(outgoing.read())
        await writer.drain()

    return serve


async def ask(net, port):
    async with net.dialer.connect(HOST, port, probe="tls", tls=True) as stream:
        reply = await stream.ask(b"x", lambda read: read.endswith(b"\n"))
        return reply, stream.tls_version


@pytest.mark.parametrize("way", [reset, close, alert, hang])
async def test_a_server_that_cannot_bear_tls_1_3_is_met_with_a_plainer_hello(
    serve, make_net, server_tls, way
):
    hellos = []
    server = await serve(picky(server_tls("TLSv1_2"), offers_1_3, way, hellos))
    net = make_net()
    assert await ask(net, server.port) == (b"hello\n", "TLSv1.2")
    assert [offers_1_3(hello) for hello in hellos] == [True, False]
    assert net.ledger.sent().requests == 3  # two handshakes and a message


@pytest.mark.parametrize("way", [reset, close, alert])
async def test_a_server_that_knows_tls_1_0_without_extensions_only_is_met(
    serve, make_net, server_tls, way
):
    hellos = []
    server = await serve(picky(server_tls("TLSv1"), has_extensions, way, hellos))
    assert await ask(make_net(), server.port) == (b"hello\n", "TLSv1")
    assert [has_extensions(hello) for hello in hellos] == [True, True, False]


async def test_what_a_port_took_is_remembered(serve, make_net, server_tls):
    hellos = []
    server = await serve(picky(server_tls("TLSv1"), has_extensions, reset, hellos))
    net = make_net()
    await ask(net, server.port)
    await ask(net, server.port)
    assert [has_extensions(hello) for hello in hellos] == [True, True, False, False]


async def test_a_port_that_takes_no_hello_is_tried_three_times_and_then_once(
    serve, make_net, server_tls
):
    hellos = []
    server = await serve(picky(server_tls(), always, alert, hellos))
    net = make_net()
    with pytest.raises(TlsFailed, match="3 handshakes"):
        await ask(net, server.port)
    with pytest.raises(TlsFailed):
        await ask(net, server.port)
    assert len(hellos) == len(Hello) + 1


async def test_resets_in_one_search_count_as_one(serve, make_net, server_tls):
    picked = await serve(picky(server_tls(), always, reset, []))
    other = await serve(picky(server_tls(), lambda _: False, reset, []))
    net = make_net()
    with pytest.raises((ConnReset, TlsFailed)):
        await ask(net, picked.port)
    assert (await ask(net, other.port))[0] == b"hello\n"  # the host is not left alone


async def test_a_port_that_hangs_is_tried_twice_only(serve, make_net, server_tls):
    hellos = []
    server = await serve(picky(server_tls(), always, hang, hellos))
    with pytest.raises(TimedOut):
        await ask(make_net(), server.port)
    assert len(hellos) == 2


async def test_a_port_that_answers_in_plain_words_is_not_tried_again(serve, make_net, server_tls):
    hellos = []
    server = await serve(picky(server_tls(), always, plain, hellos))
    with pytest.raises(TlsFailed):
        await ask(make_net(), server.port)
    assert len(hellos) == 1


async def test_the_search_stops_when_the_budget_is_spent(serve, make_net, server_tls):
    hellos = []
    server = await serve(picky(server_tls(), always, alert, hellos))
    net = make_net(limits={"requests_per_host": 2})
    with pytest.raises(TlsFailed):
        await ask(net, server.port)
    assert (len(hellos), net.ledger.most_requests) == (2, 2)


async def test_one_connection_is_open_at_a_time(serve, make_net, server_tls):
    server = await serve(picky(server_tls("TLSv1"), has_extensions, close, []))
    net = make_net()
    await ask(net, server.port)
    assert net.ledger.most_connections == 1


async def test_a_key_of_512_bits_signed_with_md5_is_read(serve, make_net):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.set_ciphers("ALL:@SECLEVEL=0")
    tls.load_cert_chain(SHORT_KEY)

    async def wait(reader, writer):
        await reader.read(10)

    server = await serve(wait, tls=tls)
    async with make_net().dialer.connect(HOST, server.port, probe="tls", tls=True) as stream:
        leaf = x509.load_der_x509_certificate(stream.certificate)
    assert leaf.signature_hash_algorithm.name == "md5"
    assert "old camera" in leaf.subject.rfc4514_string()


def record(*messages: bytes) -> bytes:
    body = b"".join(messages)
    return b"\x16\x03\x03" + len(body).to_bytes(2) + body


def message(kind: int, content: bytes) -> bytes:
    return bytes([kind]) + len(content).to_bytes(3) + content


def shows(der: bytes):
    """A TLS 1.2 server that shows these bytes as its certificate."""
    hello = b"\x03\x03" + bytes(32) + b"\0" + b"\x00\x2f" + b"\0"
    chain = len(der).to_bytes(3) + der
    flight = record(
        message(2, hello), message(11, len(chain).to_bytes(3) + chain), message(14, b"")
    )

    async def serve(reader, writer):
        await reader.read(4096)
        writer.write(flight)
        await writer.drain()
        await reader.read(4096)

    return serve


async def test_a_certificate_that_the_library_refuses_comes_with_the_failure(
    serve, make_net, old_certificate
):
    der = old_certificate[1][:-30] + b"\xff" * 10
    server = await serve(shows(der))
    with pytest.raises(TlsFailed, match=r"after it chose TLSv1\.2") as failure:
        await ask(make_net(), server.port)
    assert failure.value.partial == der
    assert server.accepted == 1  # nothing more was to be had


async def test_a_good_certificate_of_a_failed_handshake_comes_with_the_failure(
    serve, make_net, old_certificate
):
    server = await serve(shows(old_certificate[1]))  # it never goes on after that
    with pytest.raises((TlsFailed, TimedOut)) as failure:
        await ask(make_net(), server.port)
    leaf = x509.load_der_x509_certificate(failure.value.partial)
    assert leaf.public_bytes(serialization.Encoding.DER) == old_certificate[1]


async def test_the_certificate_probe_says_which_version_was_used(serve, make_net, server_tls):
    server = await serve(picky(server_tls("TLSv1"), has_extensions, reset, []))
    target = Target(address=HOST, port=server.port, tls=True, seen=(), clock=lambda: "")
    attempt, facts = await run_probe(
        tls_probe.PROBE, target, make_net().dialer, monotonic=time.monotonic
    )
    told = {fact.signal: fact.value for fact in facts}
    assert attempt.outcome is Ending.OK
    assert told["tls.version"] == "TLSv1"
    assert told["tls.subject"] == "CN=old camera"  # expired since 2001


async def test_the_certificate_probe_keeps_the_hash_of_a_broken_certificate(
    serve, make_net, old_certificate
):
    der = old_certificate[1][:-30]
    server = await serve(shows(der))
    target = Target(address=HOST, port=server.port, tls=True, seen=(), clock=lambda: "")
    attempt, facts = await run_probe(
        tls_probe.PROBE, target, make_net().dialer, monotonic=time.monotonic
    )
    assert attempt.outcome is Ending.TLS_ERROR
    assert "TLSv1.2" in attempt.detail
    assert [(fact.signal, fact.value) for fact in facts] == [
        ("tls.sha256", hashlib.sha256(der).hexdigest())
    ]
