import asyncio
import socket

import pytest

from auditor.model.errors import Denied, Refused
from auditor.net.transport import touch

HOST = "127.0.0.3"


class Answering(asyncio.DatagramProtocol):
    def __init__(self, answers, other=None):
        self.answers = answers
        self.other = other
        self.received = []

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, source):
        self.received.append(data)
        if self.other is not None:
            self.other.sendto(b"from elsewhere", source)
        for answer in self.answers:
            self.transport.sendto(answer, source)


@pytest.fixture
async def answering():
    transports = []

    async def start(*answers, address=HOST, other=None):
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_datagram_endpoint(
            lambda: Answering(answers, other), local_addr=(address, 0)
        )
        transports.append(transport)
        return protocol, transport.get_extra_info("sockname")[1]

    yield start
    for transport in transports:
        transport.close()


async def ask(net, port, address=HOST, **options):
    options = {"probe": "sadp", "wait": 0.2, **options}
    return await net.dialer.datagram(address, port, b"who?", **options)


async def test_one_answer_is_enough_by_default(answering, make_net):
    _, port = await answering(b"one", b"two")
    loop = asyncio.get_running_loop()
    start = loop.time()
    assert list(await ask(make_net(), port, wait=5)) == [b"one"]
    assert loop.time() - start < 1


async def test_several_answers_of_one_host_are_read(answering, make_net):
    _, port = await answering(b"one", b"two", b"three")
    assert list(await ask(make_net(), port, most=8)) == [b"one", b"two", b"three"]


async def test_silence_is_no_answer_and_no_error(answering, make_net):
    protocol, port = await answering()
    assert list(await ask(make_net(), port)) == []
    assert protocol.received == [b"who?"]


async def test_an_unreachable_port_is_refused(make_net):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    with pytest.raises(Refused):
        await ask(make_net(), port)


async def test_answers_from_elsewhere_are_not_heard(answering, make_net):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.4", 0))
        _, port = await answering(b"one", other=other)
        assert list(await ask(make_net(), port, most=8)) == [b"one"]


async def test_nothing_goes_to_an_address_out_of_scope(answering, make_net):
    protocol, port = await answering(b"one", address="127.0.0.9")
    net = make_net("127.0.0.2-8")
    with pytest.raises(Denied):
        await ask(net, port, address="127.0.0.9")
    with pytest.raises(Denied):
        await net.touch(["127.0.0.3", "127.0.0.9"], probe="arp")
    await asyncio.sleep(0.05)
    assert protocol.received == []
    assert net.ledger.sent().packets == 0


async def test_a_datagram_is_a_request_and_no_connection(answering, make_net):
    _, port = await answering(b"one")
    net = make_net(limits={"requests_per_host": 1})
    await ask(net, port)
    sent = net.ledger.sent()
    assert (sent.packets, sent.connections, sent.requests) == (1, 0, 1)
    with pytest.raises(Denied):
        await ask(net, port)


async def test_ipv6_works(answering, make_net):
    _, port = await answering(b"one", address="::1")
    assert list(await ask(make_net("::1"), port, address="::1")) == [b"one"]


async def test_cancellation_leaves_no_socket(answering, make_net, open_files):
    _, port = await answering()
    net = make_net()
    before = open_files()
    tasks = [asyncio.create_task(ask(net, port, wait=30)) for _ in range(8)]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert open_files() == before


async def test_touching_sends_one_empty_datagram_to_each(make_net, monkeypatch):
    assert touch.DISCARD == 9
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second,
    ):
        first.bind(("127.0.0.3", 0))
        port = first.getsockname()[1]
        second.bind(("127.0.0.4", port))
        monkeypatch.setattr(touch, "DISCARD", port)  # port 9 itself needs privilege to listen on
        net = make_net()
        await net.touch(["127.0.0.3", "127.0.0.4"], probe="neighbours")
        for sock in (first, second):
            sock.setblocking(False)
            assert sock.recv(10) == b""
            with pytest.raises(BlockingIOError):
                sock.recv(10)
    assert net.ledger.sent().by_probe == {"neighbours": 2}
    assert net.ledger.sent().requests == 0


async def test_addresses_behind_a_router_are_not_touched(make_net):
    net = make_net("198.51.100.0/24")
    await net.touch([f"198.51.100.{number}" for number in range(1, 9)], probe="neighbours")
    assert net.ledger.sent().packets == 0
