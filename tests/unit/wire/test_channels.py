"""What recorders tell of their channels: one form, capped, and never a secret."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.errors import Malformed
from auditor.wire import channels, isapi, lapi, magicbox
from auditor.wire._secrets import is_secret
from auditor.wire.channels import MOST, Channel, Listing

REPLIES = Path(__file__).parents[2] / "replies"
SECRETS = ("never-store-this", "admin-of-the-camera")


def reply(name: str) -> bytes:
    (path,) = (REPLIES / name).glob("reply.*")
    return path.read_bytes()


def everything_told() -> dict[str, str]:
    """Whatever our decoders make of the replies that hold secrets."""
    return {
        "isapi channels": channels.value(isapi.channel_list(reply("isapi/hikvision-nvr-channels"))),
        "isapi network": isapi.network(reply("isapi/hikvision-network")),
        "remote devices": channels.value(magicbox.remote_devices(reply("magicbox/remote-device"))),
        "remote devices as lines": json.dumps(magicbox.pairs(reply("magicbox/remote-device"))),
        "lapi identity": lapi.device_info(reply("lapi/device-info")),
        "lapi channels": channels.value(lapi.channel_list(reply("lapi/channel-details"))),
        "isapi identity": isapi.device_info(
            "<DeviceInfo><model>X</model><adminPassword>never-store-this</adminPassword>"
            "<userName>admin-of-the-camera</userName></DeviceInfo>"
        ),
    }


@pytest.mark.parametrize("what", sorted(everything_told()))
def test_secrets_of_the_cameras_are_gone_after_decoding(what):
    told = everything_told()[what]
    assert len(told) > 10
    assert not any(secret in told for secret in SECRETS)


@pytest.mark.parametrize("name", ["Password", "userName", "sharedKey", "WPA", "token", "loginPwd"])
def test_fields_that_may_open_a_door_are_known(name):
    assert is_secret(name)


@pytest.mark.parametrize("name", ["model", "OEMCode", "SerialNo", "Mac", "firmwareVersion", "Name"])
def test_fields_that_an_inventory_needs_are_no_secrets(name):
    assert not is_secret(name)


def test_identity_keeps_namespace_and_leaves():
    text = isapi.device_info(reply("isapi/hikvision-device-info"))
    assert 'xmlns="http://www.hikvision.com/ver20/XMLSchema"' in text
    assert "<OEMCode>1</OEMCode>" in text
    assert "<firmwareVersionInfo>B-R-G1-0</firmwareVersionInfo>" in text


def test_a_recorder_is_known_by_its_type_or_its_number_of_channels():
    assert isapi.is_recorder("<DeviceInfo><deviceType>NVR</deviceType></DeviceInfo>")
    assert isapi.is_recorder("<D><decordChannelNums>8</decordChannelNums></D>")
    assert not isapi.is_recorder("<D><deviceType>IPCamera</deviceType></D>")


def test_state_of_channels_comes_from_the_status_list():
    online = isapi.statuses(
        "<InputProxyChannelStatusList><InputProxyChannelStatus><id>1</id><online>true</online>"
        "</InputProxyChannelStatus><InputProxyChannelStatus><id>2</id><online>false</online>"
        "</InputProxyChannelStatus><InputProxyChannelStatus><id>3</id></InputProxyChannelStatus>"
        "</InputProxyChannelStatusList>"
    )
    assert online == {1: True, 2: False}
    known = isapi.with_statuses(isapi.channel_list(reply("isapi/hikvision-nvr-channels")), online)
    assert [one.online for one in known.channels] == [True, False, None]


def test_both_spellings_of_the_remote_device_table_are_read():
    data = b"table.RemoteDevice[3].Address=192.0.2.9\ntable.RemoteDevice[3].Enable=true\n"
    (one,) = magicbox.remote_devices(data).channels
    assert (one.channel, one.address, one.enabled) == (4, "192.0.2.9", True)


def test_slots_without_a_number_get_the_next_free_one():
    data = (
        b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_4.Address=192.0.2.4\n"
        b"table.RemoteDevice.uuid:abcdef.Address=192.0.2.5\n"
    )
    found = magicbox.remote_devices(data).channels
    assert [(one.channel, one.address) for one in found] == [(5, "192.0.2.4"), (6, "192.0.2.5")]


def test_an_error_page_is_no_table():
    with pytest.raises(Malformed):
        magicbox.remote_devices(b"Error\r\nBad Request!\r\n")
    with pytest.raises(Malformed):
        magicbox.pairs(b"<html><body>a=b</body></html>")


def test_a_failed_lapi_question_is_no_answer():
    with pytest.raises(Malformed):
        lapi.data_of(b'{"Response": {"ResponseCode": 1, "ResponseString": "Common Error"}}')


def test_lapi_identities_complete_the_channels():
    identities = json.dumps(
        {
            "Response": {
                "ResponseCode": 0,
                "Data": {"DeviceInfos": [{"ID": 1, "SerialNumber": "S1", "FirmwareVersion": "F1"}]},
            }
        }
    )
    first = lapi.channel_list(reply("lapi/channel-details"), identities.encode()).channels[0]
    assert (first.serial, first.firmware, first.model) == ("S1", "F1", "IPC3614SR3-ADF28")


def test_placeholders_are_no_facts():
    made = channels.make(
        1, {"address": "192.168.0.0", "model": "IP Camera", "mac": "ff:ff:ff:ff:ff:ff", "port": "0"}
    )
    assert made == Channel(channel=1)


def test_more_channels_than_the_cap_are_cut_and_said_so():
    found = channels.listing(Channel(channel=at) for at in range(1, MOST + 10))
    assert len(found.channels) == MOST
    assert found.cut
    assert channels.decode(channels.value(found)).cut


numbers = st.integers(0, 300)
texts = st.none() | st.text(
    st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20
)


@given(
    st.lists(
        st.builds(
            Channel,
            channel=numbers,
            address=st.none() | st.ip_addresses(v=4).map(str),
            serial=texts,
            firmware=texts,
            online=st.none() | st.booleans(),
            enabled=st.booleans(),
        ),
        max_size=20,
    )
)
def test_a_listing_is_read_back_as_it_was_written(found):
    told = channels.listing(found)
    clean = Listing(channels=told.channels, cut=told.cut)
    read = channels.decode(channels.value(clean))
    assert [one.channel for one in read.channels] == [one.channel for one in clean.channels]
    assert [one.serial for one in read.channels] == [one.serial for one in clean.channels]
    assert [one.online for one in read.channels] == [one.online for one in clean.channels]
    assert [one.enabled for one in read.channels] == [one.enabled for one in clean.channels]


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"channels": [{}]}', '{"channels": [{"channel": true}]}', "x"]
)
def test_what_is_no_listing_is_malformed(text):
    with pytest.raises(Malformed):
        channels.decode(text)


@pytest.mark.parametrize("status", [{"State": 1}, [1], "1", None, 1.5])
def test_a_lapi_state_of_another_form_is_not_known(status):
    row = {"ID": 1, "Status": status, "AddressInfo": {"Address": "192.0.2.7"}}
    listed = {"Response": {"ResponseCode": 0, "Data": {"DetailInfos": [row]}}}
    (channel,) = lapi.channel_list(json.dumps(listed).encode()).channels
    assert channel.online is None
