"""What a TLS server says in the clear: its version, its certificate, its alert.

For handshakes that fail: up to TLS 1.2 the certificate travels unencrypted, and a device whose
certificate or parameters no library accepts has shown it all the same. Source: RFC 5246 (TLS 1.2),
RFC 8446 (TLS 1.3), RFC 2246 (TLS 1.0). Cameras of every maker and age speak it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from auditor.model.errors import Malformed

_ALERT: Final = 21
_HANDSHAKE: Final = 22
_RECORD_HEAD: Final = 5
_RECORD_CAP: Final = 16_384 + 2_048
_HANDSHAKE_CAP: Final = 128 * 1024
_MESSAGE_HEAD: Final = 4
_MESSAGES: Final = 16
_SERVER_HELLO: Final = 2
_CERTIFICATE: Final = 11
_FIXED_HELLO: Final = 34
"""Version and random bytes, before the session id."""
_SUPPORTED_VERSIONS: Final = 43
_EXTENSIONS: Final = 32
_VERSIONS: Final = {
    0x0300: "SSLv3",
    0x0301: "TLSv1",
    0x0302: "TLSv1.1",
    0x0303: "TLSv1.2",
    0x0304: "TLSv1.3",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a server showed before the encrypted part, or before it gave up.

    Attributes:
        version: the version it chose, such as ``TLSv1.2``; None without a server hello.
        certificate: the leaf certificate as sent, unchecked; None where none was seen.
        alert: the number of the first alert in the clear; None without one.
    """

    version: str | None
    certificate: bytes | None
    alert: int | None


def decode(data: bytes) -> Shown:
    """Read the first records that a server sent, as far as they came.

    Raises:
        Malformed: it is no TLS.
    """
    messages = bytearray()
    alert: int | None = None
    for kind, content in _records(data):
        if kind == _ALERT and alert is None and len(content) == 2:  # noqa: PLR2004 - level, what
            alert = content[1]
        elif kind == _HANDSHAKE:
            messages += content
        else:
            break
    version: str | None = None
    certificate: bytes | None = None
    for kind, content in _messages(bytes(messages[:_HANDSHAKE_CAP])):
        if kind == _SERVER_HELLO and version is None:
            version = _version(content)
        elif kind == _CERTIFICATE and certificate is None:
            certificate = _leaf(content)
    return Shown(version=version, certificate=certificate, alert=alert)


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _RECORD_HEAD <= len(data):
        kind, major = data[at], data[at + 1]
        size = int.from_bytes(data[at + 3 : at + _RECORD_HEAD])
        if major != 3 or size > _RECORD_CAP or kind not in range(20, 25):  # noqa: PLR2004 - SSL 3 and up
            if at == 0:
                break
            return
        yield kind, data[at + _RECORD_HEAD : at + _RECORD_HEAD + size]
        at += _RECORD_HEAD + size
    if at == 0:
        raise Malformed("no TLS record")


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_MESSAGES):
        if at + _MESSAGE_HEAD > len(data):
            return
        end = at + _MESSAGE_HEAD + int.from_bytes(data[at + 1 : at + _MESSAGE_HEAD])
        if end > len(data):
            return
        yield data[at], data[at + _MESSAGE_HEAD : end]
        at = end


def _version(hello: bytes) -> str | None:
    number = int.from_bytes(hello[:2])
    at = _FIXED_HELLO + 1 + (hello[_FIXED_HELLO] if len(hello) > _FIXED_HELLO else 0)
    at += 2 + 1 + 2  # cipher suite, compression, length of the extensions
    for _ in range(_EXTENSIONS):
        size = int.from_bytes(hello[at + 2 : at + 4])
        if at + 4 + size > len(hello):
            break
        if int.from_bytes(hello[at : at + 2]) == _SUPPORTED_VERSIONS and size == 2:  # noqa: PLR2004 - a version
            number = int.from_bytes(hello[at + 4 : at + 6])
        at += 4 + size
    return _VERSIONS.get(number)


def _leaf(content: bytes) -> bytes | None:
    """The first certificate of the list; None when the list is empty or cut short."""
    size = int.from_bytes(content[3:6])
    leaf = content[6 : 6 + size]
    return leaf if leaf and len(leaf) == size else None
