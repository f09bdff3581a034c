from auditor.discovery.tcp import HOSTS_AT_ONCE, METHOD, Tcp
from tests.unit.discovery.fakes import (
    FakeNet,
    face,
    facts,
    loopback,
    run,
    sightings,
    states,
    wish,
)

FAST = Tcp(wait=0.02)


async def test_a_routed_host_with_an_open_port_is_sighted_with_that_port():
    net = FakeNet.of("10.9.0.0/29", open={("10.9.0.3", 554)})
    seen = await run(FAST, net)
    (sighting,) = sightings(seen)
    assert (sighting.address, sighting.interface, sighting.mac) == ("10.9.0.3", None, None)
    assert facts(sighting) == {"port.open": "tcp/554"}
    assert [(one.state, one.interface, one.found) for one in states(seen)] == [("ok", None, 1)]


async def test_a_refusal_proves_a_routed_host():
    net = FakeNet.of("10.9.0.0/29", refusing={"10.9.0.4"})
    assert [one.address for one in sightings(await run(FAST, net))] == ["10.9.0.4"]


async def test_a_refusal_proves_nothing_on_the_loopback():
    everything = {f"127.0.0.{n}" for n in range(8)}
    net = FakeNet.of(
        "127.0.0.0/29", faces=(loopback(),), refusing=everything, open={("127.0.0.3", 37777)}
    )
    seen = await run(FAST, net)
    assert [one.address for one in sightings(seen)] == ["127.0.0.3"]
    assert states(seen)[0].interface == "lo"


async def test_attached_addresses_are_left_to_the_link():
    net = FakeNet.of("10.0.0.4/30")
    (state,) = states(await run(METHOD, net))
    assert state.state == "skipped"
    assert net.knocked == []


async def test_our_own_address_is_asked_although_it_is_attached():
    net = FakeNet.of("10.0.0.0/29", refusing={"10.0.0.1"})
    assert [one.address for one in sightings(await run(FAST, net))] == ["10.0.0.1"]
    assert {address for address, _ in net.knocked} == {"10.0.0.1"}


async def test_a_link_without_hardware_addresses_is_swept():
    tunnel = face("wg0", "10.0.0.1/24", mac=None)
    net = FakeNet.of("10.0.0.4/31", faces=(tunnel,), refusing={"10.0.0.5"})
    assert [one.address for one in sightings(await run(FAST, net))] == ["10.0.0.5"]


async def test_only_ports_that_the_operator_allows_are_knocked_at():
    net = FakeNet.of("10.9.0.3")
    await run(FAST, net, wish(ports=(554, 9000)))
    assert {port for _, port in net.knocked} == {554}
    net = FakeNet.of("10.9.0.3")
    await run(FAST, net, wish(ports=(8080, 8081)))
    assert {port for _, port in net.knocked} == {8080, 8081}


async def test_what_is_in_flight_is_bounded_and_every_address_is_asked():
    net = FakeNet.of("10.9.0.0/23")
    await run(Tcp(wait=0.001), net)
    assert net.most_knocks <= HOSTS_AT_ONCE * 4
    assert len({address for address, _ in net.knocked}) == 510


async def test_failures_of_our_own_are_told():
    net = FakeNet.of("10.9.0.3", own_failure="too many open files")
    (state,) = states(await run(FAST, net))
    assert state.state == "limited"
    assert "too many open files" in state.why
