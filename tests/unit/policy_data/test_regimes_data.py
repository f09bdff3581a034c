"""What the shipped regimes, listings, policies and sources must say, and must not say."""

import itertools
import re
import tomllib
from datetime import date
from functools import cache

import msgspec
import pytest

from auditor.catalog import convert, tables
from auditor.catalog.load import read_toml
from auditor.catalog.locate import home
from auditor.catalog.shapes import PolicyFile, RegimeFile, SourceShape
from auditor.model.knowledge import Listing, Policy, Regime
from auditor.model.words import VIDEO_KINDS, EvidenceCode, FindingClass, Kind, Role

LATER = date(2026, 11, 22)
FIVE = {"huawei", "zte", "hytera", "hikvision", "dahua"}
PURPOSE_BOUND = {"hytera", "hikvision", "dahua"}
SECTION_889 = ("us-ndaa-889", "us-2cfr-200-216", "us-far-rfo-part40")
FORBIDDEN = re.compile(
    r"\b(?:illegal|banned|sanctioned|certified|compliant|NDAA[- ]compliant)\b", re.IGNORECASE
)


@cache
def regimes() -> dict[str, Regime]:
    found = {}
    for path in sorted((home() / "regimes").glob("*/regime.toml")):
        shape = read_toml(path, RegimeFile)
        rows = path.parent / "listings.csv"
        found[path.parent.name] = convert.regime(
            shape, tables.listings(rows, shape.id) if rows.is_file() else (), path
        )
    return found


@cache
def policies() -> dict[str, Policy]:
    paths = sorted((home() / "policies").glob("*.toml"))
    return {path.stem: convert.policy(read_toml(path, PolicyFile), path) for path in paths}


@cache
def sources() -> dict[str, SourceShape]:
    raw = tomllib.loads((home() / "sources.toml").read_text(encoding="utf-8"))
    return msgspec.convert(raw, dict[str, SourceShape])


def rows(regime: str, vendor: str, *, on: date = LATER, memory: bool = False) -> list[Listing]:
    return [
        row
        for row in regimes()[regime].listings
        if vendor in {row.vendor, row.entity}
        and row.added <= on
        and (row.removed is None or on < row.removed)
        and (memory or row.code is not EvidenceCode.M)
    ]


def every_listing() -> list[Listing]:
    return [row for regime in regimes().values() for row in regime.listings]


def test_each_folder_holds_the_regime_of_its_name() -> None:
    assert len(regimes()) >= 35
    assert all(name == regime.id for name, regime in regimes().items())
    assert all(name == policy.id for name, policy in policies().items())


@pytest.mark.parametrize("regime", SECTION_889)
def test_section_889_names_exactly_five_makers(regime: str) -> None:
    assert {row.vendor for row in regimes()[regime].listings} == FIVE


@pytest.mark.parametrize("regime", [*SECTION_889, "us-dfars-1656", "us-fcc-covered-list"])
def test_equipment_lists_reach_every_kind_of_video_equipment_but_not_everything(
    regime: str,
) -> None:
    for row in regimes()[regime].listings:
        assert row.kinds >= VIDEO_KINDS
        assert Kind.OTHER not in row.kinds


@pytest.mark.parametrize("regime", [*SECTION_889, "us-fcc-covered-list"])
def test_only_three_makers_are_named_for_a_purpose(regime: str) -> None:
    bound = {row.vendor for row in regimes()[regime].listings if row.purpose_limit}
    assert bound == PURPOSE_BOUND


@pytest.mark.parametrize("regime", [*SECTION_889, "us-fcc-covered-list", "us-dfars-1656"])
@pytest.mark.parametrize("vendor", ["huawei", "zte"])
def test_kinds_that_the_text_does_not_name_are_marked_as_inference(
    regime: str, vendor: str
) -> None:
    (row,) = rows(regime, vendor)
    assert "inference (code I)" in (row.note or "")


@pytest.mark.parametrize(
    ("regime", "vendor"),
    [
        ("us-ndaa-889", "uniview"),
        ("us-ndaa-889", "tiandy"),
        ("us-ndaa-889", "kedacom"),
        ("us-ndaa-889", "tp-link"),
        ("us-ndaa-889", "dji"),
        ("us-ndaa-889", "xiaomi"),
        ("us-fcc-covered-list", "uniview"),
        ("us-fcc-covered-list", "tiandy"),
        ("us-fcc-covered-list", "kedacom"),
        ("us-fcc-covered-list", "tp-link"),
        ("us-fcc-covered-list", "xiaomi"),
        ("us-fcc-covered-list", "reolink"),
        ("us-dod-1260h", "hytera"),
        ("us-dod-1260h", "zte"),
        ("us-dod-1260h", "uniview"),
        ("us-dod-1260h", "tiandy"),
        ("us-dod-1260h", "kedacom"),
        ("us-dod-1260h", "tp-link-systems"),
        ("us-dod-1260h", "xiaomi"),
        ("us-ndaa-805", "hytera"),
        ("us-ndaa-805", "zte"),
        ("us-ofac-ns-cmic", "dahua"),
        ("us-ofac-ns-cmic", "uniview"),
        ("us-ofac-sdn", "hikvision"),
        ("us-bis-entity-list", "hytera"),
        ("us-bis-entity-list", "zte"),
        ("us-dfars-1656", "hikvision"),
        ("us-dfars-1656", "dahua"),
        ("us-dfars-1656", "hytera"),
        ("eu-iran-hr", "tiandy"),
        ("uk-gsg-2022", "hikvision"),
        ("in-cctv-er", "hikvision"),
    ],
)
def test_a_vendor_that_the_list_does_not_name_has_no_row(regime: str, vendor: str) -> None:
    assert rows(regime, vendor, memory=True) == []


@pytest.mark.parametrize(
    ("regime", "entity", "added", "code"),
    [
        ("us-ndaa-889", "hikvision", date(2018, 8, 13), "P"),
        ("us-fcc-covered-list", "dahua", date(2021, 3, 12), "P"),
        ("us-fcc-covered-list", "dji", date(2025, 12, 22), "P"),
        ("us-bis-entity-list", "dahua", date(2019, 10, 9), "P"),
        ("us-bis-entity-list", "uniview", date(2024, 12, 10), "S"),
        ("us-bis-entity-list", "hikvision-luopu", date(2023, 3, 28), "S"),
        ("us-bis-entity-list", "huawei-affiliates-2019-08", date(2019, 8, 19), "S"),
        ("us-ofac-ns-cmic", "hikvision", date(2021, 6, 3), "S"),
        ("us-ofac-ns-cmic", "huawei", date(2021, 6, 3), "S"),
        ("us-dod-1260h", "tp-link-technologies", date(2026, 6, 8), "P"),
        ("us-dod-1260h", "dji-baiwang", date(2025, 1, 7), "P"),
        ("us-tx-prohibited-tech", "uniview", date(2026, 1, 26), "P"),
        ("us-tx-prohibited-tech", "xiaomi", date(2026, 1, 26), "P"),
        ("us-tx-prohibited-tech", "hikvision", date(2023, 2, 6), "W"),
        ("us-dfars-1656", "zte", date(2017, 12, 12), "P"),
        ("ca-ica-hikvision-2025", "hikvision-canada", date(2025, 6, 27), "P"),
        ("ca-ica-hikvision-2025", "hikvision", date(2025, 6, 27), "S"),
        ("au-gov-2023", "dahua", date(2023, 2, 9), "P"),
    ],
)
def test_a_listing_has_the_date_and_the_support_that_were_read(
    regime: str, entity: str, added: date, code: str
) -> None:
    found = [row for row in regimes()[regime].listings if row.entity == entity]
    assert [(row.added, row.code.value) for row in found] == [(added, code)]


@pytest.mark.parametrize(
    ("regime", "vendor", "day", "listed"),
    [
        ("us-dod-1260h", "megvii", date(2024, 1, 30), False),
        ("us-dod-1260h", "megvii", date(2024, 1, 31), True),
        ("us-dod-1260h", "megvii", date(2025, 1, 6), True),
        ("us-dod-1260h", "megvii", date(2025, 1, 7), False),
        ("us-dod-1260h", "tp-link", date(2026, 6, 7), False),
        ("us-dod-1260h", "tp-link", date(2026, 6, 8), True),
        ("us-dod-1260h", "dahua", date(2022, 1, 1), False),
        ("us-tx-prohibited-tech", "uniview", date(2026, 1, 25), False),
        ("us-ndaa-889", "hikvision", date(2018, 8, 12), False),
        ("us-bis-entity-list", "zte", date(2016, 6, 1), True),
        ("us-bis-entity-list", "zte", date(2017, 3, 29), False),
    ],
)
def test_a_listing_holds_inside_its_period_only(
    regime: str, vendor: str, day: date, listed: bool
) -> None:
    assert bool(rows(regime, vendor, on=day, memory=True)) is listed


def test_rows_from_memory_are_kept_with_their_code() -> None:
    found = {(row.regime, row.entity) for row in every_listing() if row.code is EvidenceCode.M}
    assert found >= {("us-bis-entity-list", "tiandy"), ("us-bis-entity-list", "zte")}
    assert {vendor for regime, vendor in found if regime == "us-wi-eo-184"} == FIVE


def test_a_regime_that_rests_on_memory_alone_gives_no_verdict() -> None:
    for regime in regimes().values():
        read = [row for row in regime.listings if row.code is not EvidenceCode.M]
        assert read or not regime.names_makers, regime.id


def test_no_row_claims_more_than_its_source_supports() -> None:
    for row in every_listing():
        if row.code is EvidenceCode.P:
            assert sources()[row.source].code == "P", (row.regime, row.entity)
        if row.source.startswith("U"):
            assert row.code is EvidenceCode.M, (row.regime, row.entity)


def test_every_source_that_a_regime_or_listing_cites_is_known() -> None:
    for path in (home() / "regimes").glob("*/regime.toml"):
        shape = read_toml(path, RegimeFile)
        assert {shape.source, *shape.sources} <= set(sources()), shape.id
        assert shape.code in {sources()[shape.source].code, "I"}, shape.id
    assert {row.source for row in every_listing()} <= set(sources())


def test_rows_of_one_entity_do_not_overlap() -> None:
    seen: dict[tuple[str, str, str], list[Listing]] = {}
    for row in every_listing():
        seen.setdefault((row.regime, row.entity, row.name), []).append(row)
    for periods in seen.values():
        periods.sort(key=lambda row: row.added)
        for before, after in itertools.pairwise(periods):
            assert before.removed is not None
            assert before.removed <= after.added


@pytest.mark.parametrize("regime", sorted(regimes()))
def test_words_that_the_law_does_not_support_are_absent(regime: str) -> None:
    one = regimes()[regime]
    for text in (one.name, one.meaning, one.status, one.action or "", *one.limits):
        assert FORBIDDEN.search(text) is None, text


@pytest.mark.parametrize("regime", sorted(regimes()))
def test_each_regime_says_what_it_means_and_what_it_does_not_say(regime: str) -> None:
    one = regimes()[regime]
    assert len(one.meaning) > 40
    assert one.limits
    assert one.evidence_as_of <= LATER


@pytest.mark.parametrize("regime", [name for name in regimes() if name.startswith("what-if-")])
def test_a_what_if_says_hypothetical_in_every_sentence(regime: str) -> None:
    one = regimes()[regime]
    assert one.finding_class is FindingClass.HYPOTHETICAL
    assert not one.in_force
    assert one.listings
    for text in (one.meaning, one.status, one.action or "", one.what_if or "", *one.limits):
        for sentence in re.split(r"(?<=\.) ", text):
            assert "hypothetical" in sentence.lower(), sentence
    assert all("hypothetical" in f"{row.equipment} {row.cite}" for row in one.listings)


def test_section_805_reaches_the_company_first_and_the_device_a_year_later() -> None:
    assert [(part.date, part.reaches) for part in regimes()["us-ndaa-805"].parts] == [
        (date(2026, 6, 30), "entity"),
        (date(2027, 6, 30), "device"),
    ]


def test_section_805_has_the_rows_of_the_list_that_it_refers_to() -> None:
    def names(regime: str) -> list[tuple[str, date, date | None]]:
        return [(row.entity, row.added, row.removed) for row in regimes()[regime].listings]

    assert names("us-ndaa-805") == names("us-dod-1260h")
    assert all("1260H edition" in row.cite for row in regimes()["us-ndaa-805"].listings)


def test_the_affiliates_rule_is_neither_stated_nor_denied() -> None:
    rule = regimes()["us-bis-affiliates-rule"]
    assert rule.suspended == (date(2025, 11, 10), date(2026, 11, 9))
    assert not rule.in_force
    assert not rule.names_makers
    assert "unknown" in rule.status
    assert "2026-11-10" in rule.status


@pytest.mark.parametrize(
    "regime",
    [
        "us-fascsa", "us-asda", "us-dod-uas-848", "us-bis-affiliates-rule", "us-ofac-sdn",
        "us-uflpa", "us-tx-lsipa", "us-ga-hb113", "us-fl-eo-22-216", "us-wi-eo-184",
        "uk-gsg-2022", "uk-procurement-act-2023", "in-cctv-er", "tw-prc-ict-ban", "eu-cra",
        "eu-csa-revision-2026", "eu-iran-hr", "lt-prc-cameras",
    ],
)  # fmt: skip
def test_ownership_tests_and_categories_give_no_verdict(regime: str) -> None:
    assert not regimes()[regime].names_makers


def test_chip_rules_test_the_chip_and_wait_for_their_date() -> None:
    chips = regimes()["us-ndaa-5949"]
    assert chips.reaches == {Role.CHIP}
    assert not chips.in_force
    assert [part.date for part in chips.parts] == [date(2027, 12, 23)]


def test_lists_about_companies_never_count_as_a_rule_about_devices() -> None:
    for regime in (
        "us-bis-entity-list",
        "us-ofac-ns-cmic",
        "us-dod-1260h",
        "us-bis-affiliates-rule",
    ):
        assert regimes()[regime].finding_class is FindingClass.COUNTERPARTY_RISK


def test_the_default_policy_is_the_one_that_users_rely_on() -> None:
    assert policies()["us-procurement"].regimes == (
        "us-ndaa-889",
        "us-2cfr-200-216",
        "us-fcc-covered-list",
        "us-dod-1260h",
        "us-ndaa-805",
    )
    assert policies()["us-procurement"].profile == ()


def test_policies_name_known_regimes_that_are_in_force() -> None:
    for policy in policies().values():
        assert set(policy.regimes) <= set(regimes()), policy.id
        assert all(regimes()[name].in_force for name in policy.regimes), policy.id


def test_the_profile_of_a_policy_is_one_that_its_regimes_ask_for() -> None:
    for policy in policies().values():
        asked = {flag for name in policy.regimes for flag in regimes()[name].applies_if}
        assert set(policy.profile) <= asked, policy.id


def test_everything_holds_every_regime_in_force_that_names_makers() -> None:
    wanted = {one.id for one in regimes().values() if one.in_force and one.names_makers}
    assert set(policies()["everything"].regimes) == wanted
