import asyncio
import socket
import struct

import pytest

from auditor.model.errors import Denied, NetError
from auditor.net.transport import udp
from auditor.net.transport.udp import group_socket

GROUP = "239.255.255.250"


def lo(net):
    return next(interface for interface in net.interfaces() if interface.loopback)


@pytest.fixture
def listener():
    """A device that joined the group on the loopback and answers from its own address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", 0))
        member = socket.inet_aton(GROUP) + struct.pack("=4si", b"\x7f\0\0\1", 1)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        yield sock


async def collect(sock, seconds=0.2):
    return [packet async for packet in sock.packets(seconds)]


async def test_a_group_question_is_heard_and_answers_come_back(make_net, listener):
    net = make_net("127.0.0.0/8")
    async with net.group(lo(net), probe="wsd") as sock:
        await sock.send(b"probe", GROUP, listener.getsockname()[1])
        await asyncio.sleep(0.02)
        data, source = listener.recvfrom(100)
        for number in range(3):
            listener.sendto(b"answer %d" % number, source)
        packets = await collect(sock)
    assert data == b"probe"
    assert [packet.data for packet in packets] == [b"answer 0", b"answer 1", b"answer 2"]
    assert {packet.port for packet in packets} == {listener.getsockname()[1]}


async def test_group_questions_stay_home_when_the_network_is_not_wholly_in_scope(
    make_net, listener
):
    net = make_net("127.0.0.2-8")
    assert net.may_group(lo(net)) is not None
    async with net.group(lo(net), probe="wsd") as sock:
        for address in (GROUP, "255.255.255.255", "127.255.255.255", "127.0.0.9"):
            with pytest.raises(Denied):
                await sock.send(b"probe", address, listener.getsockname()[1])
        await asyncio.sleep(0.02)
    with pytest.raises(BlockingIOError):
        listener.recv(100)
    assert net.ledger.sent().packets == 0


async def test_unicast_to_the_scope_is_allowed_all_the_same(make_net):
    net = make_net("127.0.0.2-8")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.settimeout(1)
        device.bind(("127.0.0.3", 0))
        async with net.group(lo(net), probe="wsd") as sock:
            await sock.send(b"probe", "127.0.0.3", device.getsockname()[1])
            assert device.recv(10) == b"probe"
    assert net.ledger.sent().by_probe == {"wsd": 1}


async def test_the_operator_may_open_the_group(make_net, listener):
    net = make_net("127.0.0.2-8", multicast=True)
    async with net.group(lo(net), probe="wsd") as sock:
        await sock.send(b"probe", GROUP, listener.getsockname()[1])
        await asyncio.sleep(0.02)
    assert listener.recv(10) == b"probe"


async def test_a_joined_socket_hears_the_group_but_not_itself(make_net):
    net = make_net("127.0.0.0/8")
    async with net.group(lo(net), probe="sadp", join=GROUP) as sock:
        port = next(iter(sock._sockets.values())).getsockname()[1]
        await sock.send(b"question", GROUP, port)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            device.bind(("127.0.0.5", 0))
            chosen = struct.pack("=4s4si", bytes(4), b"\x7f\0\0\1", 1)
            device.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, chosen)
            device.sendto(b"answer", (GROUP, port))
            packets = await collect(sock)
    assert [(packet.data, packet.address) for packet in packets] == [(b"answer", "127.0.0.5")]
    assert [line.what for line in net.ledger.lines] == ["join", "group"]


async def test_what_came_between_two_readings_is_not_lost(make_net):
    net = make_net("127.0.0.0/8")
    async with net.group(lo(net), probe="wsd") as sock:
        port = next(iter(sock._sockets.values())).getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            device.sendto(b"one", ("127.0.0.1", port))
            assert [packet.data for packet in await collect(sock, 0.05)] == [b"one"]
            device.sendto(b"two", ("127.0.0.1", port))
            await asyncio.sleep(0.02)
            assert [packet.data for packet in await collect(sock, 0)] == [b"two"]


async def test_a_flood_is_kept_only_up_to_a_bound(make_net, monkeypatch):
    monkeypatch.setattr(udp, "QUEUE_BYTES", 10 * 1512)
    net = make_net("127.0.0.0/8")
    async with net.group(lo(net), probe="wsd") as sock:
        port = next(iter(sock._sockets.values())).getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            for _ in range(50):
                device.sendto(bytes(1000), ("127.0.0.1", port))
        await asyncio.sleep(0.05)
        packets = await collect(sock, 0.05)
        assert len(packets) == 10
        assert sock.dropped == 40


async def test_ipv6_groups_have_their_own_socket(make_net):
    net = make_net("127.0.0.0/8", "::1")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as device:
        device.settimeout(1)
        device.bind(("::1", 0))
        async with net.group(lo(net), probe="wsd") as sock:
            await sock.send(b"probe", "::1", device.getsockname()[1])
            data, source = device.recvfrom(10)
            device.sendto(b"answer", source)
            packets = await collect(sock)
    assert data == b"probe"
    assert [(packet.data, packet.address) for packet in packets] == [(b"answer", "::1")]


async def test_two_sockets_may_share_a_port(make_net):
    net = make_net("127.0.0.0/8")
    async with net.group(lo(net), probe="sadp", join=GROUP) as first:
        port = next(iter(first._sockets.values())).getsockname()[1]
        async with net.group(lo(net), probe="sadp", bind_port=port, join=GROUP) as second:
            assert next(iter(second._sockets.values())).getsockname()[1] == port


async def test_joining_what_is_no_group_is_an_error_of_the_tree(make_net):
    net = make_net("127.0.0.0/8")
    with pytest.raises(NetError):
        async with net.group(lo(net), probe="sadp", join="10.0.0.1"):
            pass


async def test_closing_the_net_closes_what_is_open(make_net, open_files):
    net = make_net("127.0.0.0/8")
    before = open_files()
    opening = net.group(lo(net), probe="wsd")
    await opening.__aenter__()
    assert open_files() == before + 1
    await net.close()
    assert open_files() == before
    await opening.__aexit__(None, None, None)


async def test_the_receive_buffer_is_large(make_net):
    net = make_net("127.0.0.0/8")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        usual = plain.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    with group_socket(lo(net), 4, bind_port=0, ttl=1) as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= usual
