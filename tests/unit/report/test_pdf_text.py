"""Texts of the PDF: what has a glyph, where lines may break, which addresses become links."""

import io

import pypdf
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.report.pdf._document import date_of
from auditor.report.pdf._glyphs import printable, ranges
from auditor.report.pdf._ink import ink, plain, web
from auditor.report.pdf._typst import compiled

ALLOWED = {number for first, last in ranges() for number in range(first, last + 1)}


def flat(value) -> str:
    if isinstance(value, str):
        return value
    return "".join(part if isinstance(part, str) else "".join(part) for part in value)


def test_every_character_called_printable_has_a_glyph_in_both_fonts(monkeypatch):
    """PDF/A-2a refuses a character without a glyph: that it compiles is the proof."""
    from auditor.report.pdf import _typst

    texts = [" ".join(chr(n) for n in range(first, last + 1)) for first, last in ranges()]
    main = b"""#import "style.typ": *
#set document(title: "t", date: datetime(year: 2026, month: 1, day: 1))
#set text(lang: "en", font: serif, fallback: false)
#for one in json(bytes(sys.inputs.data)).texts [ #one #text(weight: "bold", one)
#text(weight: "semibold", one) #code(one) #strong(code(one)) ]"""
    sources = {**_typst._sources(), "main.typ": main}
    monkeypatch.setattr(_typst, "_sources", lambda: sources)
    assert len(pypdf.PdfReader(io.BytesIO(compiled({"texts": texts}))).pages) > 1


@given(st.text())
def test_printable_text_holds_only_characters_with_a_glyph(text):
    assert {ord(character) for character in printable(text)} <= ALLOWED


@given(st.text(max_size=600))
@settings(max_examples=200)
def test_breaking_changes_no_letter(text):
    assert flat(ink(text)).replace("\u200b", "") == plain(text)


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=400))
def test_no_run_of_plain_letters_is_longer_than_a_line(text):
    value = ink(text)
    for part in [value] if isinstance(value, str) else value:
        pieces = part.split() if isinstance(part, str) else part
        assert all(len(piece) < 25 for piece in pieces)


def test_only_plain_web_addresses_become_links():
    assert web("https://www.ecfr.gov/current/title-2/part-200#x") is not None
    for bad in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://a b",
        "//x",
        "http://x/\n",
        "",
        None,
    ):
        assert web(bad) is None


def test_the_date_is_the_first_that_can_be_read():
    assert date_of("rubbish", "2026-11-21T10:00:05.5Z") == [2026, 11, 21, 10, 0, 5]
    assert date_of("2026-02-30", "2026-02-03") == [2026, 2, 3, 0, 0, 0]
    assert date_of("", "x") == [1970, 1, 1, 0, 0, 0]


def test_text_that_reads_from_the_right_cannot_turn_what_follows_it():
    assert plain("שלום").endswith("\u200e")
    assert not plain("camera").endswith("\u200e")
