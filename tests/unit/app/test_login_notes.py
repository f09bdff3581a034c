"""Which verdicts needed a login: said in a note, and the same whenever it is judged again."""

from dataclasses import replace
from datetime import date

import pytest

from auditor.app.judging.bench import Terms, bench
from auditor.app.judging.hinge import NEEDED_LOGIN, judge_asset
from auditor.model.document import Asset
from auditor.model.facts import Observation


@pytest.fixture(scope="module")
def court():
    return bench(Terms(as_of=date(2026, 11, 1).isoformat()))


def asset(probe: str, **more: str) -> Asset:
    told = {
        "onvif.manufacturer": "HIKVISION",
        "onvif.model": "DS-2CD2143G2-I",
        "onvif.firmware": "V5.7.15 build 240201",
        "onvif.serial": "DS-2CD2143G2-I20220815AAWRK40036692",
    }
    facts = [
        Observation(signal=name, value=value, endpoint="tcp/80", probe=probe)
        for name, value in told.items()
    ]
    facts += [
        Observation(signal=name, value=value, endpoint="tcp/80", probe="http")
        for name, value in more.items()
    ]
    return Asset(id="x", address="10.0.0.7", observations=tuple(facts))


def notes(found: Asset) -> list[str]:
    return [note for note in found.notes if note.startswith(NEEDED_LOGIN)]


def test_a_verdict_that_rests_on_a_login_alone_is_named(court):
    judged = judge_asset(asset("login-onvif"), court)
    (note,) = notes(judged)
    assert "us-ndaa-889" in note.removeprefix(NEEDED_LOGIN).split(", ")


def test_the_same_facts_without_a_login_give_no_note(court):
    assert notes(judge_asset(asset("onvif"), court)) == []


def test_a_verdict_that_stood_before_the_login_is_not_named(court):
    before = {"http.server": "DNVRS-Webs", "http.auth_realm": "IP Camera(C1234)"}
    known = judge_asset(asset("login-onvif", **before), court)
    without = judge_asset(
        replace(
            known,
            attributions=(),
            observations=tuple(o for o in known.observations if o.probe == "http"),
        ),
        court,
    )
    same = {v.regime for v in known.verdicts} & {
        v.regime
        for v in without.verdicts
        if v.outcome is next(k.outcome for k in known.verdicts if k.regime == v.regime)
    }
    named = {name for note in notes(known) for name in note.removeprefix(NEEDED_LOGIN).split(", ")}
    assert same
    assert not same & named


def test_judging_again_changes_nothing(court):
    judged = judge_asset(asset("login-onvif"), court)
    assert judge_asset(judged, court) == judged


def test_a_serial_number_read_with_a_password_is_not_called_open(court):
    assert "open-identity" in judge_asset(asset("onvif"), court).notes
    assert "open-identity" not in judge_asset(asset("login-onvif"), court).notes
