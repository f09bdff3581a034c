"""Cards on the disk: whoever asks for one, or for what all of them come to, sees no difference."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import codec
from auditor.app.devices.card import Card, Stage
from auditor.app.devices.cards import Cards, brief_of
from auditor.app.devices.conclusion import conclude, of
from auditor.app.devices.desk import Desk
from auditor.app.devices.folding import fold, unfold
from auditor.app.devices.identity import assets
from auditor.app.judging.bench import Terms, bench
from auditor.app.judging.hinge import judge_asset, marked, summary, vendor_notes
from auditor.app.scanning.resume import restore
from auditor.model.facts import Attempt, Observation, Sighting
from auditor.model.scope import Scope
from auditor.model.words import Ending

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "examples" / "sample-fleet" / "scan.json"
EVERYTHING = 1_000_000


@pytest.fixture(scope="module")
def scan():
    return codec.decode(SAMPLE.read_bytes())


@pytest.fixture(scope="module")
def judge_with():
    return bench(Terms())


def desk_of(scan, kept):
    desk = Desk(Scope.of(["127.77.0.0/24"]), kept=kept)
    restore(desk, scan)
    return desk


def card(address="10.0.0.1", **more):
    return Card(address=address, **more)


facts = st.builds(
    Observation,
    signal=st.sampled_from(["http.title", "onvif.serial", "mac", "sadp", "tls.sha256"]),
    value=st.text(max_size=20),
    endpoint=st.sampled_from(["tcp/80", "udp/3702", "link", None]),
    probe=st.sampled_from(["http", "given"]),
    at=st.sampled_from([None, "2026-01-01T00:00:00Z"]),
)
tries = st.builds(
    Attempt,
    probe=st.just("ports"),
    endpoint=st.sampled_from(["tcp/80", "tcp/443"]),
    outcome=st.sampled_from(list(Ending)),
    ms=st.integers(0, 9999),
    detail=st.none() | st.text(max_size=9),
)
ports = st.sets(st.integers(1, 65535), max_size=4)


@st.composite
def a_card(draw, deep=True):
    made = card(
        stage=draw(st.sampled_from(list(Stage))),
        attempts=draw(st.lists(tries, max_size=4)),
        macs=draw(st.sets(st.sampled_from(["28:57:be:01:02:03", "28:57:be:01:02:04"]))),
        methods=draw(st.sets(st.sampled_from(["arp", "wsdiscovery", "neighbours"]))),
        open_ports=draw(ports),
        refused_ports=draw(ports),
        knocked=draw(ports),
        asked={("http", "tcp", port) for port in draw(ports)},
        zone=draw(st.sampled_from([None, "eth0"])),
        stale=draw(st.booleans()),
    )
    made.add(draw(st.lists(facts, max_size=6)))
    if deep and draw(st.booleans()):
        made.behind[65001] = draw(a_card(deep=False))
    return made


@given(a_card())
def test_a_card_that_was_folded_is_the_same_card(made):
    again = unfold(fold(made))
    assert again == made
    assert list(again.observations) == list(made.observations)
    assert brief_of(again) == brief_of(made)


steps = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.sampled_from(["arp", "neighbours", "wsdiscovery", "sadp"]),
        st.sampled_from([None, "28:57:be:01:02:03", "28:57:be:01:02:04"]),
        st.sampled_from([None, "one", "two"]),
    ),
    max_size=25,
)


def sightings(walked):
    for last, method, mac, serial in walked:
        seen = Observation(signal="onvif.serial", value=str(serial), endpoint="tcp/80")
        yield Sighting(
            address=f"10.0.0.{last}",
            method=method,
            mac=mac,
            observations=(seen,) if serial else (),
        )


@given(steps, st.integers(0, 3))
def test_a_desk_with_little_memory_is_a_desk_with_much(walked, kept):
    small, large = (Desk(Scope.of(["10.0.0.0/24"]), kept=many) for many in (kept, EVERYTHING))
    for one in sightings(walked):
        mine, theirs = small.note(one), large.note(one)
        assert mine == theirs
    assert small.cards == large.cards
    assert list(small.cards) == list(large.cards)
    assert small.cards.briefs() == large.cards.briefs()
    assert dict(small.cards.macs()) == dict(large.cards.macs())
    assert small.forget_remembered() == large.forget_remembered()
    assert small.shared_macs() == large.shared_macs()
    assert assets(small) == assets(large)


def test_a_card_that_is_held_stays_the_same_object_while_others_come_and_go():
    cards = Cards(kept=1)
    cards["10.0.0.1"] = card()
    with cards.held("10.0.0.1") as mine:
        for last in range(2, 9):
            cards[f"10.0.0.{last}"] = card(f"10.0.0.{last}")
        assert cards["10.0.0.1"] is mine
        mine.open_ports.add(80)
    assert {one.address: one.open_ports for one in cards.values()}["10.0.0.1"] == {80}


def test_what_is_learned_of_a_card_again_and_again_does_not_fill_the_disk():
    cards = Cards(kept=1)
    for _ in range(100):
        for last in (1, 2, 3):
            made = cards.get(f"10.0.0.{last}") or card(f"10.0.0.{last}")
            cards[f"10.0.0.{last}"] = made
    assert 0 < cards.spooled <= 3 * 512


def test_a_card_that_no_file_can_hold_is_not_lost():
    cards = Cards(kept=1)
    told = Attempt(probe="http", endpoint="tcp/80", outcome=Ending.BUG, detail="half \ud800")
    for last in range(1, 5):
        cards[f"10.0.0.{last}"] = card(f"10.0.0.{last}", attempts=[told])
    assert [one.attempts for one in cards.values()] == [[told]] * 4


def test_a_card_that_is_dropped_is_gone_wherever_it_was():
    cards = Cards(kept=1)
    for last in (1, 2):
        cards[f"10.0.0.{last}"] = card(f"10.0.0.{last}")
    for last in (1, 2):
        cards.drop(f"10.0.0.{last}")
    assert len(cards) == 0
    assert cards.briefs() == ()
    with pytest.raises(KeyError):
        cards["10.0.0.1"]


def test_briefs_follow_what_is_learned_later():
    cards = Cards(kept=4)
    cards["10.0.0.1"] = card()
    assert not cards.briefs()[0].onvif
    cards["10.0.0.1"].add([Observation(signal="onvif.envelope", value="yes", endpoint="tcp/80")])
    assert cards.briefs()[0].onvif


def test_a_scan_is_concluded_alike_in_little_memory_and_in_much(scan, judge_with):
    ends = [conclude(desk_of(scan, kept), judge_with, kept) for kept in (0, EVERYTHING)]
    assert codec.encode(replace(scan, assets=ends[0].assets)) == codec.encode(
        replace(scan, assets=ends[1].assets)
    )
    assert len(ends[0].assets) == len(scan.assets)
    assert ends[0].summary() == ends[1].summary()
    assert ends[0].vendors == ends[1].vendors


def test_the_end_of_a_scan_is_every_draft_judged_and_marked(scan, judge_with):
    twin = next(asset for asset in scan.assets if not asset.children)
    shown = Observation(signal="tls.sha256", value="ab" * 32, endpoint="tcp/443")
    desk = desk_of(scan, 2)
    for asset in scan.assets[:3]:
        desk.cards[str(asset.address)].add([shown])
    plain = marked([judge_asset(draft, judge_with) for draft in assets(desk)])
    made = conclude(desk, judge_with, 2)
    assert made.assets == plain
    assert sum("shared-certificate" in asset.notes for asset in made.assets) == 3
    assert made.summary() == summary(plain)
    assert made.vendors >= {note.id for note in vendor_notes(plain, judge_with)}
    assert made.named == of(plain).named
    assert twin.id in made.named


def grown(scan, kept, count):
    """Bytes of memory for each card on a desk of so many."""
    made = [unfold(fold(one)) for one in desk_of(scan, EVERYTHING).cards.values()]
    tracemalloc.start()
    try:
        cards = Cards(kept)
        begin = tracemalloc.get_traced_memory()[0]
        for number in range(count):
            address = f"10.0.{number // 250}.{number % 250}"
            one = unfold(fold(made[number % len(made)]))
            one.address = address
            cards[address] = one
        return (tracemalloc.get_traced_memory()[0] - begin) / count
    finally:
        tracemalloc.stop()


def test_a_device_on_the_disk_costs_an_eighth_of_one_in_memory(scan):
    grown(scan, 1, 60)  # what is remembered of values that were met before is no device's
    small, large = grown(scan, 1, 240), grown(scan, EVERYTHING, 60)
    assert small < 2_000
    assert small * 8 < large
