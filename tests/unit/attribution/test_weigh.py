"""How evidence becomes a grade: independent witnesses, one OUI, kinds, labels, conflict."""

import json
from dataclasses import replace

import pytest

from auditor.attribution.hit import Hit
from auditor.attribution.judge import attribute
from auditor.attribution.weigh import best, weigh
from auditor.model.facts import Observation
from auditor.model.judgement import Evidence
from auditor.model.knowledge import Claim
from auditor.model.words import Channel, Grade, Kind, Role, Strength

HIK = Claim(role=Role.MAKER, vendor="hikvision")
AXIS = Claim(role=Role.MAKER, vendor="axis")


def hit(channel, strength=Strength.STRONG, *, claims=(HIK,), oui=False, rule="t.rule", value="x"):
    return Hit(
        evidence=Evidence(rule=rule, signal="mac" if oui else "http.server", value=value,
                          strength=strength, channel=channel),
        claims=claims,
        oui=oui,
    )  # fmt: skip


def grade(*hits):
    return next(item.grade for item in weigh(hits) if item.vendor == "hikvision")


def look(catalog, *facts):
    return attribute(
        [
            Observation(signal=fact[0], value=fact[1], endpoint=fact[2] if len(fact) > 2 else None)
            for fact in facts
        ],
        catalog,
    )


def makers(judged):
    return [(a.vendor, a.grade) for a in judged.attributions if a.role is Role.MAKER]


C, S = Channel, Strength
GRADES = [
    ([hit(C.HTTP)], Grade.PROBABLE),
    ([hit(C.HTTP), hit(C.HTTP, rule="other")], Grade.PROBABLE),  # one witness
    ([hit(C.HTTP), hit(C.RTSP)], Grade.CONFIRMED),
    ([hit(C.HTTP, S.SUPPORTIVE)], Grade.POSSIBLE),
    ([hit(C.HTTP, S.SUPPORTIVE), hit(C.HTTP, S.SUPPORTIVE, rule="other")], Grade.POSSIBLE),
    ([hit(C.HTTP, S.SUPPORTIVE), hit(C.RTSP, S.SUPPORTIVE)], Grade.PROBABLE),
    ([hit(c, S.SUPPORTIVE) for c in (C.HTTP, C.RTSP, C.TLS, C.SSDP)], Grade.PROBABLE),
    ([hit(C.HTTP), hit(C.RTSP, S.SUPPORTIVE)], Grade.PROBABLE),
    ([hit(c, S.WEAK) for c in Channel], Grade.POSSIBLE),
    ([hit(c, S.LABEL) for c in Channel], Grade.POSSIBLE),
    ([hit(C.HTTP, S.SUPPORTIVE), *(hit(c, S.LABEL) for c in Channel)], Grade.POSSIBLE),
    ([hit(C.LINK, oui=True)], Grade.PROBABLE),
    ([hit(C.LINK, oui=True), hit(C.HTTP)], Grade.CONFIRMED),
    ([hit(C.LINK, oui=True), hit(C.SADP, oui=True)], Grade.PROBABLE),  # one mechanism
    ([hit(C.LINK, oui=True), hit(C.SADP, oui=True), hit(C.WSD, oui=True)], Grade.PROBABLE),
    ([hit(C.SADP, oui=True), hit(C.SADP)], Grade.PROBABLE),  # the MAC was read there
    ([hit(C.LINK, oui=True), hit(C.SADP, oui=True), hit(C.SADP)], Grade.CONFIRMED),
    ([hit(C.LINK, S.SUPPORTIVE, oui=True), hit(C.HTTP, S.SUPPORTIVE)], Grade.PROBABLE),
    ([hit(C.LINK, S.WEAK, oui=True), hit(C.HTTP, S.SUPPORTIVE)], Grade.POSSIBLE),
]  # fmt: skip


@pytest.mark.parametrize(("hits", "expected"), GRADES)
def test_grades_come_from_independent_witnesses(hits, expected):
    assert grade(*hits) is expected
    assert grade(*reversed(hits)) is expected


def test_the_best_grade_leads_and_the_rest_is_kept():
    found = weigh([hit(C.HTTP, claims=(AXIS,)), hit(C.RTSP), hit(C.TLS, rule="other")])
    assert [(item.vendor, item.grade) for item in found] == [
        ("hikvision", Grade.CONFIRMED), ("axis", Grade.PROBABLE),
    ]  # fmt: skip
    assert best(found, Role.MAKER) is found[0]
    assert best(found, Role.CHIP) is None


def test_devices_that_show_the_same_sorts_of_signs_each_cite_their_own():
    for value in ("one", "two"):
        (item,) = weigh([hit(C.HTTP, value=value), hit(C.RTSP, value=value, rule="other")])
        assert item.grade is Grade.CONFIRMED
        assert [e.value for e in item.because] == [value, value]


def test_the_same_evidence_twice_is_cited_once_and_other_evidence_of_its_sort_is_not_dropped():
    (twice,) = weigh([hit(C.HTTP), hit(C.HTTP)])
    assert len(twice.because) == 1
    (apart,) = weigh([hit(C.HTTP), hit(C.HTTP, value="y")])
    assert [e.value for e in apart.because] == ["x", "y"]


def test_conflict_is_kept_and_shown_on_both_sides():
    one, two = weigh([hit(C.HTTP), hit(C.RTSP, claims=(AXIS,), rule="axis.rule")])
    assert {one.grade, two.grade} == {Grade.PROBABLE}
    for item, other in ((one, two), (two, one)):
        assert [e.rule for e in item.against] == [e.rule for e in other.because]


def test_weak_signs_never_stand_against_anyone():
    found = weigh(
        [hit(C.HTTP), hit(C.RTSP, S.WEAK, claims=(AXIS,)), hit(C.TLS, S.LABEL, claims=(AXIS,))]
    )
    assert next(item for item in found if item.vendor == "hikvision").against == ()


def test_roles_do_not_stand_against_each_other():
    label = Claim(role=Role.BRAND, vendor="lts")
    maker = next(
        i for i in weigh([hit(C.HTTP), hit(C.RTSP, claims=(label,))]) if i.role is Role.MAKER
    )
    assert maker.against == ()


def entity(name):
    return Claim(role=Role.MAKER, vendor="hikvision", entity=name)


def test_the_entity_is_that_of_the_best_evidence():
    ezviz = hit(C.HTTP, S.SUPPORTIVE, claims=(entity("hikvision-ezviz"),))
    robot = hit(C.LINK, S.STRONG, claims=(entity("hikvision-hikrobot"),))
    (item,) = weigh([ezviz, robot])
    assert item.entity == "hikvision-hikrobot"


def test_two_entities_named_equally_well_are_none():
    hits = [hit(C.HTTP, claims=(entity("a"),)), hit(C.RTSP, claims=(entity("b"),))]
    (item,) = weigh(hits)
    assert item.entity is None


# ---- channels, on the shipped rules ------------------------------------------------------------------


def test_a_mac_at_two_places_is_one_witness(catalog):
    once = look(catalog, ("mac", "28:57:be:01:02:03", "link"))
    twice = look(
        catalog,
        ("mac", "28:57:be:01:02:03", "link"),
        ("mac", "28:57:be:01:02:03", "udp/3702"),
        ("onvif.mac", "28:57:be:01:02:03", "tcp/80"),
    )
    assert makers(once) == makers(twice) == [("hikvision", Grade.PROBABLE)]


def test_a_description_read_from_the_web_server_is_the_web_servers_word(catalog):
    udn = "<root><device><UDN>uuid:device_3_0-1L047ACPAW00037</UDN></device></root>"
    web = ("http.auth_realm", "Login to 4M0747EPAA1D284", "tcp/80")
    assert makers(look(catalog, web, ("ssdp.description", udn, "tcp/80"))) == [
        ("dahua", Grade.PROBABLE)
    ]
    assert makers(look(catalog, web, ("ssdp.description", udn, "udp/1900"))) == [
        ("dahua", Grade.CONFIRMED)
    ]


def test_onvif_and_the_web_page_are_one_witness_and_rtsp_another(catalog):
    web = ("http.auth_realm", "IP Camera(C2183)", "tcp/80")
    onvif = ("onvif.model", "DS-2CD2143G0-I", "tcp/80")
    assert makers(look(catalog, web, onvif)) == [("hikvision", Grade.PROBABLE)]
    rtsp = ("rtsp.auth_realm", "IP Camera(C2183)", "tcp/554")
    assert makers(look(catalog, web, onvif, rtsp)) == [("hikvision", Grade.CONFIRMED)]


def test_two_devices_behind_one_address_are_both_shown(catalog):
    judged = look(
        catalog,
        ("rtsp.auth_realm", "IP Camera(C2183)", "tcp/554"),
        ("http.auth_realm", "AXIS_ACCC8E010203", "tcp/80"),
    )
    assert dict(makers(judged)) == {"hikvision": Grade.PROBABLE, "axis": Grade.PROBABLE}
    for item in judged.attributions:
        if item.role is Role.MAKER:
            assert item.against


# ---- kinds -----------------------------------------------------------------------------------------------


def test_a_recorder_beats_a_camera_where_both_are_shown(catalog):
    judged = look(
        catalog,
        ("rtsp.auth_realm", "IP Camera(C2183)", "tcp/554"),
        ("http.auth_realm", "Embedded Net DVR", "tcp/80"),
    )
    assert judged.kind is Kind.RECORDER


def test_stronger_evidence_of_a_kind_beats_the_order_of_kinds(catalog):
    judged = look(
        catalog,
        ("onvif.model", "DS-2CD2143G0-I", "tcp/80"),  # strong: camera
        ("port.open", "tcp/65001"),  # weak: recorder
    )
    assert judged.kind is Kind.CAMERA


def _other(catalog):
    """A supportive rule that shows something else than video, and a value that meets it."""
    return next(
        (rule, rule.examples[0].value)
        for rule in catalog.rules
        if rule.kind is Kind.OTHER and rule.strength is Strength.SUPPORTIVE
    )


@pytest.mark.parametrize(
    ("strength", "kind"),
    [
        (Strength.STRONG, Kind.OTHER), (Strength.SUPPORTIVE, Kind.OTHER), (Strength.WEAK, Kind.UNKNOWN),
        (Strength.LABEL, Kind.UNKNOWN),
    ],
)  # fmt: skip
def test_something_else_than_video_needs_supportive_evidence(catalog, strength, kind):
    rule, value = _other(catalog)
    alone = replace(catalog, rules=(replace(rule, strength=strength),))
    assert look(alone, (rule.signal, value)).kind is kind


@pytest.mark.parametrize("strength", list(Strength))
def test_a_camera_needs_no_more_than_a_weak_sign(catalog, strength):
    rule = catalog.rule_by_id["hikvision.model.camera"]
    alone = replace(catalog, rules=(replace(rule, strength=strength),))
    assert look(alone, ("onvif.model", "DS-2CD2143G0-I")).kind is Kind.CAMERA


def test_between_equals_the_video_kind_wins(catalog):
    rule, value = _other(catalog)
    judged = look(
        catalog,
        (rule.signal, value),
        ("dhip", json.dumps({"params": {"deviceInfo": {"DeviceClass": "IPC"}}})),
    )
    assert judged.kind is Kind.CAMERA


def test_a_mac_block_of_a_video_maker_does_not_tell_which_device_it_is(catalog):
    """Recorders, intercoms, alarm panels and switches carry the same blocks."""
    for mac in ("28:57:be:01:02:03", "3c:ef:8c:01:02:03", "48:ea:63:01:02:03", "ac:cc:8e:01:02:03"):
        judged = look(catalog, ("mac", mac, "link"))
        assert judged.attributions
        assert judged.kind is Kind.UNKNOWN


# ---- label and maker -------------------------------------------------------------------------------------


def test_label_and_maker_are_two_claims(catalog):
    judged = look(
        catalog,
        ("onvif.manufacturer", "LTS", "tcp/80"),
        ("onvif.serial", "CMIP7442NW-28MD20210312AAWRF12345678", "tcp/80"),
    )
    assert best(judged.attributions, Role.BRAND).vendor == "lts"
    assert best(judged.attributions, Role.MAKER).vendor == "hikvision"
    assert judged.brand == "lts"


def test_the_better_witnessed_label_is_shown(catalog):
    judged = look(
        catalog,
        ("onvif.manufacturer", "General", "tcp/80"),
        ("onvif.firmware", "2.622.00LR000.10.R", "tcp/80"),
    )
    assert (judged.brand, judged.oem_customer) == ("lorex", "lorex")


def test_an_unknown_label_is_shown_as_the_device_gives_it(catalog):
    judged = look(catalog, ("onvif.manufacturer", "Acme Cams", "tcp/80"))
    assert judged.brand == "Acme Cams"
    assert judged.attributions == ()


def test_a_platform_of_a_maker_that_builds_its_own_is_its_maker_too(catalog):
    judged = look(catalog, ("http.server", "App-webs/", "tcp/80"))
    roles = {(a.role, a.vendor) for a in judged.attributions}
    assert roles == {(Role.MAKER, "hikvision"), (Role.PLATFORM, "hikvision")}


def test_a_chip_is_never_a_maker(catalog):
    judged = look(catalog, ("rtsp.server", "Hipcam RealServer/V1.0", "tcp/554"))
    assert {(a.role, a.vendor) for a in judged.attributions} == {(Role.CHIP, "hisilicon")}


def test_the_label_of_a_subsidiary_names_the_legal_entity(catalog):
    judged = look(
        catalog,
        ("onvif.manufacturer", "EZVIZ", "tcp/80"),
        ("rtsp.auth_realm", "IP Camera(C2183)", "tcp/554"),
    )
    maker = best(judged.attributions, Role.MAKER)
    assert (maker.vendor, maker.entity, maker.grade) == (
        "hikvision", "hikvision-ezviz", Grade.PROBABLE,
    )  # fmt: skip


def test_a_family_head_stands_for_its_brands_in_role_maker(catalog):
    for model, brand in (("CS-C1C-D0-1D2WFR", "ezviz"), ("IPC-D140H", "hilook")):
        judged = look(catalog, ("onvif.model", model, "tcp/80"))
        assert best(judged.attributions, Role.MAKER).vendor == "hikvision"
        assert judged.brand == brand


def test_evidence_names_its_origin(catalog):
    judged = look(
        catalog,
        ("sadp", "<ProbeMatch><MAC>28-57-be-01-02-03</MAC></ProbeMatch>", "udp/37020"),
    )
    (evidence,) = best(judged.attributions, Role.MAKER).because
    assert (evidence.signal, evidence.via, evidence.channel) == ("mac", "sadp", Channel.SADP)
