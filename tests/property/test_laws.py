"""The laws of the design as properties: more evidence, order, grades, citations, determinism."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import codec
from auditor.app.judging.hinge import judge_asset, summary
from auditor.attribution.judge import attribute
from auditor.model.document import Asset, Coverage, Header, Scan
from auditor.model.facts import Observation
from auditor.model.judgement import Attribution, Evidence, Verdict
from auditor.model.signals import SIGNALS, Shape
from auditor.model.words import (
    Channel,
    FindingClass,
    Grade,
    Outcome,
    Role,
    Strength,
    grade_rank,
)
from auditor.policy.judge import judge

QUICK = settings(max_examples=60)


@pytest.fixture(scope="module")
def pool(catalog):
    """Observations that rules are known to meet, and some that they do not."""
    out = [
        Observation(signal=rule.signal, value=example.value)
        for rule in catalog.rules
        for example in (*rule.examples, *rule.counterexamples)
    ]
    out += [
        Observation(signal="mac", value=mac, endpoint=endpoint)
        for mac in (
            "28:57:be:01:02:03",
            "3c:ef:8c:01:02:03",
            "ac:cc:8e:01:02:03",
            "02:00:00:00:00:01",
        )
        for endpoint in ("link", "udp/37810", None)
    ]
    out += [Observation(signal="brand", value=name) for name in ("LTS", "Axis", "Honeywell", "???")]
    return out


def picks(pool, draw, most=6):
    return draw(st.lists(st.sampled_from(pool), max_size=most))


def hangs_on_a_block(some, key, catalog):
    """Whether the MAC block of a label that also buys in speaks here: the one exception.

    It speaks only while nothing speaks for another maker (``attribution.labels.own_blocks``).
    """
    return any(
        ".oui" in e.rule and catalog.vendors[e.rule.partition(".")[0]].builds in {"some", "most"}
        for a in attribute(some, catalog).attributions
        if (a.role, a.vendor) == key
        for e in a.because
    )


@QUICK
@given(data=st.data())
def test_more_evidence_never_lowers_a_grade(pool, catalog, data):
    some = picks(pool, data.draw)
    more = some + picks(pool, data.draw)
    before = {(a.role, a.vendor): a.grade for a in attribute(some, catalog).attributions}
    after = {(a.role, a.vendor): a.grade for a in attribute(more, catalog).attributions}
    for key, grade in before.items():
        if hangs_on_a_block(some, key, catalog):
            continue
        rows = key in after
        # A label's directory row may give way to a better-known label; a rule's hit never does.
        strong = any(
            e.strength in {Strength.STRONG, Strength.SUPPORTIVE}
            for a in attribute(some, catalog).attributions
            if (a.role, a.vendor) == key
            for e in a.because
        )
        assert rows or not strong
        if rows:
            assert grade_rank(after[key]) >= grade_rank(grade)


@QUICK
@given(data=st.data())
def test_the_order_of_observations_never_matters(pool, catalog, data):
    some = picks(pool, data.draw)
    mixed = data.draw(st.permutations(some))
    assert attribute(some, catalog) == attribute(mixed, catalog)


@QUICK
@given(data=st.data())
def test_grades_follow_from_independent_channels(pool, catalog, data):
    for item in attribute(picks(pool, data.draw), catalog).attributions:
        strong = {e.channel for e in item.because if e.strength is Strength.STRONG}
        some = strong | {e.channel for e in item.because if e.strength is Strength.SUPPORTIVE}
        if item.grade is Grade.CONFIRMED:
            assert len(strong) >= 2
        if item.grade is Grade.PROBABLE:
            assert strong or len(some) >= 2
        if not some:
            assert item.grade is Grade.POSSIBLE


@QUICK
@given(data=st.data())
def test_labels_alone_never_pass_possible(pool, catalog, data):
    labels = [o for o in pool if o.signal == "brand"]
    models = st.builds(
        lambda text: Observation(signal="model", value=text),
        st.sampled_from(["DS-2CD2143G2-I", "IPC-HFW5442E-ZE", "M3045-V", "TD-9441E3"]),
    )
    drawn = data.draw(st.lists(st.one_of(st.sampled_from(labels), models), max_size=5))
    assert all(item.grade is Grade.POSSIBLE for item in attribute(drawn, catalog).attributions)


@QUICK
@given(data=st.data())
def test_every_verdict_has_a_reason_and_covered_cites_a_listing(pool, bench, data):
    judged = attribute(picks(pool, data.draw), bench.catalog)
    for verdict in judge(judged, bench):
        assert verdict.reasons
        assert verdict.citation
        assert verdict.says
        if verdict.outcome is Outcome.COVERED:
            assert verdict.listing
            assert grade_rank(verdict.grade) >= grade_rank(bench.policy.minimum)
        if verdict.outcome is Outcome.NOT_COVERED:
            held = next(
                a
                for a in judged.attributions
                if a.role is Role.MAKER and a.vendor == verdict.vendor
            )
            assert grade_rank(held.grade) >= grade_rank(Grade.PROBABLE)
            assert any(e.strength is Strength.STRONG and ".oui" not in e.rule for e in held.because)


def _scan(assets, bench) -> Scan:
    return Scan(
        scan=Header(
            id="x", started="2026-11-22T00:00:00Z", finished="2026-11-22T00:00:01Z", tool="auditor",
            db_version="1", db_digest="sha256:0", scope=("10.0.0.0/24",), complete=True,
            as_of="2026-11-22", policy=bench.policy.id,
        ),
        coverage=Coverage(in_scope=254, answered=len(assets), assessed=len(assets)),
        summary=summary(assets),
        assets=tuple(assets),
    )  # fmt: skip


@QUICK
@given(data=st.data())
def test_same_observations_same_bytes_and_the_document_round_trips(pool, bench, data):
    some = tuple(dict.fromkeys(picks(pool, data.draw)))
    asset = judge_asset(Asset(id="a", address="10.0.0.1", observations=some), bench)
    again = judge_asset(Asset(id="a", address="10.0.0.1", observations=some), bench)
    first = codec.encode(_scan([asset], bench))
    assert first == codec.encode(_scan([again], bench))
    assert codec.encode(codec.decode(first)) == first


@QUICK
@given(
    signal=st.sampled_from(sorted(SIGNALS)),
    value=st.one_of(
        st.text(max_size=400), st.binary(max_size=200).map(lambda b: b.decode("latin-1"))
    ),
)
def test_no_text_of_any_signal_breaks_attribution(catalog, bench, signal, value):
    judged = attribute([Observation(signal=signal, value=value)], catalog)
    judge(judged, bench)


def test_a_structured_value_that_is_broken_stays_text_in_the_document(bench):
    broken = Observation(signal="dhip", value='{"method":', endpoint="udp/37810")
    asset = judge_asset(Asset(id="a", address="10.0.0.1", observations=(broken,)), bench)
    data = codec.encode(_scan([asset], bench))
    assert codec.decode(data).assets[0].observations[0].value == '{"method":'
    assert SIGNALS["dhip"].shape is Shape.JSON


def test_a_dangling_citation_does_not_construct():
    evidence = Evidence(
        rule="r", signal="mac", value="x", strength=Strength.STRONG, channel=Channel.LINK
    )
    claim = Attribution(role=Role.MAKER, vendor="v", grade=Grade.PROBABLE, because=(evidence,))
    with pytest.raises(ValueError, match="was not observed"):
        Asset(id="a", address="10.0.0.1", attributions=(claim,))


def test_an_attribution_without_evidence_does_not_construct():
    with pytest.raises(ValueError, match="without evidence"):
        Attribution(role=Role.MAKER, vendor="v", grade=Grade.POSSIBLE)


def test_covered_without_a_listing_does_not_construct():
    with pytest.raises(ValueError, match="without a listing"):
        Verdict(
            regime="r",
            outcome=Outcome.COVERED,
            finding_class=FindingClass.MARKET_ACCESS,
            reasons=("listed_vendor",),
            citation="c",
        )


def test_judging_needs_no_clock(bench):
    asset = Asset(
        id="a",
        address="10.0.0.1",
        observations=(Observation(signal="rtsp.auth_realm", value="IP Camera(C2183)"),),
    )
    assert judge_asset(asset, bench) == judge_asset(asset, bench)
    assert bench.as_of == date(2026, 11, 22)


@QUICK
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    ),
    indent=st.sampled_from([None, 2]),
)
def test_whatever_json_a_device_sends_the_document_gives_it_back(bench, value, indent):
    sent = Observation(signal="dhip", value=json.dumps(value, indent=indent), endpoint="udp/37810")
    asset = judge_asset(Asset(id="a", address="10.0.0.1", observations=(sent,)), bench)
    data = codec.encode(_scan([asset], bench))
    assert codec.encode(codec.decode(data)) == data
    assert judge_asset(codec.decode(data).assets[0], bench) == asset
