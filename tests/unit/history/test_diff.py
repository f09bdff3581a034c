"""What counts as which kind of change, and laws that hold for any two scans."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import codec
from auditor.history.diff import compare
from auditor.model.document import Coverage, Ledger, Unassessed, VendorNote
from auditor.model.facts import Observation
from auditor.model.words import Grade, Kind, Outcome
from tests.unit.history.nights import camera, maker, note, scan, verdict

LISTS = ("appeared", "absent", "moved", "reattributed", "firmware", "verdict", "law")


def kinds(found):
    return {name: len(getattr(found, name)) for name in LISTS if getattr(found, name)}


def two(before, after, **header):
    return compare(scan(0, *before), scan(1, *after, **header))


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"firmware": "5.6.0"}, "firmware"),
        ({"address": "10.0.3.9", "addresses": ("10.0.3.9",)}, "moved"),
        ({"attributions": (maker("dahua"),)}, "reattributed"),
        ({"attributions": ()}, "reattributed"),
        ({"verdicts": (verdict(Outcome.INDETERMINATE),)}, "law"),
        ({"verdicts": ()}, "law"),
    ],
)
def test_one_change_is_told_once_and_by_its_kind(changed, kind):
    found = two([camera(1), camera(2)], [camera(1, 1, **changed), camera(2, 1)])
    assert kinds(found) == {kind: 1}
    (change,) = getattr(found, kind)
    assert change.id == camera(1).id


def test_a_night_without_change_but_for_dates_is_no_change():
    assert kinds(two([camera(n) for n in range(5)], [camera(n, 1) for n in range(5)])) == {}


def test_a_verdict_that_follows_the_device_is_no_change_of_the_law():
    better = replace(maker(), grade=Grade.PROBABLE)
    changed = camera(1, 1, attributions=(better,), verdicts=(verdict(Outcome.INDETERMINATE),))
    assert kinds(two([camera(1)], [changed])) == {"verdict": 1}


def test_an_exemption_that_ends_is_a_change_of_the_law():
    exempt = camera(1, verdicts=(verdict(Outcome.EXEMPT),))
    assert kinds(two([exempt], [camera(1, 1)])) == {"law": 1}


def test_an_exemption_that_is_lost_by_moving_is_a_change_of_the_device():
    exempt = camera(1, verdicts=(verdict(Outcome.EXEMPT),))
    moved = camera(1, 1, address="10.0.3.9", addresses=("10.0.3.9",))
    assert kinds(two([exempt], [moved])) == {"moved": 1, "verdict": 1}


def test_a_regime_that_only_one_scan_judged_is_noted_and_not_compared():
    more = camera(1, 1, verdicts=(verdict(), verdict(regime="eu-cra")))
    new = replace(scan(1, more), law=(note(), note("eu-cra")))
    found = compare(scan(0, camera(1)), new)
    assert kinds(found) == {}
    assert any("eu-cra" in line for line in found.notes)


def test_firmware_that_one_night_did_not_tell_is_no_change():
    assert kinds(two([camera(1)], [camera(1, 1, firmware=None)])) == {}


@pytest.mark.parametrize(
    ("was", "now", "moves"),
    [
        (("10.0.0.5",), ("10.0.0.4", "10.0.0.5"), None),
        (("10.0.0.5", "fe80::1"), ("10.0.0.9", "fe80::1"), ("10.0.0.5", "10.0.0.9")),
        (("10.0.0.5", "2001:db8::1"), ("10.0.0.5", "2001:db8::2"), None),
        (("10.0.0.5",), ("fe80::1",), ("10.0.0.5", "fe80::1")),
        (("fe80::1",), ("fe80::1", "2001:db8::2"), None),
        (("10.0.0.5", "not an address"), ("10.0.0.9", "not an address"), ("10.0.0.5", "10.0.0.9")),
    ],
)
def test_a_device_has_moved_when_no_address_of_the_family_is_left(was, now, moves):
    found = two(
        [camera(1, address=was[0], addresses=was)], [camera(1, address=now[0], addresses=now)]
    )
    assert [(item.was, item.now) for item in found.moved] == ([moves] if moves else [])


def test_a_device_with_another_id_is_found_again_by_its_mac_or_its_serial():
    by_mac = camera(1, 1, id="uuid-1", serial=None)
    by_serial = camera(2, 1, id="uuid-2", mac=None)
    assert kinds(two([camera(1), camera(2)], [by_mac, by_serial])) == {}


@pytest.mark.parametrize("serial", ["123456", "000000", "1", "123456789"])
def test_a_serial_that_makers_ship_by_the_thousand_is_no_identity(serial):
    old = camera(1, mac=None, serial=serial)
    new = camera(2, 1, mac=None, serial=serial)
    assert kinds(two([old], [new])) == {"appeared": 1, "absent": 1}


def test_a_serial_that_two_devices_show_is_no_identity():
    twins = [camera(2, 1, mac=None, serial="SN4711-X"), camera(3, 1, mac=None, serial="SN4711-X")]
    assert kinds(two([camera(1, serial="SN4711-X")], twins)) == {"appeared": 2, "absent": 1}


def test_a_camera_behind_a_recorder_counts_by_itself():
    channel = camera(9, id="ch-9", address=None, addresses=())
    recorder = camera(1, children=(channel,))
    found = two([recorder], [camera(1, 1)])
    assert kinds(found) == {"absent": 1}
    assert found.absent[0].because == "behind 10.0.0.2"


def test_a_camera_behind_a_recorder_that_was_not_assessed_proves_nothing():
    recorder = camera(1, children=(camera(9, id="ch-9", address=None, addresses=()),))
    new = scan(1, complete=False)
    silent = Unassessed(address="10.0.0.2", why="time")
    new = replace(new, coverage=replace(new.coverage, not_assessed=(silent,)))
    for change in compare(scan(0, recorder), new).absent:
        assert "proves nothing: 10.0.0.2 answered and could not be assessed" in change.because


def test_an_incomplete_scan_says_so_at_every_device_that_it_lacks():
    found = two([camera(1)], [], complete=False)
    assert found.absent[0].because == "the later scan is incomplete: this proves nothing"
    assert any("incomplete" in line for line in found.notes)


def test_what_a_scan_did_not_ask_it_does_not_lack():
    """Two scans of different networks: each device says why it cannot be compared."""
    other = scan(
        1, camera(7, 1, address="10.9.0.1", addresses=("10.9.0.1",)), scope=("10.9.0.0/24",)
    )
    ledger = Ledger(answered=("10.9.0.1",), silent=("10.9.0.2-254",))
    other = replace(other, coverage=Coverage(in_scope=254, answered=1, assessed=1, ledger=ledger))
    found = compare(scan(0, camera(1)), other)
    assert found.absent[0].because == (
        "this proves nothing: 10.0.0.2 was not in scope in the later scan"
    )
    assert found.appeared[0].because == (
        "not comparable: 10.9.0.1 was not in scope in the earlier scan"
    )
    assert "The two scans cover different addresses." in found.notes


def test_an_excluded_address_is_told():
    new = scan(1, exclude=("10.0.0.2",))
    ledger = Ledger(silent=("10.0.0.3-254",), excluded=("10.0.0.2",))
    new = replace(new, coverage=replace(new.coverage, ledger=ledger))
    assert "was excluded" in compare(scan(0, camera(1)), new).absent[0].because


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ({"policy": "other"}, "policies"),
        ({"profile": ("us-federal-agency",)}, "profiles"),
        ({"db_version": "9"}, "database changed"),
        ({"tool": "auditor 9"}, "program changed"),
        ({"site": "elsewhere"}, "different sites"),
        ({"redacted": ("macs",)}, "redacted"),
    ],
)
def test_what_else_differs_is_noted(header, word):
    assert any(word in line for line in two([], [], **header).notes)


ADDRESSES = st.integers(1, 6).map(lambda n: f"10.0.0.{n}")
VERDICTS = st.lists(
    st.tuples(st.sampled_from(list(Outcome)), st.sampled_from(["us-ndaa-889", "eu-cra"])),
    max_size=2,
    unique_by=lambda pair: pair[1],
)


@st.composite
def cameras(draw):
    address = draw(ADDRESSES)
    return camera(
        draw(st.integers(1, 5)),
        id=draw(st.sampled_from(["a", "b", "c", "d", "e", "f", f"ip-{address}"])),
        address=draw(st.sampled_from([address, None])),
        addresses=(address, *draw(st.lists(ADDRESSES, max_size=2))),
        mac=draw(st.sampled_from([None, "28:57:be:00:00:01", "28:57:be:00:00:02"])),
        serial=draw(st.sampled_from([None, "SN4711-A", "SN4711-B", "123456"])),
        firmware=draw(st.sampled_from([None, "1", "2"])),
        attributions=tuple(
            maker(name) for name in draw(st.sets(st.sampled_from("xy"), max_size=1))
        ),
        verdicts=tuple(verdict(*pair) for pair in draw(VERDICTS)),
        children=tuple(draw(st.lists(children(), max_size=2))),
    )


@st.composite
def children(draw):
    return camera(draw(st.integers(6, 9)), id=draw(st.sampled_from(["a", "k", "l"])))


SCANS = st.lists(cameras(), max_size=5)


def named(changes):
    return sorted(item.id for item in changes)


def ids(document):
    def walk(assets):
        for asset in assets:
            yield asset.id
            yield from walk(asset.children)

    return set(walk(document.assets))


@settings(max_examples=150)
@given(SCANS)
def test_a_scan_does_not_differ_from_itself(assets):
    assert kinds(two(assets, assets)) == {}


@settings(max_examples=150)
@given(SCANS, SCANS)
def test_what_appears_one_way_is_absent_the_other_way(before, after):
    forth, back = two(before, after), two(after, before)
    assert named(forth.appeared) == named(back.absent)
    assert named(forth.absent) == named(back.appeared)
    for name in LISTS[2:]:
        assert len(getattr(forth, name)) == len(getattr(back, name)), name
        there = sorted((item.was or "", item.now or "") for item in getattr(forth, name))
        again = sorted((item.now or "", item.was or "") for item in getattr(back, name))
        assert there == again, name


@settings(max_examples=150)
@given(SCANS, SCANS)
def test_every_change_names_a_device_of_the_right_scan(before, after):
    found = two(before, after)
    assert set(named(found.absent)) <= ids(scan(0, *before))
    for name in (*LISTS[:1], *LISTS[2:]):
        assert set(named(getattr(found, name))) <= ids(scan(1, *after)), name


@settings(max_examples=150)
@given(SCANS, SCANS, st.randoms(use_true_random=False))
def test_the_order_of_devices_has_no_influence(before, after, chance):
    mixed = [list(before), list(after)]
    for assets in mixed:
        chance.shuffle(assets)
    straight, shuffled = two(before, after), two(*mixed)
    for name in LISTS:
        assert getattr(straight, name) == getattr(shuffled, name), name


@settings(max_examples=100)
@given(SCANS, SCANS)
def test_nothing_is_both_here_and_gone_without_two_devices(before, after):
    """Every device of the later scan is either found again or appeared, never both."""
    found = two(before, after)
    total = sum(1 + len(asset.children) for asset in after)
    again = sum(1 + len(asset.children) for asset in before) - len(found.absent)
    assert again + len(found.appeared) == total


def test_vendors_are_told_by_the_names_that_people_know():
    known = (
        VendorNote(id="hikvision", name="Hikvision", country="CN"),
        VendorNote(id="tp-link", name="TP-Link", country="CN"),
    )
    other = camera(1, 1, brand="tp-link", attributions=(maker("tp-link"),))
    old = replace(scan(0, camera(1)), vendors=known[:1])
    (change,) = compare(old, replace(scan(1, other), vendors=known)).reattributed
    assert (change.was, change.now) == ("Hikvision (confirmed)", "TP-Link (confirmed)")
    assert change.name.startswith("TP-Link")


def uuid(name):
    return Observation(signal="wsd.endpoint", value=f"urn:uuid:{name}", endpoint="udp/3702")


def nameless(number=1, night=1, **more):
    """A camera that told nothing by which to know it elsewhere."""
    plain = {"id": f"ip-{camera(number).address}", "mac": None, "serial": None}
    return camera(number, night, **(plain | more))


def test_a_device_with_another_id_is_found_again_by_its_endpoint_id():
    old = camera(1, observations=(*camera(1).observations, uuid("ABCD-1")))
    new = nameless(observations=(*camera(1).observations, uuid("abcd-1")), id="epr-abcd-1")
    moved = replace(new, address="10.0.3.9", addresses=("10.0.3.9",))
    assert kinds(two([old], [new])) == {}
    assert kinds(two([old], [moved])) == {"moved": 1}


def test_a_device_that_told_only_its_address_is_the_one_that_was_there():
    assert kinds(two([camera(1), camera(2)], [nameless(), camera(2, 1)])) == {}
    assert kinds(two([nameless(night=0), camera(2)], [camera(1, 1), camera(2, 1)])) == {}


@pytest.mark.parametrize(
    "other", [{"attributions": (maker("dahua"),)}, {"brand": "dahua"}, {"model": "X"}, {"kind": Kind.RECORDER}]
)  # fmt: skip
def test_another_make_at_the_same_address_is_another_device(other):
    assert kinds(two([camera(1)], [nameless(**other)])) == {"appeared": 1, "absent": 1}


def test_two_devices_with_names_of_their_own_are_two_even_at_one_address():
    other = camera(2, 1, address=camera(1).address, addresses=camera(1).addresses)
    assert kinds(two([camera(1)], [other])) == {"appeared": 1, "absent": 1}


def test_a_second_device_with_the_same_serial_does_not_make_the_first_one_new():
    """Then ids carry the address, because the serial number names nobody any more."""
    old = camera(1, id="sn-SN4711-X", mac=None, serial="SN4711-X")
    twins = [
        camera(n, 1, id=f"sn-SN4711-X@{camera(n).address}", mac=None, serial="SN4711-X")
        for n in (1, 2)
    ]
    found = two([old], twins)
    assert kinds(found) == {"appeared": 1}
    assert found.appeared[0].address == camera(2).address


def test_cameras_behind_a_recorder_with_another_id_are_found_again_by_its_ports():
    def behind(recorder, *models):
        made = [
            camera(9, id=f"{recorder}/{port}", address=None, addresses=(), mac=None, serial=None, model=model)
            for port, model in enumerate(models, 1)
        ]  # fmt: skip
        return tuple(made)

    old = camera(1, children=behind(camera(1).id, "A", "B", "C"))
    new = nameless(children=behind(nameless().id, "A", "X", "C"))
    found = two([old], [new])
    assert [item.id for item in found.appeared] == [f"{nameless().id}/2"]
    assert [item.id for item in found.absent] == [f"{camera(1).id}/2"]


def test_two_files_are_compared_without_the_library_of_the_history(tmp_path):
    """It takes longer to load than the two files take to be read and compared."""
    for number in (0, 1):
        (tmp_path / f"{number}.json").write_bytes(codec.encode(scan(number, camera(1, number))))
    words = (
        "import sys; from auditor.cli.main import run; code = run(['diff', '0.json', '1.json']);"
        " print(code, 'sqlalchemy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Nothing changed." in done.stdout
    assert done.stdout.splitlines()[-1] == "0 False"
