"""Whole scans with a password, over a fleet on the loopback: what is asked, found, kept and locked."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.lab import guarded
from auditor.lab.fleet import Device, Moment
from auditor.lab.loopback import Loopback
from auditor.lab.witness import Witness

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
TRAP = "never-store-this"
WRONG = "Wrong-but-unmistakable-77"
PERSONAS = guarded.load()
CLEAR = ("hikvision-login-basic", "dahua-login-old")  # take nothing but Basic without TLS
BROKEN = "hikvision-login-broken"
READ = {
    *("/ISAPI/System/deviceInfo", "/ISAPI/System/Network/interfaces"),
    *("/ISAPI/ContentMgmt/InputProxy/channels", "/ISAPI/ContentMgmt/InputProxy/channels/status"),
    *("/pramaAPI/System/deviceInfo", "/pramaAPI/System/Network/interfaces"),
    *(
        f"/cgi-bin/magicBox.cgi?action={action}"
        for action in ("getSystemInfo", "getDeviceType", "getSoftwareVersion", "getVendor")
    ),
    "/cgi-bin/magicBox.cgi?action=getSerialNo",
    "/cgi-bin/configManager.cgi?action=getConfig&name=Network",
    "/cgi-bin/configManager.cgi?action=getConfig&name=RemoteDevice",
    "/axis-cgi/basicdeviceinfo.cgi",
    *(
        f"/axis-cgi/param.cgi?action=list&group=root.{group}"
        for group in ("Brand", "Properties.Firmware", "Properties.System")
    ),
    "/LAPI/V1.0/System/DeviceInfo",
    "/LAPI/V1.0/Channels/System/ChannelDetailInfos",
    "/LAPI/V1.0/Channels/System/DeviceInfos",
    *("/onvif/device_service", "/onvif/Media", "/onvif/media_service"),
}
"""Every path that may be asked with a password: the send list of the credentialed mode."""


@dataclass
class Run:
    """One scan: how it ended, what it wrote, what each device saw."""

    code: int
    document: dict
    written: str
    devices: dict[str, Device]
    witnesses: dict[str, Witness]
    assets: dict[str, dict] = field(default_factory=dict)

    def asset(self, name: str) -> dict:
        return self.assets[self.devices[name].address]


def scan(folder: Path, names, *, password=guarded.PASSWORD, times=1, moment=None, **entry) -> Run:
    """Scan a fleet of these personas with one entry for all; the last of so many scans."""
    folder.mkdir(exist_ok=True)
    file, out = folder / "logins.toml", folder / "scan.json"
    lines = [f"{key} = {json.dumps(value)}" for key, value in entry.items()]
    file.write_text(
        "\n".join(
            [
                "[[login]]",
                "default = true",
                f"user = {json.dumps(guarded.USER)}",
                f"password = {json.dumps(password)}",
                *lines,
                "",
            ]
        )
    )
    file.chmod(0o600)
    env = dict(os.environ, PYTHONPATH=str(ROOT), NO_COLOR="1", XDG_STATE_HOME=str(folder / "state"))
    command = [sys.executable, "-m", "auditor", "scan"]
    with Loopback([PERSONAS[name] for name in names], moment=moment) as fleet:
        words = [fleet.target, "--credentials", str(file), "-o", str(out), "--json-logs", "-v"]
        for _ in range(times):
            done = subprocess.run(
                [*command, *words],
                env=env,
                capture_output=True,
                text=True,
                timeout=170,
                check=False,
            )
        assert out.exists(), done.stderr[-2000:]
        devices = {device.persona.id: device for device in fleet.devices}
        witnesses = {name: fleet.witness(device) for name, device in devices.items()}
    file.unlink()
    written = done.stdout + done.stderr
    written += "".join(
        path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()
    )
    document = json.loads(out.read_text())
    assets = {asset["address"]: asset for asset in document["assets"]}
    return Run(done.returncode, document, written, devices, witnesses, assets)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    """One scan of every guarded persona, with the right password."""
    return scan(tmp_path_factory.mktemp("fleet"), list(PERSONAS))


@pytest.mark.parametrize("name", sorted(set(PERSONAS) - {*CLEAR, BROKEN}))
def test_a_device_with_a_password_is_fully_inventoried(fleet, name):
    device, asset = fleet.devices[name], fleet.asset(name)
    assert asset["model"] == device.words["model"]
    assert asset["serial"].lower() == device.serial.lower()
    assert asset["firmware"] == device.words["firmware"]
    assert asset["mac"] == device.mac
    logins = [one for one in asset["attempts"] if one["probe"].startswith("login-")]
    assert [one["outcome"] for one in logins] == ["ok"]


@pytest.mark.parametrize("name", ["hikvision-nvr-16", "dahua-nvr-16"])
def test_a_recorder_of_sixteen_channels_has_sixteen_children(fleet, name):
    children = fleet.asset(name)["children"]
    assert len(children) == 16
    assert len({child["serial"] for child in children}) == 16
    assert all(child["model"] and child["firmware"] and child["address"] for child in children)
    assert {child["kind"] for child in children} == {"camera"}
    assert {child["headline"] for child in children} == {"covered"}


def test_children_are_counted_in_the_summary(fleet):
    children = sum(len(asset["children"]) for asset in fleet.document["assets"])
    assert children == 16 + 16 + 3
    assert fleet.document["summary"]["assets"] == len(PERSONAS) + children


def test_an_offline_camera_makes_the_count_a_lower_bound(fleet):
    notes = fleet.asset("uniview-nvr")["notes"]
    (note,) = [note for note in notes if note.startswith("channels: ")]
    assert note == "channels: at least 3 cameras stand behind this recorder (offline: 2)"


def test_with_a_password_only_the_paths_of_the_send_list_are_asked(fleet):
    asked = {
        (request.method, request.line.split(" ")[1])
        for witness in fleet.witnesses.values()
        for request in witness.requests
        if request.get("authorization") or b"UsernameToken" in request.body
    }
    assert {path for _, path in asked} <= READ
    assert {method for method, _ in asked} <= {"GET", "POST"}
    posts = {path for method, path in asked if method == "POST"}
    assert posts <= {
        *("/axis-cgi/basicdeviceinfo.cgi", "/onvif/device_service", "/onvif/Media"),
        "/onvif/media_service",
    }


def test_no_wrong_password_no_lock_and_no_password_in_clear(fleet):
    for name, witness in fleet.witnesses.items():
        assert (witness.wrong, witness.locked) == (0, False), name
        assert "basic" not in witness.shown, name
        assert witness.most <= 4, name


@pytest.mark.parametrize("name", CLEAR)
def test_a_device_that_takes_only_basic_in_clear_is_shown_no_password(fleet, name):
    assert fleet.witnesses[name].shown == []
    logins = [one for one in fleet.asset(name)["attempts"] if one["probe"].startswith("login-")]
    assert logins[0]["outcome"] == "denied"


def test_an_answer_that_is_no_xml_is_told_and_the_rest_is_kept(fleet):
    asset = fleet.asset(BROKEN)
    (login,) = [one for one in asset["attempts"] if one["probe"].startswith("login-")]
    assert login["outcome"] == "malformed"
    assert asset["mac"] == fleet.devices[BROKEN].mac


def test_nothing_secret_is_written_anywhere(fleet):
    assert len(fleet.written) > 100_000
    for secret in (guarded.PASSWORD, TRAP):
        assert secret not in fleet.written


def test_basic_in_clear_is_shown_where_the_entry_allows_it_by_name(tmp_path):
    ran = scan(tmp_path / "run", CLEAR, allow_basic=True)
    for name in CLEAR:
        assert set(ran.witnesses[name].shown) == {"basic"}
        assert ran.asset(name)["firmware"] == ran.devices[name].words["firmware"]


def test_a_wrong_password_is_shown_once_in_two_scans_and_never_again(tmp_path):
    names = [name for name in PERSONAS if name not in CLEAR]
    ran = scan(tmp_path / "run", names, password=WRONG, times=2)
    for name in names:
        witness = ran.witnesses[name]
        assert len(witness.shown) == 1, name
        assert witness.wrong == 1, name
        outcomes = [
            one["outcome"]
            for one in ran.asset(name)["attempts"]
            if one["probe"].startswith("login-")
        ]
        assert outcomes == ["skipped"], name
    assert WRONG not in ran.written


@pytest.mark.parametrize("days", [-1, 1])
def test_a_token_is_stamped_with_the_time_of_a_device_whose_clock_is_a_day_off(tmp_path, days):
    shown = datetime.now(UTC) + timedelta(days=days)
    moment = Moment(
        year=shown.year, month=shown.month, day=shown.day, weekday=shown.weekday(),
        hour=shown.hour, minute=shown.minute, second=shown.second,
    )  # fmt: skip
    ran = scan(tmp_path / "run", ["onvif-token"], moment=moment)
    witness = ran.witnesses["onvif-token"]
    assert set(witness.shown) == {"token"}
    assert witness.wrong == 0
    assert ran.asset("onvif-token")["serial"] == ran.devices["onvif-token"].serial
