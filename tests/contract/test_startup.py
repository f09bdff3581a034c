"""Starting: a command loads what it needs, and nothing of the others."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.cli.main import application, contents, run

_SAY = "import sys; from auditor.cli.main import run; run({words!r}); print(*sys.modules)"


def loaded(*words):
    """The modules that a run of the command line has loaded."""
    code = _SAY.format(words=list(words))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stdout.split())


def test_a_scan_loads_neither_the_history_nor_the_simulated_fleet():
    modules = loaded("scan", "--engine", "none", "10.0.0.1")
    assert "auditor.app.scanning.scan" in modules
    assert not {"sqlalchemy", "auditor.lab", "auditor.history", "auditor.app.demo"} & modules


def test_the_version_is_told_before_typer_is_loaded():
    code = (
        "import sys; sys.argv = ['audit', '--version']; from auditor.__main__ import main;"
        " main(); print('typer' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("word", [None, "nonsense"])
def test_without_a_known_command_all_of_them_are_there(word):
    made = application(word)
    assert len(made.registered_commands) + len(made.registered_groups) > 10


def test_the_table_of_contents_says_what_the_commands_say():
    """``audit --help`` is answered without importing the commands, in their own words."""
    runner = CliRunner()
    whole = runner.invoke(application(), ["--help"]).output
    assert runner.invoke(contents(), ["--help"]).output == whole
    assert "Find the cameras and recorders" in whole


def test_help_imports_no_command():
    assert not [
        name
        for name in loaded("--help")
        if name.startswith("auditor.cli.") and name != "auditor.cli.main"
    ]


@pytest.mark.parametrize("words", [(), ("db",)])
def test_a_group_without_a_command_shows_its_help_as_a_page(words, capsys):
    assert run(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("Usage: ")
    assert "Commands:\n" in told.err


def test_with_a_known_command_it_alone_is_there():
    assert [one.name for one in application("scan").registered_commands] == ["scan"]


def test_judging_into_a_document_loads_no_other_report(tmp_path):
    sample = Path(__file__).resolve().parents[2] / "examples/sample-fleet/scan.json"
    modules = loaded("judge", str(sample), "-q", "-o", str(tmp_path / "again.json"))
    assert "auditor.report.json" in modules
    assert not {"auditor.report.html", "auditor.report.pdf", "rich", "auditor.probes"} & modules
