"""Bytes of unknown encoding as text, and the small habits that several decoders share."""

import re
from typing import Final

_SPACES: Final = re.compile(r"\s+")
_UTF16_MARKS: Final = frozenset({b"\xff\xfe", b"\xfe\xff"})
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_TAIL: Final = 4
"""An incomplete UTF-8 character at the end of a cut reply is at most this long."""


def lenient(data: bytes, declared: str | None = None) -> str:
    """Decode text that a device sent; never fails.

    UTF-8 first (a byte-order mark is dropped), UTF-16 where its mark stands, GB 18030 where
    a GB charset is declared, else Latin-1.

    Args:
        data: the bytes.
        declared: the charset that the device names, if it names one.
    """
    mark = data[:3]
    if mark[:2] in _UTF16_MARKS:
        return data.decode("utf-16", "replace")
    if mark == _UTF8_MARK:
        data = data[3:]
    try:
        return data.decode()
    except UnicodeDecodeError as why:
        if why.start >= len(data) - _TAIL and why.reason == "unexpected end of data":
            return data.decode(errors="replace")
        if mark == _UTF8_MARK:
            data = mark + data
    if declared is not None and declared.lower().startswith("gb"):
        return data.decode("gb18030", "replace")
    return data.decode("latin-1")


def squeeze(text: str) -> str:
    """One blank for every run of white space, none at the ends."""
    return _SPACES.sub(" ", text).strip()


def cstring(field: bytes) -> str:
    """A fixed-size text field up to its first NUL, trimmed."""
    return lenient(field.partition(b"\0")[0]).strip()
