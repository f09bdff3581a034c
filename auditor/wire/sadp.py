"""SADP, Hikvision's search protocol (UDP 37020): XML in one datagram, no credentials.

Hikvision cameras, recorders and door stations speak it, and devices sold under other labels on
the same firmware. Source: published descriptions of the protocol and the comments of Hikvision's
public SDK headers. Only ``inquiry`` is ever built here; every other type of the protocol writes.
"""

import re
from dataclasses import dataclass
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import xml

GROUP: Final = "239.255.255.250"
PORT: Final = 37020

_ROOTS: Final = frozenset({"ProbeMatch", "Hello"})
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer.

    Attributes:
        fields: element name → text, as sent.
        text: the XML.
    """

    fields: dict[str, str]
    text: str


def inquiry(uuid: str) -> bytes:
    """The one question of the protocol that only reads.

    Args:
        uuid: echoed by the answer.

    Raises:
        Malformed: not a UUID.
    """
    if not _UUID.fullmatch(uuid):
        raise Malformed(f"not a UUID: {uuid[:60]!r}")
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<Probe><Uuid>{uuid.upper()}</Uuid><Types>inquiry</Types></Probe>"
    ).encode("ascii")


def decode(data: bytes) -> Reply:
    """Decode an answer (``ProbeMatch``) or an announcement (``Hello``).

    Raises:
        Malformed: anything else, questions of the protocol included.
    """
    found = xml.document(data)
    root = xml.local(found.root.tag)
    if root not in _ROOTS:
        raise Malformed(f"no SADP answer: {root[:40]}")
    fields = {name: texts[0] for name, texts in xml.leaves(found.root).items()}
    return Reply(fields=fields, text=found.text)
