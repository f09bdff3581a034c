import sys
from pathlib import Path

ROOT = str(Path(__file__).parents[3])
if ROOT not in sys.path:  # for ``tests.unit.probes.fakes``, however pytest was started
    sys.path.insert(0, ROOT)
