"""DHIP search, Dahua's discovery protocol (UDP 37810): a 32-byte header and a JSON body.

Dahua cameras, recorders and door stations speak it, and devices sold under other labels on the
same firmware. Source: published write-ups of captures (Rapid7, Shadowserver) and open
implementations of the protocol. The search is a plain question without credentials.
"""

import struct
from dataclasses import dataclass
from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import _json

GROUP: Final = "239.255.255.251"
PORT: Final = 37810

_HEADER: Final = struct.Struct("<I4s8xIIII")
"""Header length, magic, body length, zero, body length again, zero."""
_MAGIC: Final = b"DHIP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer.

    Attributes:
        text: the JSON body.
        fields: last key name → first leaf of that name; the MAC under ``mac``.
    """

    text: str
    fields: dict[str, str]


def search(unicast_answer: bool = True) -> bytes:  # noqa: FBT001, FBT002 - agreed shape
    """The search question.

    Args:
        unicast_answer: ask for an answer to the sender instead of to the group.
    """
    uni = int(unicast_answer)
    body = (
        f'{{ "method" : "DHDiscover.search", "params" : {{ "mac" : "", "uni" : {uni} }} }}\n'
    ).encode("ascii")
    return _HEADER.pack(_HEADER.size, _MAGIC, len(body), 0, len(body), 0) + body


def decode(data: bytes) -> Reply:
    """Decode an answer. Length fields that disagree with the datagram are not believed.

    Raises:
        Malformed: no DHIP header, or no JSON object behind it, or it is itself a question.
    """
    if len(data) < _HEADER.size or data[4:8] != _MAGIC:
        raise Malformed("no DHIP header")
    text, value = _json.mapping(data[_HEADER.size :])
    if value.get("method") == "DHDiscover.search":
        raise Malformed("a DHIP question, not an answer")
    return Reply(text=text, fields=_json.first_leaves(value))
