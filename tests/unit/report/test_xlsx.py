import html
import io
import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from auditor.model.costs import UnitCost
from auditor.model.difference import Change, Difference, Seen, Side
from auditor.report._api import Page
from auditor.report.words import HEADLINES, NOT_LEGAL_ADVICE
from auditor.report.xlsx import FORMAT, _book
from auditor.report.xlsx._book import Day, day, moment, text
from tests.unit.report.payloads import PAYLOADS, poisoned
from tests.unit.report.scans import device, evidence, hostile, law, scan, site, verdict

SHEETS = ["Summary", "Devices", "Findings", "Evidence", "Coverage", "Law", "Plan", "Plan sums"]
COSTS = (
    UnitCost(kind="camera", cost=Decimal("149.90"), currency="USD"),
    UnitCost(kind="recorder", cost=Decimal(890), currency="EUR"),
)
CHANGES = Difference(
    old=Side(id="before", started="2026-10-01T00:00:00Z"),
    new=Side(id="now", started="2026-11-22T00:00:00Z"),
    appeared=(Change(id="mac-000000000001", address="10.0.0.2", name="=1+1"),),
    law=(Change(id="", address=None, regime="us-ndaa-889", was="a", now="b"),),
    seen=(Seen(id="mac-000000000001", first="2026-01-02T03:04:05Z", last="2026-11-22T01:37:16Z"),),
    notes=("two networks",),
)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def at(*numbers):
    """A time as a workbook holds it: without a zone."""
    return datetime(*numbers)  # noqa: DTZ001


def book(document, page=None):
    data = FORMAT.render(document, page or Page())
    return openpyxl.load_workbook(io.BytesIO(data))


def table(sheet):
    """The rows of a sheet as dictionaries."""
    rows = sheet.iter_rows(values_only=True)
    head = next(rows)
    return [dict(zip(head, row, strict=True)) for row in rows]


def cells(workbook):
    return [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]


# what is there


def test_the_sheets_are_those_that_an_office_asks_for():
    assert book(site()).sheetnames == SHEETS


def test_a_comparison_adds_a_sheet():
    sheet = book(site(), Page(changes=CHANGES))["Changes"]
    assert [row["Change"] for row in table(sheet)] == [
        "compared with", "appeared", "other law", "note",
    ]  # fmt: skip


def test_every_device_is_a_row_and_those_behind_a_recorder_name_it():
    rows = table(book(site())["Devices"])
    assert len(rows) == 7
    assert {row["Id"]: row["Behind recorder"] for row in rows}["child-1"] == "10.0.0.5"


def test_every_verdict_of_every_device_is_a_finding():
    rows = table(book(site())["Findings"])
    assert len(rows) == 5
    assert {row["Outcome"] for row in rows} == {HEADLINES[name] for name in (
        "covered", "indeterminate", "exempt", "not_covered",
    )}  # fmt: skip


def test_a_finding_has_the_whole_sentence_its_law_and_its_source():
    (row,) = [r for r in table(book(site())["Findings"]) if r["Id"] == "mac-000000000001"]
    assert row["In full"] == verdict().says
    assert row["Citation"] == verdict().citation
    assert row["Source"] == verdict().source
    assert row["Concerns you by profile"] == "not stated"


def test_a_piece_of_evidence_is_one_row_with_all_its_roles():
    rows = [r for r in table(book(scan(device(1)))["Evidence"]) if r["Vendor"] == "Hikvision"]
    assert [row["Roles"] for row in rows] == ["maker, platform"]


def test_evidence_against_is_told_as_such():
    other = evidence("App-webs/", rule="other.rule")
    (maker, *rest) = device(1).attributions
    asset = device(1, attributions=(replace(maker, against=(other,)), *rest))
    rows = table(book(scan(asset))["Evidence"])
    assert [r["Rule"] for r in rows if r["Vendor"] == "Hikvision" and r["For or against"] == "against"] == ["other.rule"]  # fmt: skip


def test_the_coverage_tells_what_was_not_assessed():
    rows = table(book(scan(text="it hung up"))["Coverage"])
    assert ("10.0.0.9", "it hung up") in [(r["Where"], r["Why or more"]) for r in rows]


def test_the_summary_tells_counts_incompleteness_stale_law_and_that_it_is_no_advice():
    document = replace(site(), scan=replace(site().scan, complete=False, incomplete_because=("x",)))
    told = {row["What"]: row["Value"] for row in table(book(document)["Summary"])}
    assert told["devices: covered"] == 2
    assert (told["Complete"], told["Incomplete because"]) == ("no", "x")
    assert told["Law data due for review"] == "us-ndaa-889"
    assert told["Note"] == NOT_LEGAL_ADVICE


def test_the_plan_has_prices_and_sums_by_currency():
    workbook = book(site(), Page(costs=COSTS))
    plan = {row["Id"]: row for row in table(workbook["Plan"])}
    assert (plan["mac-000000000001"]["Unit cost"], plan["mac-000000000001"]["Currency"]) == (149.9, "USD")  # fmt: skip
    sums = [r for r in table(workbook["Plan sums"]) if r["What"] == "sum: first, next and later"]
    assert {row["Currency"]: row["Sum"] for row in sums} == {"EUR": 890, "USD": 149.9}


def test_the_history_adds_when_a_device_was_seen():
    rows = {row["Id"]: row for row in table(book(site(), Page(changes=CHANGES))["Devices"])}
    assert rows["mac-000000000001"]["First seen (UTC)"] == at(2026, 1, 2, 3, 4, 5)
    assert rows["mac-000000000005"]["First seen (UTC)"] is None


# types and looks


def test_dates_are_real_dates():
    workbook = book(scan(device(1, built="2022-08")))
    (finding,) = table(workbook["Findings"])
    (row,) = table(workbook["Devices"])
    assert finding["Effective"] == at(2019, 8, 13)
    assert row["Built"] == at(2022, 8, 1)
    told = {row["What"]: row["Value"] for row in table(workbook["Summary"])}
    assert told["Started (UTC)"] == at(2026, 11, 22, 1, 37, 16)


def test_a_month_shows_no_day_that_nobody_knows():
    sheet = book(scan(device(1, built="2022-08")))["Devices"]
    (column,) = [cell.column for cell in sheet[1] if cell.value == "Built"]
    assert sheet.cell(2, column).number_format == "yyyy-mm"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("2019", Day(value=date(2019, 1, 1), known="year")),
        ("2019-08", Day(value=date(2019, 8, 1), known="month")),
        ("2019-08-13", Day(value=date(2019, 8, 13), known="day")),
        ("2019-13-01", "2019-13-01"),
        ("1900-01-01", "1900-01-01"),
        ("２０１９", "２０１９"),
        ("soon", "soon"),
        (None, None),
    ],
)
def test_a_day_is_a_date_only_where_it_is_one(given, made):
    assert day(given) == made


@pytest.mark.parametrize("given", ["soon", "2026-11-22", "2026-11-22T00:00:00", "9999-12-31T23:59:59Z", ""])  # fmt: skip
def test_a_moment_without_a_zone_is_no_moment(given):
    assert moment(given) is None


def test_a_moment_is_told_in_utc():
    assert moment("2026-11-22T02:00:00+02:00") == at(2026, 11, 22)


def test_every_sheet_has_a_filter_a_frozen_head_and_a_page_that_repeats_it():
    for sheet in book(site()):
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.freeze_panes.endswith("2")
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"


def test_outcomes_are_coloured_by_a_rule_and_told_in_words():
    rules = book(site())["Devices"].conditional_formatting
    words = {rule.formula[0].strip('"') for found in rules for rule in found.rules}
    assert {"covered", "not determined", "exempt"} <= words


def test_a_regime_leads_to_its_row_of_the_law():
    workbook = book(site())
    cell = workbook["Findings"]["C2"]
    place = cell.hyperlink.location
    assert place == "'Law'!A2"
    assert workbook["Law"]["A2"].value == cell.value


def test_no_link_leads_out_of_the_file():
    names = zipfile.ZipFile(io.BytesIO(FORMAT.render(poisoned(site(), document=True), Page())))
    for name in names.namelist():
        assert b'TargetMode="External"' not in names.read(name)


# nothing is a formula


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_payload_is_a_formula_a_link_or_a_control_character(payload):
    for cell in cells(book(poisoned(site(), payload, document=True), Page(changes=CHANGES))):
        assert cell.data_type != "f"
        assert cell.hyperlink is None or cell.hyperlink.target is None
        assert not CONTROL.search(str(cell.value))


def test_every_text_keeps_its_mark_against_being_read_as_a_formula():
    sheet = book(hostile("=1+1"))["Devices"]
    found = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value == "=1+1"]
    assert len(found) >= 6
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in found)


@pytest.mark.parametrize("odd", ["_x0041_", "_x005F_x0041_", "a_x000D_b_x000a_"])
def test_a_text_that_looks_like_an_escape_of_the_file_format_is_broken(odd):
    (row,) = table(book(scan(device(1, odd, notes=())))["Devices"])
    assert row["Model"] == re.sub("(x....)_", r"\1·_", odd)


def test_a_cell_never_holds_more_than_excel_takes():
    longest = max(len(str(cell.value).encode("utf-16-le")) for cell in cells(book(hostile("\U0001f3a5" * 40_000))))  # fmt: skip
    assert longest // 2 <= 32_767


def test_long_text_is_cut_with_a_mark():
    assert text("x" * 9_000).endswith("…")


def test_a_sheet_that_is_full_says_so(monkeypatch):
    monkeypatch.setattr(_book, "MOST_ROWS", 5)
    sheet = book(scan(*(device(n) for n in range(9))))["Devices"]
    assert sheet.max_row == 5
    assert sheet["A5"].value.startswith("CUT: ")
    assert sheet["A4"].value == "10.0.0.3"


def test_links_stop_where_excel_would_and_the_words_stay(monkeypatch):
    monkeypatch.setattr(_book, "MOST_LINKS", 1)
    sheet = book(site())["Findings"]
    assert [bool(sheet.cell(n, 3).hyperlink) for n in (2, 3)] == [True, False]
    assert sheet["C3"].value == "us-ndaa-889"


def test_a_hostile_site_name_is_no_code_of_the_page_foot():
    for site_name in ("&G&[Picture]&D", "&" * 300, "R&D"):
        data = FORMAT.render(scan(header={"site": site_name}), Page())
        page = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
        (told,) = re.findall("<oddFooter>(.*?)</oddFooter>", page)
        left = (
            html.unescape(told)
            .removeprefix("&L")
            .partition(", 2026" if len(site_name) < 60 else "&C&A")[0]
        )
        assert not left.replace("&&", "").count("&")


# sizes, same bytes


@pytest.mark.parametrize(
    "document", [scan(), site(), scan(law=())], ids=["empty", "small", "no-law"]
)
def test_it_opens(document):
    assert book(document).sheetnames == SHEETS


@pytest.mark.slow
def test_a_thousand_devices_open_with_a_row_each():
    rows = [device(n, "App-webs/", verdicts=(verdict(), verdict(regime="b"))) for n in range(1000)]
    workbook = book(scan(*rows, law=(law(), law(id="b"))))
    assert workbook["Devices"].max_row == 1001
    assert workbook["Findings"].max_row == 2001


def test_the_same_scan_gives_the_same_bytes():
    page = Page(costs=COSTS, changes=CHANGES)
    assert FORMAT.render(site(), page) == FORMAT.render(site(), page)


def test_the_file_says_that_it_was_made_when_the_scan_was():
    assert book(site()).properties.created == at(2026, 11, 22, 1, 37, 19)
    broken = book(scan(header={"finished": "soon"})).properties.created
    assert broken == at(1980, 1, 1)


# another program


@pytest.mark.slow
def test_libreoffice_reads_the_same_values(tmp_path):
    if shutil.which("soffice") is None:
        pytest.skip("no soffice: apt-get install libreoffice-calc-nogui")
    document = poisoned(scan(*site().assets, *(device(n, p) for n, p in enumerate(PAYLOADS, 20))))
    page = Page(costs=COSTS, changes=CHANGES)
    given = tmp_path / "given.xlsx"
    given.write_bytes(FORMAT.render(document, page))
    out = tmp_path / "out"
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'home').as_uri()}", "--headless",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(given)],
        check=True, capture_output=True, timeout=120, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    ours, theirs = openpyxl.load_workbook(given), openpyxl.load_workbook(out / "given.xlsx")
    assert theirs.sheetnames == ours.sheetnames
    for sheet in ours:
        other = theirs[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                read = other[cell.coordinate]
                assert (read.data_type, read.value) == (cell.data_type, cell.value)
