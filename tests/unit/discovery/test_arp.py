from collections import Counter

import pytest

from auditor.discovery.arp import METHOD, REMEDY, Arp, _state, _Sweep
from tests.unit.discovery.fakes import (
    NOW,
    OUR_MAC,
    FakeNet,
    arp_reply,
    face,
    loopback,
    run,
    sightings,
    states,
    wish,
)

FAST = Arp(again=0.01, linger=0.03)
CAMERA = "58:50:ed:1f:e3:85"


async def test_a_host_that_answers_is_sighted_with_its_hardware_address():
    net = FakeNet.of("10.0.0.0/29", macs={"10.0.0.5": CAMERA})
    seen = await run(FAST, net)
    (sighting,) = sightings(seen)
    assert (sighting.address, sighting.mac, sighting.interface) == ("10.0.0.5", CAMERA, "eth0")
    (fact,) = sighting.observations
    assert (fact.signal, fact.value, fact.endpoint, fact.probe, fact.at) == (
        "mac",
        CAMERA,
        "link",
        "arp",
        NOW,
    )
    (state,) = states(seen)
    assert (state.method, state.state, state.interface, state.found) == ("arp", "ok", "eth0", 1)


async def test_silent_addresses_are_asked_once_more_and_answering_ones_are_not():
    net = FakeNet.of("10.0.0.0/29", macs={"10.0.0.5": CAMERA})
    await run(Arp(again=0.05, linger=0.01), net)
    asked = Counter(net.arps)
    assert asked["10.0.0.5"] == 1
    assert {asked[one] for one in ("10.0.0.2", "10.0.0.3", "10.0.0.6")} == {2}


async def test_where_the_second_round_finds_hosts_packets_are_lost_and_the_silent_are_asked_again():
    macs = {f"10.0.0.{last}": f"58:50:ed:1f:e3:{last:02x}" for last in range(2, 7)}
    net = FakeNet.of("10.0.0.0/28", macs=macs, lost={"10.0.0.3": 1, "10.0.0.4": 2, "10.0.0.5": 9})
    seen = await run(Arp(again=0.05, linger=0.03), net)
    assert {one.address for one in sightings(seen)} == macs.keys() - {"10.0.0.5"}
    asked = Counter(net.arps)
    assert (asked["10.0.0.2"], asked["10.0.0.3"], asked["10.0.0.4"]) == (1, 2, 3)
    assert asked["10.0.0.5"] == asked["10.0.0.9"] == 4


@pytest.mark.parametrize(
    ("rounds", "missing"),
    [([2000], 0), ([2000, 0], 0), ([2000, 1], 0.0005), ([90, 10], 1), ([90, 10, 1], 0.1)],
)
def test_how_many_are_still_missing_follows_from_what_the_second_round_found(rounds, missing):
    sweep = _Sweep(wanted=frozenset(), heard={str(n): set() for n in range(sum(rounds))})
    sweep.rounds = rounds
    assert sweep.missing() == pytest.approx(missing, abs=0.0001)


async def test_our_own_address_and_addresses_out_of_scope_are_not_asked():
    net = FakeNet.of("10.0.0.0/29", exclude=["10.0.0.4"], macs={})
    await run(FAST, net)
    assert set(net.arps) == {"10.0.0.2", "10.0.0.3", "10.0.0.5", "10.0.0.6"}


async def test_two_hardware_addresses_at_one_address_are_both_kept():
    strays = [arp_reply("10.0.0.5", "00:11:22:33:44:55")]
    net = FakeNet.of("10.0.0.0/29", macs={"10.0.0.5": CAMERA}, stray_frames=strays)
    seen = await run(FAST, net)
    assert {one.mac for one in sightings(seen)} == {CAMERA, "00:11:22:33:44:55"}
    assert states(seen)[0].found == 1


async def test_hostile_frames_are_ignored():
    strays = [
        b"",
        b"\xff" * 60,
        arp_reply("192.168.9.9", CAMERA),  # never asked for
        arp_reply("10.0.0.6", "ff:ff:ff:ff:ff:ff"[:-2] + "fe"),  # a group as the sender
        arp_reply("10.0.0.6", OUR_MAC),  # our own
        arp_reply("0.0.0.0", CAMERA, operation=1),
        *[arp_reply("10.0.0.2", f"00:11:22:33:44:{n:02x}") for n in range(200)],
    ]
    net = FakeNet.of("10.0.0.0/29", macs={}, stray_frames=strays)
    found = sightings(await run(FAST, net))
    assert {one.address for one in found} == {"10.0.0.2"}
    assert len(found) == 4


async def test_a_question_of_a_host_in_scope_proves_it_too():
    strays = [arp_reply("10.0.0.3", CAMERA, operation=1)]
    net = FakeNet.of("10.0.0.0/29", macs={}, stray_frames=strays)
    assert [one.address for one in sightings(await run(FAST, net))] == ["10.0.0.3"]


async def test_without_privilege_the_state_names_the_remedy_and_nothing_else():
    seen = await run(METHOD, FakeNet.of("10.0.0.0/29", macs=None))
    (state,) = states(seen)
    assert (state.state, state.why) == ("unavailable", REMEDY)
    assert "sudo" in REMEDY
    assert "setcap cap_net_raw" in REMEDY
    assert "\n" not in REMEDY
    assert not sightings(seen)


async def test_loopback_and_routed_addresses_are_no_business_of_arp():
    net = FakeNet.of("127.0.0.0/29", "10.9.0.0/29", faces=(loopback(), face()), macs={})
    (state,) = states(await run(METHOD, net))
    assert state.state == "skipped"
    assert net.arps == []


async def test_requests_that_cannot_leave_make_the_state_failed():
    net = FakeNet.of("10.0.0.2", macs={}, unsendable={"10.0.0.2"})
    (state,) = states(await run(FAST, net))
    assert state.state == "failed"
    assert "link is down" in state.why


async def test_each_interface_has_a_state_of_its_own():
    faces = (face("eth0", "10.0.0.1/24"), face("eth1", "10.0.1.1/24"))
    net = FakeNet.of("10.0.0.4/31", "10.0.1.4/31", faces=faces, macs={"10.0.1.4": CAMERA})
    got = {one.interface: one.found for one in states(await run(FAST, net, wish()))}
    assert got == {"eth0": 0, "eth1": 1}


@pytest.mark.parametrize(
    ("asked", "heard", "state"),
    [
        ({"10.0.0.1", "10.0.0.2"}, {"10.0.0.1": {"x"}}, "limited"),
        ({"10.0.0.1"}, {"10.0.0.1": {"x"}}, "failed"),
        ({"10.0.0.1"}, {"10.0.0.1": {"x"}, "10.0.0.2": {"y"}}, "limited"),
        (set(), {}, "failed"),
    ],
)
def test_an_address_that_was_never_asked_is_a_failed_sweep_whoever_answered(asked, heard, state):
    sweep = _Sweep(
        wanted=frozenset({"10.0.0.1", "10.0.0.2"}),
        asked=asked, heard=heard, unsent=1, trouble="no buffer",
    )  # fmt: skip
    told = _state("arp", "eth0", sweep)
    assert told.state == state
    assert "no buffer" in (told.why or "")
