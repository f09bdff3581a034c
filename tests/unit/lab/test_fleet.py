"""Instances of personas differ in MAC and serial, keep block and grammar, and are repeatable."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.lab.fleet import build, choose, fill, high_port, instantiate, mac_of, render
from auditor.lab.persona import load
from auditor.lab.topology import Plan
from auditor.model.errors import UsageError

PERSONAS = load()
ADDRESSES = [f"10.0.{at // 250}.{at % 250 + 1}" for at in range(400)]


def test_sixty_devices_have_sixty_macs_and_two_runs_are_the_same():
    fleets = [instantiate(choose(count=60), ADDRESSES) for _ in range(2)]
    assert len({d.mac for d in fleets[0]}) == 60
    assert [(d.mac, d.serial, d.services) for d in fleets[0]] == [
        (d.mac, d.serial, d.services) for d in fleets[1]
    ]


def test_another_seed_gives_other_serials():
    one, two = (build(PERSONAS["dahua-camera"], 2, "10.0.0.1", seed=s) for s in "ab")
    assert one.serial != two.serial
    assert one.mac != two.mac


@given(name=st.sampled_from(sorted(PERSONAS)), number=st.integers(1, 500), seed=st.text(max_size=5))
def test_every_instance_keeps_the_registered_block_and_stays_a_global_unicast_mac(
    name, number, seed
):
    persona = PERSONAS[name]
    mac = mac_of(persona, number, seed)
    assert re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", mac)
    assert mac[:8] == persona.mac[:8]


@given(pattern=st.text("#@%ABC-123", max_size=20), seed=st.text(max_size=5))
def test_a_filled_serial_fits_its_pattern(pattern, seed):
    kinds = {"#": "[0-9]", "@": "[A-Z]", "%": "[0-9A-F]"}
    shape = "".join(kinds.get(sign, re.escape(sign)) for sign in pattern)
    assert re.fullmatch(shape, fill(pattern, seed))


def test_unknown_names_in_a_template_stay_so_that_json_and_scripts_survive():
    value = {"a": ["{x} {y}", 3, True], "b": '{"k": {"v": 1}}'}
    assert render(value, {"x": "1"}) == {"a": ["1 {y}", 3, True], "b": '{"k": {"v": 1}}'}


def test_low_ports_are_mapped_and_the_answers_name_the_mapped_ones():
    device = build(PERSONAS["hikvision-camera-old"], 1, "127.77.0.9", low_ports=False)
    wsd = next(s for s in device.services if s.proto == "wsd")
    assert {s.port for s in device.services if s.proto in {"http", "rtsp"}} == {8080, 8554}
    assert wsd.data.text("xaddrs").startswith("http://127.77.0.9:8080/onvif/device_service")
    plain = build(PERSONAS["hikvision-camera-old"], 1, "10.0.0.9")
    wsd = next(s for s in plain.services if s.proto == "wsd")
    assert wsd.data.text("xaddrs").startswith("http://10.0.0.9/onvif/device_service")


def test_a_mapped_port_moves_on_where_the_persona_opens_it_itself():
    assert high_port(443, frozenset({443, 8443})) == 18443
    assert high_port(443, frozenset({443})) == 8443
    assert high_port(37777, frozenset()) == 37777


def test_too_few_addresses_and_an_empty_fleet_are_refused():
    with pytest.raises(UsageError, match="addresses"):
        instantiate(choose(count=3), ["10.0.0.1"])
    with pytest.raises(UsageError, match="none"):
        choose(count=0)


def test_a_plan_gives_routed_devices_the_last_addresses_and_spares_router_and_scanner():
    addresses = Plan(routed=2).addresses(5)
    assert addresses[:3] == ["192.0.2.10", "192.0.2.11", "192.0.2.12"]
    assert addresses[3:] == ["198.51.100.10", "198.51.100.11"]
    assert "192.0.2.250" not in Plan().addresses(240)
    with pytest.raises(UsageError, match="do not fit"):
        Plan().addresses(300)
