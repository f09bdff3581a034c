import csv
import io
import json
import re

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len

from auditor import codec
from auditor.report._api import Page
from auditor.report.csv import COLUMNS, safe_cell
from auditor.report.csv import FORMAT as CSV
from auditor.report.json import FORMAT as JSON
from auditor.report.jsonl import FORMAT as JSONL
from auditor.report.md import FORMAT as MD
from auditor.report.md import safe
from auditor.report.table import FORMAT as TABLE
from tests.unit.report.scans import PAYLOADS, device, hostile, scan, site

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
EVERY = pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))


def told(payload: str):
    """A scan whose devices say the payload; their addresses and headlines are ours."""
    return scan(device(1, payload), device(2, payload, headline="unidentified"), text=payload)


def devices(payload: str):
    """The same with a plain coverage."""
    return scan(device(1, payload), device(2, payload, headline="unidentified"))


# table


@EVERY
def test_the_table_never_exceeds_its_width(payload):
    lines = TABLE.render(devices(payload), Page(width=80)).decode().splitlines()
    assert max(map(cell_len, lines)) <= 80


@EVERY
def test_the_table_holds_no_control_character_of_a_device(payload):
    assert not CONTROL.search(TABLE.render(devices(payload), Page(width=80)).decode())


def test_the_table_tames_the_coverage_too():
    for payload in PAYLOADS:
        document = scan(device(1), text=payload, header={"scope": (payload,)})
        assert not CONTROL.search(TABLE.render(document, Page(width=80)).decode())


def test_the_table_has_colours_only_when_asked():
    assert b"\x1b[" not in TABLE.render(site(), Page())
    assert b"\x1b[" in TABLE.render(site(), Page(colour=True))


def test_the_table_lists_devices_that_need_attention_first():
    text = TABLE.render(site(), Page()).decode()
    assert text.index("! ") < text.index("? ") < text.index("none listed")


def test_the_table_tells_why_a_scan_is_incomplete():
    header = {"complete": False, "incomplete_because": ("no host answered",)}
    assert b"INCOMPLETE: no host answered." in TABLE.render(scan(header=header), Page())


def test_the_table_tells_what_stands_behind_a_recorder():
    notes = ("clock-wrong", "at least 16 cameras behind it (its own list)")
    text = TABLE.render(scan(device(1, notes=notes)), Page(width=80)).decode()
    assert "at least 16 cameras behind it (its own list)" in text
    assert "clock" not in text


def test_the_table_counts_configuration_findings_and_says_where_they_are():
    document = scan(device(1, notes=("open-stream",)), device(2, notes=("open-stream",)))
    text = " ".join(TABLE.render(document, Page(width=80)).decode().split())
    assert "Apart from compliance: 2 hosts with configuration findings (see audit explain)" in text


# csv


def rows(document):
    data = CSV.render(document, Page()).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(data, newline="")))


@EVERY
def test_no_cell_is_a_formula_or_holds_a_control_character(payload):
    for row in rows(hostile(payload)):
        assert len(row) == len(COLUMNS)
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "|", "%"))
            assert not CONTROL.search(cell)


@pytest.mark.parametrize("text", ["=1+1", " =1+1", "+1", "-1", "@SUM(A1)", "|calc", "%x", "\t=1"])
def test_a_formula_is_defused(text):
    assert safe_cell(text)[0] in "'·"


def test_every_device_is_one_row_and_children_name_their_parent():
    table = rows(site())
    assert len(table) == 1 + 7
    parent = table[0].index("parent")
    assert [row[parent] for row in table[1:] if row[parent]] == ["mac-000000000004"]


# md


def shape(text: str) -> list[tuple[str, str]]:
    """What Markdown makes of a text: every block and inline element."""
    reader = MarkdownIt("commonmark", {"linkify": False}).enable("table").enable("strikethrough")
    found = []
    for token in reader.parse(text):
        found.append((token.type, token.tag))
        found += [
            (child.type, child.tag)
            for child in token.children or ()
            if child.type not in {"text", "text_special"}
        ]
    return found


@EVERY
def test_no_payload_is_markup_in_markdown(payload):
    plain = shape(MD.render(told("plain"), Page()).decode())
    assert shape(MD.render(told(payload), Page()).decode()) == plain


@EVERY
def test_a_safe_text_is_one_line_of_plain_text(payload):
    kinds = [kind for kind, _ in shape("a " + safe(payload))]
    assert kinds == ["paragraph_open", "inline", "paragraph_close"]


def test_markdown_tells_devices_coverage_and_law():
    text = MD.render(site(), Page()).decode()
    assert "| 6 | 2 | 1 | 0 | 1 | 1 | 1 |" in text
    assert "It says nothing to other owners" in text
    assert "not legal advice" in text


def test_markdown_lists_what_was_not_assessed_and_why():
    text = MD.render(scan(device(1), text="stopped early"), Page()).decode()
    assert "answered: 2; assessed: 1; answered and not assessed: 1" in text
    assert "- not assessed: 10.0.0.9: stopped early" in text
    assert "- silent: nothing there, or nothing that speaks: 10.0.0.51" in text
    assert "192.168.1.64" in text


def test_markdown_tells_notes_apart_from_compliance_and_uses_no_outcome_ids():
    document = scan(device(1, notes=("open-stream", "at least 16 cameras behind it")))
    text = MD.render(document, Page()).decode()
    assert "- apart from compliance: gives its video stream without a password" in text
    assert "- apart from compliance: at least 16 cameras behind it" in text
    assert "indeterminate" not in MD.render(site(), Page()).decode()


def test_markdown_shows_a_flagged_device_behind_a_recorder():
    text = MD.render(site(), Page()).decode()
    assert "channel 1 (exempt)" in text.replace("\\", "")
    assert "· behind 10.0." in text


@pytest.mark.parametrize("form", [TABLE, MD], ids=lambda form: form.name)
def test_what_was_taken_out_for_sharing_is_told(form):
    shared = scan(device(1), header={"redacted": ("addresses", "macs")})
    assert b"Taken out for sharing" in form.render(shared, Page())
    assert b"Taken out for sharing" not in form.render(scan(device(1)), Page())


# json, jsonl


def test_each_json_line_is_an_asset_of_the_document():
    document = json.loads(JSON.render(site(), Page()))
    lines = JSONL.render(site(), Page()).splitlines()
    assert [json.loads(line) for line in lines] == document["assets"]


@EVERY
def test_json_lines_survive_every_payload(payload):
    clean = payload.encode("utf-8", "replace").decode()
    lines = JSONL.render(hostile(clean), Page()).split(b"\n")
    assert len(lines) == 1 + len(hostile(clean).assets)
    assert json.loads(lines[0])["model"] == clean


@EVERY
def test_the_document_survives_every_payload(payload):
    document = hostile(payload.encode("utf-8", "replace").decode())
    assert codec.decode(codec.encode(document)) == document


# all


@pytest.mark.parametrize("form", [TABLE, CSV, MD, JSON, JSONL], ids=lambda form: form.name)
def test_the_same_scan_gives_the_same_bytes(form):
    assert form.render(site(), Page()) == form.render(site(), Page())


@pytest.mark.parametrize("form", [TABLE, CSV, MD, JSON, JSONL], ids=lambda form: form.name)
def test_an_empty_scan_renders(form):
    assert isinstance(form.render(scan(), Page()), bytes)


@EVERY
@pytest.mark.parametrize("width", [80, 160])
def test_the_table_says_the_same_with_and_without_colour(payload, width):
    plain = TABLE.render(told(payload), Page(width=width)).decode()
    coloured = TABLE.render(told(payload), Page(width=width, colour=True)).decode()
    assert "\x1b[" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert "".join(bare.split()) == "".join(plain.split())
