"""A server that shows strong signs of two listed makers convicts neither of them."""

from dataclasses import replace

from auditor.attribution.judge import attribute
from auditor.model.facts import Observation
from auditor.model.words import Grade, Outcome, Role
from auditor.policy.judge import judge

HIK = ("http.server", "DVRDVS-Webs")
DAHUA = ("http.auth_realm", "Login to 3K0123456789ABC")


def under_889(bench, *seen):
    judged = attribute(
        [
            Observation(signal=signal, value=value, endpoint=endpoint)
            for (signal, value), endpoint in seen
        ],
        bench.catalog,
    )
    policy = replace(bench.policy, regimes=("us-ndaa-889",))
    (verdict,) = judge(judged, replace(bench, policy=policy))
    return judged, verdict


def grades(judged):
    return {item.vendor: item.grade for item in judged.attributions if item.role is Role.MAKER}


def test_one_server_with_the_signs_of_two_listed_makers_is_a_conflict(bench):
    judged, verdict = under_889(bench, (HIK, "tcp/80"), (DAHUA, "tcp/80"))
    assert verdict.outcome is Outcome.INDETERMINATE
    assert verdict.reasons == ("conflict",)
    assert grades(judged) == {"hikvision": Grade.PROBABLE, "dahua": Grade.PROBABLE}


def test_both_makers_stay_shown_each_against_the_other(bench):
    judged, _ = under_889(bench, (HIK, "tcp/80"), (DAHUA, "tcp/80"))
    against = {
        item.vendor: {e.rule.split(".")[0] for e in item.against} for item in judged.attributions
    }
    assert against["hikvision"] == {"dahua"}
    assert against["dahua"] == {"hikvision"}


def test_two_servers_at_one_address_are_two_devices_and_both_are_listed(bench):
    _, verdict = under_889(bench, (HIK, "tcp/80"), (DAHUA, "tcp/8080"))
    assert verdict.outcome is Outcome.COVERED


def test_one_server_of_one_listed_maker_is_covered(bench):
    _, verdict = under_889(bench, (HIK, "tcp/80"))
    assert verdict.outcome is Outcome.COVERED


def test_a_mac_block_of_another_maker_is_no_word_of_the_server(bench):
    mac = ("mac", "3c:ef:8c:01:02:03")
    _, verdict = under_889(bench, (HIK, "tcp/80"), (mac, "link"))
    assert verdict.outcome is Outcome.COVERED


def test_the_better_witnessed_maker_still_wins(bench):
    rtsp = ("rtsp.auth_realm", "Login to 3K0123456789ABC")
    judged, verdict = under_889(bench, (HIK, "tcp/80"), (DAHUA, "tcp/80"), (rtsp, "tcp/554"))
    assert grades(judged)["dahua"] is Grade.CONFIRMED
    assert verdict.outcome is Outcome.COVERED
    assert verdict.vendor == "dahua"
