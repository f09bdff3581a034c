"""The shape of the database: from every released one to the newest, and never half-way."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from auditor.history import door
from auditor.history.door import NEWEST, open_engine
from auditor.history.store import History
from auditor.history.tables import METADATA
from auditor.model.errors import ToolError, UsageError
from tests.unit.history.nights import network, timeless

FROZEN = sorted((Path(__file__).parent / "shapes").glob("*.sql"))
ROOT = Path(__file__).resolve().parents[3]


def test_there_is_a_frozen_database_of_the_newest_shape():
    assert FROZEN[-1].stem == NEWEST


@pytest.mark.parametrize("frozen", FROZEN, ids=lambda path: path.stem)
def test_a_history_of_every_released_shape_opens_with_all_it_held(frozen, tmp_path):
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as raw:
        raw.executescript(frozen.read_text("utf-8"))
    raw.close()
    history = History(f"sqlite:///{file}")
    assert [item.id for item in history.entries()] == ["night0001", "night0000"]
    assert timeless(history.get("night0001")) == timeless(network(1, [0, 2]))
    assert [item.id for item in history.seen("cameras")] == [
        "mac-2857be000000", "mac-2857be000001", "mac-2857be000002",
    ]  # fmt: skip
    assert history.absences("cameras") == {"mac-2857be000001": 1}
    assert list(history.check()) == []
    assert history.add(network(2), network="cameras").stored
    history.close()


def test_the_steps_lead_to_the_tables_of_the_code(url):
    engine = open_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_a_history_of_a_newer_auditor_is_left_alone(url):
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ToolError, match="newer auditor"):
        open_engine(url)


def test_a_step_that_fails_leaves_the_old_shape(url, monkeypatch):
    real = door._upgrade

    def broken(connection):
        real(connection)
        raise ToolError("power cut")

    monkeypatch.setattr(door, "_upgrade", broken)
    with pytest.raises(ToolError, match="power cut"):
        open_engine(url)
    monkeypatch.undo()
    engine = open_engine(url)  # nothing of the first try is in the way
    engine.dispose()


@pytest.mark.parametrize(
    "bad", ["nonsense", "mysql://host/x", "postgresql+nodriver://host/x", "sqlite"]
)
def test_a_bad_url_is_told_as_such(bad):
    with pytest.raises(UsageError):
        open_engine(bad)


def test_a_password_is_not_shown():
    with pytest.raises(ToolError) as told:
        open_engine("postgresql://auditor:hunter2@127.0.0.1:1/x?connect_timeout=2")
    assert "hunter2" not in str(told.value)


def test_a_file_that_is_no_database_is_told(tmp_path):
    file = tmp_path / "not.db"
    file.write_bytes(b"this is no database, but long enough to be read as one" * 20)
    with pytest.raises(ToolError, match="not a database"):
        open_engine(f"sqlite:///{file}")
    assert file.read_bytes().startswith(b"this is no database")


def test_the_file_is_for_its_owner_alone(tmp_path):
    file = tmp_path / "deep" / "history.db"
    open_engine(f"sqlite:///{file}").dispose()
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


ADD = """
import sys
sys.path.insert(0, {root!r})
from auditor.history.store import History
from auditor.model.errors import AuditError
from tests.unit.history.nights import network
try:
    history = History("sqlite:///" + sys.argv[1])
    for night in range(int(sys.argv[2]), int(sys.argv[3])):
        history.add(network(night, range(night % 7, 40 + night)), network="cameras")
        print(night, flush=True)
except AuditError as error:
    print(type(error).__name__, error)
"""


def adding(file: Path, first: int, last: int) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", ADD.format(root=str(ROOT)), str(file), str(first), str(last)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 512 kB."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.slow
def test_a_full_disk_costs_the_scan_that_does_not_fit_and_nothing_else(small_disk, tmp_path):
    file = small_disk / "history.db"
    lines = adding(file, 0, 60)
    assert lines[-1].startswith("ToolError history")
    assert "disk" in lines[-1] or "full" in lines[-1]
    stored = len(lines) - 1
    assert 0 < stored < 60
    copy = tmp_path / "copy.db"
    for item in small_disk.iterdir():  # there is no room left to open it where it is
        (tmp_path / item.name.replace("history", "copy")).write_bytes(item.read_bytes())
    history = History(f"sqlite:///{copy}")
    assert len(history.entries()) == stored
    assert list(history.check()) == []
    history.close()


@pytest.mark.slow
def test_a_read_only_disk_is_told_in_one_line(small_disk):
    file = small_disk / "history.db"
    assert adding(file, 0, 2) == ["0", "1"]
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    (line,) = adding(file, 2, 4)
    assert line.startswith("ToolError history")
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    assert adding(file, 2, 3) == ["2"]


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_what_it_had_stored(tmp_path):
    file = tmp_path / "history.db"
    words = [sys.executable, "-c", ADD.format(root=str(ROOT)), str(file), "0", "500"]
    told = 0
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as worker:
        for _ in range(4):
            told = int(worker.stdout.readline())
        worker.kill()
    history = History(f"sqlite:///{file}")
    assert told + 1 <= len(history.entries()) <= 500
    assert list(history.check()) == []
    history.close()
