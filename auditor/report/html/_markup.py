"""A tiny HTML writer that escapes by default.

Every text that is not already ``Markup`` is tamed (no control, direction or invisible characters)
and escaped on its way into the page; only this module makes ``Markup``. Tags and attributes come
from our own code and are checked against what a report needs: no ``on…`` handlers, no ``style``
attribute, and no address but fragments of the page and plain https addresses.
"""

import html
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from auditor.report.words import tame

Attributes = Mapping[str, str | int | bool | None]

_WORD: Final = re.compile(r"\S+")
_TAGS: Final = frozenset(
    _WORD.findall(
        "a b body button caption code dd details div dl dt figcaption figure footer h1 h2 h3 h4 head"
        " header html input label li main meta nav noscript ol option p rect script section select"
        " small span strong style summary svg table tbody td th thead title tr ul"
    )
)
_VOID: Final = frozenset({"input", "meta"})
_ATTRIBUTES: Final = frozenset(
    _WORD.findall(
        "aria-hidden aria-label aria-labelledby aria-live charset class colspan content height"
        " hidden href http-equiv id lang name open preserveAspectRatio rel role scope tabindex type"
        " value viewBox width x"
    )
)
_SAFE_URL: Final = re.compile(
    r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
    r"(?:[/?#][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*)?"
)
_ENDING: Final = re.compile(r"<(?:!|/?script)|[\u2028\u2029]", re.IGNORECASE)
_FRAGMENT: Final = re.compile(r"#[A-Za-z0-9._-]+")
# Invisible or stacking characters beyond those that ``tame`` knows: soft hyphen, joiners,
# fillers, variation selectors, private use, tags, and more than three marks on one letter.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u206a-\u206f\u3164\ufe00-\ufe0f"
    "\uffa0\ue000-\uf8ff\ufff0-\uffff\U000e0000-\U0010ffff]"
    "|(?<=[\u0300-\u036f]{3})[\u0300-\u036f]+"
)


class Markup(str):
    """Text that is already safe HTML."""

    __slots__ = ()


HOLE: Final = Markup("\x00")
"""Stands in a frame where a value goes; no text that was tamed holds it."""


def h(tag: str, attrs: Attributes | None = None, *children: str | None) -> Markup:
    """One element; children that are not ``Markup`` are escaped, None is left out.

    Raises:
        ValueError: the tag, an attribute or an address is not one that a report may hold.
    """
    if tag not in _TAGS:
        raise ValueError(f"a report holds no <{tag}>")
    opening = f"<{tag}{_attributes(attrs)}>" if attrs else f"<{tag}>"
    if tag in _VOID:
        return Markup(opening)
    return Markup(f"{opening}{_inside(children)}</{tag}>")


def join(parts: Iterable[str | None], between: str = "") -> Markup:
    """Several pieces in a row, each escaped unless it is markup, with a text between them."""
    return Markup(_text(between).join([_text(part) for part in parts if part is not None]))


def frame(markup: Markup) -> tuple[Markup, Markup]:
    """What stands before and after the ``HOLE`` of some markup."""
    before, _, after = markup.partition(HOLE)
    return Markup(before), Markup(after)


def inert(text: str) -> Markup:
    """The content of a data block, made of our own markup in JSON.

    Raises:
        ValueError: the text holds what could end the block or begin another; no markup that this
            module makes does.
    """
    if _ENDING.search(text):
        raise ValueError("a data block must not hold the beginning of a script or a comment")
    return Markup(text)


def verbatim(text: str) -> Markup:
    """The content of our own style or script block, which HTML does not let us escape.

    Raises:
        ValueError: the text could end its block.
    """
    if re.search(r"</|<!--|\r", text):
        raise ValueError("a style or script block must not hold '</', '<!--' or a carriage return")
    return Markup(text)


def link(url: str | None, text: str) -> Markup:
    """A link to an https address of our own database; any other address stays plain text."""
    if url is None or len(url) > 500 or not _SAFE_URL.fullmatch(url):  # noqa: PLR2004 - a cap
        return escape(text if url is None or url == text else f"{text} {cut(url)}")
    return h("a", {"href": url, "rel": "noopener noreferrer"}, text)


def host_of(url: str) -> str:
    """The host of an address, for people; the whole address if it is not plain https."""
    return url.split("/")[2] if _SAFE_URL.fullmatch(url) else cut(url)


def cut(text: str, most: int = 200) -> str:
    """At most ``most`` characters of a text, tamed; still to be escaped."""
    if text.isascii() and text.isprintable():  # most texts are: nothing to tame
        return text if len(text) <= most else text[: most - 1] + "…"
    return tame(text, most)


def slug(text: str, most: int = 64) -> str:
    """What of a text may stand in an id."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:most] or "none"


@lru_cache(maxsize=1 << 15)
def escape(text: str) -> Markup:
    """Any text as HTML in which no character means anything."""
    if text.isascii() and text.isprintable():
        return Markup(html.escape(text))
    return Markup(html.escape(_INVISIBLE.sub("·", tame(text, len(text)))))


def _text(part: str) -> str:
    return part if isinstance(part, Markup) else escape(part)


def _inside(children: tuple[str | None, ...]) -> str:
    return "".join([_text(child) for child in children if child is not None])


def _attributes(attrs: Attributes) -> str:
    parts = []
    for name, value in attrs.items():
        if value is None or value is False:
            continue
        if name not in _ATTRIBUTES:
            raise ValueError(f"a report holds no attribute {name!r}")
        if value is True:
            parts.append(f" {name}")
            continue
        text = str(value)
        if name == "href" and not (_FRAGMENT.fullmatch(text) or _SAFE_URL.fullmatch(text)):
            raise ValueError(f"not an address for a report: {text!r}")
        parts.append(f' {name}="{escape(text)}"')
    return "".join(parts)
