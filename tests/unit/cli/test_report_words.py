from dataclasses import replace
from pathlib import Path

import pytest

from auditor import codec
from auditor.cli import main

FLEET = "examples/sample-fleet/scan.json"


@pytest.mark.parametrize("hide", ["", ",", " , "])
def test_taking_nothing_out_is_an_error_and_shares_nothing(tmp_path, capsys, hide):
    shared = tmp_path / "shared.html"
    assert main.run(["report", FLEET, "--redact", hide, "-o", str(shared)]) == 2
    assert "--redact names nothing to take out" in capsys.readouterr().err
    assert not shared.exists()


@pytest.mark.parametrize("text", ["[", "[" * 100_000, "7", '{"scan":'])
def test_a_file_that_is_no_scan_is_told_in_a_line(tmp_path, capsys, text):
    path: Path = tmp_path / "scan.json"
    path.write_text(text)
    assert main.run(["report", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"audit: {path}: ")


def test_a_device_is_explained_in_words_and_not_in_ids_of_outcomes(capsys):
    assert main.run(["explain", FLEET, "127.77.0.9"]) == 0
    told = capsys.readouterr().out
    assert "[not determined]" in told
    assert "us-ndaa-889: no listed producer identified (the maker is not named there)" in told
    assert "indeterminate" not in told
    assert "not_covered" not in told


def test_one_place_twice_is_refused(tmp_path, capsys):
    place = str(tmp_path / "a.csv")
    assert main.run(["report", FLEET, "-o", place, "-o", place]) == 2
    assert "given twice" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_format_that_cannot_say_so_is_not_alone_in_being_incomplete(tmp_path, capsys):
    scan = codec.decode(Path(FLEET).read_bytes())
    cut = replace(scan, scan=replace(scan.scan, complete=False, incomplete_because=("stopped",)))
    (tmp_path / "scan.json").write_bytes(codec.encode(cut))
    assert main.run(["report", str(tmp_path / "scan.json"), "-o", str(tmp_path / "a.csv")]) == 0
    assert "incomplete: stopped" in capsys.readouterr().err
