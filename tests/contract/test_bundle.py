"""`audit db update`: a signed bundle comes into effect, or everything stays as it was."""

import fcntl
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
from datetime import date
from pathlib import Path

import pytest

from auditor.app import dbupdate
from auditor.app.reports.sshsig import sign
from auditor.catalog import bundle, locate
from auditor.catalog.load import load
from auditor.catalog.updates import pointer_of
from auditor.cli.main import run
from auditor.model.errors import UsageError

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")

ACME = """
id = "acme"
name = "NAME"
builds = "all"
sources = ["acme-manual"]
"""


def db(root: Path, version: str, name: str = "Acme", schema: int = 1) -> Path:
    """A small database."""
    (root / "vendors").mkdir(parents=True)
    (root / "db.toml").write_text(
        f'version = "{version}"\nschema = {schema}\nreleased = 2026-01-01\n'
    )
    (root / "sources.toml").write_text('["acme-manual"]\ntitle = "Acme manual"\ncode = "P"\n')
    (root / "vendors" / "acme.toml").write_text(ACME.replace("NAME", name))
    return root


def new_key(path: Path) -> Path:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path], check=True
    )
    return path


@pytest.fixture(scope="module")
def key(tmp_path_factory) -> Path:
    return new_key(tmp_path_factory.mktemp("keys") / "key")


@pytest.fixture(scope="module")
def signers(key) -> Path:
    path = key.with_name("signers")
    public = key.with_suffix(".pub").read_text()
    path.write_text(f'publisher@example.org namespaces="auditor-db" {public}')
    return path


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """A shipped database of version 5, and the user's places, all below tmp_path."""
    for name in ("CACHE", "DATA", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setattr("auditor.catalog.updates.SYSTEM", tmp_path / "system")
    root = db(tmp_path / "shipped", "5", "Shipped")
    for module in ("auditor.catalog.oui", "auditor.catalog.compiled"):
        monkeypatch.setattr(f"{module}.package_file", lambda: None)  # it takes time to pack
    for module in ("auditor.catalog.locate", "auditor.app.dbupdate", "auditor.cli.db_update"):
        monkeypatch.setattr(f"{module}.shipped", lambda: root)
    return tmp_path / "data" / "auditor" / "vendor_db"


@pytest.fixture
def made(tmp_path, key):
    """``made("6")`` is a signed bundle of a database of version 6."""

    def make(version: str, name: str = "Acme", **more: int) -> Path:
        out = tmp_path / f"{version}-{name}.tar.gz"
        root = db(tmp_path / f"source-{version}-{name}", version, name, **more)
        dbupdate.make_bundle(root, key, out, DAY)
        return out

    return make


DAY = date(2026, 11, 22)


def update(path, signers, *more: str) -> int:
    return run(["db", "update", str(path), "--signers", str(signers), *more])


def in_effect() -> str:
    return load().version


def one_line(capsys) -> str:
    said = capsys.readouterr().err
    assert said.startswith("audit: ")
    assert said.count("\n") == 1
    return said


def test_a_signed_newer_database_comes_into_effect(made, signers, capsys):
    assert in_effect() == "5"
    assert update(made("6"), signers) == 0
    assert "database 6 is in effect, signed by publisher@example.org" in capsys.readouterr().out
    assert in_effect() == "6"
    assert load().vendors["acme"].name == "Acme"
    assert run(["db", "status"]) == 0
    assert "signed by publisher@example.org" in capsys.readouterr().out


def test_the_command_writes_the_same_bundle_for_the_same_database(tmp_path, key, signers):
    root = db(tmp_path / "source", "6")
    outs = [tmp_path / "a.tar.gz", tmp_path / "b.tar.gz"]
    for out in outs:
        assert run(["db", "bundle", "-o", str(out), "--key", str(key), "--from", str(root)]) == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert update(outs[0], signers) == 0


def test_the_shipped_database_makes_a_bundle_that_holds(tmp_path, key, signers, monkeypatch):
    root = Path(locate.__file__).resolve().parents[2] / "vendor_db"
    out = tmp_path / "real.tar.gz"
    dbupdate.make_bundle(root, key, out, DAY)
    assert update(out, signers) == 0
    assert load().digest == load(base=root).digest


def test_rollback_goes_back_to_the_one_before_and_then_to_the_shipped(made, signers, capsys):
    assert update(made("6"), signers) == 0
    assert update(made("7"), signers) == 0
    assert in_effect() == "7"
    assert run(["db", "update", "--rollback"]) == 0
    assert in_effect() == "6"
    assert run(["db", "update", "--rollback"]) == 0
    assert in_effect() == "5"
    capsys.readouterr()
    assert run(["db", "update", "--rollback"]) == 2
    assert "nothing to roll back" in one_line(capsys)


def test_only_the_current_and_the_one_before_are_kept(made, signers, places):
    for version in ("6", "7", "8"):
        assert update(made(version), signers) == 0
    assert {path.name for path in places.iterdir() if path.is_dir()} == {"7", "8"}


def test_the_same_database_again_changes_nothing(made, signers, places, capsys):
    path = made("6")
    assert update(path, signers) == 0
    before = (places / "current.json").read_bytes()
    assert update(path, signers) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert (places / "current.json").read_bytes() == before


def test_an_older_one_is_refused_unless_the_operator_insists(made, signers, capsys):
    assert update(made("6"), signers) == 0
    assert update(made("5.9"), signers) == 2
    assert "5.9 is older than 6" in one_line(capsys)
    assert in_effect() == "6"
    assert update(made("4"), signers, "--allow-older") == 0
    assert in_effect() == "4"


def test_the_operators_older_choice_lapses_with_another_shipped_database(
    made, signers, tmp_path, monkeypatch
):
    assert update(made("4"), signers, "--allow-older") == 0
    assert in_effect() == "4"
    newer = db(tmp_path / "shipped-next", "5.1")
    monkeypatch.setattr("auditor.catalog.locate.shipped", lambda: newer)
    assert in_effect() == "5.1"


def test_a_newer_shipped_database_counts_before_an_update(made, signers, tmp_path, monkeypatch):
    assert update(made("6"), signers) == 0
    newer = db(tmp_path / "shipped-next", "6.0.1")
    monkeypatch.setattr("auditor.catalog.locate.shipped", lambda: newer)
    assert in_effect() == "6.0.1"


def test_the_same_version_with_other_content_is_refused_unless_insisted(made, signers, capsys):
    assert update(made("6"), signers) == 0
    other = made("6", "Other")
    assert update(other, signers) == 2
    assert "other content" in one_line(capsys)
    assert update(other, signers, "--allow-older") == 0
    assert load().vendors["acme"].name == "Other"
    assert run(["db", "update", "--rollback"]) == 0
    assert load().vendors["acme"].name == "Acme"


def test_another_schema_is_refused(tmp_path, made, signers, capsys, key):
    root = db(tmp_path / "source", "6", schema=2)
    manifest = bundle.manifest_of(root)
    path = seal(tmp_path, key, manifest, files(root))
    assert update(path, signers) == 2
    assert "schema 2" in one_line(capsys)
    assert in_effect() == "5"


# ---- signatures --------------------------------------------------------------------------------


def files(root: Path) -> dict[str, bytes]:
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def pack(path: Path, members: list[tuple[str | tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in members:
            member = tarfile.TarInfo(name) if isinstance(name, str) else name
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def seal(tmp_path: Path, key: Path, manifest: bytes, content: dict, namespace=bundle.NAMESPACE):
    signature = sign(manifest, key=key, namespace=namespace)
    members = [("manifest.json", manifest), ("manifest.json.sig", signature), *content.items()]
    return pack(tmp_path / "sealed.tar.gz", members)


def refused(path: Path, signers: Path, capsys, told: str) -> None:
    places = Path(os.environ["XDG_DATA_HOME"]) / "auditor" / "vendor_db"
    assert update(path, signers) == 2
    assert re.search(told, one_line(capsys))
    assert in_effect() == "5"
    left = {item.name for item in places.iterdir()} if places.exists() else set()
    assert left <= {".lock"}


def test_an_unsigned_bundle_is_refused(tmp_path, signers, capsys):
    root = db(tmp_path / "source", "6")
    content = [("manifest.json", bundle.manifest_of(root)), *files(root).items()]
    refused(pack(tmp_path / "x.tar.gz", content), signers, capsys, "unsigned")


def test_the_signature_of_a_stranger_is_refused(tmp_path, signers, capsys):
    stranger = new_key(tmp_path / "stranger")
    root = db(tmp_path / "source", "6")
    path = seal(tmp_path, stranger, bundle.manifest_of(root), files(root))
    refused(path, signers, capsys, "signature is of no key")


def test_a_signature_for_something_else_is_refused(tmp_path, key, signers, capsys):
    root = db(tmp_path / "source", "6")
    path = seal(tmp_path, key, bundle.manifest_of(root), files(root), namespace="file")
    refused(path, signers, capsys, "signature")


def test_a_changed_manifest_is_refused(tmp_path, key, signers, capsys):
    root = db(tmp_path / "source", "6")
    manifest = bundle.manifest_of(root)
    signature = sign(manifest, key=key, namespace=bundle.NAMESPACE)
    changed = manifest.replace(b'"6"', b'"9"')
    members = [("manifest.json", changed), ("manifest.json.sig", signature), *files(root).items()]
    path = pack(tmp_path / "x.tar.gz", members)
    refused(path, signers, capsys, "signature does not hold")


def test_without_any_allowed_key_nothing_is_taken(made, capsys):
    path = made("6")
    assert run(["db", "update", str(path)]) == 2
    assert "--signers" in one_line(capsys)


def test_the_users_own_signers_file_is_found(made, signers, tmp_path):
    own = tmp_path / "config" / "auditor" / "db_signers"
    own.parent.mkdir(parents=True)
    shutil.copy(signers, own)
    assert run(["db", "update", str(made("6"))]) == 0
    assert in_effect() == "6"


def test_the_shipped_signers_file_is_read_by_ssh_keygen(made):
    assert dbupdate._SHIPPED_SIGNERS.is_file()


# ---- content -----------------------------------------------------------------------------------


def test_a_changed_file_is_refused(tmp_path, key, signers, capsys):
    root = db(tmp_path / "source", "6")
    manifest = bundle.manifest_of(root)
    content = files(root)
    content["vendors/acme.toml"] = content["vendors/acme.toml"].replace(b"Acme", b"Evil")
    path = seal(tmp_path, key, manifest, content)
    refused(path, signers, capsys, "differs from the manifest")


def test_a_missing_file_is_refused(tmp_path, key, signers, capsys):
    root = db(tmp_path / "source", "6")
    manifest, content = bundle.manifest_of(root), files(root)
    del content["vendors/acme.toml"]
    refused(seal(tmp_path, key, manifest, content), signers, capsys, "is missing")


@pytest.mark.parametrize("name", ["vendors/zzz.toml", "../evil.toml", "/etc/evil.toml"])
def test_a_file_beside_the_manifest_is_refused(tmp_path, key, signers, capsys, name):
    root = db(tmp_path / "source", "6")
    manifest, content = bundle.manifest_of(root), files(root)
    content[name] = b"x"
    path = seal(tmp_path, key, manifest, content)
    refused(path, signers, capsys, "is not as the manifest says")


def test_a_member_twice_is_refused(tmp_path, key, signers, capsys):
    root = db(tmp_path / "source", "6")
    manifest = bundle.manifest_of(root)
    signature = sign(manifest, key=key, namespace=bundle.NAMESPACE)
    content = [*files(root).items()] * 2
    path = pack(
        tmp_path / "x.tar.gz",
        [("manifest.json", manifest), ("manifest.json.sig", signature), *content],
    )
    refused(path, signers, capsys, "is not as the manifest says")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_link_or_pipe_in_place_of_a_file_is_refused(tmp_path, key, signers, capsys, kind):
    root = db(tmp_path / "source", "6")
    (root / "vendors" / "acme.toml").write_text("")
    manifest = bundle.manifest_of(root)
    signature = sign(manifest, key=key, namespace=bundle.NAMESPACE)
    member = tarfile.TarInfo("vendors/acme.toml")
    member.type, member.linkname = kind, "/etc/passwd"
    path = pack(
        tmp_path / "x.tar.gz",
        [("manifest.json", manifest), ("manifest.json.sig", signature), (member, b"")],
    )
    refused(path, signers, capsys, "is not as the manifest says")


@pytest.mark.parametrize(
    "name",
    [
        "../evil.toml", "/etc/x.toml", "vendors/../../x.toml", "vendors/.x.toml", "a/b/c.toml",
        "x.py", "vendors/x.py", "vendors\\x.toml", "", "regimes/x/other.toml", "vendors/x.toml\n",
        "schema/x.toml", ".toml",
    ],
)  # fmt: skip
def test_a_manifest_names_only_files_of_a_database(tmp_path, key, signers, capsys, name):
    manifest = plain_manifest(**{name: {"size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}})
    path = seal(tmp_path, key, manifest, {})
    refused(path, signers, capsys, "no name of a database")


def plain_manifest(**entries: object) -> bytes:
    return json.dumps(
        {"format": "auditor-db/1", "version": "6", "schema": 1, "digest": "0", "files": entries}
    ).encode()


ENTRY = {"size": 1, "sha256": "0"}


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        (b"[]", "manifest.json"),
        (b"not json", "manifest.json"),
        (plain_manifest().replace(b"db/1", b"db/2"), "format"),
        (plain_manifest().replace(b'"6"', b'"../6"'), "version"),
        (plain_manifest().replace(b'"6"', b'"6; rm"'), "version"),
        (plain_manifest(**{"x.toml": {"size": -1, "sha256": "0"}}), "larger"),
        (plain_manifest(**{"x.toml": {"size": 9 * 2**20, "sha256": "0"}}), "larger"),
        (plain_manifest(**{f"{n}.csv": {"size": 8 * 2**20, "sha256": "0"} for n in range(9)}), "64 MB"),
        (plain_manifest(**{f"{n}.toml": ENTRY for n in range(5001)}), "5001 files"),
        (plain_manifest(**{"x.toml": ENTRY, "X.toml": ENTRY}), "only in case"),
        (plain_manifest().replace(b'"schema": 1', b'"schema": 1, "more": 1'), "more"),
    ],
)  # fmt: skip
def test_a_manifest_outside_its_limits_is_refused(tmp_path, key, signers, capsys, manifest, told):
    refused(seal(tmp_path, key, manifest, {}), signers, capsys, told)


def test_a_database_that_disagrees_with_its_manifest_is_refused(tmp_path, key, signers, capsys):
    root = db(tmp_path / "source", "6")
    manifest = bundle.manifest_of(root).replace(b'"version": "6"', b'"version": "7"')
    path = seal(tmp_path, key, manifest, files(root))
    refused(path, signers, capsys, "disagree")


def test_a_database_that_fails_its_checks_never_comes_into_effect(tmp_path, key, signers, capsys):
    root = db(tmp_path / "source", "6")
    acme = root / "vendors" / "acme.toml"
    acme.write_text(acme.read_text().replace("acme-manual", "nowhere"))
    path = seal(tmp_path, key, bundle.manifest_of(root), files(root))
    refused(path, signers, capsys, "fails 1 checks.*references")


def test_a_database_that_does_not_load_never_comes_into_effect(tmp_path, key, signers, capsys):
    root = db(tmp_path / "source", "6")
    (root / "vendors" / "acme.toml").write_text("id = \n")
    path = seal(tmp_path, key, bundle.manifest_of(root), files(root))
    refused(path, signers, capsys, "does not load: vendors/acme.toml")


def test_a_faulty_database_is_not_bundled(tmp_path, key):
    root = db(tmp_path / "source", "6")
    (root / "vendors" / "acme.toml").write_text("id = \n")
    with pytest.raises(UsageError, match="does not load"):
        dbupdate.make_bundle(root, key, tmp_path / "out.tar.gz", DAY)
    assert not (tmp_path / "out.tar.gz").exists()


# ---- hostile archives --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\3\4 not a tar",
        gzip.compress(b"x" * 100_000),
        gzip.compress(b"\0" * 100_000_000),
        gzip.compress(b"")[:5],
    ],
    ids=["empty", "zip", "no tar", "a bomb of zeros", "cut"],
)
def test_what_is_no_bundle_is_refused(tmp_path, signers, capsys, data):
    path = tmp_path / "x.tar.gz"
    path.write_bytes(data)
    refused(path, signers, capsys, "not a database bundle")


def test_a_header_that_asks_for_much_memory_is_refused(tmp_path, signers, capsys):
    member = tarfile.TarInfo("x")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, 2**33
    head = member.tobuf(tarfile.GNU_FORMAT)
    path = tmp_path / "x.tar.gz"
    path.write_bytes(gzip.compress(head + b"\0" * 20_000_000))
    refused(path, signers, capsys, "not a database bundle")


def test_a_manifest_that_is_too_large_is_not_read(tmp_path, signers, capsys):
    path = pack(tmp_path / "x.tar.gz", [("manifest.json", b" " * (2 * 2**20 + 1))])
    refused(path, signers, capsys, "not a database bundle")


def test_more_than_promised_is_not_unpacked(tmp_path, key, signers, capsys):
    root = db(tmp_path / "source", "6")
    manifest = bundle.manifest_of(root)
    signature = sign(manifest, key=key, namespace=bundle.NAMESPACE)
    padding = tarfile.TarInfo("x")
    padding.type = tarfile.XHDTYPE
    members = [("manifest.json", manifest), ("manifest.json.sig", signature)]
    path = pack(tmp_path / "x.tar.gz", [*members, (padding, b"\0" * 50_000_000)])
    refused(path, signers, capsys, "not a database bundle")


def test_a_cut_bundle_is_refused(made, signers, capsys):
    path = made("6")
    path.write_bytes(path.read_bytes()[:-200])
    refused(path, signers, capsys, "")


def test_a_bundle_that_is_not_there_is_one_line(tmp_path, signers, capsys):
    refused(tmp_path / "nothing.tar.gz", signers, capsys, "No such file")


# ---- the place ---------------------------------------------------------------------------------


@pytest.mark.parametrize("spoil", ["group", "pointer", "gone", "schema", "traversal"])
def test_an_installed_database_that_cannot_be_trusted_does_not_count(made, signers, places, spoil):
    assert update(made("6"), signers) == 0
    pointer = places / "current.json"
    if spoil == "group":
        (places / "6").chmod(0o777)
    elif spoil == "pointer":
        pointer.write_text("{")
    elif spoil == "gone":
        shutil.rmtree(places / "6")
    elif spoil == "schema":
        pointer.write_text(pointer.read_text().replace('"schema": 1', '"schema": 2'))
    else:
        pointer.write_text(pointer.read_text().replace('"folder": "6"', '"folder": "../../x"'))
    assert in_effect() == "5"


def test_a_database_installed_for_the_machine_counts_for_its_users(made, signers, places, tmp_path):
    assert update(made("6"), signers) == 0
    shutil.copytree(places, tmp_path / "system")
    shutil.rmtree(places)
    assert in_effect() == "6"


def test_a_fault_after_the_switch_takes_it_back(made, signers, places, monkeypatch, capsys):
    assert update(made("6"), signers) == 0
    path = made("7")
    capsys.readouterr()

    def broken(*args, **more):
        if more:
            return load(*args, **more)
        raise UsageError("broken")

    monkeypatch.setattr(dbupdate, "load", broken)
    assert update(path, signers) == 2
    assert "broken" in one_line(capsys)
    assert in_effect() == "6"
    assert {item.name for item in places.iterdir() if item.is_dir()} == {"6"}


def test_two_updates_at_a_time_do_not_meet(made, signers, places, capsys):
    path = made("6")
    places.mkdir(parents=True)
    with (places / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert update(path, signers) == 1
    assert "another update" in one_line(capsys)


def test_a_place_that_cannot_be_written_is_one_line(made, signers, places, capsys):
    path = made("6")
    places.parent.parent.mkdir(parents=True, exist_ok=True)
    places.parent.write_text("")
    assert update(path, signers) == 1
    assert "cannot be written" in one_line(capsys)


def test_the_record_says_who_and_when(made, signers, places, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764547200")
    assert update(made("6"), signers) == 0
    found = pointer_of(places).current
    assert found is not None
    assert (found.signer, found.installed[:10]) == ("publisher@example.org", "2025-12-01")


@pytest.mark.parametrize(
    "words", [["db", "update"], ["db", "update", "x", "--rollback"], ["db", "update", "x", "--signers", "/none"]]
)  # fmt: skip
def test_words_that_do_not_fit_are_usage(words, capsys):
    assert run(words) == 2
    one_line(capsys)
