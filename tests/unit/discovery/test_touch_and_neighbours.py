import asyncio

from auditor.discovery.neighbours import METHOD as NEIGHBOURS
from auditor.discovery.touch import METHOD, Touch
from auditor.model.errors import Filtered
from auditor.net.api import Neighbour
from tests.unit.discovery.fakes import (
    NOW,
    FakeNet,
    face,
    facts,
    loopback,
    run,
    sightings,
    states,
    wish,
)

CAMERA = "58:50:ed:1f:e3:85"
FAST = Touch(look=0.01)


async def test_touched_hosts_are_sighted_from_the_neighbour_table():
    net = FakeNet.of("10.0.0.0/29", resolves={"10.0.0.5": CAMERA})
    seen = await run(FAST, net)
    (sighting,) = sightings(seen)
    assert (sighting.address, sighting.mac) == ("10.0.0.5", CAMERA)
    assert facts(sighting) == {"mac": CAMERA}
    assert sighting.observations[0].endpoint == "link"
    assert sighting.observations[0].at == NOW
    assert [(s.state, s.found) for s in states(seen)] == [("ok", 1)]


async def test_it_steps_aside_where_arp_can_run():
    net = FakeNet.of("10.0.0.0/29", macs={})
    (state,) = states(await run(METHOD, net))
    assert (state.state, state.why) == ("skipped", "arp does this better")
    assert net.touched == []


async def test_ipv6_is_touched_even_where_arp_can_run():
    both = face("eth0", "10.0.0.1/24", "2001:db8::1/120")
    net = FakeNet.of(
        "10.0.0.0/29", "2001:db8::8/126", faces=(both,), macs={}, resolves={"2001:db8::9": CAMERA}
    )
    seen = await run(FAST, net)
    assert [one.address for one in sightings(seen)] == ["2001:db8::9"]
    assert all(":" in one for one in net.touched)


async def test_a_sighting_comes_while_touching_goes_on():
    net = FakeNet.of("10.0.0.0/29")
    going = asyncio.Event()

    async def touch(addresses, *, probe):
        net.table.append(Neighbour(address="10.0.0.5", mac=CAMERA, interface="eth0"))
        await going.wait()

    net.touch = touch
    stream = FAST.run(net, wish())
    first = await anext(stream)
    assert first.address == "10.0.0.5"
    going.set()
    assert [one.found for one in [seen async for seen in stream]] == [1]


async def test_touching_that_fails_keeps_what_was_seen():
    net = FakeNet.of(
        "10.0.0.0/29", table=[Neighbour(address="10.0.0.5", mac=CAMERA, interface="eth0")]
    )

    async def touch(addresses, *, probe):
        raise Filtered("no buffer space")

    net.touch = touch
    seen = await run(FAST, net)
    assert [one.address for one in sightings(seen)] == ["10.0.0.5"]
    assert [(one.state, one.why) for one in states(seen)] == [("limited", "no buffer space")]


async def test_a_host_that_is_slow_to_resolve_is_found_at_the_last_look():
    net = FakeNet.of("10.0.0.4/31")
    calls = 0
    inner = net.neighbours

    def neighbours():
        nonlocal calls
        calls += 1
        if calls == 2:
            net.table.append(Neighbour(address="10.0.0.5", mac=CAMERA, interface="eth0"))
        return inner()

    net.neighbours = neighbours
    assert [one.address for one in sightings(await run(FAST, net))] == ["10.0.0.5"]


async def test_loopback_and_routed_addresses_are_not_touched():
    net = FakeNet.of("127.0.0.0/29", "10.9.0.0/29", faces=(loopback(), face()))
    (state,) = states(await run(METHOD, net))
    assert state.state == "skipped"
    assert net.touched == []


async def test_neighbours_in_scope_are_sightings_and_nothing_is_sent():
    table = [
        Neighbour(address="10.0.0.5", mac="58-50-ED-1F-E3-85", interface="eth0"),
        Neighbour(address="10.0.0.6", mac="00:00:00:00:00:00", interface="eth0"),
        Neighbour(address="10.0.0.99", mac=CAMERA, interface="eth0"),
        Neighbour(address="nonsense", mac=CAMERA, interface="eth0"),
    ]
    net = FakeNet.of("10.0.0.0/29", table=table)
    seen = await run(NEIGHBOURS, net)
    assert [(one.address, one.mac) for one in sightings(seen)] == [("10.0.0.5", CAMERA)]
    assert [(one.state, one.interface, one.found) for one in states(seen)] == [("ok", "eth0", 1)]
    assert [*net.sent, *net.touched, *net.arps, *net.knocked] == []
