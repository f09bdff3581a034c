"""The database against the fact sheets that it was made from: every figure, every row left out.

``docs/explanation/database-coverage.md`` tells people the same.
"""

from collections import Counter
from dataclasses import replace

import pytest

from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.words import Outcome, Role
from auditor.policy.judge import judge


def look(catalog, label):
    return attribute([Observation(signal="brand", value=label)], catalog)


def makers(judged):
    return {item.vendor for item in judged.attributions if item.role is Role.MAKER}


def under_889(bench, judged):
    policy = replace(bench.policy, regimes=("us-ndaa-889",))
    (verdict,) = judge(replace(judged, video_sign=True), replace(bench, policy=policy))
    return verdict


SPLIT = {
    "dahua": {
        "Kenik / EasyCam / Notis / Zeus / Irbis / Konig (one row)": 5,
        "American Dynamics / Illustra Essentials (one row)": 1,
    },
    "uniview": {"Speco / ENS / Honeywell (one row)": 2},
    "tvt": {"Q-See, Swann, Defender, InVid (one row)": 3},
    "xiongmai": {"Polyvision, Kenik, Trassir (one row)": 2, "29 labels named in one row": 28},
}
"""Rows that one line of the fact sheet became, beyond the first."""
SHEET = {"hikvision": 13 + 114, "dahua": 8 + 117, "uniview": 17, "tvt": 9, "xiongmai": 6}
ADDED = {"dahua": 1, "uniview": 2, "dynacolor": 1, "reolink": 1, "idis": 1, "tvt": 1, "xiongmai": 1}
"""From the conformance list: i-PRO, ACTi, LTS VSIP, MOBOTIX MOVE; from threads and a guide: the rest."""
OTHERS = {
    "huawei", "holowits", "zte", "hytera", "tiandy", "jovision", "longse", "herospeed", "raysharp",
    "sunell", "kedacom", "milesight",
}  # fmt: skip
LAST_DOCUMENTED = ("azishn", "xiongmai")
"""The sheet's rows and the eight of ``ADDED`` stand first; rows found since stand behind this one."""
SINCE = {"C", "D"}
"""What a row found since may rest on: a measured or technical sign, or somebody's word."""
LEFT_OUT = {
    "HiSilicon (a chip, not a brand)": "hisilicon",
    "Tiandy OEM labels: none was verified": None,
}


def parted(catalog):
    """The rows of the fact sheet with the named additions, and the rows that were found since."""
    at = next(
        i for i, row in enumerate(catalog.brands) if (row.brand, row.maker) == LAST_DOCUMENTED
    )
    return catalog.brands[: at + 1], catalog.brands[at + 1 :]


def place(row):
    return row.brand, row.maker, row.models and row.models.pattern


def test_the_number_of_rows_agrees_with_the_fact_sheet(catalog):
    documented, _ = parted(catalog)
    found = Counter(row.maker for row in documented)
    for maker, sheet in SHEET.items():
        wanted = sheet + sum(SPLIT.get(maker, {}).values()) + ADDED.get(maker, 0)
        assert found[maker] == wanted, maker
    apart = {"dynacolor", "reolink", "idis"}
    assert {maker: found[maker] for maker in apart} == {maker: ADDED[maker] for maker in apart}
    assert {maker for maker, count in found.items() if count == 1} - apart == OTHERS
    assert sum(found.values()) == len(documented) == 345


def test_a_row_found_since_has_a_source_that_was_read_and_never_stands_for_a_documented_one(
    catalog,
):
    documented, since = parted(catalog)
    for row in since:
        assert row.verified, row
        assert row.confidence in SINCE, row
        assert row.note or row.confidence == "D", row
        sources = row.source.split("|")
        assert "memory" not in sources, row
        assert {catalog.sources[name].code for name in sources} <= {"P", "S", "W"}, row
    read = {place(row) for row in documented if row.confidence != "E"}
    assert not read & {place(row) for row in since}


def test_a_row_found_since_gives_a_label_to_a_restricted_maker_by_its_models_only(catalog):
    """Where another maker is documented for the label, or the label has more than one, a model must decide."""
    _, since = parted(catalog)
    restricted = {"hikvision", "dahua", "huawei", "zte", "hytera"}
    for row in since:
        assert row.maker not in restricted or row.models is not None, row


def test_the_eight_rows_of_other_makers_are_all_accounted_for(catalog):
    documented, _ = parted(catalog)
    rows = {row.brand for row in documented if row.maker in OTHERS}
    # Eight lines: HoloSens, Holowits, HiSilicon, ZTE, Hytera, Tiandy, its labels, and seven makers.
    assert rows == {"holosens", *OTHERS} - {"huawei"}
    assert not any(row.brand == "hisilicon" for row in catalog.brands)
    assert catalog.vendors["hisilicon"].builds == "none"
    assert set(LEFT_OUT.values()) - {None} <= set(catalog.vendors)


def test_confidence_is_that_of_the_fact_sheet(catalog):
    documented, _ = parted(catalog)
    third = [row for row in documented if row.maker == "hikvision"][13:]
    assert Counter(row.confidence for row in third) == {"A": 7, "B": 2, "C": 15, "D": 41, "E": 49}
    first = next(i for i, row in enumerate(documented) if row.brand == "amcrest")
    dahua = [row for row in documented[first:] if row.maker == "dahua"][:123]
    tally = Counter(row.confidence for row in dahua)
    assert tally == {"A": 6 + 1, "B": 5, "C": 32 + 5, "D": 59, "E": 15}
    rest = {
        maker: Counter(row.confidence for row in documented if row.maker == maker)
        for maker in ("uniview", "tvt", "xiongmai")
    }
    assert rest == {
        "uniview": {"A": 2, "C": 2 + 1 + 2, "D": 6 - 1, "E": 7 + 2},  # Alibi rose; ACTi, LTS VSIP
        "tvt": {"A": 1, "C": 3 + 1, "D": 3, "E": 2 + 3},  # Viewtron
        "xiongmai": {"A": 1, "C": 1, "D": 3 + 2 + 2, "E": 28},  # AZISHN, Floureon by threads
    }


UNRESTRICTED = (  # noqa: SIM905 - a list to read
    "axis hanwha bosch avigilon pelco indigovision vivotek mobotix i-pro+panasonic sony canon verkada"
    " ubiquiti reolink milesight geovision acti arecont+costar digital-barriers flir basler"
    " cisco-meraki rhombus eagle-eye dallmeier grundig d-link foscam wyze arlo ring google-nest idis"
    " everfocus dynacolor lilin messoa brickcom infinova march-networks verint vicon geutebruck"
    " synology qnap axon matrix-comsec jovision herospeed+longse raysharp kedacom sunell tp-link"
    " xiaomi eufy tuya grandstream 2n instar netatmo ajax eneo ernitec 360-vision redvision"
    " concept-pro siqura videotec dji zmodo gwelltimes"
).split()


def test_all_seventy_one_unrestricted_vendors_are_known(catalog):
    assert len(UNRESTRICTED) == 71
    for entry in UNRESTRICTED:
        for vendor in entry.split("+"):
            assert vendor in catalog.vendors, vendor


@pytest.mark.parametrize("entry", UNRESTRICTED)
def test_the_name_of_an_unrestricted_vendor_flags_nobody(catalog, bench, entry):
    """By its own name it hints at a listed maker only where a read row says that it buys there."""
    for vendor in entry.split("+"):
        rows = {row.maker for row in catalog.brand_rows.get(vendor, ()) if row.confidence != "E"}
        judged = look(catalog, catalog.vendors[vendor].name)
        assert makers(judged) <= rows | {vendor, catalog.head_of(vendor)}
        assert under_889(bench, judged).outcome is not Outcome.COVERED
