"""Serial, firmware and model numbers: what their grammar tells, and what looks alike and does not."""

import json
from dataclasses import replace

import pytest

from auditor.app.judging.identify import answers
from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.words import Grade, Kind, Outcome, Role, Strength
from auditor.policy.judge import judge


def look(catalog, *pairs):
    return attribute([Observation(signal=signal, value=value) for signal, value in pairs], catalog)


def leading(judged, role=Role.MAKER):
    return next((item for item in judged.attributions if item.role is role), None)


def groups(catalog, rule, value):
    found = catalog.rule_by_id[rule].pattern.search(value)
    return {name: text for name, text in found.groupdict().items() if text} if found else None


def identified(bench, *signals):
    line = json.dumps({"id": 1, "signals": [{"signal": s, "value": v} for s, v in signals]})
    (answer,) = answers([line.encode()], bench)
    return json.loads(answer.line)


# ---- Hikvision serials ---------------------------------------------------------------------------

HIKVISION = [
    ("DS-7816H-SNH1620140125AACH450813722WCVU", "DS-7816H-SNH", "16", "2014-01", "AACH"),
    ("DS-7804HQH-K10420190822CCCHD53257168WCVU", "DS-7804HQH-K1", "04", "2019-08", "CCCH"),
    ("DS-7204HUHI-K10420180912CCWRC49953259WCVU", "DS-7204HUHI-K1", "04", "2018-09", "CCWR"),
    ("DS-KV8213-WME1(C)0120230508RRAB0353909", "DS-KV8213-WME1(C)", "01", "2023-05", "RR"),
    ("DS-2CD2143G0-I20191104AAWRD12345678", "DS-2CD2143G0-I", None, "2019-11", "AAWR"),
    ("DS-2DF7286-A20140705CCWR471699220B", "DS-2DF7286-A", None, "2014-07", "CCWR"),
    ("HWI-T221H20210415AAWRF12345678", "HWI-T221H", None, "2021-04", "AAWR"),
    ("CMIP742220180102AAWRC12345678", "CMIP7422", None, "2018-01", "AAWR"),
    ("IPC-T240H00000000AAWR000000000", "IPC-T240H", None, None, "AAWR"),
    ("DS-7608NI-I20800000000CCRR000000000WCVU", "DS-7608NI-I2", "08", None, "CCRR"),
]


@pytest.mark.parametrize(("serial", "model", "channels", "built", "region"), HIKVISION)
def test_a_hikvision_serial_tells_model_channels_month_and_region(
    catalog, serial, model, channels, built, region
):
    judged = look(catalog, ("onvif.serial", serial))
    maker = leading(judged)
    assert (maker.vendor, maker.grade) == ("hikvision", Grade.PROBABLE)
    assert judged.serial == serial
    assert judged.built == built
    assert judged.model == model
    found = groups(catalog, "hikvision.serial.grammar", serial)
    assert (found["region"], found.get("channels")) == (region, channels)
    if serial.endswith("WCVU"):
        assert judged.kind is Kind.RECORDER


@pytest.mark.parametrize(
    "serial",
    [
        "20210415-000123",
        "DS-2CD2143G0-I",
        "DS-2CD2143G0-I2019",
        "MODEL20191104AAXXD12345678",
        "0" * 30,
    ],
)
def test_what_only_resembles_a_hikvision_serial_is_none(catalog, serial):
    assert leading(look(catalog, ("onvif.serial", serial))) is None


def test_a_month_that_cannot_be_is_not_shown(catalog):
    judged = look(catalog, ("onvif.serial", "DS-2CD2143G0-I20191304AAWRD12345678"))
    assert judged.built is None


def test_two_months_of_two_serials_are_not_averaged(catalog):
    judged = look(
        catalog,
        ("onvif.serial", "DS-2CD2143G0-I20191104AAWRD12345678"),
        (
            "sadp",
            "<ProbeMatch><DeviceSN>DS-2CD2143G0-I20200304AAWRD12345679</DeviceSN></ProbeMatch>",
        ),
    )
    assert judged.built is None


def test_a_model_inside_a_serial_never_overrides_what_the_device_says(catalog):
    judged = look(
        catalog,
        ("onvif.model", "SF-IPDM937"),
        ("onvif.serial", "DS-2CD2143G0-I20191104AAWRD12345678"),
    )
    assert judged.model == "SF-IPDM937"


def test_a_model_inside_a_serial_on_a_list_stays_a_label(catalog):
    judged = look(catalog, ("serial", "DS-2CD2143G0-I20191104AAWRD12345678"))
    models = [e for a in judged.attributions for e in a.because if e.signal == "model"]
    assert models
    assert {e.strength for e in models} == {Strength.LABEL}


# ---- Dahua and Uniview serials, and customers' own -----------------------------------------------


@pytest.mark.parametrize(
    ("serial", "maker"),
    [
        ("4M0747EPAA1D284", "dahua"), ("1L047ACPAW00037", "dahua"), ("4H01D66PAJ2FA64", "dahua"),
        ("1F006E4PAX00075", "dahua"), ("4F07335PAZEEA9B", "dahua"),
        ("210235UEDW3247000013", "uniview"), ("210235C1MCA158001067", "uniview"),
        ("210235A1JMH123456789", None), ("2102351234567890", None),  # H3C and Huawei part numbers
        ("O9RF220012635", None), ("4M0747EPAA1D28", None),
        ("123456789012345", None), ("ACCC8E010203", "axis"),
    ],
)  # fmt: skip
def test_serials_of_other_makers(catalog, serial, maker):
    found = leading(look(catalog, ("onvif.serial", serial)))
    assert (found.vendor if found else None) == maker


@pytest.mark.parametrize("serial", ["Z17A6F9ABCDEF", "AMC0957EE72D58B3A7", "ND0219110000001"])
def test_the_numbering_of_a_label_is_never_enough_for_its_usual_maker(catalog, serial):
    found = leading(look(catalog, ("onvif.serial", serial)))
    assert found is not None
    assert (found.vendor, found.grade) == ("dahua", Grade.POSSIBLE)


@pytest.mark.parametrize(
    ("serial", "label"),
    [
        ("AMC066F0BC0A3747AF", "amcrest"),
        ("AMR012345678ABCDE", "amcrest"),
        ("ND011809000001", "lorex"),
    ],
)
def test_a_customers_own_numbering_names_the_label_and_only_hints_at_a_maker(
    catalog, bench, serial, label
):
    """At the maker that the directory names for most of what the label sells."""
    judged = look(catalog, ("onvif.serial", serial))
    assert judged.brand == label
    found = leading(judged)
    most = {row.maker for row in catalog.brand_rows[label] if row.extent in ("all", "most")}
    assert (found.vendor, found.grade) == ("dahua", Grade.POSSIBLE)
    assert most == {"dahua"}
    policy = replace(bench.policy, regimes=("us-ndaa-889",))
    (verdict,) = judge(replace(judged, video_sign=True), replace(bench, policy=policy))
    assert verdict.outcome is Outcome.INDETERMINATE


# ---- firmware shapes and their false friends ------------------------------------------------------

SHAPES = [
    ("V5.5.82 build 190909", "hikvision", Grade.PROBABLE),
    ("V5.6.2build 190701", "hikvision", Grade.PROBABLE),
    ("V5.2.0, build 140721", "hikvision", Grade.PROBABLE),
    ("V4.62.210 build 230101", "hikvision", Grade.PROBABLE),
    ("V2.2.77 build 240515", "hikvision", Grade.PROBABLE),
    ("1.4.0_build221212", "hikvision", Grade.PROBABLE),
    ("2.800.0000018.0.R, Build Date: 2021-07-07", "dahua", Grade.PROBABLE),
    ("4.001.0000005.0,build:2020-11-17", "dahua", Grade.PROBABLE),
    ("2.622.00LR000.10.R", "dahua", Grade.PROBABLE),
    ("2.800.106F004.0.R", "dahua", Grade.PROBABLE),
    ("2.420.Honeywell 00.0.R", "dahua", Grade.PROBABLE),
    ("2.210.0004.0.R", "dahua", Grade.PROBABLE),
    ("2.680.0000000013.R.230110", "dahua", Grade.PROBABLE),
    ("GIPC-B6215.1.68.NB.240617", "uniview", Grade.PROBABLE),
    ("DIPC-B1232.9.3.C00010.251208", "uniview", Grade.PROBABLE),
    ("NVR-B3801.20.17.240507", "uniview", Grade.PROBABLE),
    ("IPC_Q1201-B5029P22D1907", "uniview", Grade.PROBABLE),
    ("IPC_G6103-B0012P20D1812", "uniview", Grade.PROBABLE),
    ("V24.06.241009.675BC81D", "tiandy", Grade.PROBABLE),
    ("ONVIF_V3.2.0.20210416", "tiandy", Grade.PROBABLE),
    ("1.4.5.43424B210105", "tvt", Grade.PROBABLE),
    ("v3.6.0813.1004.3.0.1", "sunell", Grade.PROBABLE),
    ("V21.45.8.2.3_211130", "raysharp", Grade.PROBABLE),
    ("V37.45.8.2.1", "raysharp", Grade.POSSIBLE),  # no day
    ("20210405NS", "dynacolor", Grade.POSSIBLE),
    ("gr20150605NSA", "dynacolor", Grade.PROBABLE),
    ("v2.059 2013-03-04", "geovision", Grade.PROBABLE),
    ("RV1109_IMX335_BASE_W_25.1.12.2", "longse", Grade.PROBABLE),
    ("IPC_D6102-B0008D1604", "uniview", Grade.PROBABLE),
    ("1.4.10.66438B240108", "tvt", Grade.PROBABLE),
    ("41.7.0.77-r2", "milesight", Grade.PROBABLE),
    ("V500R019C60SPC300", "huawei", Grade.PROBABLE),
    ("v3.1.0.956_22041503", "reolink", Grade.PROBABLE),
    ("1.41.02_20210825_R273", "hanwha", Grade.PROBABLE),
    ("1.0.0 Build 200801 Rel.57769n", "tp-link", Grade.PROBABLE),
    ("4.22.0.10(852c10c1)", "avigilon", Grade.POSSIBLE),
    ("4.2.98.6536", "lilin", Grade.POSSIBLE),
    # 177 records of the conformance list: 171 of LILIN, six of labels that show its other form too
    ("9.0.001.4067", "lilin", Grade.PROBABLE),
    ("8.1.4.950(IT.3240) Nov 11 2024", "kedacom", Grade.POSSIBLE),
]


@pytest.mark.parametrize(("firmware", "maker", "grade"), SHAPES)
def test_a_firmware_shape_names_the_platform(catalog, firmware, maker, grade):
    judged = look(catalog, ("onvif.firmware", firmware))
    found = leading(judged)
    assert (found.vendor, found.grade) == (maker, grade)
    assert judged.firmware == firmware
    platforms = {item.vendor for item in judged.attributions if item.role is Role.PLATFORM}
    assert platforms == {maker}


@pytest.mark.parametrize(
    "firmware",
    [
        "V5.6.40", "V5.7.18", "V1.0.0", "1.0.0", "4.1", "3.4.1", "V24.06.241009", "V21.45.9.2.3", "ONVIF 21.12",
        "2.420.Acme 00.0", "V500R019", "NVR-5.2.1", "build 190909", "1.4.5.43424", "20210405", "5.10.79",
        "9.80.1", "V5.5.82 build 190909 beta", "3.10.B", "2.800",
    ],
)  # fmt: skip
def test_a_version_without_a_makers_shape_proves_nothing(catalog, firmware):
    assert leading(look(catalog, ("onvif.firmware", firmware))) is None


def test_tp_links_build_is_not_hikvisions(catalog):
    judged = look(catalog, ("onvif.firmware", "1.0.0 Build 200801 Rel.57769n"))
    assert {item.vendor for item in judged.attributions} == {"tp-link"}


SAME_FIRMWARE = [
    ("V5.5.83 build 190116", "LevelOne", "hikvision"),
    ("V5.3.0 build 150513", "Vantage", "hikvision"),
    ("IPC_Q1201-B5029P22D1907", "SCW", "uniview"),
    ("2.622.0000000.18.R", "CP Plus", "dahua"),
    ("ONVIF_V3.2.0.20210416", "URMET", "tiandy"),
    ("1.4.5.43424B210105", "HiFocus", "tvt"),
]


@pytest.mark.parametrize(("firmware", "label", "maker"), SAME_FIRMWARE)
def test_the_same_firmware_under_another_label_names_the_same_maker(
    catalog, firmware, label, maker
):
    judged = look(catalog, ("onvif.manufacturer", label), ("onvif.firmware", firmware))
    assert leading(judged).vendor == maker
    assert leading(judged).grade is Grade.PROBABLE


# ---- customers of Dahua ----------------------------------------------------------------------------

CODES = [
    ("2.622.00LR000.10.R", "lorex"), ("2.860.00IB000.0.R", "intelbras"), ("3.210.IB01.3", "intelbras"),
    ("2.420.AC00.15.R", "amcrest"), ("2.420.HW00.4", "honeywell"), ("2.800.00AT000.0.R", "cp-plus"),
    ("2.800.00HD000.0.R", "cp-plus"), ("2.800.00NS000.1.R", "bcs"), ("2.800.00SP000.1.R", "speco"),
    ("2.800.00FL000.1.R", "flir"), ("2.800.00PI000.1.R", "i-pro"), ("2.800.00KA000.1.R", "luminys"),
    ("2.800.00KL000.1.R", "ic-realtime"), ("3.000.19G9000.0.R", "electronics-time"), ("2.800.00AV000.1.R", "jbf"),
    ("2.800.00DH000.1.R", "dahua"), ("2.800.00FU000.0.R", "advidia"),
    ("2.420.Panasonic 00.0.R", "panasonic"), ("2.420.IC Realtime 00.0.R", "ic-realtime"),
    ("2.420.CPPLUS 00.0.R", "cp-plus"), ("2.420.IntelBras 00.0.R", "intelbras"),
    ("2.420.FLIR 00.0.R", "flir"), ("2.420.Honeywell 00.0.R", "honeywell"),
]  # fmt: skip


@pytest.mark.parametrize(("firmware", "customer"), CODES)
def test_a_customer_code_names_the_label_of_a_dahua_made_unit(catalog, firmware, customer):
    judged = look(catalog, ("onvif.firmware", firmware))
    assert judged.oem_customer == customer
    assert judged.brand == customer
    assert leading(judged).vendor == "dahua"


@pytest.mark.parametrize(
    ("firmware", "code"),
    [
        ("2.622.00VD000.1.R", "VD"),  # Electronic's Time and NSC show it both
        ("2.800.00BE000.1.R", "BE"), ("2.420.General 00.0.R", "General"),
        ("2.420.Tyco Security Products 00.0.R", "Tyco Security Products"),
        ("2.420.Ventionex 00.0.R", "Ventionex"),
    ],
)  # fmt: skip
def test_a_code_whose_owner_is_not_known_is_shown_as_it_is_and_labels_nothing(
    catalog, firmware, code
):
    judged = look(catalog, ("onvif.firmware", firmware))
    assert judged.oem_customer == code
    assert judged.brand is None


@pytest.mark.parametrize(
    "firmware", ["2.800.0000018.0.R", "2.800.106F004.0.R", "2.622.0000000.18.R", "4.001.0000005.0"]
)
def test_digits_are_no_customer_code(catalog, firmware):
    judged = look(catalog, ("onvif.firmware", firmware))
    assert judged.oem_customer is None
    assert leading(judged).vendor == "dahua"


def test_every_known_code_leads_to_a_vendor(catalog):
    for vendor in catalog.vendors.values():
        for code, label in vendor.oem_codes.items():
            assert label in catalog.vendors, (vendor.id, code)


# ---- SADP ------------------------------------------------------------------------------------------


def sadp(**fields):
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
    return ("sadp", f"<ProbeMatch>{inside}</ProbeMatch>")


@pytest.mark.parametrize(
    ("code", "strength"),
    [
        ("10101", Strength.STRONG), ("1030102", Strength.STRONG), ("1", Strength.SUPPORTIVE),
        ("0", None), ("12", None), ("10100", Strength.STRONG), ("9999", None), ("x", None),
    ],
)  # fmt: skip
def test_the_oem_code_of_sadp(catalog, code, strength):
    judged = look(catalog, sadp(DeviceDescription="X", DetailOEMCode=code))
    found = {e.strength for a in judged.attributions for e in a.because if e.signal == "sadp"}
    assert found == ({strength} if strength else set())


@pytest.mark.parametrize(
    ("text", "strong"),
    [("Neutral", True), ("HIK", True), ("neutral", True), ("HIK TSC", False), ("Other", False)],
)
def test_the_specific_device_type_of_sadp(catalog, text, strong):
    judged = look(catalog, sadp(DeviceDescription="X", SpecificDeviceType=text))
    assert (leading(judged) is not None) is strong


def test_an_emulator_of_sadp_stays_possible(catalog):
    judged = look(
        catalog,
        sadp(
            DeviceDescription="HIK TSC", DeviceSN="TSC-000012345678", SoftwareVersion="1.0",
            DetailOEMCode="12", SpecificDeviceType="HIK TSC",
        ),
    )  # fmt: skip
    assert leading(judged).grade is Grade.POSSIBLE


def test_a_rebranded_unit_answers_sadp_with_the_makers_serial(catalog):
    judged = look(
        catalog,
        sadp(
            DeviceDescription="CMIP7442NW-28MD", DeviceSN="CMIP7442NW-28MD20210312AAWRF12345678",
            MAC="14-2f-fd-01-02-03", SoftwareVersion="V5.5.82build 190909", OEMInfo="LTS",
            DetailOEMCode="10101", SpecificDeviceType="Neutral", Activated="flase",
        ),
    )  # fmt: skip
    assert leading(judged).vendor == "hikvision"
    assert (judged.brand, judged.model, judged.built) == ("lts", "CMIP7442NW-28MD", "2021-03")
    assert "factory-state" in judged.notes


# ---- model grammar ---------------------------------------------------------------------------------

MODELS = [
    ("DS-2CD2143G0-I", "hikvision", Kind.CAMERA), ("iDS-2VS435-F840-EY", "hikvision", Kind.CAMERA),
    ("DS-2DE4425IW-DE", "hikvision", Kind.CAMERA), ("DS-7608NI-I2/8P", "hikvision", Kind.RECORDER),
    ("iDS-7204HUHI-M1/S", "hikvision", Kind.RECORDER), ("DS-9632NI-I8", "hikvision", Kind.RECORDER),
    ("DS-KV8213-WME1(C)", "hikvision", Kind.INTERCOM),
    ("DS-K1T502DBFWX-C", "hikvision", Kind.ACCESS_CONTROL),
    ("IPC-HFW2831T-ZS", "dahua", Kind.CAMERA), ("DH-IPC-HDW1230T2", "dahua", Kind.CAMERA),
]  # fmt: skip


@pytest.mark.parametrize(("model", "maker", "kind"), MODELS)
def test_a_distinctive_model_is_worth_what_the_one_who_says_it_is_worth(
    catalog, model, maker, kind
):
    own = look(catalog, ("onvif.model", model))
    assert (leading(own).vendor, leading(own).grade, own.kind) == (maker, Grade.PROBABLE, kind)
    title = look(catalog, ("http.title", model))
    assert (leading(title).vendor, leading(title).grade) == (maker, Grade.POSSIBLE)
    listed = look(catalog, ("model", model))
    assert (leading(listed).vendor, leading(listed).grade) == (maker, Grade.POSSIBLE)


@pytest.mark.parametrize(
    ("model", "maker"),
    [
        ("IPC322ER3", "uniview"),
        ("TC-C320N", "tiandy"),
        ("TD-2708TE-HP", "tvt"),
        ("CS-C1C-D0", "hikvision"),
    ],
)
def test_a_common_looking_model_is_only_supportive_even_from_the_device(catalog, model, maker):
    judged = look(catalog, ("onvif.model", model))
    assert (leading(judged).vendor, leading(judged).grade) == (maker, Grade.POSSIBLE)


# ---- the fields of `audit identify` ----------------------------------------------------------------


def test_identify_gives_built_serial_and_model(bench):
    out = identified(bench, ("onvif.serial", "DS-2CD2143G0-I20191104AAWRD12345678"))
    assert out["built"] == "2019-11"
    assert out["serial"] == "DS-2CD2143G0-I20191104AAWRD12345678"
    assert out["model"] == "DS-2CD2143G0-I"


def test_identify_gives_firmware_and_oem_customer(bench):
    out = identified(bench, ("onvif.firmware", "2.622.00LR000.10.R"))
    assert (out["firmware"], out["oem_customer"], out["brand"]) == (
        "2.622.00LR000.10.R", "lorex", "lorex",
    )  # fmt: skip


def test_identify_reads_the_serial_inside_a_realm(bench):
    out = identified(bench, ("http.auth_realm", "Login to 4M0747EPAA1D284"))
    assert out["serial"] == "4M0747EPAA1D284"


# ---- a realm that is a bare MAC ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("realm", "maker"),
    [("4419b6000001", "hikvision"), ("48EA63000001", "uniview"), ("3cef8c000001", "dahua")],
)
def test_a_realm_that_is_a_bare_mac_lets_the_owner_of_the_block_testify(catalog, realm, maker):
    found = leading(look(catalog, ("rtsp.auth_realm", realm)))
    assert (found.vendor, found.grade) == (maker, Grade.PROBABLE)


def test_a_bare_mac_of_hikvision_as_the_realm_shows_the_platform_too(catalog):
    judged = look(catalog, ("rtsp.auth_realm", "4419b6000001"))
    platforms = {a.vendor: a.grade for a in judged.attributions if a.role is Role.PLATFORM}
    assert platforms == {"hikvision": Grade.PROBABLE}


@pytest.mark.parametrize("realm", ["deadbeef0123", "4419b60000", "4419b6000001ff"])
def test_other_hexadecimal_realms_name_nobody(catalog, realm):
    assert look(catalog, ("rtsp.auth_realm", realm)).attributions == ()


@pytest.mark.parametrize("serial", ["4M0747EPAA1D284", "BA07995PHA00001"])
def test_a_dahua_serial_may_begin_with_a_digit_or_a_letter(catalog, serial):
    found = leading(look(catalog, ("onvif.serial", serial)))
    assert (found.vendor, found.grade) == ("dahua", Grade.PROBABLE)
