"""The PDF: content, archive and accessibility structure, sameness, hostile text."""

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

from auditor import codec
from auditor.app.reports.reporting import formats, outputs
from auditor.model.costs import UnitCost
from auditor.model.difference import Change, Difference, Side
from auditor.model.errors import ToolError
from auditor.model.words import Outcome
from auditor.report._api import Page
from auditor.report.pdf import FORMAT
from auditor.report.words import NOT_LEGAL_ADVICE
from tests.unit.report import scans
from tests.unit.report.payloads import PAYLOADS, poisoned

_SAMPLE = Path(__file__).parents[3] / "examples" / "sample-fleet" / "scan.json"
_ACTIVE = (
    b"/JavaScript",
    b"/JS ",
    b"/OpenAction",
    b"/Launch",
    b"/AA ",
    b"/EmbeddedFile",
    b"/RichMedia",
)


def render(scan, page=None) -> bytes:
    return FORMAT.render(scan, page or Page())


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data))


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(data).pages)


def active(data: bytes) -> list[bytes]:
    """Names of anything that acts; dictionaries stand in the open, as no object stream is used."""
    assert b"/ObjStm" not in data
    return [name for name in _ACTIVE if name in data]


def squeezed(text: str) -> str:
    """Without white space: lines and cells break anywhere."""
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def sample():
    return codec.decode(_SAMPLE.read_bytes(), name=str(_SAMPLE))


@pytest.fixture(scope="module")
def printed(sample) -> bytes:
    return render(sample)


@pytest.fixture(scope="module")
def words(printed) -> str:
    return squeezed(text_of(printed))


def test_it_is_found_by_its_suffix():
    assert outputs(["report.pdf"], None)[0].format is FORMAT
    assert formats()["pdf"] is FORMAT


def test_a_missing_typst_is_one_line_that_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ToolError, match=r"pip install 'camera-auditor\[pdf\]'$"):
        render(scans.scan())


def test_every_flagged_device_stands_with_address_maker_and_citation(sample, words):
    names = {note.id: note.name for note in sample.vendors}
    flagged = [a for a in sample.assets if a.headline in {"covered", "indeterminate"}]
    assert flagged
    for asset in flagged:
        assert squeezed(asset.address) in words
        for attribution in asset.attributions:
            assert squeezed(names.get(attribution.vendor, attribution.vendor)) in words
        for verdict in asset.verdicts:
            assert squeezed(verdict.citation) in words
            assert squeezed(verdict.says) in words
            assert not verdict.effective or verdict.effective in words


def test_every_device_stands_in_the_annex_with_mac_and_serial(sample, words):
    annex = words[words.rindex("AEverydevice") :]
    for asset in sample.assets:
        for value in (asset.address, asset.mac, asset.serial):
            assert not value or squeezed(value) in annex


def test_evidence_stands_with_its_bytes_and_the_rule_in_annex_d(sample, words):
    rules = words[words.rindex("DEvidencerulesandtheirsources") :]
    for asset in sample.assets:
        for attribution in asset.attributions:
            for evidence in attribution.because:
                assert squeezed(evidence.rule) in rules
    assert "“App-webs/”" in words


def test_every_law_note_stands_with_citation_meaning_limits_and_source(sample, words):
    law = words[words.rindex("CTherulesthatwereasked") :]
    for note in sample.law:
        for value in (note.citation, note.meaning, *note.limits, note.source):
            assert not value or squeezed(value) in law


def test_cover_summary_and_signature_say_what_a_file_needs(sample, words):
    head = sample.scan
    for value in (
        head.db_version, head.tool, head.policy, head.as_of, NOT_LEGAL_ADVICE,
        "6 of 14 devices show signs", "What was not assessed", "What this report does not say",
        "By signing, the reviewer confirms",
    ):  # fmt: skip
        assert squeezed(value) in words


def test_the_signature_is_not_filled_in(printed):
    page = next(p for p in read(printed).pages if "By signing" in p.extract_text())
    after = squeezed(page.extract_text()).split("conclusion.")[1]
    assert after.startswith("NameRoleOrganisationDateSignature")


def test_an_incomplete_scan_says_so_on_the_cover():
    scan = scans.scan(header={"complete": False, "incomplete_because": ("interrupted",)})
    cover = read(render(scan)).pages[0].extract_text()
    assert "Incomplete scan" in cover
    assert "interrupted" in cover


def test_an_empty_scan_claims_nothing():
    text = text_of(render(scans.scan(law=(), vendors=())))
    assert "No device answered" in text
    assert "No device was judged" in text


def test_children_stand_with_what_they_stand_behind():
    words = squeezed(text_of(render(scans.site())))
    assert "BehindWebs" not in words
    assert squeezed("Devices behind it at least 1") in words
    assert squeezed("DNI waiver 7") in words


def test_changes_stand_in_a_section_of_their_own_only_when_given(printed):
    assert "Since the last scan" not in text_of(printed)
    change = Change(id="mac-1", address="10.9.8.7", name="New camera", now="covered")
    page = Page(
        changes=Difference(
            old=Side(id="old", started="2026-10-01T00:00:00Z"),
            new=Side(id="new", started="2026-11-01T00:00:00Z"),
            appeared=(change,),
        )
    )
    text = text_of(render(scans.site(), page))
    assert "Since the last scan" in text
    assert "New devices (1)" in text
    assert "10.9.8.7" in text


def test_the_replacement_plan_carries_the_price_list():
    from decimal import Decimal

    page = Page(costs=(UnitCost(kind="*", cost=Decimal("123.45"), currency="EUR"),))
    assert "123.45 EUR" in text_of(render(scans.site(), page))


def test_the_same_scan_gives_the_same_bytes_in_another_process(sample, printed):
    code = (
        "import sys,hashlib;from pathlib import Path;from auditor import codec;"
        "from auditor.report._api import Page;from auditor.report.pdf import FORMAT;"
        "s=codec.decode(Path(sys.argv[1]).read_bytes(),name='x');"
        "sys.stdout.buffer.write(FORMAT.render(s,Page()))"
    )
    again = subprocess.run(
        [sys.executable, "-c", code, str(_SAMPLE)], capture_output=True, check=True
    )
    assert again.stdout == printed


def test_the_date_is_that_of_the_scan(printed):
    assert read(printed).metadata["/CreationDate"].startswith("D:20261121")


def test_tags_language_and_title_are_there_for_pdf_ua(printed):
    root = read(printed).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is not None
    assert bool(root["/MarkInfo"]["/Marked"])
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])


def test_the_metadata_names_pdf_a_2a_and_pdf_ua_1(printed):
    xmp = read(printed).trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part(>|=\")2", xmp)
    assert re.search(r"pdfaid:conformance(>|=\")A", xmp)
    assert re.search(r"pdfuaid:part(>|=\")1", xmp)
    assert "Camera origin audit: sample fleet" in xmp


def test_all_fonts_are_embedded(printed):
    fonts = 0
    for page in read(printed).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            for descendant in font.get_object().get("/DescendantFonts", [font]):
                descriptor = descendant.get_object()["/FontDescriptor"]
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
                fonts += 1
    assert fonts


def test_charts_have_a_text_alternative(printed):
    alternatives = re.findall(rb"/Alt ?\(([^)]*)", printed)
    assert any(b"covered: 6" in text for text in alternatives)
    assert any(b"Hikvision: 4" in text for text in alternatives)


def test_bookmarks_lead_to_findings_and_annexes(printed):
    titles = [str(item.title) for item in _flat(read(printed).outline)]
    for wanted in ("Management summary", "Finding 1", "Every device", "Evidence rules"):
        assert any(wanted in title for title in titles)
    assert any("127.77.0.1" in title for title in titles)


def test_links_lead_inside_or_to_sources_of_the_law(sample, printed):
    known = {note.source for note in sample.law} | {
        verdict.source for asset in sample.assets for verdict in asset.verdicts
    }
    addresses = _addresses(printed)
    assert addresses
    assert addresses <= known


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_no_fault(printed, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(printed)
    done = subprocess.run(
        ["qpdf", "--check", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "text", [*PAYLOADS[::9], "שלום" * 30, "مرحبا بالعالم", "摄像机" * 40, "a\u0300" * 90]
)
def test_a_hostile_text_in_every_field_is_only_text(text):
    data = render(scans.hostile(text))
    assert not active(data)
    assert _addresses(data) <= {scans.verdict().source}


def test_all_payloads_at_once_are_only_text(sample):
    forged = poisoned(sample, document=True)
    data = render(forged)
    assert not active(data)
    # Only a source is ever a link, and it shows where it leads; in a forged document that is forged too.
    sources = {verdict.source for asset in forged.assets for verdict in asset.verdicts}
    assert _addresses(data) <= sources | {note.source for note in forged.law}


def test_markup_of_typst_in_a_name_is_shown_and_not_run():
    attack = '#read("/etc/passwd") *bold* $x$ <label> @ref \\u{41} #panic()'
    assert squeezed(attack) in squeezed(text_of(render(scans.hostile(attack))))


def test_a_name_without_glyphs_is_shown_by_its_code_points():
    text = text_of(render(scans.scan(scans.device(1, "摄像机"))))
    assert squeezed("[U+6444 U+50CF U+673A]") in squeezed(text)


def test_a_source_that_is_no_web_address_is_no_link():
    scan = scans.scan(law=(scans.law(source="javascript:alert(1)"),))
    assert _addresses(render(scan)) == set()


def test_a_device_beyond_the_limit_stands_in_short_and_the_report_says_so(monkeypatch):
    from auditor.report.pdf import _findings

    monkeypatch.setattr(_findings, "MOST_FULL", 1)
    scan = scans.scan(scans.device(1), scans.device(2), scans.device(3))
    text = squeezed(text_of(render(scan)))
    assert squeezed("This report shows 1 devices in full. 2 more devices") in text
    assert text.count("Whatwasasked,andhowitended") == 1


def test_a_listing_that_is_exempt_keeps_its_citation():
    asset = scans.device(
        1, headline="exempt", verdicts=(scans.verdict(Outcome.EXEMPT, exemption="waiver"),)
    )
    text = squeezed(text_of(render(scans.scan(asset))))
    assert squeezed("Pub. L. 115-232 s.889(f)(3)(B)") in text


def _addresses(data: bytes) -> set[str]:
    found = set()
    for page in read(data).pages:
        for annotation in page.get("/Annots", []):
            action = annotation.get_object().get("/A", {})
            if "/URI" in action:
                found.add(str(action["/URI"]))
    return found


def _flat(items):
    for item in items:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item
