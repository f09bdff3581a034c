"""Which installed database counts."""

import os
from pathlib import Path

import msgspec
import pytest

from auditor.catalog import updates
from auditor.catalog.updates import (
    Installed,
    Pointer,
    counting,
    own_place,
    places,
    pointer_of,
    version_key,
)
from auditor.model.errors import CatalogError


def install(place: Path, version: str, *, instead_of: str | None = None, **more) -> Path:
    folder = place / version
    folder.mkdir(parents=True)
    (folder / "db.toml").write_text("")
    record = Installed(
        folder=version, version=version, schema=more.get("schema", 1), digest="0", signer="x",
        installed="2026-11-22T00:00:00Z", instead_of=instead_of,
    )  # fmt: skip
    (place / "current.json").write_bytes(msgspec.json.encode(Pointer(current=record)))
    return folder


@pytest.fixture
def own(tmp_path):
    return tmp_path / "own"


def test_versions_are_compared_by_their_numbers():
    order = ["1", "2025.12.31", "2026.2.1", "2026.11.22", "2026.11.22.1", "2027"]
    assert sorted(order, key=version_key) == order
    assert sorted(order) != order


@pytest.mark.parametrize("text", ["", "v1", "1.", "1..2", "1.2.3.4.5", "../1", "1\n", "9" * 9, "١"])
def test_other_versions_are_refused(text):
    with pytest.raises(CatalogError, match="version"):
        version_key(text)


def test_no_update_no_change(own):
    assert counting("5", (own,)) is None


@pytest.mark.parametrize(("version", "counts"), [("6", True), ("5", False), ("4", False)])
def test_an_update_counts_if_it_is_newer_than_the_shipped_one(own, version, counts):
    folder = install(own, version)
    assert counting("5", (own,)) == (folder if counts else None)


def test_an_older_one_counts_only_in_place_of_the_version_it_was_put_for(own):
    folder = install(own, "4", instead_of="5")
    assert counting("5", (own,)) == folder
    assert counting("5.1", (own,)) is None


def test_the_newest_of_the_users_and_the_machines_counts(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    install(first, "6")
    newest = install(second, "7")
    assert counting("5", (first, second)) == counting("5", (second, first)) == newest


def test_an_operators_choice_counts_before_a_newer_one_of_the_machine(tmp_path):
    chosen = install(tmp_path / "a", "4", instead_of="5")
    install(tmp_path / "b", "7")
    assert counting("5", (tmp_path / "a", tmp_path / "b")) == chosen


def test_another_schema_does_not_count(own):
    install(own, "6", schema=2)
    assert counting("5", (own,)) is None


def test_a_link_in_place_of_the_folder_does_not_count(own, tmp_path):
    folder = install(own, "6")
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert counting("5", (own,)) is None


@pytest.mark.parametrize("mode", [0o775, 0o757])
def test_a_place_that_others_may_write_does_not_count(own, mode):
    install(own, "6")
    own.chmod(mode)
    assert counting("5", (own,)) is None


def test_a_pointer_of_another_user_does_not_count(own, monkeypatch):
    install(own, "6")
    os.chown(own / "current.json", 12345, -1) if os.geteuid() == 0 else monkeypatch.setattr(
        updates.os, "geteuid", lambda: 12345
    )
    assert pointer_of(own) == Pointer()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"current": {"folder": 1}}', b"\xff" * 70000])
def test_a_damaged_pointer_is_none(own, data):
    install(own, "6")
    (own / "current.json").write_bytes(data)
    assert pointer_of(own) == Pointer()


def test_the_users_place_follows_xdg(tmp_path, monkeypatch):
    assert own_place() == tmp_path / "xdg-data" / "auditor" / "vendor_db"
    assert places() == (own_place(), tmp_path / "system")


@pytest.mark.parametrize(
    ("user", "place"), [(0, "system"), (1000, "home/.local/share/auditor/vendor_db")]
)
def test_without_xdg_it_is_the_machines_for_root_and_the_home_for_others(
    tmp_path, monkeypatch, user, place
):
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(updates.os, "geteuid", lambda: user)
    assert own_place() == tmp_path / place
