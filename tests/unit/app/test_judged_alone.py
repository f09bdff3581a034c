"""A device judged as the scan goes is what all of its facts come to, whatever was weighed before."""

import pytest

from auditor.app.devices.conclusion import judged_alone
from auditor.app.devices.desk import Desk
from auditor.app.devices.identity import one_asset
from auditor.app.judging.bench import Terms, bench
from auditor.app.judging.hinge import judge_asset
from auditor.attribution.judge import attribute
from auditor.model.facts import Observation, Sighting
from auditor.model.scope import Scope

REALM = Observation(signal="rtsp.auth_realm", value="Hikvision", endpoint="tcp/554")
MAC = "28:57:be:01:02:03"


@pytest.fixture(scope="module")
def seat():
    return bench(Terms(as_of="2026-11-22"))


def sighted(desk, address):
    shown = Observation(signal="mac", value=MAC, endpoint="link", probe="arp")
    card, _, _ = desk.note(
        Sighting(address=address, method="arp", mac=MAC, observations=(shown, REALM))
    )
    return card


@pytest.mark.parametrize("weighed_at", [None, 0, 1, 2])
def test_it_is_what_judging_it_anew_gives(seat, weighed_at):
    desk = Desk(Scope.of(["10.0.0.0/24"]))
    card = sighted(desk, "10.0.0.7")
    if weighed_at is not None:
        card.weighed = weighed_at, attribute(card.facts[:weighed_at], seat.catalog)
    anew = judge_asset(one_asset(card, desk), seat)
    assert judged_alone(card, desk, seat) == anew
    assert anew.headline == "covered"


def test_a_shared_hardware_address_does_not_testify_though_it_was_weighed(seat):
    desk = Desk(Scope.of(["10.0.0.0/24"]))
    card, _ = sighted(desk, "10.0.0.7"), sighted(desk, "10.0.0.8")
    card.weighed = len(card.observations), attribute(card.facts, seat.catalog)
    alone = judged_alone(card, desk, seat)
    assert alone == judge_asset(one_asset(card, desk), seat)
    assert not any(e.signal == "mac" for a in alone.attributions for e in a.because)
