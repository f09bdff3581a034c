"""The signal names that outsiders rely on, with their shape and channel.

A *signal* is the name of a kind of raw fact. ``SIGNALS`` is the whole list; a name that is
not in it is an error wherever it comes in.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from auditor.model.words import Channel


class Shape(StrEnum):
    """How a value is written in JSON."""

    TEXT = "text"  # a string
    JSON = "json"  # an object or array, as the device sent it
    PAIRS = "pairs"  # an array of [name, value]
    HEX = "hex"  # binary, as lower-case hex digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One kind of raw fact.

    Attributes:
        name: the stable name, kebab-case and dots.
        shape: how its value is written in JSON.
        channel: the witness it comes through when the observation names no endpoint.
        video: whether seeing it at all is a sign of video equipment.
        about: one line for people.
    """

    name: str
    shape: Shape
    channel: Channel
    video: bool
    about: str


def _table() -> dict[str, Signal]:
    c, s = Channel, Shape
    rows: list[tuple[str, Shape, Channel, bool, str]] = [
        ("mac", s.TEXT, c.LINK, False, "hardware address, colon form"),
        ("hostname", s.TEXT, c.DNS, False, "name of the host"),
        ("http.server", s.TEXT, c.HTTP, False, "Server header"),
        ("http.auth_realm", s.TEXT, c.HTTP, False, "realm of a WWW-Authenticate challenge"),
        ("http.auth_nonce", s.TEXT, c.HTTP, False, "nonce of a digest challenge"),
        ("http.headers", s.PAIRS, c.HTTP, False, "response headers in order and case as sent"),
        ("http.title", s.TEXT, c.HTTP, False, "title of the page"),
        ("http.body", s.TEXT, c.HTTP, False, "start of a page"),
        ("http.location", s.TEXT, c.HTTP, False, "where the page sends the browser"),
        ("http.favicon_md5", s.TEXT, c.HTTP, False, "MD5 of the icon, hex"),
        ("http.favicon_mmh3", s.TEXT, c.HTTP, False, "murmur3 of the base64 icon, signed decimal"),
        ("rtsp.server", s.TEXT, c.RTSP, True, "RTSP Server header"),
        ("rtsp.auth_realm", s.TEXT, c.RTSP, True, "realm of an RTSP challenge"),
        ("rtsp.public", s.TEXT, c.RTSP, True, "RTSP methods in the order given"),
        ("rtsp.headers", s.PAIRS, c.RTSP, True, "RTSP response headers in order and case as sent"),
        ("rtsp.sdp", s.TEXT, c.RTSP, True, "session description given without a password"),
        ("tls.subject", s.TEXT, c.TLS, False, "subject of the leaf certificate, RFC 4514"),
        ("tls.issuer", s.TEXT, c.TLS, False, "issuer of the leaf certificate, RFC 4514"),
        ("tls.san", s.TEXT, c.TLS, False, "subject alternative names, comma-separated"),
        ("tls.version", s.TEXT, c.TLS, False, "version of TLS that the port chose"),
        ("tls.sha256", s.TEXT, c.TLS, False, "SHA-256 of the leaf certificate, hex"),
        ("wsd.types", s.TEXT, c.WSD, False, "WS-Discovery types"),
        ("wsd.scopes", s.TEXT, c.WSD, True, "WS-Discovery scopes, one string"),
        ("wsd.xaddrs", s.TEXT, c.WSD, True, "WS-Discovery service addresses, one string"),
        ("wsd.endpoint", s.TEXT, c.WSD, False, "WS-Discovery endpoint reference"),
        ("wsd.envelope", s.TEXT, c.WSD, False, "the ProbeMatches message as text"),
        ("onvif.manufacturer", s.TEXT, c.HTTP, True, "GetDeviceInformation Manufacturer"),
        ("onvif.model", s.TEXT, c.HTTP, True, "GetDeviceInformation Model"),
        ("onvif.firmware", s.TEXT, c.HTTP, True, "GetDeviceInformation FirmwareVersion"),
        ("onvif.serial", s.TEXT, c.HTTP, True, "GetDeviceInformation SerialNumber"),
        ("onvif.hardware_id", s.TEXT, c.HTTP, True, "GetDeviceInformation HardwareId"),
        ("onvif.envelope", s.TEXT, c.HTTP, True, "a SOAP reply as text"),
        ("onvif.services", s.JSON, c.HTTP, True, "GetServices: [{namespace, xaddr}]"),
        ("onvif.scopes", s.TEXT, c.HTTP, True, "GetScopes items, one string"),
        ("onvif.mac", s.TEXT, c.HTTP, True, "GetNetworkInterfaces HwAddress"),
        ("onvif.endpoint", s.TEXT, c.HTTP, True, "GetEndpointReference GUID"),
        ("onvif.hostname", s.TEXT, c.HTTP, True, "GetHostname Name"),
        ("onvif.clock", s.TEXT, c.HTTP, True, "device UTC clock, RFC 3339"),
        ("onvif.profiles", s.JSON, c.HTTP, True, "media GetProfiles: [{token, name, encoding …}]"),
        ("onvif.video_sources", s.JSON, c.HTTP, True, "media GetVideoSources: [{token, width …}]"),
        ("isapi.device_info", s.TEXT, c.HTTP, True, "ISAPI deviceInfo XML"),
        ("isapi.xml", s.TEXT, c.HTTP, True, "any other ISAPI or SDK reply"),
        ("isapi.network", s.JSON, c.HTTP, True, "MACs and addresses of the network interfaces"),
        ("magicbox.info", s.JSON, c.HTTP, True, "what magicBox.cgi tells of the device"),
        ("magicbox.network", s.JSON, c.HTTP, True, "MACs of the network interfaces"),
        ("lapi.device_info", s.JSON, c.HTTP, True, "LAPI System/DeviceInfo"),
        ("recorder.channels", s.JSON, c.HTTP, True, "what a recorder tells of its channels"),
        ("recorder.channel", s.JSON, c.RECORD, True, "one channel, as its recorder tells it"),
        ("sadp", s.TEXT, c.SADP, True, "SADP reply XML"),
        ("dhip", s.JSON, c.DHIP, True, "DHIP reply body"),
        ("dahua.legacy", s.HEX, c.DHIP, True, "reply of the older Dahua search"),
        ("tvt.mhed", s.HEX, c.MHED, True, "MHED search reply"),
        ("xm.netip", s.JSON, c.NETIP, True, "Xiongmai search reply body"),
        ("tplink.tdp", s.JSON, c.TDP, False, "TP-Link TDP reply body"),
        ("ubnt.discovery", s.HEX, c.UBNT, False, "Ubiquiti discovery reply"),
        ("hanwha.discovery", s.HEX, c.HANWHA, True, "Hanwha search reply"),
        ("bosch.discovery", s.HEX, c.BOSCH, True, "Bosch search reply"),
        ("ipro.discovery", s.HEX, c.IPRO, True, "i-PRO and Panasonic search reply"),
        ("vivotek.discovery", s.HEX, c.VIVOTEK, True, "Vivotek search reply"),
        ("sony.discovery", s.HEX, c.SONY, True, "Sony search reply"),
        ("foscam.discovery", s.HEX, c.FOSCAM, True, "Foscam search reply"),
        ("vstarcam.discovery", s.HEX, c.VSTARCAM, True, "VStarcam search reply"),
        ("axis.basicdeviceinfo", s.JSON, c.HTTP, True, "VAPIX basic device information reply"),
        ("axis.properties", s.JSON, c.HTTP, True, "VAPIX parameters that identify the device"),
        ("ssdp.server", s.TEXT, c.SSDP, False, "SSDP SERVER header"),
        ("ssdp.usn", s.TEXT, c.SSDP, False, "SSDP USN header"),
        ("ssdp.location", s.TEXT, c.SSDP, False, "SSDP LOCATION header"),
        ("ssdp.description", s.TEXT, c.SSDP, False, "UPnP description XML"),
        ("mdns.service", s.TEXT, c.MDNS, False, "DNS-SD service type or instance"),
        ("mdns.txt", s.PAIRS, c.MDNS, False, "DNS-SD TXT record"),
        ("snmp.sysdescr", s.TEXT, c.SNMP, False, "sysDescr.0"),
        ("snmp.sysobjectid", s.TEXT, c.SNMP, False, "sysObjectID.0"),
        ("snmp.sysname", s.TEXT, c.SNMP, False, "sysName.0"),
        ("dhcp.vendor_class", s.TEXT, c.DHCP, False, "DHCP option 60"),
        ("nmap.service", s.TEXT, c.PORTS, False, "service text as nmap prints it"),
        ("banner", s.TEXT, c.PORTS, False, "what a port says by itself"),
        ("port.open", s.TEXT, c.PORTS, False, "an open port, such as tcp/554"),
        ("brand", s.TEXT, c.RECORD, False, "brand as written on a label or list"),
        ("model", s.TEXT, c.RECORD, False, "model as written on a label or list"),
        ("serial", s.TEXT, c.RECORD, False, "serial as written on a label or list"),
        ("firmware", s.TEXT, c.RECORD, False, "firmware as written on a label or list"),
    ]
    return {
        name: Signal(name=name, shape=shape, channel=channel, video=video, about=about)
        for name, shape, channel, video, about in rows
    }


SIGNALS: Final[dict[str, Signal]] = _table()

GENERIC: Final = frozenset(
    {"mac", "hostname", "banner", "nmap.service", "port.open"}
    | {"brand", "model", "serial", "firmware"}
)
"""Signals whose channel follows the endpoint, where the observation names one."""

ROVING: Final = GENERIC | {"ssdp.description"}
"""Signals whose channel is not the same wherever they are observed."""

BEHIND: Final = "channel/"
"""Endpoints of what a recorder tells of a camera: ``channel/3``. The recorder's word is a record,
not the camera's own answer."""

_BY_ENDPOINT: Final = {
    "link": Channel.LINK,
    "udp/3702": Channel.WSD,
    "udp/37020": Channel.SADP,
    "udp/37810": Channel.DHIP,
    "udp/5050": Channel.DHIP,
    "udp/23456": Channel.MHED,
    "udp/34569": Channel.NETIP,
    "udp/20002": Channel.TDP,
    "udp/10001": Channel.UBNT,
    "udp/7701": Channel.HANWHA,
    "udp/1757": Channel.BOSCH,
    "udp/10670": Channel.IPRO,
    "udp/10000": Channel.VIVOTEK,  # and Foscam's, whose one signal names its own channel
    "udp/2380": Channel.SONY,
    "udp/8600": Channel.VSTARCAM,
    "udp/1900": Channel.SSDP,
    "udp/5353": Channel.MDNS,
    "udp/161": Channel.SNMP,
    "udp/67": Channel.DHCP,
}


def channel_of(signal: str, endpoint: str | None) -> Channel:
    """The witness that an observation came through.

    Args:
        signal: a name of ``SIGNALS``.
        endpoint: ``tcp/80``, ``udp/37020``, ``link`` … or None where it is not known.

    Raises:
        KeyError: the signal name is unknown.
    """
    if signal == "ssdp.description" and endpoint is not None and endpoint.startswith("tcp/"):
        return Channel.HTTP  # read from the web server, not announced by SSDP: the same witness
    if signal in GENERIC and endpoint is not None:
        if endpoint.startswith(BEHIND):
            return Channel.RECORD
        return _BY_ENDPOINT.get(endpoint, SIGNALS[signal].channel)
    return SIGNALS[signal].channel
