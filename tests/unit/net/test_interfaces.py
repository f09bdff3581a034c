import socket
import struct
import sys
from contextlib import suppress
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.errors import Malformed, UsageError
from auditor.model.scope import Scope
from auditor.net.api import Interface
from auditor.net.system import foreign, interfaces, netlink

IFCONFIG = """\
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
\toptions=1203<RXCSUM,TXCSUM,TXSTATUS,SW_TIMESTAMP>
\tinet 127.0.0.1 netmask 0xff000000
\tinet6 ::1 prefixlen 128
\tinet6 fe80::1%lo0 prefixlen 64 scopeid 0x1
en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
\tether 3c:22:fb:01:02:03
\tinet6 fe80::4f:8c2d:1234:5678%en0 prefixlen 64 secured scopeid 0xe
\tinet 192.168.1.10 netmask 0xffffff00 broadcast 192.168.1.255
\tmedia: autoselect
\tstatus: active
en1: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
\tether 3c:22:fb:01:02:04
\tstatus: inactive
utun0: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1380
\tinet 10.8.0.2 --> 10.8.0.1 netmask 0xffffffff
"""
WINDOWS = (
    '{"adapters":[{"ifIndex":11,"MacAddress":"3C-22-FB-01-02-03","Status":"Up"},'
    '{"ifIndex":5,"MacAddress":"3C-22-FB-01-02-04","Status":"Disconnected"}],'
    '"addresses":[{"InterfaceIndex":11,"InterfaceAlias":"Ethernet","IPAddress":"192.168.1.10",'
    '"PrefixLength":24},{"InterfaceIndex":11,"InterfaceAlias":"Ethernet",'
    '"IPAddress":"fe80::4f%11","PrefixLength":64},{"InterfaceIndex":5,"InterfaceAlias":"WLAN",'
    '"IPAddress":"169.254.1.2","PrefixLength":16},{"InterfaceIndex":1,"InterfaceAlias":"Loopback",'
    '"IPAddress":"127.0.0.1","PrefixLength":8}]}'
)


def interface(name, index, *addresses, up=True):
    return Interface(
        name=name,
        index=index,
        mac=None,
        addresses=tuple(ip_interface(text) for text in addresses),
        up=up,
        multicast=True,
        loopback=False,
    )


def link(name, index, flags, mac):
    body = struct.pack("=BBHiII", 0, 0, 1, index, flags, 0)
    return 16, body + netlink.attribute(3, name.encode() + b"\0") + netlink.attribute(1, mac)


def address(text, prefix, index, local=None):
    parsed = ip_address(text)
    family = socket.AF_INET if parsed.version == 4 else socket.AF_INET6
    body = struct.pack("=BBBBI", family, prefix, 0, 0, index) + netlink.attribute(1, parsed.packed)
    if local:
        body += netlink.attribute(2, ip_address(local).packed)
    return 20, body


def test_the_dumps_of_the_kernel_are_read():
    found = interfaces.parse_netlink(
        [
            link("eth0", 2, 0x1043, bytes.fromhex("0200000000aa")),
            link("lo", 1, 0x49, bytes(6)),
            link("wlan0", 3, 0x1001, bytes.fromhex("0200000000ab")),
        ],
        [
            address("10.0.0.5", 24, 2, local="10.0.0.5"),
            address("fe80::5", 64, 2),
            address("10.9.0.1", 32, 3, local="10.9.0.2"),
        ],
    )
    assert [one.name for one in found] == ["lo", "eth0", "wlan0"]
    lo, eth, wlan = found
    assert (lo.loopback, lo.mac, lo.up, lo.multicast) == (True, None, True, False)
    assert (eth.mac, eth.up, eth.multicast) == ("02:00:00:00:00:aa", True, True)
    assert eth.addresses == (ip_interface("10.0.0.5/24"), ip_interface("fe80::5/64"))
    assert wlan.up is False  # no link
    assert wlan.addresses == (ip_interface("10.9.0.2/32"),)  # its own end, not the peer's


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_broken_dumps_raise_only_malformed(links, addresses):
    with suppress(Malformed):
        interfaces.parse_netlink([(16, links)], [(20, addresses)])


def test_only_interfaces_that_touch_the_scope_count():
    found = [interface("a", 1, "10.0.0.5/24"), interface("b", 2, "10.0.1.5/24"), interface("c", 3)]
    assert [one.name for one in interfaces.touching(found, Scope.of(["10.0.1.200-10.0.2.9"]))] == [
        "b"
    ]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("10.0.0.9", "a"),
        ("10.0.0.130", "b"),
        ("10.0.1.9", None),
        ("192.0.2.1", None),
        ("fe80::9", None),
        ("fe80::9%b", "b"),
        ("fe80::9%1", "a"),
        ("fe80::9%z", None),
    ],
)
def test_an_address_belongs_to_the_interface_with_the_longest_prefix(address, name):
    found = [
        interface("a", 1, "10.0.0.5/24", "fe80::1/64"),
        interface("b", 2, "10.0.0.129/25", "fe80::2/64"),
        interface("d", 4, "192.0.2.7/24", up=False),
    ]
    got = interfaces.attached_to(found, address)
    assert (got.name if got else None) == name


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 255), st.integers(8, 32), st.booleans()),
        max_size=6,
    ),
    st.integers(0, 3),
    st.integers(0, 255),
)
def test_many_addresses_are_placed_as_one_is(networks, third, fourth):
    found = [
        interface(f"e{at}", at, f"10.0.{net}.{host}/{prefix}", up=up)
        for at, (net, host, prefix, up) in enumerate(networks)
    ]
    address = f"10.0.{third}.{fourth}"
    assert interfaces.Attachments(found).of(address) is interfaces.attached_to(found, address)


@pytest.mark.parametrize("address", ["fe80::9%b", "fe80::9%1", "10.0.0.9"])
def test_addresses_of_both_families_are_placed(address):
    found = [
        interface("a", 1, "10.0.0.5/24", "fe80::1/64"),
        interface("b", 2, "10.0.0.129/25", "fe80::2/64"),
    ]
    assert interfaces.Attachments(found).of(address) is interfaces.attached_to(found, address)


@pytest.mark.parametrize("address", ["", "camera", "10.0.0.300", "010.0.0.1", "10.0.0"])
def test_what_is_no_address_is_placed_nowhere(address):
    with pytest.raises(ValueError, match="appear to be"):
        interfaces.Attachments([interface("a", 1, "10.0.0.5/8")]).of(address)


def test_macos_interfaces_are_read():
    lo, en0, en1, utun = foreign.parse_ifconfig(
        IFCONFIG, {"lo0": 1, "en0": 14, "en1": 15, "utun0": 16}.get
    )
    assert (lo.loopback, lo.up, lo.mac) == (True, True, None)
    assert (en0.mac, en0.up, en0.index) == ("3c:22:fb:01:02:03", True, 14)
    assert ip_interface("192.168.1.10/24") in en0.addresses
    assert en1.up is False
    assert utun.addresses == (ip_interface("10.8.0.2/32"),)


def test_windows_interfaces_are_read():
    lo, wlan, ethernet = foreign.parse_windows(WINDOWS)
    assert (lo.loopback, lo.up) == (True, True)
    assert (wlan.name, wlan.up) == ("WLAN", False)
    assert (ethernet.name, ethernet.mac, ethernet.up) == ("Ethernet", "3c:22:fb:01:02:03", True)
    assert ethernet.addresses == (ip_interface("192.168.1.10/24"), ip_interface("fe80::4f/64"))


@pytest.mark.parametrize("text", ["", "[]", "{}", "no json", '{"adapters":[{}],"addresses":[]}'])
def test_other_words_of_windows_give_nothing(text):
    assert foreign.parse_windows(text) == ()


def test_a_command_that_is_not_there_prints_nothing():
    assert foreign.output("no-such-command-of-ours") == ""


linux = pytest.mark.skipif(sys.platform != "linux", reason="rtnetlink is Linux")


@linux
def test_the_loopback_network_is_attached_to_the_loopback(make_net):
    net = make_net("127.0.0.2-8")
    (lo,) = net.interfaces()
    assert lo.loopback
    assert net.on_link("127.0.0.200") == lo


@linux
def test_the_names_agree_with_the_systems():
    assert {(one.index, one.name) for one in interfaces.interfaces()} == set(socket.if_nameindex())


@linux
def test_an_address_elsewhere_is_not_on_link(make_net):
    net = make_net("198.51.100.0/24")
    assert net.on_link("198.51.100.7") is None
    assert net.on_link("not an address") is None
    assert net.interfaces() == ()


@linux
def test_one_interface_may_be_named(make_net):
    net = make_net("198.51.100.0/24", only_interface="lo")
    assert [one.name for one in net.interfaces()] == ["lo"]


def test_an_interface_that_is_not_there_is_the_operators_error(make_net):
    with pytest.raises(UsageError, match="no such interface"):
        make_net(only_interface="nosuch7")


@linux
def test_another_interface_than_the_named_one_may_not_be_used(make_net):
    net = make_net(only_interface="lo", multicast=True)
    assert net.may_group(interface("eth9", 9, "10.0.0.5/24")) == "only lo may be used"


@linux
def test_a_broken_question_to_the_kernel_is_an_os_error():
    with pytest.raises(OSError, match="rtnetlink refuses"):
        netlink.ask(26, b"\xff" * 12, dump=False)


def route(net, *, gateway=True, table=254):
    """One route of a dump."""
    parsed = ip_network(net)
    family = socket.AF_INET if parsed.version == 4 else socket.AF_INET6
    body = struct.pack("=BBBBBBBBI", family, parsed.prefixlen, 0, 0, table, 0, 0, 1, 0)
    body += netlink.attribute(1, parsed.network_address.packed)
    return 24, body + (netlink.attribute(5, bytes(4)) if gateway else b"")


@pytest.mark.parametrize(
    ("routes", "led_away"),
    [
        ([route("0.0.0.0/0")], []),
        ([route("10.0.0.0/24", gateway=False)], []),
        ([route("10.0.0.128/25")], ["10.0.0.128/25"]),
        ([route("10.0.1.0/24")], []),
        ([route("0.0.0.0/0", table=100)], ["0.0.0.0/0"]),
    ],
)
def test_only_routes_that_win_over_an_attached_network_lead_away(monkeypatch, routes, led_away):
    monkeypatch.setattr(netlink, "ask", lambda *_, **__: routes)
    found = interfaces.detours([ip_interface("10.0.0.2/24")])
    assert [str(net) for net in found] == led_away
