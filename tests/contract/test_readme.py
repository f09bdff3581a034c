"""Transcripts are run, not typed: README, docs and examples show what the commands give now."""

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
transcripts = importlib.import_module("docs._transcripts")
generate = importlib.import_module("docs.generate")

PAGES = [path for path in generate.written() if "<!-- run:" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_transcripts_of_a_page_are_what_the_commands_give(page):
    text = page.read_text(encoding="utf-8")
    assert transcripts.refreshed(text) == text, "run: python -m docs.generate"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_mark_is_followed_by_a_block(page):
    text = page.read_text(encoding="utf-8")
    assert text.count("<!-- run:") == len(list(transcripts.commands(text)))


def test_the_readme_shows_a_rebrand_and_a_table():
    shown = list(transcripts.commands((ROOT / "README.md").read_text(encoding="utf-8")))
    assert any(words.startswith("audit identify") for words in shown)
    assert any(words.startswith("audit report") for words in shown)


def test_a_wrong_transcript_is_found():
    page = "<!-- run: audit policy list -->\n```text\n$ audit policy list\nnothing\n```\n"
    assert transcripts.refreshed(page) != page


def test_a_shortened_transcript_says_so():
    page = "<!-- run: audit policy list; first 1 lines -->\n```text\n```\n"
    assert transcripts.refreshed(page).splitlines()[-2] == "[…]"


def test_the_readme_is_about_one_screen():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 95
