"""Distinguished names read straight from DER, for certificates whose names a strict reader refuses.

Source: ITU-T X.690 (DER) and X.501 (names). Old device certificates hold country names of three
letters, text in the wrong string type, or invalid UTF-8.
"""

from typing import Final

from auditor.wire._text import lenient

_NAMES: Final = {
    "550403": "CN",
    "550406": "C",
    "550407": "L",
    "550408": "ST",
    "55040a": "O",
    "55040b": "OU",
    "550405": "serialNumber",
    "2a864886f70d010901": "emailAddress",
}
_LONG_FORM: Final = 0x80
_VERSION_TAG: Final = 0xA0
_BMP_STRING: Final = 0x1E
_ISSUER: Final = 2
"""Place of the issuer after the optional version: serial, algorithm, issuer, dates, subject."""
_SUBJECT: Final = 4
_PART_CAP: Final = 64


def _items(data: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of each element in a row, as far as they are whole."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 2 <= len(data) and len(found) < _PART_CAP:
        tag, length = data[at], data[at + 1]
        at += 2
        if length & _LONG_FORM:
            octets = length & 0x7F
            length = int.from_bytes(data[at : at + octets])
            at += octets
        if at + length > len(data):
            break
        found.append((tag, data[at : at + length]))
        at += length
    return found


def _value(tag: int, content: bytes) -> str:
    text = content.decode("utf-16-be", "replace") if tag == _BMP_STRING else lenient(content)
    for letter in '\\,+"<>;':
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\0", "\\00")


def _name(content: bytes) -> str:
    parts: list[str] = []
    for _, relative in _items(content):
        pairs = (_items(one) for _, one in _items(relative))
        texts = [
            f"{_NAMES.get(pair[0][1].hex(), 'OID.' + pair[0][1].hex())}={_value(*pair[1])}"
            for pair in pairs
            if len(pair) >= 2  # noqa: PLR2004 - type and value
        ]
        if texts:
            parts.append("+".join(texts))
    return ",".join(reversed(parts))


def names(tbs: bytes) -> tuple[str, str]:
    """Subject and issuer out of the to-be-signed part of a certificate; empty where unreadable."""
    outer = _items(tbs)
    parts = _items(outer[0][1]) if outer else []
    if parts and parts[0][0] == _VERSION_TAG:
        parts = parts[1:]
    if len(parts) <= _SUBJECT:
        return "", ""
    return _name(parts[_SUBJECT][1]), _name(parts[_ISSUER][1])
