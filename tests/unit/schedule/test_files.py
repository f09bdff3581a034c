from pathlib import Path

import pytest

from auditor.model.errors import ToolError
from auditor.schedule import files
from auditor.schedule.files import MARK, File

UNIT = File(path=Path("/etc/systemd/system/a.service"), text=f"# {MARK}\n[Unit]\n")
LINK = File(path=Path("/etc/systemd/system/w/a.service"), text="", link=UNIT.path)


def test_what_was_written_is_removed_and_nothing_else(tmp_path):
    other = tmp_path / "etc/systemd/system/other.service"
    other.parent.mkdir(parents=True)
    other.write_text("x")
    assert len(files.write([UNIT, LINK], tmp_path)) == 2
    assert len(files.remove([UNIT, LINK], tmp_path)) == 2
    assert other.read_text() == "x"
    assert [p for p in tmp_path.rglob("*") if not p.is_dir()] == [other]


def test_a_second_write_changes_nothing(tmp_path):
    files.write([UNIT, LINK], tmp_path)
    assert files.write([UNIT, LINK], tmp_path) == ()


def test_somebody_elses_file_stays_and_nothing_is_written(tmp_path):
    place = files.below(tmp_path, UNIT.path)
    place.parent.mkdir(parents=True)
    place.write_text(f"[Unit]\n# {MARK}\n")
    with pytest.raises(ToolError, match="not written by audit schedule"):
        files.write([LINK, UNIT], tmp_path)
    assert not files.below(tmp_path, LINK.path).exists()
    assert files.remove([UNIT], tmp_path) == ()
    assert files.state(UNIT, tmp_path) == "foreign"
    assert place.exists()


def test_a_link_in_the_place_of_a_file_is_never_followed(tmp_path):
    target = tmp_path / "precious"
    target.write_text(f"# {MARK}\n")
    place = files.below(tmp_path, UNIT.path)
    place.parent.mkdir(parents=True)
    place.symlink_to(target)
    with pytest.raises(ToolError):
        files.write([UNIT], tmp_path)
    assert files.remove([UNIT], tmp_path) == ()
    assert target.read_text() == f"# {MARK}\n"


def test_a_file_that_was_edited_is_told_and_still_ours(tmp_path):
    files.write([UNIT], tmp_path)
    place = files.below(tmp_path, UNIT.path)
    place.write_text(f"# {MARK}\n[Unit]\nDescription=mine\n")
    assert files.state(UNIT, tmp_path) == "differs"
    assert files.remove([UNIT], tmp_path) == (place,)
    assert files.state(UNIT, tmp_path) == "absent"


def test_everybody_may_read_a_unit_and_no_scrap_stays(tmp_path):
    (place,) = files.write([UNIT], tmp_path)
    assert place.stat().st_mode & 0o777 == 0o644
    assert list(place.parent.iterdir()) == [place]
