"""ONVIF device service: fixed questions without credentials, and what their replies say.

Every ONVIF camera and recorder speaks it. Source: ONVIF Core Specification (access classes
PRE_AUTH and, tried once and without insisting, READ_SYSTEM), ONVIF device management WSDL,
SOAP 1.2. No UsernameToken, no Authorization header, ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element

from auditor.model.errors import Malformed
from auditor.wire import http, mac, xml

NAMESPACE: Final = "http://www.onvif.org/ver10/device/wsdl"
ENVELOPE: Final = "http://www.w3.org/2003/05/soap-envelope"
_CONTENT_TYPE: Final = "application/soap+xml; charset=utf-8"

_BODIES: Final = {
    "GetSystemDateAndTime": "",
    "GetCapabilities": "<tds:Category>All</tds:Category>",
    "GetServices": "<tds:IncludeCapability>false</tds:IncludeCapability>",
    "GetServiceCapabilities": "",
    "GetEndpointReference": "",
    "GetHostname": "",
    "GetDeviceInformation": "",
    "GetNetworkInterfaces": "",
    "GetScopes": "",
}


def _envelope(name: str, inner: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{ENVELOPE}" xmlns:tds="{NAMESPACE}">'
        f"<s:Body><tds:{name}>{inner}</tds:{name}></s:Body></s:Envelope>"
    ).encode("ascii")


OPERATIONS: Final[dict[str, bytes]] = {name: _envelope(name, x) for name, x in _BODIES.items()}
"""Operation name → the whole SOAP 1.2 envelope that asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One SOAP reply.

    Attributes:
        operation: local name of the first element in the body, such as ``GetScopesResponse``;
            None when the body is empty.
        fault: codes of a fault joined by ``/``, such as ``Sender/NotAuthorized``, or its words
            where it has no code; None when the reply is no fault.
        text: the envelope as text.
        element: the envelope.
    """

    operation: str | None
    fault: str | None
    text: str
    element: Element


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInformation:
    """What GetDeviceInformation tells; None where the device leaves it out."""

    manufacturer: str | None
    model: str | None
    firmware: str | None
    serial: str | None
    hardware_id: str | None


def request(
    operation: str,
    host: str,
    port: int,
    path: str = "/onvif/device_service",
    tls: bool = False,  # noqa: FBT001, FBT002 - agreed shape
) -> bytes:
    """The whole HTTP request for one operation.

    Args:
        operation: a name of :data:`OPERATIONS`.
        host: address or name.
        port: the TCP port.
        path: path of the device service.
        tls: whether the connection is TLS.

    Raises:
        Malformed: the operation is not on the list, or host or path cannot stand in a request.
    """
    body = OPERATIONS.get(operation)
    if body is None:
        raise Malformed(f"not an operation that we send: {operation[:60]!r}")
    headers = (("Content-Type", _CONTENT_TYPE),)
    return http.request("POST", host, port, path, tls=tls, headers=headers, body=body)


def _fault(body: Element) -> str | None:
    fault = xml.child(body, "Fault")
    if fault is None:
        return None
    codes = [
        (one.text or "").strip().rpartition(":")[2]
        for one in fault.iter()
        if xml.local(one.tag) in {"Value", "faultcode"}
    ]
    words = xml.first(fault, "Text") or xml.first(fault, "faultstring")
    return "/".join(code for code in codes if code) or words or "Fault"


def decode(body: bytes | str) -> Reply:
    """Decode a SOAP 1.1 or 1.2 envelope.

    Raises:
        Malformed: no XML, or no envelope with a body.
    """
    found = xml.document(body)
    inner = xml.child(found.root, "Body")
    if xml.local(found.root.tag) != "Envelope" or inner is None:
        raise Malformed("no SOAP envelope")
    operation = xml.local(inner[0].tag) if len(inner) else None
    return Reply(operation=operation, fault=_fault(inner), text=found.text, element=found.root)


def _all(reply: Reply, name: str) -> Iterator[Element]:
    return (one for one in reply.element.iter() if xml.local(one.tag) == name)


def _texts(reply: Reply, name: str) -> tuple[str, ...]:
    texts = ((one.text or "").strip() for one in _all(reply, name))
    return tuple(dict.fromkeys(text for text in texts if text))


def device_information(reply: Reply) -> DeviceInformation:
    """Manufacturer, model, firmware, serial and hardware id of a GetDeviceInformation reply."""
    element = reply.element
    return DeviceInformation(
        manufacturer=xml.first(element, "Manufacturer"),
        model=xml.first(element, "Model"),
        firmware=xml.first(element, "FirmwareVersion"),
        serial=xml.first(element, "SerialNumber"),
        hardware_id=xml.first(element, "HardwareId"),
    )


def scopes(reply: Reply) -> tuple[str, ...]:
    """The scope URIs of a GetScopes reply, in order."""
    return _texts(reply, "ScopeItem")


def macs(reply: Reply) -> tuple[str, ...]:
    """The hardware addresses of a GetNetworkInterfaces reply, colon form, in order."""
    found = (mac.normal(text) for text in _texts(reply, "HwAddress"))
    return tuple(dict.fromkeys(one for one in found if one is not None))


def endpoint(reply: Reply) -> str | None:
    """The GUID of a GetEndpointReference reply."""
    return xml.first(reply.element, "GUID")


def hostname(reply: Reply) -> str | None:
    """The name in a GetHostname reply."""
    return xml.first(reply.element, "HostnameInformation", "Name")


def clock(reply: Reply) -> str | None:
    """The device's UTC clock in a GetSystemDateAndTime reply, RFC 3339 with ``Z``.

    None when the device gives none, or one that is no date.
    """
    part = next(_all(reply, "UTCDateTime"), None)
    if part is None:
        return None
    names = ("Year", "Month", "Day", "Hour", "Minute", "Second")
    texts = [xml.first(part, name) or "" for name in names]
    if not all(text.isascii() and text.isdigit() and len(text) <= 4 for text in texts):  # noqa: PLR2004 - a year
        return None
    try:
        moment = datetime(*(int(text) for text in texts), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year > 999 else None  # noqa: PLR2004 - four digits


def services(reply: Reply) -> tuple[tuple[str, str], ...]:
    """(namespace, address) of each service in a GetServices reply, in order."""
    found: list[tuple[str, str]] = []
    for service in _all(reply, "Service"):
        namespace, address = xml.first(service, "Namespace"), xml.first(service, "XAddr")
        if namespace and address:
            found.append((namespace, address))
    return tuple(found)


def xaddrs(reply: Reply) -> tuple[str, ...]:
    """Every service address in a reply, in order, each once."""
    return _texts(reply, "XAddr")
