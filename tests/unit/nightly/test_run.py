import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from auditor.app.nightly import publish, run
from auditor.history.store import History
from auditor.model.errors import ToolError, UsageError
from auditor.report.csv import Csv
from auditor.schedule.lock import Lock
from tests.soak.appliance import PLAIN, Appliance
from tests.soak.nights import id_of
from tests.soak.simulated import HANWHA, HIKVISION, MILESIGHT, Camera, fleet

NIGHT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)
TWO = (
    PLAIN.replace('name = "cams"', 'name = "east"', 1)
    + '[[network]]\nname = "west"\ntargets = ["192.168.44.0/24"]\n'
)


@pytest.fixture
def house(tmp_path):
    made = Appliance(tmp_path)
    made.air.there = list(fleet(5).values())
    return made


def told(house):
    return [event for item in house.told for event in item.events]


def camera(number=90, base=HANWHA, address="192.168.43.90"):
    return Camera(number=number, base=base, address=address)


def test_networks_are_taken_in_the_order_of_the_file(house):
    house.write(TWO)
    outcomes = house.night(NIGHT)
    assert [item.network for item in outcomes] == ["east", "west"]
    assert [item.targets[0] for item in house.air.asked] == ["192.168.40.0/22", "192.168.44.0/24"]


def test_only_the_networks_named_are_taken(house):
    house.write(TWO)
    outcomes = house.night(NIGHT, only=frozenset({"west"}))
    assert [item.network for item in outcomes] == ["west"]
    assert house.air.scans == 1


def test_side_by_side_keeps_the_order_in_what_it_tells(house):
    house.write(TWO.replace("[run]", "[run]\nside_by_side = true"))
    house.air.there = [*house.air.there, camera(address="192.168.44.7")]
    outcomes = house.night(NIGHT)
    assert [item.network for item in outcomes] == ["east", "west"]
    assert [item.scan.summary.assets for item in outcomes] == [5, 1]
    assert {item.network for item in house.entries()} == {"east", "west"}


@pytest.mark.parametrize("how", ["[run]", "[run]\nside_by_side = true"])
@pytest.mark.parametrize("error", [UsageError("no such interface"), RuntimeError("a bug")])
def test_one_network_that_fails_does_not_stop_the_others(house, how, error):
    house.write(TWO.replace("[run]", how))
    real = house.air.scan

    async def scan(options, *words, **more):
        if options.targets[0].startswith("192.168.40"):
            raise error
        return await real(options, *words, **more)

    house.air.scan = scan
    east, west = house.night(NIGHT)
    assert str(error) in east.failed
    assert west.failed is None
    assert west.document.is_file()
    assert ("scan-failed", None) in told(house)
    assert run.exit_code_of((east, west), "never") == 12


def test_a_failed_scan_is_told_once_until_one_succeeds(house):
    house.air.fail = ToolError("the network is unreachable")
    for number in range(3):
        house.night(NIGHT + number * DAY)
    assert told(house) == [("scan-failed", None)]
    house.air.fail = None
    house.night(NIGHT + 3 * DAY)
    house.air.fail = ToolError("again")
    house.night(NIGHT + 4 * DAY)
    assert [event for event, _ in told(house)].count("scan-failed") == 2
    assert not list((house.state / "running").iterdir())


@pytest.mark.parametrize(
    ("devices", "complete", "fail_on", "wanted"),
    [
        ([camera(base=HIKVISION)], True, "indeterminate", 10),
        ([camera(base=HIKVISION)], True, "never", 0),
        ([camera()], True, "indeterminate", 0),
        ([camera()], False, "indeterminate", 12),
        ([camera(base=HIKVISION)], False, "covered", 10),
    ],
)
def test_exit_codes_follow_from_what_was_found(house, devices, complete, fail_on, wanted):
    house.air.there, house.air.complete = devices, complete
    assert run.exit_code_of(house.night(NIGHT), fail_on) == wanted


def test_a_result_that_could_not_be_stored_is_exit_code_1(house):
    house.air.there = [camera(base=HIKVISION)]
    with patch.object(History, "add", side_effect=ToolError("disk full")):
        outcomes = house.night(NIGHT)
    assert outcomes[0].document.is_file()
    assert run.exit_code_of(outcomes, "indeterminate") == 1


def test_without_a_history_it_scans_tells_directly_and_stores_later(house):
    database = house.state / "history.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"this is no database" * 100)
    (outcome,) = house.night(NIGHT)
    assert outcome.document.is_file()
    assert told(house) == [("scan-failed", None)]
    assert "was made, but" in house.told[0].bulletin.news[0].text
    assert database.read_bytes().startswith(b"this is no database")
    database.unlink()
    house.told.clear()
    house.night(NIGHT + DAY)
    assert len(house.entries()) == 2
    assert [event for event, _ in told(house)] == ["new-covered"] * 3


def test_a_scan_that_takes_too_long_ends_and_says_why(house, monkeypatch):
    house.air.pause = 0.02
    monkeypatch.setattr("auditor.app.nightly.scanning._MINUTE", 0.03)
    house.write(PLAIN.replace("[report]", "max_minutes = 1\n[report]"))
    house.air.there = list(fleet(40).values())
    (outcome,) = house.night(NIGHT)
    assert 0 < outcome.scan.summary.assets < 40
    assert "ended after 1 minutes (max_minutes)" in outcome.scan.scan.incomplete_because


def test_ending_the_run_keeps_what_was_judged_and_leaves_the_rest(house):
    house.write(TWO)
    house.air.pause = 0.02
    house.air.there = list(fleet(40).values())

    async def ended(only):
        with house.memory() as memory:
            stop = asyncio.Event()
            night = run.Night(
                config=house.config, memory=memory, tell=lambda *_: None, stop=stop,
                state=house.state, reports=house.reports,
            )  # fmt: skip
            asyncio.get_running_loop().call_later(0.3, stop.set)
            return await run.run(night, only)

    house._night = ended
    east, west = house.night(NIGHT)
    assert 0 < east.scan.summary.assets < 40
    assert not east.scan.scan.complete
    assert west.failed == "the run was ended before this network"
    assert [item.complete for item in house.entries()] == [False]
    assert not list((house.state / "running").iterdir())


def test_two_runs_at_once_the_second_does_nothing_and_says_so(house):
    told = pytest.raises(ToolError, match=r"another run is under way \(process \d+ since 2026")
    with Lock(house.state / "run.lock", "2026-11-22T01:00:00Z"), told:
        house.night(NIGHT)
    assert house.air.scans == 0


def test_every_judged_device_is_in_the_journal_before_the_next_one_comes(house):
    seen = []
    real = house.air.scan

    async def scan(options, terms, tell, *words, **more):
        def watch(event):
            tell(event)
            (path,) = (house.state / "running").iterdir()
            seen.append(path.read_bytes().count(b"\n") - 1)

        return await real(options, terms, watch, *words, **more)

    house.air.scan = scan
    house.night(NIGHT)
    assert seen == [1, 2, 3, 4, 5]


def test_an_unchanged_night_tells_nothing(house):
    house.night(NIGHT)
    house.told.clear()
    (outcome,) = house.night(NIGHT + DAY)
    assert told(house) == []
    assert sum(run.changes_of(outcome).values()) == 0


def test_a_device_that_sleeps_for_two_nights_is_not_told_of(house):
    house.night(NIGHT)
    house.told.clear()
    everyone = house.air.there
    for number, there in enumerate([everyone[1:], everyone[1:], everyone], 1):
        house.air.there = there
        house.night(NIGHT + number * DAY)
    assert told(house) == []


def test_gone_is_told_once_after_the_third_complete_scan_and_a_return_is_no_new_device(house):
    house.night(NIGHT)
    house.told.clear()
    everyone, lost = house.air.there, house.air.there[0]
    house.air.there = everyone[1:]
    counts = []
    for number in range(1, 7):
        house.air.complete = number != 2  # an incomplete scan proves no absence
        house.night(NIGHT + number * DAY)
        counts.append([event for event in told(house) if event[0] == "gone"])
    assert counts == [[], [], [], *[[("gone", id_of(lost))]] * 3]
    house.told.clear()
    house.air.there = everyone
    house.night(NIGHT + 7 * DAY)
    assert told(house) == []


def test_an_incomplete_scan_is_told_once_until_a_complete_one(house):
    for number, complete in enumerate([True, False, False, True, False]):
        house.air.complete = complete
        house.night(NIGHT + number * DAY)
    assert [event for event, _ in told(house)].count("scan-incomplete") == 2


@pytest.mark.parametrize(("digest", "messages"), [("true", 1), ("false", 3)])
def test_a_digest_is_one_message_and_at_once_is_one_for_each_change(house, digest, messages):
    house.write(PLAIN + f"digest = {digest}\n")
    house.night(NIGHT)
    assert len(house.told) == messages
    assert len(told(house)) == 3


def test_so_many_changes_at_once_become_one_message_all_the_same(house):
    house.write(PLAIN + "digest = false\n")
    house.air.there = list(fleet(200).values())
    house.night(NIGHT)
    assert len(house.told) == 1
    assert len(told(house)) > 50


def test_a_clock_that_was_set_back_loses_nothing_and_is_said(house):
    house.night(NIGHT)
    house.told.clear()
    house.night(NIGHT - 400 * DAY)
    assert told(house) == []
    assert any("was the clock set back?" in text for text in house.said)
    started = [item.started[:10] for item in house.entries()]
    assert started == ["2026-11-22", "2025-10-18"]
    house.night(NIGHT)  # the same second again
    names = sorted(path.name for path in (house.reports / "cams").glob("*.json"))
    assert names == ["20251018T013000Z.json", "20261122T013000Z-2.json", "20261122T013000Z.json"]
    with house.memory() as memory:
        assert list(memory.history().check()) == []


def test_daylight_saving_changes_neither_names_nor_order(house):
    with patch.dict(os.environ, {"TZ": "Europe/Berlin"}):
        before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 there, twice
        house.night(before)
        house.night(before + timedelta(hours=1))
    names = sorted(path.stem for path in (house.reports / "cams").glob("*.json"))
    assert names == ["20261025T003000Z", "20261025T013000Z"]
    assert [item.started[11:13] for item in house.entries()] == ["01", "00"]


def test_old_runs_go_by_the_rules_and_files_of_others_stay(house):
    keep = "keep = { last = 2, daily = 0, weekly = 0, monthly = 0 }\n"
    house.write(PLAIN.replace("[run]", f"{keep}[run]") + f"[history]\n{keep}")
    house.night(NIGHT)
    (house.reports / "cams" / "notes.txt").write_text("mine")
    for number in range(1, 4):
        house.night(NIGHT + number * DAY)
    stems = [path.stem for path in publish.documents(house.reports / "cams")]
    assert stems == ["20261124T013000Z", "20261125T013000Z"]
    assert len(house.entries()) == 2
    assert (house.reports / "cams" / "notes.txt").read_text() == "mine"


def test_a_report_format_with_a_bug_costs_neither_the_others_nor_the_result(house):
    house.write(PLAIN.replace("formats = []", 'formats = ["csv", "md"]'))

    def broken(*_):
        yield b"half a"
        raise RuntimeError("boom")

    with patch.object(Csv, "pieces", broken):
        (outcome,) = house.night(NIGHT)
    assert "bug: RuntimeError: boom" in outcome.failed
    folder = house.reports / "cams"
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".md", ".sha256"]
    assert len(house.entries()) == 1


@pytest.mark.parametrize("base", [HANWHA, MILESIGHT])
def test_a_night_in_which_a_name_came_too_late_tells_nothing(house, base):
    """Without its endpoint id a device has another id; then the first one comes back."""
    late = camera(base=base)
    silent = replace(late, silent=frozenset({"wsd.endpoint"}))
    found = set()
    for number, one in enumerate([late, silent, late, late, late, silent, silent]):
        house.air.there = [*fleet(5).values(), one]
        (outcome,) = house.night(NIGHT + number * DAY)
        found |= {a.id for a in outcome.scan.assets if a.address == late.address}
        if number == 0:
            house.told.clear()
        else:
            assert sum(run.changes_of(outcome).values()) == 0
    assert len(found) == 2
    assert told(house) == []


def test_an_exchanged_device_is_new_even_if_the_first_night_did_not_name_it(house):
    first, second = camera(), camera(number=91)
    silent = replace(first, silent=frozenset({"wsd.endpoint"}))
    for number, one in enumerate([first, silent, second, second, second]):
        house.air.there = [*fleet(5).values(), one]
        house.night(NIGHT + number * DAY)
        if number == 0:
            house.told.clear()
    assert [event for event, _ in told(house)] == ["new-device", "gone"]


def test_a_device_that_went_is_called_as_people_call_it(house):
    lost = camera(base=MILESIGHT)
    house.air.there = [*fleet(2).values(), lost]  # the others are of other makers
    for number in range(4):
        house.night(NIGHT + number * DAY)
        house.air.there = list(fleet(2).values())
    (news,) = [item for item in house.told[-1].bulletin.news if item.event == "gone"]
    assert news.name.startswith("Milesight")
