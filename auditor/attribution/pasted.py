"""Whole replies that stand under another name: a page that is a device's answer, a pasted message.

A tool or a person hands on what a device said as ``http.body`` or ``banner``. What it is, its first
lines say; then it is read as if the probe itself had asked.
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from auditor.attribution import said
from auditor.attribution.facts import OWN_VOICE, Fact, Voice
from auditor.model.errors import Malformed
from auditor.wire import mac, magicbox, vapix

PAGES: Final = frozenset({"http.body", "banner"})
"""Signals that may hold a whole reply of another kind."""
_LOOK: Final = 4096
_STATED: Final = 8192
_STATED_MOST: Final = 4
_WALKED_MOST: Final = 64
_KEY_END: Final = (
    r"(?:[\"'*`\\]{0,4}(?:\s[\w:]{1,20}=\"[^\"<>]{0,40}\")?\s{0,24}[:=>|]{1,2}\s{0,24}"
    r"(?:<!\[CDATA\[|b(?=[\"']))?[\"'*`\\]{0,4}\s{0,3}"
    r"|\t{1,4}|[ \t]{0,3}\r?\n\s{0,8}(?=\S{0,24}\d))"
)
"""A sign between name and value, a tab, or a line of its own for each, as a page's text has it: the
next line then begins with a word that has a digit, so that the next heading of a table is none."""
_VERSION: Final = (
    r"[ _-]?(?:ver(?:sion)?|build)(?:Info)?" + _KEY_END + r"([^\"'<>;,&\r\n\t\\|`]{4,80})"
)
_STATED_FORMS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("firmware", re.compile(r"(?:firm|fw)(?:ware)?" + _VERSION, re.IGNORECASE)),
    ("firmware", re.compile(r"(?:soft|sw|sys(?:tem)?)(?:ware)?" + _VERSION, re.IGNORECASE)),
    (
        "firmware",
        re.compile(
            r"\bfirmware" + _KEY_END + r"(?=[^\"'<>\r\n]{0,24}\d)([^\"'<>;,&\r\n\t\\|`]{4,80})",
            re.IGNORECASE,
        ),
    ),
    (
        "serial",
        re.compile(
            r"\b(?:serial[ _-]?(?:no|num|number|id)?|(?:device)?sn|device[ _-]?code)"
            + _KEY_END
            + r"([0-9A-Za-z:-]{8,40})(?![0-9A-Za-z:-])",
            re.IGNORECASE,
        ),
    ),
    (
        "onvif.hardware_id",
        re.compile(
            r"\b(?:hw|hardware)[ _-]?(?:ver(?:sion)?|id)"
            + _KEY_END
            + r"([^\"'<>;,&\r\n\t\\|`]{4,60})",
            re.IGNORECASE,
        ),
    ),
    (
        "model",
        re.compile(
            r"\b(?:product|device|camera|hw|hardware)?[ _-]?model(?:[ _-]?(?:name|no|num|number|id))?"
            + _KEY_END
            + r"(?=[^\"'<>;,&=\r\n\t|`(){}]{0,24}\d)([A-Za-z0-9][^\"'<>;,&=\r\n\t\\|`(){}]{2,40})",
            re.IGNORECASE,
        ),
    ),
)
"""How a page, a script or a log names the version, the serial number and the model of a device."""
_ADDRESS: Final = re.compile(
    r"\b([a-z]{1,12}(?=[ _-]?mac)|)[ _-]?mac(?:[ _-]?(?:addr(?:ess)?|id))?"
    + _KEY_END
    + r"((?:[0-9a-f]{2}[:-]){3}(?:(?:[0-9a-f]{2}|xx|\*\*)[:-]){2}(?:[0-9a-f]{2}|xx|\*\*)|(?:0x)?[0-9a-f]{16}|[0-9a-f]{12})"
    r"(?![0-9a-f:])",
    re.IGNORECASE,
)
"""How it names the hardware address, with the word before it."""
_WALKED: Final = re.compile(
    r"(?:\b\.?1\.3\.6\.1\.4\.1|\biso\.3\.6\.1\.4\.1|\benterprises)\.(\d{1,7}(?:\.\d{1,7}){1,12})\b"
)
"""A line of an SNMP walk below some enterprise's number."""
_SOFTWARE: Final = frozenset({"8072", "2021", "311"})
"""Enterprises whose agents run on anybody's devices: Net-SNMP, UCD-SNMP, Microsoft."""
_OTHERS: Final = frozenset(
    {"gateway", "gw", "router", "client", "peer", "remote", "dst", "dest", "src", "source", "ap"}
    | {"server", "host", "switch", "neighbor", "neighbour", "sta", "station", "user", "pc"}
)
"""Words before it that make it the address of something else."""
_OUI: Final = 8
_EUI_64: Final = 16
_URI: Final = re.compile(r"<(?:[\w.-]{1,40}:)?Uri>\s{0,8}((?:rtsps?|https?)://[^<\s]{3,300})")
_HEAD_END: Final = re.compile(r"\r?\n\r?\n")
_XML: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"<DeviceInfo[\s>]"), "isapi.device_info"),
    (re.compile(r"<ProbeMatch>\s{0,40}<Uuid>"), "sadp"),
    (re.compile(r"urn:schemas-upnp-org:device-1-0"), "ssdp.description"),
)
_ONVIF: Final = re.compile(r"<(?:tt|tds|trt|tev|timg|tptz):\w")
"""An element of ONVIF's without its envelope, with the prefix that nearly all firmware uses."""
_JSON: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r'"client\.notifyDevInfo"'), "dhip"),
    (re.compile(r'"propertyList"'), "axis.basicdeviceinfo"),
    (re.compile(r'"(?:NetWork\.NetCommon|SoftWareVersion)"'), "xm.netip"),
    (re.compile(r'"DeviceModel"'), "lapi.device_info"),
    (re.compile(r'"device_model"'), "tplink.tdp"),
)
_GENERAL: Final = frozenset({"isapi.xml", "tplink.tdp", "lapi.device_info"})
"""Kinds that others' documents look like: what such a text states is read as well."""
_VAPIX: Final = re.compile(r"^root\.(?:Brand|Properties)\.", re.MULTILINE)
_MAGICBOX: Final = re.compile(
    r"(?:[A-Za-z][\w.\[\]-]{0,60}=[^\n]{0,200}\n\s{0,4}){0,12}"
    r"(?:deviceType|serialNumber|updateSerial|processor|version)=(?=\S)"
)
"""One of these keys in the first lines of a reply of nothing but keys and values."""
_JSON_REALM: Final = re.compile(r'"realm"\s{0,4}:\s{0,4}"([^"]{1,120})"')
"""A login by JSON begins with a challenge too."""
_NETWORK: Final = re.compile(r"table\.Network\.\w")
_TAGS: Final = {
    "Manufacturer": "onvif.manufacturer",
    "Model": "onvif.model",
    "FirmwareVersion": "onvif.firmware",
    "SerialNumber": "onvif.serial",
    "HardwareId": "onvif.hardware_id",
}
_MATCH_TAGS: Final = {"Address": "wsd.endpoint", "Scopes": "wsd.scopes", "XAddrs": "wsd.xaddrs"}
_ANSWERS: Final = {
    "GetDeviceInformationResponse": _TAGS,
    "GetNetworkInterfacesResponse": {"HwAddress": "onvif.mac"},
    "ProbeMatches": _MATCH_TAGS,
}
"""What an ONVIF message holds, by a word in it."""


def replies(fact: Fact) -> Iterator[Fact]:
    """What a page or a banner is, where its beginning shows that it is a whole reply."""
    text = fact.value.lstrip("\ufeff \t\r\n")
    if text.startswith(("HTTP/", "RTSP/")):
        family = text[:4].lower()
        head, *rest = _HEAD_END.split(text, maxsplit=1)
        yield fact.derived(f"{family}.headers", head)
        text = rest[0].lstrip() if rest else ""
    if fact.signal == "banner":
        yield from said.stream(fact)
        if said.is_service(text):
            yield fact.derived("nmap.service", text)
        yield from _walked(fact, text)
    known = list(_documents(text))
    for signal, told in known:
        yield fact.derived(signal, told, Voice.DEVICE if signal in OWN_VOICE else None)
    if may_be_reply(text):
        signals = {signal for signal, _ in known}
        if signals <= _GENERAL:
            yield from _stated(fact, text)
        elif signals == {"magicbox.info"}:  # others' replies look like Dahua's and name more
            yield from (one for one in _stated(fact, text) if one.signal == "mac")


def _maker_half(address: str) -> str:
    """Of a hidden address and of a longer one (EUI-64) the maker's half; nothing of nobody's."""
    if ":" in address:
        return address if address[-1] in "x*" else ""
    digits = address.removeprefix("0x")
    long = len(digits) == _EUI_64
    return f"{digits[:2]}:{digits[2:4]}:{digits[4:6]}:xx:xx:xx" if long else ""


def _walked(fact: Fact, text: str) -> Iterator[Fact]:
    """The enterprise below whose number an SNMP agent answered, where there is but one."""
    told = [
        found[1]
        for found in islice(_WALKED.finditer(text[:_STATED]), _WALKED_MOST)
        if found[1].partition(".")[0] not in _SOFTWARE
    ]
    if told and len({one.partition(".")[0] for one in told}) == 1:
        yield fact.derived("snmp.sysobjectid", f"1.3.6.1.4.1.{told[0]}")


def may_be_reply(page: str) -> bool:
    """Whether a page could be anything but HTML, by its first letters; most cannot."""
    begin = page[:64].lstrip("\ufeff \t\r\n")[:9].lower()
    return not begin.startswith(("<!doctype", "<html"))


def may_inform(message: str) -> bool:
    """Whether an ONVIF message is one of those that name the device."""
    return "Uri>" in message or any(word in message for word in _ANSWERS)


def information(fact: Fact) -> Iterator[Fact]:
    """The fields of an ONVIF answer that was kept whole; the addresses of streams as lines."""
    for found in islice(_URI.finditer(fact.value[:_STATED]), _STATED_MOST):
        told = found[1].replace("&amp;", "&")
        if told.startswith("rtsp"):
            yield fact.derived("rtsp.sdp", f"a=control:{told}\r\n", Voice.BANNER)
        else:
            yield fact.derived("banner", told, Voice.BANNER)
    for word, tags in _ANSWERS.items():
        if word in fact.value:
            for signal, told in _tagged(fact.value, tags):
                yield fact.derived(signal, told)


def _stated(fact: Fact, text: str) -> Iterator[Fact]:
    """The version, the serial number, the model and the address in a text that names each of them once.

    A text that names several is a list of devices, perhaps: the cameras of a recorder. An address
    alone may be that of a neighbour; with one of the others, it is the device's.
    """
    text = text[:_STATED]
    named = False
    for signal, form in _STATED_FORMS:
        told = {
            found[1].strip().removesuffix("]]")
            for found in islice(form.finditer(text), _STATED_MOST)
        }
        if len(told) == 1:
            named = named or signal != "onvif.hardware_id"
            yield fact.derived(signal, told.pop(), Voice.BANNER)
    if named:
        yield from _address(fact, text)


def _address(fact: Fact, text: str) -> Iterator[Fact]:
    """The hardware address that a text names; of several of one block, the first."""
    told = [
        found[2].lower().replace("-", ":")
        for found in islice(_ADDRESS.finditer(text), _STATED_MOST)
        if found[1].lower() not in _OTHERS
    ]
    known = [mac.normal(one) or _maker_half(one) for one in told]
    if len({one[:_OUI] for one in known if one}) == 1:
        yield fact.derived("mac", next(one for one in known if one))


def _documents(text: str) -> Iterator[tuple[str, str]]:
    head = text[:_LOOK]
    if head.startswith("v=0"):
        yield "rtsp.sdp", text
    elif head.startswith("onvif://www.onvif.org/"):
        yield "wsd.scopes", text
    elif head.startswith("<"):
        yield from _of_xml(text, head)
    elif head.startswith(("{", "[")):
        yield from ((signal, text) for form, signal in _JSON if form.search(head))
        realm = _JSON_REALM.search(head)
        if realm:
            yield "http.auth_realm", realm[1]
    elif _NETWORK.match(head):
        yield from _lines(
            "magicbox.network", text, lambda data: magicbox.network(magicbox.pairs(data))
        )
    elif _VAPIX.match(head):
        yield from _lines("axis.properties", text, lambda data: vapix.value(vapix.parameters(data)))
    elif _MAGICBOX.match(head):
        yield from _lines("magicbox.info", text, lambda data: magicbox.info(magicbox.pairs(data)))


def _of_xml(text: str, head: str) -> Iterator[tuple[str, str]]:
    if not may_be_reply(head):
        return
    if "Envelope" in head or _ONVIF.match(head):
        yield "onvif.envelope", text
        return
    known = [signal for form, signal in _XML if form.search(head)]
    for signal in known or ("isapi.xml",):  # whose rules ask for ISAPI's own words
        yield signal, text


def _tagged(text: str, tags: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The text of each element once; of an address, the one that names a device."""
    for tag, signal in tags.items():
        form = rf"<(?:[\w.-]{{1,40}}:)?{tag}(?:\s[^<>]{{0,400}})?>([^<>]{{1,8000}})</"
        for found in re.finditer(form, text[:65_536]):
            told = found[1].strip()
            if told and (signal != "wsd.endpoint" or "uuid:" in told.lower()):
                yield signal, told
                break


def _lines(
    signal: str, text: str, read: Callable[[bytes], str | None]
) -> Iterator[tuple[str, str]]:
    try:
        told = read(text.encode(errors="replace"))
    except Malformed:
        return
    if told is not None and json.loads(told):
        yield signal, told
