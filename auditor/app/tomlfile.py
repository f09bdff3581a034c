"""A strict TOML file: an unknown key or a wrong type is one line with the file and its line."""

import re
import tomllib
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from auditor.model.errors import UsageError

T = TypeVar("T")
_CAP: Final = 1 << 20
_PATH = re.compile(r"`\$((?:\.[\w-]+|\[[^\]]*\])*)`")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+|\.\.\.)\]")
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
_TABLE = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")


def read(path: Path, shape: type[T]) -> T:
    """Read a file into a msgspec shape.

    Raises:
        UsageError: it cannot be read or does not fit; names file, line and key.
    """
    try:
        if path.stat().st_size > _CAP:
            raise UsageError(f"{path}: larger than 1 MiB; that is no configuration")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text") from None
    return parse(text, shape, str(path))


def parse(text: str, shape: type[T], name: str) -> T:
    """Read a text into a msgspec shape; ``name`` stands in messages.

    Raises:
        UsageError: it does not fit; names the line and the key.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = f":{found[1] if found else max(1, len(text.splitlines()))}"  # else at its end
        raise UsageError(f"{name}{line}: not TOML ({error})") from None
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError as error:
        raise UsageError(_told(str(error), text, name)) from None


def _told(message: str, text: str, name: str) -> str:
    where = _PATH.search(message)
    steps: list[str | int] = []
    if where:
        for key, number in _STEP.findall(where[1]):
            if key:
                steps.append(key)
            elif number.isdigit():
                steps.append(int(number))
    unknown = _UNKNOWN.search(message)
    if unknown:
        steps.append(unknown[1])
    line = line_of(text, steps)
    dotted = "".join(f"[{s + 1}]" if isinstance(s, int) else f".{s}" for s in steps).lstrip(".")
    said = re.sub(r" - at `[^`]*`", "", message)
    if unknown:
        said = f"unknown key {unknown[1]!r}"
    elif said.startswith("Object missing required field"):
        said = said.replace("Object missing required field", "missing key")
    return f"{name}{f':{line}' if line else ''}: {dotted + ': ' if dotted else ''}{said}"


def line_of(text: str, steps: list[str | int]) -> int | None:
    """The line of a key, such as ``["network", 1, "rate"]``; of its table if the key is absent."""
    if not steps:
        return None
    table = str(steps[0])
    nth = next((s for s in steps[1:2] if isinstance(s, int)), 0)
    key = next((s for s in reversed(steps[1:]) if isinstance(s, str)), None)
    seen, found = -1, None
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        header = _TABLE.match(line)
        if header:
            same = header[2] == table
            seen += same
            inside = same and seen == nth
            if inside and found is None:
                found = number
        elif (
            inside and key is not None and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line)
        ) or (found is None and re.match(rf"\s*{re.escape(table)}\s*=", line)):
            return number
    return found
