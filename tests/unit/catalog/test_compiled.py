"""The compiled database: the same values, and never in the way when it is damaged or stale."""

import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from auditor.catalog import compiled
from auditor.catalog.compiled import base_of, build, decode, encode
from auditor.catalog.folder import read_folder
from auditor.catalog.load import load
from auditor.catalog.locate import home
from auditor.model.errors import CatalogError

NOWHERE = Path("/nonexistent/shipped")


@pytest.fixture
def parses(monkeypatch):
    """How often a folder was parsed."""
    count = []

    def counted(root):
        count.append(root)
        return read_folder(root)

    monkeypatch.setattr(compiled, "read_folder", counted)
    return count


@pytest.fixture(autouse=True)
def tiny_registry(monkeypatch):
    monkeypatch.setattr("auditor.catalog.oui.package_file", lambda: None)
    monkeypatch.setattr(compiled, "package_file", lambda: None)


def base(root, cache, shipped=NOWHERE):
    return base_of(root, cache=cache, shipped=shipped)


def kept(cache: Path) -> Path:
    (path,) = cache.glob("catalog-*.msgpack")
    return path


def same(one, other, place=""):
    """Equal in every field, type and order included (sets have none)."""
    assert type(one) is type(other), place
    if is_dataclass(one):
        for field in fields(one):
            same(getattr(one, field.name), getattr(other, field.name), f"{place}.{field.name}")
    elif isinstance(one, Mapping):
        assert set(one) == set(other), place
        if isinstance(one, MappingProxyType):
            assert list(one) == list(other), place
        for key in one:
            same(one[key], other[key], f"{place}[{key}]")
    elif isinstance(one, tuple):
        assert len(one) == len(other), place
        for number, pair in enumerate(zip(one, other, strict=True)):
            same(*pair, f"{place}[{number}]")
    else:
        assert one == other, place


def test_the_compiled_small_database_equals_the_parsed_one(small, cache):
    parsed = read_folder(small)
    base(small, cache)
    same(base(small, cache).folder, parsed)


def test_the_compiled_shipped_database_equals_the_parsed_one_in_every_field():
    stored = decode(encode(build(home())))
    assert stored is not None
    same(stored.folder, read_folder(home()))


def test_what_was_read_only_stays_read_only(small, cache):
    base(small, cache)
    folder = base(small, cache).folder
    with pytest.raises(TypeError):
        folder.vendors["acme"].oem_codes["XX"] = "y"
    with pytest.raises(TypeError):
        folder.rules["acme"][0].examples[0].gives["x"] = "y"
    with pytest.raises(AttributeError):
        folder.rules["acme"][0].strength = "weak"


def test_a_second_load_does_not_parse(small, cache, parses):
    base(small, cache)
    base(small, cache)
    assert len(parses) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
        lambda _: b"",
        lambda _: b"\x80" * 5000,
        lambda data: b"auditor catalog 0\n" + data[18:],
        lambda data: data + b"\0",
    ],
    ids=["half", "a byte short", "a bit flipped", "empty", "other", "other format", "a byte more"],
)
def test_a_damaged_cache_is_made_anew(small, cache, parses, damage):
    good = base(small, cache).folder
    path = kept(cache)
    path.write_bytes(damage(path.read_bytes()))
    assert base(small, cache).folder == good
    assert len(parses) == 2
    base(small, cache)
    assert len(parses) == 2


def test_a_sound_file_with_other_values_inside_is_no_cache(small):
    data = encode(build(small))
    assert decode(data) is not None
    body = data[len(compiled._MAGIC) + 32 :].replace(b"\xa6strong", b"\xa6strung", 1)
    assert decode(compiled._MAGIC + hashlib.sha256(body).digest() + body) is None


def test_a_changed_file_of_the_same_size_is_read_anew(small, cache, parses):
    assert base(small, cache).folder.vendors["acme"].name == "Acme"
    path = small / "vendors" / "acme.toml"
    path.write_text(path.read_text().replace('name = "Acme"', 'name = "Bcme"'))
    assert base(small, cache).folder.vendors["acme"].name == "Bcme"
    assert len(parses) == 2


@pytest.mark.parametrize("name", ["vendors/new.toml", "policies/new.toml"])
def test_an_added_and_a_removed_file_are_noticed(small, cache, parses, name):
    base(small, cache)
    path = small / name
    path.write_text('id = "new"\nname = "New"\n' + ("regimes = []\n" if "pol" in name else ""))
    assert "new" in {*base(small, cache).folder.vendors, *base(small, cache).folder.policies}
    path.unlink()
    assert "new" not in {*base(small, cache).folder.vendors, *base(small, cache).folder.policies}
    assert len(parses) == 3


def test_changed_code_makes_the_cache_stale(small, cache, parses, monkeypatch, tmp_path):
    base(small, cache)
    code = tmp_path / "convert.py"
    code.write_text("")
    monkeypatch.setattr(compiled, "_PACKAGE", tmp_path)
    monkeypatch.setattr(compiled, "_CODE", ("convert.py",))
    base(small, cache)
    code.write_text("x = 1")
    base(small, cache)
    assert len(parses) == 3


def test_a_fault_in_a_file_is_told_even_with_a_cache(small, cache):
    base(small, cache)
    (small / "vendors" / "acme.toml").write_text("id = \n")
    with pytest.raises(CatalogError, match=r"acme\.toml"):
        base(small, cache)


def test_the_cache_is_for_its_user_alone(small, cache):
    base(small, cache)
    assert stat.S_IMODE(kept(cache).stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert [path.name for path in cache.iterdir()] == [kept(cache).name]


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_cache_that_others_may_write_does_not_count(small, cache, parses, mode):
    base(small, cache)
    kept(cache).chmod(mode)
    base(small, cache)
    assert len(parses) == 2


def test_a_cache_of_another_owner_does_not_count(small, cache, parses, monkeypatch):
    base(small, cache)
    here = os.geteuid()
    monkeypatch.setattr(compiled.os, "geteuid", lambda: here + 1)
    base(small, cache)
    assert len(parses) == 2


def test_a_link_in_place_of_the_cache_does_not_count(small, cache, parses, tmp_path):
    base(small, cache)
    path = kept(cache)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    base(small, cache)
    assert len(parses) == 2


def test_a_fifo_in_place_of_the_cache_does_not_hang(small, cache, parses):
    base(small, cache)
    path = kept(cache)
    path.unlink()
    os.mkfifo(path)
    base(small, cache)
    assert len(parses) == 2


def test_a_cache_that_cannot_be_written_is_done_without(small, tmp_path, parses):
    blocked = tmp_path / "file"
    blocked.write_text("")
    for _ in range(2):
        assert base(small, blocked / "auditor").folder.vendors["acme"].name == "Acme"
    assert len(parses) == 2


def test_nothing_is_left_in_the_cache_of_another_user(small, cache, monkeypatch):
    cache.parent.mkdir()
    here = os.geteuid()
    monkeypatch.setattr(compiled.os, "geteuid", lambda: here + 1)
    base(small, cache)
    assert list(cache.parent.iterdir()) == []


def test_a_full_disk_leaves_no_rubbish(small, cache, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compiled.os, "replace", full)
    assert base(small, cache).folder.vendors
    assert list(cache.iterdir()) == []


def test_caches_do_not_pile_up(small, cache):
    cache.mkdir(parents=True)
    for number in range(20):
        old = cache / f"catalog-{number:016}.msgpack"
        old.write_bytes(b"")
        os.utime(old, (number, number))
    base(small, cache)
    left = list(cache.iterdir())
    assert len(left) == 6
    assert cache / compiled._name(small) in left


def test_the_wheels_one_counts_where_the_content_is_the_same(small, cache, parses, tmp_path):
    shipped = tmp_path / "shipped"
    shipped.write_bytes(encode(build(small)))
    parses.clear()
    for path in small.rglob("*"):
        os.utime(path, (1, 1))
    assert base(small, cache, shipped).folder.vendors["acme"].name == "Acme"
    assert parses == []
    kept(cache)


def test_the_wheels_one_is_passed_over_where_the_content_differs(small, cache, parses, tmp_path):
    shipped = tmp_path / "shipped"
    shipped.write_bytes(encode(build(small)))
    parses.clear()
    path = small / "vendors" / "acme.toml"
    path.write_text(path.read_text().replace('name = "Acme"', 'name = "Bcme"'))
    assert base(small, cache, shipped).folder.vendors["acme"].name == "Bcme"
    assert len(parses) == 1


def test_the_wheels_one_goes_with_another_registry_package(
    small, cache, parses, tmp_path, monkeypatch
):
    shipped = tmp_path / "shipped"
    shipped.write_bytes(encode(build(small)))
    parses.clear()
    manuf = tmp_path / "manuf"
    manuf.write_text("# x\n00:40:8C\tAxis\tAxis Communications AB\n")
    monkeypatch.setattr("auditor.catalog.oui.package_file", lambda: manuf)
    monkeypatch.setattr(compiled, "package_file", lambda: manuf)
    assert (
        base(small, cache, shipped).registry.owner("00:40:8c:01:02:03") == "Axis Communications AB"
    )
    assert parses == []


def test_a_damaged_one_in_the_wheel_is_passed_over(small, cache, parses, tmp_path):
    shipped = tmp_path / "shipped"
    shipped.write_bytes(encode(build(small))[:-7])
    parses.clear()
    base(small, cache, shipped)
    assert len(parses) == 1


def test_the_folders_name_does_not_matter_to_the_wheels_one(small):
    before = build(small).content
    other = small.rename(small.with_name("_vendor_db"))
    assert build(other).content == before


def test_equal_values_give_equal_bytes_in_every_process(small):
    code = (
        "import sys, hashlib; from pathlib import Path\n"
        "from auditor.catalog import compiled, oui\n"
        "oui.package_file = compiled.package_file = lambda: None\n"
        "print(hashlib.sha256(compiled.encode(compiled.build(Path(sys.argv[1])))).hexdigest())"
    )
    sums = set()
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(compiled._PACKAGE.parent)}
        done = subprocess.run(
            [sys.executable, "-c", code, str(small)], env=env, capture_output=True, check=True
        )
        sums.add(done.stdout)
    assert len(sums) == 1


def test_the_registry_comes_with_it(small, cache):
    base(small, cache)
    assert base(small, cache).registry.owner("28:ab:01:00:00:01") == "Acme, Inc."


def test_patterns_of_the_compiled_database_match(small, cache):
    base(small, cache)
    (rule,) = base(small, cache).folder.rules["acme"]
    assert rule.pattern.search("ACME-cam-server")
    assert rule.pattern.search("Acme") is None


def test_load_uses_the_cache_and_lays_overlays_over_it(small, tmp_path, monkeypatch, parses):
    monkeypatch.setattr("auditor.catalog.load.home", lambda: small)
    overlay = tmp_path / "overlay"
    (overlay / "vendors").mkdir(parents=True)
    (overlay / "vendors" / "acme.toml").write_text('id = "acme"\nname = "Acme 2"\n')
    plain, laid, named = load(), load((overlay,)), load((overlay,), base=small)
    assert len(parses) == 1
    assert plain.vendors["acme"].name == "Acme"
    assert [rule.id for rule in plain.rules] == ["acme.http-server.word", "kind.printer"]
    assert laid == named
    assert laid.vendors["acme"].name == "Acme 2"
    assert [rule.id for rule in laid.rules] == ["kind.printer"]
    assert plain.digest == load(base=small).digest
    assert plain.digest != laid.digest
    (overlay / "vendors" / "acme.toml").write_text('id = "acme"\nname = "Acme 3"\n')
    assert load((overlay,)).vendors["acme"].name == "Acme 3"


def test_kinds_of_an_overlay_add_to_the_shipped_ones(small, tmp_path):
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "kinds.toml").write_text(
        (small / "kinds.toml").read_text().replace("kind.printer", "kind.plotter")
    )
    ids = {rule.id for rule in load((overlay,), base=small).rules}
    assert {"kind.printer", "kind.plotter"} <= ids


def test_a_database_of_another_schema_is_refused(small):
    (small / "db.toml").write_text('version = "5"\nschema = 2\nreleased = 2026-01-01\n')
    with pytest.raises(CatalogError, match="schema 2"):
        load(base=small)


def test_files_that_begin_with_a_dot_are_passed_over(small):
    (small / "vendors" / "._acme.toml").write_bytes(b"\0\1\2")
    assert load(base=small).digest == load(base=small).digest
    assert set(load(base=small).vendors) == {"acme", "seller"}


def test_loading_is_not_slowed_by_the_version_command():
    code = "import sys; from auditor.__main__ import main; sys.argv = ['audit', '--version']\n"
    code += "try:\n main()\nexcept SystemExit: pass\nprint('auditor.catalog.load' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(compiled._PACKAGE.parent)},
    )
    assert done.stdout.splitlines()[-1] == "False"


def test_a_row_of_the_restricted_list_of_the_wrong_shape_names_the_file(small):
    (small / "oui_restricted.csv").write_text("prefix,bits,organisation,entity\nGGGGGG,24,x,y\n")
    with pytest.raises(CatalogError, match=r"oui_restricted\.csv"):
        load(base=small).registry.owner("28:ab:01:00:00:01")
