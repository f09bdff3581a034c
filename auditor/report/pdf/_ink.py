"""Text as the template takes it: tamed, printable, and breakable where it has no spaces.

Everything here is data. Nothing that a device said is ever part of typst's markup.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

from auditor.report.pdf._glyphs import printable
from auditor.report.words import tame

Ink = str | list[str | list[str]]
"""A text; or its parts, where a part that is a list may break between its pieces."""

_RUN: Final = re.compile(r"\S{25,}")
_PIECE: Final = re.compile(r".{1,8}", re.DOTALL)
_URL: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9./_~%?&=#:+,;@!$()*'-]*)?")
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_LONGEST_URL: Final = 500
_MARK: Final = "\u200e"


def plain(text: str, most: int = 200) -> str:
    """Text of a stranger, tamed, cut to ``most`` characters, with a glyph for each of them.

    Text that holds right-to-left letters ends in a left-to-right mark, so that it cannot turn the
    words that follow it.
    """
    clean = printable(tame(unicodedata.normalize("NFC", text[: most * 2]), most))
    return f"{clean}{_MARK}" if _turns(clean) else clean


def ink(text: str, most: int = 200) -> Ink:
    """As :func:`plain`, with places to break in runs of 25 and more characters."""
    return breakable(plain(text, most))


def breakable(clean: str) -> Ink:
    """Text of ours, or a stranger's that went through :func:`plain`, with places to break."""
    parts: list[str | list[str]] = []
    end = 0
    for run in _RUN.finditer(clean):
        if run.start() > end:
            parts.append(clean[end : run.start()])
        pieces: list[str] = _PIECE.findall(run[0])
        parts.append("\u200b".join(pieces) if _turns(run[0]) else pieces)
        end = run.end()
    if not parts:
        return clean
    if end < len(clean):
        parts.append(clean[end:])
    return parts


def flat(value: Ink) -> str:
    """The text without its places to break."""
    if isinstance(value, str):
        return value
    return "".join(part if isinstance(part, str) else "".join(part) for part in value)


def _turns(run: str) -> bool:
    """Whether a run reads from right to left: its pieces must then stay in one line of text."""
    return any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in run)


def web(address: str | None) -> str | None:
    """The address of a source, if it is a plain web address that may become a link."""
    if not address or len(address) > _LONGEST_URL or not _URL.fullmatch(address):
        return None
    return address


def host(address: str) -> str:
    """The host of a web address, as the text of its link."""
    return urlsplit(address).hostname or address
