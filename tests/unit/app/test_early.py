"""What was judged as the scan went is taken at its end only where judging anew would say the same."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import codec
from auditor.app.devices import conclusion
from auditor.app.devices.conclusion import conclude, judged_alone
from auditor.app.devices.desk import Desk, Stage
from auditor.app.devices.early import Early
from auditor.app.judging.bench import Terms, bench
from auditor.app.scanning.resume import restore
from auditor.model.facts import Observation, Sighting
from auditor.model.scope import Scope

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "examples" / "sample-fleet" / "scan.json"
MACS = ("28:57:be:01:02:03", "28:57:be:01:02:04", "38:af:29:01:02:03")


@pytest.fixture(scope="module")
def scan():
    return codec.decode(SAMPLE.read_bytes())


@pytest.fixture(scope="module")
def seat():
    return bench(Terms(as_of="2026-11-22"))


def judge_one(desk, early, address, seat):
    """What the scan does when an interview is over."""
    card = desk.cards[address]
    card.stage = Stage.DONE
    early.keep(card, judged_alone(card, desk, seat), desk.shared_macs())


def sight(desk, early, sighting):
    """What the scan does with a sighting."""
    card, _, new = desk.note(sighting)
    if card is not None and new:
        early.drop(card.address)


def alike(desk, early, seat, kept=1000):
    made, anew = conclude(desk, seat, kept, early), conclude(desk, seat, kept)
    assert tuple(made.assets) == tuple(anew.assets)
    assert (made.headlines, made.vendors, made.named) == (anew.headlines, anew.vendors, anew.named)
    return made


FACTS = (
    ("wsd.endpoint", "urn:uuid:11111111-2222-3333-4444-285701020304"),
    ("onvif.serial", "DS-2CD2042WD-I20170315AAWR123456789"),
    ("onvif.firmware", "V5.4.5 build 170124"),
    ("tls.sha256", "ab" * 32),
    ("tls.subject", "CN=10.0.0.2"),
    ("rtsp.auth_realm", "Login to 4D03B9EPAJ00001"),
    ("http.server", "App-webs/"),
)
steps = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3", "fe80::1", "10.9.9.9"]),
            st.sampled_from(["arp", "wsdiscovery", "neighbours"]),
            st.sampled_from([None, *MACS]),
            st.sets(st.sampled_from(FACTS), max_size=3).map(sorted),
        ),
        st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3", "fe80::1"]),
    ),
    max_size=14,
)


@settings(max_examples=150)
@given(steps, st.integers(0, 2))
def test_the_end_is_the_same_with_it_and_without(seat, walked, kept):
    desk, early = Desk(Scope.of(["10.0.0.0/24", "fe80::/64"]), kept=2), Early(kept)
    for step in walked:
        if isinstance(step, str):
            if step in desk.cards:
                judge_one(desk, early, step, seat)
            continue
        address, method, mac, facts = step
        shown = [Observation(signal=s, value=v, endpoint="tcp/80") for s, v in facts]
        if mac is not None:
            shown.append(Observation(signal="mac", value=mac, endpoint="link", probe="arp"))
        sight(desk, early, Sighting(address=address, method=method, mac=mac, observations=shown))
    desk.forget_remembered()
    alike(desk, early, seat, kept)


@pytest.mark.parametrize("kept", [0, 5, 1000])
def test_a_fleet_that_was_judged_as_it_came_is_not_judged_again(scan, seat, kept, monkeypatch):
    desk, early = Desk(Scope.of(["127.77.0.0/24"])), Early(kept)
    restore(desk, scan)
    for address in list(desk.cards):
        judge_one(desk, early, address, seat)
    made = alike(desk, early, seat, kept)
    anew = []
    judge = conclusion.judge_asset
    monkeypatch.setattr(conclusion, "judge_asset", lambda a, b: anew.append(a.id) or judge(a, b))
    again = conclude(desk, seat, kept, early)
    assert tuple(again.assets) == tuple(made.assets)
    alone = {asset.id for asset in made.assets if len(asset.addresses) == 1}
    marked = {asset.id for asset in made.assets if "shared-certificate" in asset.notes}
    assert set(anew) <= {asset.id for asset in made.assets} - alone | marked
    assert len(anew) < len(made.assets) / 4


def test_a_device_of_which_more_is_known_now_is_judged_anew(seat):
    desk, early = Desk(Scope.of(["10.0.0.0/24"])), Early()
    first = Observation(signal="http.server", value="nginx", endpoint="tcp/80")
    sight(desk, early, Sighting(address="10.0.0.1", method="arp", observations=(first,)))
    judge_one(desk, early, "10.0.0.1", seat)
    assert len(early) == 1
    later = Observation(signal="onvif.firmware", value="V5.4.5 build 170124", endpoint="tcp/80")
    sight(desk, early, Sighting(address="10.0.0.1", method="sadp", observations=(later,)))
    assert len(early) == 0
    assert alike(desk, early, seat).assets[0].firmware == "V5.4.5 build 170124"


TELLS_IT = Observation(
    signal="wsd.endpoint",
    value="urn:uuid:00010010-0001-1020-8000-2857be010203",
    endpoint="udp/3702",
)


def seen(last, *facts, mac=MACS[0], method="arp"):
    shown = Observation(signal="mac", value=mac, endpoint="link", probe="arp") if mac else None
    facts = (*facts, shown) if shown else facts
    return Sighting(address=f"10.0.0.{last}", method=method, mac=mac, observations=facts)


@pytest.mark.parametrize("facts", [(), (TELLS_IT,)])
def test_a_hardware_address_that_another_shows_too_testifies_for_none_of_them(seat, facts):
    desk, early = Desk(Scope.of(["10.0.0.0/24"])), Early()
    sight(desk, early, seen(1, *facts))
    judge_one(desk, early, "10.0.0.1", seat)
    sight(desk, early, seen(2))
    judge_one(desk, early, "10.0.0.2", seat)
    made = alike(desk, early, seat)
    assert all("stands at several addresses" in asset.notes[0] for asset in made.assets)


def test_one_that_only_a_remembered_neighbour_shared_testifies_again(seat):
    desk, early = Desk(Scope.of(["10.0.0.0/24"])), Early()
    sight(desk, early, seen(2, method="neighbours"))
    sight(desk, early, seen(1, TELLS_IT))
    judge_one(desk, early, "10.0.0.1", seat)
    assert desk.forget_remembered() == ("10.0.0.2",)
    assert alike(desk, early, seat).assets[0].mac == MACS[0]


def test_devices_with_one_serial_number_get_their_address_into_their_ids(seat):
    desk, early = Desk(Scope.of(["10.0.0.0/24"])), Early()
    serial = Observation(signal="onvif.serial", value="AB1234567890", endpoint="tcp/80")
    for last in (1, 2):
        sight(desk, early, seen(last, serial, mac=None))
        judge_one(desk, early, f"10.0.0.{last}", seat)
    made = alike(desk, early, seat)
    assert [asset.id for asset in made.assets] == [
        "sn-AB1234567890@10.0.0.1",
        "sn-AB1234567890@10.0.0.2",
    ]


def test_a_recorder_whose_camera_was_found_afterwards_does_not_count_it_twice(seat):
    desk, early = Desk(Scope.of(["10.0.0.0/24"])), Early()
    told = {"channels": [{"channel": 1, "online": True, "address": "10.0.0.2"}]}
    channels = Observation(signal="recorder.channels", value=json.dumps(told), endpoint="tcp/80")
    for address, facts in ((1, (channels,)), (2, ())):
        sight(desk, early, seen(address, *facts, mac=MACS[address]))
        judge_one(desk, early, f"10.0.0.{address}", seat)
    assert early.standing(["10.0.0.1"], f"mac-{MACS[1].replace(':', '')}", MACS[1], ()) is not None
    assert alike(desk, early, seat).assets[0].children == ()


def test_one_that_grew_and_was_judged_again_takes_its_old_place_on_the_disk(scan, seat):
    desk, early = Desk(Scope.of(["127.77.0.0/24"])), Early(0)
    restore(desk, scan)
    addresses = list(desk.cards)[:4]
    for address in addresses:
        judge_one(desk, early, address, seat)
    size = early._spool.size
    for address in addresses * 3:
        early.drop(address)
        judge_one(desk, early, address, seat)
    assert early._spool.size == size
