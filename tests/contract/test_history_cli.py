"""``audit history`` and ``audit diff`` as outsiders call them."""

import json
import sys

import jsonschema
import pytest

from auditor import codec
from auditor.cli.main import run
from auditor.history.store import History
from tests.unit.history.nights import camera, network, scan

ENTRY = {"id", "site", "network", "started", "complete", "summary"}
KINDS = ("appeared", "absent", "moved", "reattributed", "firmware", "verdict", "law")


@pytest.fixture
def audit(capfdbinary):
    def call(*words: str) -> tuple[int, str, str]:
        code = run(list(words))
        sys.stdout.flush()
        told = capfdbinary.readouterr()
        return code, told.out.decode(), told.err.decode()

    return call


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A working folder with documents of three nights, a configuration and no history yet."""
    monkeypatch.chdir(tmp_path)
    nights = {
        "a.json": network(0),
        "b.json": network(1),
        "c.json": scan(2, camera(0, 2, firmware="6.0"), camera(1, 2), camera(9, 2)),
    }
    for name, document in nights.items():
        (tmp_path / name).write_bytes(codec.encode(document))
    (tmp_path / "auditor.toml").write_text(
        '[[network]]\nname = "cams"\ntargets = ["192.0.2.0/24"]\n'
        f'[history]\nurl = "sqlite:///{tmp_path}/history.db"\n'
        "keep = { last = 1, daily = 1, weekly = 0, monthly = 0 }\n"
    )
    return tmp_path


@pytest.fixture
def stored(place, audit):
    code, out, _ = audit("history", "import", "c.json", "a.json", "b.json", "--network", "cams")
    assert code == 0
    assert out == "stored 3 scans of network cams\n"
    return place


def test_a_list_of_no_history_is_empty_and_makes_none(place, audit):
    code, out, err = audit("history", "list", "--format", "json")
    assert (code, json.loads(out), err) == (0, [], "")
    assert not (place / "history.db").exists()
    assert audit("history", "show", "last")[0] == 2


def test_list_gives_what_the_contract_names(stored, audit):
    code, out, _ = audit("history", "list", "--format", "json")
    listed = json.loads(out)
    assert code == 0
    assert [item["id"] for item in listed] == ["night0002", "night0001", "night0000"]
    assert listed[0].keys() >= ENTRY
    assert listed[0]["summary"]["assets"] == 3
    assert listed[0]["network"] == "cams"
    assert "night0001" in audit("history", "list")[1]
    assert json.loads(audit("history", "list", "--network", "x", "--format", "json")[1]) == []


def test_importing_again_changes_nothing(stored, audit):
    code, out, _ = audit("history", "import", "a.json", "--network", "cams")
    assert (code, out) == (0, "stored 0 scans of network cams, 1 were there already\n")


def test_show_prints_the_table_and_writes_any_format(stored, audit):
    code, out, _ = audit("history", "show", "last")
    assert code == 0
    assert "3 hosts" in out
    assert audit("history", "show", "night0001", "-o", "x.csv")[0] == 0
    assert (stored / "x.csv").read_text("utf-8-sig").startswith("address,id,mac")
    document = json.loads(audit("history", "show", "last~2", "--format", "json")[1])
    assert document["scan"]["id"] == "night0000"


def test_export_gives_documents_that_import_takes(stored, audit):
    assert audit("history", "export", "out")[0] == 0
    files = sorted(str(path) for path in (stored / "out" / "cams").glob("*.json"))
    assert len(files) == 3
    again = f"sqlite:///{stored}/again.db"
    assert audit("history", "import", *files, "--network", "cams", "--url", again)[0] == 0
    listed = audit("history", "list", "--url", again)[1]
    assert listed == audit("history", "list")[1]
    assert audit("history", "export", "out")[0] == 0  # the same names again
    assert len(list((stored / "out" / "cams").glob("*.json"))) == 3


def test_prune_takes_the_rules_of_the_configuration(stored, audit):
    code, out, _ = audit("history", "prune", "--dry-run")
    assert code == 0
    assert out.endswith("would forget 2 of 3 scans\n")
    assert len(audit("history", "list")[1].splitlines()) == 4
    assert audit("history", "prune", "--daily", "2")[1].endswith("forgot 1 of 3 scans\n")
    assert audit("history", "prune")[1].endswith("forgot 1 of 2 scans\n")


def test_check_finds_damage_and_exits_1(stored, audit):
    assert audit("history", "check")[0] == 0
    history = History(f"sqlite:///{stored}/history.db")
    with history.work() as connection:
        connection.exec_driver_sql("UPDATE observation SET data = x'00' WHERE number = 1")
    history.close()
    code, out, _ = audit("history", "check")
    assert code == 1
    assert "BAD  observation 1: damaged" in out


def test_rebuild_says_how_many_scans_it_read(stored, audit):
    assert audit("history", "rebuild")[1].startswith("rebuilt from 3 scans")


@pytest.mark.parametrize(
    "words",
    [("last~1", "last"), ("night0001", "night0002"), ("b.json", "c.json"), ("b.json", "last"),
     ("2026-01-02", "2026-01-03"), ("night0001", "c.json")],
)  # fmt: skip
def test_two_scans_by_any_name_give_one_difference(stored, audit, words):
    code, out, _ = audit("diff", *words, "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert found["schema"] == "auditor.diff/1"
    assert {kind: len(found[kind]) for kind in KINDS if found[kind]} == {
        "appeared": 1, "absent": 1, "firmware": 1,
    }  # fmt: skip
    assert found["firmware"][0]["was"] == "5.5.0"
    assert found["absent"][0]["address"] == "10.0.0.3"
    for kind in KINDS:
        assert all(item.keys() >= {"id", "address"} for item in found[kind])


def test_since_a_date_compares_the_first_scan_since_with_the_last(stored, audit):
    found = json.loads(audit("diff", "--since", "2026-01-02", "--format", "json")[1])
    assert (found["old"]["id"], found["new"]["id"]) == ("night0001", "night0002")
    assert audit("diff", "--since", "2026-02-02")[0] == 2
    assert audit("diff", "--since", "soon")[0] == 2


def test_the_shipped_schema_holds_for_what_is_written_and_bites(stored, audit):
    schema = json.loads(audit("diff", "--schema")[1])
    found = json.loads(audit("diff", "last~2", "last", "--format", "json")[1])
    jsonschema.validate(found, schema)
    assert {item["id"] for item in found["seen"]} == {camera(n).id for n in (0, 1, 2, 9)}
    found["absent"][0].pop("id")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, schema)


@pytest.mark.parametrize(
    ("suffix", "sign"), [(".md", "## Other firmware"), (".html", "<!DOCTYPE html>"), (".txt", "other firmware (1)")]
)  # fmt: skip
def test_every_form_tells_the_change(stored, audit, suffix, sign):
    assert audit("diff", "last~1", "last", "-o", f"d{suffix}")[0] == 0
    text = (stored / f"d{suffix}").read_text()
    assert sign in text
    assert "10.0.0.3" in text
    assert "6.0" in text


@pytest.mark.parametrize(
    "words",
    [("diff",), ("diff", "last"), ("diff", "last", "nowhere.json"), ("diff", "last~9", "last"),
     ("diff", "last~1", "last", "--format", "csv"), ("diff", "last~1", "last", "-o", "x.csv"),
     ("diff", "a", "b", "--since", "2026-01-01"), ("history", "show", "zzz"),
     ("history", "list", "--format", "xml"), ("diff", "last", "last", "--url", "nonsense"),
     ("history", "list", "--config", "nowhere.toml")],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line_and_exit_2(stored, audit, words):
    code, out, err = audit(*words)
    assert code == 2
    assert out == ""
    assert len(err.splitlines()) == 1


def test_with_several_networks_a_relative_word_asks_for_one(stored, audit):
    audit("history", "import", "a.json", "--network", "other")  # there already: still one network
    (stored / "d.json").write_bytes(codec.encode(network(7, [4], id="elsewhere")))
    assert audit("history", "import", "d.json", "--network", "other")[0] == 0
    code, _, err = audit("diff", "last~1", "last")
    assert code == 2
    assert "--network: cams, other" in err
    assert audit("diff", "last~1", "last", "--network", "cams")[0] == 0
    assert audit("diff", "last~1", "night0002")[0] == 0  # the network of the scan that is named


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html", ".csv"])
def test_a_report_since_an_earlier_scan_has_the_block(stored, audit, suffix):
    assert audit("report", "c.json", "--since", "last", "-o", f"r{suffix}")[0] == 0
    text = (stored / f"r{suffix}").read_text("utf-8-sig")
    assert audit("report", "c.json", "-o", f"plain{suffix}")[0] == 0
    plain = (stored / f"plain{suffix}").read_text("utf-8-sig")
    if suffix == ".csv":
        sign = "2026-01-01T02:00:00.000Z,2026-01-03T02:00:00.000Z"
    else:
        assert "Since last scan" in text
        sign = "10.0.0.3"  # the device that is absent now
    assert sign in text
    assert sign not in plain


def test_last_in_a_report_is_the_scan_before_it(stored, audit):
    out = audit("report", "b.json", "--since", "last")[1]
    assert "night0000" in out
    assert "Nothing changed." in out
    assert audit("report", "a.json", "--since", "last")[0] == 2
    assert "other firmware (1)" in audit("report", "c.json", "--since", "a.json")[1]


def test_a_hostile_name_says_nothing_in_markdown_and_html(stored, audit):
    bad = "<script>alert(1)</script>|[x](javascript:1)\x1b[31m"
    (stored / "e.json").write_bytes(codec.encode(scan(3, camera(0, 3, model=bad, firmware=bad))))
    for form in ("md", "html", "table"):
        out = audit("diff", "a.json", "e.json", "--format", form)[1]
        assert "\x1b" not in out
        if form != "table":
            assert "<script>alert" not in out
            assert "](javascript" not in out or form == "html"
