"""What logging in puts on the wire, read from a capture: no second attempt, no write, no Basic."""

import json
import os
import re
import sys
from pathlib import Path

import pytest

from auditor.lab import guarded, netns
from auditor.lab.namespace import NamespaceFleet

pytestmark = [pytest.mark.lab, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = (
    "hikvision-login-old",
    "hikvision-login-tls",
    "hikvision-login-basic",
    "dahua-login-new",
    "uniview-oem-login",
    "axis-login-new",
    "amcrest-login",
)
_ETHER = 14
_REQUEST = re.compile(rb"^([A-Z]{3,10}) (\S+) (?:HTTP|RTSP)/1\.[01]\r\n", re.MULTILINE)
_READS = re.compile(rb":(?:Get\w+)[ />]")
_SHOWN = re.compile(rb"(?im)^authorization: (\w+)|<[\w:]*(UsernameToken)[ >]")


@pytest.fixture(autouse=True)
def _namespaces():
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")


def streams(capture) -> dict[tuple[str, int], bytes]:
    """What was sent over each TCP connection, by destination and source port; no segment twice."""
    found: dict[tuple[str, int], dict[int, bytes]] = {}
    for frame in capture.sent():
        data = frame.data[_ETHER:]
        if frame.kind != 0x0800 or data[9] != 6:
            continue
        tcp = data[(data[0] & 15) * 4 : int.from_bytes(data[2:4])]
        payload = tcp[(tcp[12] >> 4) * 4 :]
        if payload:
            key = (frame.target or "", int.from_bytes(tcp[:2]))
            found.setdefault(key, {})[int.from_bytes(tcp[4:8])] = payload
    return {key: b"".join(parts[at] for at in sorted(parts)) for key, parts in found.items()}


def captured(tmp_path: Path, password: str) -> tuple[NamespaceFleet, dict, dict]:
    secret, out = tmp_path / "credentials.toml", tmp_path / "scan.json"
    secret.write_text(
        f'[[login]]\ndefault = true\nuser = "{guarded.USER}"\npassword = "{password}"\n'
    )
    secret.chmod(0o600)
    personas = guarded.load()
    words = ["192.0.2.0/24", "--credentials", str(secret), "-o", str(out), "-q"]
    environ = dict(os.environ, PYTHONPATH=str(ROOT), XDG_STATE_HOME=str(tmp_path / "state"))
    with NamespaceFleet([personas[name] for name in CHOSEN], seed="capture") as fleet:
        with fleet.capture() as capture:
            command = [sys.executable, "-m", "auditor", "scan", *words]
            done = fleet.execute(command, env=environ, seconds=100)
        assert done.returncode in {0, 10, 11}, done.stderr[-500:]
        assert capture.dropped == 0
        return fleet, streams(capture), json.loads(out.read_text())


def shows(sent: dict) -> dict[str, list[str]]:
    """The schemes by which each device was shown a password in clear text on the wire."""
    found: dict[str, list[str]] = {}
    for (address, _), data in sorted(sent.items()):
        for header, token in _SHOWN.findall(data):
            found.setdefault(address, []).append((header or token).decode().lower())
    return found


def test_a_wrong_password_is_on_the_wire_once_for_each_device(tmp_path):
    fleet, sent, document = captured(tmp_path, "wrong-Password")
    found = shows(sent)
    assert len(found) >= len(CHOSEN) - 2  # TLS hides one, and one takes Basic alone
    assert {address: len(shown) for address, shown in found.items()} == dict.fromkeys(found, 1)
    for device in fleet.devices:
        assert fleet.witness(device).wrong <= 1
    assert any("refused" in note for note in document["coverage"]["notes"])


def test_a_right_password_goes_with_reads_alone_and_never_in_clear(tmp_path):
    fleet, sent, document = captured(tmp_path, guarded.PASSWORD)
    found = shows(sent)
    assert found
    assert not [shown for shown in found.values() if "basic" in shown]
    for data in sent.values():
        for method, path in _REQUEST.findall(data):
            assert method in {b"GET", b"POST", b"OPTIONS", b"DESCRIBE"}, (method, path)
            if method == b"POST" and path.startswith(b"/onvif"):
                assert _READS.search(data), data[-300:]
    assert not [data for data in sent.values() if guarded.PASSWORD.encode() in data]
    for device in fleet.devices:
        witness = fleet.witness(device)
        assert witness.wrong == 0
        assert witness.most <= 4
    endings = [
        a["outcome"] for x in document["assets"] for a in x["attempts"] if "login-" in a["probe"]
    ]
    assert endings.count("ok") >= len(CHOSEN) - 1
