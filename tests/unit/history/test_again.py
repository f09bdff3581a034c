"""A device whose id became another one is followed on, and nobody is told that it went."""

import shutil
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from auditor.history.match import match, sketch
from auditor.history.store import History
from auditor.history.tables import VERSION
from tests.unit.history import nights
from tests.unit.history.nights import moment, network, scan, timeless

NET = "cameras"


def camera(number, night=0, **more):
    """With a serial number that can be its own."""
    return nights.camera(number, night, **({"serial": f"SN4711-{number:03d}"} | more))


def by_serial(number, night, **more):
    """The camera without the MAC that names it else."""
    return camera(number, night, **({"id": f"sn-SN4711-{number:03d}", "mac": None} | more))


def nameless(number, night, **more):
    address = camera(number).address
    return camera(number, night, **({"id": f"ip-{address}", "mac": None, "serial": None} | more))


def seen(history):
    return {item.id: (item.first, item.last) for item in history.seen(NET)}


def add(history, night, *assets, **header):
    return history.add(scan(night, *assets, **header), network=NET)


@pytest.mark.parametrize("other", [by_serial, nameless])
def test_another_id_of_the_same_device_is_neither_new_nor_gone(history, other):
    add(history, 0, camera(0), camera(1))
    added = add(history, 1, other(0, 1), camera(1, 1))
    assert added.appeared == frozenset()
    assert added.gone == {}
    assert [item.id for item in added.before] == [other(0, 1).id]
    assert added.before[0].mac == camera(0).mac
    assert seen(history)[other(0, 1).id] == (moment(0), moment(1))
    assert camera(0).id not in seen(history)


@pytest.mark.parametrize("other", [by_serial, nameless])
def test_an_id_that_comes_and_goes_leaves_one_device(history, other):
    for night in range(6):
        first = (camera if night % 2 else other)(0, night)
        added = add(history, night, first, camera(1, night))
        assert added.gone == {}
        assert added.appeared == (frozenset() if night else {first.id, camera(1).id})
    assert seen(history) == {
        camera(0).id: (moment(0), moment(5)),
        camera(1).id: (moment(0), moment(5)),
    }
    assert list(history.check()) == []
    before = seen(history), history.absences(NET)
    history.rebuild()
    assert (seen(history), history.absences(NET)) == before


def test_a_nameless_night_does_not_hide_that_the_device_was_exchanged(history):
    """Same make, same place: but the name that comes back is another one."""
    place = {
        "address": camera(0).address,
        "addresses": camera(0).addresses,
        "model": camera(0).model,
    }
    add(history, 0, camera(0))
    assert add(history, 1, nameless(0, 1)).appeared == frozenset()
    added = add(history, 2, camera(5, 2, **place))
    assert added.appeared == {camera(5).id}
    assert added.gone == {nameless(0, 1).id: 1}
    before = seen(history)
    history.rebuild(forget=True)
    assert seen(history) == before


def test_what_answers_where_a_device_was_weeks_ago_is_new(history):
    add(history, 0, camera(0), camera(1))
    add(history, 1, camera(1, 1))
    assert add(history, 2, nameless(0, 2), camera(1, 2)).appeared == {nameless(0, 2).id}


def test_a_device_that_comes_back_after_weeks_under_another_id_is_not_new(history):
    add(history, 0, camera(0), camera(1))
    for night in range(1, 5):
        add(history, night, camera(1, night))
    assert history.absences(NET) == {camera(0).id: 4}
    added = add(history, 5, by_serial(0, 5), camera(1, 5))
    assert added.appeared == frozenset()
    assert history.absences(NET) == {}


def test_cameras_behind_a_recorder_keep_their_history_when_its_id_changes(history):
    def behind(recorder):
        child = camera(9, id=f"{recorder.id}/3", address=None, addresses=(), mac=None, serial=None)
        return replace(recorder, children=(child,))

    add(history, 0, behind(camera(0)))
    for night, recorder in enumerate([nameless(0, 1), by_serial(0, 2), camera(0, 3)], 1):
        added = add(history, night, behind(recorder))
        assert added.appeared == frozenset(), night
        assert added.gone == {}
    assert seen(history) == dict.fromkeys(
        [camera(0).id, f"{camera(0).id}/3"], (moment(0), moment(3))
    )


def test_last_known_finds_a_device_under_the_id_that_it_has_now(history):
    add(history, 0, camera(0), camera(1))
    add(history, 1, by_serial(0, 1), camera(1, 1))
    (found,) = history.last_known(NET, [by_serial(0, 1).id])
    assert found.serial == camera(0).serial


def test_a_pruned_night_does_not_split_a_device_in_two(history):
    add(history, 0, camera(0), camera(1))
    add(history, 1, by_serial(0, 1), camera(1, 1))
    add(history, 2, camera(1, 2))
    history.remove(["night0001"])
    before = seen(history)
    assert before[by_serial(0, 1).id] == (moment(0), moment(1))
    assert list(history.check()) == []
    history.rebuild()
    assert seen(history) == before


def test_a_damaged_earlier_version_does_not_keep_a_scan_from_being_stored(history):
    add(history, 0, camera(0), camera(1))
    with history.work() as connection:
        connection.execute(update(VERSION).values(data=b"damaged"))
    added = add(history, 1, camera(0, 1, firmware="6.0"), by_serial(1, 1))
    assert added.stored
    assert added.before == ()
    assert len(history.get("night0001").assets) == 2


def test_a_version_that_differs_little_is_stored_as_what_differs(history):
    long = tuple(f"note {n}: {n * 7919 % 1000003}" for n in range(200))
    add(history, 0, camera(0, notes=long))
    add(history, 1, camera(0, 1, notes=long, firmware="6.0"))
    add(history, 2, camera(0, 2, notes=long, firmware="7.0"))
    with history.work(write=False) as connection:
        rows = connection.execute(VERSION.select().order_by(VERSION.c.number)).all()
    assert [len(row.data) < 200 for row in rows] == [False, True, True]
    assert [history.get(f"night000{n}").assets[0].firmware for n in range(3)] == [
        "5.5.0", "6.0", "7.0",
    ]  # fmt: skip
    assert list(history.check()) == []
    history.remove(["night0000"])  # the others stood against it
    assert history.size()["version"] == 2
    assert [history.get(f"night000{n}").assets[0].firmware for n in (1, 2)] == ["6.0", "7.0"]
    assert list(history.check()) == []


def test_damage_is_told_of_every_version_that_rests_on_it(history):
    long = tuple(f"note {n}: {n * 7919 % 1000003}" for n in range(200))
    add(history, 0, camera(0, notes=long))
    add(history, 1, camera(0, 1, notes=long, firmware="6.0"))
    with history.work() as connection:
        connection.execute(update(VERSION).where(VERSION.c.number == 1).values(data=b"damaged"))
    faults = list(history.check())
    assert any(line.startswith("version 1: damaged") for line in faults)
    assert any(line.startswith("version 2: damaged") for line in faults)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """Makes an empty history in a moment: the shape is made once and copied."""
    place = tmp_path_factory.mktemp("again")
    History(f"sqlite:///{place / 'empty.db'}").close()

    def make():
        shutil.copy(place / "empty.db", place / "again.db")
        return History(f"sqlite:///{place / 'again.db'}")

    return make


FORMS = {"-": None, "m": camera, "s": by_serial, "n": nameless}
PLAN = st.lists(
    st.tuples(st.lists(st.sampled_from("-msn"), min_size=3, max_size=3), st.booleans()),
    min_size=1,
    max_size=5,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(PLAN, st.randoms(use_true_random=False))
def test_under_whatever_ids_the_order_of_storing_and_a_rebuild_change_nothing(empty, plan, chance):
    every = [
        scan(night, *(FORMS[w](n, night) for n, w in enumerate(words) if w != "-"), complete=whole)
        for night, (words, whole) in enumerate(plan)
    ]
    mixed = list(every)
    chance.shuffle(mixed)
    found = []
    for scans in (every, mixed):
        history = empty()
        for item in scans:
            history.add(item, network=NET)
        state = seen(history), history.absences(NET)
        history.rebuild()
        assert (seen(history), history.absences(NET)) == state
        assert list(history.check()) == []
        if scans is mixed:  # a first sighting that was told does not move to a later day by itself
            history.rebuild(forget=True)
            state = seen(history), history.absences(NET)
        history.close()
        found.append(state)
    assert found[0] == found[1]


def test_an_unknown_device_costs_no_reading_where_nobody_is_missing(history, monkeypatch):
    from auditor.history import sightings

    history.add(network(0), network=NET)
    monkeypatch.setattr(sightings, "assets", None)
    assert history.add(network(1, range(5)), network=NET).appeared == {camera(3).id, camera(4).id}


def test_a_sketch_is_matched_as_the_whole_device_is():
    uuid = nights.Observation(signal="wsd.endpoint", value="urn:uuid:a-1", endpoint="udp/3702")
    full = camera(0, observations=(*camera(0).observations, uuid))
    full = replace(full, children=(camera(7, id=f"{full.id}/1", address=None, addresses=()),))
    every = [full, by_serial(0, 1), nameless(0, 1), camera(3, 1, observations=full.observations)]
    for once in every:
        for again in every:
            whole, drawn = match([once], [again]), match([sketch(once)], [sketch(again)])
            assert [len(whole.pairs), len(whole.appeared)] == [
                len(drawn.pairs),
                len(drawn.appeared),
            ]
    assert sketch(full).verdicts == ()


CHANGES = st.lists(
    st.tuples(st.lists(st.integers(0, 3), min_size=2, max_size=2), st.booleans()),
    min_size=2,
    max_size=7,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(CHANGES)
def test_whatever_is_pruned_the_rest_comes_back_as_it_was(empty, plan):
    """Versions that were stored as a difference from one that goes must not go with it."""
    long = tuple(f"note {n}: {n * 7919 % 1000003}" for n in range(60))
    every = [
        scan(night, *(camera(n, night, notes=long, model=f"M{m}") for n, m in enumerate(models)))
        for night, (models, _) in enumerate(plan)
    ]
    history = empty()
    for item in every:
        history.add(item, network=NET)
    for item, (_, goes) in zip(every, plan, strict=True):
        if goes:
            history.remove([item.scan.id])
            assert list(history.check()) == []
    for item, (_, goes) in zip(every, plan, strict=True):
        if not goes:
            assert timeless(history.get(item.scan.id)) == timeless(item)
    history.close()


def test_of_many_that_went_only_those_seen_last_are_read(history, monkeypatch):
    from auditor.history import sightings

    monkeypatch.setattr(sightings, "_MOST_LACKING", 1)
    add(history, 0, camera(0), camera(1))
    add(history, 1, camera(1, 1))
    added = add(history, 2, by_serial(0, 2), by_serial(1, 2))
    assert added.appeared == {by_serial(0, 2).id}
