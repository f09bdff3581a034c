"""Two recorders and three of their cameras in one scan: each device counted once."""

import json

import pytest

from auditor.cli.main import run
from auditor.lab import guarded
from auditor.lab.loopback import Loopback

pytestmark = pytest.mark.slow

CAMERAS = ("hikvision-login-new", "uniview-login-new", "dahua-login-new")
HIKVISION = """<InputProxyChannel version="1.0"><id>{number}</id><name>Found directly</name>
<sourceInputPortDescriptor><proxyProtocol>{protocol}</proxyProtocol>
<addressingFormatType>ipaddress</addressingFormatType><ipAddress>{address}</ipAddress>
<managePortNo>8000</managePortNo><srcInputPort>1</srcInputPort>{more}
</sourceInputPortDescriptor></InputProxyChannel>"""
DAHUA = """table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_15.Enable=true
table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_15.Address=10.1.1.77
table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_15.Mac={mac}
table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_15.ProtocolType=Dahua2
"""


def recorder(folder, name, most, old, new):
    """A recorder of sixteen channels, the last of which are others than in the lab's file."""
    text = (guarded.FOLDER / f"{name}.toml").read_text()
    assert old in text
    text = text.replace("count = 16", f"count = {most}", 1).replace(old, new, 1)
    path = folder / f"{name}.toml"
    path.write_text(text)
    return guarded.read(path)


def recorders(folder, hikvision, uniview, dahua):
    """One finds its cameras by serial number and by address, the other by hardware address."""
    (folder / "families.toml").write_text((guarded.FOLDER / "families.toml").read_text())
    serial = f"<serialNumber>{hikvision.serial}</serialNumber>"
    own = HIKVISION.format(number=15, protocol="HIKVISION", address="192.168.254.15", more=serial)
    other = HIKVISION.format(number=16, protocol="ONVIF", address=uniview.address, more="")
    end = "{each}</InputProxyChannelList>"
    first = recorder(
        folder, "hikvision-nvr-16", 14, end, end.replace("{each}", "{each}" + own + other)
    )
    table = f"body = '''{{each}}{DAHUA.format(mac=dahua.mac)}'''"
    return first, recorder(folder, "dahua-nvr-16", 15, 'body = "{each}"', table)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """One scan of two recorders and three of their cameras; the scan, and its cameras."""
    folder = tmp_path_factory.mktemp("recorders")
    personas = guarded.load()
    cameras = [personas[name] for name in CAMERAS]
    planned = Loopback([*cameras, personas["hikvision-nvr-16"], personas["dahua-nvr-16"]])
    try:
        both = recorders(folder, *planned.devices[:3])
        file, out = folder / "logins.toml", folder / "scan.json"
        file.write_text(
            f'[[login]]\ndefault = true\nuser = "{guarded.USER}"\npassword = "{guarded.PASSWORD}"\n'
        )
        file.chmod(0o600)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_STATE_HOME", str(folder / "state"))
            planned.stop()
            with Loopback([*cameras, *both], network=planned.network) as fleet:
                words = ["--credentials", str(file), "-o", str(out), "-q"]
                assert run(["scan", fleet.target, *words]) in {0, 10, 11}
                assert [(d.serial, d.mac) for d in fleet.devices[:3]] == [
                    (d.serial, d.mac) for d in planned.devices[:3]
                ]
    finally:
        planned.stop()
    document = json.loads(out.read_text())
    assets = {asset["address"]: asset for asset in document["assets"]}
    return document, [assets[device.address] for device in planned.devices]


def test_a_camera_that_was_found_by_itself_is_no_child(scanned):
    _, (_, _, _, hikvision, dahua) = scanned
    assert len(hikvision["children"]) == 14
    assert len(dahua["children"]) == 15


def test_the_recorder_says_which_channel_is_which_camera(scanned):
    _, (own, other, dahuas, hikvision, dahua) = scanned
    assert f"channel 15 is {own['address']}" in hikvision["notes"]
    assert f"channel 16 is {other['address']}" in hikvision["notes"]
    assert f"channel 16 is {dahuas['address']}" in dahua["notes"]


def test_the_note_counts_all_sixteen_behind_each_recorder(scanned):
    _, (*_, hikvision, dahua) = scanned
    assert "channels: 16 cameras stand behind this recorder" in hikvision["notes"]
    assert any(
        note.startswith("channels: at least 16 cameras stand behind this recorder")
        for note in dahua["notes"]
    )


def test_the_summary_counts_each_device_once(scanned):
    document, assets = scanned
    assert len(document["assets"]) == len(assets) == 5
    assert document["summary"]["assets"] == 2 + 3 + 14 + 15


def test_no_serial_number_is_counted_twice(scanned):
    _, assets = scanned
    serials = [
        one["serial"] for asset in assets for one in (asset, *asset["children"]) if one["serial"]
    ]
    assert len(serials) == len(set(serials)) == 34
