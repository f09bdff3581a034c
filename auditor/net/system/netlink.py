"""Linux rtnetlink: dumps and single answers. Reads only; any user may."""

import socket
import struct
from collections.abc import Iterator
from typing import Final

from auditor.model.errors import Malformed

_NETLINK_ROUTE: Final = 0
_HEADER: Final = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_ATTRIBUTE: Final = struct.Struct("=HH")
_REQUEST: Final = 0x001
_DUMP: Final = 0x300
_ERROR: Final = 2
_DONE: Final = 3
_TYPE_MASK: Final = 0x3FFF
_SECONDS: Final = 2.0
_BUFFER: Final = 256 * 1024
_MOST: Final = 4096  # reads of one dump

Message = tuple[int, bytes]
"""A message's type and body."""


def ask(kind: int, body: bytes, *, dump: bool = True) -> list[Message]:
    """Ask the kernel and read the whole answer.

    Args:
        kind: message type, such as 30 for RTM_GETNEIGH.
        body: the fixed part and attributes of the request.
        dump: ask for the whole table rather than one entry.

    Raises:
        OSError: the kernel refuses, or does not answer.
    """
    flags = _REQUEST | (_DUMP if dump else 0)
    packet = _HEADER.pack(_HEADER.size + len(body), kind, flags, 1, 0) + body
    found: list[Message] = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_ROUTE) as sock:
        sock.settimeout(_SECONDS)
        sock.bind((0, 0))
        sock.sendto(packet, (0, 0))
        for _ in range(_MOST):
            for message_kind, message in messages(sock.recv(_BUFFER)):
                if message_kind == _DONE:
                    return found
                if message_kind == _ERROR:
                    _raise(message)
                    return found
                found.append((message_kind, message))
            if not dump:
                return found
    return found


def _raise(message: bytes) -> None:
    code = -int(struct.unpack_from("=i", message)[0])
    if code:
        raise OSError(code, "rtnetlink refuses")


def messages(data: bytes) -> Iterator[Message]:
    """The messages of one read.

    Raises:
        Malformed: a length does not fit.
    """
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, _, _, _ = _HEADER.unpack_from(data, at)
        if not _HEADER.size <= length <= len(data) - at:
            raise Malformed("netlink message of a wrong length")
        yield kind, data[at + _HEADER.size : at + length]
        at += (length + 3) & ~3


def attributes(data: bytes) -> dict[int, bytes]:
    """Attributes by type, the last of each.

    Raises:
        Malformed: a length does not fit.
    """
    found: dict[int, bytes] = {}
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if not _ATTRIBUTE.size <= length <= len(data) - at:
            raise Malformed("netlink attribute of a wrong length")
        found[kind & _TYPE_MASK] = data[at + _ATTRIBUTE.size : at + length]
        at += (length + 3) & ~3
    return found


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, padded."""
    length = _ATTRIBUTE.size + len(value)
    return _ATTRIBUTE.pack(length, kind) + value + bytes(-length % 4)
