"""Which knock and which question could still change something."""

import pytest

from auditor.app.scanning.plan import next_of, ordered
from auditor.app.scanning.reading import reading
from auditor.app.scanning.scan import probes
from auditor.app.scanning.worth import EVERYTHING, Worth, sure, wanted
from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.probes.ports import FIRST, ONVIF, WAVES

ALL = [port for wave in WAVES for port in wave]
PROBES = {probe.name: probe for probe in probes(frozenset({"--snmp"}))}


def fact(signal, value, endpoint="tcp/80"):
    return Observation(signal=signal, value=value, endpoint=endpoint)


MAC = fact("mac", "44:19:b6:5d:71:0e", "link")
WEB = (fact("http.headers", '[["Server", "x"]]'), fact("http.server", "Hikvision-Webs"))
RTSP = (
    fact("rtsp.headers", '[["CSeq", "1"]]', "tcp/554"),
    fact("rtsp.auth_realm", "IP Camera(C2183)", "tcp/554"),
)
SURE = (MAC, *WEB, *RTSP)
PROBABLE = (
    WEB[0],
    fact("http.auth_realm", "AXIS_ACCC8E2B90F4"),
    RTSP[0],
    fact("rtsp.auth_realm", "streaming", "tcp/554"),
)
STRANGE = (
    fact("mac", "ec:71:db:01:02:03", "link"),
    fact("http.headers", '[["Server", "nginx"]]'),
    RTSP[0],
    fact("rtsp.auth_realm", "BC Streaming Media", "tcp/554"),
)
"""Reolink by its link and its video port, with a web server that does not say whose it is."""


@pytest.fixture
def known(catalog):
    return reading(catalog)


@pytest.fixture
def plan(catalog, known):
    """What is wanted, and the ports that are worth a knock, for some facts."""

    def make(*facts, read=known):
        judged = attribute(facts, catalog)
        want = wanted(judged, read)
        worth = Worth(want=want, judged=judged, facts=facts, reading=read)
        return want, {port for port in ALL if worth.of(port)}, judged

    return make


def asked(want):
    return {name for name, probe in PROBES.items() if want.asks(probe)}


def test_of_an_unknown_host_everything_is_wanted_that_a_rule_could_read(plan):
    want, ports, _ = plan()
    assert want == EVERYTHING
    assert set(ALL) - ports == {8000, 9000, 8600, 1756}
    assert asked(want) == set(PROBES)


def test_without_the_rules_everything_is_wanted(plan):
    want, ports, _ = plan(*SURE, read=None)
    assert want == EVERYTHING
    assert ports == set(ALL)


def test_of_a_sure_maker_only_witnesses_that_have_not_answered_are_looked_for(plan):
    want, ports, judged = plan(*SURE)
    assert judged.model is None
    assert not want.everything
    assert ports - set(FIRST) == {8443, 5000, 10080, 65001}


def test_where_no_video_port_answered_its_other_places_are_tried(plan):
    _, ports, _ = plan(*WEB, MAC, fact("isapi.xml", "<x/>"))
    assert {8554, 10554} <= ports


def test_where_no_web_server_answered_its_other_places_are_tried(plan):
    _, ports, _ = plan(MAC, *RTSP, fact("rtsp.sdp", "v=0", "tcp/554"))
    assert {8080, 81, 8888, 8443} <= ports


def test_a_web_server_that_only_leads_elsewhere_is_none(plan):
    to_tls = fact("http.location", "https://10.0.0.1/")
    _, ports, _ = plan(*SURE, to_tls)
    assert {8080, 81} <= ports
    _, ports, _ = plan(*SURE, to_tls, fact("http.headers", "[]", "tcp/443"))
    assert not {8080, 81} & ports


def test_where_onvif_answered_its_own_ports_are_left_alone(plan):
    _, ports, _ = plan(*SURE, fact("onvif.envelope", "<Envelope/>"))
    assert not ONVIF & ports


def test_a_probable_maker_is_asked_everything_that_could_speak_against_it(plan):
    want, ports, judged = plan(*PROBABLE)
    assert [one.grade for one in judged.attributions if one.role == "maker"] == ["probable"]
    assert want.everything
    assert {8080, 8554, 37777, 9010, 9020, 65001} <= ports
    assert asked(want) == set(PROBES)


def test_ports_of_vendors_that_no_regime_names_cannot_speak_against_a_probable_maker(plan):
    _, ports, _ = plan(*PROBABLE)
    assert not {34567, 6036, 9008} & ports
    _, ports, _ = plan(WEB[0], RTSP[0])
    assert {34567, 6036, 9008} <= ports, "of an unknown maker they are a hint"


def test_two_makers_that_are_more_than_possible_open_everything(plan):
    want, ports, _ = plan(
        *SURE, fact("tls.subject", "CN=axis-accc8e2b90f4,O=Axis Communications AB")
    )
    assert want.everything or {8080, 81} <= ports


def test_a_mere_hint_at_another_listed_vendor_opens_everything(plan, known, catalog):
    assert sure(attribute(SURE, catalog), known)
    hinted = (*SURE, fact("port.open", "tcp/37777", "tcp/37777"))
    assert not sure(attribute(hinted, catalog), known)
    assert plan(*hinted)[0].everything


def test_a_hint_at_a_vendor_that_nobody_lists_opens_nothing(known, catalog):
    hinted = (*SURE, fact("port.open", "tcp/6036", "tcp/6036"))
    assert sure(attribute(hinted, catalog), known)


def test_of_a_label_that_buys_in_everything_is_wanted_until_it_tells_its_model(plan, catalog):
    bosch = (
        fact("http.headers", "[]"),
        fact("http.auth_realm", "Bosch"),
        fact("tls.issuer", "O=Bosch Security Systems Inc"),
    )
    del catalog
    want, _, judged = plan(*bosch, MAC)
    assert judged.model is None
    assert want.everything


def test_a_sure_maker_is_not_asked_in_the_words_of_others(plan):
    want, _, _ = plan(*SURE)
    assert {"isapi", "http", "rtsp", "onvif", "tls", "upnp"} <= asked(want)
    assert not {"axis", "magicbox"} & asked(want)


def test_a_web_server_that_does_not_say_whose_it_is_is_asked_in_the_words_of_all(plan):
    want, _, judged = plan(*STRANGE)
    assert not want.everything
    assert judged.attributions[0].vendor == "reolink"
    assert {"isapi", "axis", "magicbox", "loginpage"} <= asked(want)
    assert want.hears("isapi.xml")


def test_a_login_page_and_an_icon_are_wanted_for_the_label_alone(plan):
    want, _, judged = plan(*SURE)
    assert judged.brand is None
    assert {"loginpage", "favicon"} <= asked(want)
    want, _, judged = plan(*SURE, fact("onvif.manufacturer", "ANNKE"))
    assert judged.brand is not None
    assert not {"loginpage", "favicon"} & asked(want)


def test_what_an_option_turned_on_is_asked_whatever_is_known(plan):
    assert "snmp" in asked(plan(*SURE)[0])


def test_of_a_settled_device_findings_are_wanted_of_a_probe_at_work(plan):
    want, _, judged = plan(*SURE, fact("onvif.model", "DS-2CD2143G2-I"))
    assert judged.model
    assert want.hears("onvif.serial")
    assert want.hears("isapi.xml")
    assert not want.hears("onvif.services", "onvif.hostname", "onvif.envelope")


def test_the_order_of_the_facts_does_not_matter(plan):
    want, ports, _ = plan(*SURE)
    again, same, _ = plan(*reversed(SURE))
    assert (want, ports) == (again, same)


def test_a_recorder_of_the_family_shows_its_cameras_in_any_case(plan):
    recorder = fact("http.auth_realm", "Embedded Net DVR")
    _, ports, judged = plan(*SURE, recorder)
    assert judged.kind == "recorder"
    assert 65001 not in ports


def test_the_family_that_is_spoken_for_is_asked_before_others(catalog):
    left = [one for one in ordered(PROBES.values()) if one.rank >= 20]
    dahua = attribute((fact("rtsp.auth_realm", "Login to 4K0123456789ABC", "tcp/554"),), catalog)
    assert next_of(left, dahua).name == "magicbox"
    assert next_of(left, attribute((), catalog)).name == left[0].name
    first = ordered(PROBES.values())
    assert next_of(first, dahua) is first[0], "what every device answers comes first"


def test_the_first_ports_are_those_of_the_first_two_waves():
    assert set(FIRST) == {*WAVES[0], *WAVES[1]}
