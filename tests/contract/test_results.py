"""benchmarks/RESULTS.md: a machine that measured one case leaves the other machines' cases alone."""

import shutil
from pathlib import Path

from benchmarks import results

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


def _case(name: str, seconds: float) -> dict[str, object]:
    row = {"seconds": seconds, "first": None, "processor": 1.0, "memory": 1.0, "found": 1.0}
    case = {"name": name, "network": "192.0.2.0/24", "devices": 1, "latency": 0.02, "loss": 0.0}
    return {
        "case": {**case, "tarpits": 0, "routed": False, "peers": False},
        "rows": {"nmap -sn": [row]},
        "lacking": {},
        "load": [0.0, 0.0, 0.0],
        "machine": "a machine",
    }


def test_nothing_measured_changes_nothing(tmp_path: Path) -> None:
    """The page is its own sections."""
    page = shutil.copy(FOLDER / "RESULTS.md", tmp_path)
    results.write([], tmp_path, None)
    assert Path(page).read_bytes() == (FOLDER / "RESULTS.md").read_bytes()


def test_one_case_replaces_its_section_only(tmp_path: Path) -> None:
    """What was measured elsewhere stays, and the order too."""
    before = (FOLDER / "RESULTS.md").read_text("utf-8")
    shutil.copy(FOLDER / "RESULTS.md", tmp_path)
    results.write([_case("24-50", 4321.0)], tmp_path, None)
    after = (tmp_path / "RESULTS.md").read_text("utf-8")

    def headings(page: str) -> list[str]:
        return [line for line in page.splitlines() if line.startswith("## ")]

    assert headings(after) == headings(before)
    assert after.count("4321.00") == 3
    changed = set(before.split("\n## ")) - set(after.split("\n## "))
    assert len(changed) == 1
    assert changed.pop().startswith("24-50\n")


def test_a_new_case_stands_before_what_closes_the_page(tmp_path: Path) -> None:
    """A first run on a new folder, and a case that nobody measured before."""
    results.write([_case("one", 1.0)], tmp_path, None)
    page = (tmp_path / "RESULTS.md").read_text("utf-8")
    (tmp_path / "RESULTS.md").write_text(page + "\n## Growth\n\n- none\n", "utf-8")
    results.write([_case("two", 2.0)], tmp_path, None)
    page = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert page.index("## one") < page.index("## two") < page.index("## Growth")
