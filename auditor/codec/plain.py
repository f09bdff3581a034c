"""The canonical form of JSON values without numbers of fractions, ten times as fast.

``model.jsontext.compact`` says what the form is. Where a value holds no number but whole ones and
no character beyond ASCII, msgspec writes the very same text (a test compares them).
"""

import re
from typing import Final

import msgspec

from auditor.model.jsontext import compact

_FRACTION: Final = re.compile(rb"(?:\A|[\[:,])-?[0-9]+[.eE]")
"""A number that is no whole one, wherever it stands in compact text; it may stand in a string too."""


def written(value: object) -> bytes | None:
    """What ``compact`` gives of an object or array that was read from JSON, where that is quick.

    It is read back as it stands. None where it is not known to be.
    """
    try:
        data = msgspec.json.encode(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return data if data.isascii() and _FRACTION.search(data) is None else None


def text_of(value: object) -> str:
    """What ``compact`` gives of a value that was read from JSON."""
    data = written(value)
    return compact(value) if data is None else data.decode("ascii")


def stands(text: str) -> bool:
    """Whether a text is an object or array that is read back as this very text."""
    if not text.startswith(("{", "[")):
        return False
    try:
        value = msgspec.json.decode(text)
        return text_of(value) == text
    except (msgspec.DecodeError, ValueError, RecursionError):
        return False
