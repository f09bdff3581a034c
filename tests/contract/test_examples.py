"""Every file under examples/ is run or loaded here."""

import importlib.util
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from auditor import codec
from auditor.app.credentials import file as credentials
from auditor.app.judging.bench import Terms, bench
from auditor.app.judging.hinge import family, rejudge
from auditor.app.judging.identify import answers
from auditor.app.reports import forms, reporting
from auditor.app.reports.costs import read_costs
from auditor.app.reports.reporting import formats
from auditor.app.scanning.options import _expanded, parse_span
from auditor.catalog.load import load
from auditor.catalog.verify import verify
from auditor.model.errors import TimedOut
from auditor.model.words import Ending
from auditor.probes._api import Target
from auditor.probes._run import run_probe
from auditor.report._api import Page
from auditor.report.plan import plan

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
QUICK, FLEET, EXTEND = EXAMPLES / "quickstart", EXAMPLES / "sample-fleet", EXAMPLES / "extend"
DAY = "2026-11-22"
TESTED = {
    "costs.csv", "credentials/credentials.toml", "extend/addresses.py", "extend/ftp_banner.py", "federal/form.toml", "python/identify_one.py",
    "python/rejudge_last_year.py", "quickstart/exemptions.toml", "quickstart/policy.toml",
    "quickstart/signals.jsonl", "quickstart/targets.txt", "sample-fleet/record.py",
    "sample-fleet/scan.json",
    *(f"sample-fleet/report{item.suffixes[0]}" for item in formats().values()),
} - {"sample-fleet/report.json"}  # fmt: skip


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def fleet():
    return codec.decode((FLEET / "scan.json").read_bytes())


def test_the_credentials_file_has_an_entry_for_each_way_and_is_accepted(tmp_path, monkeypatch):
    keyring = pytest.importorskip("keyring")
    monkeypatch.setattr(keyring, "get_password", lambda service, user: f"{service}-{user}")
    path = tmp_path / "credentials.toml"
    path.write_bytes((EXAMPLES / "credentials" / "credentials.toml").read_bytes())
    for name in ("cameras.password", "camera-user", "camera-password"):
        (tmp_path / name).write_text("some-text\n")
    for item in tmp_path.iterdir():
        item.chmod(0o600)
    environ = {"GATE_PASSWORD": "a", "AXIS_PASSWORD": "b", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    entries = credentials.read(path, lambda *_: "", environ)
    kinds = ("addresses", "networks", "macs", "vendors", "is_default")
    assert [next(kind for kind in kinds if getattr(one, kind)) for one in entries] == list(kinds)


def test_the_price_list_prices_the_plan_of_the_sample_fleet(fleet):
    found = plan(fleet, read_costs(EXAMPLES / "costs.csv"))
    assert (found.unpriced, {total.currency for total in found.totals}) == (0, {"USD"})


def test_no_example_is_left_untested():
    here = {
        str(path.relative_to(EXAMPLES))
        for path in EXAMPLES.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != "README.md"
    }
    assert {name for name in here if not name.startswith("extend/vendor_db/")} == TESTED


def test_the_targets_are_targets():
    words = _expanded(f"@{QUICK / 'targets.txt'}")
    assert len(words) == 4
    assert sum(parse_span(word).size for word in words) == 254 + 50 + 1 + 256


def test_the_policy_says_every_key():
    told = bench(Terms(policy=str(QUICK / "policy.toml"), as_of=DAY)).policy
    assert told.profile == ("us-federal-contractor",)
    text = (QUICK / "policy.toml").read_text(encoding="utf-8")
    for key in ("id", "name", "regimes", "minimum", "count", "profile", "unidentified"):
        assert f"\n{key} = " in text


def test_the_exemption_excuses_the_labelled_camera_and_keeps_the_listing(fleet):
    terms = Terms(
        policy=str(QUICK / "policy.toml"), exemptions=QUICK / "exemptions.toml", as_of=DAY
    )
    judged = {asset.address: asset for asset in rejudge(fleet, bench(terms)).assets}
    verdict = next(v for v in judged["127.77.0.2"].verdicts if v.regime == "us-ndaa-889")
    assert verdict.outcome == "exempt"
    assert "Hikvision" in (verdict.listing or "")
    late = Terms(
        **{name: getattr(terms, name) for name in ("policy", "exemptions")}, as_of="2027-04-01"
    )
    judged = {asset.address: asset for asset in rejudge(fleet, bench(late)).assets}
    assert judged["127.77.0.2"].headline == "covered"


def test_the_form_file_reads_and_starts_no_clock():
    form = forms.read(EXAMPLES / "federal" / "form.toml")
    assert form.identified_at is None
    assert (EXAMPLES / "federal" / "form.toml").read_text(encoding="utf-8") == forms.example()


def test_the_pasted_signals_are_all_answered():
    lines = (QUICK / "signals.jsonl").read_bytes().splitlines()
    told = [json.loads(answer.line) for answer in answers(lines, bench(Terms(as_of=DAY)))]
    assert not any("error" in answer for answer in told)
    grades = {
        a["id"]: [x["grade"] for x in a["attributions"] if x["role"] == "maker"] for a in told
    }
    assert grades["label-only"] == ["possible"]
    assert grades["two-witnesses"] == ["confirmed"]
    assert grades["nothing"] == []


def test_the_recorded_scan_is_a_whole_document_with_frozen_times(fleet):
    assert fleet.scan.complete
    assert fleet.scan.started == fleet.scan.finished == "2026-11-21T10:00:00.000Z"
    assert {a.ms for asset in family(fleet.assets) for a in asset.attempts} == {0}
    assert (FLEET / "scan.json").read_bytes() == codec.encode(fleet)
    outcomes = {asset.headline for asset in fleet.assets}
    assert {"covered", "indeterminate", "not_covered", "outside"} <= outcomes


def test_the_sample_holds_a_rebrand(fleet):
    rebrands = [
        asset
        for asset in fleet.assets
        if asset.brand is not None
        and asset.attributions
        and asset.attributions[0].role == "maker"
        and asset.attributions[0].vendor != asset.brand
        and asset.headline == "covered"
    ]
    assert len(rebrands) >= 3


@pytest.mark.parametrize("name", ["csv", "html", "md", "table"])
def test_the_reports_are_rendered_from_the_scan(name, fleet):
    known = reporting.formats()
    made = known[name].render(fleet, Page())
    assert (FLEET / f"report{known[name].suffixes[0]}").read_bytes() == made


@pytest.mark.slow
def test_recording_again_finds_the_same_makers(fleet):
    module_path = FLEET / "record.py"
    code = (
        "import importlib.util, sys;"
        f"s = importlib.util.spec_from_file_location('record', {str(module_path)!r});"
        "m = importlib.util.module_from_spec(s); s.loader.exec_module(m);"
        "sys.stdout.buffer.write(m.record())"
    )
    again = codec.decode(_run("-c", code))
    now = rejudge(fleet, bench(Terms(as_of=DAY)))

    def makers(scan):
        return {
            asset.address: next((x.vendor for x in asset.attributions if x.role == "maker"), None)
            for asset in scan.assets
        }

    assert makers(again) == makers(now)


def _run(*words: str) -> bytes:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1795312800"}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, check=True, capture_output=True
    ).stdout


def test_identify_one_says_who_made_it():
    out = _run(str(EXAMPLES / "python/identify_one.py")).decode()
    assert "maker hikvision: confirmed" in out
    assert "us-ndaa-889: covered" in out


def test_rejudge_last_year_marks_what_changes():
    program = EXAMPLES / "python/rejudge_last_year.py"
    out = _run(str(program), str(FLEET / "scan.json"), "2018-01-01").decode()
    changed = [line for line in out.splitlines() if line.startswith("*")]
    assert any("covered" in line for line in changed)


def test_the_overlay_passes_every_check():
    found = verify(load((EXTEND / "vendor_db",)), bench(Terms(as_of=DAY)).as_of)
    assert [item for item in found if not item.warning] == []


def test_the_overlay_judges():
    terms = Terms(policy="example-town", vendor_db=(EXTEND / "vendor_db",), as_of=DAY)
    line = msgspec.json.encode(
        {"id": 1, "signals": [{"signal": "http.server", "value": "Acme-Cam/2.1"}]}
    )
    (answer,) = answers([line], bench(terms))
    verdicts = json.loads(answer.line)["verdicts"]
    assert [(v["regime"], v["outcome"]) for v in verdicts] == [("example-town", "covered")]


def test_the_overlay_knows_the_label():
    terms = Terms(vendor_db=(EXTEND / "vendor_db",), as_of=DAY)
    line = msgspec.json.encode({"id": 1, "signals": [{"signal": "brand", "value": "RR Security"}]})
    (answer,) = answers([line], bench(terms))
    made = json.loads(answer.line)["attributions"]
    assert {(x["role"], x["vendor"], x["grade"]) for x in made} == {
        ("maker", "acme-example", "possible"),
        ("brand", "roadrunner-example", "possible"),
    }


class Greeting:
    """A dialer whose port 21 says a line by itself."""

    def __init__(self, line: bytes | None) -> None:
        self.line = line
        self.sent: list[bytes] = []

    @asynccontextmanager
    async def connect(self, address, port, *, probe, tls=False):
        yield self

    async def ask(self, payload, complete, *, cap, wait=None):
        self.sent.append(payload)
        if self.line is None:
            raise TimedOut("no answer in time")
        assert complete(self.line)
        return self.line[:cap]


async def ask(dialer):
    probe = module(EXTEND / "ftp_banner.py").PROBE
    assert probe.endpoints(frozenset({80}), ()) == ()
    assert probe.endpoints(frozenset({21, 80}), ()) == (("tcp", 21, False),)
    target = Target(address="192.0.2.7", port=21, tls=False, seen=(), clock=lambda: "T")
    return await run_probe(probe, target, dialer, monotonic=lambda: 0.0)


async def test_the_example_probe_reads_a_greeting_and_sends_nothing():
    dialer = Greeting(b"220 NetBox FTP server\r\n")
    attempt, facts = await ask(dialer)
    assert attempt.outcome is Ending.OK
    assert [(fact.signal, fact.value, fact.endpoint) for fact in facts] == [
        ("banner", "220 NetBox FTP server", "tcp/21")
    ]
    assert dialer.sent == [b""]


async def test_the_example_probe_leaves_a_silent_port_alone():
    attempt, facts = await ask(Greeting(None))
    assert attempt.outcome is Ending.TIMEOUT
    assert facts == ()


def test_the_example_format_lists_covered_addresses(fleet):
    made = module(EXTEND / "addresses.py").FORMAT.render(fleet, Page()).decode().split()
    assert made == [a.address for a in fleet.assets if a.headline == "covered"]
