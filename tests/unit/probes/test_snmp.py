"""The SNMP probe: on request, one question, once more when nothing comes."""

from pathlib import Path

from auditor.app.scanning.options import ScanOptions
from auditor.app.scanning.scan import probes
from auditor.model.words import Ending
from auditor.probes import snmp
from auditor.probes._api import Target
from auditor.probes._run import run_probe
from auditor.wire import snmp as wire
from tests.unit.probes.fakes import ADDRESS, AT, FakeDialer, Reset, ticks

AXIS = (Path(__file__).parents[2] / "replies/snmp/axis-m3045-v/reply.bin").read_bytes()
AGENT = Target(address=ADDRESS, port=161, tls=False, seen=(), clock=lambda: AT, proto="udp")


async def ask(handler=None):
    dialer = FakeDialer(ports={}, udp={161: handler} if handler else {})
    return *await run_probe(snmp.PROBE, AGENT, dialer, monotonic=ticks()), dialer


def options(**words):
    return ScanOptions(targets=("192.0.2.0/24",), **words)


async def test_the_names_are_observed_at_the_agents_port():
    attempt, facts, dialer = await ask(lambda _: [AXIS])
    assert (attempt.outcome, attempt.endpoint) == (Ending.OK, "udp/161")
    assert [(fact.signal, fact.endpoint) for fact in facts] == [
        ("snmp.sysdescr", "udp/161"),
        ("snmp.sysobjectid", "udp/161"),
    ]
    assert facts[0].value.startswith("; AXIS M3045-V; Network Camera; 6.15.4.1;")
    assert [sent.payload for sent in dialer.datagrams] == [wire.get()]


async def test_a_silent_host_is_asked_twice_and_not_again():
    attempt, facts, dialer = await ask()
    assert (attempt.outcome, facts) == (Ending.TIMEOUT, ())
    assert len(dialer.datagrams) == snmp.PROBE.cost == 2


async def test_a_lost_answer_is_made_up_for():
    answers = iter([[], [AXIS]])
    attempt, facts, _ = await ask(lambda _: next(answers))
    assert (attempt.outcome, len(facts)) == (Ending.OK, 2)


async def test_a_closed_port_is_not_asked_again():
    attempt, _, dialer = await ask(lambda _: [Reset])
    assert (attempt.outcome, len(dialer.datagrams)) == (Ending.REFUSED, 1)


async def test_noise_is_malformed():
    attempt, facts, _ = await ask(lambda _: [b"\x30\x03\x02\x01\x01" * 9])
    assert (attempt.outcome, facts) == (Ending.MALFORMED, ())


def test_the_port_is_161_whatever_is_open():
    assert snmp.PROBE.endpoints(frozenset({80}), ()) == (("udp", 161, False),)


def test_a_scan_does_not_ask_snmp_by_itself():
    assert "snmp" not in {probe.name for probe in probes(options(thorough=True).asked_for)}


def test_a_scan_asks_snmp_on_request():
    without, given = probes(options().asked_for), probes(options(snmp=True).asked_for)
    assert {probe.name for probe in given} - {probe.name for probe in without} == {"snmp"}
