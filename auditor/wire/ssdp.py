"""SSDP, the search part of UPnP (UDP 1900).

Cameras and recorders with UPnP switched on speak it, as do printers, televisions and routers.
Source: UPnP Device Architecture 1.1. The description behind LOCATION is fetched by others, and
only from the address that answered.
"""

import re
from dataclasses import dataclass
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import _message
from auditor.wire._text import lenient

GROUP: Final = "239.255.255.250"
PORT: Final = 1900
TARGETS: Final = (
    "ssdp:all",
    "upnp:rootdevice",
    "urn:axis-com:service:BasicService:1",
    "urn:schemas-upnp-org:service:EmbeddedNetDeviceControl:1",
    "urn:schemas-upnp-org:device:Basic:1",
)
"""The search targets that camera makers are known to answer."""

_CAP: Final = 65_536
_OK: Final = re.compile(r"HTTP/1\.[01][ \t]+200\b.*", re.IGNORECASE)
_NOTIFY: Final = re.compile(r"NOTIFY[ \t]+\*[ \t]+HTTP/1\.[01]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer or announcement.

    Attributes:
        server: the SERVER header.
        usn: the unique service name.
        location: where the description is.
        st: the search target answered, or the type announced.
        headers: names and values in order and case as sent.
        body: text behind the headers; most devices send none.
    """

    server: str | None
    usn: str | None
    location: str | None
    st: str | None
    headers: tuple[tuple[str, str], ...]
    body: str


def search(st: str, mx: int = 2) -> bytes:
    """One M-SEARCH.

    Args:
        st: the search target, such as ``ssdp:all``.
        mx: seconds over which devices spread their answers, 1 to 5.

    Raises:
        Malformed: the target cannot stand in a header, or mx is out of bounds.
    """
    if not 1 <= mx <= 5:  # noqa: PLR2004 - the standard's bounds
        raise Malformed(f"MX {mx} is out of bounds")
    return (
        f"M-SEARCH * HTTP/1.1\r\nHOST: {GROUP}:{PORT}\r\n"
        f'MAN: "ssdp:discover"\r\nMX: {mx}\r\nST: {_message.clean(st)}\r\n\r\n'
    ).encode("ascii")


def decode(data: bytes) -> Answer:
    """Decode an answer to a search, or an announcement.

    Raises:
        Malformed: anything else, such as a search.
    """
    head, at = _message.split(data[:_CAP]) or (data[:_CAP], len(data))
    line, lines = _message.head(head)
    if not _OK.fullmatch(line.strip()) and not _NOTIFY.fullmatch(line.strip()):
        raise Malformed(f"no SSDP answer: {line[:60]!r}")
    headers = _message.header_lines(lines)
    values: dict[str, str] = {}
    for name, text in headers:
        values.setdefault(name.lower(), text)
    return Answer(
        server=values.get("server") or None,
        usn=values.get("usn") or None,
        location=values.get("location") or None,
        st=values.get("st") or values.get("nt") or None,
        headers=headers,
        body=lenient(data[at:_CAP]).strip("\0 \r\n"),
    )
