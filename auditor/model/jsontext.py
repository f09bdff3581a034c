"""JSON that a device sent, as text in one canonical form: same content, same text, always."""

import json
from typing import Final

_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


def parse(text: str) -> object:
    """The value of a JSON text.

    Raises:
        ValueError: it is not JSON (NaN and Infinity are not), or it is nested beyond reason.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def compact(value: object) -> str:
    """A JSON value as text without blanks; characters that no UTF-8 text can hold are replaced."""
    text = _encode(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def canonical(text: str) -> str:
    """A JSON text in the canonical form; a broken one as it is, made fit for UTF-8."""
    try:
        return compact(parse(text))
    except (ValueError, RecursionError):
        return text.encode("utf-8", "replace").decode("utf-8")
