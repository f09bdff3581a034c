"""The searches of single makers, SSDP and mDNS: their own datagrams, in and out."""

import json
import tomllib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given
from hypothesis import strategies as st

from auditor.discovery._ask import Asking
from auditor.model.errors import Malformed
from auditor.model.signals import SIGNALS
from auditor.net.api import Packet
from auditor.registry import members
from auditor.wire import (
    bosch,
    foscam,
    hanwha,
    ipro,
    legacy,
    mdns,
    mhed,
    netip,
    sony,
    ssdp,
    tdp,
    ubnt,
    vivotek,
    vstarcam,
)
from tests.unit.discovery.fakes import FakeNet, face, facts, run, sightings, states, wish

REPLIES = Path(__file__).parents[2] / "replies"
NEAR = (face("eth0", "192.0.2.250/24"),)
EVERYBODY, DIRECTED = "255.255.255.255", "10.0.0.255"
BROADCAST = [EVERYBODY, DIRECTED, EVERYBODY]
FOUND = members("auditor.discovery", "METHOD")
RARE = ["bosch", "foscam", "hanwha", "ipro", "sony", "vivotek", "vstarcam"]

SENT: dict[str, tuple[int, list[str], list[bytes]]] = {
    "legacy": (5050, BROADCAST, [legacy.search()]),
    "mhed": (23456, ["234.55.55.55"] * 4, [mhed.search()]),
    "netip": (34569, [*BROADCAST, DIRECTED], [netip.search()]),
    "ubnt": (
        10001,
        ["233.89.188.1", EVERYBODY, "233.89.188.1", DIRECTED],
        [ubnt.search(1), ubnt.search(2)],
    ),
    "ssdp": (1900, ["239.255.255.250"] * 3, [ssdp.search(one, 1) for one in ssdp.TARGETS]),
    "mdns": (5353, ["224.0.0.251"] * 4, [mdns.query([one]) for one in (mdns.ALL, *mdns.TYPES)]),
    "hanwha": (7701, BROADCAST, [hanwha.search()]),
    "bosch": (1757, BROADCAST, [bosch.search()]),
    "ipro": (10670, BROADCAST, [ipro.search()]),
    "vivotek": (10000, BROADCAST, [vivotek.search()]),
    "sony": (2380, BROADCAST, [sony.search()]),
    "foscam": (10000, BROADCAST, [foscam.search()]),
    "vstarcam": (8600, BROADCAST, [vstarcam.search()]),
}
"""Port, where each round goes, and the datagrams of a round: the send list of these methods."""

LISTENS = {
    "mhed": (23456, "234.55.55.56"),
    "netip": (34569, None),
    "hanwha": (7711, None),
    "bosch": (1758, None),
    "ipro": (10669, None),
    "foscam": (10000, None),
    "vstarcam": (8600, None),
}
"""Local ports and groups, where a method needs one of its own."""

SAMPLES = [
    ("legacy", "legacy/dahua-ipc-hfw4300s/reply.bin", "dahua.legacy"),
    ("mhed", "mhed/tvt-older-recorder/reply.bin", "tvt.mhed"),
    ("netip", "netip/xiongmai-unbranded-camera/reply.bin", "xm.netip"),
    ("tdp", "tdp/tp-link-c210/reply.bin", "tplink.tdp"),
    ("ubnt", "ubnt/ubiquiti-uvc-g3/reply.bin", "ubnt.discovery"),
    ("hanwha", "hanwha/hanwha-snd-6083/reply.bin", "hanwha.discovery"),
    ("bosch", "bosch/bosch-dinion-xml/reply.bin", "bosch.discovery"),
    ("ipro", "ipro/panasonic-wv-s2532l/reply.bin", "ipro.discovery"),
    ("vivotek", "vivotek/vivotek-fd8335/reply.bin", "vivotek.discovery"),
    ("sony", "sony/sony-snc-ch110/reply.bin", "sony.discovery"),
    ("foscam", "foscam/foscam-veiled/reply.bin", "foscam.discovery"),
    ("vstarcam", "vstarcam/vstarcam-ipcam/reply.bin", "vstarcam.discovery"),
]


def fast(name: str) -> Asking:
    return Asking(replace(FOUND[name].question, again=0.01, linger=0.02))


def camera(address: str, data: bytes):
    """A device that answers whatever is asked."""
    return lambda _payload, _to, port: [Packet(data=data, address=address, port=port)]


@pytest.mark.parametrize("name", sorted(SENT))
async def test_the_method_sends_exactly_its_line_of_the_send_list(name):
    port, rounds, forms = SENT[name]
    net = FakeNet.of("10.0.0.0/24")
    await run(fast(name), net, wish(rare=True))
    wanted = [(form, where, port, name) for where in rounds for form in forms]
    assert net.sent == wanted


@pytest.mark.parametrize("name", sorted(SENT))
async def test_the_method_listens_where_answers_come(name):
    net = FakeNet.of("10.0.0.0/24")
    await run(fast(name), net, wish(rare=True))
    port, group = LISTENS.get(name, (0, None))
    assert net.groups == [("eth0", port, group)]


async def test_tdp_sends_a_probe_with_a_public_key_that_is_the_same_all_the_time():
    net = FakeNet.of("10.0.0.0/24")
    await run(fast("tdp"), net)
    assert [(address, port) for _, address, port, _ in net.sent] == [(a, 20002) for a in BROADCAST]
    (payload,) = {payload for payload, *_ in net.sent}
    key = json.loads(payload[16:])["params"]["rsa_key"]
    assert payload == tdp.search(key)
    assert key.startswith("-----BEGIN PUBLIC KEY-----")
    assert "PRIVATE" not in key
    assert load_pem_public_key(key.encode()).key_size == 2048


@pytest.mark.parametrize("name", sorted(set(FOUND) & {*SENT, "tdp"}))
async def test_listening_ends_soon_and_waits_longer_when_polite(name):
    question = FOUND[name].question
    assert question.linger <= 1.2
    assert question.linger_polite == 4.0
    assert question.again * (question.times - 1) + question.linger <= 1.8


@pytest.mark.parametrize(("name", "sample", "signal"), SAMPLES, ids=[one[0] for one in SAMPLES])
async def test_a_reply_becomes_one_fact_at_the_address_it_came_from(name, sample, signal):
    data = (REPLIES / sample).read_bytes()
    net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.7", data)])
    (sighting,) = sightings(await run(fast(name), net, wish(rare=True)))
    (fact,) = sighting.observations
    assert (sighting.address, sighting.mac, fact.signal) == ("10.0.0.7", None, signal)
    assert fact.endpoint == f"udp/{FOUND[name].question.port}"
    assert fact.channel is SIGNALS[signal].channel


@pytest.mark.parametrize("name", ["mhed", "netip", "legacy", "ubnt"])
async def test_a_device_set_to_another_subnet_is_told_with_its_reply(name):
    sample = next(one for one in SAMPLES if one[0] == name)
    data = (REPLIES / sample[1]).read_bytes()
    net = FakeNet.of("10.0.0.0/24", responders=[camera("192.168.1.108", data)])
    (sighting,) = sightings(await run(fast(name), net))
    assert sighting.address == "192.168.1.108"
    assert sample[2] in facts(sighting)


@pytest.mark.parametrize("name", sorted({*SENT, "tdp"}))
async def test_our_own_question_from_our_own_address_is_no_sighting(name):
    def echo(payload, _to, port):
        return [Packet(data=payload, address="10.0.0.1", port=port)]

    net = FakeNet.of("10.0.0.0/24", responders=[echo])
    assert sightings(await run(fast(name), net, wish(rare=True))) == []


@pytest.mark.parametrize("name", sorted({*SENT, "tdp"} - {"mhed", "mdns"}))
async def test_behind_a_router_each_address_gets_one_round_and_one_repeat_at_most(name):
    net = FakeNet.of("10.9.0.8/30", faces=())
    await run(fast(name), net, wish(rare=True))
    assert net.destinations() == {"10.9.0.9", "10.9.0.10"}
    repeated = 2 if name in {"netip", "legacy", "ssdp", "tdp"} else 1
    assert len(net.sent) == 2 * repeated * (2 if name == "ubnt" else 1)


async def test_behind_a_router_an_address_that_answered_is_not_asked_again():
    data = (REPLIES / "netip/xiongmai-unbranded-camera/reply.bin").read_bytes()
    net = FakeNet.of("10.9.0.8/30", faces=(), responders=[camera("10.9.0.9", data)])
    await run(fast("netip"), net)
    asked = [where for _, where, _, _ in net.sent]
    assert (asked.count("10.9.0.9"), asked.count("10.9.0.10")) == (1, 2)


@pytest.mark.parametrize("name", ["mhed", "mdns"])
async def test_a_protocol_of_the_segment_is_not_asked_behind_a_router(name):
    net = FakeNet.of("10.9.0.8/30", faces=())
    seen = await run(fast(name), net)
    assert net.sent == []
    assert [(one.state, "router" in one.why) for one in states(seen)] == [("limited", True)]


@pytest.mark.parametrize("name", RARE)
async def test_a_rare_search_sends_nothing_unless_wished_for(name):
    net = FakeNet.of("10.0.0.0/24")
    seen = await run(fast(name), net)
    assert (net.sent, net.groups) == ([], [])
    assert [one.state for one in states(seen)] == ["skipped"]
    assert "--rare" in FOUND[name].sends


def test_all_others_are_asked_by_default():
    switched = {name for name, m in FOUND.items() if isinstance(m, Asking) and m.question.rare}
    assert switched == set(RARE)


async def test_an_ssdp_answer_becomes_server_usn_and_location():
    data = (REPLIES / "ssdp/dahua-own-brand/reply.ssdp").read_bytes()
    about = tomllib.loads((REPLIES / "ssdp/dahua-own-brand/PROVENANCE.toml").read_text())
    net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.7", data)])
    (sighting,) = sightings(await run(fast("ssdp"), net))
    told = facts(sighting)
    for name, value in about["expect"].items():
        assert told[f"ssdp.{name}"] == value
    assert "Dahua Technology" in told["ssdp.server"]
    assert {one.endpoint for one in sighting.observations} == {"udp/1900"}


async def test_a_description_that_comes_with_the_answer_is_kept_if_it_is_sound_xml():
    data = (REPLIES / "ssdp/tvt-with-body/reply.ssdp").read_bytes()
    head = data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    for body, kept in (
        (data[len(head) :], True),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>', False),
        (b"<r>", False),
        (b"<r>" + b"<a/>" * 5000 + b"</r>", False),
        (b"words", False),
    ):
        net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.7", head + body)])
        (sighting,) = sightings(await run(fast("ssdp"), net))
        assert ("ssdp.description" in facts(sighting)) is kept


async def test_an_ssdp_search_of_somebody_else_shows_only_that_somebody_is_there():
    net = FakeNet.of("10.0.0.0/24", responders=[camera("10.0.0.9", ssdp.search("ssdp:all"))])
    (sighting,) = sightings(await run(fast("ssdp"), net))
    assert sighting.observations == ()


async def test_an_mdns_answer_becomes_instance_text_and_host_name():
    data = (REPLIES / "mdns/axis-m5014/reply.bin").read_bytes()
    net = FakeNet.of("192.0.2.0/24", faces=NEAR, responders=[camera("192.0.2.67", data)])
    (sighting,) = sightings(await run(fast("mdns"), net))
    told = facts(sighting)
    assert told["mdns.service"] == "AXIS M5014 - ACCC8E010203._axis-video._tcp.local"
    assert json.loads(told["mdns.txt"]) == [["macaddress", "ACCC8E010203"]]
    assert told["hostname"] == "axis-accc8e010203"
    assert {str(one.channel) for one in sighting.observations} == {"mdns"}


async def test_an_mdns_answer_that_a_router_repeats_is_not_the_routers():
    data = (REPLIES / "mdns/axis-m5014/reply.bin").read_bytes()
    net = FakeNet.of("192.0.2.0/24", faces=NEAR, responders=[camera("192.0.2.1", data)])
    (sighting,) = sightings(await run(fast("mdns"), net))
    assert (sighting.address, sighting.observations) == ("192.0.2.1", ())


@given(st.binary(max_size=300))
def test_no_datagram_makes_a_reader_raise_anything_but_malformed(data):
    for name in (*SENT, "tdp"):
        with suppress(Malformed):
            tuple(FOUND[name].question.read(data))
