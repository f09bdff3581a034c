"""A virtual camera that is not ours: ipycam, with a WS-UsernameToken, on the loopback.

Skipped where the package is not installed. Only its web server runs: its discovery would join a
group on real interfaces.
"""

import errno
import http.server
import json
import threading

import pytest

from auditor.cli.main import run

pytest.importorskip("ipycam")
pytestmark = pytest.mark.slow

NETWORK, PORT = "127.77.255", 8080
USER, PASSWORD = "zz-virtual-user", "Virtual-Password-7"


class Served:
    def __init__(self):
        self.tokens: list[bool] = []


def listening(handler) -> http.server.ThreadingHTTPServer:
    """A server at the first address that no test beside this one has taken."""
    for last in range(9, 60):
        try:
            return http.server.ThreadingHTTPServer((f"{NETWORK}.{last}", PORT), handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise AssertionError("no free address")


@pytest.fixture
def camera(monkeypatch):
    from ipycam.camera import IPCamera
    from ipycam.config import CameraConfig
    from ipycam.http import IPCameraHTTPHandler

    server = listening(IPCameraHTTPHandler)
    config = CameraConfig(
        name="Lobby",
        local_ip=server.server_address[0],
        onvif_port=PORT,
        username=USER,
        password=PASSWORD,
    )
    made = IPCamera(config)
    served = Served()
    verify = made.onvif.verify_usernametoken

    def counted(body: str) -> bool:
        good = verify(body)
        if "UsernameToken" in body:
            served.tokens.append(good)
        return good

    monkeypatch.setattr(made.onvif, "verify_usernametoken", counted)
    monkeypatch.setattr(IPCameraHTTPHandler, "camera", made)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served, config
    server.shutdown()
    server.server_close()
    thread.join(5)


def scan(tmp_path, monkeypatch, address: str, password: str) -> dict:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    secret = tmp_path / "credentials.toml"
    secret.write_text(
        f'[[login]]\naddress = "{address}"\nuser = "{USER}"\npassword = "{password}"\n'
    )
    secret.chmod(0o600)
    out = tmp_path / "scan.json"
    words = ["--ports", str(PORT), "--credentials", str(secret), "-o", str(out), "-q"]
    assert run(["scan", address, *words]) in {0, 10, 11}
    (asset,) = json.loads(out.read_text())["assets"]
    return asset


def told(asset: dict, signal: str) -> list[str]:
    return [o["value"] for o in asset["observations"] if o["signal"] == signal]


def test_it_is_inventoried_with_one_right_token_after_another(camera, tmp_path, monkeypatch):
    served, config = camera
    asset = scan(tmp_path, monkeypatch, config.local_ip, PASSWORD)
    assert asset["model"] == config.model
    assert told(asset, "onvif.serial") == [config.serial_number]
    assert told(asset, "onvif.firmware") == [config.firmware_version]
    assert told(asset, "onvif.scopes")
    (profiles,) = told(asset, "onvif.profiles")
    profiles = json.loads(profiles) if isinstance(profiles, str) else profiles
    assert [one["name"] for one in profiles] == ["MainStream", "SubStream"]
    assert served.tokens
    assert all(served.tokens)


def test_a_wrong_password_is_shown_to_it_once_in_two_scans(camera, tmp_path, monkeypatch):
    served, config = camera
    for _ in range(2):
        asset = scan(tmp_path, monkeypatch, config.local_ip, "wrong-Password")
    assert served.tokens == [False]
    assert any(a["outcome"] == "skipped" for a in asset["attempts"])
