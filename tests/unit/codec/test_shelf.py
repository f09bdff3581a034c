"""Assets on the disk: the same as in memory, and nobody else's to read."""

import io
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from auditor import codec
from auditor.codec.shelf import Shelf
from auditor.codec.spool import Spool
from auditor.model.errors import ToolError, UsageError

ROOT = Path(__file__).parents[3]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture(scope="module")
def scan():
    return codec.decode((ROOT / "examples" / "sample-fleet" / "scan.json").read_bytes())


def filled(scan, kept):
    shelf = Shelf(kept)
    for asset in scan.assets:
        shelf.append(asset)
    return shelf


@pytest.mark.parametrize("kept", [0, 2, 1000])
def test_a_shelf_gives_back_what_was_put_in_wherever_it_lies(scan, kept):
    shelf = filled(scan, kept)
    assert len(shelf) == len(scan.assets)
    assert tuple(shelf) == scan.assets
    assert shelf == scan.assets
    assert scan.assets == shelf
    assert shelf[-1] == scan.assets[-1]
    assert shelf[1:4] == scan.assets[1:4]
    assert tuple(reversed(shelf)) == tuple(reversed(scan.assets))


def test_few_assets_end_as_a_plain_tuple_and_many_do_not(scan):
    assert filled(scan, 1000).settled() == scan.assets
    assert type(filled(scan, 1000).settled()) is tuple
    assert type(filled(scan, 1).settled()) is Shelf


def test_a_shelf_is_not_equal_to_other_assets_or_other_things(scan):
    shelf = filled(scan, 1)
    assert shelf != scan.assets[:-1]
    assert shelf != (*scan.assets[:-1], scan.assets[0])
    assert shelf != "assets"


def test_a_place_past_the_end_is_an_error(scan):
    with pytest.raises(IndexError):
        filled(scan, 2)[len(scan.assets)]


@pytest.mark.parametrize("kept", [0, 2, 1000])
def test_a_document_has_the_same_bytes_wherever_its_assets_lie(scan, kept):
    far = replace(scan, assets=filled(scan, kept))
    assert codec.encode(far) == codec.encode(scan)
    assert b"".join(codec.pieces(far)) == codec.encode(scan)


def test_a_document_without_assets_is_written_in_pieces_too(scan):
    empty = replace(scan, assets=())
    assert codec.encode(replace(scan, assets=Shelf())) == codec.encode(empty)
    assert codec.decode(codec.encode(empty)).assets == ()


def test_no_piece_of_a_document_holds_two_assets(scan):
    longest = max(len(codec.encode_asset(asset)) for asset in scan.assets)
    frame = len(codec.encode(replace(scan, assets=())))
    assert max(map(len, codec.pieces(scan))) <= max(longest + 8, frame)


@pytest.mark.parametrize("kept", [0, 1000])
def test_a_document_read_line_by_line_is_the_document(scan, kept):
    read = codec.decode_lines(io.BytesIO(codec.encode(scan)), kept=kept)
    assert read == scan
    assert codec.encode(read) == codec.encode(scan)


def test_a_document_of_another_layout_or_without_assets_is_read_as_well(scan):
    for one in (scan, replace(scan, assets=())):
        flat = msgspec.json.encode(msgspec.json.decode(codec.encode(one)))
        spread = msgspec.json.format(flat, indent=4)
        for data in (codec.encode(one), flat, spread):
            assert codec.decode_lines(io.BytesIO(data)) == one


@pytest.mark.parametrize("kept", [0, 1000])
def test_a_line_that_is_no_asset_makes_it_no_document(scan, kept):
    data = codec.encode(scan).replace(b'  {"id":', b'  {"it":', 2)
    with pytest.raises(UsageError, match="not an asset"):
        codec.decode_lines(io.BytesIO(data), kept=kept)


def test_a_document_that_is_cut_short_is_none(scan):
    data = codec.encode(scan)
    for end in (len(data) // 3, len(data) - 40):
        with pytest.raises(UsageError):
            codec.decode_lines(io.BytesIO(data[:end]))


def test_a_record_is_written_over_where_the_new_one_fits_and_moved_where_not():
    spool = Spool()
    first = spool.put(b"a" * 600)
    other = spool.put(b"b" * 10)
    size = spool.size
    again = spool.put(b"c" * 900, first)
    assert (again.at, spool.size) == (first.at, size)
    moved = spool.put(b"d" * 5000, again)
    assert moved.at >= size
    assert spool.get(moved) == b"d" * 5000
    assert spool.get(other) == b"b" * 10


def test_records_are_read_whole_by_several_threads():
    spool = Spool()
    slots = [(bytes([n]) * (n * 37), spool.put(bytes([n]) * (n * 37))) for n in range(1, 200)]
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda one: spool.get(one[1]) == one[0], slots * 5))
    assert all(read)


class FullDisk:
    """A file on a disk that takes so many bytes."""

    def __init__(self, room):
        self.data = bytearray()
        self.room = room
        self.at = 0

    def seek(self, at):
        self.at = at

    def write(self, data):
        if self.at + len(data) > self.room:
            raise OSError(28, "No space left on device")
        self.data[self.at : self.at + len(data)] = data
        return len(data)

    def read(self, size):
        return bytes(self.data[self.at : self.at + size])

    def close(self):
        self.data.clear()


def test_a_full_disk_costs_no_result(scan, monkeypatch):
    disk = FullDisk(20_000)
    monkeypatch.setattr("auditor.codec.spool.tempfile.TemporaryFile", lambda **_: disk)
    shelf = filled(scan, 0)
    assert 0 < len(disk.data) <= 20_000
    assert tuple(shelf) == scan.assets


def test_a_folder_that_takes_no_file_costs_no_result(scan, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("auditor.codec.spool.tempfile.TemporaryFile", refuse)
    assert tuple(filled(scan, 0)) == scan.assets


def test_a_disk_that_loses_what_it_took_is_told(monkeypatch):
    disk = FullDisk(20_000)
    monkeypatch.setattr("auditor.codec.spool.tempfile.TemporaryFile", lambda **_: disk)
    spool = Spool()
    slot = spool.put(b"evidence")
    del disk.data[4:]
    with pytest.raises(ToolError, match="4 bytes are lost"):
        spool.get(slot)


WRITES_AND_WAITS = """
import sys, time
from auditor.codec.spool import Spool
spool = Spool()
spool.put(b"evidence" * 1000)
print("written", flush=True)
time.sleep(60)
"""


@LINUX
def test_the_file_has_no_name_while_it_is_written_and_a_killed_process_leaves_nothing(tmp_path):
    env = os.environ | {"TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES_AND_WAITS], stdout=subprocess.PIPE, env=env
    )
    try:
        assert process.stdout.readline() == b"written\n"
        opened = [
            link
            for link in Path(f"/proc/{process.pid}/fd").iterdir()
            if str(link.readlink()).startswith(str(tmp_path))
        ]
        assert len(opened) == 1
        held = opened[0].stat()
        assert held.st_nlink == 0
        assert held.st_size >= 8000
        assert stat.S_IMODE(held.st_mode) & 0o077 == 0
        assert list(tmp_path.iterdir()) == []
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_closed_with_the_spool(tmp_path, monkeypatch):
    made = []
    disk = FullDisk(100)
    disk.close = lambda: made.append("closed")
    monkeypatch.setattr("auditor.codec.spool.tempfile.TemporaryFile", lambda **_: disk)
    spool = Spool()
    spool.put(b"x")
    del spool
    assert made == ["closed"]
