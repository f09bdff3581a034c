"""What a sign says of the label, and a label of the maker: hints that never pass possible."""

from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.words import Grade, Role, Strength


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
    assert named(judged, Role.MAKER) == {"dahua": Grade.POSSIBLE, "cp-plus": Grade.POSSIBLE}
    assert lead(judged) == "dahua"


def test_a_row_that_names_the_model_goes_before_one_that_names_none(catalog):
    judged = look(catalog, ("brand", "LaView"), ("model", "LV-PTK66802"))
    assert set(named(judged, Role.MAKER)) == {"hikvision", "dahua"}
    assert lead(judged) == "hikvision"


def test_a_head_of_family_is_presumed_for_a_label_of_the_family(catalog):
    assert named(look(catalog, ("brand", "Panasonic"), ("model", "BL-C230")), Role.MAKER) == {
        "i-pro": Grade.POSSIBLE
    }
