"""The words in which a difference is told, in every form of plain text."""

from collections.abc import Iterator, Sequence
from typing import Final

from auditor.model.difference import Change, Difference
from auditor.report.words import HEADLINES, tame

KINDS: Final = {
    "appeared": "appeared",
    "absent": "absent now",
    "moved": "moved to another address",
    "reattributed": "maker or label judged differently",
    "firmware": "other firmware",
    "verdict": "other verdict",
    "law": "other verdict by law or database, not by a change of the device",
}
"""The lists of a difference, in the order in which they are told."""

NOTHING: Final = "Nothing changed."
_MOST: Final = 160


def listed(found: Difference) -> Iterator[tuple[str, Sequence[Change]]]:
    """Every kind of change that there is, with its changes."""
    for kind in KINDS:
        changes: Sequence[Change] = getattr(found, kind)
        if changes:
            yield kind, changes


def counted(found: Difference) -> str:
    """How many of each kind, in a line."""
    return ", ".join(f"{len(changes)} {KINDS[kind]}" for kind, changes in listed(found)) or NOTHING


def sides(found: Difference) -> Iterator[str]:
    """What was compared with what: two lines."""
    for word, side in (("earlier", found.old), ("later", found.new)):
        site = f" of {tame(side.site)}" if side.site else ""
        less = "" if side.complete else ", INCOMPLETE"
        yield (
            f"{word}: {tame(side.started, 40)}{site} (scan {tame(side.id, 80)}, law of"
            f" {tame(side.as_of, 20)}, database {tame(side.db_version, 40)}{less})"
        )


def where(change: Change) -> str:
    """Its address; a device behind a recorder may have none."""
    return tame(change.address or change.id, 64)


def what(kind: str, change: Change) -> str:
    """What happened to a device, without its name and address."""
    was, now = _value(kind, change.was), _value(kind, change.now)
    if kind == "appeared":
        told = now
    elif kind == "absent":
        told = f"was {was}"
    else:
        told = f"{was} → {now}"
        if change.regime:
            told = f"{tame(change.regime, 60)}: {told}"
    return f"{told}; {tame(change.because, _MOST)}" if change.because else told


def _value(kind: str, text: str | None) -> str:
    if not text:
        return "none"
    judged = kind in {"appeared", "absent", "verdict", "law"}
    return HEADLINES.get(text, tame(text, _MOST)) if judged else tame(text, _MOST)
