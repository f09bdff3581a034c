"""Texts of devices and persons made fit for a form, and evidence as short sentences."""

import re
from collections.abc import Iterable
from typing import Final

from auditor.model.document import Asset
from auditor.model.judgement import Attribution, Evidence
from auditor.model.words import Role, strength_rank
from auditor.report.words import SIGNAL_WORDS, evidence_text, tame

_NO_CHARACTER: Final = re.compile("[\ufffe\uffff]")
_SELF_DESCRIPTION: Final = frozenset(
    {"onvif.model", "onvif.manufacturer", "sadp", "dhip", "isapi.device_info", "model", "brand"}
)
"""Signals in which a device, or a record about it, names itself; they are cited first."""
_PERSON_MOST: Final = 4000


def say(text: str, most: int = 200) -> str:
    """Text of a device or of a document, on one line, without characters that XML refuses."""
    return _NO_CHARACTER.sub("·", tame(text, most)).strip()


def maybe(text: str | None, most: int = 200) -> str | None:
    """As :func:`say`; None for nothing and for blanks."""
    return (say(text, most) or None) if text else None


def told(text: str | None) -> str | None:
    """Text that a person wrote, with its line breaks; None for nothing and for blanks."""
    if not text:
        return None
    lines = [say(line.replace("\t", " "), _PERSON_MOST) for line in text.strip().splitlines()]
    return "\n".join(lines).strip() or None


def maker_of(asset: Asset, vendor: str | None) -> Attribution | None:
    """The attribution that a verdict on this vendor rests on."""
    found = [item for item in asset.attributions if item.role is Role.MAKER]
    return next((item for item in found if item.vendor == vendor), found[0] if found else None)


def shown(evidence: Iterable[Evidence], most: int) -> tuple[str, ...]:
    """The strongest pieces of evidence as sentences, one of each witness before a second."""
    seen: dict[str, int] = {}
    ranked = []
    for item in sorted(evidence, key=lambda one: -strength_rank(one.strength)):
        turn = seen.get(item.channel, 0)
        seen[item.channel] = turn + 1
        ranked.append((turn, item))
    ranked.sort(key=lambda pair: pair[0])
    texts = (say(evidence_text(item), 260) for _, item in ranked)
    return tuple(list(dict.fromkeys(texts))[:most])


def where_read(asset: Asset, text: str | None, most: int = 2) -> tuple[str, ...]:
    """Which observations hold a text, as sentences."""
    if not text:
        return ()
    found = []
    told_first = sorted(asset.observations, key=lambda item: item.signal not in _SELF_DESCRIPTION)
    for item in told_first:
        if text in item.value:
            what = SIGNAL_WORDS.get(item.signal, item.signal)
            where = f" at {say(item.endpoint, 60)}" if item.endpoint else ""
            when = f", {say(item.at, 40)}" if item.at else ""
            found.append(f"read in: {what}{where} ({say(item.probe, 40)}{when})")
        if len(found) == most:
            break
    return tuple(found)
