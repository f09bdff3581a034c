from ipaddress import ip_address, ip_interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.errors import Denied
from auditor.model.scope import Scope
from auditor.net.api import Interface
from auditor.net.guard import Guard

MAC = "02:00:00:00:00:01"


def interface(*addresses, up=True, multicast=True, loopback=False, mac=MAC):
    return Interface(
        name="eth7",
        index=7,
        mac=mac,
        addresses=tuple(ip_interface(text) for text in addresses),
        up=up,
        multicast=multicast,
        loopback=loopback,
    )


def allows(guard, address):
    try:
        guard.check(address)
    except Denied:
        return False
    return True


_V4 = st.integers(min_value=0x0A000000, max_value=0x0A0000FF).map(lambda n: str(ip_address(n)))


@given(
    targets=st.lists(_V4, min_size=1, max_size=20),
    exclude=st.lists(_V4, max_size=5),
    asked=_V4,
)
def test_the_guard_agrees_with_the_scope(targets, exclude, asked):
    if set(targets) <= set(exclude):
        return
    scope = Scope.of(targets, exclude)
    assert allows(Guard(scope), asked) == (asked in scope)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.1.1",
        "10.0.0.9",
        "::1",
        "0.0.0.0",
        "255.255.255.255",
        "239.255.255.250",
        "::ffff:10.0.0.9",
        "::ffff:10.0.0.1",
        "camera.example",
        "10.0.0.1/32",
        "",
    ],
)
def test_out_of_scope_excluded_and_odd_addresses_are_denied(address):
    guard = Guard(Scope.of(["10.0.0.0/24", "224.0.0.0/3", "::ffff:0:0/112"], ["10.0.0.9"]))
    with pytest.raises(Denied):
        guard.check(address)


def test_a_zone_does_not_change_who_is_meant():
    guard = Guard(Scope.of(["fe80::/64"]))
    assert guard.check("fe80::7%eth0") == "fe80::7%eth0"


@pytest.mark.parametrize(
    ("addresses", "targets", "exclude", "allowed"),
    [
        (["10.0.0.5/24"], ["10.0.0.0/24"], [], True),
        (["10.0.0.5/24"], ["10.0.0.0/16"], [], True),
        (["10.0.0.5/24"], ["10.0.0.0/25"], [], False),
        (["10.0.0.5/24"], ["10.0.0.0/24"], ["10.0.0.77"], False),
        (["10.0.0.5/24"], ["10.0.0.0/24"], ["10.0.9.77"], True),
        (["10.0.0.5/24", "192.168.1.5/24"], ["10.0.0.0/24"], [], False),
        (["10.0.0.5/24", "2001:db8::5/64", "fe80::5/64"], ["10.0.0.0/24"], [], True),
        (
            ["10.0.0.5/24", "2001:db8::5/64"],
            ["10.0.0.0/24", "2001:db8::/64"],
            ["2001:db8::9"],
            False,
        ),
        (["2001:db8::5/64", "fe80::5/64"], ["2001:db8::/64"], [], True),
        (["2001:db8::5/64", "fe80::5/64"], ["2001:db8:1::/64"], [], False),
        (["fe80::5/64"], ["2001:db8::/64"], [], False),
        (["10.0.0.5/32"], ["10.0.0.0/24"], [], False),
        ([], ["10.0.0.0/24"], [], False),
    ],
)
def test_groups_need_the_whole_network_in_scope(addresses, targets, exclude, allowed):
    guard = Guard(Scope.of(targets, exclude))
    assert (guard.may_group(interface(*addresses)) is None) is allowed


def test_the_operator_may_allow_groups_beyond_the_scope():
    guard = Guard(Scope.of(["10.0.0.7"], ["10.0.0.9"]), multicast=True)
    assert guard.may_group(interface("10.0.0.5/24")) is None


@pytest.mark.parametrize("state", [{"up": False}, {"multicast": False}])
def test_an_interface_that_cannot_is_never_allowed(state):
    guard = Guard(Scope.of(["10.0.0.0/24"]), multicast=True)
    assert guard.may_group(interface("10.0.0.5/24", **state)) is not None


@pytest.mark.parametrize("address", ["239.255.255.250", "255.255.255.255", "10.0.0.255", "ff02::c"])
def test_groups_and_broadcasts_follow_the_group_rule(address):
    part = interface("10.0.0.5/24")
    assert Guard(Scope.of(["10.0.0.0/24"])).check_send(part, address) == address
    with pytest.raises(Denied):
        Guard(Scope.of(["10.0.0.0/25", "10.0.0.255"])).check_send(part, address)


def test_unicast_on_a_group_socket_follows_the_scope():
    guard = Guard(Scope.of(["10.0.0.0/25"]))
    assert guard.check_send(interface("10.0.0.5/24"), "10.0.0.9") == "10.0.0.9"
    with pytest.raises(Denied):
        guard.check_send(interface("10.0.0.5/24"), "10.0.0.200")


def arp(operation=1, sender="10.0.0.5", target="10.0.0.9", mac=MAC, ether_mac=MAC):
    def packed(text):
        return bytes.fromhex(text.replace(":", ""))

    return (
        b"\xff" * 6
        + packed(ether_mac)
        + bytes.fromhex("0806000108000604")
        + operation.to_bytes(2, "big")
        + packed(mac)
        + ip_address(sender).packed
        + bytes(6)
        + ip_address(target).packed
    )


def test_an_arp_request_for_the_scope_may_leave():
    guard = Guard(Scope.of(["10.0.0.0/24"]))
    assert guard.check_arp(interface("10.0.0.5/24"), arp()) == "10.0.0.9"
    assert guard.check_arp(interface("10.0.0.5/24"), arp(sender="0.0.0.0")) == "10.0.0.9"
    assert guard.check_arp(interface("10.0.0.5/24"), arp() + bytes(18)) == "10.0.0.9"


@pytest.mark.parametrize(
    "frame",
    [
        arp(operation=2),
        arp(operation=3),
        arp(target="10.0.1.9"),
        arp(target="10.0.0.77"),
        arp(sender="10.0.0.6"),
        arp(mac="02:00:00:00:00:02"),
        arp(ether_mac="02:00:00:00:00:02"),
        arp()[:40],
        arp() + bytes(1000),
        arp().replace(b"\x08\x06\x00\x01", b"\x08\x00\x00\x01"),
        b"",
    ],
)
def test_no_other_frame_may_leave(frame):
    guard = Guard(Scope.of(["10.0.0.0/24"], ["10.0.0.77"]))
    with pytest.raises(Denied):
        guard.check_arp(interface("10.0.0.5/24"), frame)


@given(st.binary(max_size=80))
def test_no_random_frame_may_leave(frame):
    with pytest.raises(Denied):
        Guard(Scope.of(["10.0.0.0/24"])).check_arp(interface("10.0.0.5/24", mac=None), frame)
