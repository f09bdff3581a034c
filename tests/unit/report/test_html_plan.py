from decimal import Decimal

import pytest

from auditor.model.costs import UnitCost
from auditor.report._api import Page
from auditor.report.html import FORMAT
from auditor.report.plan import Step, plan
from tests.unit.report.payloads import PAYLOADS
from tests.unit.report.scans import device, hostile, scan, site
from tests.unit.report.test_html import Reader


def page(document, **more) -> Reader:
    return Reader(FORMAT.render(document, Page(**more)))


def test_the_plan_names_every_device_that_stands_in_it_and_links_to_it():
    reader = page(site())
    made = plan(site())
    links = [attrs["href"] for attrs in reader.all("a") if attrs.get("href", "").startswith("#")]
    assert made.items
    for item in made.items:
        assert f"#asset-{item.id}" in links
    assert f"The {len(made.items)} devices of the plan, in order" in reader.text


def test_every_step_is_counted_with_what_puts_a_device_there():
    text = page(site()).text
    for step, count in plan(site()).counts.items():
        assert f"{step.value} {count} " in text


def test_prices_are_summed_and_shown_only_where_a_list_was_given():
    cost = UnitCost(kind="camera", model=None, cost=Decimal(200), currency="EUR")
    assert "EUR" not in page(scan(device(1))).text
    text = page(scan(device(1), device(2)), costs=(cost,)).text
    assert "400.00 EUR" in text
    assert "Unit cost" in text


@pytest.mark.parametrize("document", [scan(), scan(device(1, headline="outside", verdicts=()))])
def test_where_nothing_is_to_be_replaced_there_is_no_plan_and_no_link_to_one(document):
    reader = page(document)
    assert "plan" not in reader.ids()
    assert all(attrs.get("href") != "#plan" for attrs in reader.all("a"))


def test_a_long_plan_is_cut_and_says_where_the_rest_is():
    text = page(scan(*(device(number) for number in range(1, 511)))).text
    assert "and 10 more; the spreadsheet (XLSX) holds the whole plan" in text


@pytest.mark.parametrize("payload", PAYLOADS[:10], ids=range(10))
def test_no_text_of_a_device_is_markup_in_the_plan(payload):
    assert page(hostile(payload)).shape == page(hostile("plain")).shape


def test_the_order_is_told_as_a_proposal():
    assert "A proposal of what to look at first" in page(site()).text
    assert Step.FIND_OUT.value in page(site()).text


def test_a_redacted_scan_says_at_the_top_what_was_taken_out():
    assert (
        "Taken out for sharing addresses, macs"
        in page(scan(device(1), header={"redacted": ("addresses", "macs")})).text
    )
    assert "Taken out for sharing" not in page(scan(device(1))).text
