"""What outsiders may import: it works, it is lazy, and everything else is private."""

import subprocess
import sys
from pathlib import Path

import pytest

import auditor
from auditor.lab.fleet import choose
from auditor.lab.loopback import Loopback

ROOT = Path(__file__).resolve().parents[2]
FLEET = ROOT / "examples" / "sample-fleet" / "scan.json"


def test_every_name_that_is_offered_is_there():
    for name in auditor.__all__:
        assert getattr(auditor, name) is not None
    with pytest.raises(AttributeError):
        _ = auditor.nothing_of_that_name


def test_importing_it_loads_nothing_heavy():
    told = subprocess.run(
        [sys.executable, "-c", "import auditor, sys; print(sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    for heavy in ("msgspec", "rich", "typer", "cryptography"):
        assert f"'{heavy}'" not in told


def test_a_scan_is_read_judged_and_written(tmp_path):
    document = auditor.read(str(FLEET))
    then = auditor.judge(document, as_of="2017-01-01")
    assert then.summary.covered == 0
    assert document.summary.covered > 0
    out = tmp_path / "then.html"
    auditor.write(then, str(out), str(tmp_path / "then.json"))
    assert auditor.read(str(tmp_path / "then.json")) == then
    assert out.stat().st_size > 1000


def test_a_scan_from_python():
    with Loopback(choose(["axis-camera"])) as fleet:
        document = auditor.scan(fleet.target, terms={"regimes": ("us-ndaa-889",)})
    assert [asset.headline for asset in document.assets] == ["not_covered"]


def test_wrong_words_are_usage_errors():
    with pytest.raises(auditor.UsageError, match="colour"):
        auditor.scan("127.0.0.1", colour="red")
    with pytest.raises(auditor.UsageError, match="mood"):
        auditor.judge(auditor.read(str(FLEET)), mood="good")
    with pytest.raises(auditor.UsageError, match="no format"):
        auditor.write(auditor.read(str(FLEET)), "x.odt")
