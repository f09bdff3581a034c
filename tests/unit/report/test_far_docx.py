import io
import itertools
import json
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from defusedxml.ElementTree import fromstring
from docx import Document
from docx.enum.text import WD_COLOR_INDEX

from auditor.model.form import Clause, Contract, Efforts, Form, ItemEntry, Party, Stage
from auditor.report._api import Page
from auditor.report.far import FORMAT as REPORT
from auditor.report.far_facts import FORMAT as FACTS
from auditor.report.far_facts_json import FORMAT as FACTS_JSON
from auditor.report.far_json import FORMAT as REPORT_JSON
from tests.unit.report.payloads import PAYLOADS, poisoned
from tests.unit.report.scans import device, scan, verdict

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BOTH = pytest.mark.parametrize("format_", [REPORT, FACTS], ids=["report", "facts"])
ALL = pytest.mark.parametrize(
    "format_", [REPORT, FACTS, REPORT_JSON, FACTS_JSON], ids=lambda one: one.name
)
EXTERNAL = ("hyperlink", "image", "oleObject", "vbaProject", "attachedTemplate", "frame", "aFChunk")


def small():
    return scan(device(1, "App-webs/"), device(2, "Other", headline="unidentified", verdicts=()))


def opened(format_, document=None, form=None):
    return Document(io.BytesIO(format_.render(document or small(), Page(form=form))))


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def words(data: bytes) -> str:
    root = fromstring(parts(data)["word/document.xml"])
    return "\n".join(node.text or "" for node in root.iter(f"{W}t"))


@BOTH
def test_the_document_has_title_language_and_the_scans_time(format_):
    core = opened(format_).core_properties
    assert "52.204" in core.title
    assert core.language == "en-US"
    assert core.created == core.modified == datetime(2026, 11, 22, 1, 37, 19, tzinfo=UTC)
    assert core.author == "auditor 0.1.0"


@BOTH
def test_every_table_repeats_its_header_and_has_a_description(format_):
    tables = opened(format_).tables
    assert len(tables) >= 6
    for table in tables:
        first = table._tbl.tr_lst[0]
        assert first.find(f"{W}trPr/{W}tblHeader") is not None
        assert table._tbl.tblPr.find(f"{W}tblDescription").get(f"{W}val")
        assert all(cell.text for cell in table.rows[0].cells)


@BOTH
def test_headings_go_down_one_level_at_a_time(format_):
    levels = [
        int(paragraph.style.name[-1])
        for paragraph in opened(format_).paragraphs
        if paragraph.style.name.startswith("Heading")
    ]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@BOTH
def test_blanks_are_marked_by_colour_and_by_words(format_):
    runs = [
        run
        for table in opened(format_).tables
        for row in table.rows
        for cell in row.cells
        for paragraph in cell.paragraphs
        for run in paragraph.runs
    ]
    marked = [run for run in runs if run.font.highlight_color == WD_COLOR_INDEX.YELLOW]
    assert marked
    assert all(run.text.startswith("[to be completed: ") for run in marked)
    assert sum(run.text.startswith("[to be completed: ") for run in runs) == len(marked)


def test_a_complete_form_leaves_no_blank():
    some = {"name": "N", "uei": "A" * 12, "cage": "1EX42", "contact": "C"}
    entry = ItemEntry(
        brands=("App-webs/",), supplier=Party(**some), purpose="P", confirmed_by="J", mitigation="M"
    )
    form = Form(
        identified_at=datetime(2026, 11, 20, tzinfo=UTC),
        identified_by="J",
        trigger="performance",
        prepared_by="J",
        contract=Contract(number="1", orders=("2",), agency="A", officer="O", defence=True),
        contractor=Party(**some),
        items=(entry,),
    )
    text = words(REPORT.render(small(), Page(form=form)))
    assert text.count("[to be completed: ") == 1  # where the mark is explained
    assert "Monday, November 23, 2026" in text


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("clause", Clause)
def test_each_clause_and_stage_opens(clause, stage):
    form = Form(clause=clause, stage=stage, efforts=Efforts(further="More.\nAnd more."))
    document = opened(REPORT, form=form)
    assert document.paragraphs[0].style.name == "Title"


def test_line_breaks_of_a_person_are_kept():
    form = Form(stage=Stage.FOLLOW_UP, efforts=Efforts(prevention="one\ntwo"))
    data = REPORT.render(small(), Page(form=form))
    assert b"<w:br/>" in parts(data)["word/document.xml"]
    assert "one\ntwo" in words(data)


@BOTH
def test_an_empty_scan_gives_a_document(format_):
    text = words(format_.render(scan(), Page()))
    assert "No reportable equipment was identified in what was assessed" in text


@BOTH
def test_the_same_input_gives_the_same_bytes_at_any_time(format_, monkeypatch):
    first = format_.render(small(), Page())
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2_000_000_000))
    assert format_.render(small(), Page()) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@BOTH
def test_the_document_holds_no_picture(format_):
    names = parts(format_.render(small(), Page()))
    assert not [name for name in names if name.endswith((".jpeg", ".jpg", ".png", ".emf"))]


def test_a_time_that_cannot_be_read_becomes_a_fixed_one():
    for text in ("soon", "9999-12-31T23:59:59-12:00", "2026-11-22T01:37:19"):
        document = scan(header={"finished": text})
        assert opened(REPORT, document).core_properties.created.year in {1980, 2026}


@ALL
def test_no_device_text_becomes_anything_but_text(format_):
    base = small()
    hostile = tuple(
        replace(poisoned(base, text).assets[0], id=f"d-{number}", model=told(text))
        for number, text in enumerate(PAYLOADS)
    )
    data = format_.render(replace(poisoned(base), assets=hostile), Page())
    if format_.name.endswith("json"):
        units = [unit for item in json.loads(data)["items"] for unit in item["units"]]
        assert len(units) == len(PAYLOADS)
        assert b"\x1b" not in data
        return
    held = parts(data)
    roots = [
        fromstring(part, forbid_dtd=True)
        for name, part in held.items()
        if name in {"word/document.xml", "word/header1.xml", "word/footer1.xml"}
    ]
    nodes = [node for root in roots for node in root.iter()]
    barred = ("hyperlink", "instrText", "object", "pict", "drawing", "altChunk")
    assert not {node.tag for node in nodes} & {f"{W}{tag}" for tag in barred}
    fields = [node.get(f"{W}instr") for node in nodes if node.tag == f"{W}fldSimple"]
    assert fields == ["PAGE", "NUMPAGES"]
    links = b"".join(part for name, part in held.items() if name.endswith(".rels"))
    assert b"TargetMode" not in links
    assert not any(f"/{kind}".encode() in links for kind in EXTERNAL)
    text = "\n".join(node.text or "" for node in nodes if node.tag == f"{W}t")
    assert "<script>document.title='owned'</script>" in text
    assert '=HYPERLINK("https://evil.example","x")' in text
    assert Document(io.BytesIO(data)).tables


def told(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


@ALL
@pytest.mark.parametrize("turn", range(0, len(PAYLOADS), 12))
def test_a_forged_document_renders(format_, turn):
    document = scan(
        device(1, "a"),
        device(2, "b", headline="indeterminate", children=(device(3, "c"),)),
    )
    forged = poisoned(document, PAYLOADS[turn], document=True)
    kept = replace(forged.assets[0], verdicts=(verdict(vendor=told(PAYLOADS[turn])),))
    data = format_.render(replace(forged, assets=(kept, *forged.assets[1:])), Page())
    if not format_.name.endswith("json"):
        assert Document(io.BytesIO(data)).paragraphs


def test_what_a_person_writes_is_only_text_too():
    nasty = "\ufffe<w:r/>&\x1b[31m\u202e"
    form = Form(contract=Contract(number=nasty), contractor=Party(name=nasty))
    text = words(REPORT.render(small(), Page(form=form)))
    assert "<w:r/>&" in text
    assert not set("\ufffe\x1b\u202e") & set(text)


@pytest.mark.slow
def test_a_thousand_devices_take_seconds():
    document = scan(*(device(number, f"model {number % 40}") for number in range(1000)))
    began = time.monotonic()
    data = REPORT.render(document, Page())
    assert time.monotonic() - began < 10
    assert len(data) < 2_000_000
    assert words(data).count("confirmed") >= 1000
