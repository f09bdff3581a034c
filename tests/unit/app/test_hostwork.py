"""One host's interview: waves, budget, and stopping when nothing more can change."""

from random import Random

import pytest

from auditor.app.devices.desk import Card, Desk
from auditor.app.devices.identity import assets
from auditor.app.scanning.hostwork import HostWork, Tools
from auditor.app.scanning.plan import settled
from auditor.app.scanning.reading import reading
from auditor.attribution.judge import attribute
from auditor.model.errors import ConnReset, Denied, Refused, TimedOut
from auditor.model.facts import Observation, Sighting
from auditor.model.judgement import Judged
from auditor.model.scope import Scope
from auditor.model.words import Ending
from auditor.net.api import Interface
from auditor.net.pace import in_turn

WIRE = Interface(
    name="eth0", index=2, mac="02:00:5e:00:53:fa", addresses=(), up=True, multicast=True,
    loopback=False,
)  # fmt: skip


class Asked:
    """A probe that notes where it was asked and yields fixed facts, or fails."""

    def __init__(self, name, rank, ports, facts=(), error=None, yields=()):
        self.name, self.rank, self.ports, self.facts, self.error = name, rank, ports, facts, error
        self.yields, self.sends, self.cost = frozenset(yields), "nothing", 1
        self.asked = []
        self.order = []

    def endpoints(self, open_ports, seen):
        return tuple(("tcp", port, False) for port in self.ports if port in open_ports)

    async def ask(self, target, dialer):
        self.asked.append(target.port)
        self.order.append(self.name)
        for fact in self.facts:
            yield fact
        if self.error:
            raise self.error


class Net:
    """Knocks from a table; counts them."""

    dialer = None

    def __init__(self, ports, face=WIRE):
        self.ports, self.knocked, self.face = ports, [], face

    def on_link(self, address):
        return self.face

    async def knock(self, address, port, *, probe, wait):
        self.knocked.append(port)
        answer = self.ports.get(port, Refused("closed"))
        if isinstance(answer, Exception):
            raise answer
        return True

    async def knocks(self, address, ports, *, probe, wait, told, keep=()):
        async def knock(port):
            await self.knock(address, port, probe=probe, wait=wait)

        await in_turn(ports, knock, told)


def fact(signal, value, endpoint="tcp/80"):
    return Observation(signal=signal, value=value, endpoint=endpoint)


SURE = (
    fact("rtsp.auth_realm", "IP Camera(C2183)", "tcp/554"),
    fact("http.server", "Hikvision-Webs"),
    fact("onvif.model", "DS-2CD2143G2-I"),
)


@pytest.fixture
def tools(catalog):
    def make(net, *probes, **how):
        return Tools(
            net=net,
            probes=probes,
            clock=lambda: "2026-11-22T00:00:00Z",
            monotonic=lambda: 0.0,
            weigh=lambda facts: attribute(facts, catalog),
            waves=how.pop("waves", ((80, 554), (8080,))),
            **how,
        )

    return make


async def test_a_settled_host_is_not_asked_further(tools):
    net = Net({80: True, 554: True, 8080: True})
    early = Asked("early", 1, [80], SURE)
    late = Asked("late", 9, [80])
    card = Card(address="10.0.0.1", methods={"arp"})
    await HostWork(card, tools(net, early, late)).run()
    assert early.asked == [80]
    assert late.asked == []
    assert 8080 not in net.knocked


async def test_thorough_goes_on(tools):
    net = Net({80: True, 8080: True})
    early, late = Asked("early", 1, [80], SURE), Asked("late", 9, [80])
    card = Card(address="10.0.0.1", methods={"arp"})
    await HostWork(card, tools(net, early, late, thorough=True)).run()
    assert late.asked == [80]
    assert 8080 in net.knocked


async def test_each_endpoint_is_asked_once_even_in_a_second_interview(tools):
    net = Net({80: True})
    probe = Asked("http", 1, [80], (fact("http.server", "x"),))
    card = Card(address="10.0.0.1", methods={"arp"})
    for _ in range(2):
        await HostWork(card, tools(net, probe)).run()
    assert probe.asked == [80]
    assert sorted(net.knocked) == [80, 554, 8080]


async def test_a_crashing_probe_is_an_attempt_and_the_others_go_on(tools):
    net = Net({80: True})
    broken = Asked("broken", 1, [80], error=ZeroDivisionError())
    other = Asked("other", 2, [80], (fact("http.server", "x"),))
    card = Card(address="10.0.0.1", methods={"arp"})
    await HostWork(card, tools(net, broken, other)).run()
    endings = {a.probe: a.outcome for a in card.attempts}
    assert endings["broken"] is Ending.BUG
    assert endings["other"] is Ending.OK


async def test_a_spent_budget_ends_the_questions(tools):
    net = Net({80: True})
    spent = Asked("spent", 1, [80], error=Denied("budget"))
    other = Asked("other", 2, [80])
    card = Card(address="10.0.0.1", methods={"arp"})
    await HostWork(card, tools(net, spent, other, waves=((80,),))).run()
    assert other.asked == []


async def test_pages_of_little_worth_wait_until_all_ports_are_known(tools):
    net = Net({80: True, 8554: True})
    order: list[str] = []
    probes = [
        Asked("icon", 60, [80]),
        Asked("family", 22, [80]),
        Asked("video", 12, [8554]),
        Asked("web", 10, [80]),
    ]
    for probe in probes:
        probe.order = order
    card = Card(address="10.0.0.1", methods={"arp"})
    await HostWork(card, tools(net, *probes, waves=((80,), (8554,)))).run()
    assert order == ["web", "video", "family", "icon"]


async def test_where_the_video_port_is_found_families_are_asked_before_more_knocks(tools):
    net = Net({80: True, 554: True, 81: True})
    order: list[str] = []
    probes = [
        Asked("icon", 60, [80]),
        Asked("family", 22, [80]),
        Asked("other", 10, [81]),
        Asked("web", 10, [80]),
    ]
    for probe in probes:
        probe.order = order
    card = Card(address="10.0.0.1", methods={"arp"})
    await HostWork(card, tools(net, *probes, waves=((80, 554), (81,)))).run()
    assert order == ["web", "family", "other", "icon"]


async def test_where_a_device_points_every_device_is_asked_before_one_family(tools):
    net = Net({8080: True, 554: True})
    order: list[str] = []
    probes = [
        Asked("family", 22, [8080]),
        Asked("video", 12, [554]),
        Asked("web", 10, [8080]),
    ]
    for probe in probes:
        probe.order = order
    card = Card(address="10.0.0.1", methods={"wsdiscovery"})
    card.add([fact("wsd.xaddrs", "http://10.0.0.1:8080/onvif/device_service", "udp/3702")])
    await HostWork(card, tools(net, *probes, waves=((554,),))).run()
    assert order == ["web", "video", "family"]


async def test_ports_that_say_nothing_are_attempts_and_closed_ones_are_counted(tools):
    net = Net({80: TimedOut(), 554: ConnReset()})
    card = Card(address="10.0.0.1", methods={"arp"})
    await HostWork(card, tools(net)).run()
    assert {a.endpoint: a.outcome for a in card.attempts} == {
        "tcp/80": Ending.TIMEOUT,
        "tcp/554": Ending.RESET,
    }
    assert card.refused_ports == {8080}


async def test_nobody_behind_an_old_neighbour_entry_costs_one_wave(tools):
    net = Net({80: TimedOut(), 554: TimedOut(), 8080: TimedOut()})
    card = Card(address="10.0.0.1", methods={"neighbours"})
    await HostWork(card, tools(net)).run()
    assert 8080 not in net.knocked


def test_what_is_settled(catalog):
    assert settled(attribute(SURE, catalog))
    assert not settled(attribute(SURE[:2], catalog)), "no model yet"
    assert not settled(attribute((), catalog))
    assert settled(Judged(kind="other"))
    assert not settled(Judged(kind="other", video_sign=True))


BARE = (*SURE[:2], fact("http.headers", "[]"), fact("rtsp.headers", "[]", "tcp/554"))
"""Sure by two witnesses, and without a model."""
AXIS = fact("tls.subject", "CN=axis-accc8e2b90f4,O=Axis Communications AB", "tcp/80")


@pytest.fixture
def known(catalog):
    return reading(catalog)


async def test_of_a_sure_device_ports_are_passed_over_that_could_tell_nothing(tools, known):
    net = Net({80: True, 554: True})
    early = Asked("early", 1, [80], BARE)
    card = Card(address="10.0.0.1", methods={"arp"})
    waves = ((80, 554), (37777, 8000), (8080, 8554, 9010, 5000))
    await HostWork(card, tools(net, early, reading=known, waves=waves)).run()
    assert net.knocked == [80, 554, 5000]


async def test_ports_that_the_operator_chose_are_all_knocked_at(tools, known):
    net = Net({80: True, 554: True})
    early = Asked("early", 1, [80], BARE)
    card = Card(address="10.0.0.1", methods={"arp"})
    waves = ((80, 554, 37777, 9000, 8000),)
    await HostWork(card, tools(net, early, reading=known, waves=waves, chosen=True)).run()
    assert net.knocked == [80, 554, 37777, 9000, 8000]


async def test_thorough_passes_nothing_over(tools, known):
    net = Net({80: True, 554: True})
    early = Asked("early", 1, [80], BARE)
    axis = Asked("axis", 24, [80], yields=["axis.basicdeviceinfo"])
    card = Card(address="10.0.0.1", methods={"arp"})
    waves = ((80, 554), (37777, 8000, 9000))
    await HostWork(card, tools(net, early, axis, reading=known, waves=waves, thorough=True)).run()
    assert net.knocked == [80, 554, 37777, 8000, 9000]
    assert axis.asked == [80]


async def test_of_a_sure_device_strangers_questions_are_passed_over(tools, known):
    net = Net({80: True, 554: True})
    early = Asked("early", 1, [80], BARE)
    own = Asked("isapi", 20, [80], yields=["isapi.xml"])
    other = Asked("axis", 24, [80], yields=["axis.basicdeviceinfo"])
    card = Card(address="10.0.0.1", methods={"arp"})
    await HostWork(card, tools(net, early, own, other, reading=known)).run()
    assert own.asked == [80]
    assert other.asked == []


async def test_what_was_passed_over_is_asked_after_all_when_a_later_answer_contradicts(
    tools, known
):
    net = Net({80: True, 554: True, 37777: True})
    early = Asked("early", 1, [80], BARE)
    other = Asked("axis", 24, [80], yields=["axis.basicdeviceinfo"])
    late = Asked("favicon", 60, [80], [AXIS], yields=["http.favicon_mmh3"])
    card = Card(address="10.0.0.1", methods={"arp"})
    waves = ((80, 554), (37777,), (8080,))
    await HostWork(card, tools(net, early, other, late, reading=known, waves=waves)).run()
    assert other.asked == [80]
    assert net.knocked == [80, 554, 37777, 8080]


class Curious(Asked):
    """A probe of two questions; the second only if its answer is wanted by then."""

    async def ask(self, target, dialer):
        async for one in super().ask(target, dialer):
            yield one
        if target.wants("onvif.services"):
            self.asked.append("further")
        if target.wants("onvif.mac"):
            self.asked.append("name")


@pytest.mark.parametrize(
    ("facts", "face", "asked"),
    [
        (SURE[:1], WIRE, [80, "further", "name"]),
        (SURE, WIRE, [80]),
        (SURE, None, [80, "name"]),
    ],
)
async def test_a_probe_at_work_knows_what_its_own_answers_have_settled(
    tools, known, facts, face, asked
):
    net = Net({80: True}, face=face)
    probe = Curious("onvif", 14, [80], facts, yields=["onvif.services"])
    card = Card(address="10.0.0.1", methods={"arp"})
    await HostWork(card, tools(net, probe, reading=known)).run()
    assert probe.asked == asked


async def test_knocks_leave_connections_open_where_a_question_follows(tools):
    kept = []

    class Keeping(Net):
        async def knocks(self, address, ports, *, probe, wait, told, keep=()):
            kept.extend(keep)
            await super().knocks(address, ports, probe=probe, wait=wait, told=told)

    card = Card(address="10.0.0.1", methods={"arp"})
    waves = ((80, 443, 554), (37777, 8000, 9000))
    await HostWork(card, tools(Keeping({80: True}), waves=waves)).run()
    assert sorted(kept) == [80, 554]


class Lossy(Net):
    """The first knock at each port is lost."""

    async def knock(self, address, port, *, probe, wait):
        if port not in self.knocked:
            self.knocked.append(port)
            raise TimedOut("lost")
        return await super().knock(address, port, probe=probe, wait=wait)


async def test_a_living_host_gets_a_second_knock_where_a_packet_was_lost(tools):
    net = Lossy({80: True, 554: True})
    card = Card(address="10.0.0.1", methods={"arp"})
    card.add([fact("wsd.types", "dn:NetworkVideoTransmitter", "udp/3702")])
    await HostWork(card, tools(net, waves=((80, 554, 8000),))).run()
    assert card.open_ports == {80, 554}
    assert card.refused_ports == {8000}
    assert {a.endpoint: a.outcome for a in card.attempts} == {
        "tcp/80": Ending.OK,
        "tcp/554": Ending.OK,
    }


class LateRiser(Net):
    """Everything is lost until a port of the second wave is knocked at."""

    async def knock(self, address, port, *, probe, wait):
        if 8080 not in (*self.knocked, port):
            self.knocked.append(port)
            raise TimedOut("lost")
        return await super().knock(address, port, probe=probe, wait=wait)


async def test_a_host_that_shows_itself_late_is_knocked_at_again_where_it_was_silent(tools):
    net = LateRiser({80: True})
    card = Card(address="10.0.0.1", methods={"arp"})
    await HostWork(card, tools(net, waves=((80, 554), (8080,)))).run()
    assert net.knocked == [80, 554, 8080, 80, 554]
    assert card.open_ports == {80}
    assert card.refused_ports == {554, 8080}


async def test_a_host_that_says_nothing_at_all_is_not_knocked_at_twice(tools):
    net = Lossy({80: True})
    card = Card(address="10.0.0.1", methods={"arp"})
    await HostWork(card, tools(net, waves=((80,),))).run()
    assert net.knocked == [80]
    assert card.open_ports == set()


TELLS_MAC = fact(
    "ssdp.description", "<root><device><macAddr>4419b65d710e</macAddr></device></root>"
)


@pytest.mark.parametrize("facts", [SURE, (*SURE, fact("hostname", "cam"))])
async def test_beyond_a_router_a_settled_device_is_still_asked_who_it_is(tools, facts):
    net = Net({80: True, 554: True, 8080: True}, face=None)
    early = Asked("early", 1, [80], facts)
    who = Asked("who", 8, [80], [TELLS_MAC], yields=["ssdp.description"])
    later = Asked("later", 9, [80], yields=["onvif.mac"])
    other = Asked("other", 7, [80], yields=["http.favicon_md5"])
    card = Card(address="10.0.0.1", methods={"wsd"})
    await HostWork(card, tools(net, early, who, later, other)).run()
    assert who.asked == [80]
    assert later.asked == [], "its MAC is known by then"
    assert other.asked == []
    assert 8080 not in net.knocked, "nothing more to be found there"


async def test_a_device_settled_by_discovery_alone_is_knocked_at_to_learn_who_it_is(tools):
    net = Net({80: True}, face=None)
    who = Asked("who", 8, [80], [TELLS_MAC], yields=["ssdp.description"])
    card = Card(address="10.0.0.1", methods={"wsd"})
    card.add(SURE)
    await HostWork(card, tools(net, who)).run()
    assert who.asked == [80]
    assert 8080 not in net.knocked


@pytest.mark.parametrize("signal", ["axis.basicdeviceinfo", "isapi.device_info"])
async def test_a_question_of_one_family_is_put_to_that_family_alone(tools, signal):
    net = Net({80: True}, face=None)
    early = Asked("early", 1, [80], SURE)
    own = Asked("own", 8, [80], yields=[signal, "ssdp.description"])
    card = Card(address="10.0.0.1", methods={"wsd"})
    await HostWork(card, tools(net, early, own)).run()
    assert own.asked == ([80] if signal == "isapi.device_info" else [])


async def test_a_mac_that_stands_at_several_addresses_names_nobody(tools):
    mac = "00:0c:42:00:53:03"
    net = Net({80: True})
    early = Asked("early", 1, [80], SURE)
    who = Asked("who", 8, [80], [TELLS_MAC], yields=["ssdp.description"])
    card = Card(address="10.0.0.1", methods={"arp"}, macs={mac})
    await HostWork(card, tools(net, early, who, shared=lambda: frozenset({mac}))).run()
    assert who.asked == [80]


async def test_a_link_local_address_is_contacted_with_its_interface(tools):
    asked = []

    class Zoned(Net):
        async def knock(self, address, port, *, probe, wait):
            asked.append(address)
            return await super().knock(address, port, probe=probe, wait=wait)

    class Where(Asked):
        async def ask(self, target, dialer):
            asked.append(target.address)
            yield SURE[1]

    card = Card(address="fe80::1", methods={"wsd"}, zone="eth0")
    await HostWork(card, tools(Zoned({80: True}), Where("http", 1, [80]), waves=((80,),))).run()
    assert set(asked) == {"fe80::1%eth0"}


WSD = (
    fact("wsd.endpoint", "urn:uuid:45d6919d-c691-4be2-a834-ac269b992673", "udp/3702"),
    fact("wsd.types", "tds:Device dn:NetworkVideoTransmitter", "udp/3702"),
    fact(
        "wsd.scopes",
        "onvif://www.onvif.org/hardware/P3245-LVE onvif://www.onvif.org/name/AXIS%20P3245-LVE",
        "udp/3702",
    ),
)
WEB = (
    fact("http.headers", '[["Server", "Apache"]]'),
    fact("http.auth_realm", "AXIS_ACCC8E2B90F4"),
)
RTSP = (fact("rtsp.auth_realm", "AXIS_WS_ACCC8E2B90F4", "tcp/554"),)
VAPIX = fact(
    "axis.basicdeviceinfo",
    '{"data": {"propertyList": {"Brand": "AXIS", "ProdNbr": "P3245-LVE",'
    ' "SerialNumber": "ACCC8E2B90F4"}}}',
)


@pytest.mark.parametrize("order", range(10))
async def test_a_device_beyond_a_router_has_one_id_in_whatever_order_its_answers_come(tools, order):
    chance = Random(order)
    desk = Desk(Scope.of(["10.0.0.0/24"]))
    card, _, _ = desk.note(Sighting(address="10.0.0.1", method="tcp"))
    probes = [
        Asked("http", 10, [80], WEB),
        Asked("rtsp", 12, [554], RTSP),
        Asked("axis", 24, [80], [VAPIX], yields=["axis.basicdeviceinfo"]),
        Asked("favicon", 60, [80], [fact("http.favicon_mmh3", "1")]),
    ]
    late = chance.choice([None, *probes])  # the probe while which the group's answer comes in

    async def ask(target, dialer, probe=late):
        probe.asked.append(target.port)
        card.add(WSD)
        for one in probe.facts:
            yield one

    if late is None:
        card.add(WSD)
    else:
        late.ask = ask
    net = Net({80: True, 554: True}, face=None)
    work = tools(net, *probes)
    await HostWork(card, work).run()
    if card.add(WSD):
        await HostWork(card, work).run()
    (asset,) = assets(desk)
    assert asset.id == "mac-accc8e2b90f4"
    assert probes[2].asked == [80]


def test_the_ten_orders_hold_some_in_which_nothing_else_would_have_asked_for_the_mac(catalog):
    assert settled(attribute((*WSD, *WEB, *RTSP), catalog))
