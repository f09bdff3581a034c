"""The rebrand directory: a label is a hint, and every conflict and trap of the field stays one."""

from dataclasses import replace

import pytest

from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.words import Grade, Outcome, Role, Strength
from auditor.policy.judge import judge


def look(catalog, *pairs):
    """What is concluded from (signal, value[, endpoint]) facts of one device."""
    return attribute(
        [
            Observation(signal=pair[0], value=pair[1], endpoint=pair[2] if len(pair) > 2 else None)
            for pair in pairs
        ],
        catalog,
    )


def makers(judged):
    return {item.vendor for item in judged.attributions if item.role is Role.MAKER}


def under_889(bench, judged):
    policy = replace(bench.policy, regimes=("us-ndaa-889",))
    (verdict,) = judge(replace(judged, video_sign=True), replace(bench, policy=policy))
    return verdict


# ---- the directory as a whole ------------------------------------------------------------------


def test_every_row_names_a_known_brand_a_known_maker_and_a_known_source(catalog):
    for row in catalog.brands:
        assert row.brand in catalog.vendors, row
        assert row.maker in catalog.vendors, row
        assert set(row.source.split("|")) <= set(catalog.sources), row


def test_every_label_is_found_again_by_its_name_and_its_aliases(catalog):
    for row in catalog.brands:
        for name in (row.name, *row.aliases):
            assert catalog.brand_of(name), (row.row, name)


def test_a_label_alone_is_never_more_than_possible_and_convicts_nobody(catalog, bench):
    for row in catalog.brands:
        judged = look(catalog, ("brand", row.name), ("onvif.manufacturer", row.name, "tcp/80"))
        assert judged.attributions, row.name
        assert {item.grade for item in judged.attributions} == {Grade.POSSIBLE}, row.name
        assert under_889(bench, judged).outcome is Outcome.INDETERMINATE, row.name


def test_a_row_from_memory_never_claims_a_maker(catalog):
    memory = [row for row in catalog.brands if row.confidence == "E"]
    read = {(row.brand, row.maker) for row in catalog.brands if row.confidence != "E"}
    assert len(memory) > 100
    for row in memory:
        assert not row.verified
        if (row.brand, row.maker) in read:
            continue
        vendor = catalog.vendors[row.brand]
        judged = look(catalog, ("brand", row.name), ("model", "X1"))
        cited = {e.rule for item in judged.attributions for e in item.because}
        assert f"brands.csv:{row.row}" not in cited
        if vendor.family is None and vendor.builds != "all":
            assert row.maker not in makers(judged), row.name


def test_a_row_from_memory_stays_silent_on_its_models_too(catalog):
    for row in catalog.brands:
        assert row.confidence != "E" or row.brand == "eyemax" or row.models is None, row.row


def test_rows_that_are_verified_are_those_above_memory(catalog):
    for row in catalog.brands:
        if row.confidence == "E":
            assert not row.verified
        elif row.brand != "pyronix":  # its MAC block is verified, its owner is not
            assert row.verified, row.row


def test_a_reported_row_speaks_for_no_device_without_its_label(catalog):
    """Rows of crowd reports (D) meet a model only beside their label."""
    assert makers(look(catalog, ("model", "HYU-408"))) == set()
    assert makers(look(catalog, ("brand", "Hyundai"), ("model", "HYU-408"))) == {"hikvision"}


# ---- traps under the tables ----------------------------------------------------------------------

LABELS = [
    # Tiandy, RaySharp and A-MTK: series of the conformance list, 38, 16 and 27 records
    ("Honeywell", {"hikvision", "dahua", "tiandy", "raysharp", "a-mtk"}),
    ("Advidia", {"hikvision", "dahua", "uniview"}),
    ("Safire", {"hikvision", "uniview"}),
    ("Safire Smart", {"dahua"}),
    ("GSS", {"hikvision", "dahua"}),
    ("Alibi", {"hikvision", "uniview"}),
    ("LaView", {"hikvision", "dahua"}),
    # RaySharp and Hitron: 32 and 10 records of the conformance list
    ("Speco", {"hikvision", "dahua", "tvt", "raysharp", "hitron"}),
    ("SecurityTronix", {"hikvision", "dahua"}),
    ("Winic", {"hikvision", "dahua"}),
    ("RVi", {"hikvision", "dahua"}),
    ("Loryta", {"hikvision", "dahua"}),
    ("LTS", {"hikvision", "uniview"}),
    ("TRENDnet", {"hikvision", "lilin"}),  # LILIN: two models, with its firmware form
    ("Swann", {"hikvision", "reolink", "raysharp"}),  # RaySharp: the DVR4-1200, by name
    ("Lorex", {"dahua"}),
    ("Panasonic", {"dahua", "i-pro"}),
    ("Kenik", {"dahua", "xiongmai"}),
    ("Godrej", {"dahua", "xiongmai"}),
    ("Trassir", {"dahua", "xiongmai"}),
    ("HiKam", {"xiongmai"}),
    ("BCS", {"dahua", "uniview"}),  # BCS-P: 12 records of the conformance list
    ("Digital Watchdog", {"tvt", "c-pro"}),  # C-Pro: 70 records of the conformance list
    ("EZVIZ", {"hikvision"}),
    ("HiLook", {"hikvision"}),
    ("Imou", {"dahua"}),
    ("Uniarch", {"uniview"}),
]


@pytest.mark.parametrize(("label", "expected"), LABELS)
def test_a_label_hints_at_every_maker_that_was_read_and_at_no_other(catalog, label, expected):
    assert makers(look(catalog, ("brand", label))) - {catalog.brand_of(label)} == expected


MODELS = [
    # Honeywell: at least four makers behind one label
    ("Honeywell", "H4W2PER3", {"dahua"}),
    ("Honeywell", "HDZ302LIK", {"dahua"}),
    ("Honeywell", "HDZ20HD", set()),  # Dynacolor's
    ("Honeywell", "HICC-0100P", {"dahua"}),
    # A crowd report gave I-HNVR-1240 to Dahua; the conformance list has all seven with Tiandy's form.
    ("Honeywell", "I-HNVR-1240", {"tiandy"}),
    ("Honeywell", "HD4MDIP", {"hikvision"}),
    ("Honeywell", "HC30W42R3", set()),  # the 30/60/70 series are others'
    # LTS: classic lines and the later lines of another maker
    ("LTS", "CMIP7442NW-28MD", {"hikvision"}),
    ("LTS", "LTN8816-P8", {"hikvision"}),
    ("LTS", "VSIP3382W-28", {"uniview"}),
    ("LTS", "LXIP1234", set()),
    # Advidia: series decide; an old list says Dahua for all of it
    ("Advidia", "A-37FW", {"hikvision", "dahua"}),
    ("Advidia", "VP-16-V2", {"hikvision", "dahua"}),
    ("Advidia", "M-46-FW", {"uniview", "dahua"}),
    ("Advidia", "E-37-FSW", {"dahua"}),
    # GSS: two lines
    ("GSS", "NC223-XD", {"hikvision"}),
    ("GSS", "NR75-X", {"hikvision"}),
    ("GSS", "IPC-344", {"dahua"}),
    ("GSS", "IPC-FE8", {"dahua"}),
    # Alibi: own era by era, and Uniview throughout
    ("Alibi", "ALI-NS4013R", {"hikvision", "uniview"}),
    ("Alibi", "VS-1234", {"uniview"}),
    # TRENDnet: the same model name in two hardware revisions
    ("TRENDnet", "TV-IP310PI", {"hikvision"}),
    ("TRENDnet", "TV-IP1514PI", {"lilin"}),
    # Intelbras: two models are not Dahua's
    ("Intelbras", "VIP 1120", {"xiongmai"}),
    ("Intelbras", "VIP 1130 B", {"xiongmai"}),
    ("Intelbras", "VIP 3230 B", {"dahua"}),
    # Amcrest: exceptions by name
    ("Amcrest", "IP8M-2496EW", {"dahua"}),
    ("Amcrest", "IP4M-1024E", set()),
    ("Amcrest", "IP3M-952E", set()),
    ("Amcrest", "AMDV9608", set()),
    ("Amcrest", "ATC-1201", set()),
    ("Amcrest", "ACD-830B", set()),
    # Others that one label hides
    ("Annke", "C800", {"hikvision"}),
    ("Annke", "WZ500", set()),
    ("Speco", "O2D10", {"hikvision", "dahua", "tvt"}),
    ("Luma", "LUM-510-BUL", {"hikvision"}),
    ("Luma", "LUM-820-X", set()),  # the x20 series is Uniview's from memory only
    ("Bosch", "DIVAR network 5000", {"dahua"}),
    ("Bosch", "DIVAR IP all-in-one 5000", set()),
    ("CP Plus", "CP-UNC-TB81ZL6", {"dahua"}),
    ("CP Plus", "CP-E35Q", set()),
    ("Montavue", "MTB4095", {"dahua"}),
    ("Uniden", "DB1", {"hikvision"}),
    ("Uniden", "G6840D2", set()),
    ("Clare", "CVP-B2DB50-ODIW", {"hikvision"}),
    ("Clare", "CLR-V100", set()),
    ("MOBOTIX", "MOBOTIX MOVE VD-2-IR", {"dynacolor"}),
    ("ACTi", "Z31", {"uniview"}),
    ("FLIR", "A310f", set()),  # its own thermal camera
    ("FLIR", "PB133F", {"dahua"}),
]


@pytest.mark.parametrize(("label", "model", "expected"), MODELS)
def test_a_label_is_read_together_with_the_model(catalog, label, model, expected):
    judged = look(catalog, ("brand", label), ("model", model))
    assert makers(judged) - {catalog.brand_of(label)} == expected
    assert all(item.grade is Grade.POSSIBLE for item in judged.attributions)


@pytest.mark.parametrize("text", ["General", "Private", "Customer", "general", "PRIVATE"])
def test_neutral_texts_are_no_brands(catalog, text):
    assert catalog.brand_of(text) is None
    judged = look(catalog, ("onvif.manufacturer", text, "tcp/80"), ("brand", text))
    assert judged.attributions == ()


@pytest.mark.parametrize("text", ["Alhua", "Ajhua", "Adhua", "Duhua", "Daua", "alhua technology"])
def test_misread_logos_are_dahua(catalog, text):
    assert catalog.brand_of(text) == "dahua"
    assert makers(look(catalog, ("brand", text))) == {"dahua"}


RESTRICTED = {"hikvision", "dahua", "huawei", "zte", "hytera"}


@pytest.mark.parametrize("text", ["Altoros", "RedSpeed", "Saxco", "Nuvico", "Jablotron"])
def test_names_that_a_check_refused_are_not_in_the_directory(catalog, text):
    assert catalog.brand_of(text) is None
    assert makers(look(catalog, ("brand", text))) == set()


@pytest.mark.parametrize(
    "text",
    [
        "JVC", "Ganz", "OpenEye", "Fermax", "Jablotron", "Vista", "Norbain", "Vicon", "Nuvico", "Golmar", "Urmet",
        "Vimar", "BTicino",
    ],
)  # fmt: skip
def test_names_that_were_refused_as_rebrands_hint_at_no_restricted_maker(catalog, text):
    """Some are vendors of their own by now; that a restricted maker builds for them was never read."""
    brand = catalog.brand_of(text)
    assert not {row.maker for row in catalog.brand_rows.get(brand, ())} & RESTRICTED
    facts = ("brand", text), ("onvif.manufacturer", text, "tcp/80"), ("http.title", text, "tcp/80")
    judged = look(catalog, *facts)
    assert not {item.vendor for item in judged.attributions} & RESTRICTED


@pytest.mark.parametrize(
    "brand", ["matrix-comsec", "geovision", "arecont", "everfocus", "vicon", "tp-link", "axis"]
)
def test_names_that_only_noise_connects_have_no_row(catalog, brand):
    assert brand not in catalog.brand_rows
    assert makers(look(catalog, ("brand", catalog.vendors[brand].name))) <= {brand}


def test_matrix_comsec_is_not_matrix_security_solutions(catalog):
    assert catalog.brand_of("Matrix Comsec") == "matrix-comsec"
    assert catalog.brand_of("Matrix Security Solutions") == "matrix-security-solutions"
    assert makers(look(catalog, ("brand", "Matrix Comsec"))) == {"matrix-comsec"}


def test_hikam_is_not_hikvision(catalog):
    assert "hikvision" not in makers(look(catalog, ("brand", "HiKam"), ("model", "A7")))


def test_a_vstarcam_answer_is_not_dahua_though_it_begins_with_dh(catalog):
    assert makers(look(catalog, ("model", "DH01"))) == set()
    assert makers(look(catalog, ("brand", "VStarcam"), ("model", "DH01"))) == {"vstarcam"}


def test_trendnet_is_decided_by_what_the_unit_shows_and_not_by_its_name(catalog, bench):
    name = (("onvif.manufacturer", "TRENDnet", "tcp/80"), ("onvif.model", "TV-IP310PI", "tcp/80"))
    assert under_889(bench, look(catalog, *name)).reasons == ("listed_maker_possible",)
    first = look(catalog, *name, ("rtsp.auth_realm", "IP Camera(C2183)", "tcp/554"))
    assert under_889(bench, first).outcome is Outcome.COVERED
    assert first.brand == "trendnet"


def test_lorex_names_its_maker_and_never_an_owner_by_date(catalog, bench):
    """Which company owned Lorex on a day decides about the company; a device goes by its maker."""
    judged = look(catalog, ("onvif.manufacturer", "Lorex", "tcp/80"))
    assert makers(judged) == {"dahua"}
    assert under_889(bench, judged).outcome is Outcome.INDETERMINATE
    unit = look(
        catalog,
        ("onvif.manufacturer", "Lorex", "tcp/80"),
        ("onvif.firmware", "2.622.00LR000.10.R", "tcp/80"),
    )
    verdict = under_889(bench, unit)
    assert (verdict.outcome, verdict.vendor) == (Outcome.COVERED, "dahua")


def test_a_brand_block_names_the_label_and_never_clears_the_device(catalog, bench):
    """It hints at a maker only where the directory names that one for all or most of the label."""
    for mac, brand, hints in (
        ("14:2f:fd:01:02:03", "lts", {"hikvision"}), ("d8:eb:97:01:02:03", "trendnet", set()),
        ("00:1f:54:01:02:03", "lorex", {"dahua"}), ("d0:3b:f4:01:02:03", "annke", {"hikvision"}),
        ("9c:8e:cd:01:02:03", "amcrest", {"dahua"}), ("64:25:5e:01:02:03", "alibi", set()),
    ):  # fmt: skip
        judged = look(catalog, ("mac", mac, "link"))
        assert makers(judged) == hints, brand
        most = {row.maker for row in catalog.brand_rows[brand] if row.extent in ("all", "most")}
        assert hints <= most, brand
        made = [item for item in judged.attributions if item.role is Role.MAKER]
        assert all(item.grade is Grade.POSSIBLE for item in made), brand
        assert judged.brand == brand
        assert under_889(bench, judged).outcome is Outcome.INDETERMINATE


def test_every_rule_that_reads_a_labels_block_as_a_maker_keeps_to_a_hint(catalog):
    """Their own MAC block: of the labels that one maker builds for the most part, and weak."""
    rules = [rule for rule in catalog.rule_by_id.values() if rule.id.endswith(".mac.maker")]
    assert len(rules) >= 9
    for rule in rules:
        assert rule.strength is Strength.WEAK, rule.id
        rows = catalog.brand_rows[rule.id.partition(".")[0]]
        most = {row.maker for row in rows if row.extent in ("all", "most") and row.verified}
        assert {claim.vendor for claim in rule.claims} <= most, rule.id


# ---- model prefixes (the 36 rules of the directory) ----------------------------------------------

PREFIXES = [
    ("LTS", "CMIP7442", "hikvision"), ("TruVision", "TVB-5301", "hikvision"),
    ("ABUS", "IPCB42501", "hikvision"), ("Alibi", "ALI-NP3013", "hikvision"),
    ("W Box", "0E-21BF40", "hikvision"), ("Nelly's Security", "NSC-DB2", "hikvision"),
    ("LaView", "LV-PB932F4", "hikvision"), ("Luma", "LUM-500-BUL", "hikvision"),
    ("Safire", "SF-NVR3104-W", "hikvision"), ("Hunt", "HNC303-XM", "hikvision"),
    ("Hyundai", "HYU-408", "hikvision"), ("Annke", "I51DL", "hikvision"),
    ("Hikvision USA value line", "ERI-K104-PR", "hikvision"), ("HiWatch", "HWI-B120", "hikvision"),
    ("HiLook", "IPC-D140H", "hikvision"), ("EZVIZ", "CS-C1C", "hikvision"),
    ("Prama", "PT-NRAS2B32-K4", "hikvision"), ("Hikvision", "DS-2CD2032-I", "hikvision"),
    ("Amcrest", "IP8M-2496", "dahua"), ("Amcrest", "NV4108E", "dahua"),
    ("Lorex", "LNB8005", "dahua"), ("Honeywell", "H4W4PER2", "dahua"),
    ("Panasonic", "K-EP104L03E", "dahua"), ("Intelbras", "VIP 1230 D", "dahua"),
    ("KBVision", "KX-2011N", "dahua"), ("X-Security", "XS-IPDM741-3", "dahua"),
    ("CP Plus", "CP-UNC-TB81ZL6", "dahua"), ("LUPUS", "LE221", "dahua"),
    ("Siemens", "CCMS-2025", "dahua"), ("Montavue", "MTT4095", "dahua"),
    ("Dahua", "DH-IPC-HDW1230T2", "dahua"), ("Dahua", "IPC-HFW2831T-ZS", "dahua"),
    ("Uniview", "IPC322ER3", "uniview"), ("Uniview", "NVR301-16S3", "uniview"),
    ("Tiandy", "TC-C320N", "tiandy"), ("TVT", "TD-9441E3", "tvt"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "model", "maker"), PREFIXES)
def test_a_model_prefix_proposes_its_maker(catalog, label, model, maker):
    judged = look(catalog, ("brand", label), ("model", model))
    assert maker in makers(judged)


def test_the_directory_has_thirty_six_prefix_rules():
    assert len(PREFIXES) == 36


OVERLAPS = [
    ("IPC-HFW2831T-ZS", {"dahua"}, None),
    ("IPC-HDBW3441F-AS-M", {"dahua"}, None),
    ("IPC-B120H", {"hikvision"}, "hilook"),
    ("IPC-T240H-C", {"hikvision"}, "hilook"),
    ("IPC-B020", set(), None),  # HiWatch's, and anyone's
    ("IPC-B140", {"hikvision"}, None),  # 62 records of the conformance list
    ("IPC-D26", set(), None),  # Dahua's, with its firmware form
    ("IPC-344", {"dahua"}, "gss"),
    ("IPC-T54IR-ZE", {"dahua"}, "empiretech"),
    ("IPC-T5442TM-AS", {"dahua"}, None),  # EmpireTech and Loryta share it
    ("IPC322ER3", {"uniview"}, None),
    ("IPC-D1B20", set(), None),  # EZ-IP's, by crowd reports only
    ("NC303-MB", {"hikvision"}, None),  # Hunt, Monoprice and GSS share it
    ("VIP B230W", set(), None),  # Vonnic's, by crowd reports only
    ("VIP 1130", {"xiongmai"}, "intelbras"),
    ("TD-8840T", set(), None),  # a modem
    ("DS-I200", {"hikvision"}, "hiwatch"),
    ("DS-218", set(), None),  # a storage box
    ("NVR5216", set(), None),
    ("ST-1234", set(), None),
]


@pytest.mark.parametrize(("model", "expected", "label"), OVERLAPS)
def test_overlapping_prefixes_without_a_label(catalog, model, expected, label):
    judged = look(catalog, ("model", model))
    if "hikvision" in expected or "dahua" in expected or not expected:
        assert makers(judged) & {"hikvision", "dahua"} == expected & {"hikvision", "dahua"}
    else:
        assert makers(judged) == expected
    if label:
        assert judged.brand == label
    assert all(item.grade is Grade.POSSIBLE for item in judged.attributions)


def test_a_serial_beats_a_model_name(catalog, bench):
    """One live signal in the maker's grammar raises what the label only hints at."""
    judged = look(
        catalog,
        ("onvif.manufacturer", "GSS", "tcp/80"),
        ("onvif.model", "IPC-344", "tcp/80"),
        ("onvif.serial", "4F07335PAZEEA9B", "tcp/80"),
    )
    leading = next(item for item in judged.attributions if item.role is Role.MAKER)
    assert (leading.vendor, leading.grade) == ("dahua", Grade.PROBABLE)
    assert under_889(bench, judged).outcome is Outcome.COVERED


def test_directory_rows_only_ever_cite_label_strength(catalog):
    for label, model, _ in PREFIXES:
        judged = look(catalog, ("brand", label), ("model", model))
        for item in judged.attributions:
            for evidence in item.because:
                if evidence.rule.startswith("brands.csv"):
                    assert evidence.strength is Strength.LABEL
