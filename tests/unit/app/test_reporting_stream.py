"""Reports that are written as they are made: the same bytes, whole or not at all."""

from dataclasses import replace
from pathlib import Path

import pytest

from auditor import codec
from auditor.app.reports import reporting
from auditor.codec.shelf import Shelf
from auditor.model.errors import UsageError
from auditor.report._api import Page, Streamed

ROOT = Path(__file__).parents[3]
STREAMED = ("csv", "json", "jsonl")


@pytest.fixture(scope="module")
def scan():
    return codec.decode((ROOT / "examples" / "sample-fleet" / "scan.json").read_bytes())


@pytest.fixture(scope="module")
def far(scan):
    """The scan with its assets on the disk."""
    shelf = Shelf(0)
    for asset in scan.assets:
        shelf.append(asset)
    return replace(scan, assets=shelf)


@pytest.mark.parametrize("name", STREAMED)
def test_a_streamed_report_is_the_report(scan, far, name, tmp_path):
    form = reporting.formats()[name]
    assert isinstance(form, Streamed)
    places = reporting.outputs([str(tmp_path / f"scan.{name}")], None)
    reporting.write(far, places, Page())
    assert (tmp_path / f"scan.{name}").read_bytes() == form.render(scan, Page())


@pytest.mark.parametrize("name", STREAMED)
def test_a_streamed_report_grows_piece_by_piece(far, name):
    pieces = list(reporting.formats()[name].pieces(far, Page()))
    assert len(pieces) >= len(far.assets)


@pytest.mark.parametrize("name", sorted(set(reporting.formats()) - set(STREAMED)))
def test_every_other_report_is_the_same_of_assets_on_the_disk(scan, far, name):
    form = reporting.formats()[name]
    assert form.render(far, Page()) == form.render(scan, Page())


def test_a_report_that_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path):
    def broken():
        yield b"half of "
        raise ValueError("no more")

    path = tmp_path / "scan.json"
    path.write_bytes(b"the report of yesterday")
    with pytest.raises(ValueError, match="no more"):
        reporting.write_atomic(path, broken())
    assert path.read_bytes() == b"the report of yesterday"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("suffix", "name"),
    [(suffix, name) for name, form in reporting.formats().items() for suffix in form.suffixes],
)
def test_every_suffix_chooses_its_format_however_the_name_begins(suffix, name):
    for path in (f"scan{suffix}", f"of.site.2{suffix}", f"SCAN{suffix.upper()}"):
        assert reporting.outputs([path], None)[0].format is reporting.formats()[name]


@pytest.mark.parametrize("path", ["scan.words", "scan._api", "scan.", "scan", "scan.no-such"])
def test_a_module_that_is_no_format_is_no_suffix(path):
    with pytest.raises(UsageError, match="no format for suffix"):
        reporting.outputs([path], None)


def test_a_large_file_is_sent_on_to_the_disk_piece_by_piece_and_holds_all(tmp_path, monkeypatch):
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(reporting, "_SENT_ON", 1000)
    monkeypatch.setattr(
        reporting.os,
        "posix_fadvise",
        lambda _f, at, size, _how: sent.append((at, size)),
        raising=False,
    )
    monkeypatch.setattr(reporting.sys, "platform", "linux")
    pieces = [bytes([number]) * 300 for number in range(10)]
    reporting.write_atomic(tmp_path / "x.bin", pieces)
    assert (tmp_path / "x.bin").read_bytes() == b"".join(pieces)
    assert sent == [(0, 1200), (1200, 1200)]


def test_a_file_system_that_takes_no_hints_still_takes_the_file(tmp_path, monkeypatch):
    def refuse(*_words: object) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(reporting, "_SENT_ON", 100)
    monkeypatch.setattr(reporting.os, "posix_fadvise", refuse, raising=False)
    reporting.write_atomic(tmp_path / "x.bin", [b"a" * 300, b"b" * 300])
    assert (tmp_path / "x.bin").read_bytes() == b"a" * 300 + b"b" * 300
