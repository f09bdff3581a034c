"""Connections that are left open for the next question: who gets them, and what ends them."""

import asyncio
import socket
import struct

import pytest

from auditor.model.errors import ConnReset
from auditor.net import keeping

HOST = "127.0.0.2"


@pytest.fixture(params=["polled", "plain"])
def any_net(request, make_net):
    """With and without a poller: other systems have none."""

    def make(*targets, **options):
        net = make_net(*targets, **options)
        net._dialer._may_poll = request.param == "polled"
        return net

    return make


async def echo(reader, writer):
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()


def reset(writer):
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def until(mark: bytes):
    return lambda read: read.endswith(mark)


def ignore(port, error, seconds):
    assert error is None, error


async def knock(net, *ports, keep=None, told=ignore, address=HOST):
    keep = frozenset(ports if keep is None else keep)
    await net.knocks(address, ports, probe="ports", wait=1.0, told=told, keep=keep)


async def ask(net, port, *, kept=True, reuse=True, probe="http", line=b"hello\n"):
    """One question; returns the answer and whether the connection had been left open."""
    async with net.dialer.connect(HOST, port, probe=probe, reuse=reuse) as stream:
        got = await stream.ask(line, until(b"\n"))
        stream.ended(framed=True, kept=kept)
        return got, stream.reused


def idle(net) -> int:
    return len(net._dialer.hosts.keeping)


def held(net) -> int:
    """Places that are taken: one for each connection that is open, idle or not."""
    return net._dialer.hosts._open


async def eventually(holds):
    for _ in range(400):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came true")


async def settle(serving, count):
    await eventually(lambda: serving.now == count)


# What a knock leaves


async def test_a_knock_leaves_its_connection_to_the_first_question(serve, make_net):
    server, net = await serve(echo), make_net()
    await knock(net, server.port)
    assert (idle(net), held(net)) == (1, 1)
    assert await ask(net, server.port, kept=False) == (b"hello\n", True)
    assert (server.accepted, idle(net), held(net)) == (1, 0, 0)
    sent = net.ledger.sent()
    assert (sent.connections, sent.requests) == (1, 1)
    assert sent.by_probe == {"ports": 1, "http": 1}


async def test_only_ports_that_are_named_keep_their_connection(serve, make_net):
    kept, closed, net = await serve(echo), await serve(echo), make_net()
    await knock(net, kept.port, closed.port, keep={kept.port})
    assert idle(net) == 1
    await asyncio.gather(kept.reaches(1), closed.reaches(1))
    await settle(closed, 0)
    assert kept.now == 1


async def test_ports_that_are_kept_are_knocked_at_last_and_the_best_of_them_at_the_end(
    serve, make_net
):
    servers = [await serve(echo) for _ in range(6)]
    ports = [server.port for server in servers]
    order = []
    net = make_net(netlog=lambda line: order.append(line.port))
    await knock(net, *ports, keep=set(ports[:3]))
    assert order == [*ports[3:], ports[2], ports[1], ports[0]]


async def test_no_more_than_two_connections_are_open_while_knocking(serve, make_net):
    servers = [await serve(echo) for _ in range(8)]
    net = make_net()
    await knock(net, *(server.port for server in servers))
    assert net.ledger.most_connections == 2
    assert idle(net) == 2
    last = {one.port for one in net._dialer.hosts.known(HOST).idle}
    assert last == {servers[0].port, servers[1].port}


async def test_without_the_word_of_the_caller_nothing_is_reused(serve, make_net):
    server, net = await serve(echo), make_net()
    await knock(net, server.port)
    assert await ask(net, server.port, reuse=False, kept=False) == (b"hello\n", False)
    assert server.accepted == 2


async def test_a_port_that_speaks_first_is_closed_as_ever(serve, make_net):
    async def banner(reader, writer):
        writer.write(b"220 hello\r\n")
        await reader.read()

    server, net = await serve(banner), make_net()
    await knock(net, server.port)
    await eventually(lambda: not idle(net))  # at the latest when its words come
    assert held(net) == 0
    await settle(server, 0)


async def test_a_handshake_gets_a_connection_of_its_own(serve, make_net):
    server, net = await serve(echo), make_net()
    await knock(net, server.port)
    with pytest.raises(Exception, match="tls"):
        async with net.dialer.connect(HOST, server.port, probe="tls", tls=True, reuse=True):
            pass
    assert server.accepted > 1


# Several questions over one connection


async def test_questions_follow_over_one_connection_where_it_is_kept(serve, any_net):
    server, net = await serve(echo), any_net()
    reused = [(await ask(net, server.port))[1] for _ in range(4)]
    assert reused == [False, True, True, True]
    assert server.accepted == 1
    sent = net.ledger.sent()
    assert (sent.connections, sent.requests) == (1, 4)


async def test_without_a_word_of_the_caller_a_connection_is_closed(serve, any_net):
    server, net = await serve(echo), any_net()
    async with net.dialer.connect(HOST, server.port, probe="http", reuse=True) as stream:
        await stream.ask(b"a\n", until(b"\n"))
    assert (idle(net), held(net)) == (0, 0)
    await settle(server, 0)


async def test_a_failure_closes_the_connection_whatever_was_said_before(serve, any_net):
    async def stumble():
        async with net.dialer.connect(HOST, server.port, probe="http") as stream:
            await stream.ask(b"a\n", until(b"\n"))
            stream.ended(framed=True, kept=True)
            raise ValueError("bug")

    server, net = await serve(echo), any_net()
    with pytest.raises(ValueError, match="bug"):
        await stumble()
    assert (idle(net), held(net)) == (0, 0)


async def test_the_word_counts_for_the_last_answer_only(serve, any_net):
    server, net = await serve(echo), any_net()
    async with net.dialer.connect(HOST, server.port, probe="http") as stream:
        await stream.ask(b"a\n", until(b"\n"))
        stream.ended(framed=True, kept=True)
        await stream.ask(b"b\n", until(b"\n"))
    assert idle(net) == 0
    assert server.accepted == 1


async def test_a_server_is_asked_to_keep_only_after_an_answer_with_an_end(serve, make_net):
    server, net = await serve(echo), make_net()
    seen = []
    for framed in (True, True, False, True, True):
        async with net.dialer.connect(HOST, server.port, probe="http") as stream:
            seen.append(stream.may_keep)
            await stream.ask(b"a\n", until(b"\n"))
            stream.ended(framed=framed, kept=False)
    assert seen == [False, True, True, False, False]


async def test_a_host_that_drops_connections_is_not_asked_to_keep_them(serve, make_net):
    async def drop(reader, writer):
        await reader.read(10)
        reset(writer)

    good, bad, net = await serve(echo), await serve(drop), make_net()
    await ask(net, good.port, kept=False)
    with pytest.raises(ConnReset):
        await ask(net, bad.port)
    async with net.dialer.connect(HOST, good.port, probe="http") as stream:
        assert not stream.may_keep


# What ends the wait


@pytest.mark.parametrize("say", [b"", b"left over"])
async def test_a_connection_that_ended_or_says_more_is_not_taken_up(serve, any_net, say):
    go, done = asyncio.Event(), asyncio.Event()

    async def once(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        if go.is_set():
            return
        await go.wait()
        if say:
            writer.write(say)
            await writer.drain()
        else:
            writer.close()
        done.set()
        await asyncio.sleep(5 if say else 0)

    server, net = await serve(once), any_net()
    await ask(net, server.port)
    assert idle(net) == 1
    go.set()
    await done.wait()
    await asyncio.sleep(0.02)
    assert await ask(net, server.port, kept=False) == (b"hello\n", False)
    assert server.accepted == 2
    assert (idle(net), held(net)) == (0, 0)


async def test_an_end_is_noticed_at_once(serve, make_net):
    async def hang_up(reader, writer):
        await asyncio.sleep(0.02)

    server, net = await serve(hang_up), make_net()
    await knock(net, server.port)
    assert idle(net) == 1
    await eventually(lambda: not idle(net))
    assert held(net) == 0


async def test_a_connection_that_nobody_wants_is_closed_after_a_while(serve, make_net, monkeypatch):
    monkeypatch.setattr(keeping, "LIFE", 0.05)
    servers, net = [await serve(echo), await serve(echo)], make_net()
    await knock(net, *(server.port for server in servers))
    assert idle(net) == 2
    for server in servers:
        await server.reaches(1)
        await settle(server, 0)
    assert (idle(net), held(net), len(net._dialer.hosts)) == (0, 0, 1)


async def test_an_idle_connection_gives_way_to_a_new_one(serve, make_net):
    """Two that are open bear it; a third would restart some devices."""
    first, second, third, net = *[await serve(echo) for _ in range(3)], make_net()
    await knock(net, first.port, second.port)
    assert idle(net) == 2
    await ask(net, third.port, kept=False)
    assert net.ledger.most_connections == 2
    assert {one.port for one in net._dialer.hosts.known(HOST).idle} == {first.port}


async def test_idle_connections_give_way_to_other_hosts(serve, make_net):
    net = make_net(limits={"connections_total": 2})
    here, there = await serve(echo), await serve(echo, address="127.0.0.3")
    await knock(net, here.port)
    assert idle(net) == 1
    async with (
        net.dialer.connect("127.0.0.3", there.port, probe="http"),
        asyncio.timeout(1),
        net.dialer.connect("127.0.0.3", there.port, probe="http"),
    ):
        assert idle(net) == 0
    assert net.ledger.most_open == 2


async def test_at_most_half_of_all_places_are_idle(serve, make_net):
    net = make_net(limits={"connections_total": 4})
    for last in range(2, 8):
        server = await serve(echo, address=f"127.0.0.{last}")
        await knock(net, server.port, address=f"127.0.0.{last}")
    assert idle(net) == 2


async def test_where_someone_waits_a_connection_is_not_kept(serve, make_net):
    server, net = await serve(echo), make_net(limits={"connections_per_host": 1})
    async with net.dialer.connect(HOST, server.port, probe="http") as stream:
        waiting = asyncio.create_task(ask(net, server.port, kept=False))
        await asyncio.sleep(0.01)
        await stream.ask(b"a\n", until(b"\n"))
        stream.ended(framed=True, kept=True)
    async with asyncio.timeout(0.5):
        assert await waiting == (b"hello\n", False)


async def test_a_host_that_is_released_keeps_nothing(serve, make_net):
    server, net = await serve(echo), make_net()
    await knock(net, server.port)
    await server.reaches(1)
    net.release(HOST)
    assert (idle(net), held(net), len(net._dialer.hosts)) == (0, 0, 0)
    await settle(server, 0)


async def test_a_host_that_is_done_is_hung_up_on_and_still_known(serve, make_net):
    server, net = await serve(echo), make_net()
    await knock(net, server.port)
    await server.reaches(1)
    net.hang_up(HOST)
    net.hang_up("127.0.0.3")
    assert (idle(net), held(net)) == (0, 0)
    assert net._dialer.hosts.was_open(HOST, server.port)
    await settle(server, 0)


async def test_closing_the_net_closes_them(serve, make_net):
    server, net = await serve(echo), make_net()
    await knock(net, server.port)
    await server.reaches(1)
    await net.close()
    await settle(server, 0)
    assert (idle(net), held(net)) == (0, 0)


async def test_a_kept_connection_that_breaks_is_no_mark_against_the_host(serve, make_net):
    """Between two questions either side may hang up: the host did nothing wrong."""

    async def once(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        await reader.readline()
        reset(writer)

    server, net = await serve(once), make_net()
    await ask(net, server.port)
    with pytest.raises(ConnReset):
        await ask(net, server.port)
    host = net._dialer.hosts.known(HOST)
    assert (host.resets, host.allowed) == (0, 4)
    assert host.requests == 2
