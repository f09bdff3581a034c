"""Knocks at several ports of a host: what is told, how many are in the air, and what is sent."""

import asyncio
import socket
import time
from contextlib import ExitStack

import pytest

from auditor.model.errors import Denied, NetError, Refused, TimedOut
from auditor.net import knocking

HOST = "127.0.0.2"


@pytest.fixture(params=["polled", "plain"])
def any_net(request, make_net):
    """A net with and without a poller: other systems have none."""

    def make(*targets, **options):
        net = make_net(*targets, **options)
        if request.param == "plain":
            net._dialer._may_poll = False
        return net

    return make


class Heard(dict):
    """What was told, by port; ends the knocking after so many open ports."""

    def __init__(self, enough=None):
        super().__init__()
        self.enough = enough

    def __call__(self, port, error, seconds):
        assert seconds >= 0
        assert port not in self
        self[port] = None if error is None else type(error)
        return self.enough is not None and list(self.values()).count(None) >= self.enough


async def nothing(reader, writer):
    await reader.read(1)


def closed_ports(count):
    with ExitStack() as stack:
        socks = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in socks:
            sock.bind((HOST, 0))
        return [sock.getsockname()[1] for sock in socks]


@pytest.fixture
def silent():
    """A port that answers no SYN: its queue is full."""
    with socket.socket() as full, ExitStack() as stack:
        full.bind((HOST, 0))
        full.listen(0)
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        yield full.getsockname()[1]


async def knock(net, ports, told, wait=1.0, address=HOST):
    await net.knocks(address, ports, probe="ports", wait=wait, told=told)


async def test_each_port_is_told_of_once(serve, any_net):
    server, net, heard = await serve(nothing), any_net(), Heard()
    closed = closed_ports(9)
    await knock(net, [*closed[:4], server.port, *closed[4:]], heard)
    assert heard == {server.port: None} | dict.fromkeys(closed, Refused)
    assert net.ledger.sent().connections == 10
    assert net.ledger.sent().by_probe == {"ports": 10}
    assert net.ledger.sent().requests == 0


async def test_a_silent_port_is_told_of_at_the_deadline(any_net, silent):
    net, heard = any_net(), Heard()
    begin = time.monotonic()
    await knock(net, [silent], heard, wait=0.1)
    assert heard == {silent: TimedOut}
    assert 0.1 <= time.monotonic() - begin < 1


async def test_told_ends_the_knocking(serve, any_net, open_files):
    server, net, heard = await serve(nothing), any_net(), Heard(enough=1)
    net._dialer.poller()
    before = open_files()
    await knock(net, [server.port, *closed_ports(20)], heard)
    assert heard[server.port] is None
    assert net.ledger.sent().connections <= 4
    assert net._dialer.hosts._open == 0
    await asyncio.sleep(0.05)
    assert open_files() <= before + server.now


async def test_two_ports_that_open_are_knocked_at_at_a_time(serve, make_net):
    servers = [await serve(nothing) for _ in range(8)]
    net = make_net()
    await knock(net, [server.port for server in servers], Heard())
    assert net.ledger.most_connections == 2


async def test_silent_ports_let_others_begin_up_to_four(make_net, monkeypatch, silent):
    monkeypatch.setattr(knocking, "PATIENCE", 0.02)
    net = make_net()
    told = []
    await knock(net, [silent] * 6, lambda _port, error, _: told.append(type(error)), wait=0.15)
    assert told == [TimedOut] * 6
    assert net.ledger.most_connections == 4


async def test_a_silent_port_holds_nobody_up_beyond_patience(serve, make_net, monkeypatch, silent):
    monkeypatch.setattr(knocking, "PATIENCE", 0.02)
    server, net = await serve(nothing), make_net()
    order = []
    await knock(net, [silent, silent, server.port], lambda port, *_: order.append(port), wait=0.3)
    assert order[0] == server.port


async def test_a_port_that_is_known_to_be_closed_gets_no_second_packet(serve, make_net):
    server, net = await serve(nothing), make_net()
    ports = [server.port, *closed_ports(3)]
    await knock(net, ports, Heard())
    heard = Heard()
    await knock(net, ports, heard)
    assert sorted(map(str, heard.values())) == sorted(map(str, [None, *[Refused] * 3]))
    assert net.ledger.sent().connections == 4 + 1


async def test_a_port_that_opened_before_gets_a_second_try(make_net, monkeypatch, silent):
    monkeypatch.setattr(knocking, "SYN_REPEATS", 0.05)
    net, heard = make_net(), Heard()
    async with net._dialer.hosts.working_on(HOST):
        net._dialer.hosts.opened(HOST, silent)
        await knock(net, [silent], heard, wait=0.05)
    assert heard == {silent: TimedOut}
    assert net.ledger.sent().connections == 2


async def test_knocks_keep_to_the_rate(make_net):
    net = make_net(limits={"rate": 50})
    begin = time.monotonic()
    await knock(net, closed_ports(20), Heard())
    assert time.monotonic() - begin >= 19 / 50


async def test_knocks_share_the_connections_of_all_hosts(serve, make_net):
    server = await serve(nothing)
    net = make_net("127.0.0.2-8", limits={"connections_total": 3})
    heard = [Heard() for _ in range(6)]
    ports = [server.port, *closed_ports(8)]
    await asyncio.gather(
        *(knock(net, ports, one, address=f"127.0.0.{2 + at}") for at, one in enumerate(heard))
    )
    assert net.ledger.most_open <= 3
    assert all(len(one) == 9 for one in heard)


async def test_nothing_goes_to_an_address_out_of_scope(serve, any_net):
    server = await serve(nothing, "127.0.0.9")
    net = any_net()
    with pytest.raises(Denied):
        await knock(net, [server.port], Heard(), address="127.0.0.9")
    await asyncio.sleep(0.02)
    assert server.accepted == 0
    assert net.ledger.sent().packets == 0


async def test_a_host_that_resets_is_left_alone(serve, any_net):
    server, net, heard = await serve(nothing), any_net(), Heard()
    async with net._dialer.hosts.working_on(HOST):
        for _ in range(3):
            net._dialer.hosts.was_reset(HOST)
        await knock(net, [server.port], heard)
    assert heard == {server.port: Denied}
    assert server.accepted == 0


async def test_no_file_left_is_told_as_our_own_failure(make_net, monkeypatch):
    net, heard = make_net(), Heard()

    def none(*_):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(knocking.tcp, "open_socket", none)
    await knock(net, [80, 81], heard)
    assert heard == {80: NetError, 81: NetError}
    assert net._dialer.hosts._open == 0


async def test_an_error_in_told_reaches_the_caller(any_net, open_files):
    net = any_net()
    net._dialer.poller()
    before = open_files()

    def told(*_):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await knock(net, closed_ports(6), told)
    assert open_files() == before
    assert net._dialer.hosts._open == 0


async def test_cancelled_knocks_leave_nothing_behind(any_net, open_files, silent):
    net = any_net()
    net._dialer.poller()
    before = open_files()
    task = asyncio.create_task(knock(net, [silent, *closed_ports(3)], Heard(), wait=30))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert open_files() == before
    assert net._dialer.hosts._open == 0
    assert net._dialer.poller() is None or len(net._dialer.poller()) == 0
