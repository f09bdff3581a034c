"""Large files in large pages: the same bytes, whatever happens to the file meanwhile."""

import os

import pytest

from auditor.app.reports import bulky

SIZE = 3 * 1_048_576 + 17


@pytest.fixture
def large(tmp_path, monkeypatch):
    """A file that counts as large, of bytes that differ from place to place."""
    monkeypatch.setattr(bulky, "_WORTH", 1_048_576)
    place = tmp_path / "scan.json"
    place.write_bytes(os.urandom(SIZE))
    return place


def test_a_large_file_is_read_whole(large):
    found = bulky.read_bytes(large)
    assert isinstance(found, memoryview)
    assert bytes(found) == large.read_bytes()


def test_a_system_without_large_pages_reads_all_the_same(large, monkeypatch):
    monkeypatch.setattr(bulky.mmap, "MADV_HUGEPAGE", 0x7FFF)  # no advice that the system knows
    assert bytes(bulky.read_bytes(large)) == large.read_bytes()


def test_a_small_one_is_plain_bytes(tmp_path):
    place = tmp_path / "scan.json"
    place.write_bytes(b"{}")
    assert bulky.read_bytes(place) == b"{}"


@pytest.mark.parametrize("change", [-1_000_000, 1_000_000])
def test_a_file_of_another_size_than_the_system_said_is_read_to_its_end(large, monkeypatch, change):
    class Stat:
        st_size = SIZE + change

    monkeypatch.setattr(bulky.os, "fstat", lambda _: Stat)
    assert bytes(bulky.read_bytes(large)) == large.read_bytes()


def test_a_missing_file_is_told_by_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        bulky.read_bytes(tmp_path / "none.json")
