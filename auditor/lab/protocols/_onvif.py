"""ONVIF device service: answers per operation from the persona, anonymously or refused."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from xml.sax.saxutils import escape

from auditor.lab.fleet import Device, Service
from auditor.lab.persona import Table
from auditor.lab.protocols._envelope import style, wrap
from auditor.lab.protocols._message import Reply, reply_of

_OPERATION: Final = re.compile(rb"<(?:[\w.-]+:)?Body[^>]*>\s*<(?:[\w.-]+:)?(\w+)")
_HEADERS: Final = (
    ("Content-Type", "application/soap+xml; charset=utf-8"),
    ("Content-Length", "{length}"),
    ("Connection", "close"),
)


def answer(
    service: Service, device: Device, path: str, body: bytes, *, admitted: bool = False
) -> Reply | None:
    """The reply to one POST; None when the path is not this service's.

    Args:
        service: whose it is.
        device: who answers.
        path: the path of the request.
        body: the SOAP message.
        admitted: whether it came with the right password: then the operations of the table
            ``behind`` are answered as well, and for others it is no question of rights.
    """
    data = service.data
    if path.partition("?")[0] not in data.texts("paths", ("/onvif/device_service",)):
        return None
    found = _OPERATION.search(body)
    operation = found[1].decode() if found else ""
    open_to_all = not (admitted and data.table("behind").has(operation))
    operations = data.table("operation" if open_to_all else "behind")
    table = operations.table(operation)
    if not operations.has(operation):
        how = "fault" if admitted and data.has("behind") else data.text("default", "fault")
        return _refusal(data, how)
    if table.has("refuse"):
        return _refusal(data, table.text("refuse"))
    content = table.text("body") if table.has("body") else _BUILD[operation](table, device)
    headers = table.pairs("headers") or data.pairs("headers") or _HEADERS
    envelope = wrap(data.text("envelope"), content)
    return Reply(status=200, reason="OK", headers=headers, body=envelope)


def _refusal(data: Table, how: str) -> Reply:
    """``auth``: 401 with the persona's challenge; ``sender``: 400 NotAuthorized; ``fault``: 500."""
    if how == "auth":
        return reply_of(data.table("challenge"), status=401)
    status, code, subcode, text = {
        "sender": (400, "Sender", "NotAuthorized", "Sender not Authorized"),
        "fault": (500, "Receiver", "ActionNotSupported", "Optional Action Not Implemented"),
    }[how]
    name = data.text("envelope")
    prefix = style(name).text("prefix")
    body = (
        f"<{prefix}:Fault><{prefix}:Code><{prefix}:Value>{prefix}:{code}</{prefix}:Value>"
        f"<{prefix}:Subcode><{prefix}:Value>ter:{subcode}</{prefix}:Value></{prefix}:Subcode>"
        f'</{prefix}:Code><{prefix}:Reason><{prefix}:Text xml:lang="en">{text}</{prefix}:Text>'
        f"</{prefix}:Reason></{prefix}:Fault>"
    )
    reply = Reply(status=status, reason="", headers=_HEADERS, body=wrap(name, body))
    reasons = {400: "Bad Request", 500: "Internal Server Error"}
    return replace(reply, reason=reasons[status], headers=data.pairs("headers") or _HEADERS)


def _clock(table: Table, device: Device) -> str:
    del table
    w = device.words
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
        "<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
        "<tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone><tt:UTCDateTime><tt:Time>"
        f"<tt:Hour>{w['hour']}</tt:Hour><tt:Minute>{w['minute']}</tt:Minute>"
        f"<tt:Second>{w['second']}</tt:Second></tt:Time><tt:Date><tt:Year>{w['year']}</tt:Year>"
        f"<tt:Month>{w['month']}</tt:Month><tt:Day>{w['day']}</tt:Day></tt:Date></tt:UTCDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


def _capabilities(table: Table, device: Device) -> str:
    del device
    parts = "".join(
        f"<tt:{name}><tt:XAddr>{escape(xaddr)}</tt:XAddr></tt:{name}>"
        for name, xaddr in table.pairs("xaddrs")
    )
    extension = table.text("extension", "")
    tail = f"<tt:Extension>{extension}</tt:Extension>" if extension else ""
    return (
        f"<tds:GetCapabilitiesResponse><tds:Capabilities>{parts}{tail}</tds:Capabilities>"
        "</tds:GetCapabilitiesResponse>"
    )


def _services(table: Table, device: Device) -> str:
    del device
    parts = "".join(
        f"<tds:Service><tds:Namespace>{escape(namespace)}</tds:Namespace>"
        f"<tds:XAddr>{escape(xaddr)}</tds:XAddr><tds:Version><tt:Major>2</tt:Major>"
        "<tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
        for namespace, xaddr in table.pairs("services")
    )
    return f"<tds:GetServicesResponse>{parts}</tds:GetServicesResponse>"


def _service_capabilities(table: Table, device: Device) -> str:
    del device
    digest = str(table.flag("digest", default=True)).lower()
    token = str(table.flag("token", default=True)).lower()
    return (
        '<tds:GetServiceCapabilitiesResponse><tds:Capabilities><tds:Network IPFilter="false"/>'
        f'<tds:Security TLS1.2="true" UsernameToken="{token}" HttpDigest="{digest}"/>'
        '<tds:System DiscoveryResolve="false" DiscoveryBye="true"/></tds:Capabilities>'
        "</tds:GetServiceCapabilitiesResponse>"
    )


def _endpoint(table: Table, device: Device) -> str:
    del device
    return (
        f"<tds:GetEndpointReferenceResponse><tds:GUID>{escape(table.text('guid'))}</tds:GUID>"
        "</tds:GetEndpointReferenceResponse>"
    )


def _hostname(table: Table, device: Device) -> str:
    del device
    return (
        "<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP>"
        f"<tt:Name>{escape(table.text('name'))}</tt:Name></tds:HostnameInformation>"
        "</tds:GetHostnameResponse>"
    )


def _information(table: Table, device: Device) -> str:
    del device
    parts = "".join(f"<tds:{k}>{escape(v)}</tds:{k}>" for k, v in table.pairs("fields"))
    return f"<tds:GetDeviceInformationResponse>{parts}</tds:GetDeviceInformationResponse>"


def _interfaces(table: Table, device: Device) -> str:
    mac = table.text("mac", device.mac)
    return (
        '<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0">'
        f"<tt:Enabled>true</tt:Enabled><tt:Info><tt:Name>{table.text('name', 'eth0')}</tt:Name>"
        f"<tt:HwAddress>{mac}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info><tt:IPv4><tt:Enabled>"
        "true</tt:Enabled><tt:Config><tt:Manual><tt:Address>"
        f"{device.address}</tt:Address><tt:PrefixLength>24</tt:PrefixLength></tt:Manual><tt:DHCP>"
        "false</tt:DHCP></tt:Config></tt:IPv4></tds:NetworkInterfaces>"
        "</tds:GetNetworkInterfacesResponse>"
    )


def _scopes(table: Table, device: Device) -> str:
    del device
    parts = "".join(
        "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>"
        f"<tt:ScopeItem>{escape(item)}</tt:ScopeItem></tds:Scopes>"
        for item in table.texts("items")
    )
    return f"<tds:GetScopesResponse>{parts}</tds:GetScopesResponse>"


_BUILD: Final[dict[str, Callable[[Table, Device], str]]] = {
    "GetSystemDateAndTime": _clock,
    "GetCapabilities": _capabilities,
    "GetServices": _services,
    "GetServiceCapabilities": _service_capabilities,
    "GetEndpointReference": _endpoint,
    "GetHostname": _hostname,
    "GetDeviceInformation": _information,
    "GetNetworkInterfaces": _interfaces,
    "GetScopes": _scopes,
}
