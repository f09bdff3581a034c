import asyncio
import gc
import socket
import struct

import pytest

from auditor.model.errors import ConnReset, Denied, NetError, Refused, TimedOut, TooBig

HOST = "127.0.0.2"


@pytest.fixture(params=["polled", "plain"])
def make_net(request, make_net):
    """With and without a poller: other systems have none."""

    def make(*targets, **options):
        net = make_net(*targets, **options)
        net._dialer._may_poll = request.param == "polled"
        return net

    return make


def until(mark: bytes):
    return lambda read: read.endswith(mark)


def never(read: bytes) -> bool:
    return False


async def echo(reader, writer):
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()


async def hang(reader, writer):
    await asyncio.sleep(60)


async def ask(net, port, payload=b"hello\n", complete=never, address=HOST, **options):
    async with net.dialer.connect(address, port, probe="http") as stream:
        return await stream.ask(payload, complete, **options)


async def test_a_reply_ends_where_complete_says(serve, make_net):
    server = await serve(echo)
    assert await ask(make_net(), server.port, b"hello\n", until(b"\n")) == b"hello\n"


async def test_several_messages_go_over_one_connection(serve, make_net):
    server, net = await serve(echo), make_net()
    async with net.dialer.connect(HOST, server.port, probe="http") as stream:
        assert await stream.ask(b"a\n", until(b"\n")) == b"a\n"
        assert await stream.ask(b"b\n", until(b"\n")) == b"b\n"
        assert (stream.certificate, stream.tls_version) == (None, None)
    assert server.accepted == 1


async def test_the_end_of_the_stream_ends_a_reply(serve, make_net):
    async def say(reader, writer):
        await reader.read(100)
        writer.write(b"part")

    server = await serve(say)
    assert await ask(make_net(), server.port) == b"part"


async def test_an_empty_payload_reads_the_banner_and_sends_nothing(serve, make_net):
    async def banner(reader, writer):
        writer.write(b"220 ready\r\n")

    server, net = await serve(banner), make_net()
    assert await ask(net, server.port, b"", until(b"\n")) == b"220 ready\r\n"
    sent = net.ledger.sent()
    assert (sent.packets, sent.requests) == (1, 1)


async def test_what_is_sent_is_on_record(serve, make_net):
    server, net = await serve(echo), make_net()
    await ask(net, server.port, b"hello\n", until(b"\n"))
    sent = net.ledger.sent()
    assert (sent.packets, sent.connections, sent.requests, sent.by_probe) == (2, 1, 1, {"http": 2})
    assert [(line.what, line.head) for line in net.ledger.lines] == [
        ("connect", b""),
        ("message", b"hello\n"),
    ]


async def test_a_closed_port_is_refused(serve, make_net):
    with socket.socket() as taken:  # bound, but not listening
        taken.bind((HOST, 0))
        with pytest.raises(Refused):
            await ask(make_net(), taken.getsockname()[1])


async def test_a_silent_host_times_out_and_holds_its_place_no_longer(make_net):
    with socket.socket() as full:
        full.bind((HOST, 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(3)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex((HOST, port))
            net = make_net()
            loop = asyncio.get_running_loop()
            start = loop.time()
            with pytest.raises(TimedOut):
                await ask(net, port)
            assert 0.25 <= loop.time() - start < 0.6
            assert len(net._dialer.hosts) == 0
        finally:
            for filler in fillers:
                filler.close()


async def test_a_host_that_says_nothing_times_out(serve, make_net):
    server = await serve(hang)
    with pytest.raises(TimedOut) as caught:
        await ask(make_net(), server.port)
    assert caught.value.partial == b""


async def test_a_dripping_host_cannot_hold_an_exchange_longer(serve, make_net):
    async def drip(reader, writer):
        for _ in range(600):
            writer.write(b"x")
            await asyncio.sleep(0.03)

    server = await serve(drip)
    loop = asyncio.get_running_loop()
    start = loop.time()
    with pytest.raises(TimedOut) as caught:
        await ask(make_net(), server.port, wait=0.3)
    assert loop.time() - start < 0.6
    assert 3 <= len(caught.value.partial) <= 12


async def test_an_endless_body_is_cut_at_the_cap(serve, make_net):
    async def pour(reader, writer):
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    server = await serve(pour)
    with pytest.raises(TooBig) as caught:
        await ask(make_net(), server.port, cap=100_000, wait=5)
    assert caught.value.partial == b"x" * 100_000


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False)])
async def test_the_cap_is_exact(serve, make_net, size, fits):
    async def say(reader, writer):
        await reader.read(100)
        writer.write(b"x" * size)

    server = await serve(say)
    if fits:
        assert len(await ask(make_net(), server.port, cap=1000)) == size
    else:
        with pytest.raises(TooBig):
            await ask(make_net(), server.port, cap=1000)


async def reset(writer):
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def test_a_reset_in_mid_reply_keeps_what_was_read(serve, make_net):
    async def break_off(reader, writer):
        writer.write(b"half a rep")
        await writer.drain()
        await asyncio.sleep(0.05)
        await reset(writer)

    server = await serve(break_off)
    with pytest.raises(ConnReset) as caught:
        await ask(make_net(), server.port)
    assert caught.value.partial == b"half a rep"


async def test_a_host_that_resets_three_times_is_left_alone(serve, make_net):
    async def slam(reader, writer):
        await reader.read(100)
        await reset(writer)

    server, net = await serve(slam), make_net(limits={"slow_spacing": 0.01})
    for _ in range(3):
        with pytest.raises(ConnReset):
            await ask(net, server.port)
    with pytest.raises(Denied, match="dropped 3 connections"):
        await ask(net, server.port)
    assert server.accepted == 3


@pytest.mark.parametrize("address", ["127.0.0.9", "127.0.0.4"])
async def test_nothing_goes_to_an_address_out_of_scope(serve, make_net, address):
    server = await serve(echo, address)
    net = make_net("127.0.0.2-8", exclude=["127.0.0.4"])
    with pytest.raises(Denied):
        await ask(net, server.port, address=address)
    with pytest.raises(Denied):
        await net.knock(address, server.port, probe="tcp", wait=0.2)
    await asyncio.sleep(0.05)
    assert server.accepted == 0
    assert net.ledger.sent().packets == 0


async def test_the_sixteenth_request_is_denied(serve, make_net):
    server, net = await serve(echo), make_net()
    for _ in range(15):
        await ask(net, server.port, b"a\n", until(b"\n"))
    with pytest.raises(Denied, match="budget of 15"):
        await ask(net, server.port, b"a\n", until(b"\n"))
    assert net.ledger.sent().requests == net.ledger.most_requests == 15
    net.release(HOST)
    assert await ask(net, server.port, b"a\n", until(b"\n")) == b"a\n"


async def test_a_bare_connection_is_no_request(serve, make_net):
    server, net = await serve(echo), make_net()
    assert await net.knock(HOST, server.port, probe="tcp", wait=0.5) is True
    sent = net.ledger.sent()
    assert (sent.connections, sent.requests) == (1, 0)


async def test_a_host_sees_at_most_four_connections_at_a_time(serve, make_net):
    async def slow(reader, writer):
        await reader.read(10)
        await asyncio.sleep(0.02)
        writer.write(b"x\n")

    server, net = await serve(slow), make_net(limits={"reply_timeout": 3})
    await asyncio.gather(*(ask(net, server.port, b"a", until(b"\n")) for _ in range(15)))
    assert server.most == 4
    assert net.ledger.most_connections == 4


async def test_many_hosts_are_asked_at_a_time(make_net):
    now = most = 0
    enough = asyncio.Event()  # every host waits until 200 are being asked at once

    async def slow(reader, writer):
        nonlocal now, most
        now += 1
        most = max(most, now)
        if most >= 200:
            enough.set()
        await reader.read(10)
        await asyncio.wait_for(enough.wait(), 15)
        writer.write(b"x\n")
        now -= 1
        writer.close()

    server = await asyncio.start_server(slow, "0.0.0.0", 0, backlog=500)
    port = server.sockets[0].getsockname()[1]
    net = make_net("127.0.1.0/24", limits={"reply_timeout": 20, "connect_timeout": 10})
    hosts = [f"127.0.1.{number}" for number in range(1, 251)]
    replies = await asyncio.gather(
        *(ask(net, port, b"a", until(b"\n"), address=host) for host in hosts)
    )
    server.close()
    assert replies == [b"x\n"] * 250
    assert most >= 200


async def test_cancellation_leaves_no_socket(serve, make_net, open_files):
    server, net = await serve(hang), make_net(limits={"reply_timeout": 30})
    gc.collect()
    net._dialer.poller()
    before = open_files()
    tasks = [asyncio.create_task(ask(net, server.port)) for _ in range(10)]
    await server.reaches(4)
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert open_files() == before + server.now  # the server's ends
    assert net._dialer.hosts._open == 0


async def test_cancelled_connects_leave_no_socket(make_net, open_files):
    with socket.socket() as full:
        full.bind((HOST, 0))
        full.listen(0)
        port = full.getsockname()[1]
        net = make_net(limits={"connect_timeout": 30})
        net._dialer.poller()
        before = open_files()
        tasks = [asyncio.create_task(net.knock(HOST, port, probe="tcp", wait=30)) for _ in range(6)]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert open_files() == before
        assert len(net._dialer.hosts) <= 1


async def test_no_socket_is_left_by_failures(serve, make_net, open_files, recwarn):
    server, net = await serve(hang), make_net(limits={"reply_timeout": 0.05})
    gc.collect()
    net._dialer.poller()
    before = open_files()
    for port in (server.port, 1):
        with pytest.raises(NetError):
            await ask(net, port)
    await asyncio.sleep(0.05)
    gc.collect()
    assert open_files() <= before + server.now
    assert not [warning for warning in recwarn if warning.category is ResourceWarning]


async def test_errors_of_the_caller_pass_unchanged(serve, make_net):
    server, net = await serve(echo), make_net()
    with pytest.raises(OSError, match="mine"):
        async with net.dialer.connect(HOST, server.port, probe="http"):
            raise OSError("mine")


async def test_ipv6_works(serve, make_net):
    server, net = await serve(echo, "::1"), make_net("::1")
    assert await ask(net, server.port, b"a\n", until(b"\n"), address="::1") == b"a\n"


async def test_a_link_local_address_without_its_interface_cannot_be_reached(make_net):
    with pytest.raises(NetError) as caught:
        await ask(make_net("fe80::/64"), 80, address="fe80::1")
    assert caught.value.ending == "filtered"


async def test_first_packets_keep_to_the_rate(serve, make_net):
    server, net = await serve(echo), make_net(limits={"rate": 50, "connections_per_host": 50})
    loop = asyncio.get_running_loop()
    start = loop.time()
    await asyncio.gather(*(net.knock(HOST, server.port, probe="tcp", wait=1) for _ in range(20)))
    assert loop.time() - start >= 19 / 50


async def test_one_byte_segments_are_not_looked_at_one_by_one(serve, make_net):
    looks = 0

    def count(read):
        nonlocal looks
        looks += 1
        return len(read) == 3000

    async def trickle(reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(3000):
            writer.write(b"x")
            await asyncio.sleep(0)

    server = await serve(trickle)
    assert len(await ask(make_net(), server.port, complete=count, wait=5)) == 3000
    assert looks < 500
