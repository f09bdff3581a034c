import socket
import struct
import sys
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.errors import Malformed
from auditor.net.api import Neighbour
from auditor.net.system import neighbours, netlink

MACOS_ARP = """\
? (192.168.1.1) at a4:2b:b0:1:2:3 on en0 ifscope [ethernet]
? (192.168.1.50) at bc:9:b9:e5:9c:3c on en0 ifscope [ethernet]
? (192.168.1.51) at (incomplete) on en0 ifscope [ethernet]
? (192.168.1.255) at ff:ff:ff:ff:ff:ff on en0 ifscope [ethernet]
? (224.0.0.251) at 1:0:5e:0:0:fb on en0 ifscope permanent [ethernet]
camera.example (192.168.1.52) at 44:19:b6:a:b:c on en1 [ethernet]
"""
MACOS_NDP = """\
Neighbor                        Linklayer Address  Netif Expire    St Flgs Prbs
fe80::1%lo0                     (incomplete)         lo0 permanent R
fe80::4619:b6ff:fe0a:b0c%en0    44:19:b6:a:b:c       en0 23h59m58s S
2001:db8::7                     bc:9:b9:e5:9c:3c     en0 10s       R
"""
WINDOWS_ARP = """\

Schnittstelle: 192.168.1.10 --- 0xb
  Internetadresse       Physische Adresse     Typ
  192.168.1.50          bc-09-b9-e5-9c-3c     dynamisch
  192.168.1.255         ff-ff-ff-ff-ff-ff     statisch
  239.255.255.250       01-00-5e-7f-ff-fa     statisch

Interface: 10.0.0.4 --- 0x11
  Internet Address      Physical Address      Type
  10.0.0.7              44-19-b6-0a-0b-0c     dynamic
"""


def row(address, state, mac=b"\x44\x19\xb6\x0a\x0b\x0c", index=2):
    parsed = ip_address(address)
    family = socket.AF_INET if parsed.version == 4 else socket.AF_INET6
    body = struct.pack("=BBHiHBB", family, 0, 0, index, state, 0, 1)
    body += netlink.attribute(1, parsed.packed)
    if mac is not None:
        body += netlink.attribute(2, mac)
    return 28, body


@pytest.mark.parametrize("state", [2, 4, 8, 16, 128])
def test_complete_entries_are_read(state):
    (entry,) = neighbours.parse_netlink([row("10.0.0.7", state)])
    assert (entry.address, entry.mac, entry.index, entry.pending) == (
        "10.0.0.7",
        "44:19:b6:0a:0b:0c",
        2,
        False,
    )


@pytest.mark.parametrize("state", [32, 64, 0])
def test_failed_and_unneeded_entries_are_left_out(state):
    assert list(neighbours.parse_netlink([row("10.0.0.7", state)])) == []


def test_open_questions_are_told_without_an_address():
    (entry,) = neighbours.parse_netlink([row("10.0.0.7", 1, mac=None)])
    assert (entry.mac, entry.pending) == (None, True)


def test_ipv6_entries_are_read():
    (entry,) = neighbours.parse_netlink([row("fe80::7", 2)])
    assert entry.address == "fe80::7"


@pytest.mark.parametrize(
    "mac", [bytes(6), b"\xff" * 6, b"\x01\0\x5e\0\0\xfb", b"\x02\x03", bytes(20)]
)
def test_what_is_no_devices_own_address_is_left_out(mac):
    assert list(neighbours.parse_netlink([row("10.0.0.7", 2, mac=mac)])) == []


@given(st.binary(max_size=300))
def test_broken_dumps_raise_only_malformed(data):
    try:
        list(neighbours.parse_netlink(netlink.messages(data)))
        list(neighbours.parse_netlink([(28, data)]))
    except Malformed:
        pass


def test_macos_octets_are_padded_and_incomplete_rows_left_out():
    assert neighbours.parse_macos_arp(MACOS_ARP) == (
        Neighbour(address="192.168.1.1", mac="a4:2b:b0:01:02:03", interface="en0"),
        Neighbour(address="192.168.1.50", mac="bc:09:b9:e5:9c:3c", interface="en0"),
        Neighbour(address="192.168.1.52", mac="44:19:b6:0a:0b:0c", interface="en1"),
    )


def test_macos_ipv6_neighbours_are_read():
    assert neighbours.parse_macos_ndp(MACOS_NDP) == (
        Neighbour(address="fe80::4619:b6ff:fe0a:b0c", mac="44:19:b6:0a:0b:0c", interface="en0"),
        Neighbour(address="2001:db8::7", mac="bc:09:b9:e5:9c:3c", interface="en0"),
    )


def test_windows_blocks_are_read_in_any_language():
    names = {"192.168.1.10": "Ethernet", "10.0.0.4": "WLAN"}
    assert neighbours.parse_windows_arp(WINDOWS_ARP, names.__getitem__) == (
        Neighbour(address="192.168.1.50", mac="bc:09:b9:e5:9c:3c", interface="Ethernet"),
        Neighbour(address="10.0.0.7", mac="44:19:b6:0a:0b:0c", interface="WLAN"),
    )


@given(st.text())
def test_texts_of_the_system_never_raise(text):
    neighbours.parse_macos_arp(text)
    neighbours.parse_macos_ndp(text)
    neighbours.parse_windows_arp(text)


@pytest.mark.skipif(sys.platform != "linux", reason="rtnetlink is Linux")
def test_the_kernels_own_table_can_be_read():
    for entry in neighbours.entries():
        assert entry.index > 0
        ip_address(entry.address)


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


@pytest.mark.parametrize(
    ("body", "size"),
    [
        (attribute(1, b"arp_cache\0") + attribute(4, struct.pack("=I", 8192)), 8192),
        (attribute(1, b"ndisc_cache\0") + attribute(4, struct.pack("=I", 8192)), None),
        (attribute(1, b"arp_cache\0") + attribute(4, b"\1"), None),
        (attribute(1, b"arp_cache\0"), None),
        (b"\xff\xff\1\0", None),
    ],
)
def test_the_kernel_tells_how_many_neighbours_it_holds(monkeypatch, body, size):
    monkeypatch.setattr(neighbours.sys, "platform", "linux")
    monkeypatch.setattr(neighbours.netlink, "ask", lambda *_: [(64, bytes(4) + body)])
    assert neighbours.table_size() == size


def test_a_system_that_does_not_tell_has_a_table_of_unknown_size(monkeypatch):
    def refuse(*_):
        raise OSError

    monkeypatch.setattr(neighbours.netlink, "ask", refuse)
    assert neighbours.table_size() is None
    monkeypatch.setattr(neighbours.sys, "platform", "darwin")
    assert neighbours.table_size() is None
