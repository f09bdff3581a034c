"""Every regime against dated cases: who, what, when, for whom → outcome, reasons, words.

The cases stand in ``regime_table.csv``, written from the law and not from the program: a lawyer
can read it, and a change of the law data has to be repeated there by hand. ``vendor`` is empty
where nothing names a maker; ``entity`` is empty where the legal entity is not established;
``says`` holds fragments of the sentence, separated by a bar.
"""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from auditor.model.judgement import Attribution, Evidence, Judged, Verdict
from auditor.model.words import (
    Channel,
    EvidenceCode,
    FindingClass,
    Grade,
    Kind,
    Outcome,
    Role,
    Strength,
)
from auditor.policy.judge import counts, headline, judge

TABLE = Path(__file__).with_name("regime_table.csv")
APPLIES = {"": None, "yes": True, "no": False}
CHIPS = frozenset({"smic", "cxmt", "ymtc"})
WITNESSES = (
    Evidence(
        rule="test.model", signal="model", value="x", strength=Strength.STRONG, channel=Channel.HTTP
    ),
    Evidence(
        rule="test.realm",
        signal="rtsp.auth_realm",
        value="x",
        strength=Strength.STRONG,
        channel=Channel.RTSP,
    ),
)


def table() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


CASES = table()


def named(case: dict[str, str]) -> str:
    parts = [case[key] for key in ("regime", "case", "vendor", "entity", "kind", "date", "profile")]
    return " ".join(part for part in parts if part)


def device(case: dict[str, str], *, role: Role | None = None) -> Judged:
    """A confirmed maker (or chip), seen by two strong witnesses, one of them its model number."""
    vendor = case["vendor"]
    part = role or (Role.CHIP if vendor in CHIPS else Role.MAKER)
    found = Attribution(
        role=part,
        vendor=vendor or "none",
        entity=case["entity"] or None,
        grade=Grade.CONFIRMED,
        because=WITNESSES,
    )
    return Judged(kind=Kind(case["kind"]), video_sign=True, attributions=(found,) if vendor else ())


def seat(bench, case: dict[str, str]):
    policy = replace(
        bench.policy, regimes=(case["regime"],), profile=tuple(case["profile"].split())
    )
    return replace(bench, policy=policy, as_of=date.fromisoformat(case["date"]))


def verdict_of(bench, case: dict[str, str]) -> Verdict:
    (verdict,) = judge(device(case), seat(bench, case))
    return verdict


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_device_under_a_regime_on_a_day(bench, case):
    verdict = verdict_of(bench, case)
    assert (verdict.outcome, verdict.reasons) == (case["outcome"], tuple(case["reasons"].split()))
    assert verdict.applies is APPLIES[case["applies"]]
    assert (verdict.effective or "") == case["effective"]
    for fragment in filter(None, case["says"].split("|")):
        assert fragment in verdict.says


def test_the_table_knows_every_regime_and_no_other(catalog):
    assert {case["regime"] for case in CASES} == set(catalog.regimes)


def test_no_case_stands_twice():
    assert len({named(case) for case in CASES}) == len(CASES)


def test_every_row_of_every_list_has_its_case(catalog):
    """Reached where it is in force, switched off where it is from memory, let go where it ended."""
    met = {(case["regime"], case["vendor"], case["entity"], case["outcome"]) for case in CASES}
    for regime in catalog.regimes.values():
        for row in regime.listings:
            if row.code is EvidenceCode.M or not regime.names_makers:
                wanted = Outcome.INDETERMINATE
            elif row.removed is not None and regime.id == "us-ndaa-805":
                wanted = Outcome.NOT_COVERED  # it left the 1260H list before the goods are reached
            else:
                wanted = Outcome.COVERED
            if regime.id == "us-wi-eo-184":
                continue  # five names from memory under a regime that gives no verdict
            if row.removed is not None and row.code is EvidenceCode.M:
                wanted = Outcome.NOT_COVERED
            known = catalog.vendors[row.vendor]
            entity = row.entity if known.entity or row.entity != row.vendor else ""
            assert (regime.id, row.vendor, entity, wanted) in met, (regime.id, row.name)


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["outcome"] == "covered"], ids=named
)
def test_a_hit_shows_its_listing_its_source_and_its_date(bench, case):
    verdict = verdict_of(bench, case)
    assert verdict.listing
    assert verdict.citation
    assert verdict.source
    assert verdict.evidence_as_of
    assert f"added {verdict.listing.rpartition('added ')[2].rstrip(')')}" in verdict.says


HYPOTHETICAL = [case for case in CASES if case["regime"].startswith("what-if-")]


@pytest.mark.parametrize("case", HYPOTHETICAL, ids=named)
def test_a_what_if_is_always_marked_and_never_counted(bench, case):
    verdict = verdict_of(bench, case)
    assert verdict.says.startswith("Hypothetical: ")
    assert verdict.finding_class is FindingClass.HYPOTHETICAL
    for policy in bench.catalog.policies.values():
        assert case["regime"] not in policy.regimes
        assert not counts(verdict, policy)
        assert headline(device(case), (verdict,), policy) == "outside"


@pytest.mark.parametrize("case", [c for c in CASES if c["vendor"] == "hikvision"], ids=named)
def test_the_label_of_a_listed_maker_is_never_what_a_rule_tests(bench, case):
    """The same name in role brand or chip convicts nobody."""
    for role in (Role.BRAND, Role.CHIP):
        (verdict,) = judge(device(case, role=role), seat(bench, case))
        assert verdict.outcome is Outcome.INDETERMINATE


def test_a_listing_never_reaches_the_parent_of_a_listed_company(bench):
    """CETC controls Hikvision; a list of Hikvision says nothing of CETC."""
    case = {
        "regime": "us-ndaa-889", "vendor": "cetc", "entity": "cetc", "kind": "camera",
        "date": "2026-11-22", "profile": "",
    }  # fmt: skip
    assert verdict_of(bench, case).outcome is not Outcome.COVERED


def test_a_customer_is_no_affiliate(bench):
    """``made-by`` and ``supplies`` never make the buyer listed (pitfall 9)."""
    for buyer in ("indigovision", "multilaser", "lorex"):
        case = {
            "regime": "us-ndaa-889", "vendor": buyer, "entity": buyer, "kind": "camera",
            "date": "2026-11-22", "profile": "",
        }  # fmt: skip
        assert verdict_of(bench, case).outcome is not Outcome.COVERED


@pytest.mark.parametrize(
    ("entity", "day", "owner", "held"),
    [
        ("lorex", date(2017, 6, 1), "flir", True),
        ("lorex", date(2017, 6, 1), "dahua", False),
        ("lorex", date(2019, 9, 1), "dahua", True),
        ("lorex", date(2019, 9, 1), "skywatch", False),
        ("lorex", date(2024, 6, 1), "dahua", False),
        ("lorex", date(2024, 6, 1), "skywatch", True),
        ("dahua-usa", date(2023, 12, 31), "dahua", True),
        ("dahua-usa", date(2024, 6, 1), "dahua", False),
        ("dahua-usa", date(2024, 6, 1), "central-motion-picture-usa", True),
        ("hikvision-ezviz", date(2026, 11, 22), "hikvision", True),
        ("hikvision-ezviz", date(2026, 11, 22), "cetc", True),
        ("hikvision", date(2026, 11, 22), "cethik", True),
        ("hikvision-pyronix", date(2026, 11, 22), "hikvision", False),  # from memory: switched off
        ("dahua-imou-huacheng", date(2026, 11, 22), "dahua", False),
        ("uniview", date(2026, 11, 22), "china-transinfo", False),
        ("tp-link-systems", date(2026, 11, 22), "tp-link-technologies", False),
        ("indigovision", date(2020, 1, 1), "dahua", False),  # a customer
    ],
)
def test_relations_hold_by_date(catalog, entity, day, owner, held):
    assert (owner in catalog.controlled_by(entity, day)) is held
