"""What a sign says of the label, and a label of the maker: hints, but for one measured case."""

from dataclasses import replace

import pytest

from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.words import Grade, Outcome, Role, Strength
from auditor.policy.judge import judge


def look(catalog, *pairs):
    return attribute(
        [
            Observation(signal=pair[0], value=pair[1], endpoint=pair[2] if len(pair) > 2 else None)
            for pair in pairs
        ],
        catalog,
    )


def named(judged, role):
    return {item.vendor: item.grade for item in judged.attributions if item.role is role}


def lead(judged):
    return next(item.vendor for item in judged.attributions if item.role is Role.MAKER)


def test_a_makers_own_realm_names_the_label_too(catalog):
    judged = look(catalog, ("rtsp.auth_realm", "AXIS_WS_ACCC8E000001", "tcp/554"))
    assert named(judged, Role.BRAND) == {"axis": Grade.POSSIBLE}
    assert judged.brand == "axis"


def test_a_realm_without_the_name_names_no_label(catalog):
    judged = look(catalog, ("rtsp.auth_realm", "BC Streaming Media", "tcp/554"))
    assert named(judged, Role.MAKER) == {"reolink": Grade.PROBABLE}
    assert named(judged, Role.BRAND) == {}


def test_the_name_of_a_maker_that_sells_to_others_says_nothing_of_the_label(catalog):
    judged = look(catalog, ("rtsp.server", "Dahua Rtsp Server", "tcp/554"))
    assert "dahua" in named(judged, Role.MAKER)
    assert named(judged, Role.BRAND) == {}


def test_a_name_inside_another_word_is_no_name(catalog):
    judged = look(catalog, ("http.title", "AXISTED", "tcp/80"))
    assert named(judged, Role.BRAND) == {}


def test_a_label_that_builds_some_is_a_possible_maker_by_label_strength_only(catalog):
    judged = look(catalog, ("mac", "00:13:e2:00:00:01", "link"))
    assert named(judged, Role.BRAND) == {"geovision": Grade.PROBABLE}
    assert named(judged, Role.MAKER) == {"geovision": Grade.POSSIBLE}
    maker = next(item for item in judged.attributions if item.role is Role.MAKER)
    assert {evidence.strength for evidence in maker.because} == {Strength.LABEL}


def test_a_label_that_builds_nothing_is_no_maker(catalog):
    assert catalog.vendors["trendnet"].builds == "none"
    assert named(look(catalog, ("mac", "00:14:d1:00:00:01", "link")), Role.MAKER) == {}


def test_the_presumption_keeps_behind_a_row_of_the_directory(catalog):
    judged = look(catalog, ("brand", "CP PLUS"))
    assert named(judged, Role.MAKER) == {
        "dahua": Grade.POSSIBLE,
        "uniview": Grade.POSSIBLE,  # CP-VNC and CP-VNP, 38 of 39 records of the conformance list
        "cp-plus": Grade.POSSIBLE,
    }
    assert lead(judged) == "dahua"


def test_a_row_that_names_the_model_goes_before_one_that_names_none(catalog):
    judged = look(catalog, ("brand", "LaView"), ("model", "LV-PTK66802"))
    assert set(named(judged, Role.MAKER)) == {"hikvision", "dahua"}
    assert lead(judged) == "hikvision"


def test_a_head_of_family_is_presumed_for_a_label_of_the_family(catalog):
    assert named(look(catalog, ("brand", "Panasonic"), ("model", "BL-C230")), Role.MAKER) == {
        "i-pro": Grade.POSSIBLE
    }


def test_the_platform_of_a_vendor_that_builds_some_hints_at_it_as_the_maker(catalog):
    assert not catalog.vendors["pelco"].platform_is_maker
    judged = look(catalog, ("ssdp.usn", "uuid:1::urn:schemas-pelco-com:device:Pelco:1", "udp/1900"))
    assert "pelco" in named(judged, Role.PLATFORM)
    assert named(judged, Role.MAKER) == {"pelco": Grade.POSSIBLE}
    maker = next(item for item in judged.attributions if item.role is Role.MAKER)
    assert {evidence.strength for evidence in maker.because} == {Strength.LABEL}


def test_the_platform_of_a_chip_maker_hints_at_no_maker(catalog):
    judged = look(catalog, ("rtsp.server", "HiIpcam/V100R003 VodServer/1.0.0", "tcp/554"))
    assert named(judged, Role.MAKER) == {}


IDIS_BLOCK = ("mac", "00:03:22:00:00:01", "link")
ACTI_BLOCK = ("mac", "00:0f:7c:00:00:01", "link")
OWN_BLOCKS = {
    "idis": IDIS_BLOCK,
    "acti": ACTI_BLOCK,
    "matrix-comsec": ("mac", "00:1b:09:00:00:01", "link"),
    "i-pro": ("mac", "d4:2d:c5:00:00:01", "link"),
    "infinova": ("mac", "00:18:8a:00:00:01", "link"),
    "arecont": ("mac", "00:1a:07:00:00:01", "link"),
    "doorbird": ("mac", "1c:ca:e3:70:00:01", "link"),
    "itx": ("mac", "00:11:5f:00:00:01", "link"),
    "fuho": ("mac", "00:16:55:00:00:01", "link"),
    "truen": ("mac", "00:1c:63:00:00:01", "link"),
    "cnb": ("mac", "00:1e:81:00:00:01", "link"),
    "seyeon": ("mac", "00:30:6f:00:00:01", "link"),
    "wonwoo": ("mac", "00:3c:c5:00:00:01", "link"),
    "lumens": ("mac", "dc:e2:ac:00:00:01", "link"),
    "verkada": ("mac", "e0:a7:00:00:00:01", "link"),
    "vtech": ("mac", "00:09:08:00:00:01", "link"),
    "cyberdata": ("mac", "00:20:f7:00:00:01", "link"),
    "vision-hitech": ("mac", "00:26:e6:00:00:01", "link"),
    "fanvil": ("mac", "0c:38:3e:00:00:01", "link"),
    "puwell": ("mac", "40:6a:8e:00:00:01", "link"),
    "yi-technology": ("mac", "58:70:c6:00:00:01", "link"),
    "netvue": ("mac", "64:d4:f0:00:00:01", "link"),
    "spotcam": ("mac", "b8:df:6b:00:00:01", "link"),
    "logitech": ("mac", "00:0d:44:00:00:01", "link"),
    "withings": ("mac", "00:24:e4:00:00:01", "link"),
    "ecobee": ("mac", "44:61:32:00:00:01", "link"),
    "nanit": ("mac", "44:ea:54:00:00:01", "link"),
    "skybell": ("mac", "68:f0:d0:00:00:01", "link"),
    "rhombus": ("mac", "cc:47:bd:00:00:01", "link"),
    "siedle": ("mac", "d4:e3:2c:00:00:01", "link"),
    "canary": ("mac", "d8:42:e2:00:00:01", "link"),
    "simplisafe": ("mac", "f8:51:28:00:00:01", "link"),
    "amazon": ("mac", "70:b3:d5:27:00:01", "link"),
    "aqara": ("mac", "18:c2:3c:00:00:01", "link"),
    "august-yale": ("mac", "78:9c:85:00:00:01", "link"),
    "eve": ("mac", "00:0c:6c:00:00:01", "link"),
    "somfy": ("mac", "40:d8:55:14:d0:01", "link"),
    "amaryllo": ("mac", "2c:27:9e:e0:00:01", "link"),
    "xovis": ("mac", "00:0b:91:00:00:01", "link"),
    "tattile": ("mac", "00:50:c2:0b:d0:01", "link"),
}


def test_the_block_of_a_label_that_builds_most_makes_it_a_probable_maker(catalog):
    for vendor, block in OWN_BLOCKS.items():
        assert catalog.vendors[vendor].builds == "most"
        judged = look(catalog, block)
        assert named(judged, Role.MAKER) == {vendor: Grade.PROBABLE}
        maker = next(item for item in judged.attributions if item.role is Role.MAKER)
        (rule,) = [evidence.rule for evidence in maker.because]
        assert rule.startswith(f"{vendor}.oui")


def test_every_vendor_with_most_is_tried_here(catalog):
    most = {vendor.id for vendor in catalog.vendors.values() if vendor.builds == "most"}
    assert most == set(OWN_BLOCKS)


@pytest.mark.parametrize(
    "vendor", ["geovision", "mobotix", "honeywell", "flir", "bosch", "pelco", "hunt"]
)
def test_a_vendor_whose_block_is_on_foreign_hardware_stays_at_some(catalog, vendor):
    assert catalog.vendors[vendor].builds == "some"


def test_the_name_of_a_label_that_builds_most_stays_a_hint(catalog):
    assert named(look(catalog, ("brand", "IDIS")), Role.MAKER) == {"idis": Grade.POSSIBLE}


FOREIGN = {
    "a strong sign of a listed maker": ("rtsp.auth_realm", "Hikvision", "tcp/554"),
    "a strong sign of another maker": ("rtsp.auth_realm", "AXIS_WS_ACCC8E000001", "tcp/554"),
    "the block of a maker": ("mac", "28:57:be:00:00:01", "udp/37020"),
    "a firmware form of a maker": ("onvif.firmware", "IPC_D1202-B0007P10D1904C40", "tcp/80"),
}


@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=FOREIGN)
def test_the_block_is_a_hint_again_where_another_maker_shows(catalog, foreign):
    alone, both = look(catalog, foreign), look(catalog, IDIS_BLOCK, foreign)
    assert named(both, Role.MAKER) == {**named(alone, Role.MAKER), "idis": Grade.POSSIBLE}
    assert lead(both) == lead(alone)


def test_a_supportive_sign_of_another_maker_is_enough_to_silence_the_block(catalog):
    judged = look(catalog, IDIS_BLOCK, ("onvif.model", "TC-C320N", "tcp/80"))
    assert named(judged, Role.MAKER) == {"tiandy": Grade.POSSIBLE, "idis": Grade.POSSIBLE}
    assert lead(judged) == "tiandy"


def test_a_block_of_a_label_that_builds_most_makes_no_conflict(catalog, bench):
    hik = ("rtsp.auth_realm", "Hikvision", "tcp/554")
    for block in OWN_BLOCKS.values():
        (verdict,) = under_889(look(catalog, block, hik), bench)
        assert verdict.outcome is Outcome.COVERED
        assert verdict.vendor == "hikvision"


def test_a_model_that_the_directory_gives_to_another_maker_silences_the_block(catalog):
    own = look(catalog, ACTI_BLOCK, ("onvif.model", "B21", "tcp/80"))
    assert named(own, Role.MAKER) == {"acti": Grade.PROBABLE}
    bought = look(catalog, ACTI_BLOCK, ("onvif.model", "Z33", "tcp/80"))
    assert named(bought, Role.MAKER) == {"uniview": Grade.POSSIBLE, "acti": Grade.POSSIBLE}
    assert lead(bought) == "uniview"


def test_the_model_of_another_label_silences_the_block_too(catalog):
    listed = look(catalog, IDIS_BLOCK, ("onvif.model", "NC303-MB", "tcp/80"))
    assert named(listed, Role.MAKER)["idis"] is Grade.POSSIBLE


def test_two_labels_that_build_most_silence_each_other(catalog):
    judged = look(catalog, IDIS_BLOCK, ("mac", "00:0f:7c:00:00:01", "tcp/80"))
    assert named(judged, Role.MAKER) == {"idis": Grade.POSSIBLE, "acti": Grade.POSSIBLE}


@pytest.mark.parametrize("vendor", OWN_BLOCKS)
@pytest.mark.parametrize(
    "besides",
    [(), (("brand", "IDIS"),), (("onvif.scopes", "onvif://www.onvif.org/type/video_encoder"),)],
)
def test_a_block_of_a_label_that_builds_most_acquits_nobody(catalog, bench, vendor, besides):
    (verdict,) = under_889(look(catalog, OWN_BLOCKS[vendor], *besides), bench)
    assert verdict.outcome is Outcome.INDETERMINATE
    assert verdict.reasons == ("mac_block_only",)


PANASONIC_BLOCK = ("mac", "bc:c3:42:00:00:01", "link")
DOORBIRD_BLOCK = ("mac", "1c:ca:e3:70:00:01", "link")
OWN_MODEL = ("model", "WV-S3531L")


def test_the_block_of_a_label_and_a_model_of_its_own_make_it_a_probable_maker(catalog):
    for alone in (PANASONIC_BLOCK, OWN_MODEL):
        assert named(look(catalog, alone), Role.MAKER) == {"i-pro": Grade.POSSIBLE}
    both = look(catalog, PANASONIC_BLOCK, OWN_MODEL)
    assert named(both, Role.MAKER) == {"i-pro": Grade.PROBABLE}
    rules = {evidence.rule for item in both.attributions for evidence in item.because}
    assert {"panasonic.oui", "i-pro.model.wv"} <= rules


def test_the_block_of_a_label_and_a_record_of_its_own_protocol_too(catalog):
    record = ("mdns.txt", '[["macaddress", "1CCAE3700001"]]')
    judged = look(catalog, DOORBIRD_BLOCK, record)
    assert named(judged, Role.MAKER)["doorbird"] is Grade.PROBABLE


def test_the_block_of_a_label_beside_its_name_stays_a_hint(catalog):
    judged = look(catalog, PANASONIC_BLOCK, ("brand", "Panasonic"))
    assert named(judged, Role.MAKER)["i-pro"] is Grade.POSSIBLE


def test_a_model_that_the_directory_gives_away_silences_the_block_of_a_label(catalog):
    judged = look(catalog, PANASONIC_BLOCK, ("brand", "Panasonic"), ("model", "K-EW215L03"))
    assert set(named(judged, Role.MAKER).values()) == {Grade.POSSIBLE}


@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=FOREIGN)
def test_the_block_of_a_label_with_its_model_keeps_behind_another_maker(catalog, foreign):
    alone, all_three = look(catalog, foreign), look(catalog, PANASONIC_BLOCK, OWN_MODEL, foreign)
    assert named(all_three, Role.MAKER) == {
        **named(alone, Role.MAKER),
        "i-pro": Grade.POSSIBLE,
    }
    assert lead(all_three) == lead(alone)


def test_the_block_of_a_label_with_its_model_on_a_list_acquits_nobody(catalog, bench):
    (verdict,) = under_889(look(catalog, PANASONIC_BLOCK, OWN_MODEL), bench)
    assert verdict.outcome is Outcome.INDETERMINATE
    assert "mac_block_only" in verdict.reasons


def test_one_block_of_a_house_may_be_its_subsidiary_s(catalog):
    camera = look(catalog, ("mac", "00:18:85:00:00:01", "link"))
    assert named(camera, Role.MAKER)["avigilon"] is Grade.PROBABLE
    assert lead(camera) == "avigilon"
    radio = look(catalog, ("mac", "00:04:7d:00:00:01", "link"))
    assert "avigilon" not in named(radio, Role.MAKER)


def test_a_block_is_one_witness_wherever_a_rule_on_it_was_met(catalog):
    judged = look(
        catalog,
        ("mac", "00:18:85:00:00:01", "link"),
        ("mac", "00:18:85:00:00:01", "tcp/80"),
        ("wsd.endpoint", "urn:uuid:11112222-3333-4444-5555-001885000001"),
    )
    assert named(judged, Role.MAKER)["avigilon"] is Grade.PROBABLE


def under_889(judged, bench):
    policy = replace(bench.policy, regimes=("us-ndaa-889",))
    return judge(replace(judged, video_sign=True), replace(bench, policy=policy))
