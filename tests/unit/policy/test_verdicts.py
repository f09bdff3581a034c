"""What each regime says of a device: law 1, case by case, on the shipped law data."""

from dataclasses import replace
from datetime import date

import pytest

from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.judgement import Attribution, Evidence, Judged
from auditor.model.knowledge import Exemption
from auditor.model.words import Channel, Grade, Kind, Outcome, Role, Strength
from auditor.policy.judge import Device, applies, headline, judge

STRONG = Evidence(
    rule="test.rule",
    signal="rtsp.auth_realm",
    value="x",
    strength=Strength.STRONG,
    channel=Channel.RTSP,
)
MAC = Evidence(
    rule="test.oui", signal="mac", value="x", strength=Strength.STRONG, channel=Channel.LINK
)


def maker(vendor, grade=Grade.CONFIRMED, *, entity=None, because=(STRONG,)):
    return Attribution(role=Role.MAKER, vendor=vendor, grade=grade, entity=entity, because=because)


def device(*makers, kind=Kind.CAMERA, video=True):
    return Judged(kind=kind, video_sign=video, attributions=makers)


def under(bench, regime, judged, **how):
    policy = replace(bench.policy, regimes=(regime,), **how.pop("policy", {}))
    return judge(judged, replace(bench, policy=policy, **how))[0]


@pytest.mark.parametrize("vendor", ["hikvision", "dahua", "huawei", "zte", "hytera"])
def test_the_five_are_covered_under_889(bench, vendor):
    verdict = under(bench, "us-ndaa-889", device(maker(vendor)))
    assert verdict.outcome is Outcome.COVERED
    assert verdict.listing
    assert verdict.effective == "2019-08-13"


@pytest.mark.parametrize("vendor", ["uniview", "tiandy", "kedacom", "tp-link", "xiongmai", "tvt"])
@pytest.mark.parametrize("regime", ["us-ndaa-889", "us-fcc-covered-list"])
def test_makers_that_these_lists_do_not_name_are_not_covered(bench, vendor, regime):
    known = device(maker(vendor))
    verdict = under(bench, regime, known)
    builds = bench.catalog.vendors[vendor].builds
    if builds == "all":
        assert verdict.outcome is Outcome.NOT_COVERED, verdict.reasons
    else:
        assert verdict.reasons == ("maker_buys_in",)


def test_a_possible_listed_maker_is_never_covered(bench):
    verdict = under(bench, "us-ndaa-889", device(maker("hikvision", Grade.POSSIBLE)))
    assert verdict.outcome is Outcome.INDETERMINATE
    assert verdict.reasons == ("listed_maker_possible",)


def test_a_stricter_policy_needs_confirmed(bench):
    probable = device(maker("hikvision", Grade.PROBABLE))
    strict = under(bench, "us-ndaa-889", probable, policy={"minimum": Grade.CONFIRMED})
    assert strict.outcome is Outcome.INDETERMINATE


def test_unknown_maker_is_not_determined(bench):
    verdict = under(bench, "us-ndaa-889", device())
    assert verdict.outcome is Outcome.INDETERMINATE
    assert verdict.reasons == ("maker_unknown",)


def test_a_mac_block_alone_never_acquits(bench):
    verdict = under(bench, "us-ndaa-889", device(maker("axis", Grade.PROBABLE, because=(MAC,))))
    assert verdict.reasons == ("mac_block_only",)


def test_one_strong_witness_acquits_a_maker_that_builds_what_it_sells(bench):
    verdict = under(bench, "us-ndaa-889", device(maker("axis", Grade.PROBABLE)))
    assert verdict.outcome is Outcome.NOT_COVERED


def test_a_hint_of_a_listed_maker_blocks_an_acquittal_that_is_only_probable(bench):
    both = device(maker("axis", Grade.PROBABLE), maker("hikvision", Grade.POSSIBLE))
    assert under(bench, "us-ndaa-889", both).outcome is Outcome.INDETERMINATE
    sure = device(maker("axis", Grade.CONFIRMED), maker("hikvision", Grade.POSSIBLE))
    assert under(bench, "us-ndaa-889", sure).outcome is Outcome.NOT_COVERED


def test_two_makers_of_equal_grade_are_a_conflict(bench):
    both = device(maker("hikvision", Grade.PROBABLE), maker("axis", Grade.PROBABLE))
    assert under(bench, "us-ndaa-889", both).reasons == ("conflict",)


def test_the_listed_maker_wins_when_its_grade_is_higher(bench):
    both = device(maker("hikvision", Grade.CONFIRMED), maker("axis", Grade.PROBABLE))
    assert under(bench, "us-ndaa-889", both).outcome is Outcome.COVERED


def test_a_list_of_named_entities_does_not_reach_a_subsidiary(bench):
    ezviz = device(maker("hikvision", entity="hikvision-ezviz"))
    verdict = under(bench, "us-dod-1260h", ezviz)
    assert verdict.outcome is Outcome.NOT_COVERED
    assert verdict.reasons == ("subsidiary_not_named",)
    assert under(bench, "us-ndaa-889", ezviz).outcome is Outcome.COVERED


def test_a_disputed_family_is_not_determined(bench):
    verdict = under(bench, "us-dod-1260h", device(maker("tp-link")))
    assert verdict.outcome is Outcome.INDETERMINATE
    assert verdict.reasons == ("entity_not_established",)


def test_before_its_date_a_rule_does_not_reach_the_device(bench):
    verdict = under(bench, "us-ndaa-805", device(maker("hikvision")))
    assert verdict.outcome is Outcome.INDETERMINATE
    assert verdict.reasons == ("not_yet_effective",)
    assert verdict.effective == "2027-06-30"
    later = under(bench, "us-ndaa-805", device(maker("hikvision")), as_of=date(2027, 7, 1))
    assert later.outcome is Outcome.COVERED


def test_before_the_listing_a_maker_is_not_covered(bench):
    early = under(bench, "us-ndaa-889", device(maker("hikvision")), as_of=date(2018, 1, 1))
    assert early.outcome is Outcome.NOT_COVERED
    assert early.reasons == ("before_listing",)


def test_a_month_that_is_only_approximate_is_not_determined(bench):
    during = under(bench, "us-bis-entity-list", device(maker("uniview")), as_of=date(2024, 12, 20))
    assert during.reasons == ("date_approximate",)


def test_memory_rows_are_switched_off(bench):
    listed = bench.catalog.listings_of("us-bis-entity-list")
    assert any(row.vendor == "tiandy" and row.code == "M" for row in listed)
    verdict = under(bench, "us-bis-entity-list", device(maker("tiandy")))
    assert verdict.outcome is Outcome.INDETERMINATE
    assert verdict.reasons == ("listing_unverified",)
    assert verdict.listing is None


def test_a_rule_that_names_no_maker_is_never_silent(bench):
    policy = bench.catalog.policies["uk-central-government"]
    hik = device(maker("hikvision"))
    verdicts = judge(hik, replace(bench, policy=policy))
    assert verdicts
    assert {verdict.outcome for verdict in verdicts} == {Outcome.INDETERMINATE}


@pytest.mark.parametrize(
    ("vendor", "regime"),
    [
        ("hytera", "us-dod-1260h"),
        ("zte", "us-dod-1260h"),
        ("zte", "us-bis-entity-list"),
        ("dahua", "us-ofac-ns-cmic"),
        ("uniview", "us-dod-1260h"),
    ],
)
def test_known_absences(bench, vendor, regime):
    assert under(bench, regime, device(maker(vendor))).outcome is not Outcome.COVERED


def test_a_printer_is_outside_and_an_unknown_host_is_unidentified(bench):
    printer = device(kind=Kind.OTHER, video=False)
    assert judge(printer, bench) == ()
    assert headline(printer, (), bench.policy) == "outside"
    host = device(kind=Kind.UNKNOWN, video=False)
    assert judge(host, bench) == ()
    assert headline(host, (), bench.policy) == "unidentified"


def test_a_sign_of_video_puts_an_unknown_host_on_the_bench(bench):
    verdicts = judge(device(kind=Kind.UNKNOWN, video=True), bench)
    assert {verdict.outcome for verdict in verdicts} == {Outcome.INDETERMINATE}


def test_unknown_kind_of_a_maker_with_a_wide_range_is_not_named(bench):
    phone = device(maker("huawei", Grade.PROBABLE), kind=Kind.UNKNOWN, video=True)
    assert under(bench, "us-ndaa-889", phone).reasons == ("kind_not_named",)


def test_a_switch_of_a_listed_maker_is_judged(bench):
    switch = device(maker("hikvision"), kind=Kind.NETWORK, video=False)
    assert under(bench, "us-ndaa-889", switch).outcome is Outcome.COVERED


def test_an_exemption_excuses_and_never_erases(bench):
    exemption = Exemption(
        id="E-1",
        regimes=("us-ndaa-889",),
        holder="Site 4",
        document="memo 12",
        reason="phase-out",
        until=date(2027, 1, 1),
        macs=("28:57:be:01:02:03",),
    )
    policy = replace(bench.policy, regimes=("us-ndaa-889",))
    seat = replace(bench, policy=policy, exemptions=(exemption,))
    mine = judge(device(maker("hikvision")), seat, Device(mac="28:57:be:01:02:03"))[0]
    assert mine.outcome is Outcome.EXEMPT
    assert mine.listing
    assert mine.exemption
    assert "memo 12" in mine.exemption
    other = judge(device(maker("hikvision")), seat, Device(mac="28:57:be:01:02:04"))[0]
    assert other.outcome is Outcome.COVERED
    expired = replace(seat, as_of=date(2027, 2, 1))
    over = judge(device(maker("hikvision")), expired, Device(mac="28:57:be:01:02:03"))[0]
    assert over.outcome is Outcome.COVERED


def test_the_profile_decides_whether_a_rule_concerns_the_operator(bench):
    regime = bench.catalog.regimes["us-ndaa-889"]
    assert applies(regime, ()) is None
    assert applies(regime, ("us-federal-contractor",)) is True
    assert applies(regime, ("us-importer-or-seller",)) is False


def test_counterparty_lists_do_not_make_the_headline(bench):
    hik = device(maker("hikvision"))
    policy = replace(bench.policy, regimes=("us-dod-1260h",))
    verdicts = judge(hik, replace(bench, policy=policy))
    assert verdicts[0].outcome is Outcome.COVERED
    assert headline(hik, verdicts, policy) == "outside"


def test_label_alone_is_never_enough(bench):
    judged = attribute([Observation(signal="brand", value="Hikvision")], bench.catalog)
    verdict = under(bench, "us-ndaa-889", judged)
    assert verdict.outcome is Outcome.INDETERMINATE
