"""What a newer registry or list changes is printed for review, and nothing is written."""

import pytest

from auditor.catalog.differences import (
    list_differences,
    read_names,
    read_registry,
    registry_differences,
    registry_table,
)
from auditor.catalog.load import load
from auditor.cli.main import run
from auditor.model.errors import UsageError

MANUF = """# a newer registry
28:AB:01         \tAcme        \tAcme, Inc.
28:AB:02         \tAcme        \tACME INC.
28:AC:03         \tOther       \tOther Ltd
28:AC:04:50/28   \tAcmeEu      \tAcme Europe GmbH
28:AC:05:67:80/36\tStranger    \tAcmeology SA
2A:AB:09         \tAcme        \tAcme, Inc.
"""
IEEE = """Registry,Assignment,Organization Name,Organization Address
MA-L,28AB01,"Acme, Inc.","1 Street, US"
MA-L,28AB02,Acme Inc,
MA-L,28AC03,Other Ltd,
"""
OLDER = {"28AB01": "Acme, Inc.", "28AB07": "Acme, Inc.", "28AC03": "Acme, Inc.", "28AB0712": "x"}


@pytest.fixture
def catalog(small):
    return load(base=small)


def told(found) -> list[tuple[str, str]]:
    return [(item.what, item.about) for item in found]


def test_a_manuf_file_is_read_without_local_rows():
    table = read_registry(MANUF.splitlines(keepends=True), "manuf")
    assert table == {
        "28AB01": "Acme, Inc.",
        "28AB02": "ACME INC.",
        "28AC03": "Other Ltd",
        "28AC045": "Acme Europe GmbH",
        "28AC05678": "Acmeology SA",
    }


def test_an_ieee_csv_is_read_by_its_columns():
    table = read_registry(IEEE.splitlines(keepends=True), "oui.csv")
    assert table == {"28AB01": "Acme, Inc.", "28AB02": "Acme Inc", "28AC03": "Other Ltd"}


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "hello world\n", "00:11\n", "Registry,Assignment,Organization Name\nMA-L,zz,x\n"],
)  # fmt: skip
def test_what_is_no_registry_is_refused(text):
    with pytest.raises(UsageError, match=r"x\.txt"):
        read_registry(text.splitlines(keepends=True), "x.txt")


def test_new_gone_renamed_and_similar_owners_are_told(catalog):
    newer = read_registry(MANUF.splitlines(keepends=True), "manuf")
    assert told(registry_differences(catalog, newer, OLDER)) == [
        ("new", "28AB02 → acme.oui"),
        ("gone", "28AB07, was acme.oui"),
        ("renamed", "28AC03, was 'Acme, Inc.' → no owner rule matches now"),
        ("similar", "28AC045; looks like acme, no owner rule matches"),
    ]


def test_another_spelling_of_the_same_name_is_no_difference(catalog):
    assert registry_differences(catalog, {"28AB01": "ACME INC."}, {"28AB01": "Acme, Inc."}) == []


def test_a_file_of_one_width_says_nothing_of_the_others(catalog):
    older = {"28AB01": "Acme, Inc.", "28AC045": "Acme, Inc."}
    assert registry_differences(catalog, {"28AB01": "Acme, Inc."}, older) == []


def test_a_similar_owner_that_was_there_before_is_of_little_interest(catalog):
    older = {"28AC04": "Acme Europe GmbH"}
    (found,) = registry_differences(catalog, dict(older), older)
    assert found.quiet


def test_a_word_that_many_strangers_share_is_no_makers_name(catalog):
    newer = {f"28AC{number:02X}": f"Acme {number} Ltd" for number in range(8)}
    assert registry_differences(catalog, newer, {}) == []


def test_the_registry_in_use_against_itself_has_nothing_to_review(catalog):
    table = registry_table(catalog)
    assert [item for item in registry_differences(catalog, table, table) if not item.quiet] == []


def test_names_are_read_from_the_column_that_holds_them():
    text = "Source,Entity Name,Country\nx,Acme Inc.,US\ny, Acme   Inc. ,US\nz,,US\n"
    assert read_names(text.splitlines(keepends=True), "x.csv") == ["Acme Inc."]
    with pytest.raises(UsageError, match="no column called name"):
        read_names(["a,b\n", "1,2\n"], "x.csv")


def test_names_not_in_the_listings_and_listings_no_longer_there_are_told(catalog):
    found = list_differences(catalog, "law", ["Seller", "Acme USA Inc.", "Somebody Else"])
    assert [(item.what, item.name, item.quiet) for item in found] == [
        ("no-longer", "Acme Inc.", False),
        ("not-listed", "Acme USA Inc.", False),  # its row is closed
        ("not-listed", "Seller", False),
        ("not-listed", "Somebody Else", True),
    ]


def test_punctuation_and_case_are_no_difference(catalog):
    assert list_differences(catalog, "law", ["ACME, INC"]) == []


def test_an_unknown_regime_is_usage(catalog):
    with pytest.raises(UsageError, match="lwa"):
        list_differences(catalog, "lwa", [])


# ---- the command -------------------------------------------------------------------------------


@pytest.fixture
def at_small(small, monkeypatch):
    monkeypatch.setattr("auditor.catalog.load.home", lambda: small)
    for module in ("oui", "compiled"):
        monkeypatch.setattr(f"auditor.catalog.{module}.package_file", lambda: None)
    return small


def test_the_command_prints_registry_differences_and_writes_nothing(at_small, tmp_path, capsys):
    before = {path: path.read_bytes() for path in at_small.rglob("*") if path.is_file()}
    (tmp_path / "manuf").write_text(MANUF)
    assert run(["db", "diff", "--manuf", str(tmp_path / "manuf")]) == 0
    out = capsys.readouterr().out
    assert "new        ACME INC.: 28AB02 → acme.oui" in out
    assert "5 blocks against 1: 2 to review" in out
    assert {path: path.read_bytes() for path in at_small.rglob("*") if path.is_file()} == before


def test_the_command_prints_list_differences(at_small, tmp_path, capsys):
    (tmp_path / "list.csv").write_text("\ufeffname\nAcme Inc.\nSeller\nSomebody\n", "utf-8")
    words = ["db", "diff", "--list", "law", str(tmp_path / "list.csv")]
    assert run(words) == 0
    out = capsys.readouterr().out
    assert "not-listed Seller: vendor seller" in out
    assert "Somebody" not in out
    assert "1 of less interest" in out
    assert run([*words, "--all"]) == 0
    assert "not-listed Somebody: no vendor of the database" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [[], ["--manuf", "/nonexistent"], ["--manuf", "/"], ["--list", "law", "/nonexistent"]]
)
def test_a_source_that_is_missing_is_one_line(at_small, words, capsys):
    assert run(["db", "diff", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_source_that_is_no_text_is_one_line(at_small, tmp_path, capsys):
    (tmp_path / "manuf").write_bytes(b"\xff\xfe\0")
    assert run(["db", "diff", "--manuf", str(tmp_path / "manuf")]) == 2
    assert "not UTF-8" in capsys.readouterr().err
