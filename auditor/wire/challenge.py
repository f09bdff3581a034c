"""WWW-Authenticate challenges of HTTP and RTSP servers, including badly quoted ones.

Source: RFC 9110 section 11 and RFC 7616 (Digest). The realm and the nonce are read, never
answered.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_VALUE_CAP: Final = 8192
_CHALLENGE_CAP: Final = 16
_TOKEN: Final = re.compile(r"[^\s,=\"]{1,200}")
_GAP: Final = re.compile(r"[\s,]*")
_EQUALS: Final = re.compile(r"[ \t]*=[ \t]*")
_CLOSES: Final = re.compile(r"\s*(?:,|$|[A-Za-z][\w-]{0,30}\s*=)")
"""What may stand behind a closing quote; a quote before anything else belongs to the value."""
_PLAIN: Final = re.compile(r'"([^"\\]*)"(?=\s*(?:,|$|[A-Za-z][\w-]{0,30}\s*=))')
"""A quoted string without any oddity: by far the most."""
_BARE: Final = re.compile(r"[^,]*?(?=\s*(?:,|$)|\s+[A-Za-z][\w-]{0,30}\s*=)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One way in which a server asks who is there.

    Attributes:
        scheme: ``basic``, ``digest`` …, lower case; empty when the server names none.
        realm: the realm, None when it is not there.
        nonce: the nonce of a digest challenge.
        params: every parameter by lower-case name; the first of a name counts.
    """

    scheme: str
    realm: str | None
    nonce: str | None
    params: dict[str, str]


def _quoted(text: str, at: int) -> tuple[str, int]:
    """The quoted string that begins at ``at``, and where it ends."""
    plain = _PLAIN.match(text, at)
    if plain is not None:
        return plain[1], plain.end()
    out: list[str] = []
    place = at + 1
    while place < len(text):
        letter = text[place]
        if letter == "\\" and text[place + 1 : place + 2] in {'"', "\\"}:
            out.append(text[place + 1])
            place += 2
            continue
        if letter == '"' and _CLOSES.match(text, place + 1):
            return "".join(out), place + 1
        out.append(letter)
        place += 1
    return "".join(out), place


def _value(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] == '"':
        return _quoted(text, at)
    bare = _BARE.match(text, at)
    return (bare[0].strip(), bare.end()) if bare else ("", at)


def _split(text: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    place = 0
    while len(found) <= _CHALLENGE_CAP:
        gap = _GAP.match(text, place)
        place = gap.end() if gap else place
        token = _TOKEN.match(text, place)
        if token is None:
            if place >= len(text):
                break
            place += 1
            continue
        equals = _EQUALS.match(text, token.end())
        if equals is None:
            found.append((token[0].lower(), {}))
            place = token.end()
            continue
        if not found:
            found.append(("", {}))
        value, place = _value(text, equals.end())
        found[-1][1].setdefault(token[0].lower(), value)
    return found[:_CHALLENGE_CAP]


def challenges(header_values: Iterable[str]) -> tuple[Challenge, ...]:
    """Read the values of WWW-Authenticate headers; never fails.

    Args:
        header_values: one text per header line; each may hold several challenges.
    """
    return tuple(
        Challenge(
            scheme=scheme, realm=params.get("realm"), nonce=params.get("nonce"), params=params
        )
        for value in header_values
        for scheme, params in _split(value[:_VALUE_CAP])
    )
