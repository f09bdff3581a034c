"""The manifest: sha256sum reads it, a change is named, a signature holds for these bytes alone."""

import shutil
import subprocess
from pathlib import Path

import pytest

from auditor import codec
from auditor.app.reports import manifest
from auditor.cli.main import run

SAMPLE = Path(__file__).parents[3] / "examples/sample-fleet/scan.json"
needs_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is missing"
)


@pytest.fixture
def sealed(tmp_path):
    """Reports of the sample fleet with their manifest, through the command."""
    place = tmp_path / "all.sha256"
    words = [
        word for name in ("scan.json", "r.csv", "r.md") for word in ("-o", str(tmp_path / name))
    ]
    assert run(["report", str(SAMPLE), *words, "--manifest", str(place)]) == 0
    return place


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "auditor", "-f", str(path)]
    subprocess.run(words, check=True)
    return path


def test_sha256sum_accepts_it(sealed):
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", sealed.name],
        cwd=sealed.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.split() == ["scan.json:", "OK", "r.csv:", "OK", "r.md:", "OK"]


def test_untouched_files_verify(sealed, capsys):
    assert run(["verify", str(sealed)]) == 0
    assert capsys.readouterr().out.count("unchanged") == 3


def test_a_report_finds_its_manifest(sealed):
    assert run(["verify", str(sealed.with_name("r.csv"))]) == 0


def test_a_changed_observation_names_its_device(sealed, capsys):
    path = sealed.with_name("scan.json")
    scan = codec.decode(path.read_bytes())
    victims = [a.id for a in scan.assets if "App-webs" in str(a.observations)]
    path.write_bytes(path.read_bytes().replace(b"App-webs/", b"App-wobs/"))
    assert run(["verify", str(sealed)]) == 1
    said = capsys.readouterr().out
    assert f"BAD  scan.json: CHANGED: observations changed of {', '.join(sorted(victims))}" in said
    assert "1 of 4 checks failed" in said


def test_a_changed_verdict_is_told_from_changed_observations(sealed, capsys):
    path = sealed.with_name("scan.json")
    path.write_bytes(path.read_bytes().replace(b'"complete": true', b'"complete": false', 1))
    assert run(["verify", str(sealed)]) == 1
    assert "every observation is as it was" in capsys.readouterr().out


def test_a_missing_file_is_named(sealed, capsys):
    sealed.with_name("r.md").unlink()
    assert run(["verify", str(sealed)]) == 1
    assert "BAD  r.md: missing" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname"])
def test_a_manifest_cannot_make_it_read_elsewhere(tmp_path, capsys, name):
    place = tmp_path / "x.sha256"
    place.write_text(f"{'0' * 64}  {name}\n")
    assert run(["verify", str(place)]) == 1
    assert "outside the manifest's folder" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "told"),
    [("hello\n", "x.sha256:1: neither a digest"), ("# only words\n", "names no file")],
)
def test_what_is_no_manifest_is_refused(tmp_path, capsys, text, told):
    place = tmp_path / "x.sha256"
    place.write_text(text)
    assert run(["verify", str(place)]) == 2
    assert told in capsys.readouterr().err


def test_every_device_and_outsider_has_a_digest():
    scan = codec.decode(SAMPLE.read_bytes())
    digests = manifest.device_digests(scan)
    assert {asset.id for asset in scan.assets} <= set(digests)
    assert len(set(digests.values())) == len(digests)


@needs_keygen
def test_a_signature_holds_for_these_bytes_alone(sealed, key, capsys):
    words = ["-o", str(sealed.with_name("r.csv")), "--manifest", str(sealed), "--sign", str(key)]
    assert run(["report", str(SAMPLE), *words]) == 0
    signers = sealed.with_name("signers")
    signers.write_text(f"ann@example.org {key.with_suffix('.pub').read_text()}")
    assert run(["verify", str(sealed), "--signers", str(signers)]) == 0
    assert "good, by ann@example.org" in capsys.readouterr().out
    assert run(["verify", str(sealed)]) == 0
    assert "whole, by SHA256:" in capsys.readouterr().out
    plain = [
        "ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "ann@example.org",
        "-n", manifest.NAMESPACE, "-s", f"{sealed}.sig",
    ]  # fmt: skip
    done = subprocess.run(plain, input=sealed.read_bytes(), capture_output=True, check=False)
    assert done.returncode == 0
    sealed.write_text(sealed.read_text() + "# added\n")
    assert run(["verify", str(sealed), "--signers", str(signers)]) == 1
    assert "does not hold" in capsys.readouterr().out


@needs_keygen
def test_a_strangers_key_is_not_good_enough(sealed, key, capsys):
    words = ["-o", str(sealed.with_name("r.csv")), "--manifest", str(sealed), "--sign", str(key)]
    assert run(["report", str(SAMPLE), *words]) == 0
    signers = sealed.with_name("signers")
    signers.write_text("")
    assert run(["verify", str(sealed), "--signers", str(signers)]) == 1
    assert "of no key that" in capsys.readouterr().out


@needs_keygen
def test_a_new_manifest_takes_the_old_signature_away(sealed, key):
    words = ["report", str(SAMPLE), "-o", str(sealed.with_name("r.csv")), "--manifest", str(sealed)]
    assert run([*words, "--sign", str(key)]) == 0
    assert sealed.with_name(f"{sealed.name}.sig").exists()
    assert run(words) == 0
    assert not sealed.with_name(f"{sealed.name}.sig").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--sign", "KEY"], "add --manifest"),
        (["-o", "OUT.csv", "--manifest", "m.txt"], "must end in .sha256"),
        (["--manifest", "m.sha256"], "name at least one"),
        (["-o", "OUT.csv", "--manifest", "m.sha256", "--sign", "nokey"], "no such key file"),
    ],
)
def test_bad_words_are_refused_before_anything_is_written(
    tmp_path, monkeypatch, capsys, words, told
):
    monkeypatch.chdir(tmp_path)
    assert run(["report", str(SAMPLE), *words]) == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
