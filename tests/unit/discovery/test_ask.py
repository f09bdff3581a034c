"""What every UDP question has in common, shown on a protocol of the test's own."""

import asyncio
from dataclasses import replace

import pytest

from auditor.discovery import _ask, _tally
from auditor.discovery._ask import Asking
from auditor.discovery._question import Alone, Answer, Question
from auditor.model.errors import Malformed
from auditor.net.api import Neighbour, Packet
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

GROUP, GROUP6, PORT = "239.255.255.250", "ff02::c", 3702
EVERYBODY = "255.255.255.255"


def read(data: bytes):
    if not data.startswith(b"A"):
        raise Malformed("a question")
    return [Answer(facts=(("wsd.types", data.decode()),), same=data)]


QUESTION = Question(
    name="toy",
    sends="toy",
    port=PORT,
    forms=lambda: (b"Q1", b"Q2"),
    read=read,
    group=GROUP,
    again=0.02,
    linger=0.03,
    linger_polite=0.2,
)
TOY = Asking(QUESTION)


def says(data: bytes, *sources: str):
    """Every source answers each group question, and each unicast one that is sent to it."""

    def responder(payload, address, port):
        heard = (
            sources if address.startswith(("239.", "ff")) else [s for s in sources if s == address]
        )
        return [Packet(data=data, address=source, port=PORT) for source in heard]

    return responder


async def test_the_group_is_asked_in_all_forms_twice():
    net = FakeNet.of("10.0.0.0/24")
    seen = await run(TOY, net)
    assert [(payload, address, port) for payload, address, port, _ in net.sent] == [
        (b"Q1", GROUP, PORT),
        (b"Q2", GROUP, PORT),
    ] * 2
    assert [(s.state, s.interface, s.why) for s in states(seen)] == [("ok", "eth0", None)]


async def test_repeats_of_an_answer_are_told_once():
    net = FakeNet.of("10.0.0.0/24", responders=[says(b"A", "10.0.0.7", "10.0.0.8")])
    seen = await run(TOY, net)
    assert sorted(one.address for one in sightings(seen)) == ["10.0.0.7", "10.0.0.8"]
    assert states(seen)[0].found == 2


async def test_an_answer_that_is_late_is_heard_while_hosts_are_being_asked_anyway():
    net = FakeNet.of("10.0.0.0/24", responders=[says(b"A", "10.0.0.7")], late=0.3)
    idle = asyncio.Event()
    asyncio.get_running_loop().call_later(0.6, idle.set)
    seen = await run(TOY, net, replace(wish(), idle=idle))
    assert [one.address for one in sightings(seen)] == ["10.0.0.7"]
    assert await run(TOY, net) == states(await run(TOY, net))  # nobody waits for it otherwise


@pytest.mark.parametrize(("answers_asker", "port"), [(True, 0), (False, 777)])
async def test_hosts_that_answer_the_asker_are_asked_from_a_port_of_its_own(answers_asker, port):
    """Another scan on this machine that listens on the protocol's port would get their answers."""
    toy = Asking(replace(QUESTION, bind_port=777, answers_asker=answers_asker))
    behind = FakeNet.of("10.7.0.0/30")
    await run(toy, behind)
    assert {bound for _, bound, _ in behind.groups} == {port}
    attached = FakeNet.of("10.0.0.0/24")
    await run(toy, attached)
    assert {bound for _, bound, _ in attached.groups} == {777}


async def test_nobody_listens_for_late_answers_for_ever(monkeypatch):
    monkeypatch.setattr(_ask, "LATE_LOOKS", 2)
    net = FakeNet.of("10.0.0.0/24")
    async with asyncio.timeout(5):
        assert sightings(await run(TOY, net, replace(wish(), idle=asyncio.Event()))) == []


async def test_a_different_second_answer_of_a_host_is_told_too():
    net = FakeNet.of("10.0.0.0/24", responders=[says(b"A1", "10.0.0.7"), says(b"A2", "10.0.0.7")])
    seen = await run(TOY, net)
    assert [facts(one)["wsd.types"] for one in sightings(seen)] == ["A1", "A2"]
    assert states(seen)[0].found == 1


async def test_observations_bear_time_endpoint_and_method():
    net = FakeNet.of("10.0.0.0/24", responders=[says(b"A", "10.0.0.7")])
    (sighting,) = sightings(await run(TOY, net))
    (fact,) = sighting.observations
    assert (fact.at, fact.endpoint, fact.probe) == (NOW, "udp/3702", "toy")
    assert (sighting.method, sighting.interface) == ("toy", "eth0")


async def test_an_answer_from_outside_the_scope_is_told_all_the_same():
    net = FakeNet.of("10.0.0.0/24", responders=[says(b"A", "192.168.1.64")])
    assert [one.address for one in sightings(await run(TOY, net))] == ["192.168.1.64"]


async def test_our_own_question_heard_back_is_no_answer():
    net = FakeNet.of("10.0.0.0/24", responders=[says(b"Q1", "10.0.0.1")])
    assert sightings(await run(TOY, net)) == []


async def test_an_unreadable_answer_still_proves_a_host_in_scope_but_no_stranger():
    net = FakeNet.of("10.0.0.0/24", responders=[says(b"\0\xff", "10.0.0.7", "192.168.1.64")])
    (sighting,) = sightings(await run(TOY, net))
    assert (sighting.address, sighting.observations) == ("10.0.0.7", ())


async def test_sources_that_are_no_addresses_are_dropped_and_dressed_ones_undressed():
    net = FakeNet.of(
        "10.0.0.0/24", responders=[says(b"A", "nonsense", "::ffff:10.0.0.7", "fe80::1%eth0")]
    )
    assert {one.address for one in sightings(await run(TOY, net))} == {"10.0.0.7", "fe80::1"}


async def test_where_groups_are_not_permitted_each_address_in_scope_is_asked():
    net = FakeNet.of(
        "10.0.0.0/29",
        exclude=["10.0.0.4"],
        silent={"eth0": "an exclusion lies in 10.0.0.0/24"},
        resolves={"10.0.0.5": "58:50:ed:1f:e3:85", "10.0.0.6": "58:50:ed:1f:e3:86"},
        responders=[says(b"A", "10.0.0.5")],
    )
    seen = await run(TOY, net)
    assert [one.address for one in sightings(seen)] == ["10.0.0.5"]
    assert net.destinations() == {"10.0.0.5", "10.0.0.6"}  # the rest do not exist
    (state,) = states(seen)
    assert state.state == "limited"
    assert "an exclusion lies in 10.0.0.0/24" in state.why
    assert "answer only a group" in state.why


async def test_a_host_that_answered_is_not_asked_again():
    net = FakeNet.of(
        "10.0.0.4/30",
        silent={"eth0": "why not"},
        resolves={f"10.0.0.{n}": f"58:50:ed:1f:e3:0{n}" for n in (5, 6)},
        responders=[says(b"A", "10.0.0.5")],
    )
    await run(TOY, net)
    asked = [address for _, address, _, _ in net.sent]
    assert asked.count("10.0.0.5") == 2
    assert asked.count("10.0.0.6") == 4


async def test_where_the_neighbour_table_cannot_be_read_everybody_is_asked():
    net = FakeNet.of("10.0.0.4/30", silent={"eth0": "why not"})
    await run(TOY, net)
    assert net.destinations() == {"10.0.0.5", "10.0.0.6"}


async def test_known_neighbours_that_stay_silent_are_asked_directly_in_the_second_round():
    table = [
        Neighbour(address="10.0.0.7", mac="58:50:ed:1f:e3:85", interface="eth0"),
        Neighbour(address="10.0.0.8", mac="58:50:ed:1f:e3:86", interface="eth0"),
        Neighbour(address="10.0.7.8", mac="58:50:ed:1f:e3:87", interface="eth0"),
    ]
    net = FakeNet.of("10.0.0.0/24", table=table, responders=[says(b"A", "10.0.0.7")])
    await run(TOY, net)
    assert net.destinations() == {GROUP, "10.0.0.8"}


async def test_routed_addresses_are_asked_through_one_socket_and_the_state_says_what_is_lost():
    net = FakeNet.of("10.9.0.0/29", faces=(), responders=[says(b"A", "10.9.0.3")])
    seen = await run(TOY, net)
    assert [(one.address, one.interface) for one in sightings(seen)] == [("10.9.0.3", None)]
    assert len(net.groups) == 1
    (state,) = states(seen)
    assert (state.state, state.interface) == ("limited", None)
    assert "router" in state.why


async def test_on_the_loopback_asking_one_by_one_loses_nothing():
    net = FakeNet.of(
        "127.0.0.4/31",
        faces=(loopback(),),
        silent={"lo": "no groups"},
        responders=[says(b"A", "127.0.0.5")],
    )
    seen = await run(TOY, net)
    assert [one.address for one in sightings(seen)] == ["127.0.0.5"]
    assert [(s.state, s.interface) for s in states(seen)] == [("ok", "lo")]


async def test_broadcast_takes_the_place_of_the_second_group_question():
    net = FakeNet.of("10.0.0.0/24")
    await run(Asking(replace(QUESTION, broadcast=True)), net)
    assert [address for _, address, _, _ in net.sent] == [GROUP] * 2 + [EVERYBODY] * 2


async def test_without_a_group_broadcasts_to_everybody_and_to_the_network_take_turns():
    net = FakeNet.of("10.0.0.0/24")
    await run(Asking(replace(QUESTION, group=None, broadcast=True, times=3)), net)
    asked = [address for _, address, _, _ in net.sent]
    assert asked == [EVERYBODY] * 2 + ["10.0.0.255"] * 2 + [EVERYBODY] * 2


async def test_a_link_without_a_broadcast_address_gets_no_broadcast():
    net = FakeNet.of("10.0.0.0/31", faces=(face("eth0", "10.0.0.1/31"),))
    await run(Asking(replace(QUESTION, group=None, broadcast=True)), net)
    assert net.sent == []
    await run(Asking(replace(QUESTION, broadcast=True)), net)
    assert net.destinations() == {GROUP}


async def test_later_rounds_may_ask_in_other_words_and_hosts_in_others_again():
    words = replace(QUESTION, forms_again=lambda: (b"again",), forms_host=lambda: (b"you",))
    net = FakeNet.of(
        "10.0.0.0/24",
        table=[Neighbour(address="10.0.0.7", mac="02:00:00:00:00:07", interface="eth0")],
    )
    await run(Asking(words), net)
    assert [(payload, address) for payload, address, _, _ in net.sent] == [
        (b"Q1", GROUP),
        (b"Q2", GROUP),
        (b"again", GROUP),
        (b"you", "10.0.0.7"),
    ]


async def test_silent_neighbours_are_left_alone_where_the_protocol_says_so():
    net = FakeNet.of(
        "10.0.0.0/24",
        table=[Neighbour(address="10.0.0.7", mac="02:00:00:00:00:07", interface="eth0")],
    )
    await run(Asking(replace(QUESTION, nudge=False, times=3)), net)
    assert net.destinations() == {GROUP}
    assert len(net.sent) == 6


async def test_silent_neighbours_are_asked_once_however_many_rounds_there_are():
    net = FakeNet.of(
        "10.0.0.0/24",
        table=[Neighbour(address="10.0.0.7", mac="02:00:00:00:00:07", interface="eth0")],
    )
    await run(Asking(replace(QUESTION, times=4)), net)
    assert [a for _, a, _, _ in net.sent].count("10.0.0.7") == 2  # two forms


@pytest.mark.parametrize(
    ("alone", "sent", "rows"),
    [
        (Alone.ANYWHERE, {"10.9.0.1", "10.9.0.2"}, [("limited", "by itself")]),
        (Alone.ATTACHED, set(), [("limited", "does not cross")]),
        (Alone.NEVER, set(), [("limited", "does not cross")]),
    ],
)
async def test_behind_a_router_only_protocols_that_cross_it_are_asked(alone, sent, rows):
    net = FakeNet.of("10.9.0.0/30", faces=())
    seen = await run(Asking(replace(QUESTION, alone=alone, host_times=1)), net)
    assert net.destinations() == sent
    assert len(net.sent) == 2 * len(sent)  # one round of two forms
    assert [(s.state, rows[0][1] in s.why) for s in states(seen)] == [("limited", True)]


async def test_where_no_group_may_be_asked_a_protocol_without_another_form_says_what_is_lost():
    net = FakeNet.of("10.0.0.0/24", silent={"eth0": "an exclusion"})
    seen = await run(Asking(replace(QUESTION, alone=Alone.NEVER)), net)
    assert net.sent == []
    (state,) = states(seen)
    assert (state.state, state.interface, state.found) == ("limited", "eth0", 0)
    assert "an exclusion" in state.why
    assert "no other form" in state.why


async def test_on_the_loopback_a_protocol_without_another_form_is_skipped():
    net = FakeNet.of("127.0.0.4/31", faces=(loopback(),), silent={"lo": "no groups"})
    seen = await run(Asking(replace(QUESTION, alone=Alone.NEVER)), net)
    assert [s.state for s in states(seen)] == ["skipped"]


async def test_answers_may_come_to_another_group_than_the_question():
    net = FakeNet.of("10.0.0.0/24")
    joined = replace(QUESTION, bind_port=9, join=True, answer_group="239.1.1.1")
    await run(Asking(joined), net)
    assert net.groups == [("eth0", 9, "239.1.1.1")]


async def test_a_rare_search_is_asked_only_when_wished_for():
    net = FakeNet.of("10.0.0.0/24", responders=[says(b"A", "10.0.0.7")])
    rare = Asking(replace(QUESTION, rare=True))
    seen = await run(rare, net)
    assert net.sent == []
    (state,) = states(seen)
    assert (state.state, "--rare" in state.why) == ("skipped", True)
    seen = await run(rare, net, wish(rare=True))
    assert [one.address for one in sightings(seen)] == ["10.0.0.7"]


async def test_an_answer_that_speaks_for_another_host_shows_only_that_somebody_is_there():
    def relayed(data):
        (answer,) = read(data)
        return [replace(answer, speaks_for=frozenset({"10.0.0.7", "fe80::7"}))]

    net = FakeNet.of("10.0.0.0/24", responders=[says(b"A", "10.0.0.7", "10.0.0.8")])
    seen = await run(Asking(replace(QUESTION, read=relayed)), net)
    told = {one.address: facts(one) for one in sightings(seen)}
    assert told == {"10.0.0.7": {"wsd.types": "A"}, "10.0.0.8": {}}


async def test_an_answer_that_names_no_address_of_the_senders_kind_is_believed():
    def only_six(data):
        (answer,) = read(data)
        return [replace(answer, speaks_for=frozenset({"fe80::7"}))]

    net = FakeNet.of("10.0.0.0/24", responders=[says(b"A", "10.0.0.8")])
    seen = await run(Asking(replace(QUESTION, read=only_six)), net)
    assert [facts(one) for one in sightings(seen)] == [{"wsd.types": "A"}]


async def test_the_ipv6_group_is_asked_where_there_is_a_link_local_address():
    faces = (face("eth0", "10.0.0.1/24", "fe80::1/64"), face("eth1", "10.0.1.1/24"))
    net = FakeNet.of("10.0.0.0/23", faces=faces, responders=[says(b"A", "fe80::7")])
    seen = await run(Asking(replace(QUESTION, group6=GROUP6)), net)
    assert ("eth0", 0, GROUP6) in net.groups
    assert len([one for one in net.sent if one[1] == GROUP6]) == 4
    assert {one.address for one in sightings(seen)} == {"fe80::7"}
    assert sorted(one.interface for one in states(seen)) == ["eth0", "eth1"]


async def test_no_route_for_the_group_makes_the_state_failed():
    net = FakeNet.of("10.0.0.0/24", unsendable={GROUP})
    (state,) = states(await run(TOY, net))
    assert state.state == "failed"
    assert "no route to host" in state.why


async def test_one_unreachable_host_only_limits_the_state():
    net = FakeNet.of("10.9.0.2", "10.9.0.3", faces=(), unsendable={"10.9.0.2"})
    (state,) = states(await run(TOY, net))
    assert state.state == "limited"
    assert "could not be sent" in state.why


async def test_no_socket_makes_the_state_failed():
    (state,) = states(await run(TOY, FakeNet.of("10.0.0.0/24", no_sockets=True)))
    assert (state.state, state.found) == ("failed", 0)


async def test_where_the_protocols_own_port_is_taken_another_is_used_and_the_state_says_so():
    method = Asking(replace(QUESTION, bind_port=37020, join=True))
    net = FakeNet.of("10.0.0.0/24", taken={37020}, responders=[says(b"A", "10.0.0.7")])
    seen = await run(method, net)
    assert net.groups == [("eth0", 0, GROUP)]
    assert [one.address for one in sightings(seen)] == ["10.0.0.7"]
    assert states(seen)[0].state == "limited"


async def test_one_interface_that_fails_takes_nothing_from_another():
    faces = (face("eth0", "10.0.0.1/24"), face("eth1", "10.0.1.1/24"))
    net = FakeNet.of(
        "10.0.0.0/23",
        faces=faces,
        silent={"eth0": "why not"},
        unsendable={f"10.0.0.{n}" for n in range(256)},
        responders=[says(b"A", "10.0.1.7")],
    )
    seen = await run(TOY, net)
    assert {one.interface: one.state for one in states(seen)} == {"eth0": "failed", "eth1": "ok"}
    assert [one.address for one in sightings(seen)] == ["10.0.1.7"]


async def test_polite_listens_longer():
    net = FakeNet.of("10.0.0.0/24")
    loop = asyncio.get_running_loop()
    start = loop.time()
    await run(TOY, net)
    quick_run = loop.time() - start
    start = loop.time()
    await run(TOY, net, wish(polite=True))
    assert loop.time() - start > quick_run + 0.1


async def test_a_host_that_never_stops_talking_is_cut_off():
    def babble(payload, address, port):
        return [Packet(data=b"A%d" % n, address="10.0.0.7", port=1) for n in range(1000)]

    net = FakeNet.of("10.0.0.0/24", responders=[babble])
    seen = await run(TOY, net)
    assert len(sightings(seen)) == _tally.MOST_PER_HOST
    assert "dropped" in states(seen)[0].why


async def test_a_flood_of_invented_sources_is_bounded(monkeypatch):
    monkeypatch.setattr(_tally, "MOST_STRANGERS", 50)

    def flood(payload, address, port):
        return [
            Packet(data=b"A", address=f"172.16.{n // 250}.{n % 250}", port=1) for n in range(500)
        ]

    net = FakeNet.of("10.0.0.0/24", responders=[flood, says(b"A", "10.0.0.7")])
    seen = await run(TOY, net)
    assert len(sightings(seen)) == 51
    assert "10.0.0.7" in {one.address for one in sightings(seen)}


async def test_the_facts_kept_are_bounded_in_bytes(monkeypatch):
    monkeypatch.setattr(_tally, "MOST_BYTES", 1000)
    net = FakeNet.of(
        "10.0.0.0/24", responders=[says(b"A" * 400, *(f"10.0.0.{n}" for n in range(2, 99)))]
    )
    assert len(sightings(await run(TOY, net))) == 2


async def test_two_hundred_and_six_answers_at_once_are_all_told():
    hosts = [f"10.0.0.{n}" for n in range(2, 208)]
    net = FakeNet.of("10.0.0.0/24", responders=[says(b"A", *hosts)])
    assert {one.address for one in sightings(await run(TOY, net))} == set(hosts)


async def test_closing_early_leaves_no_task_behind():
    net = FakeNet.of("10.0.0.0/24", responders=[says(b"A", "10.0.0.7")])
    before = asyncio.all_tasks()
    stream = TOY.run(net, wish())
    await anext(stream)
    await stream.aclose()
    assert asyncio.all_tasks() == before


async def test_where_the_operator_named_an_interface_routed_addresses_are_asked_through_it():
    net = FakeNet.of("10.9.0.8/31", only="eth0", responders=[says(b"A", "10.9.0.9")])
    seen = await run(TOY, net)
    assert net.groups == [("eth0", 0, None)] * len(net.groups)
    assert "10.9.0.9" in {one.address for one in sightings(seen)}
