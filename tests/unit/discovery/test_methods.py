"""WS-Discovery, SADP and DHIP: their own datagrams, in and out."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.discovery import dhip, sadp, wsdiscovery
from auditor.discovery._ask import Asking
from auditor.model.errors import Malformed
from auditor.net.api import Packet
from auditor.registry import members
from auditor.wire import dhip as wire_dhip
from auditor.wire import sadp as wire_sadp
from tests.unit.discovery.fakes import FakeNet, facts, run, sightings
from tests.unit.discovery.messages import dhip_reply, sadp_reply, wsd_match

GROUP = "239.255.255.250"
DHIP_GROUP = "239.255.255.251"


def fast(method) -> Asking:
    return Asking(replace(method.question, again=0.02, linger=0.03))


WSD, SADP, DHIP = fast(wsdiscovery.METHOD), fast(sadp.METHOD), fast(dhip.METHOD)


def camera(address, make):
    """A device at an address that answers everything with what ``make`` gives."""
    return lambda payload, _to, _port: [Packet(data=make(payload), address=address, port=_port)]


def test_every_file_of_the_room_is_a_member_with_its_line_for_the_send_list():
    found = members("auditor.discovery", "METHOD")
    assert {"arp", "touch", "tcp", "nmap", "wsdiscovery", "sadp", "dhip", "neighbours"} <= set(
        found
    )
    for name, method in found.items():
        assert method.name == name
        assert method.sends
        assert "\n" not in method.sends
        assert method.engines <= {"native", "nmap"}
        assert method.engines


async def test_wsdiscovery_asks_three_forms_with_fresh_ids_each_round():
    net = FakeNet.of("10.0.0.0/24")
    await run(WSD, net)
    payloads = [
        payload for payload, address, port, _ in net.sent if (address, port) == (GROUP, 3702)
    ]
    assert len(payloads) == len(set(payloads)) == 6
    assert [b"NetworkVideoTransmitter" in one for one in payloads] == [True, False, False] * 2
    assert [b"tds:Device" in one for one in payloads] == [False, True, False] * 2


async def test_a_probe_match_becomes_the_five_facts():
    net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.7", lambda _: wsd_match())])
    (sighting,) = sightings(await run(WSD, net))
    told = facts(sighting)
    assert told["wsd.endpoint"] == "urn:uuid:aa85c000-6324-11b3-819e-5850ed1fe385"
    assert told["wsd.types"] == "dn:NetworkVideoTransmitter"
    assert told["wsd.scopes"].startswith("onvif://www.onvif.org/name/CAM ")
    assert told["wsd.xaddrs"] == "http://10.0.0.7/onvif/device_service"
    assert "<env:Envelope" in told["wsd.envelope"]
    assert {one.endpoint for one in sighting.observations} == {"udp/3702"}


async def test_answers_to_several_forms_that_differ_only_in_the_message_are_one():
    seen = []

    def answer(payload):
        seen.append(payload)
        return wsd_match(relates=f"urn:uuid:{len(seen)}")

    net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.7", answer)])
    assert len(sightings(await run(WSD, net))) == 1
    assert len(seen) == 6


async def test_an_envelope_over_the_cap_is_left_out_and_the_facts_are_kept():
    padding = f"<x>{'y' * 20000}</x>"
    net = FakeNet.of(
        "10.0.0.0/24", responders=[camera("10.0.0.7", lambda _: wsd_match(padding=padding))]
    )
    (sighting,) = sightings(await run(WSD, net))
    assert "wsd.envelope" not in facts(sighting)
    assert "wsd.scopes" in facts(sighting)


async def test_a_wsdiscovery_fault_still_proves_the_host():
    fault = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault/>'
        b"</s:Body></s:Envelope>"
    )
    net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.7", lambda _: fault)])
    (sighting,) = sightings(await run(WSD, net))
    assert sighting.observations == ()


async def test_an_entity_bomb_is_not_expanded():
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        b"<a>&b;</a>"
    )
    net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.7", lambda _: bomb)])
    for method in (WSD, SADP, DHIP):
        assert [one.observations for one in sightings(await run(method, net))] == [()]


@pytest.mark.parametrize("method", [WSD, SADP, DHIP], ids=lambda one: one.name)
async def test_our_own_datagram_from_our_own_address_is_no_sighting(method):
    net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.1", lambda payload: payload)])
    assert sightings(await run(method, net)) == []


async def test_sadp_sends_only_inquiry_and_listens_on_its_own_port_in_the_group():
    net = FakeNet.of("10.0.0.0/24")
    await run(SADP, net)
    assert net.groups == [("eth0", 37020, GROUP)]
    assert net.sent
    for payload, address, port, probe in net.sent:
        assert (address, port, probe) == (GROUP, 37020, "sadp")
        assert payload.count(b"<Types>") == 1
        assert b"<Types>inquiry</Types>" in payload


async def test_a_sadp_reply_is_kept_as_text_at_the_address_it_came_from():
    reply = sadp_reply(address="192.0.0.64")
    net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.7", lambda _: reply)])
    (sighting,) = sightings(await run(SADP, net))
    assert (sighting.address, sighting.mac) == ("10.0.0.7", None)
    (fact,) = sighting.observations
    assert (fact.signal, fact.endpoint, fact.probe) == ("sadp", "udp/37020", "sadp")
    assert wire_sadp.decode(fact.value.encode()).fields["IPv4Address"] == "192.0.0.64"


async def test_a_device_set_to_another_subnet_is_told_with_its_reply():
    net = FakeNet.of("10.0.0.0/24", responders=[camera("192.0.0.64", lambda _: sadp_reply())])
    (sighting,) = sightings(await run(SADP, net))
    assert sighting.address == "192.0.0.64"
    assert "sadp" in facts(sighting)


async def test_sadp_replies_that_echo_another_uuid_are_one():
    count = iter(range(100))
    net = FakeNet.of(
        "10.0.0.0/24",
        responders=[camera("10.0.0.7", lambda _: sadp_reply(uuid=f"U{next(count)}"))],
    )
    assert len(sightings(await run(SADP, net))) == 1


async def test_dhip_asks_the_group_once_and_the_broadcast_once():
    net = FakeNet.of("10.0.0.0/24")
    await run(DHIP, net)
    assert [(payload, address, port) for payload, address, port, _ in net.sent] == [
        (wire_dhip.search(unicast_answer=True), DHIP_GROUP, 37810),
        (wire_dhip.search(unicast_answer=False), "255.255.255.255", 37810),
    ]
    assert net.groups == [("eth0", 37810, DHIP_GROUP)]


async def test_a_single_host_is_asked_by_dhip_for_an_answer_to_us():
    net = FakeNet.of("10.9.0.9", faces=())
    await run(DHIP, net)
    assert {payload for payload, *_ in net.sent} == {wire_dhip.search(unicast_answer=True)}


async def test_an_unasked_hello_of_sadp_is_a_sighting():
    hello = sadp_reply().replace(b"ProbeMatch", b"Hello")
    net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.7", lambda _: hello)])
    (sighting,) = sightings(await run(SADP, net))
    assert wire_sadp.decode(facts(sighting)["sadp"].encode()).fields["DeviceDescription"]


async def test_a_dahua_device_set_to_another_subnet_is_told_with_its_reply():
    net = FakeNet.of("10.0.0.0/24", responders=[camera("192.168.1.108", lambda _: dhip_reply())])
    (sighting,) = sightings(await run(DHIP, net))
    assert sighting.address == "192.168.1.108"
    assert "dhip" in facts(sighting)


async def test_a_dhip_reply_is_kept_as_json():
    net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.7", lambda _: dhip_reply())])
    (sighting,) = sightings(await run(DHIP, net))
    (fact,) = sighting.observations
    assert (fact.signal, fact.endpoint) == ("dhip", "udp/37810")
    assert '"1L047ACPAW00037"' in fact.value


async def test_routed_hosts_are_asked_by_all_three():
    for method in (WSD, SADP, DHIP):
        net = FakeNet.of("10.9.0.8/30", faces=())
        await run(method, net)
        assert net.destinations() == {"10.9.0.9", "10.9.0.10"}


@given(st.binary(max_size=300))
def test_no_datagram_makes_a_reader_raise_anything_but_malformed(data):
    for method in (WSD, SADP, DHIP):
        with suppress(Malformed):
            tuple(method.question.read(data))
