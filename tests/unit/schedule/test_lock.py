import subprocess
import sys

import pytest

from auditor.model.errors import ToolError
from auditor.schedule.lock import Lock, held


def test_only_one_holds_it(tmp_path):
    path = tmp_path / "run.lock"
    with Lock(path, "now"), pytest.raises(ToolError, match="another run is under way"):
        Lock(path, "later").__enter__()
    with Lock(path, "again"):
        pass


def test_who_holds_it_is_told_without_touching_it(tmp_path):
    path = tmp_path / "run.lock"
    assert held(path) is None
    with Lock(path, "2026-11-22T02:30:00Z"):
        assert "since 2026-11-22T02:30:00Z" in (held(path) or "")
    assert held(path) is None


def test_a_killed_holder_lets_go(tmp_path):
    path = tmp_path / "run.lock"
    code = (
        "import os,signal,pathlib\nfrom auditor.schedule.lock import Lock\n"
        f"Lock(pathlib.Path({str(path)!r}), 'x').__enter__()\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=30, check=False).returncode == -9
    assert held(path) is None
    with Lock(path, "after"):
        pass
