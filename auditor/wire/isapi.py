"""ISAPI documents of the Hikvision family that a login opens: identity, network, channels.

Source: published replies of cameras and recorders (hikvision_next fixtures and issue #67 for the
channel list with model, serial number and firmware). The family serves them under ``/ISAPI``,
some labels under another prefix; the elements are the same.

Nothing is kept as it came: each document is rebuilt from named fields, since these replies also
hold user names, and on some firmware passwords and keys.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from auditor.model.errors import Malformed
from auditor.wire import channels, xml
from auditor.wire._secrets import is_secret
from auditor.wire.channels import Channel, Listing
from auditor.wire.mac import normal

_CHANNEL: Final = frozenset({"InputProxyChannel", "DynVideoInputChannel"})
_STATUS: Final = frozenset({"InputProxyChannelStatus", "DynVideoInputChannelStatus"})
_FIELDS: Final = {
    "ipAddress": "address",
    "ipv6Address": "address",
    "managePortNo": "port",
    "proxyProtocol": "protocol",
    "adminProtocol": "protocol",
    "model": "model",
    "serialNumber": "serial",
    "firmwareVersion": "firmware",
    "name": "name",
}
_RECORDER_TYPES: Final = ("NVR", "DVR", "XVR")
_LEAVES: Final = 200
_TEXT_CAP: Final = 256
_INTERFACES: Final = 16


def device_info(data: str | bytes) -> str:
    """A ``DeviceInfo`` document, rebuilt from its leaves without those that could hold a secret.

    Raises:
        Malformed: no XML, or another document.
    """
    found = xml.document(data)
    if xml.local(found.root.tag) != "DeviceInfo":
        raise Malformed("no DeviceInfo")
    lines = [
        f"<{name}>{escape(text[:_TEXT_CAP])}</{name}>"
        for name, texts in xml.leaves(found.root).items()
        if name != "DeviceInfo" and not is_secret(name)
        for text in texts[:4]
        if text
    ]
    space = found.root.tag.rpartition("}")[0].removeprefix("{")
    opening = f"<DeviceInfo xmlns={quoteattr(space)}>" if space else "<DeviceInfo>"
    return "\n".join([opening, *lines[:_LEAVES], "</DeviceInfo>"])


def is_recorder(info: str) -> bool:
    """Whether a ``DeviceInfo`` document names a recorder as its type, or counts channels.

    Raises:
        Malformed: no XML.
    """
    leaves = xml.leaves(xml.parse(info))
    kinds = " ".join(leaves.get("deviceType", ())).upper()
    if any(word in kinds for word in _RECORDER_TYPES):
        return True
    counts = leaves.get("decordChannelNums", ()) + leaves.get("decodeChannelNums", ())
    return any((channels.number_of(text) or 0) > 1 for text in counts)


def network(data: str | bytes) -> str:
    """The MACs and addresses of a ``NetworkInterfaceList``, as JSON text.

    Returns:
        ``{"interfaces": [{"MACAddress", "ipAddress"}, …]}``.

    Raises:
        Malformed: no XML, or no interface that names a MAC.
    """
    found = []
    for one in _named(xml.parse(data), frozenset({"NetworkInterface"})):
        mac = normal(xml.first(one, "MACAddress") or "")
        if mac is None:
            continue
        item = {"MACAddress": mac}
        address = channels.make(0, {"address": xml.first(one, "ipAddress") or ""}).address
        if address is not None:
            item["ipAddress"] = address
        found.append(item)
    if not found:
        raise Malformed("no network interface with a MAC")
    return json.dumps({"interfaces": found[:_INTERFACES]})


def channel_list(data: str | bytes) -> Listing:
    """The channels of an ``InputProxyChannelList``. User names and passwords in it are not read.

    Raises:
        Malformed: no XML, or another document.
    """
    root = xml.parse(data)
    name = xml.local(root.tag)
    if not name.endswith("ChannelList") and name not in _CHANNEL:
        raise Malformed("no list of channels")
    found: list[Channel] = []
    for one in _named(root, _CHANNEL):
        number = channels.number_of(xml.first(one, "id"))
        if number is not None:
            found.append(channels.make(number, _texts(one)))
    return channels.listing(found)


def statuses(data: str | bytes) -> Mapping[int, bool]:
    """Which channels of an ``InputProxyChannelStatusList`` are online, by number.

    Channels whose state the recorder does not tell are left out.

    Raises:
        Malformed: no XML.
    """
    found: dict[int, bool] = {}
    for one in _named(xml.parse(data), _STATUS):
        number = channels.number_of(xml.first(one, "id"))
        told = (xml.first(one, "online") or "").lower()
        if number is not None and told in {"true", "false"}:
            found[number] = told == "true"
    return found


def with_statuses(found: Listing, online: Mapping[int, bool]) -> Listing:
    """The listing with what the status list says of each channel."""
    return replace(
        found,
        channels=tuple(replace(one, online=online.get(one.channel)) for one in found.channels),
    )


def _texts(one: Element) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, values in xml.leaves(one).items():
        wanted = _FIELDS.get(name)
        if wanted is not None and values[0]:
            texts.setdefault(wanted, values[0])
    return texts


def _named(root: Element, names: frozenset[str]) -> Iterator[Element]:
    """The elements of a list, or the one that the document is: never one inside another."""
    for one in (root, *root):
        if xml.local(one.tag) in names:
            yield one
