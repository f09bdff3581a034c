"""Raw facts → the serial, firmware, MAC, model and label inside them. Same channel, always.

What a field means is protocol knowledge and stands here; what its value *shows* is vendor knowledge
and stands in the database.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from auditor.attribution import pasted, said
from auditor.attribution.facts import Fact, Voice
from auditor.model.errors import Malformed
from auditor.wire.endpoint import mac_in_endpoint
from auditor.wire.flatten import flatten
from auditor.wire.mac import normal

_EMPTY: Final = frozenset({"", "n/a", "null", "none", "unknown", "-", "0"})
_AUTH_REALM = re.compile(r'realm\s*=\s*(?:"([^"]{1,120})"|"?([^",]{1,120}))', re.IGNORECASE)
_VALUE_CAP = 512
_KEPT = 1024
"""Longest value that is remembered: a bound in numbers must bound bytes."""
_NO_LABELS: Final = frozenset({"private", "general", "onvif"})
"""What some firmware says where its vendor should stand."""

_TABLES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "sadp": (
        ("DeviceDescription", "model"),
        ("DeviceSN", "serial"),
        ("SoftwareVersion", "firmware"),
        ("MAC", "mac"),
        ("OEMInfo", "brand"),
    ),
    "dhip": (
        ("DeviceType", "model"),
        ("SerialNo", "serial"),
        ("Version", "firmware"),
        ("mac", "mac"),
        ("Vendor", "brand"),
        ("Manufacturer", "brand"),
    ),
    "dahua.legacy": (("model", "model"), ("SerialNo", "serial"), ("mac", "mac")),
    "ssdp.description": (
        ("modelName", "model"),
        ("modelNumber", "model"),
        ("serialNumber", "serial"),
        ("manufacturer", "brand"),
        ("MAC", "mac"),
        ("productModel", "model"),
        ("softwareVer", "firmware"),
        ("macAddr", "mac"),
        ("UDN", "ssdp.usn"),
    ),
    "wsd.scopes": (
        ("hardware", "model"),
        ("MAC", "mac"),
        ("macaddr", "mac"),
        ("serial", "serial"),
        ("version", "firmware"),
        ("manufacturer", "brand"),
    ),
    "axis.basicdeviceinfo": (
        ("Brand", "brand"),
        ("ProdNbr", "model"),
        ("SerialNumber", "serial"),
        ("SerialNumber", "mac"),
        ("Version", "firmware"),
    ),
    "axis.properties": (
        ("Brand", "brand"),
        ("ProdNbr", "model"),
        ("SerialNumber", "serial"),
        ("SerialNumber", "mac"),
        ("Version", "firmware"),
    ),
    "isapi.network": (("MACAddress", "mac"),),
    "magicbox.network": (("MACAddress", "mac"),),
    "lapi.device_info": (
        ("DeviceModel", "model"),
        ("SerialNumber", "serial"),
        ("FirmwareVersion", "firmware"),
    ),
    "xm.netip": (
        ("MAC", "mac"),
        ("SN", "serial"),
        ("SerialNo", "serial"),
        ("Version", "firmware"),
        ("SoftWareVersion", "firmware"),
        ("HardWare", "model"),
    ),
    "tplink.tdp": (
        ("device_model", "model"),
        ("mac", "mac"),
        ("firmware_version", "firmware"),
    ),
    "tvt.mhed": (
        ("mac", "mac"),
        ("product", "model"),
        ("model", "model"),
        ("serial", "serial"),
        ("software", "firmware"),
        ("customer", "brand"),
        ("manufacturer", "brand"),
    ),
    "ubnt.discovery": (("mac", "mac"), ("model", "model"), ("firmware", "firmware")),
    "hanwha.discovery": (("mac", "mac"), ("model", "model")),
    "bosch.discovery": (("mac", "mac"), ("model", "model"), ("serial", "serial")),
    "ipro.discovery": (
        ("mac", "mac"),
        ("model", "model"),
        ("name", "model"),
        ("firmware", "firmware"),
    ),
    "vivotek.discovery": (("mac", "mac"), ("model", "model")),
    "sony.discovery": (
        ("mac", "mac"),
        ("model", "model"),
        ("serial", "serial"),
        ("firmware", "firmware"),
    ),
    "foscam.discovery": (("mac", "mac"), ("serial", "serial")),
    "vstarcam.discovery": (("mac", "mac"), ("serial", "serial"), ("firmware", "firmware")),
    "mdns.txt": (("macaddress", "mac"), ("mac", "mac"), ("model", "model")),
}

_FIXED_SCOPES: Final[Mapping[tuple[str, str], Voice]] = {("wsd.scopes", "hardware"): Voice.DEVICE}
"""ONVIF (Core, 7.3.2) fixes the hardware scope: the device states its model there, and no user may
set it, unlike a name or a location."""

_PLAIN: Final[Mapping[str, tuple[str, Voice | None]]] = {
    "onvif.manufacturer": ("brand", Voice.BANNER),
    "onvif.model": ("model", Voice.DEVICE),
    "onvif.firmware": ("firmware", Voice.DEVICE),
    "onvif.serial": ("serial", Voice.DEVICE),
    "onvif.hostname": ("hostname", None),
    "onvif.endpoint": ("wsd.endpoint", None),
    "onvif.scopes": ("wsd.scopes", None),
    "http.title": ("brand", None),
}


def derive(fact: Fact) -> Iterator[Fact]:
    """What can be read out of one raw fact. Never raises; a malformed reply derives nothing."""
    plain = _PLAIN.get(fact.signal)
    if plain is not None:
        yield from _kept(fact, plain[0], fact.value, plain[1])
    if fact.signal in _TABLES:
        yield from _by_table(fact, fact.signal)
    special = _SPECIAL.get(fact.signal)
    if special is not None:
        yield from special(fact)


def derived(fact: Fact) -> tuple[Fact, ...]:
    """As ``derive``, for those who ask of the same facts again and again."""
    return tuple(derive(fact)) if len(fact.value) > _KEPT else _derived(fact)


@lru_cache(maxsize=4096)
def _derived(fact: Fact) -> tuple[Fact, ...]:
    return tuple(derive(fact))


def _kept(fact: Fact, signal: str, value: str, voice: Voice | None = None) -> Iterator[Fact]:
    text = value.strip() if signal == "wsd.scopes" else value.strip()[:_VALUE_CAP]
    if text.lower() in _EMPTY:
        return
    if signal == "mac":
        mac = normal(text)
        if mac is not None:
            yield fact.derived("mac", mac)
        return
    yield fact.derived(signal, text, voice)


def _by_table(fact: Fact, table: str) -> Iterator[Fact]:
    try:
        leaves = flatten(table, fact.value)
    except Malformed:
        return
    for field, signal in _TABLES[table]:
        voice = _FIXED_SCOPES.get((table, field))
        for value in leaves.get(field, ())[:4]:
            yield from _kept(fact, signal, value, voice)


def _isapi(fact: Fact) -> Iterator[Fact]:
    try:
        leaves = flatten("isapi.device_info", fact.value)
    except Malformed:
        return

    def first(name: str) -> str:
        return next(iter(leaves.get(name, ())), "").strip()

    yield from _kept(fact, "model", first("model"))
    yield from _kept(fact, "serial", first("serialNumber"))
    yield from _kept(fact, "mac", first("macAddress"))
    yield from _kept(fact, "brand", first("manufacturer"))
    yield from _kept(
        fact, "firmware", f"{first('firmwareVersion')} {first('firmwareReleasedDate')}"
    )


def _magicbox(fact: Fact) -> Iterator[Fact]:
    """The device type is the label's model; the update serial the maker's, which may differ."""
    try:
        leaves = flatten("magicbox.info", fact.value)
    except Malformed:
        return

    def first(*names: str) -> str:
        return next((text for name in names for text in leaves.get(name, ()) if text), "").strip()

    types = [first("deviceType"), first("type")]
    label = next((text for text in types if _is_model(text)), "")
    base = first("updateSerial", "updateSerialCloudUpgrade")
    yield from _kept(fact, "model", label or base)
    yield from _kept(fact, "model", base, Voice.BANNER)
    yield from _kept(fact, "serial", first("serialNumber", "sn"))
    yield from _kept(fact, "firmware", first("version"))
    if first("vendor").lower() not in _NO_LABELS:
        yield from _kept(fact, "brand", first("vendor"))


def _is_model(text: str) -> bool:
    """Whether a device type names a model: some firmware gives a number or a class of device."""
    return any(ch.isdigit() for ch in text) and any(ch.isalpha() for ch in text)


def _scopes(fact: Fact) -> Iterator[Fact]:
    if fact.signal == "onvif.scopes":
        yield from _by_table(
            Fact(
                signal="wsd.scopes",
                value=fact.value,
                channel=fact.channel,
                endpoint=fact.endpoint,
                via="onvif.scopes",
                voice=fact.voice,
            ),
            "wsd.scopes",
        )
    try:
        names = flatten("wsd.scopes", fact.value).get("name", ())
    except Malformed:
        return
    for name in names[:4]:
        words = name.split()
        yield from _kept(fact, "brand", name)
        if len(words) > 1:
            yield from _kept(fact, "brand", words[0])
            yield from _kept(fact, "model", words[-1])


def _endpoint(fact: Fact) -> Iterator[Fact]:
    mac = mac_in_endpoint(fact.value)
    if mac is not None:
        yield fact.derived("mac", mac)


def _mac(fact: Fact) -> Iterator[Fact]:
    yield from _kept(fact, "mac", fact.value)


def _title(fact: Fact) -> Iterator[Fact]:
    yield from _token_model(fact)
    yield from said.described(fact)


def _found(read: Callable[[Fact], Iterator[Fact]]) -> Callable[[Fact], Iterator[Fact]]:
    """What ``read`` finds, MACs in their usual form, and nothing that says nothing."""

    def derive_found(fact: Fact) -> Iterator[Fact]:
        for found in read(fact):
            yield from _kept(fact, found.signal, found.value, found.voice)

    return derive_found


_in_realm: Final = _found(said.realm)


def _realm(fact: Fact) -> Iterator[Fact]:
    yield from _in_realm(fact)
    yield from _token_model(fact)


def _token_model(fact: Fact) -> Iterator[Fact]:
    text = fact.value.strip()
    if said.TOKEN.match(text) and any(ch.isdigit() for ch in text):
        yield fact.derived("model", text, Voice.BANNER)


def _headers(fact: Fact) -> Iterator[Fact]:
    family = fact.signal.partition(".")[0]
    try:
        leaves = flatten(fact.signal, fact.value)
    except Malformed:
        return
    for value in leaves.get("server", ())[:1]:
        yield from _kept(fact, f"{family}.server", value)
    # "Authorization" is the question's own head, in which the device's realm comes back.
    for value in (*leaves.get("www-authenticate", ()), *leaves.get("authorization", ()))[:3]:
        realm = _AUTH_REALM.search(value)
        if realm:
            yield from _kept(fact, f"{family}.auth_realm", realm[1] or realm[2])


_SPECIAL: Final[Mapping[str, Callable[[Fact], Iterator[Fact]]]] = {
    "isapi.device_info": _isapi,
    "magicbox.info": _magicbox,
    "wsd.scopes": _scopes,
    "onvif.scopes": _scopes,
    "wsd.endpoint": _endpoint,
    "onvif.endpoint": _endpoint,
    "onvif.mac": _mac,
    "ssdp.usn": _found(said.unique_name),
    "http.headers": _headers,
    "rtsp.headers": _headers,
    "http.title": _title,
    "nmap.service": _found(said.service),
    "tls.subject": said.certificate,
    "tls.issuer": said.distinguished,
    "rtsp.sdp": said.stream,
    "snmp.sysdescr": said.described,
    "http.auth_realm": _realm,
    "rtsp.auth_realm": _realm,
    "http.server": said.server,
    "rtsp.server": said.server,
    "banner": pasted.replies,
    "http.body": pasted.replies,
    "onvif.envelope": pasted.information,
    "model": said.labelled_model,
    "onvif.model": said.labelled_model,
    "firmware": said.firmware,
    "onvif.firmware": said.firmware,
    "serial": _found(said.serial),
    "onvif.serial": _found(said.serial_mac),
    "wsd.xaddrs": said.interface,
    "onvif.services": said.interface,
    "onvif.hardware_id": _token_model,
    "ssdp.location": said.interface,
    "hostname": _found(said.name),
    "onvif.hostname": _found(said.name),
    "snmp.sysname": _found(said.name),
    "mdns.service": _found(said.name),
}

NAMES: Final = frozenset({"hostname", "onvif.hostname", "snmp.sysname", "mdns.service"})
"""Names that an owner may give."""

NO_KEYS: Final = NAMES | {"ssdp.usn"}
"""What stands in these never says which device this is: names that an owner may give, and such that
end in a hardware address or in what only looks like one."""

LOOKS_ONLY: Final = frozenset(
    {"serial", "onvif.serial", "http.auth_realm", "rtsp.auth_realm", "nmap.service"}
    | {"http.body", "banner"}
)
"""Signals of which a MAC that stands in them says who made the device, and not which it is."""

GLANCES: Final[Mapping[str, Callable[[str], bool]]] = {
    "http.body": pasted.may_be_reply,
    "banner": pasted.may_be_reply,
    "onvif.envelope": pasted.may_inform,
    "wsd.xaddrs": said.may_hold_interface,
    "onvif.services": said.may_hold_interface,
    "ssdp.location": said.may_hold_interface,
}
"""How to see at once that nothing stands in a value of these signals, as in most of them."""

HOLDING: Final = frozenset({*_PLAIN, *_TABLES, *_SPECIAL})
"""Signals whose facts may hold more."""
