"""What the planner leaves out changes nothing: the same device asked everything gives the same answer.

Devices are made up: each of their servers says whose it is, or nothing, or somebody else's name, and
stands at its usual port or at another one.
"""

import asyncio
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.app.devices.desk import Card
from auditor.app.scanning.hostwork import HostWork, Tools
from auditor.app.scanning.reading import reading
from auditor.app.scanning.scan import probes
from auditor.attribution.judge import attribute
from auditor.model.errors import Refused, TimedOut
from auditor.model.facts import Observation
from auditor.model.words import Ending, Outcome, Role, Strength
from auditor.net.api import Interface
from auditor.net.pace import in_turn
from auditor.policy.judge import judge
from auditor.probes.ports import RTSP, WAVES

WIRE = Interface(
    name="eth0", index=2, mac="02:00:5e:00:53:fa", addresses=(), up=True, multicast=True,
    loopback=False,
)  # fmt: skip
WEB = ("http.server", "http.auth_realm", "http.title")
SPEAKERS = ("hikvision", "dahua", "axis", "hanwha", "bosch", "reolink", "uniview", "xiongmai")
LINKS = {
    "hikvision": "44:19:b6:5d:71:0e", "dahua": "3c:ef:8c:10:20:30", "axis": "ac:cc:8e:2b:90:f4",
    "hanwha": "00:09:18:40:50:60", "reolink": "ec:71:db:01:02:03",
}  # fmt: skip
MODELS = {"hikvision": "DS-2CD2143G2-I", "dahua": "IPC-HFW5442E-ZE", "uniview": "IPC3614SR3-ADF28",
          "hanwha": "XNV-8080R"}  # fmt: skip
ACTIVATED = (
    '<ActivateStatus version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">'
    "<Activated>true</Activated></ActivateStatus>"
)
VAPIX = (
    '{"data": {"propertyList": {"Brand": "AXIS", "ProdNbr": "P3245-LVE",'
    ' "SerialNumber": "ACCC8E2B90F4"}}}'
)
SERIAL = "Login to 4K0123456789ABC"


@dataclass(frozen=True)
class Device:
    """Whose name each server says; None says nothing, a missing port is closed."""

    link: str | None = None
    model: str | None = None
    front: bool = True
    web: dict[int, str | None] = field(default_factory=dict)
    rtsp: dict[int, str | None] = field(default_factory=dict)
    tls: str | None = None
    sdk: tuple[int, ...] = ()
    lost: int = 0

    @property
    def open(self):
        return {*self.web, *self.rtsp, *self.sdk}


class Net:
    """Knocks from a table; the first answers to some of them are lost."""

    dialer = None

    def __init__(self, device):
        self.device, self.knocked, self.lost = device, [], device.lost

    def on_link(self, address):
        return WIRE

    async def knocks(self, address, ports, *, probe, wait, told, keep=()):
        async def knock(port):
            self.knocked.append(port)
            if self.lost and port in self.device.open and self.knocked.count(port) == 1:
                self.lost -= 1
                raise TimedOut("lost")
            if port not in self.device.open:
                raise Refused("closed")

        await in_turn(ports, knock, told)


class Scripted:
    """A real probe's plan, and the answers of a made-up device."""

    def __init__(self, probe, device, signs, asked):
        self.probe, self.device, self.signs, self.log = probe, device, signs, asked
        self.name, self.yields, self.rank = probe.name, probe.yields, probe.rank
        self.sends, self.cost = probe.sends, probe.cost

    def endpoints(self, open_ports, seen):
        return self.probe.endpoints(open_ports, seen)

    async def ask(self, target, dialer):
        self.log.append((self.name, target.port))
        for signal, value in self.answer(target.port, target.tls):
            yield Observation(signal=signal, value=value, endpoint=f"tcp/{target.port}",
                              probe=self.name)  # fmt: skip

    def answer(self, port, tls):
        device = self.device
        if port in device.rtsp:
            if self.name == "rtsp":
                yield "rtsp.headers", '[["CSeq", "1"]]'
                yield from self.signs.get((device.rtsp[port], "rtsp"), ())
            return
        if port not in device.web:
            return
        speaker = device.web[port]
        if self.name == "http":
            yield "http.headers", '[["Connection", "close"]]'
            yield from self.signs.get((speaker if device.front else None, "web"), ())
        if self.name in {"http", "tls"} and tls:
            yield "tls.sha256", "00" * 32
            yield from self.signs.get((device.tls, "tls"), ())
        yield from self.of_family(speaker)

    def of_family(self, speaker):
        device = self.device
        if self.name == "onvif" and speaker in MODELS:
            yield (
                "onvif.envelope",
                '<s:Envelope xmlns:tds="http://www.onvif.org/ver10/device/wsdl"/>',
            )
            if device.model == speaker:
                yield "onvif.model", MODELS[speaker]
        if self.name == "isapi" and speaker == "hikvision":
            yield "isapi.xml", ACTIVATED
        if self.name == "axis" and speaker == "axis":
            yield "axis.basicdeviceinfo", VAPIX
        if self.name == "magicbox" and speaker == "dahua":
            yield "http.auth_realm", SERIAL


@pytest.fixture(scope="module")
def signs(catalog):
    """Examples of the database's own strong rules, by vendor and server."""
    found = {}
    rooms = {"web": WEB, "rtsp": ("rtsp.auth_realm", "rtsp.server"), "tls": ("tls.subject",)}
    for rule in catalog.rules:
        for room, signals in rooms.items():
            if rule.signal in signals and rule.strength is Strength.STRONG and rule.owner:
                found.setdefault((rule.owner, room), ((rule.signal, rule.examples[0].value),))
    return found


@pytest.fixture(scope="module")
def everything(bench):
    """A policy of all regimes."""
    names = tuple(bench.catalog.regimes)
    return replace(bench, policy=replace(bench.policy, regimes=names))


def told(device, bench, signs, known, *, thorough=False):
    """What comes of an interview: what is concluded, and what was sent."""
    net, asked = Net(device), []
    card = Card(address="10.0.0.1", methods={"arp"})
    if device.link:
        card.macs.add(LINKS[device.link])
        card.add([Observation(signal="mac", value=LINKS[device.link], endpoint="link")])
    tools = Tools(
        net=net,
        probes=tuple(Scripted(probe, device, signs, asked) for probe in probes()),
        clock=lambda: "2026-11-22T00:00:00Z",
        monotonic=lambda: 0.0,
        weigh=lambda facts: attribute(facts, bench.catalog),
        reading=known,
        thorough=thorough,
    )
    asyncio.run(HostWork(card, tools).run())
    assert all(one.outcome is not Ending.BUG for one in card.attempts), card.attempts
    judged = attribute(card.facts, bench.catalog)
    verdicts = {one.regime: (one.outcome, one.vendor) for one in judge(judged, bench)}
    makers = [(i.vendor, i.grade) for i in judged.attributions if i.role is Role.MAKER][:1]
    return (verdicts, makers, judged.kind, judged.model, judged.brand, judged.notes), net, asked


who = st.sampled_from((*SPEAKERS, None, None))


@st.composite
def devices(draw):
    """One device of one firmware, under one label: its link and its servers may speak for either."""
    firmware, label = draw(who), draw(who)
    says = st.sampled_from((firmware, firmware, label, None))
    web = draw(st.sampled_from([(80,), (443,), (80, 443), (8080,), (8443,), (2020,), (81,), ()]))
    rtsp = draw(st.sampled_from([(554,), (8554,), (10554,), (), ()]))
    speaker = draw(says)
    link = draw(says)
    return Device(
        link=link if link in LINKS else None,
        model=draw(st.sampled_from((firmware, None))),
        front=draw(st.booleans()),
        web=dict.fromkeys(web, speaker),
        rtsp=dict.fromkeys(rtsp, draw(says)),
        tls=draw(says),
        sdk=tuple(
            draw(st.sets(st.sampled_from((37777, 8000, 9010, 34567, 9008, 9000)), max_size=2))
        ),
        lost=draw(st.integers(0, 2)),
    )


HIDDEN = (
    Device(link="reolink", rtsp={554: "reolink"}, web={80: "hikvision"}, front=False),
    Device(link="hanwha", rtsp={554: "hanwha"}, web={80: "hanwha", 8443: "hanwha"}, tls="dahua"),
    Device(link="hanwha", rtsp={8554: "hikvision"}, web={80: "hanwha"}),
    Device(link="reolink", rtsp={554: "reolink"}, web={81: "hikvision"}),
    Device(
        link="reolink", rtsp={554: "reolink"}, web={80: None, 2020: "hikvision"}, model="hikvision"
    ),
    Device(link="hanwha", sdk=(9010,)),
)
"""One firmware under another's name, seen at a single place."""


def assert_nothing_lost(device, everything, signs):
    known = reading(everything.catalog)
    planned, net, asked = told(device, everything, signs, known)
    whole, all_net, all_asked = told(device, everything, signs, None)
    assert planned == whole
    assert len(net.knocked) <= len(all_net.knocked)
    assert set(asked) <= set(all_asked)


@given(device=devices())
@settings(max_examples=60)
def test_what_is_left_out_changes_no_answer(device, everything, signs):
    assert_nothing_lost(device, everything, signs)


@pytest.mark.parametrize("device", HIDDEN)
def test_nothing_is_left_out_of_what_hides_under_another_name(device, everything, signs):
    assert_nothing_lost(device, everything, signs)


@given(device=devices())
@settings(max_examples=30)
def test_no_maker_is_acquitted_that_all_questions_together_would_not_acquit(
    device, everything, signs
):
    known = reading(everything.catalog)
    planned, *_ = told(device, everything, signs, known)
    thorough, *_ = told(device, everything, signs, known, thorough=True)
    if planned[3] is None:  # a device that told its model settled before, too
        assert planned[0] == thorough[0]


@pytest.mark.parametrize("device", HIDDEN)
def test_a_platform_under_another_name_is_found_at_the_only_place_that_shows_it(
    device, everything, signs
):
    (verdicts, *_), *_ = told(device, everything, signs, reading(everything.catalog))
    assert verdicts["us-ndaa-889"][0] is not Outcome.NOT_COVERED


def test_the_made_up_devices_hold_many_of_which_something_is_left_out(everything, signs):
    device = Device(link="hikvision", web={80: "hikvision"}, rtsp={554: "hikvision"})
    _, net, asked = told(device, everything, signs, reading(everything.catalog))
    _, all_net, all_asked = told(device, everything, signs, None)
    assert len(net.knocked) < len(all_net.knocked) / 2
    assert {"magicbox", "axis"} & {name for name, _ in all_asked}
    assert not {"magicbox", "axis"} & {name for name, _ in asked}
    assert set(RTSP) & {port for wave in WAVES for port in wave}
