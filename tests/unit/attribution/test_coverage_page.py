"""The page that says what the database covers: its figures are those of the data.

``docs/explanation/database-coverage.md`` is written by people; nothing in it may drift.
"""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from auditor.attribution.judge import attribute
from auditor.catalog.locate import home
from auditor.model.facts import Observation
from auditor.model.words import Role

PAGE = Path(__file__).parents[3] / "docs/explanation/database-coverage.md"

BLOCKS = {
    "huawei": (1417, "huawei", "weak"), "huawei-device": (670, "huawei", "weak"),
    "zte": (505, "zte", "weak"), "hikvision": (84, "hikvision", "strong"), "dahua": (31, "dahua", "strong"),
    "hikvision-ezviz": (15, "hikvision", "strong"), "dahua-imou-huacheng": (6, "dahua", "strong"),
    "uniview": (5, "uniview", "strong"), "tiandy": (3, "tiandy", "strong"),
    "dahua-zhilian": (2, "dahua", "strong"), "hikvision-hikrobot": (2, "hikvision", "strong"),
    "hikvision-prama-india": (2, "hikvision", "strong"), "hytera": (2, "hytera", "strong"),
    "zte-nubia": (2, "zte", "weak"), "dahua-huaray": (1, "dahua", "weak"),
    "hikvision-hikstorage": (1, "hikvision", "strong"), "hikvision-pyronix": (1, "hikvision", "weak"),
    "huawei-hisilicon": (1, None, "weak"), "huawei-symantec": (1, None, "weak"),
    "zte-shanghai": (1, "zte", "weak"), "zte-zhongxing-telecom": (1, "zte", "weak"),
}  # fmt: skip
"""Registrants of the restricted blocks: how many, which maker they testify for, how well."""

ADDED_ROWS = {
    "what-if-entity-list-use": 33, "us-ndaa-805": 18, "us-far-rfo-part40": 5, "us-wi-eo-184": 5,
    "us-ndaa-1709": 2, "us-tx-prohibited-tech": 1, "ca-ica-hikvision-2025": 1, "eu-parliament-2021": 1,
    "what-if-ofac-sdn-hikvision": 1,
}  # fmt: skip
SHEET_ROWS = {
    "us-bis-entity-list": 33, "us-dod-1260h": 18, "us-tx-prohibited-tech": 14, "us-ofac-ns-cmic": 11,
    "us-fcc-covered-list": 7, "us-ndaa-889": 5, "us-2cfr-200-216": 5, "us-ndaa-5949": 3,
    "us-dfars-1656": 2, "au-gov-2023": 2, "ca-ica-hikvision-2025": 1, "eu-iran-hr": 1,
}  # fmt: skip
OTHERS = (
    "huawei", "holowits", "zte", "hytera", "tiandy", "jovision", "longse", "herospeed", "raysharp",
    "sunell", "kedacom", "milesight",
)  # fmt: skip
CODES = (
    "AT", "IB", "LR", "AV", "NS", "HW", "SP", "AC", "FL", "PI", "KA", "KL", "G9", "VD", "HD", "Q", "GOT", "FU",
)  # fmt: skip
CODES_SINCE = {"AV": "jbf", "G9": "electronics-time"}
"""Codes whose owner became a vendor by a row found since."""
LAST_DOCUMENTED = ("azishn", "xiongmai")
"""The page counts the rows up to this one: the sheet's and the additions that it names."""
SHAPES = {
    "hikvision.firmware.build", "dahua.firmware.customer", "dahua.firmware.uncoded",
    "uniview.firmware.new", "uniview.firmware.old", "tiandy.firmware.hash", "tiandy.firmware.onvif",
    "tvt.firmware.recorder", "sunell.firmware.shape", "raysharp.firmware.dated",
    "dynacolor.firmware.shape", "milesight.firmware.shape", "huawei.firmware.vrc",
    "reolink.firmware.shape", "hanwha.firmware.release", "tp-link.firmware.build-rel",
}  # fmt: skip


def blocks() -> list[dict[str, str]]:
    with (home() / "oui_restricted.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def first_of(prefix: str) -> str:
    digits = prefix.ljust(12, "0").lower()
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def rows_of_page() -> dict[str, list[str]]:
    """Every table row of the page by its first cell."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) > 2 and not set(cells[0]) <= set("- "):
            found[cells[0]] = cells[1:]
    return found


def figures(catalog) -> dict[str, tuple[int, int]]:
    """Figure → (fact sheet, database)."""
    at = next(
        i for i, row in enumerate(catalog.brands) if (row.brand, row.maker) == LAST_DOCUMENTED
    )
    documented = catalog.brands[: at + 1]
    maker = Counter(row.maker for row in documented)
    conformance = Counter(row.maker for row in documented if row.source == "onvif-db")
    known = set(catalog.vendors["dahua"].oem_codes)
    return {
        "regimes": (33, len(catalog.regimes)),
        "listing rows": (102, sum(len(one.listings) for one in catalog.regimes.values())),
        "corporate relations": (44, len(catalog.relations)),
        "Hikvision: own and affiliate brands": (13, maker["hikvision"] - 114),
        "Hikvision: third-party brands": (114, maker["hikvision"] - 13),
        "Dahua: own and affiliate brands": (8, maker["dahua"] - conformance["dahua"] - 123),
        "Dahua: third-party brands": (117, maker["dahua"] - conformance["dahua"] - 8),
        "Uniview": (17, maker["uniview"] - conformance["uniview"]),
        "TVT": (9, maker["tvt"]),
        "Xiongmai": (6, maker["xiongmai"]),
        "other makers": (8, sum(maker[name] for name in OTHERS)),
        "firmware conformance list": (0, sum(conformance.values())),
        "all rows": (292, len(documented)),
        "rows found since": (0, len(catalog.brands) - len(documented)),
        "restricted blocks": (2753, len(blocks())),
        "restricted registrants": (21, len(BLOCKS)),
        "firmware shapes": (16, len(SHAPES & set(catalog.rule_by_id))),
        "customer codes in Dahua firmware": (18, sum(code in known for code in CODES)),
    }


def test_the_numbers_of_the_page_are_those_of_the_data(catalog):
    rows = rows_of_page()
    for name, (sheet, database) in figures(catalog).items():
        assert rows[name][:2] == [str(sheet), str(database)], name


def test_codes_that_found_an_owner_since_lead_to_a_label_of_the_directory(catalog):
    codes = catalog.vendors["dahua"].oem_codes
    assert {code: codes[code] for code in CODES_SINCE} == CODES_SINCE
    for label in CODES_SINCE.values():
        assert {row.maker for row in catalog.brand_rows[label]} == {"dahua"}
    assert not {"VD", "Q", "GOT"} & set(codes)  # shown by two labels, and belonging to no vendor


def test_the_page_says_why_wherever_two_figures_differ():
    differing = 0
    for name, cells in rows_of_page().items():
        if len(cells) > 2 and cells[0].isdigit() and cells[0] != cells[1]:
            differing += 1
            assert len(cells[2]) >= len("the sum"), name
    assert differing > 8


def test_the_listings_are_those_of_the_sheet_and_the_stated_additions(catalog):
    found = {one.id: len(one.listings) for one in catalog.regimes.values() if one.listings}
    assert found == {
        name: SHEET_ROWS.get(name, 0) + ADDED_ROWS.get(name, 0)
        for name in {*SHEET_ROWS, *ADDED_ROWS}
    }
    rows = rows_of_page()
    assert {name: int(rows[name][0]) for name in ADDED_ROWS} == ADDED_ROWS
    assert sum(SHEET_ROWS.values()) == figures(catalog)["listing rows"][0]


def test_what_the_page_says_is_kept_in_facts_is_kept_there():
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    entity_list = (home() / "regimes/us-bis-entity-list/regime.toml").read_text(encoding="utf-8")
    texas = (home() / "regimes/us-tx-prohibited-tech/regime.toml").read_text(encoding="utf-8")
    fcc = (home() / "regimes/us-fcc-covered-list/regime.toml").read_text(encoding="utf-8")
    for name in re.findall(r"Xinjiang \w+|Tongfang R\.I\.A\.|Beijing Sinonet|Chengdu Xiwu", text):
        assert name in entity_list
    for name in ("CATL", "Baidu", "Shein", "Hisense", "NucTech"):
        assert f'"{name}"' in texas
    assert fcc.count("[[facts.list]]") == 16


def test_names_that_the_page_leaves_out_are_left_out(catalog):
    text = PAGE.read_text(encoding="utf-8")
    for name in ("Altoros", "RedSpeed", "Saxco", "Nuvico", "Jablotron"):
        assert name in text
        assert catalog.brand_of(name) is None
    restricted = {"hikvision", "dahua", "huawei", "zte", "hytera"}
    for name in (
        "JVC",
        "Ganz",
        "OpenEye",
        "Golmar",
        "Fermax",
        "Urmet",
        "Vimar",
        "BTicino",
        "Vicon",
    ):
        assert name in text  # as rebrands of a restricted maker; some are vendors of their own
        rows = catalog.brand_rows.get(catalog.brand_of(name), ())
        assert not {row.maker for row in rows} & restricted
        judged = attribute([Observation(signal="brand", value=name)], catalog)
        assert not {item.vendor for item in judged.attributions} & restricted


def test_every_restricted_block_testifies_as_its_registrant_may(catalog):
    rows = blocks()
    assert Counter(row["entity"] for row in rows) == {name: n for name, (n, _, _) in BLOCKS.items()}
    for row in rows:
        _, owner = catalog.oui(first_of(row["prefix"]))
        assert owner is not None, row
        _, maker, strength = BLOCKS[row["entity"]]
        assert owner.strength == strength, row
        found = {claim.vendor for claim in owner.claims if claim.role is Role.MAKER}
        assert found == ({maker} if maker else set()), row


@pytest.mark.parametrize(
    "mac",
    [
        "46:19:b6:00:00:01",  # Hikvision's block with the local bit
        "4a:c0:3f:00:00:01",  # locally administered blocks, left out on purpose
        "3a:72:c2:00:00:01",
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "01:00:5e:00:00:01",
        "00:12:41:01:02:03",  # registered to a stranger, used by others
        "e4:f1:4c:01:02:03",  # its owner is hidden
        "40:2c:76:1a:00:01",  # Shanghai Dahua Scale Factory
        "20:f4:1b:01:02:03",  # a module maker
    ],
)
def test_blocks_that_say_nothing_name_no_restricted_maker(catalog, mac):
    judged = attribute([Observation(signal="mac", value=mac, endpoint="link")], catalog)
    named = {item.vendor for item in judged.attributions if item.role is Role.MAKER}
    assert not named & {"hikvision", "dahua", "huawei", "zte", "hytera", "uniview", "tiandy"}
