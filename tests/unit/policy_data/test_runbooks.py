"""Every regime has a runbook: where to look, how to transcribe, what to check, what is open."""

import re

import pytest

from auditor.catalog.locate import home

RUNBOOKS = home() / "runbooks"
INDEX = home() / "MAINTENANCE.md"
PARTS = ("## Where to look", "## How to transcribe", "## What to check", "## Open points")
REGIMES = sorted(path.parent.name for path in (home() / "regimes").glob("*/regime.toml"))


def text_of(regime: str) -> str:
    return (RUNBOOKS / f"{regime}.md").read_text(encoding="utf-8")


def test_each_regime_has_one_runbook_and_no_other_stands_there():
    assert sorted(path.stem for path in RUNBOOKS.glob("*.md")) == REGIMES


@pytest.mark.parametrize("regime", REGIMES)
def test_a_runbook_has_all_its_parts_with_something_in_each(regime):
    text = text_of(regime)
    assert text.startswith(f"# Runbook: {regime}\n")
    for part in PARTS:
        body = text.partition(part)[2].partition("\n## ")[0]
        assert re.search(r"^- \w|^- `", body, re.MULTILINE), part


@pytest.mark.parametrize("regime", REGIMES)
def test_a_runbook_says_how_often_as_the_data_does(catalog, regime):
    one = catalog.regimes[regime]
    text = text_of(regime)
    assert f"Review every {one.review_days} days." in text
    assert " ".join(one.name.split()) in " ".join(text.split())


@pytest.mark.parametrize("regime", REGIMES)
def test_links_and_ids_of_a_runbook_lead_somewhere(catalog, regime):
    text = text_of(regime)
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (RUNBOOKS / target).is_file(), target
    assert set(re.findall(r"\b[US]\d{2,3}\b", text)) <= set(catalog.sources)
    for other in re.findall(
        r"\b(?:us|uk|eu|ca|au|in|tw|lt|what-if)-[a-z0-9]+(?:-[a-z0-9]+)+", text
    ):
        assert other in catalog.regimes or other in text.partition("Data:")[2].partition("\n\n")[0]


def test_the_index_names_every_runbook_with_its_interval(catalog):
    text = INDEX.read_text(encoding="utf-8")
    for regime in catalog.regimes.values():
        row = f"| [{regime.id}](runbooks/{regime.id}.md) | {regime.jurisdiction} | {regime.review_days} |"
        assert row in text, regime.id
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (home() / target).is_file(), target


def test_the_index_says_that_rows_are_closed_and_never_deleted():
    text = INDEX.read_text(encoding="utf-8")
    assert "never delete the row" in text
    assert "evidence_as_of" in text
    assert "audit db verify" in text
