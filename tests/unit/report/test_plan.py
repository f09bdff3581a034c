from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.costs import UnitCost
from auditor.model.words import FindingClass, Kind, Outcome
from auditor.report._prices import price
from auditor.report._ranking import COUNTED, counted_classes
from auditor.report.plan import Step, money, plan
from tests.unit.report.scans import device, law, scan, site, verdict

MARKET = {
    "regime": "us-fcc-covered-list",
    "finding_class": FindingClass.MARKET_ACCESS,
    "applies": None,
}


def unit(number, text="x", *, notes=(), built=None, verdicts=None, **more):
    settings = {"notes": notes, "built": built, "model": f"M{number}", "brand": None}
    return device(number, text, verdicts=verdicts or (verdict(applies=None),), **(settings | more))


def unsure(number, **more):
    found = verdict(Outcome.INDETERMINATE, listing=None, **more)
    return unit(number, headline="indeterminate", verdicts=(found,))


def order(*assets):
    return [item.id[-1] for item in plan(scan(*assets)).items]


def step(asset):
    (item,) = plan(scan(asset)).items
    return item.step


# where a device stands


def test_a_rule_that_concerns_the_reader_comes_first():
    assert step(unit(1, verdicts=(verdict(applies=True),))) is Step.FIRST


def test_a_rule_that_may_concern_the_reader_comes_next():
    assert step(unit(1)) is Step.NEXT


@pytest.mark.parametrize("note", ["factory-state", "open-stream"])
def test_an_open_device_moves_one_step_forward(note):
    assert step(unit(1, notes=(note,))) is Step.FIRST
    assert step(unit(1, notes=(note,), verdicts=(verdict(**MARKET),))) is Step.NEXT


def test_market_access_alone_comes_later():
    assert step(unit(1, verdicts=(verdict(**MARKET),))) is Step.LATER


def test_what_is_not_determined_is_to_be_found_out_first():
    assert step(unsure(1, reasons=("maker_unknown",))) is Step.FIND_OUT


def test_a_rule_that_does_not_reach_the_device_yet_is_for_later():
    found = plan(scan(unsure(1, reasons=("not_yet_effective",), effective="2027-06-30"))).items[0]
    assert found.step is Step.LATER


def test_a_pending_rule_tells_its_date():
    pending = verdict(
        Outcome.INDETERMINATE,
        regime="us-ndaa-805",
        listing=None,
        reasons=("not_yet_effective",),
        effective="2027-06-30",
    )
    (item,) = plan(scan(unit(1, verdicts=(verdict(), pending)))).items
    assert "us-ndaa-805 does not reach it before 2027-06-30" in item.reasons


def test_a_rule_that_does_not_concern_the_reader_puts_nothing_into_the_plan():
    quiet = device(1, headline="outside", verdicts=(verdict(applies=False),))
    assert plan(scan(quiet)).items == ()


def test_exempt_devices_are_left_out_and_counted():
    excused = device(1, headline="exempt", verdicts=(verdict(Outcome.EXEMPT),))
    found = plan(scan(excused))
    assert (found.items, found.exempt) == ((), 1)


def test_devices_behind_a_recorder_are_in_the_plan_with_their_recorder():
    child = unit(2, id="child-2", address=None)
    found = plan(scan(unit(1, kind=Kind.RECORDER, children=(child,)))).items
    assert [(item.id, item.parent) for item in found] == [
        ("mac-000000000001", None),
        ("child-2", "mac-000000000001"),
    ]


# the order inside a step


def test_the_more_exposed_device_stands_earlier():
    assert order(unit(1), unit(2, notes=("dhip-answers",)), unit(3, notes=("open-identity",))) == [
        "2", "3", "1",
    ]  # fmt: skip


def test_the_device_that_more_rules_name_stands_earlier():
    both = (verdict(applies=None), verdict(applies=None, regime="us-2cfr-200-216"))
    assert order(unit(1), unit(2, verdicts=both)) == ["2", "1"]


def test_the_older_device_stands_earlier_and_an_unknown_age_last():
    dated = [unit(1, built=None), unit(2, built="2022-08"), unit(3, built="2019-09")]
    assert order(*dated) == ["3", "2", "1"]


@pytest.mark.parametrize("built", ["0000", "soon", "2019<script>", "１９９９"])
def test_an_age_that_is_no_date_counts_as_unknown(built):
    assert order(unit(1, built=built), unit(2, built="2022-08")) == ["2", "1"]


def test_neighbours_stand_together_by_number_not_by_letter():
    far = unit(1, address="10.0.0.10")
    near = unit(2, address="10.0.0.9")
    assert order(far, near) == ["2", "1"]


@given(st.permutations(range(6)))
def test_the_order_of_the_scan_does_not_matter(numbers):
    dated = [unit(n, built=f"20{10 + n}-01", notes=("dhip-answers",) * (n % 2)) for n in range(6)]
    first = plan(scan(*dated))
    assert plan(scan(*(dated[n] for n in numbers))) == first


# which classes count


def test_the_default_classes_count_when_they_explain_the_headlines():
    assert counted_classes(site()) == COUNTED


def test_all_classes_count_when_the_policy_counted_more():
    risk = verdict(finding_class=FindingClass.COUNTERPARTY_RISK, regime="us-dod-1260h")
    found = plan(scan(unit(1, verdicts=(risk,))))
    assert [item.step for item in found.items] == [Step.LATER]
    assert "nothing about using the device" in found.items[0].reasons[0]


def test_regimes_that_do_not_count_are_not_named_as_reasons():
    risk = verdict(finding_class=FindingClass.COUNTERPARTY_RISK, regime="us-dod-1260h")
    (item,) = plan(scan(unit(1, verdicts=(verdict(), risk)))).items
    assert item.regimes == ("us-ndaa-889",)
    assert not any("1260h" in reason for reason in item.reasons)


# prices


def cost(amount="100", kind="camera", model=None, currency="USD"):
    return UnitCost(kind=kind, model=model, cost=Decimal(amount), currency=currency)


def test_the_very_model_goes_before_a_pattern_before_the_kind_before_anything():
    rows = [cost("1", "*"), cost("2"), cost("3", model="M*"), cost("4", model="m1")]
    assert [price("camera", "M1", rows[:n]).cost for n in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert price("camera", "M1", rows[::-1]).cost == 4


def test_the_longer_pattern_wins():
    assert (
        price("camera", "DS-2CD2143", [cost("1", model="DS-2CD2*"), cost("2", model="DS*")]).cost
        == 1
    )


def test_a_kind_without_a_row_has_no_price():
    assert price("recorder", "M1", [cost(), cost(model="M1")]) is None


def test_brackets_of_a_model_mean_themselves():
    assert price("camera", "A[1]", [cost(model="a[1]")]) is not None
    assert price("camera", "A1", [cost(model="a[1]")]) is None


def test_a_pattern_of_many_stars_is_quick():
    assert price("camera", "a" * 5000, [cost(model="a*" * 90 + "b")]) is None


def test_currencies_are_never_added_together():
    found = plan(
        scan(unit(1), unit(2), unit(3)), [cost(), cost("0.10", model="M2", currency="EUR")]
    )
    over_all = {t.currency: (t.amount, t.devices) for t in found.totals if t.step is None}
    assert over_all == {"USD": (Decimal(200), 2), "EUR": (Decimal("0.10"), 1)}


def test_cents_are_added_exactly():
    found = plan(scan(*(unit(n) for n in range(10))), [cost("0.1")])
    assert found.totals[-1].amount == Decimal(1)


def test_what_is_to_be_found_out_is_not_in_the_grand_total():
    found = plan(scan(unit(1), unsure(2)), [cost()])
    assert {t.step: t.amount for t in found.totals} == {
        Step.NEXT: 100, Step.FIND_OUT: 100, None: 100,
    }  # fmt: skip


def test_devices_without_a_price_are_counted():
    found = plan(scan(unit(1), unit(2, kind=Kind.RECORDER), unsure(3)), [cost("1", model="M1")])
    assert (found.priced, found.unpriced) == (True, 1)


def test_without_prices_there_are_no_totals():
    found = plan(scan(unit(1)))
    assert (found.totals, found.priced) == ((), False)


def test_models_are_counted_most_first():
    same = [unit(n, model="A") for n in (1, 2)]
    found = plan(scan(unit(3, model="B"), *same))
    assert [(m.name, m.count) for m in found.models] == [("A", 2), ("B", 1)]


@given(st.lists(st.sampled_from(["covered", "indeterminate", "outside"]), max_size=8))
def test_every_flagged_device_is_in_the_plan_once_and_the_counts_agree(headlines):
    outcome = {"covered": Outcome.COVERED, "indeterminate": Outcome.INDETERMINATE}
    assets = [
        unit(n, headline=word, verdicts=(verdict(outcome[word]),) if word in outcome else ())
        if word in outcome
        else device(n, headline=word, verdicts=())
        for n, word in enumerate(headlines)
    ]
    found = plan(scan(*assets))
    flagged = sum(word in outcome for word in headlines)
    assert len({item.id for item in found.items}) == len(found.items) == flagged
    assert sum(found.counts.values()) == flagged
    assert sum(model.count + model.find_out for model in found.models) == flagged
    assert [item.number for item in found.items] == list(range(1, flagged + 1))


# what is said


def test_the_action_of_a_rule_is_told_for_rules_that_were_met():
    other = law(id="other", action="Never shown.")
    found = plan(scan(unit(1), law=(law(action="Ask a lawyer."), other)))
    assert [(d.regime, d.action) for d in found.duties] == [("us-ndaa-889", "Ask a lawyer.")]


def test_a_listing_from_a_secondary_source_is_only_reported():
    found = verdict(applies=None, says="Dahua is reported as named in a rule.")
    (item,) = plan(scan(unit(1, verdicts=(found,)))).items
    assert "is reported to name the maker" in item.reasons[0]


def test_the_limits_tell_of_a_missing_profile_and_an_incomplete_scan():
    bare = plan(scan(unit(1), header={"complete": False})).limits
    told = plan(scan(unit(1), header={"profile": ("us-federal-contractor",)})).limits
    assert any("--profile" in limit for limit in bare)
    assert any("incomplete" in limit for limit in bare)
    assert len(told) == len(bare) - 2


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("12345", "12,345.00 USD"),
        ("0.5", "0.50 USD"),
        ("1.005", "1.005 USD"),
        ("1E+3", "1,000.00 USD"),
    ],
)
def test_money_is_written_for_people(amount, shown):
    assert money(Decimal(amount), "USD") == shown


def test_an_empty_scan_has_an_empty_plan():
    found = plan(scan())
    assert (found.items, found.models, sum(found.counts.values())) == ((), (), 0)


def test_a_thousand_devices_and_a_thousand_prices_are_quick():
    many = scan(*(unit(n % 250, id=f"a{n}", model=f"M{n % 200}") for n in range(1000)))
    rows = [cost(model=f"X{n}*") for n in range(1000)]
    assert plan(many, rows).unpriced == 1000


def test_a_replaced_profile_changes_the_step_and_nothing_else():
    mine = unit(1, verdicts=(verdict(applies=True),))
    a, b = plan(scan(mine)).items[0], plan(scan(unit(1))).items[0]
    assert replace(a, step=b.step, reasons=b.reasons) == b
