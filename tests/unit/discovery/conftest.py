import sys
from pathlib import Path

import pytest

from auditor.discovery import _ask

ROOT = str(Path(__file__).parents[3])
if ROOT not in sys.path:  # for ``tests.unit.discovery.fakes``, however pytest was started
    sys.path.insert(0, ROOT)


@pytest.fixture(autouse=True)
def _short_ticks(monkeypatch):
    """Fakes answer at once: listening in short turns is what a hundred tests wait for."""
    monkeypatch.setattr(_ask, "TICK", 0.01)
