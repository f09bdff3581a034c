"""JSON that devices send: capped, flat on demand, never a surprise type.

Source of the grammar: RFC 8259. Discovery replies of several makers end in NULs or line ends.
"""

import json
from collections.abc import Iterable
from typing import Final, NoReturn

from auditor.model.errors import Malformed
from auditor.wire._text import lenient

CAP: Final = 262_144
DEPTH_CAP: Final = 64
NODE_CAP: Final = 20_000
_TOO_MUCH: Final = "JSON is nested too deep or has too many values"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse, strict=False)


def trimmed(data: bytes) -> str:
    """The text of a reply without NULs and white space around it."""
    return lenient(data.strip(b"\0 \r\n\t")).replace("\0", "").strip()


def loads(text: str) -> object:
    """Parse JSON text.

    Raises:
        Malformed: no JSON, NaN or Infinity, too long or too deep.
    """
    if len(text) > CAP:
        raise Malformed(f"JSON is longer than {CAP}")
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as why:
        raise Malformed(f"JSON: {why}"[:200]) from why


def mapping(data: bytes) -> tuple[str, dict[str, object]]:
    """The text of a reply and the object that it must be.

    Raises:
        Malformed: no JSON object.
    """
    text = trimmed(data)
    value = loads(text)
    if not isinstance(value, dict):
        raise Malformed("the reply is no JSON object")
    return text, value


def leaf_text(value: object) -> str | None:
    """A leaf as text: strings as they are, numbers and booleans as JSON; None for null."""
    if isinstance(value, str):
        return value
    if value is None:
        return None
    if type(value) is int:
        return str(value)
    if type(value) is bool:
        return "true" if value else "false"
    return json.dumps(value)


def leaf_pairs(value: object) -> list[tuple[str, str]]:
    """Last key name and text of every leaf, in document order.

    Entries of an array go under the name of the array.

    Raises:
        Malformed: nested too deep or too many values.
    """
    found: list[tuple[str, str]] = []
    if _walk("", value, 0, found) >= NODE_CAP:
        raise Malformed(_TOO_MUCH)
    return found


def _walk(name: str, at: object, depth: int, found: list[tuple[str, str]]) -> int:
    """Enter the leaves of one value; gives how many values stand in it."""
    if isinstance(at, dict):
        items: Iterable[tuple[str, object]] = at.items()
    elif isinstance(at, list):
        items = [(name, one) for one in at]
    else:
        text = leaf_text(at)
        if name and text is not None:
            found.append((name, text))
        return 0
    seen = len(at)
    if seen and (depth >= DEPTH_CAP or seen > NODE_CAP):
        raise Malformed(_TOO_MUCH)
    for key, one in items:
        if isinstance(one, str):  # most of them are
            if key:
                found.append((key, one))
        else:
            seen += _walk(key, one, depth + 1, found)
    return seen


def first_leaves(value: object) -> dict[str, str]:
    """The first leaf of each name."""
    found: dict[str, str] = {}
    for name, text in leaf_pairs(value):
        found.setdefault(name, text)
    return found


def all_leaves(value: object) -> dict[str, tuple[str, ...]]:
    """All leaves of each name, in document order."""
    found: dict[str, list[str]] = {}
    for name, text in leaf_pairs(value):
        found.setdefault(name, []).append(text)
    return {name: tuple(texts) for name, texts in found.items()}
