import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from markdown_it import MarkdownIt

from auditor.model.costs import UnitCost
from auditor.model.difference import Difference, Seen, Side
from auditor.report._api import Page
from auditor.report.csv import COLUMNS
from auditor.report.csv import FORMAT as CSV
from auditor.report.md import FORMAT as MD
from auditor.report.table import FORMAT as TABLE
from tests.unit.report.payloads import PAYLOADS, poisoned
from tests.unit.report.scans import device, law, scan, site

EVERY = pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))


def rows(document, page=None):
    data = CSV.render(document, page or Page()).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(data, newline="")))


# csv


def test_columns_are_only_added_at_the_end():
    assert COLUMNS[:19] == (
        "address", "id", "mac", "kind", "brand", "model", "serial", "firmware", "built", "headline",
        "maker", "maker_grade", "maker_entity", "evidence", "regimes_covered",
        "regimes_indeterminate", "reasons", "parent", "notes",
    )  # fmt: skip


def test_a_covered_device_has_the_finding_and_what_the_rule_says_to_do():
    (row,) = rows(scan(device(1), law=(law(action="Tell the contracting officer."),)))
    assert row["finding"].startswith("us-ndaa-889: Hikvision (confirmed), listed: Hangzhou")
    assert row["remediation"] == "us-ndaa-889: Tell the contracting officer."


def test_a_device_that_is_not_determined_is_to_be_found_out():
    (row,) = [row for row in rows(site()) if row["headline"] == "indeterminate"]
    assert row["finding"] == "us-ndaa-889: two makers"
    assert row["remediation"].startswith("Find out first: ")


def test_an_exempt_device_keeps_its_listing():
    (row,) = [row for row in rows(site()) if row["headline"] == "exempt"]
    assert "listed: Hangzhou" in row["finding"]
    assert "exempt: DNI waiver 7" in row["finding"]


def test_a_device_that_no_listing_meets_has_no_finding():
    quiet = [row for row in rows(site()) if row["headline"] in {"not_covered", "outside"}]
    assert len(quiet) == 2
    assert {row["finding"] + row["remediation"] for row in quiet} == {""}


def test_the_history_tells_first_and_last_seen():
    side = Side(id="x", started="2026-01-01T00:00:00Z")
    seen = (Seen(id="mac-000000000001", first="2026-01-02T03:04:05Z", last="2026-11-22T01:37:16Z"),)
    (row,) = rows(scan(device(1)), Page(changes=Difference(old=side, new=side, seen=seen)))
    assert (row["first_seen"], row["last_seen"]) == (seen[0].first, seen[0].last)
    assert rows(scan(device(1)))[0]["first_seen"] == ""


def unfinished(*assets):
    document = scan(*assets)
    header = replace(
        document.scan, complete=False, incomplete_because=("interrupted", "arp failed")
    )
    return replace(document, scan=header)


def test_every_row_says_whether_the_scan_was_complete_and_of_which_day_the_law_is():
    assert {(row["scan_complete"], row["as_of"]) for row in rows(site())} == {
        ("yes", site().scan.as_of)
    }
    (row,) = rows(unfinished(device(1)))
    assert row["scan_complete"] == "no: interrupted; arp failed"


def test_an_incomplete_scan_without_a_device_is_no_empty_sheet():
    (row,) = rows(unfinished())
    assert (row["headline"], row["address"], row["id"]) == ("incomplete", "", "")
    assert row["notes"] == "no device was assessed"
    assert row["scan_complete"].startswith("no: ")


def test_a_complete_scan_without_a_device_has_the_head_alone():
    assert rows(scan()) == []


@EVERY
def test_no_payload_of_a_forged_document_is_a_formula(payload):
    for row in rows(poisoned(site(), payload, document=True)):
        assert set(row) == set(COLUMNS)
        assert not [cell for cell in row.values() if cell.lstrip().startswith(tuple("=+-@|%"))]


def test_a_thousand_devices_are_a_thousand_rows():
    assert len(rows(scan(*(device(n) for n in range(1000))))) == 1000


# md and table: the plan, and every field that a stranger fills


def shape(text):
    reader = MarkdownIt("commonmark").enable("table").enable("strikethrough")
    return [
        (item.type, item.tag)
        for token in reader.parse(text)
        for item in (token, *(token.children or ()))
        if item.type not in {"text", "text_special"}
    ]


@EVERY
def test_no_payload_is_markup_in_the_whole_of_markdown(payload):
    plain = shape(MD.render(poisoned(site(), "plain"), Page()).decode())
    assert shape(MD.render(poisoned(site(), payload), Page()).decode()) == plain


@EVERY
def test_a_forged_document_renders_as_markdown_and_as_a_table(payload):
    document = poisoned(site(), payload, document=True)
    for form in (MD, TABLE):
        told = form.render(document, Page()).decode()
        assert not [c for c in told if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]


def test_markdown_has_the_plan_with_prices():
    costs = (UnitCost(kind="camera", cost=Decimal(149), currency="USD"),)
    text = MD.render(site(), Page(costs=costs)).decode()
    assert "## Replacement plan" in text
    assert "| 149.00 USD |" in text
    assert "- cost of first, next and later: 149.00 USD (1 device)" in text


def test_markdown_without_findings_has_no_plan():
    assert "Replacement plan" not in MD.render(scan(), Page()).decode()
