"""``audit doctor`` of an appliance."""

from datetime import timedelta

import pytest

from auditor.app import clock
from auditor.app.appliance import checkup
from auditor.app.appliance.config import read
from auditor.app.appliance.standing import standing
from auditor.cli.main import run
from auditor.history.notebook import Notebook
from auditor.history.store import History
from auditor.model.document import Coverage, Header, Scan, Summary
from auditor.schedule.lock import Lock

STATES = {"ok", "limited", "fails"}


@pytest.fixture
def appliance(tmp_path, monkeypatch):
    """A configuration with a history of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    place = tmp_path / "auditor.toml"
    place.write_text(
        f'[[network]]\nname = "a"\ntargets = ["192.0.2.0/28"]\n'
        f'[history]\nurl = "sqlite:///{tmp_path}/h.db"\n[report]\ndirectory = "{tmp_path}/r"\n'
    )
    return place


def scanned(place, days_ago, *, complete=True):
    """Put a scan into the history."""
    when = (clock.now() - timedelta(days=days_ago)).isoformat(timespec="milliseconds")
    when = when.replace("+00:00", "Z")
    header = Header(
        id=f"scan{days_ago}{complete}".replace(".", "").replace("-", "m"),
        started=when,
        finished=when,
        tool="auditor 0",
        db_version="",
        db_digest="",
        scope=("192.0.2.0/28",),
        engine="native",
        complete=complete,
        as_of=when[:10],
        policy="us-procurement",
    )
    history = History(read(place).history.url)
    history.add(
        Scan(
            scan=header,
            coverage=Coverage(in_scope=14, answered=0, assessed=0),
            summary=Summary(),
            assets=(),
        ),
        network="a",
    )
    history.close()


def found(place):
    return {item.what: item for item in checkup.examine(place)}


def test_an_appliance_that_never_ran_is_limited_and_no_history_is_made(appliance):
    item = found(appliance)["network a"]
    assert item.state == "limited"
    assert "audit run" in item.remedy
    assert not (appliance.parent / "h.db").exists()


def test_a_complete_scan_of_last_night_is_good(appliance):
    scanned(appliance, 0.5)
    assert found(appliance)["network a"].state == "ok"


def test_a_last_good_run_of_last_week_fails(appliance):
    scanned(appliance, 7)
    assert found(appliance)["network a"].state == "fails"


def test_an_incomplete_last_scan_is_limited_and_the_good_one_named(appliance):
    scanned(appliance, 2)
    scanned(appliance, 1, complete=False)
    item = found(appliance)["network a"]
    assert item.state == "limited"
    assert "last complete" in item.says


def test_a_scan_of_the_future_tells_of_the_clock(appliance):
    scanned(appliance, -1)
    item = found(appliance)["network a"]
    assert item.state == "fails"
    assert "clock" in item.says


def test_an_alert_that_failed_is_told_with_its_reason(appliance):
    history = History(read(appliance).history.url)
    notebook = Notebook(history)
    notebook.post("mail", b"{}", ["f"], clock.stamp())
    notebook.again(notebook.waiting()[0].number, clock.stamp(), "connection refused")
    history.close()
    assert len(standing(read(appliance)).waiting) == 1
    item = found(appliance)["alerts"]
    assert item.state == "fails"
    assert "connection refused" in item.says


def test_a_run_under_way_is_told(appliance):
    assert found(appliance)["lock"].state == "ok"
    with Lock(appliance.parent / "auditor" / "run.lock", "now"):
        assert found(appliance)["lock"].state == "limited"


def test_little_room_is_told(appliance, monkeypatch):
    usage = type("usage", (), {"free": 100 * 2**20})
    monkeypatch.setattr(checkup.shutil, "disk_usage", lambda _: usage)
    assert found(appliance)["state"].state == "fails"
    usage.free = 500 * 2**20
    assert found(appliance)["reports"].state == "limited"


def test_a_bad_configuration_is_one_finding_with_its_line(appliance):
    appliance.write_text("[[network]]\nnam = 1\n")
    item = found(appliance)["configuration"]
    assert item.state == "fails"
    assert "auditor.toml:2" in item.says


def test_without_a_configuration_the_machine_is_still_looked_at(appliance):
    assert found(None).keys() == {"state", "lock", "schedule"}


def test_doctor_gives_0_whatever_it_finds_and_says_how_to_mend(appliance, capsys):
    assert run(["doctor", "--config", str(appliance)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines if not line.startswith(" ")} <= STATES
    for number, line in enumerate(lines):
        if line.startswith("fails"):
            assert lines[number + 1].startswith("         mend: "), line
