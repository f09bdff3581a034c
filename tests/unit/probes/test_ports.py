"""The plan of ports."""

import json

import pytest

from auditor.probes import ports
from tests.unit.probes.asking import PROBE
from tests.unit.probes.fakes import seen

ALL = [port for wave in ports.WAVES for port in wave]
SDK = [37777, 35000, 34567, 9000, 6036, 9008, 9010, 9020, 8600, 1756]


def test_the_first_wave_is_what_decides_soonest():
    assert ports.WAVES[0] == (80, 443, 554)


def test_a_host_that_no_link_shows_is_looked_for_at_five_ports():
    assert ports.FIRST == (80, 443, 554, 8000, 37777)


def test_no_port_is_knocked_at_twice():
    assert len(ALL) == len(set(ALL))


def test_no_port_is_knocked_at_where_bytes_do_harm():
    assert not set(ALL) & ports.MUTE


@pytest.mark.parametrize("port", SDK)
def test_nothing_is_said_to_an_sdk_port(port):
    assert ports.guess(port) == "sdk"
    opened = frozenset({port})
    assert all(probe.endpoints(opened, ()) == () for probe in PROBE.values())


@pytest.mark.parametrize("port", sorted(ports.MUTE))
def test_nothing_is_said_where_bytes_do_harm_even_if_asked_for(port):
    named = seen("wsd.xaddrs", f"http://192.0.2.7:{port}/onvif/device_service", "udp/3702")
    assert all(probe.endpoints(frozenset({port}), (named,)) == () for probe in PROBE.values())
    assert ports.named((named,)) == ()


@pytest.mark.parametrize(
    ("port", "speech"),
    [
        (80, "http"),
        (8899, "http"),
        (443, "https"),
        (8443, "https"),
        (554, "rtsp"),
        (12345, "unknown"),
    ],
)
def test_a_port_is_taken_for_what_its_number_says(port, speech):
    assert ports.guess(port) == speech


def test_each_port_of_the_plan_has_one_known_use():
    for port in ALL:
        uses = [port in group for group in (ports.HTTP, ports.HTTPS, ports.RTSP, ports.SDK_ONLY)]
        assert sum(uses) == 1 or port == 65001


def test_an_unknown_port_is_asked_as_a_web_port():
    assert ports.web_ports(frozenset({12345}), ()) == ((12345, False),)


def test_a_port_that_showed_a_certificate_is_asked_in_tls():
    shown = seen("tls.sha256", "00", "tcp/12345")
    assert ports.web_ports(frozenset({12345}), (shown,)) == ((12345, True),)


def test_a_page_behind_a_recorder_is_not_read_as_the_recorders_own():
    assert ports.is_virtual_host(65001)
    assert ports.web_ports(frozenset({65001, 65002}), ()) == ()


def test_port_8000_is_only_connected_to_unless_the_device_names_it_as_its_web_address():
    opened = frozenset({80, 8000})
    assert ports.web_ports(opened, ()) == ((80, False),)
    there = seen("wsd.xaddrs", "http://192.0.2.7:8000/onvif/device_service", "udp/3702")
    assert ports.web_ports(opened, (there,)) == ((80, False), (8000, False))


SADP = "<ProbeMatch><CommandPort>8000</CommandPort><HttpPort>81</HttpPort></ProbeMatch>"
DHIP = json.dumps({"params": {"deviceInfo": {"Port": 37777, "HttpPort": 8088}}})


def test_the_port_that_a_device_calls_its_sdk_port_is_left_alone():
    assert ports.web_ports(frozenset({80, 8000}), (seen("sadp", SADP, "udp/37020"),)) == (
        (80, False),
    )


def test_a_device_cannot_hide_its_web_port_by_calling_it_an_sdk_port():
    lie = seen("sadp", SADP.replace("8000", "80"), "udp/37020")
    assert ports.web_ports(frozenset({80}), (lie,)) == ((80, False),)


def test_ports_that_discovery_names_are_worth_a_knock():
    facts = (
        seen("sadp", SADP, "udp/37020"),
        seen("dhip", DHIP, "udp/37810"),
        seen("wsd.xaddrs", "http://192.0.2.7:36000/onvif/x https://[fe80::1]/onvif/x", "udp/3702"),
        seen("ssdp.location", "http://192.0.2.7:49152/desc.xml", "udp/1900"),
    )
    assert set(ports.named(facts)) == {81, 8088, 36000, 443, 49152}


@pytest.mark.parametrize(
    ("signal", "value"),
    [
        ("sadp", "<ProbeMatch><HttpPort>99999</HttpPort></ProbeMatch>"),
        ("sadp", "<ProbeMatch><HttpPort>٨٠</HttpPort></ProbeMatch>"),
        ("sadp", "<ProbeMatch><HttpPort>" + "9" * 9999 + "</HttpPort></ProbeMatch>"),
        ("sadp", "<!DOCTYPE x><ProbeMatch/>"),
        ("dhip", "[" * 9999),
        ("wsd.xaddrs", "http://:0/ http://x:99999/ garbage"),
    ],
)
def test_nonsense_names_no_port(signal, value):
    assert ports.named((seen(signal, value, "udp/1"),)) == ()


def test_a_device_cannot_name_ports_without_end():
    many = " ".join(f"http://192.0.2.7:{port}/" for port in range(20000, 20100))
    assert len(ports.named((seen("wsd.xaddrs", many, "udp/3702"),))) == 8
