"""Two devices behind one address are said to be two, and neither lends its maker to the other."""

import pytest

from auditor.app.judging.several import several
from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.words import Grade, Role

HIKVISION = (("http.server", "Hikvision-Webs", "tcp/80"), ("rtsp.auth_realm", "IP Camera(C2183)", "tcp/554"))  # fmt: skip
DAHUA = ("http.auth_realm", "Login to 3G0123BPAQ00001", "tcp/8081")


def facts(*told):
    return tuple(Observation(signal=s, value=v, endpoint=e) for s, v, e in told)


def makers(judged):
    return {a.vendor: a.grade for a in judged.attributions if a.role is Role.MAKER}


def test_two_makers_at_two_ports_are_two_devices_and_keep_their_own_witnesses(catalog):
    seen = facts(*HIKVISION, DAHUA)
    judged = attribute(seen, catalog)
    assert several(seen, judged.attributions)
    alone = makers(attribute(facts(DAHUA), catalog))
    assert makers(judged)["dahua"] == alone["dahua"]
    assert makers(judged)["hikvision"] == makers(attribute(facts(*HIKVISION), catalog))["hikvision"]
    for item in judged.attributions:
        ports = {evidence.endpoint for evidence in item.because}
        assert ports <= ({"tcp/8081"} if item.vendor == "dahua" else {"tcp/80", "tcp/554"})


def test_one_device_is_not_two(catalog):
    seen = facts(*HIKVISION)
    assert not several(seen, attribute(seen, catalog).attributions)


def test_a_possible_second_maker_is_no_second_device(catalog):
    seen = facts(*HIKVISION, ("http.title", "Dahua", "tcp/8081"))
    judged = attribute(seen, catalog)
    assert makers(judged).get("dahua", Grade.POSSIBLE) is Grade.POSSIBLE
    assert not several(seen, judged.attributions)


@pytest.mark.parametrize(("second", "expected"), [("DS-1", False), ("DS-2", True)])
def test_two_serial_numbers_at_two_ports_are_two_devices(second, expected):
    seen = facts(("onvif.serial", "DS-1", "tcp/80"), ("onvif.serial", second, "tcp/8080"))
    assert several(seen, ()) is expected


def test_two_macs_of_one_device_are_told_at_both_its_ports():
    both = [("onvif.mac", mac, port) for mac in ("a", "b") for port in ("tcp/80", "tcp/8080")]
    assert not several(facts(*both), ())
