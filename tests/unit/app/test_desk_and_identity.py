"""Sightings become cards, cards become assets: one for each physical device."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.app.devices.desk import Desk, Stage
from auditor.app.devices.identity import assets
from auditor.model.facts import Attempt, Observation, Sighting
from auditor.model.scope import Scope
from auditor.model.words import Ending

EPR = "urn:uuid:aa85c000-6324-11b3-819e-5850ed1fe385"


def sighting(address, *facts, mac=None, method="arp"):
    observations = [Observation(signal=s, value=v, endpoint=e) for s, v, e in facts]
    if mac:
        observations.append(Observation(signal="mac", value=mac, endpoint="link"))
    return Sighting(address=address, method=method, mac=mac, observations=tuple(observations))


@pytest.fixture
def desk():
    return Desk(Scope.of(["10.0.0.0/24", "fd00::/120"], ["10.0.0.66"]), own=frozenset({"10.0.0.9"}))


def ids(desk):
    return {asset.id: asset.addresses for asset in assets(desk)}


def test_the_first_sighting_opens_a_card_and_a_repeat_brings_nothing_new(desk):
    seen = sighting("10.0.0.1", mac="28:57:be:01:02:03")
    assert desk.note(seen)[1:] == (True, True)
    assert desk.note(seen)[1:] == (False, False)


def test_excluded_foreign_and_own_addresses_never_get_a_card(desk):
    for address in ("10.0.0.66", "192.168.1.64", "10.0.0.9", "no address"):
        assert desk.note(sighting(address, ("sadp", "<ProbeMatch/>", "udp/37020")))[0] is None
    assert desk.cards == {}
    assert desk.dropped == 2
    assert [foreign.address for foreign in desk.out_of_scope()] == ["192.168.1.64"]


def test_answers_from_outside_the_scope_are_kept_up_to_a_bound_and_counted_past_it(desk):
    for number in range(5_000):
        outside = f"192.168.{number // 250}.{number % 250}"
        desk.note(sighting(outside, ("sadp", "<ProbeMatch/>", "udp/37020")))
    for _ in range(100):
        desk.note(sighting("192.168.0.0", ("sadp", "<ProbeMatch/>", "udp/37020")))
    assert len(desk.foreign) == 4096
    assert len(desk.foreign["192.168.0.0"]) == 64
    assert desk.unlisted == 5_000 - 4096 + 101 - 64


def test_a_mac_of_one_address_names_the_asset(desk):
    desk.note(sighting("10.0.0.1", mac="28:57:be:01:02:03"))
    assert ids(desk) == {"mac-2857be010203": ("10.0.0.1",)}


def test_a_mac_behind_several_addresses_testifies_for_none(desk):
    for last in (1, 2, 3):
        desk.note(sighting(f"10.0.0.{last}", mac="00:0c:42:00:53:03"))
    made = assets(desk)
    assert len(made) == 3
    for asset in made:
        assert asset.mac is None
        assert not any(item.signal == "mac" for item in asset.observations)
        assert "was not used" in asset.notes[0]


def test_ipv4_and_ipv6_of_one_mac_are_one_device(desk):
    desk.note(sighting("10.0.0.1", mac="28:57:be:01:02:03"))
    desk.note(sighting("fd00::7", mac="28:57:be:01:02:03"))
    assert ids(desk) == {"mac-2857be010203": ("10.0.0.1", "fd00::7")}


def test_two_addresses_with_one_endpoint_are_one_device(desk):
    for last in (1, 2):
        desk.note(sighting(f"10.0.0.{last}", ("wsd.endpoint", EPR, "udp/3702")))
    assert ids(desk) == {"mac-5850ed1fe385": ("10.0.0.1", "10.0.0.2")}


def test_one_endpoint_with_two_macs_on_the_link_is_two_devices(desk):
    for last in (1, 2):
        desk.note(
            sighting(
                f"10.0.0.{last}", ("wsd.endpoint", EPR, "udp/3702"), mac=f"28:57:be:01:02:0{last}"
            )
        )
    assert len(assets(desk)) == 2


def test_a_cloned_serial_does_not_merge(desk):
    told = json.dumps({"params": {"deviceInfo": {"SerialNo": "1F006E4PAX00075"}}})
    for last in (1, 2):
        desk.note(sighting(f"10.0.0.{last}", ("dhip", told, "udp/37810")))
    made = assets(desk)
    assert len(made) == 2
    assert len({asset.id for asset in made}) == 2


def test_a_key_behind_many_addresses_is_a_router_or_a_clone(desk):
    for last in range(1, 8):
        desk.note(sighting(f"10.0.0.{last}", ("wsd.endpoint", EPR, "udp/3702")))
    assert len(assets(desk)) == 7


def test_an_old_neighbour_entry_is_no_answer(desk):
    desk.note(sighting("10.0.0.1", mac="28:57:be:01:02:03", method="neighbours"))
    desk.note(sighting("10.0.0.2", mac="28:57:be:01:02:04", method="neighbours"))
    card = desk.cards["10.0.0.2"]
    card.refused_ports.add(80)
    assert desk.forget_remembered() == ("10.0.0.1",)
    assert set(desk.cards) == {"10.0.0.2"}


def test_a_host_that_answered_arp_and_nothing_else_is_not_assessed(desk):
    desk.note(sighting("10.0.0.1", mac="28:57:be:01:02:03"))
    card = desk.cards["10.0.0.1"]
    card.stage = Stage.DONE
    card.attempts.append(Attempt(probe="ports", endpoint="tcp/80", outcome=Ending.TIMEOUT))
    assert not card.assessed
    assert "1 timeout" in card.why_not_assessed
    card.refused_ports.add(443)
    assert card.assessed


def test_a_mac_is_shared_while_two_ipv4_addresses_hold_it(desk):
    mac = "28:57:be:01:02:03"
    desk.note(sighting("10.0.0.1", mac=mac, method="neighbours"))
    desk.note(sighting("fd00::1", mac=mac))
    assert desk.shared_macs() == frozenset()
    desk.note(sighting("10.0.0.2", mac=mac))
    assert desk.shared_macs() == {mac}
    assert desk.forget_remembered() == ("10.0.0.1",)
    assert desk.shared_macs() == frozenset()


def test_a_link_local_address_keeps_its_interface_for_contact_and_not_for_show():
    desk = Desk(Scope.of(["fe80::/64", "fd00::/120"]))
    for address in ("fe80::1", "fd00::1"):
        seen = Sighting(address=address, method="wsd", interface="eth0")
        desk.note(seen)
    assert {card.address: card.contact for card in desk.cards.values()} == {
        "fe80::1": "fe80::1%eth0",
        "fd00::1": "fd00::1",
    }


def test_one_link_local_address_at_two_interfaces_is_two_hosts():
    desk = Desk(Scope.of(["fe80::/64"]))
    for name in ("eth0", "eth1", "eth1", "eth0"):
        desk.note(Sighting(address="fe80::1", method="wsd", interface=name))
    assert [card.contact for card in desk.cards.values()] == ["fe80::1%eth0", "fe80::1%eth1"]
    assert [asset.address for asset in assets(desk)] == ["fe80::1", "fe80::1%eth1"]


HOSTILE = [
    "a" * 5000,
    "  spaced out \t",
    "line\nbreak\r\n\x1b[31mred\x00",
    "bidi\u202eevil\u2066",
    "zero\u200bwidth\ufeff",
    "\u2028paragraph\u2029",
    "emoji \U0001f4f7" * 60,
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("signal", ["wsd.endpoint", "onvif.serial"])
def test_an_id_made_of_what_a_device_says_is_short_and_visible(signal, text):
    made = []
    for _ in range(2):
        desk = Desk(Scope.of(["10.0.0.0/24"]))
        desk.note(sighting("10.0.0.1", (signal, text, "tcp/80")))
        made += [asset.id for asset in assets(desk)]
    first, second = made
    assert first == second
    assert first.startswith(("epr-", "sn-"))
    assert len(first) <= 128
    assert first.isprintable()
    assert first == first.strip()


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_whatever_devices_call_themselves_their_ids_are_short_visible_and_distinct(names):
    desk = Desk(Scope.of(["10.0.0.0/24"]))
    for last, name in enumerate(names, 1):
        desk.note(sighting(f"10.0.0.{last}", ("onvif.serial", name, "tcp/80")))
    made = [asset.id for asset in assets(desk)]
    assert len(set(made)) == len(names)
    for one in made:
        assert len(one) <= 128
        assert one.isprintable()
        assert one == one.strip()


def test_long_names_that_differ_at_the_end_give_different_ids(desk):
    for last in (1, 2):
        name = ("onvif.serial", f"{'x' * 500}{last}", "tcp/80")
        desk.note(sighting(f"10.0.0.{last}", name))
    first, second = (asset.id for asset in assets(desk))
    assert first != second
    assert "@" not in first


def test_a_name_of_nothing_visible_gives_way_to_the_address(desk):
    desk.note(sighting("10.0.0.1", ("onvif.serial", "\u200b\u200b", "tcp/80")))
    assert ids(desk) == {"ip-10.0.0.1": ("10.0.0.1",)}


def test_an_ordinary_name_stands_in_the_id_as_it_is(desk):
    desk.note(sighting("10.0.0.1", ("onvif.serial", "DS-7616NI-K2/16P1620180531", "tcp/80")))
    assert ids(desk) == {"sn-DS-7616NI-K2/16P1620180531": ("10.0.0.1",)}
