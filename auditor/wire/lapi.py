"""LAPI replies of the Uniview family: a JSON envelope around the data of one question.

Source: published notes on Uniview's LightAPI, checked by their authors against an NVR302-16S2:
``{"Response": {"ResponseCode": 0, "Data": {…}}}``, identity in ``System/DeviceInfo``, channels in
``ChannelDetailInfos`` (name, state, address, MAC) and ``DeviceInfos`` (serial number, firmware).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import _json, channels
from auditor.wire._secrets import is_secret
from auditor.wire.channels import Channel, Listing

_ONLINE, _OFFLINE = 1, 0
_TEXT_CAP: Final = 256
_MEMBERS: Final = 64
_DETAILS: Final = {
    "Name": "name",
    "Manufacturer": "brand",
    "DeviceModel": "model",
    "AccessProtocol": "protocol",
}
_ADDRESS: Final = {"Address": "address", "Port": "port", "MAC": "mac"}
_IDENTITY: Final = {
    "SerialNumber": "serial",
    "FirmwareVersion": "firmware",
    "DeviceModel": "model",
}


def data_of(body: bytes) -> Mapping[str, object]:
    """What a reply says, out of its envelope.

    Raises:
        Malformed: no JSON object, or the device says that the question failed.
    """
    _, top = _json.mapping(body)
    envelope = top.get("Response", {"Data": top})
    if not isinstance(envelope, dict) or envelope.get("ResponseCode", 0) != 0:
        raise Malformed("the question failed")
    data = envelope.get("Data")
    if not isinstance(data, dict):
        raise Malformed("no data in the envelope")
    return data


def device_info(body: bytes) -> str:
    """The identity of a device as JSON text: its plain members, without secrets.

    Raises:
        Malformed: no identity.
    """
    found: dict[str, object] = {}
    for key, item in list(data_of(body).items())[:_MEMBERS]:
        if is_secret(key) or isinstance(item, dict | list | bool) or item is None:
            continue
        found[key] = item[:_TEXT_CAP] if isinstance(item, str) else item
    if not {"DeviceModel", "SerialNumber"} & set(found):
        raise Malformed("no model and no serial number")
    return json.dumps(found, ensure_ascii=False)


def is_recorder(info: str) -> bool:
    """Whether an identity names a recorder.

    Raises:
        Malformed: no JSON.
    """
    leaves = _json.first_leaves(_json.loads(info))
    words = f"{leaves.get('DeviceModel', '')} {leaves.get('DeviceName', '')}".upper()
    return any(word in words for word in ("NVR", "XVR", "DVR"))


def channel_list(details: bytes, identities: bytes | None = None) -> Listing:
    """The channels of a recorder; slots without a camera are left out.

    Args:
        details: the reply to ``ChannelDetailInfos``.
        identities: the reply to ``DeviceInfos``; None where the recorder does not answer it.

    Raises:
        Malformed: no list of channels.
    """
    listed = data_of(details).get("DetailInfos")
    if not isinstance(listed, list):
        raise Malformed("no list of channels")
    known = dict(_identities(identities)) if identities is not None else {}
    found = (_channel(one, known) for one in listed[: channels.MOST * 4])
    return channels.listing(one for one in found if one is not None)


def _channel(item: object, known: Mapping[int, Mapping[str, str]]) -> Channel | None:
    if not isinstance(item, dict):
        return None
    number = _number(item.get("ID"))
    if number is None:
        return None
    texts = _texts(item, _DETAILS)
    address = item.get("AddressInfo")
    if isinstance(address, dict):
        texts |= _texts(address, _ADDRESS)
    for key, text in known.get(number, {}).items():
        texts.setdefault(key, text)
    state = item.get("Status")
    told = isinstance(state, int) and state in {_ONLINE, _OFFLINE}  # anything may stand there
    online = state == _ONLINE if told else None
    made = channels.make(number, texts, online=online)
    return made if made.address or made.serial else None


def _identities(body: bytes) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        listed = data_of(body).get("DeviceInfos")
    except Malformed:
        return
    for one in listed[: channels.MOST * 4] if isinstance(listed, list) else ():
        number = _number(one.get("ID")) if isinstance(one, dict) else None
        if number is not None:
            yield number, _texts(one, _IDENTITY)


def _texts(item: Mapping[str, object], names: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, name in names.items():
        text = item.get(key)
        if isinstance(text, str) and text.strip():
            found[name] = text
        elif name == "port" and isinstance(text, int) and not isinstance(text, bool):
            found[name] = str(text)
    return found


def _number(found: object) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None
