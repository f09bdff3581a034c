"""Which addresses are one device: certificates, serial numbers, hardware addresses inside addresses."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.app.devices.desk import Desk
from auditor.app.devices.identity import assets
from auditor.app.devices.merging import Keys, groups
from auditor.model.facts import Observation, Sighting
from auditor.model.scope import Scope

HASH = "ab" * 32
OWN_NAME = "CN=axis-accc8e112233,O=Axis Communications AB"
DEFAULT = "CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,C=CN"
EPR = "urn:uuid:aa85c000-6324-11b3-819e-{}"


@pytest.fixture
def desk():
    return Desk(Scope.of(["10.0.0.0/24", "fd00::/112"]))


def show(desk, address, *facts, mac=None):
    seen = [Observation(signal=s, value=v, endpoint=e) for s, v, e in facts]
    if mac:
        seen.append(Observation(signal="mac", value=mac, endpoint="link"))
    desk.note(Sighting(address=address, method="x", mac=mac, observations=tuple(seen)))


def certificate(subject, fingerprint=HASH, endpoint="tcp/443"):
    return (("tls.sha256", fingerprint, endpoint), ("tls.subject", subject, endpoint))


def serial(text):
    told = json.dumps({"params": {"deviceInfo": {"SerialNo": text}}})
    return ("dhip", told, "udp/37810")


def together(desk):
    return [asset.addresses for asset in assets(desk)]


def test_a_certificate_that_names_the_device_makes_two_addresses_one(desk):
    for address in ("10.0.0.1", "fd00::1"):
        show(desk, address, *certificate(OWN_NAME))
    assert together(desk) == [("10.0.0.1", "fd00::1")]


def test_a_certificate_that_names_nobody_merges_nothing(desk):
    for address in ("10.0.0.1", "10.0.0.2"):
        show(desk, address, *certificate(DEFAULT))
    assert together(desk) == [("10.0.0.1",), ("10.0.0.2",)]


def test_a_nameless_certificate_and_the_same_serial_together_merge(desk):
    for address in ("10.0.0.1", "10.0.0.2"):
        show(desk, address, *certificate("CN=NVR,O=Dahua"), serial("3G0123BPAQ00001"))
    assert together(desk) == [("10.0.0.1", "10.0.0.2")]


@pytest.mark.parametrize("subject", [OWN_NAME, DEFAULT])
def test_one_certificate_and_two_serials_are_two_devices(desk, subject):
    show(desk, "10.0.0.1", *certificate(subject), serial("3G0123BPAQ00001"))
    show(desk, "10.0.0.2", *certificate(subject), serial("3G0123BPAQ00002"))
    assert len(together(desk)) == 2


def test_one_certificate_and_two_macs_on_the_link_are_two_devices(desk):
    show(desk, "10.0.0.1", *certificate(OWN_NAME), mac="ac:cc:8e:11:22:33")
    show(desk, "10.0.0.2", *certificate(OWN_NAME), mac="ac:cc:8e:44:55:66")
    assert len(together(desk)) == 2


def test_one_certificate_and_two_endpoint_ids_are_two_devices(desk):
    for last, node in ((1, "5850ed1fe385"), (2, "5850ed1fe386")):
        epr = ("wsd.endpoint", EPR.format(node), "udp/3702")
        show(desk, f"10.0.0.{last}", *certificate(OWN_NAME), epr)
    assert len(together(desk)) == 2


def test_two_interfaces_with_neighbouring_macs_one_certificate_and_one_serial_are_one(desk):
    for last in (1, 2):
        show(
            desk,
            f"10.0.0.{last}",
            *certificate("CN=NVR,O=Dahua"),
            serial("3G0123BPAQ00001"),
            mac=f"ac:cc:8e:11:22:3{last}",
        )
    assert together(desk) == [("10.0.0.1", "10.0.0.2")]


def test_a_certificate_at_many_addresses_merges_nothing(desk):
    for last in range(1, 7):
        show(desk, f"10.0.0.{last}", *certificate(OWN_NAME))
    assert len(together(desk)) == 6


def test_the_subject_of_another_port_does_not_name_the_holder(desk):
    for address in ("10.0.0.1", "10.0.0.2"):
        other = certificate(OWN_NAME, fingerprint=address.encode().hex(), endpoint="tcp/8443")
        show(desk, address, *certificate(DEFAULT), *other)
    assert len(together(desk)) == 2


def test_one_ipv4_and_one_ipv6_address_with_one_serial_are_one_device(desk):
    for address in ("10.0.0.1", "fd00::1"):
        show(desk, address, serial("3G0123BPAQ00001"))
    assert together(desk) == [("10.0.0.1", "fd00::1")]


def test_a_serial_at_two_ipv4_addresses_merges_nothing_even_beside_ipv6(desk):
    for address in ("10.0.0.1", "10.0.0.2", "fd00::1"):
        show(desk, address, serial("3G0123BPAQ00001"))
    assert len(together(desk)) == 3


def test_the_mac_inside_an_ipv6_address_joins_it_to_its_ipv4_address():
    desk = Desk(Scope.of(["10.0.0.0/24", "fd00::a:5a50:edff:fe1f:e385"]))
    show(desk, "10.0.0.1", mac="58:50:ed:1f:e3:85")
    show(desk, "fd00::a:5a50:edff:fe1f:e385", ("http.server", "x", "tcp/80"))
    assert together(desk) == [("10.0.0.1", "fd00::a:5a50:edff:fe1f:e385")]


NAMES = st.frozensets(st.sampled_from("abc"), max_size=2)
MACS = st.frozensets(st.sampled_from(["00:11:22:33:44:55", "00:11:22:99:88:77"]), max_size=1)
SHOWN = st.builds(
    Keys,
    link=MACS,
    told=MACS,
    endpoints=NAMES,
    serials=NAMES,
    certificates=st.frozensets(st.sampled_from([("c1", OWN_NAME), ("c2", DEFAULT)]), max_size=2),
)
NETWORK = st.dictionaries(
    st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1", "fd00::2"]), SHOWN, max_size=5
)


@given(NETWORK)
def test_no_group_ever_holds_two_far_macs_of_the_link_and_no_address_is_lost(keys):
    made = groups(keys)
    assert sorted(address for group in made for address in group) == sorted(keys)
    for group in made:
        assert len({mac for address in group for mac in keys[address].link}) <= 1


@given(NETWORK)
def test_the_order_in_which_addresses_came_does_not_matter(keys):
    assert groups(keys) == groups(dict(reversed(list(keys.items()))))
