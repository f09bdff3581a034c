"""A recorder's channels become children, each device counted once, nothing lent either way."""

import json

import pytest

from auditor.app.devices.desk import Card, Desk
from auditor.app.devices.identity import assets, one_asset
from auditor.app.judging.hinge import judge_asset
from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.scope import Scope
from auditor.model.words import Channel, Grade, Kind, Role

RECORDER = "10.0.0.2"
RECORDER_MAC = "68:6d:bc:00:00:01"
HIK = {
    "model": "DS-2CD2143G2-I",
    "serial": "DS-2CD2143G2-I20220815AAWRK10000001",
    "firmware": "V5.7.15 build 240201",
}


@pytest.fixture
def desk():
    return Desk(Scope.of(["10.0.0.0/24"], []))


def told(*found, **more):
    """What a recorder told, as its card holds it."""
    return Observation(
        signal="recorder.channels",
        value=json.dumps({"channels": list(found), **more}),
        endpoint="tcp/80",
        probe="login-isapi",
        at="2026-11-21T10:00:00Z",
    )


def channel(number, **known):
    return {"channel": number, "online": True, **known}


def host(desk, address, *facts, mac=None):
    card = desk.cards[address] = Card(address=address)
    card.add(facts)
    if mac:
        card.macs.add(mac)
        card.add([Observation(signal="mac", value=mac, endpoint="link", probe="arp")])
    return card


def serial(text):
    return Observation(signal="onvif.serial", value=text, endpoint="tcp/80", probe="onvif")


def recorder(desk):
    return next(asset for asset in assets(desk) if asset.address == RECORDER)


def children(desk):
    return recorder(desk).children


def test_every_channel_in_use_is_a_child_with_what_the_recorder_told(desk):
    host(desk, RECORDER, told(channel(1, address="192.168.254.2", **HIK), channel(2)))
    first, second = children(desk)
    assert (first.id, first.address) == (f"ip-{RECORDER}/channel-1", "192.168.254.2")
    facts = {item.signal: item for item in first.observations}
    assert {name: facts[name].value for name in HIK} == HIK
    assert facts["serial"].probe == "login-isapi"
    assert facts["serial"].endpoint == "channel/1"
    assert json.loads(facts["recorder.channel"].value)["address"] == "192.168.254.2"
    assert [item.signal for item in second.observations] == ["recorder.channel"]


def test_what_a_recorder_tells_is_a_record_even_a_hardware_address(desk):
    host(desk, RECORDER, told(channel(1, mac="3c:ef:8c:00:00:01", **HIK)))
    (child,) = children(desk)
    assert {item.channel for item in child.observations} == {Channel.RECORD}


def test_serial_and_firmware_of_a_child_are_matched_by_grammar_and_one_witness(desk, catalog):
    host(desk, RECORDER, told(channel(1, **HIK)))
    judged = attribute(children(desk)[0].observations, catalog)
    (maker,) = [one for one in judged.attributions if one.role is Role.MAKER]
    assert (maker.vendor, maker.grade) == ("hikvision", Grade.PROBABLE)
    assert Kind(judged.kind) is Kind.CAMERA
    assert (judged.model, judged.serial) == (HIK["model"], HIK["serial"])


def test_a_channel_that_tells_no_maker_is_video_of_unknown_make(desk, catalog):
    host(desk, RECORDER, told(channel(1, address="192.168.254.2", protocol="ONVIF")))
    judged = attribute(children(desk)[0].observations, catalog)
    assert judged.video_sign
    assert not [one for one in judged.attributions if one.role is Role.MAKER]


def test_a_child_lends_its_recorder_nothing(desk, catalog):
    card = host(desk, RECORDER, told(channel(1, **HIK)))
    made = recorder(desk)
    judged = attribute(made.observations, catalog)
    assert judged.attributions == ()
    assert judged.serial is None
    assert Kind(judged.kind) is Kind.RECORDER
    assert made.serial is None
    assert card.macs == set()


def test_a_child_never_has_its_recorders_mac(desk):
    host(desk, RECORDER, told(channel(1, mac=RECORDER_MAC, **HIK)), mac=RECORDER_MAC)
    (child,) = children(desk)
    assert child.mac is None
    assert not any(RECORDER_MAC in item.value for item in child.observations)


@pytest.mark.parametrize(
    ("known", "direct"),
    [
        ({"address": "10.0.0.7"}, {}),
        ({"serial": HIK["serial"]}, {"serial": HIK["serial"]}),
        ({"serial": HIK["serial"]}, {"serial": "K10000001"}),
        ({"mac": "3c:ef:8c:00:00:07", "address": "192.168.1.9"}, {"mac": "3c:ef:8c:00:00:07"}),
    ],
)
def test_a_camera_that_was_found_by_itself_is_no_child_but_a_note(desk, known, direct):
    host(desk, RECORDER, told(channel(3, **known)))
    facts = [serial(direct["serial"])] if "serial" in direct else []
    host(desk, "10.0.0.7", *facts, mac=direct.get("mac"))
    made = recorder(desk)
    assert made.children == ()
    assert "channel 3 is 10.0.0.7" in made.notes


def test_an_address_is_not_enough_where_the_serial_numbers_differ(desk):
    host(desk, RECORDER, told(channel(3, address="10.0.0.7", serial="ABCDEFGH0001")))
    host(desk, "10.0.0.7", serial("ABCDEFGH0002"))
    assert len(children(desk)) == 1


def test_a_serial_number_that_several_devices_tell_names_none(desk):
    host(desk, RECORDER, told(channel(3, serial="1234567890")))
    host(desk, "10.0.0.7", serial("1234567890"))
    host(desk, "10.0.0.8", serial("1234567890"))
    assert len(children(desk)) == 1


def test_a_camera_on_two_recorders_is_counted_once(desk):
    host(desk, RECORDER, told(channel(5, **HIK)))
    host(desk, "10.0.0.3", told(channel(9, **HIK)))
    first, second = assets(desk)
    assert len(first.children) == 1
    assert second.children == ()
    assert "channel 9 is channel 5 of 10.0.0.2" in second.notes


def test_poe_addresses_that_repeat_behind_every_recorder_are_not_one_camera(desk):
    host(desk, RECORDER, told(channel(1, address="192.168.254.2")))
    host(desk, "10.0.0.3", told(channel(1, address="192.168.254.2")))
    assert [len(made.children) for made in assets(desk)] == [1, 1]


def web_page(card, port, **fact):
    page = Card(address=card.address)
    page.add([Observation(endpoint=f"tcp/{port}", probe="http", **fact)])
    card.behind[port] = page


def test_the_page_at_a_virtual_host_belongs_to_its_channel(desk):
    card = host(desk, RECORDER, told(channel(1, **HIK), channel(2)))
    web_page(card, 65001, signal="http.server", value="App-webs/")
    first, second = children(desk)
    assert {"http.server", "serial"} <= {item.signal for item in first.observations}
    assert "http.server" not in {item.signal for item in second.observations}


def test_a_virtual_host_without_a_channel_stays_a_child_of_its_own(desk):
    card = host(desk, RECORDER, told(channel(1)))
    web_page(card, 65004, signal="http.server", value="App-webs/")
    assert [child.id.rpartition("/")[2] for child in children(desk)] == ["channel-1", "65004"]
    assert "channels: 2 cameras stand behind this recorder" in recorder(desk).notes


def test_without_a_list_virtual_hosts_are_children_as_before(desk):
    card = host(desk, RECORDER)
    web_page(card, 65001, signal="http.server", value="App-webs/")
    made = recorder(desk)
    assert [child.id for child in made.children] == [f"ip-{RECORDER}/65001"]
    assert made.notes == ()


def test_a_slot_that_is_switched_off_is_noted_and_not_counted(desk):
    host(desk, RECORDER, told(channel(1), channel(2, address="10.9.9.9", enabled=False)))
    made = recorder(desk)
    assert len(made.children) == 1
    assert "channel 2 is switched off on the recorder (10.9.9.9) and not counted" in made.notes


def test_an_empty_port_that_the_recorder_lists_is_no_camera_and_makes_the_count_a_bound(desk):
    empty = {"address": "192.168.254.9", "online": False}
    host(desk, RECORDER, told(channel(1, **HIK), {"channel": 2, **empty}, {"channel": 3, **empty}))
    made = recorder(desk)
    assert [child.id.rpartition("/")[2] for child in made.children] == ["channel-1"]
    assert "channels 2-3 name no camera and are not online: not counted" in made.notes
    assert made.notes[-1] == (
        "channels: at least 1 camera stands behind this recorder (offline: 2-3)"
    )


@pytest.mark.parametrize(
    ("listing", "words"),
    [
        (told(channel(1)), "channels: 1 camera stands behind this recorder"),
        (
            told(
                channel(1),
                {"channel": 2, "online": False, "model": "X"},
                {"channel": 3, "online": False, "serial": "Y"},
            ),
            "channels: at least 3 cameras stand behind this recorder (offline: 2-3)",
        ),
        (
            told({"channel": 1, "address": "192.168.254.2"}),
            "channels: at least 1 camera stands behind this recorder (state not told: 1)",
        ),
        (
            told(channel(1), cut=True),
            "channels: at least 1 camera stands behind this recorder (the list is longer than 256)",
        ),
        (
            told(why="channels: HTTP 403"),
            (
                "channels: at least 0 cameras stand behind this recorder"
                " (the recorder did not tell: channels: HTTP 403)"
            ),
        ),
    ],
)
def test_the_count_says_at_least_where_there_may_be_more(desk, listing, words):
    host(desk, RECORDER, listing)
    assert recorder(desk).notes[-1] == words


def test_notes_on_channels_survive_judging(desk, bench):
    host(desk, RECORDER, told(channel(1)))
    made = recorder(desk)
    once = judge_asset(made, bench)
    assert once.notes[: len(made.notes)] == made.notes
    assert judge_asset(once, bench) == once


def test_a_recorder_that_is_judged_as_the_scan_goes_has_its_children(desk):
    card = host(desk, RECORDER, told(channel(1), channel(2, address="10.0.0.7")))
    host(desk, "10.0.0.7")
    made = one_asset(card, desk)
    assert [child.id for child in made.children] == [f"ip-{RECORDER}/channel-1"]
    assert "channel 2 is 10.0.0.7" in made.notes


def test_a_listing_of_another_shape_changes_nothing(desk):
    nonsense = Observation(signal="recorder.channels", value="[]", endpoint="tcp/80")
    host(desk, RECORDER, nonsense)
    assert recorder(desk).children == ()
