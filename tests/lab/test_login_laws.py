"""The laws of logging in, on whole scans of simulated devices on the loopback."""

import base64
import hashlib
import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from auditor.cli.main import run
from auditor.history.notebook import Notebook
from auditor.history.store import History
from auditor.lab import guarded
from auditor.lab.loopback import Loopback
from auditor.probes.login import _session

pytestmark = pytest.mark.slow

USER, PASSWORD = "zz-unmistakable-user", "Qx9-unmistakable-Password"
CHOSEN = (
    "hikvision-login-old",
    "dahua-login-new",
    "uniview-oem-login",
    "axis-login-new",
    "amcrest-login",
    "prama-login",
)


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("AUDIT_DEBUG", "1")
    return tmp_path / "state" / "auditor"


@pytest.fixture
def fleet(monkeypatch):
    monkeypatch.setattr(guarded, "USER", USER)
    monkeypatch.setattr(guarded, "PASSWORD", PASSWORD)
    personas = guarded.load()
    with Loopback([personas[name] for name in CHOSEN], seed="laws") as running:
        yield running


def credentials(tmp_path: Path, password: str = PASSWORD, more: str = "") -> Path:
    path = tmp_path / "credentials.toml"
    path.write_text(f'[[login]]\ndefault = true\nuser = "{USER}"\npassword = "{password}"\n{more}')
    path.chmod(0o600)
    return path


def scan(fleet: Loopback, tmp_path: Path, *words: str, file: Path | None = None) -> dict:
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    given = ["--credentials", str(file or credentials(tmp_path))]
    code = run(["scan", fleet.target, *given, "-o", str(out / "scan.json"), *words])
    assert code in {0, 10, 11}
    return json.loads((out / "scan.json").read_text())


def logins(document: dict) -> dict[str, list[tuple[str, str]]]:
    return {
        asset["address"]: [
            (one["probe"], one["outcome"])
            for one in asset["attempts"]
            if one["probe"].startswith("login-")
        ]
        for asset in document["assets"]
    }


def forms(word: str) -> list[bytes]:
    raw = word.encode()
    return [
        raw,
        base64.b64encode(raw),
        base64.b64encode(f"{USER}:{word}".encode()),
        hashlib.sha256(raw).hexdigest().encode(),
        hashlib.md5(raw).hexdigest().encode(),
        hashlib.sha1(raw).hexdigest().encode(),
        raw.hex().encode(),
    ]


def texts(folder: Path, ours: Path) -> dict[str, bytes]:
    """Every file under a folder but the credentials themselves; archives unpacked."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        if not path.is_file() or path == ours:
            continue
        data = path.read_bytes()
        found[str(path)] = data
        if data.startswith(b"PK"):
            with zipfile.ZipFile(BytesIO(data)) as packed:
                for name in packed.namelist():
                    found[f"{path}/{name}"] = packed.read(name)
    return found


def assert_silent(tmp_path: Path, capsys) -> None:
    out, err = capsys.readouterr()
    written = texts(tmp_path, tmp_path / "credentials.toml")
    written |= {"stdout": out.encode(), "stderr": err.encode()}
    assert len(written) > 4
    for name, data in written.items():
        for word in (USER, PASSWORD):
            for form in forms(word):
                assert form not in data, f"{name} holds {word} as {form!r}"
        assert b"Authorization" not in data, name


def test_nothing_that_a_logged_in_scan_writes_holds_a_secret(fleet, tmp_path, state, capsys):
    out = tmp_path / "out"
    words = ["-v", "--json-logs", "--manifest", str(out / "m.sha256")]
    for suffix in ("jsonl", "html", "csv", "md", "xlsx"):
        words += ["-o", str(out / f"scan.{suffix}")]
    document = scan(fleet, tmp_path, *words)
    assert sum(("ok" in dict(map(reversed, one))) for one in logins(document).values()) == len(
        CHOSEN
    )
    assert all(fleet.witness(device).logins for device in fleet.devices)
    assert run(["explain", str(out / "scan.json"), fleet.devices[0].address]) == 0
    assert_silent(tmp_path, capsys)


def test_a_refused_scan_and_its_history_hold_no_secret_either(fleet, tmp_path, state, capsys):
    scan(fleet, tmp_path, file=credentials(tmp_path, PASSWORD + "-wrong"))
    history = History(f"sqlite:///{state / 'history.db'}")
    ids = [f"ip-{device.address}" for device in fleet.devices]
    refused = Notebook(history).refused(ids)
    history.close()
    assert set(refused) == set(ids)
    assert_silent(tmp_path, capsys)


def test_a_bug_inside_the_session_shows_no_secret(fleet, tmp_path, state, capsys, monkeypatch):
    def broken(self, question):
        raise RuntimeError(f"{self._secret.user}:{self._secret.password} {self._secret!r}")

    monkeypatch.setattr(_session.HttpSession, "_written", broken)
    out = tmp_path / "out"
    out.mkdir()
    given = ["--credentials", str(credentials(tmp_path)), "--json-logs", "-v"]
    code = run(["scan", fleet.target, *given, "-o", str(out / "scan.json")])
    document = json.loads((out / "scan.json").read_text())
    assert not document["scan"]["complete"]
    assert code in {10, 11, 12}
    endings = {ending for one in logins(document).values() for _, ending in one}
    assert endings == {"bug"}
    assert_silent(tmp_path, capsys)


def test_a_wrong_password_is_shown_once_to_each_device_in_any_number_of_scans(
    fleet, tmp_path, state
):
    for _ in range(3):
        document = scan(fleet, tmp_path, "-q", file=credentials(tmp_path, "wrong-Password"))
    for device in fleet.devices:
        witness = fleet.witness(device)
        assert witness.wrong == 1, device.name
        assert len(witness.shown) == 1, device.name
    assert {ending for one in logins(document).values() for _, ending in one} == {"skipped"}
    assert any("refused the entry before" in note for note in document["coverage"]["notes"])
    scan(fleet, tmp_path, "-q", file=credentials(tmp_path, "wrong-Password", "retry = 2\n"))
    assert [len(fleet.witness(device).shown) for device in fleet.devices] == [2] * len(CHOSEN)


def test_a_logged_in_scan_keeps_its_budgets_and_sends_only_reads(fleet, tmp_path, state):
    document = scan(fleet, tmp_path, "-q")
    for device in fleet.devices:
        witness = fleet.witness(device)
        assert witness.most <= 4
        assert witness.wrong == 0
        assert "basic" not in witness.shown
        assert {request.method for request in witness.requests} <= {
            "GET",
            "POST",
            "OPTIONS",
            "DESCRIBE",
        }
    by_probe = document["sent"]["by_probe"]
    asked = {name: count for name, count in by_probe.items() if name.startswith("login-")}
    assert asked
    assert sum(asked.values()) <= 2 * 30 * len(CHOSEN)  # a connection and a message each


def test_judging_again_says_the_same_of_what_needed_a_login(fleet, tmp_path, state):
    document = scan(fleet, tmp_path, "-q")
    again = tmp_path / "again.json"
    assert run(["judge", str(tmp_path / "out" / "scan.json"), "-o", str(again), "-q"]) in {
        0,
        10,
        11,
    }
    notes = {asset["id"]: asset["notes"] for asset in document["assets"]}
    assert {a["id"]: a["notes"] for a in json.loads(again.read_text())["assets"]} == notes


def test_the_nightly_run_logs_in_with_the_file_of_its_configuration(fleet, tmp_path, state, capsys):
    credentials(tmp_path)
    config = tmp_path / "auditor.toml"
    config.write_text(
        f'[[network]]\nname = "lab"\ntargets = ["{fleet.target}"]\n'
        '[credentials]\nfile = "credentials.toml"\n'
        f'[report]\ndirectory = "{tmp_path / "reports"}"\n'
    )
    run(["run", "--config", str(config), "--json-logs"])
    assert all(fleet.witness(device).logins for device in fleet.devices)
    assert_silent(tmp_path, capsys)


def test_the_check_says_whom_each_entry_is_for_and_sends_nothing(fleet, tmp_path, state, capsys):
    scan(fleet, tmp_path, "-q")
    sent = [len(fleet.witness(device).connections) for device in fleet.devices]
    path = tmp_path / "credentials.toml"
    path.write_text(
        f'[[login]]\nname = "one"\naddress = "{fleet.devices[0].address}"\n'
        f'user = "{USER}"\npassword = "{PASSWORD}"\n'
    )
    capsys.readouterr()
    words = ["--credentials", str(path), str(tmp_path / "out" / "scan.json")]
    assert run(["credentials", "check", *words]) == 0
    out = capsys.readouterr().out
    assert f"one (address {fleet.devices[0].address}): user in the file" in out
    assert f"no entry: {len(CHOSEN) - 1} cameras and recorders" in out
    assert PASSWORD not in out
    assert USER not in out
    assert [len(fleet.witness(device).connections) for device in fleet.devices] == sent
