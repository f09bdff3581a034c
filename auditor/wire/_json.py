"""JSON that devices send: capped, flat on demand, never a surprise type.

Source of the grammar: RFC 8259. Discovery replies of several makers end in NULs or line ends.
"""

import json
from collections.abc import Iterator
from typing import Final, NoReturn

from auditor.model.errors import Malformed
from auditor.wire._text import lenient

CAP: Final = 262_144
DEPTH_CAP: Final = 64
NODE_CAP: Final = 20_000


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
    return json.dumps(value)


def leaf_pairs(value: object) -> Iterator[tuple[str, str]]:
    """Last key name and text of every leaf, in document order.

    Entries of an array go under the name of the array.

    Raises:
        Malformed: nested too deep or too many values.
    """
    stack: list[tuple[str, object, int]] = [("", value, 0)]
    seen = 0
    while stack:
        name, at, depth = stack.pop()
        seen += 1
        if depth > DEPTH_CAP or seen > NODE_CAP:
            raise Malformed("JSON is nested too deep or has too many values")
        if isinstance(at, dict):
            stack.extend((key, one, depth + 1) for key, one in reversed(at.items()))
        elif isinstance(at, list):
            stack.extend((name, one, depth + 1) for one in reversed(at))
        elif (text := leaf_text(at)) is not None and name:
            yield name, text


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
