"""The wheel carries everything that it needs: the database, the fleet, the page's style and script."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """The wheel, built from this checkout and unpacked far from it."""
    uv = shutil.which("uv") or str(ROOT / ".venv-tools" / "bin" / "uv")
    if not Path(uv).exists():
        pytest.skip("uv is not installed: no wheel can be built")
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [uv, "build", "--quiet", "--wheel", "--out-dir", str(out), str(ROOT)],
        check=True,
        timeout=300,
        capture_output=True,
    )
    place = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        wheel.extractall(place)
    return place


def audit(place: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "auditor", *words],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=place,
        env=dict(os.environ, PYTHONPATH=str(place), XDG_STATE_HOME=str(place / "state")),
        check=False,
    )


def test_the_database_comes_along_and_verifies(unpacked):
    assert (unpacked / "auditor" / "_vendor_db" / "db.toml").is_file()
    done = audit(unpacked, "db", "verify")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_demo_runs_from_the_wheel(unpacked, tmp_path):
    done = audit(unpacked, "demo", "-q", "-d", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_nothing_else_comes_along(unpacked):
    assert {p.name for p in unpacked.iterdir() if not p.name.endswith(".dist-info")} <= {
        "auditor",
        "state",
    }
