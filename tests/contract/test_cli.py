"""The commands as outsiders call them: names, exit codes, one clear line for bad input."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from auditor.cli.main import run
from auditor.lab.fleet import choose
from auditor.lab.loopback import Loopback

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = {
    "id": "x1",
    "signals": [
        {"signal": "http.server", "value": "App-webs/"},
        {"signal": "mac", "value": "28:57:be:01:02:03"},
    ],
}


@pytest.fixture
def audit(capfdbinary):
    """``audit(words)`` runs a command in this process: (exit code, stdout, stderr)."""

    def call(*words: str) -> tuple[int, str, str]:
        code = run(list(words))
        sys.stdout.flush()
        told = capfdbinary.readouterr()
        return code, told.out.decode(), told.err.decode()

    return call


def outside(*words: str, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess:
    """``audit`` as its own process."""
    return subprocess.run(
        [sys.executable, "-m", "auditor", *words],
        input=stdin,
        capture_output=True,
        timeout=60,
        env=dict(os.environ, PYTHONPATH=str(ROOT), NO_COLOR="1", **env),
        check=False,
    )


@pytest.fixture(scope="module")
def document(tmp_path_factory) -> Path:
    """A scan of two devices of the simulated fleet, made once."""
    path = tmp_path_factory.mktemp("scan") / "scan.json"
    with Loopback(choose(["hikvision-camera-old", "axis-camera"])) as fleet:
        code = run(["scan", fleet.target, "-o", str(path), "-q"])
    assert code == 10
    return path


def test_identify_answers_line_by_line_and_a_bad_line_costs_only_itself():
    lines = [
        json.dumps(EXAMPLE),
        "garbage",
        json.dumps({"id": 2, "signals": []}),
        json.dumps({"id": 3, "signals": [{"signal": "nope", "value": "x"}]}),
        json.dumps(
            {"id": 4, "signals": [{"signal": "dhip", "value": {"mac": "3c:ef:8c:01:02:03"}}]}
        ),
        json.dumps([1]),
    ]
    done = outside("identify", "--jsonl", "-", stdin="\n".join(lines).encode())
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["x1", None, 2, 3, 4, None]
    assert done.returncode == 1
    first = answers[0]
    assert first["kind"] == "camera"
    assert first["brand"] is None
    maker = first["attributions"][0]
    assert (maker["role"], maker["vendor"], maker["grade"]) == ("maker", "hikvision", "confirmed")
    assert {item["channel"] for item in maker["because"]} == {"http", "link"}
    verdict = {v["regime"]: v for v in first["verdicts"]}["us-ndaa-889"]
    assert verdict["outcome"] == "covered"
    assert verdict["applies"] is None
    assert verdict["effective"] == "2019-08-13"
    assert answers[2]["kind"] == "unknown"
    assert answers[2]["attributions"] == []
    assert all("error" in answers[number] for number in (1, 3, 5))


def test_identify_gives_the_exit_code_of_what_it_found(tmp_path, audit):
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps(EXAMPLE) + "\n")
    assert audit("identify", "--jsonl", str(path))[0] == 10
    assert audit("identify", "--jsonl", str(path), "--fail-on", "never")[0] == 0
    path.write_text(json.dumps({"id": 1, "signals": []}) + "\n")
    assert audit("identify", "--jsonl", str(path))[0] == 0
    path.write_text(json.dumps({"id": 1, "signals": [{"signal": "brand", "value": "LTS"}]}))
    assert audit("identify", "--jsonl", str(path))[0] == 11


def test_identify_takes_pasted_words(audit):
    code, out, _ = audit("identify", "rtsp.auth_realm=IP Camera(C2183)", "mac=28:57:be:01:02:03")
    assert code == 10
    assert "Made by Hikvision: confirmed" in out
    assert "Not legal advice".lower() in out.lower()


def test_regime_replaces_the_regimes_of_the_policy(audit, tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps(EXAMPLE) + "\n")
    _, out, _ = audit("identify", "--jsonl", str(path), "--regime", "us-bis-entity-list")
    assert [v["regime"] for v in json.loads(out)["verdicts"]] == ["us-bis-entity-list"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("scan", "10.0.0.0/33"), "10.0.0.0/33"),
        (("scan", "10.0.0.300"), "10.0.0.300"),
        (("scan", "10.0.0.9-3"), "backwards"),
        (("scan", "8.8.8.0/24"), "--allow-public"),
        (("scan", "10.0.0.0/8"), "too many"),
        (("scan", "224.0.0.1"), "not the address of a host"),
        (("scan", "127.0.0.1", "--exclude", "127.0.0.0/24"), "nothing to scan"),
        (("scan", "@/nowhere/targets"), "cannot be read"),
        (("scan", "127.0.0.1", "-o", "x.odt"), "no format for suffix"),
        (("scan", "127.0.0.1", "-o", "/nowhere/x.json"), "does not exist"),
        (("scan", "127.0.0.1", "--engine", "fast"), "--engine"),
        (("scan", "127.0.0.1", "--ports", "http"), "--ports"),
        (("scan", "127.0.0.1", "--as-of", "yesterday"), "--as-of"),
        (("scan", "127.0.0.1", "--fail-on", "maybe"), "--fail-on"),
        (("scan", "127.0.0.1", "--vendor-db", "/nowhere"), "/nowhere"),
        (("scan", "127.0.0.1", "--interface", "nosuch0"), "nosuch0"),
        (("scan", "127.0.0.1", "--baseline", "/nowhere.json"), "/nowhere.json"),
        (("scan", "--resume", "0123"), "no interrupted scan"),
        (("identify",), "SIGNAL=VALUE"),
        (("identify", "nonsense"), "SIGNAL=VALUE"),
        (("identify", "nope=x"), "nope"),
        (("identify", "--jsonl", "/nowhere"), "/nowhere"),
        (("identify", "mac=x", "--regime", "us-ndaa-888"), "us-ndaa-889"),
        (("identify", "mac=x", "--policy", "mine"), "us-procurement"),
        (("identify", "mac=x", "--profile", "me"), "us-federal-contractor"),
        (("judge", "/nowhere.json"), "/nowhere.json"),
        (("report", "/nowhere.json"), "/nowhere.json"),
        (("report",), "formats:"),
        (("db", "show", "nobody-at-all"), "nobody-at-all"),
        (("db", "match", "nope", "x"), "nope"),
        (("policy", "show", "nope"), "nope"),
        (("scan", "127.0.0.1", "--no-such-option"), "no-such-option"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_2(audit, words, told):
    code, out, err = audit(*words)
    assert code == 2, err
    assert out == ""
    lines = err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("audit: ")
    assert told in lines[0]


def test_a_broken_overlay_names_file_and_key(audit, tmp_path):
    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "acme.toml").write_text('id = "acme"\nname = "Acme"\nbulids = "all"\n')
    code, _, err = audit("identify", "mac=x", "--vendor-db", str(tmp_path))
    assert code == 2
    assert "acme.toml" in err
    assert "bulids" in err


def test_scan_without_a_target_lists_the_attached_networks(audit):
    code, out, err = audit("scan")
    assert code == 2
    assert out == ""
    assert "audit scan" in err


def test_the_document_fits_its_published_schema(audit, document):
    _, out, _ = audit("report", "--schema")
    schema = json.loads(out)
    assert schema["$id"] == "auditor.scan/1"
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(json.loads(document.read_bytes()))) == []


def test_the_document_has_the_names_of_the_contract(document):
    body = json.loads(document.read_bytes())
    assert set(body) >= {"schema", "scan", "coverage", "summary", "assets", "sent"}
    assert set(body["scan"]) >= {
        "id", "started", "finished", "tool", "db_version", "db_digest", "site", "scope", "exclude",
        "engine", "complete", "as_of", "policy", "profile",
    }  # fmt: skip
    assert set(body["coverage"]) >= {
        "in_scope", "answered", "assessed", "not_assessed", "ledger", "methods", "out_of_scope",
    }  # fmt: skip
    assert set(body["summary"]) == {
        "assets", "covered", "exempt", "not_covered", "indeterminate", "outside", "unidentified",
    }  # fmt: skip
    assert set(body["assets"][0]) >= {
        "id", "address", "addresses", "mac", "hostname", "kind", "brand", "model", "serial",
        "firmware", "attributions", "verdicts", "attempts", "observations", "children",
    }  # fmt: skip
    assert set(body["sent"]) >= {"packets", "connections", "by_probe"}


def test_judging_again_sends_nothing_and_gives_the_same(audit, document, tmp_path):
    out = tmp_path / "again.json"
    code, _, _ = audit("judge", str(document), "-o", str(out), "-q")
    assert code == 10
    before, after = (json.loads(p.read_bytes()) for p in (document, out))
    assert after["assets"] == before["assets"]


def test_judging_by_the_law_of_another_day(audit, document, tmp_path):
    out = tmp_path / "then.json"
    code, _, _ = audit("judge", str(document), "--as-of", "2017-01-01", "-o", str(out), "-q")
    assert code != 10
    outcomes = {v["outcome"] for a in json.loads(out.read_bytes())["assets"] for v in a["verdicts"]}
    assert "covered" not in outcomes


def test_an_exemption_shows_the_listing_that_it_excuses(audit, document, tmp_path):
    path = tmp_path / "exemptions.toml"
    path.write_text(
        '[[exemption]]\nid = "E1"\nregimes = ["us-ndaa-889", "us-2cfr-200-216",'
        ' "us-fcc-covered-list"]\nholder = "Site 4"\ndocument = "memo 12"\nreason = "phase-out"\n'
        'until = 2099-01-01\nvendors = ["hikvision"]\n'
    )
    out = tmp_path / "excused.json"
    audit("judge", str(document), "--exemptions", str(path), "-o", str(out), "-q")
    body = json.loads(out.read_bytes())
    exempt = [v for a in body["assets"] for v in a["verdicts"] if v["outcome"] == "exempt"]
    assert exempt
    assert all(v["listing"] and "memo 12" in v["exemption"] for v in exempt)


def test_explain_goes_from_bytes_to_law(audit, document):
    assets = json.loads(document.read_bytes())["assets"]
    address = next(a["address"] for a in assets if a["headline"] == "covered")
    code, out, _ = audit("explain", str(document), address)
    assert code == 0
    assert "Made by Hikvision" in out
    assert "us-ndaa-889: covered" in out
    assert "Pub. L. 115-232" in out
    assert audit("explain", str(document), "10.9.9.9")[0] == 2


def test_every_listed_format_renders(audit, document, tmp_path):
    from auditor.app.reports.reporting import formats

    for name, item in formats().items():
        suffix = item.suffixes[0]
        code, _, err = audit("report", str(document), "-o", str(tmp_path / f"r{suffix}"))
        assert code == 0, (name, err)
        assert (tmp_path / f"r{suffix}").stat().st_size > 0


def test_writing_is_whole_or_not_at_all(document, tmp_path, monkeypatch):
    from auditor.app.reports import reporting

    target = tmp_path / "report.json"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OSError, match="No space"):
        reporting.write_atomic(target, b"new")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


def test_a_report_that_cannot_be_written_loses_no_scan(audit, tmp_path, monkeypatch):
    from auditor.app.reports import reporting

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    whole = reporting.write_atomic

    def full(path, data, **how):
        if path.suffix == ".html":
            raise OSError(28, "No space left on device")
        whole(path, data, **how)

    monkeypatch.setattr(reporting, "write_atomic", full)
    with Loopback(choose(["axis-camera"])) as fleet:
        code, _, err = audit("scan", fleet.target, "-o", str(tmp_path / "r.html"), "-q")
    assert code == 1
    assert "No space left" in err
    kept = next((tmp_path / "state" / "auditor" / "unwritten").glob("*.json"))
    assert str(kept) in err
    assert audit("report", str(kept), "-o", str(tmp_path / "later.csv"))[0] == 0


def test_a_broken_overlay_is_refused_before_a_packet_leaves(audit, tmp_path):
    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "acme.toml").write_text('id = "acme"\n')
    with Loopback(choose(["axis-camera"])) as fleet:
        words = ("scan", fleet.target, "--vendor-db", str(tmp_path))
        code, _, err = audit(*words)
        witness = fleet.witness(fleet.devices[0])
        assert code == 2
        assert "acme.toml" in err
        assert witness.accepted == 0
        assert witness.datagrams == []


def test_before_the_first_packet_the_range_the_interface_and_the_clock_are_told(audit):
    with Loopback(choose(["axis-camera"])) as fleet:
        _, _, err = audit("scan", fleet.target)
    first = err.splitlines()[:3]
    assert fleet.target in first[0]
    assert "on lo" in first[0]
    assert "about" in first[0]
    assert "no password" in first[1]
    assert "reporting clock" in first[2]


def test_version_and_help():
    assert outside("--version").stdout == b"auditor 0.1.0\n"
    told = outside("--help")
    assert told.returncode == 0
    for command in (
        "scan",
        "judge",
        "identify",
        "report",
        "explain",
        "db",
        "policy",
        "doctor",
        "demo",
        "verify",
        "history",
        "diff",
        "run",
        "config",
        "schedule",
        "credentials",
    ):
        assert command.encode() in told.stdout
    for later in (b" import ", b" screen "):
        assert later not in told.stdout


def test_doctor_says_how_it_stands_and_sends_nothing(audit):
    code, out, _ = audit("doctor")
    assert code == 0
    for what in ("raw sockets", "neighbour table", "nmap", "database", "MAC registry"):
        assert what in out


def test_db_match_says_what_fires(audit):
    code, out, _ = audit("db", "match", "http.server", "DVRDVS-Webs")
    assert code == 0
    assert "hikvision.http-server" in out


def test_status_and_search(audit):
    code, out, _ = audit("db", "status")
    assert code == 0
    assert "sha256:" in out
    _, out, _ = audit("db", "search", "--signals")
    assert "rtsp.auth_realm" in out


def test_an_internal_error_is_one_line_and_exit_1(audit, monkeypatch):
    monkeypatch.setattr("auditor.cli.doctor.examine", lambda: 1 / 0)
    code, _, err = audit("doctor")
    assert code == 1
    assert err.startswith("audit: internal error: ZeroDivisionError")
    assert len(err.strip().splitlines()) == 1


def test_the_demo_works_without_root_and_writes_its_reports(tmp_path):
    done = outside("demo", "-d", str(tmp_path / "demo"), XDG_STATE_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    body = json.loads((tmp_path / "demo" / "scan.json").read_bytes())
    assert body["summary"]["covered"] >= 15
    assert body["summary"]["not_covered"] >= 5
    for asset in body["assets"]:
        if not asset["attempts"]:  # then its answers to searches have settled it
            makers = [one for one in asset["attributions"] if one["role"] == "maker"]
            assert [one["grade"] for one in makers[:1]] == ["confirmed"], asset["address"]
