"""WS-Discovery (UDP 3702), as ONVIF devices speak it.

Every ONVIF device in discoverable mode answers a Probe. Source: ONVIF Core Specification,
WS-Discovery April 2005, WS-Addressing August 2004, SOAP 1.2. Three forms of the Probe are sent,
since devices differ in which they answer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from auditor.model.errors import Malformed
from auditor.wire import xml
from auditor.wire._text import squeeze

GROUP: Final = "239.255.255.250"
GROUP6: Final = "ff02::c"
PORT: Final = 3702

_DISCOVERY: Final = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_TYPES: Final = ("dn:NetworkVideoTransmitter", "tds:Device", None)
_MESSAGE_ID: Final = re.compile(r"[0-9A-Za-z:._-]{1,100}")
_ANSWERS: Final = frozenset({"ProbeMatch", "ResolveMatch", "Hello"})
_ANSWER_BODIES: Final = frozenset({"ProbeMatches", "ResolveMatches", "Hello"})
_SCOPE: Final = re.compile(r"onvif://www\.onvif\.org/+([^/]*)/?(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One device's answer.

    Attributes:
        endpoint: the endpoint reference as sent; empty when it is missing.
        types: the types as sent, white space squeezed.
        scopes: the scopes as sent, white space squeezed.
        xaddrs: the service addresses as sent, white space squeezed.
        metadata_version: as sent; None when missing.
        relates_to: the message id that it answers; None for announcements.
        envelope: the whole message as text.
    """

    endpoint: str
    types: str
    scopes: str
    xaddrs: str
    metadata_version: str | None
    relates_to: str | None
    envelope: str


def _probe(message_id: str, types: str | None) -> bytes:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise Malformed(f"not a message id: {message_id[:60]!r}")
    if not message_id.startswith(("urn:", "uuid:")):
        message_id = f"urn:uuid:{message_id}"
    wanted = f"<d:Types>{types}</d:Types>" if types else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
        f' xmlns:d="{_DISCOVERY}"'
        ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"'
        ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
        f"<s:Header><a:Action>{_DISCOVERY}/Probe</a:Action>"
        f"<a:MessageID>{message_id}</a:MessageID>"
        "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"
        f"<s:Body><d:Probe>{wanted}</d:Probe></s:Body></s:Envelope>"
    ).encode("ascii")


def probes(message_ids: Sequence[str]) -> tuple[bytes, bytes, bytes]:
    """The three forms of the Probe: video transmitters, devices, anything.

    Args:
        message_ids: three ids, one a form: UUIDs, with or without ``urn:uuid:`` before them.

    Raises:
        Malformed: not three, or one that cannot be an id.
    """
    if len(message_ids) != len(_TYPES):
        raise Malformed("three message ids are needed")
    first, second, third = (_probe(*pair) for pair in zip(message_ids, _TYPES, strict=True))
    return first, second, third


def _matches(body: Element) -> Iterator[Element]:
    top = body[0]
    if xml.local(top.tag) in _ANSWERS:
        yield top
        return
    yield from (one for one in top if xml.local(one.tag) in _ANSWERS)


def _text(element: Element, name: str) -> str:
    found = xml.child(element, name)
    return squeeze(found.text or "") if found is not None else ""


def decode(data: bytes) -> tuple[Match, ...]:
    """Decode ProbeMatches, ResolveMatches or a Hello.

    Returns:
        One match per device in the message; usually one.

    Raises:
        Malformed: anything else, such as a Probe, a Bye or a fault.
    """
    found = xml.document(data)
    body = xml.child(found.root, "Body")
    if xml.local(found.root.tag) != "Envelope" or body is None or not len(body):
        raise Malformed("no SOAP envelope with a body")
    if xml.local(body[0].tag) not in _ANSWER_BODIES:
        raise Malformed(f"no WS-Discovery answer: {xml.local(body[0].tag)[:40]}")
    header = xml.child(found.root, "Header")
    relates = _text(header, "RelatesTo") if header is not None else ""
    return tuple(
        Match(
            endpoint=xml.first(one, "EndpointReference", "Address") or "",
            types=_text(one, "Types"),
            scopes=_text(one, "Scopes"),
            xaddrs=_text(one, "XAddrs"),
            metadata_version=_text(one, "MetadataVersion") or None,
            relates_to=relates or None,
            envelope=found.text,
        )
        for one in _matches(body)
    )


def scope_items(scopes: str) -> tuple[tuple[str, str], ...]:
    """Category and percent-decoded value of each ONVIF scope, in order.

    ``onvif://www.onvif.org/location/city/x`` gives ``("location", "city/x")``. Scopes of other
    kinds are left out.

    Args:
        scopes: scope URIs with white space between them.
    """
    found = (_SCOPE.fullmatch(one) for one in scopes.split())
    return tuple((unquote(one[1]), unquote(one[2])) for one in found if one)
