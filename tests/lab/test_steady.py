"""The same network gives the same verdicts, scan after scan, with and without packet loss."""

import os
import sys
from pathlib import Path

import pytest

from auditor.lab import netns
from auditor.lab.fleet import choose
from auditor.lab.namespace import NamespaceFleet
from auditor.lab.topology import Plan

sys.path.insert(0, str(Path(__file__).resolve().parent))
from test_scan import NEAR, scan, top_maker

pytestmark = [pytest.mark.lab, pytest.mark.slow]

SCANS = int(os.environ.get("SOAK_SCANS", "3"))


def told(ran) -> dict[str, tuple]:
    """What a reader would act on, for each device."""
    return {
        address: (top_maker(asset)[0], asset["headline"]) for address, asset in ran.assets.items()
    }


@pytest.mark.parametrize("loss", [0.0, 0.05])
def test_repeated_scans_never_disagree(tmp_path, loss):
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")
    with NamespaceFleet(choose(count=96), Plan(link_loss=loss)) as fleet:
        first = told(scan(fleet, tmp_path, NEAR))
        assert len(first) >= (96 if not loss else 94)
        for number in range(1, SCANS):
            again = told(scan(fleet, tmp_path, NEAR))
            changed = {
                a: (first.get(a), again.get(a))
                for a in first | again
                if first.get(a) != again.get(a)
            }
            where = f"scan {number + 1} of {SCANS}: {changed}"
            assert changed == {}, where
