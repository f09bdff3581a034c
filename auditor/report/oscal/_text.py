"""Values in the shapes that OSCAL allows: properties, tokens, markup, references."""

import re
from typing import Final

from auditor.report._standard import OURS, Json, filled, line
from auditor.report.words import tame

NIST: Final = None
"""Namespace of the properties that OSCAL itself defines: none is written."""

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>#|~^&!$]|:(?=//))")
_NO_TOKEN: Final = re.compile(r"[^A-Za-z0-9._-]+")


def markup(text: str | None, most: int = 2000) -> str | None:
    """Text for a field that OSCAL reads as Markdown, in which nothing is markup; None if empty."""
    clean = line(text, most)
    return _MARKUP.sub(r"\\\1", clean) if clean else None


def told(text: str | None, otherwise: str, most: int = 2000) -> str:
    """Markup that is never empty, for fields that OSCAL demands."""
    return markup(text, most) or otherwise


def token(text: str) -> str:
    """The text as an OSCAL token: a letter or ``_``, then letters, digits, ``._-``."""
    clean = _NO_TOKEN.sub("_", tame(text, 100))
    return clean if clean[:1].isalpha() or clean.startswith("_") else f"_{clean}"


def prop(
    name: str, value: object, ns: str | None = OURS, remarks: str | None = None
) -> Json | None:
    """One property, or None if there is nothing to say."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    text = line(str(value), 1000) if value is not None else None
    if text is None:
        return None
    return filled({"name": name, "ns": ns, "value": text, "remarks": markup(remarks)})


def props(*items: Json | None) -> list[Json]:
    """The properties that say something."""
    return [item for item in items if item is not None]


def inventory_subject(uuid: str, title: str | None) -> Json:
    """Points at a device of the inventory."""
    return filled({"subject-uuid": uuid, "type": "inventory-item", "title": title})


def tool_origin(tool: str) -> list[Json]:
    """Says that the tool, not a person, found it."""
    return [{"actors": [{"type": "tool", "actor-uuid": tool}]}]
