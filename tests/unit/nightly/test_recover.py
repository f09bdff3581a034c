from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from auditor.app.nightly import journal, publish, recover, run
from auditor.model.errors import ToolError
from tests.soak.appliance import PLAIN, Appliance
from tests.soak.simulated import fleet

NIGHT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)


class Killed(BaseException):
    """As if the process ended here: nothing catches it."""


@pytest.fixture
def house(tmp_path):
    made = Appliance(tmp_path, PLAIN.replace("formats = []", 'formats = ["csv"]'))
    made.air.there = list(fleet(5).values())
    return made


def told(house):
    return [event for item in house.told for event, _ in item.events]


def killed(house, at, where):
    with patch(where, side_effect=Killed), pytest.raises(Killed):
        house.night(at)


def ids(house):
    return {item.id for item in house.entries()}


def test_a_scan_that_was_cut_is_kept_as_incomplete_and_a_new_one_is_made(house):
    house.air.fail, house.air.fail_after = Killed(), 3
    with pytest.raises(Killed):
        house.night(NIGHT)
    house.air.fail = None
    (outcome,) = house.night(NIGHT + DAY)
    assert outcome.scan.summary.assets == 5
    assert [(e.complete, e.summary.assets) for e in house.entries()] == [(True, 5), (False, 3)]
    cut = next(publish.documents(house.reports / "cams"))
    assert publish.read(cut).scan.incomplete_because[0].startswith("the run was ended before")
    assert any("its 3 judged devices are kept as" in text for text in house.said)
    assert not list((house.state / "running").iterdir())


def test_a_journal_cut_in_the_middle_of_a_line_loses_only_that_line(house):
    house.air.fail, house.air.fail_after = Killed(), 3
    with pytest.raises(Killed):
        house.night(NIGHT)
    (path,) = (house.state / "running").iterdir()
    path.write_bytes(path.read_bytes()[:-500])
    house.air.fail = None
    house.night(NIGHT + DAY)
    assert [e.summary.assets for e in house.entries()] == [5, 2]


@pytest.mark.parametrize("left", [b"", b"{", b'{"id":1}\n', b"\x00" * 4096])
def test_a_journal_that_holds_nothing_goes(house, left):
    folder = house.state / "running"
    folder.mkdir(parents=True)
    (folder / "cams@x.journal").write_bytes(left)
    house.night(NIGHT)
    assert not list(folder.iterdir())
    assert len(house.entries()) == 1


def test_a_journal_of_another_configuration_is_left_alone(house):
    folder = house.state / "running"
    folder.mkdir(parents=True)
    (folder / "elsewhere@x.journal").write_bytes(b"{}\n")
    house.night(NIGHT)
    assert [path.name for path in folder.iterdir()] == ["elsewhere@x.journal"]
    assert any("no network of this configuration" in text for text in house.said)


def test_a_run_killed_before_the_document_is_kept_from_the_journal(house):
    killed(house, NIGHT, "auditor.app.nightly.publish.write_document")
    house.night(NIGHT + DAY)
    assert [(e.complete, e.summary.assets) for e in house.entries()] == [(True, 5), (False, 5)]


def test_a_document_that_is_not_in_the_history_is_stored_by_the_next_run(house):
    killed(house, NIGHT, "auditor.app.nightly.run.remember")
    assert house.told == []
    house.night(NIGHT + DAY)
    assert [e.complete for e in house.entries()] == [True, True]
    assert told(house) == ["new-covered"] * 3


@pytest.mark.parametrize("step", ["add", "mark", "post"])
def test_news_are_told_exactly_once_wherever_the_run_dies_between_history_and_outbox(house, step):
    house.night(NIGHT)
    house.told.clear()
    house.air.there = list(fleet(7).values())
    place = {
        "add": "auditor.history.sightings.note",
        "mark": "auditor.history.notebook.Notebook.mark",
        "post": "auditor.history.notebook.Notebook.post",
    }[step]
    killed(house, NIGHT + DAY, place)
    assert len(ids(house)) == 1
    house.night(NIGHT + 2 * DAY)
    house.night(NIGHT + 3 * DAY)
    assert sorted(told(house)) == ["new-covered", "new-device", "new-device"]
    assert len(ids(house)) == 4


def test_a_run_killed_before_delivery_leaves_the_message_for_the_next(house):
    killed(house, NIGHT, "auditor.app.nightly.run.deliver")
    assert house.told == []
    house.night(NIGHT + DAY)
    assert told(house) == ["new-covered"] * 3


def test_reports_that_a_killed_run_left_out_are_written_by_the_next(house):
    killed(house, NIGHT, "auditor.app.nightly.publish.write_reports")
    house.night(NIGHT + DAY)
    folder = house.reports / "cams"
    assert len(list(folder.glob("20261122T*.csv"))) == 1
    assert len(list(folder.glob("20261122T*.sha256"))) == 1


def test_a_journal_closed_twice_is_one_scan(house):
    house.air.fail, house.air.fail_after = Killed(), 3
    with pytest.raises(Killed):
        house.night(NIGHT)
    house.air.fail = None
    real = publish.write_document

    def then_die(scan, folder):
        real(scan, folder)
        raise Killed

    with patch.object(publish, "write_document", then_die), pytest.raises(Killed):
        house.night(NIGHT + DAY)
    house.night(NIGHT + 2 * DAY)
    assert [e.summary.assets for e in house.entries()] == [5, 3]


def test_a_damaged_document_is_said_and_left_alone(house):
    folder = house.reports / "cams"
    folder.mkdir(parents=True)
    (folder / "20261101T013000Z.json").write_text('{"schema": "auditor.scan/1"')
    house.night(NIGHT)
    assert any("is damaged or no scan document" in text for text in house.said)
    assert (folder / "20261101T013000Z.json").exists()


def test_news_of_a_document_found_after_a_week_are_not_told(house):
    killed(house, NIGHT, "auditor.app.nightly.run.remember")
    house.night(NIGHT + 8 * DAY)
    assert len(house.entries()) == 2
    assert told(house) == []


def test_a_lost_history_is_made_again_from_the_documents(house):
    for number in range(3):
        house.night(NIGHT + number * DAY)
    before = ids(house)
    for path in house.state.glob("history.db*"):
        path.unlink()
    house.told.clear()
    house.night(NIGHT + 20 * DAY)
    assert before < ids(house)
    assert told(house) == []


def test_half_written_files_of_a_killed_run_are_removed_and_nothing_else(house):
    folder = house.reports / "cams"
    folder.mkdir(parents=True)
    (folder / ".20261101T013000Z.json.a1_b2c3d").write_text("{")
    (folder / ".hidden").write_text("mine")
    (folder / "20261101T013000Z.notes").write_text("mine")
    house.night(NIGHT)
    names = {path.name for path in folder.iterdir()}
    assert ".20261101T013000Z.json.a1_b2c3d" not in names
    assert {".hidden", "20261101T013000Z.notes"} <= names


def test_a_full_disk_while_recovering_keeps_the_journal_for_another_time(house):
    house.air.fail, house.air.fail_after = Killed(), 3
    with pytest.raises(Killed):
        house.night(NIGHT)
    house.air.fail = None
    with patch.object(publish, "write_document", side_effect=ToolError("No space left on device")):
        (outcome,) = house.night(NIGHT + DAY)
    assert "No space left" in outcome.failed
    house.night(NIGHT + 2 * DAY)
    assert sorted(e.summary.assets for e in house.entries()) == [3, 5, 5]


def test_a_disk_that_fills_while_the_journal_is_written_costs_no_other_device(house):
    real = journal.Journal

    class Tight(real):
        """Takes a part of one line, refuses another, then takes all again."""

        def __init__(self, *words):
            super().__init__(*words)
            self.turn = 0

        def _write(self, data):
            self.turn = getattr(self, "turn", 0) + 1
            if self.turn == 2:
                super()._write(data[: len(data) // 2])
                raise OSError(28, "No space left on device")
            super()._write(data)

    house.air.fail, house.air.fail_after = Killed(), 5
    house.air.there = list(fleet(6).values())
    with (
        patch("auditor.app.nightly.scanning.Journal", Tight),
        pytest.raises(Killed),
    ):
        house.night(NIGHT)
    assert any("No space left on device; the scan goes on" in text for text in house.said)
    house.air.fail = None
    house.night(NIGHT + DAY)
    assert [e.summary.assets for e in house.entries()] == [6, 4]


def test_recovery_is_the_first_thing_of_a_run(house):
    killed(house, NIGHT, "auditor.app.nightly.run.remember")
    order = []
    real_recover, real_scan = recover.recover, house.air.scan

    def recovering(night):
        order.append("recover")
        real_recover(night)

    async def scan(*words, **more):
        order.append("scan")
        return await real_scan(*words, **more)

    house.air.scan = scan
    with patch.object(run, "recover", recovering):
        house.night(NIGHT + DAY)
    assert order == ["recover", "scan"]


def test_a_bug_in_recovery_does_not_keep_the_run_from_scanning(house):
    house.air.fail, house.air.fail_after = Killed(), 3
    with pytest.raises(Killed):
        house.night(NIGHT)
    house.air.fail = None
    with patch.object(journal, "close", side_effect=ValueError("no address")):
        (outcome,) = house.night(NIGHT + DAY)
    assert outcome.failed is None
    assert any("bug: ValueError: no address" in text for text in house.said)
    assert len(list((house.state / "running").iterdir())) == 1
