"""The store on both databases: what goes in comes out, and costs nothing twice."""

import multiprocessing
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from auditor.history.keep import Keep, superfluous
from auditor.history.store import History
from auditor.history.tables import BLOB, DEVICE, OBSERVATION, SCAN
from auditor.model.document import Asset
from auditor.model.errors import ToolError, UsageError
from auditor.model.facts import Observation
from tests.unit.history.nights import camera, moment, network, scan, timeless

NET = "cameras"


def seen(history, name=NET):
    return {item.id: (item.first, item.last) for item in history.seen(name)}


def nights(*numbers):
    return [moment(number) for number in numbers]


def test_a_document_comes_back_but_for_what_moves_by_itself(history):
    first = network(0)
    history.add(first, network=NET)
    assert timeless(history.get("night0000")) == timeless(first)
    asked = [item.at for asset in history.get("night0000").assets for item in asset.observations]
    assert asked == [moment(0, number) for number in range(3) for _ in range(2)]


def test_a_device_behind_a_recorder_comes_back(history):
    recorder = replace(camera(1), children=(camera(7, id="ch-1", address=None, addresses=()),))
    history.add(scan(0, recorder), network=NET)
    assert timeless(history.get("night0000")).assets == timeless(scan(0, recorder)).assets


def test_a_device_behind_a_recorder_is_followed_by_itself(history):
    channel = camera(7, id="ch-1", address=None, addresses=())
    other = camera(8, id="ch-2", address=None, addresses=())
    history.add(scan(0, replace(camera(1), children=(channel,))), network=NET)
    both = replace(camera(1), children=(channel, other))
    added = history.add(scan(1, both), network=NET)
    assert added.appeared == {"ch-2"}
    assert [item.id for item in added.before] == [camera(1).id]
    added = history.add(scan(2, replace(camera(1), children=(other,))), network=NET)
    assert added.gone == {"ch-1": 1}
    assert [item.serial for item in history.last_known(NET, ["ch-1"])] == [channel.serial]
    expected = {
        camera(1).id: tuple(nights(0, 2)),
        "ch-1": tuple(nights(0, 1)),
        "ch-2": tuple(nights(1, 2)),
    }
    assert seen(history) == expected
    history.rebuild(forget=True)
    assert seen(history) == expected


def test_an_unchanged_night_adds_no_version_and_no_observation(history):
    history.add(network(0), network=NET)
    before = history.size()
    added = history.add(network(1), network=NET)
    after = history.size()
    assert after == before | {"scan": 2}
    assert added.before == ()
    assert added.appeared == frozenset()


def test_the_same_scan_is_stored_once(history):
    assert history.add(network(0), network=NET).stored
    assert not history.add(network(0), network=NET).stored
    assert len(history.entries()) == 1


def test_a_changed_device_is_told_as_it_was(history):
    history.add(network(0), network=NET)
    changed = scan(1, camera(0, 1, firmware="6.0"), camera(1, 1), camera(5, 1))
    added = history.add(changed, network=NET)
    assert [item.firmware for item in added.before] == ["5.5.0"]
    assert added.appeared == {camera(5).id}
    assert dict(added.gone) == {camera(2).id: 1}


def test_an_incomplete_scan_proves_no_absence(history):
    history.add(network(0), network=NET)
    history.add(network(1, [0], complete=False), network=NET)
    assert history.absences(NET) == {}


def test_networks_do_not_meet(history):
    history.add(network(0), network="a")
    added = history.add(network(1, [1, 2]), network="b")
    assert added.appeared == {camera(1).id, camera(2).id}
    assert history.absences("a") == {}


@pytest.mark.parametrize("order", [(0, 2, 1), (2, 1, 0), (1, 2, 0)])
def test_scans_may_be_stored_in_any_order(history, order):
    every = [network(0, [0, 1]), network(1, [1]), network(2, [1, 2])]
    for number in order:
        history.add(every[number], network=NET)
    assert seen(history) == {
        camera(0).id: tuple(nights(0, 0)),
        camera(1).id: tuple(nights(0, 2)),
        camera(2).id: tuple(nights(2, 2)),
    }
    assert history.absences(NET) == {camera(0).id: 2}
    assert [item.id for item in history.entries()] == ["night0002", "night0001", "night0000"]


def test_what_pruned_scans_told_of_a_device_survives_a_rebuild(history):
    """Seen only in nights that were pruned since: its removal can still be proven."""
    for night, numbers in enumerate([[0], [0, 1], [0, 1], [0], [0]]):
        history.add(network(night, numbers), network=NET)
    history.remove(["night0001", "night0002", "night0003"])
    expected = {camera(0).id: tuple(nights(0, 4)), camera(1).id: tuple(nights(1, 2))}
    assert seen(history) == expected
    history.rebuild()
    assert seen(history) == expected
    assert history.absences(NET) == {camera(1).id: 2}
    assert [item.id for item in history.last_known(NET, [camera(1).id])] == [camera(1).id]
    history.rebuild(forget=True)
    assert seen(history) == {camera(0).id: tuple(nights(0, 4))}


def test_a_first_sighting_does_not_move_when_its_scan_is_pruned(history):
    for night in range(4):
        history.add(network(night, [0]), network=NET)
    history.remove(["night0000", "night0003"])
    history.rebuild()
    assert seen(history) == {camera(0).id: tuple(nights(0, 3))}
    history.add(network(1, [0], id="late", started=moment(1, 5)), network=NET)
    assert seen(history) == {camera(0).id: tuple(nights(0, 3))}
    history.rebuild(forget=True)
    assert seen(history) == {camera(0).id: (moment(1), moment(2))}


def test_pruning_gives_back_what_no_scan_needs(history):
    history.add(scan(0, camera(0, firmware="old")), network=NET)
    history.add(network(1, [0, 1]), network=NET)
    before = history.size()
    history.remove(["night0000"])
    after = history.size()
    assert after["version"] == before["version"] - 1
    assert timeless(history.get("night0001")) == timeless(network(1, [0, 1]))
    assert list(history.check()) == []


def test_a_lost_index_is_found_by_check_and_mended_by_rebuild(history):
    for night in range(3):
        history.add(network(night), network=NET)
    expected = seen(history)
    with history.work() as connection:
        connection.execute(DEVICE.delete().where(DEVICE.c.asset == camera(0).id))
    assert any("index" in line and camera(0).id in line for line in history.check())
    assert history.rebuild() == 3
    assert seen(history) == expected
    assert list(history.check()) == []


@pytest.mark.parametrize("table", [BLOB, OBSERVATION])
def test_a_damaged_part_is_found(history, table):
    history.add(network(0), network=NET)
    with history.work() as connection:
        connection.execute(update(table).where(table.c.number == 1).values(data=b"\x00damaged"))
    assert any(line.startswith(f"{table.name} 1: damaged") for line in history.check())
    with pytest.raises(ToolError, match="damaged"):
        history.get("night0000")


def test_a_scan_that_was_changed_in_place_is_found(history):
    history.add(network(0), network=NET)
    with history.work() as connection:
        connection.execute(update(SCAN).values(times=b"other"))
    assert "scan night0000: changed since it was stored" in list(history.check())


def test_hostile_names_are_stored(history):
    strange = [
        camera(0, id="a" * 300, serial="x\x00y"),
        camera(1, id="a" * 300 + "b", hostname="\x00"),
        camera(2, id="nul\x00byte"),
        camera(3, id="nulbyte"),
    ]
    added = history.add(scan(0, *strange), network=NET)
    assert added.appeared == {item.id for item in strange}
    assert [item.id for item in history.get("night0000").assets] == [item.id for item in strange]
    again = history.add(scan(1, *strange), network=NET)
    assert again.appeared == frozenset()
    assert again.before == ()


def test_half_a_character_does_not_cost_the_scan(history):
    broken = camera(0, brand="\ud800brand", observations=camera(0).observations)
    history.add(scan(0, broken), network=NET)
    assert history.get("night0000").assets[0].brand == "?brand"


@pytest.mark.parametrize(
    "header", [{"id": "x" * 65}, {"id": ""}, {"id": "a\x00"}, {"started": "yesterday"}]
)
def test_a_scan_that_no_table_can_hold_is_refused(history, header):
    with pytest.raises(UsageError):
        history.add(network(0, **header), network=NET)
    assert history.entries() == ()


def test_times_of_other_zones_sort_as_they_follow(history):
    history.add(network(0, id="late", started="2026-01-01T23:30:00-02:00"), network=NET)
    history.add(network(0, id="early", started="2026-01-02T01:00:00Z"), network=NET)
    assert [item.id for item in history.entries()] == ["late", "early"]
    assert history.entries()[0].started == "2026-01-02T01:30:00.000Z"


def test_names_for_scans(history):
    for night in (0, 1, 5):
        history.add(network(night), network=NET)
    assert history.find("last").id == "night0005"
    assert history.find("last~2").id == "night0000"
    assert history.find("night0001").id == "night0001"
    assert history.find("2026-01-04").id == "night0001"
    for wrong in ("last~3", "night", "2025-12-31", "nonsense", "2026-13-01"):
        with pytest.raises(UsageError):
            history.find(wrong)


def _store(url: str, numbers: list[int], barrier) -> None:
    barrier.wait(30)
    history = History(url)
    for night in numbers:
        history.add(network(night, range(20)), network=NET)
    history.close()


@pytest.mark.slow
def test_two_processes_begin_and_fill_one_history(url):
    """The shape is made once, a scan that both bring is stored once, and nothing is lost."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    workers = [
        context.Process(target=_store, args=(url, numbers, barrier))
        for numbers in ([0, 1, 2, 3, 4], [2, 3, 4, 5, 6])
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    history = History(url)
    assert len(history.entries()) == 7
    assert list(history.check()) == []
    assert history.size()["version"] == 20
    assert set(seen(history).values()) == {tuple(nights(0, 6))}
    history.close()


def test_a_failure_half_way_stores_nothing(history, monkeypatch):
    from auditor.history import sightings

    history.add(network(0), network=NET)
    before = history.size()

    def fail(*_):
        raise ToolError("power cut")

    monkeypatch.setattr(sightings, "note", fail)
    with pytest.raises(ToolError):
        history.add(network(1, range(9)), network=NET)
    assert history.size() == before


def test_a_reader_sees_one_moment(history, url):
    """While a scan is pruned elsewhere, a reader that began before sees it whole."""
    history.add(network(0), network=NET)
    history.add(network(1, [7, 8]), network=NET)
    other = History(url)
    with history.work(write=False) as connection:
        connection.execute(text("SELECT count(*) FROM scan")).scalar_one()
        other.remove(["night0000"])
        assert connection.execute(text("SELECT count(*) FROM scan")).scalar_one() == 2
    other.close()
    assert len(history.entries()) == 1


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("laws")


PRESENT = st.lists(
    st.tuples(st.sets(st.integers(0, 4), max_size=4), st.booleans()), min_size=1, max_size=6
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(PRESENT, st.randoms(use_true_random=False))
def test_the_index_does_not_depend_on_the_order_and_a_rebuild_changes_nothing(place, plan, chance):
    every = [
        network(night, sorted(numbers), complete=complete)
        for night, (numbers, complete) in enumerate(plan)
    ]
    mixed = list(every)
    chance.shuffle(mixed)
    found = []
    for scans in (every, mixed):
        (place / "laws.db").unlink(missing_ok=True)
        history = History(f"sqlite:///{place / 'laws.db'}")
        for item in scans:
            history.add(item, network=NET)
        state = seen(history), history.absences(NET)
        history.rebuild()
        assert (seen(history), history.absences(NET)) == state
        assert list(history.check()) == []
        history.close()
        found.append(state)
    assert found[0] == found[1]


def test_keep_rules_keep_the_newest_of_each_period(history):
    for night in range(40):
        history.add(network(night, [0]), network=NET)
    gone = superfluous(history.entries(), Keep(last=2, daily=5, weekly=3, monthly=2))
    history.remove(gone)
    kept = [item.started[:10] for item in history.entries()]
    assert kept == [
        "2026-02-09", "2026-02-08", "2026-02-07", "2026-02-06", "2026-02-05", "2026-02-01",
        "2026-01-31",
    ]  # fmt: skip
    assert seen(history) == {camera(0).id: tuple(nights(0, 39))}


def test_an_asset_without_observations_is_kept(history):
    bare = Asset(id="10.0.0.9", address="10.0.0.9", addresses=("10.0.0.9",))
    history.add(scan(0, bare), network=NET)
    assert history.get("night0000").assets == (bare,)


def test_a_value_of_every_sign_is_kept(history):
    value = "".join(map(chr, range(1, 0x250))) + "\u202e\U0001f600"
    odd = camera(0, observations=(*camera(0).observations,
                                  Observation(signal="banner", value=value, endpoint="tcp/23")))  # fmt: skip
    history.add(scan(0, odd), network=NET)
    assert history.get("night0000").assets[0].observations[-1].value == value
