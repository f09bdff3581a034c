import asyncio

import pytest

from auditor.model.errors import ConnReset, Denied, TimedOut, TlsFailed
from auditor.net.transport.tls import context

HOST = "127.0.0.2"


@pytest.fixture(params=["polled", "plain"])
def make_net(request, make_net):
    """With and without a poller: other systems have none."""

    def make(*targets, **options):
        net = make_net(*targets, **options)
        net._dialer._may_poll = request.param == "polled"
        return net

    return make


async def hello(reader, writer):
    await reader.read(100)
    writer.write(b"hello\n")
    await writer.drain()


async def ask(net, port):
    async with net.dialer.connect(HOST, port, probe="tls", tls=True) as stream:
        reply = await stream.ask(b"x", lambda read: read.endswith(b"\n"))
        return reply, stream.certificate, stream.tls_version


@pytest.mark.parametrize(
    ("version", "named"),
    [("TLSv1", "TLSv1"), ("TLSv1_1", "TLSv1.1"), ("TLSv1_2", "TLSv1.2"), (None, "TLSv1.3")],
)
async def test_old_and_new_versions_with_a_short_expired_key_are_met(
    serve, make_net, server_tls, old_certificate, version, named
):
    server = await serve(hello, tls=server_tls(version))
    reply, certificate, spoken = await ask(make_net(), server.port)
    assert (reply, certificate, spoken) == (b"hello\n", old_certificate[1], named)


async def test_a_handshake_is_a_request(serve, make_net, server_tls):
    server, net = await serve(hello, tls=server_tls()), make_net()
    await ask(net, server.port)
    sent = net.ledger.sent()
    assert (sent.packets, sent.connections, sent.requests) == (3, 1, 2)


async def test_a_handshake_needs_budget(serve, make_net, server_tls):
    server = await serve(hello, tls=server_tls())
    with pytest.raises(Denied):
        await ask(make_net(limits={"requests_per_host": 0}), server.port)


async def test_a_port_that_speaks_no_tls_fails(serve, make_net):
    async def http(reader, writer):
        await reader.read(100)
        writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        await writer.drain()

    server = await serve(http)
    with pytest.raises(TlsFailed):
        await ask(make_net(), server.port)


async def test_a_port_that_closes_in_the_handshake_fails(serve, make_net):
    async def shut(reader, writer):
        await reader.read(5000)

    server = await serve(shut)
    with pytest.raises(TlsFailed):
        await ask(make_net(), server.port)


async def test_a_port_that_closes_at_once_is_told_as_such(serve, make_net):
    async def slam(reader, writer):
        writer.transport.abort()

    server = await serve(slam)
    with pytest.raises((TlsFailed, ConnReset)):
        await ask(make_net(), server.port)


async def test_a_handshake_that_hangs_times_out(serve, make_net):
    async def hang(reader, writer):
        await asyncio.sleep(60)

    server = await serve(hang)
    with pytest.raises(TimedOut):
        await ask(make_net(), server.port)


async def test_a_handshake_without_end_is_given_up(serve, make_net):
    async def babble(reader, writer):
        record = b"\x16\x03\x03\x40\x00" + b"\x02\xff\xff\xff" + b"\0" * (0x4000 - 4)
        while True:
            writer.write(record)
            await writer.drain()

    server = await serve(babble)
    with pytest.raises((TlsFailed, TimedOut)):
        await ask(make_net(), server.port)


async def test_the_end_without_goodbye_ends_a_reply(serve, make_net, server_tls):
    async def rude(reader, writer):
        await reader.read(100)
        writer.write(b"no line end")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.transport.abort()

    server = await serve(rude, tls=server_tls())
    try:
        reply, _, _ = await ask(make_net(), server.port)
    except ConnReset as error:  # the kernel may turn unread data into a reset
        reply = error.partial
    assert reply == b"no line end"


async def test_a_large_reply_comes_whole(serve, make_net, server_tls):
    async def big(reader, writer):
        await reader.read(100)
        writer.write(b"x" * 200_000 + b"\n")
        await writer.drain()

    server = await serve(big, tls=server_tls())
    reply, _, _ = await ask(make_net(limits={"reply_timeout": 3}), server.port)
    assert len(reply) == 200_001


def test_nothing_is_verified_for_the_certificate_is_the_evidence():
    assert context().check_hostname is False
    assert context().verify_mode == 0


async def test_cancelled_handshakes_leave_no_socket(serve, make_net, open_files):
    async def hang(reader, writer):
        await asyncio.sleep(60)

    server, net = await serve(hang), make_net(limits={"reply_timeout": 30})
    tasks = [asyncio.create_task(ask(net, server.port)) for _ in range(4)]
    await server.reaches(4)
    during = open_files()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert open_files() <= during - 4
