"""MAC blocks: restricted makers are found with and without the registry package, strangers never."""

import csv
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.catalog.blocks import WIDTHS, Blocks, Packed, pack
from auditor.catalog.load import load
from auditor.catalog.locate import home
from auditor.catalog.oui import Registry, normal_owner, package_file, package_version
from auditor.model.words import Role, Strength

RESTRICTED = home() / "oui_restricted.csv"
FAMILY = {"huawei-hisilicon": "hisilicon"}  # its own vendor, in role chip
SILENT = {"huawei-symantec"}  # known, and says nothing: a joint venture that was sold
WEAK = {"huawei", "zte", "hisilicon"}  # phones, routers and base stations share their blocks

with RESTRICTED.open(encoding="utf-8", newline="") as lines:
    ROWS = tuple(csv.DictReader(lines))
ENTITIES = sorted({row["entity"] for row in ROWS})


@cache
def shipped():
    return load(base=home())


@cache
def without_package() -> Registry:
    with RESTRICTED.open(encoding="utf-8", newline="") as rows:
        table = {row["prefix"]: row["organisation"] for row in csv.DictReader(rows)}
    return Registry(packed=pack(table))


def family(entity: str) -> str:
    return FAMILY.get(entity, entity.partition("-")[0])


def owner_of(name: str | None):
    folded = normal_owner(name or "")
    return [item for item in shipped().ouis if item.owner.search(folded)]


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("source", ["package", "fallback"])
def test_every_restricted_block_resolves_to_a_rule_of_its_family(entity, source):
    catalog = shipped()
    registry = catalog.registry if source == "package" else without_package()
    for row in (row for row in ROWS if row["entity"] == entity):
        name = registry.owner(row["prefix"].ljust(12, "7"))
        (owner,) = owner_of(name)
        if entity in SILENT:
            assert owner.claims == ()
            continue
        roles = {claim.role: claim for claim in owner.claims}
        claim = roles.get(Role.MAKER) or roles[Role.CHIP]
        assert catalog.head_of(claim.vendor) == family(entity), row
        assert claim.entity in {None, entity}, row
        if family(entity) in WEAK:
            assert owner.strength is Strength.WEAK, row


def test_the_fallback_file_is_read_where_the_package_is_missing(monkeypatch):
    monkeypatch.setattr("auditor.catalog.oui.package_file", lambda: None)
    registry = Registry(RESTRICTED)
    assert registry.size == len(ROWS) == 2753
    assert registry.owner("44:19:b6:00:00:01") == "Hangzhou Hikvision Digital Technology Co.,Ltd."
    assert registry.owner("00:40:8c:00:00:01") is None


def test_the_fallback_fills_what_an_older_package_lacks(monkeypatch, tmp_path):
    manuf = tmp_path / "manuf"
    manuf.write_text("# x\n\n44:19:B6\tHik\tSomeone Newer\n14:BA:88:50/28\tX\tX Ltd\n")
    monkeypatch.setattr("auditor.catalog.oui.package_file", lambda: manuf)
    registry = Registry(RESTRICTED)
    assert registry.size == len(ROWS) + 1
    assert registry.owner("44:19:b6:00:00:01") == "Someone Newer"
    assert registry.owner("3c:ef:8c:00:00:01") == "Zhejiang Dahua Technology Co., Ltd."


def test_half_a_package_file_counts_as_none(monkeypatch, tmp_path):
    manuf = tmp_path / "manuf"
    manuf.write_text("00:40:8C\tAxis\tAxis Communications AB\nrubbish/xx\n")
    monkeypatch.setattr("auditor.catalog.oui.package_file", lambda: manuf)
    assert Registry(RESTRICTED).size == len(ROWS)


def test_the_package_is_there_and_holds_all_three_widths():
    assert package_file() is not None
    assert package_version() is not None
    widths = [len(prefix) for prefix, _ in shipped().registry.blocks()]
    assert len(widths) == shipped().registry.size > 50_000
    assert {width: widths.count(width) > 5_000 for width in WIDTHS} == dict.fromkeys(WIDTHS, True)


@pytest.mark.parametrize(
    ("vendor", "names"),
    [
        (
            "hikvision",
            [
                "Hangzhou Hikvision Digital Technology Co.,Ltd.",
                "HANGZHOU HIKVISION DIGITAL TECHNOLOGY CO., LTD",
                "Hangzhou  Hikvision Digital Technology Co Ltd",
                "hangzhou hikvision digital technology co.,ltd",
            ],
        ),
        (
            "dahua",
            [
                "Zhejiang Dahua Technology Co., Ltd.",
                "ZHEJIANG DAHUA TECHNOLOGYCO.,LTD",
                "Zhejiang Dahua Technology Co Ltd",
                "Hangzhou Huacheng Network Technology Co.,Ltd",
                "hangzhou huacheng network technology co., ltd",
                "ZHEJIANG DAHUA ZHILIAN CO.,LTD",
            ],
        ),
        ("uniview", ["Zhejiang Uniview Technologies Co.,Ltd.", "ZHEJIANG UNIVIEW TECHNOLOGIES CO LTD"]),
        ("tiandy", ["Tiandy Technologies Co.,LTD", "TIANDY TECHNOLOGIES CO., LTD."]),
        ("hytera", ["Hytera Communications Co .,ltd", "Hytera Communications Corporation Limited"]),
        ("huawei", ["HUAWEI TECHNOLOGIES CO.,LTD", "Huawei Technologies Co., Ltd.", "Huawei Device Co., Ltd."]),
        ("zte", ["zte corporation", "ZTE CORPORATION"]),
        ("tvt", ["TVT CO.,LTD", "TVT CO., LTD"]),
    ],
)  # fmt: skip
def test_spelling_variants_are_one_owner(vendor, names):
    for name in names:
        (owner,) = owner_of(name)
        assert {shipped().head_of(claim.vendor) for claim in owner.claims} == {vendor}, name


@pytest.mark.parametrize(
    "name",
    [
        "Ingenico", "Ingenico International", "Ingenico Terminals SAS",
        "Aztech Electronics Pte Ltd", "Aztech Associates Inc.", "Aztech Group DOOEL",
        "Tianjin 712 Communication Broadcasting co., ltd.", "Tianjin HuaLai Technology CO., Ltd.",
        "Changsha Sunvote Limited", "Sunvote", "Shanghai Dahua Scale Factory",
        "Zhejiang Haikang Science And Technology Co.,Ltd", "Sepura Limited", "a2i marketing center",
        "Hua Jung Components Co., Ltd.", "Uniden Technologies", "Az-Technology Sdn Bhd",
        "Officially Xerox, but 0:0:0:0:0:0 is more common", "Private", "",
    ],
)  # fmt: skip
def test_text_traps_are_no_restricted_maker(name):
    listed = {row.vendor for regime in shipped().regimes.values() for row in regime.listings} | {
        family(entity) for entity in ENTITIES
    }
    for owner in owner_of(name):
        assert not {shipped().head_of(claim.vendor) for claim in owner.claims} & listed


def test_no_stranger_in_the_whole_registry_meets_a_rule_of_a_restricted_family():
    """Each organisation that a restricted family's rule matches is one that the facts name."""
    families = {family(entity) for entity in ENTITIES}
    rules = [
        owner
        for owner in shipped().ouis
        if {shipped().head_of(claim.vendor) for claim in owner.claims} & families
    ]
    known = {normal_owner(row["organisation"]) for row in ROWS}
    known |= {normal_owner(name) for owner in rules for name in owner.names}
    names = {normal_owner(name) for name in {name for _, name in shipped().registry.blocks()}}
    strangers = {name for name in names - known if any(owner.owner.search(name) for owner in rules)}
    assert strangers == set()


@pytest.mark.parametrize(
    "name",
    [
        "SHENZHEN BILIAN ELECTRONIC CO.，LTD", "Shenzhen Bilian Electronic Co.,Ltd",
        "Espressif Inc.", "AMPAK Technology, Inc.", "AltoBeam Inc.", "FN-LINK TECHNOLOGY LIMITED",
        "REALTEK SEMICONDUCTOR CORP.", "Sigmastar Technology Ltd.", "Ingenic Semiconductor Co.,Ltd",
        "Novatek Microelectronics Corp.", "HUNAN GOKE MICROELECTRONICS CO.,LTD", "Tuya Smart Inc.",
        "Raspberry Pi Trading Ltd", "Raspberry Pi (Trading) Ltd", "ASUSTek COMPUTER INC.",
    ],
)  # fmt: skip
def test_module_and_board_makers_say_nothing_of_the_device(name):
    for owner in owner_of(name):
        assert [claim for claim in owner.claims if claim.role is not Role.CHIP] == []


@pytest.mark.parametrize(
    ("mac", "why"),
    [
        ("46:19:b6:01:02:03", "local bit on a Hikvision block"),
        ("3e:ef:8c:01:02:03", "local bit on a Dahua block"),
        ("45:19:b6:01:02:03", "group bit on a Hikvision block"),
        ("4a:c0:3f:01:02:03", "a company id with the local bit"),
        ("3a:72:c2:01:02:03", "a company id with the local bit"),
        ("01:00:5e:00:00:fb", "multicast"),
        ("ff:ff:ff:ff:ff:ff", "broadcast"),
        ("00:00:00:00:00:00", "zero"),
        ("44:19:b6", "a prefix"),
        ("44:19:b6:01:02", "too short"),
        ("44:19:b6:01:02:03:04", "too long"),
        ("", "nothing"),
        ("no mac at all", "text"),
    ],
)
def test_what_is_no_global_address_has_no_owner(mac, why):
    for registry in (shipped().registry, without_package()):
        assert registry.owner(mac) is None, why


@given(st.binary(min_size=6, max_size=6))
def test_no_local_or_group_address_ever_has_an_owner(raw):
    mac = bytes([raw[0] | 2]) + raw[1:]
    assert shipped().registry.owner(mac.hex(":")) is None
    mac = bytes([raw[0] | 1]) + raw[1:]
    assert shipped().registry.owner(mac.hex(":")) is None


@pytest.mark.parametrize(
    "text", ["4419B6010203", "44-19-B6-01-02-03", "4419.b601.0203", "44:19:b6:01:02:03"]
)
def test_every_usual_writing_is_read(text):
    assert shipped().registry.owner(text) == "Hangzhou Hikvision Digital Technology Co.,Ltd."


@pytest.mark.parametrize(
    "text", ["44:19:b6:xx:xx:xx", "44-19-B6-XX-XX-XX", "44:19:b6:**:**:**", "44:19:b6:[MAC]"]
)
def test_the_maker_s_half_of_a_hidden_address_is_read(text):
    assert shipped().registry.owner(text) == "Hangzhou Hikvision Digital Technology Co.,Ltd."


def test_a_hidden_address_in_a_parted_block_has_no_owner():
    table = {"AC64DD": "IEEE Registration Authority", "AC64DD0": "A", "AC64DDF": "B"}
    registry = Registry(packed=pack(table | {"D4D2D6": "C", "D4D2D6F": "D"}))
    assert registry.owner("ac:64:dd:xx:xx:xx") is None
    assert registry.owner("d4:d2:d6:xx:xx:xx") is None
    assert registry.owner("46:19:b6:xx:xx:xx") is None


def test_a_parent_block_says_nothing_and_its_parts_do():
    table = {
        "AC64DD": "IEEE Registration Authority",
        "AC64DD5": "SHANGHAI ZTE TECHNOLOGIES CO.,LTD",
    }
    registry = Registry(packed=pack(table))
    assert registry.owner("ac:64:dd:51:02:03") == "SHANGHAI ZTE TECHNOLOGIES CO.,LTD"
    assert registry.owner("ac:64:dd:61:02:03") is None


def test_parts_that_nobody_holds_have_no_owner():
    blocks = dict(shipped().registry.blocks())
    parents = {prefix[:6] for prefix in blocks if len(prefix) > 6} - blocks.keys()
    narrow = {prefix[:7] for prefix in blocks if len(prefix) > 6}
    free = [p + n for p in parents for n in "0123456789ABCDEF" if p + n not in narrow]
    assert len(parents) > 400
    assert len(free) > 50
    assert {shipped().registry.owner(f"{prefix}00001") for prefix in free} == {None}


@pytest.mark.parametrize(
    ("mac", "family"),
    [("ac:64:dd:51:02:03", "zte"), ("b0:b3:53:61:02:03", "hikvision")],
)
def test_narrow_blocks_of_restricted_makers_are_found(mac, family):
    _, owner = shipped().oui(mac)
    assert owner is not None
    assert {claim.vendor for claim in owner.claims} == {family}
    assert shipped().oui(mac[:9] + "f1:02:03")[1] != owner


def test_a_36_bit_block_wins_over_28_and_28_over_24():
    blocks = Blocks(pack({"8C1F64": "wide", "8C1F644": "middle", "8C1F64486": "narrow"}))
    assert blocks.find("8C1F64486111") == "narrow"
    assert blocks.find("8C1F64487111") == "middle"
    assert blocks.find("8C1F64587111") == "wide"
    assert blocks.find("8C1F65587111") is None


TABLES = st.dictionaries(
    st.sampled_from(WIDTHS).flatmap(
        lambda width: st.integers(0, 40).map(lambda number: f"{number:0{width}X}")
    ),
    st.text(min_size=1, max_size=8),
    max_size=40,
)


@given(TABLES, st.integers(0, 40), st.sampled_from(WIDTHS))
def test_blocks_answer_like_a_table(table, number, width):
    digits = f"{number:0{width}X}".ljust(12, "0")
    wanted = next((table[digits[:n]] for n in WIDTHS if digits[:n] in table), None)
    blocks = Blocks(pack(table))
    assert blocks.find(digits) == wanted
    assert dict(blocks.items()) == table
    assert len(blocks) == len(table)


def test_prefixes_of_other_widths_are_left_out_and_rubbish_is_refused():
    assert len(Blocks(pack({"0011": "x", "001122334455": "y"}))) == 0
    with pytest.raises(ValueError, match="invalid literal"):
        pack({"GGGGGG": "x"})


def test_arrays_that_do_not_belong_together_are_refused():
    good = pack({"001122": "x"})
    empty = Packed(prefixes=good.prefixes, owners=good.owners, ends=b"", names=good.names)
    with pytest.raises(ValueError, match="together"):
        Blocks(empty)
