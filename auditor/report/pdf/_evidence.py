"""The evidence of one device as sentences: each sign once, under the claims that it speaks for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypedDict

from auditor.model.judgement import Attribution, Evidence
from auditor.model.signals import SIGNALS
from auditor.model.words import Strength, strength_rank
from auditor.report import phrases
from auditor.report import sentences as w
from auditor.report.pdf import _texts as t
from auditor.report.pdf._ink import Ink, breakable, ink, plain
from auditor.report.pdf._view import View
from auditor.report.words import SIGNAL_WORDS, STRENGTHS

_MOST_SIGNS: Final = 40
_VALUE: Final = 160

_Sides = tuple[tuple[int, ...], tuple[int, ...]]


class Line(TypedDict):
    """One sign: the sentence, the bytes, and the numbers of the rules that it met."""

    says: str
    strong: bool
    bytes: Ink
    rules: list[int]


class Block(TypedDict):
    """The signs that speak for and against the same claims."""

    title: Ink
    lines: list[Line]
    more: str


@dataclass(slots=True)
class _Sign:
    """Evidence that says the same thing, however often and by however many rules it was met."""

    first: Evidence
    places: dict[str, dict[str, None]] = field(default_factory=dict)
    rules: dict[int, None] = field(default_factory=dict)
    supports: dict[int, None] = field(default_factory=dict)
    against: dict[int, None] = field(default_factory=dict)


def claims(view: View, attributions: Sequence[Attribution]) -> list[Ink]:
    """Each claim with its grade and its witnesses."""
    lines: list[Ink] = []
    for item in attributions:
        channels = dict.fromkeys(w.word(w.CHANNELS, one.channel) for one in item.because)
        form = phrases.CLAIM_WITNESSES if len(channels) > 1 else phrases.CLAIM_ONE_WITNESS
        told = form.format(channels=phrases.BETWEEN.join(channels))
        line = t.CLAIM_LINE.format(claim=_claim(view, item), grade=item.grade, witnesses=told)
        lines.append(breakable(line))
    return lines


def blocks(view: View, attributions: Sequence[Attribution]) -> list[Block]:
    """The signs, those for the first claim first, strong before weak, those against last."""
    names = [_claim(view, item) for item in attributions]
    groups: dict[_Sides, list[_Sign]] = {}
    for sign in _signs(view, attributions):
        groups.setdefault((tuple(sign.supports), tuple(sign.against)), []).append(sign)
    return [
        {
            "title": breakable(_title(names, *sides)),
            "lines": [_line(sign) for sign in found[:_MOST_SIGNS]],
            "more": phrases.AND_MORE.format(n=len(found) - _MOST_SIGNS)
            if len(found) > _MOST_SIGNS
            else "",
        }
        for sides, found in sorted(groups.items(), key=_place)
    ]


def strongest(view: View, attribution: Attribution) -> Line:
    """The strongest sign for one claim."""
    signs = [sign for sign in _signs(view, (attribution,)) if sign.supports]
    return _line(signs[0])


def signal_word(signal: str) -> str:
    """A signal in words."""
    known = SIGNALS.get(signal)
    return SIGNAL_WORDS.get(signal) or (known.about if known else plain(signal, 60))


def _claim(view: View, item: Attribution) -> str:
    name = view.vendor(item.vendor)
    if item.entity and item.entity != item.vendor:
        name = f"{name} ({plain(item.entity, 60)})"
    return w.CLAIMS[item.role].format(name=name)


def _signs(view: View, attributions: Sequence[Attribution]) -> list[_Sign]:
    found: dict[tuple[str, str, Strength], _Sign] = {}
    for index, item in enumerate(attributions):
        for evidence in item.because:
            _add(view, found, evidence).supports[index] = None
        for evidence in item.against:
            _add(view, found, evidence).against[index] = None
    return sorted(found.values(), key=lambda sign: -strength_rank(sign.first.strength))


def _add(view: View, found: dict[tuple[str, str, Strength], _Sign], evidence: Evidence) -> _Sign:
    key = (evidence.signal, evidence.value, evidence.strength)
    sign = found.setdefault(key, _Sign(evidence))
    vias = sign.places.setdefault(plain(evidence.endpoint or "", 40), {})
    if evidence.via and evidence.via != evidence.signal:
        vias[signal_word(evidence.via)] = None
    sign.rules[view.rule(evidence)] = None
    return sign


def _title(names: Sequence[str], pro: Sequence[int], contra: Sequence[int]) -> str:
    told, others = (
        phrases.CLAIMS_AND.join(names[item] for item in which) for which in (pro, contra)
    )
    if not contra:
        return phrases.EVIDENCE_FOR.format(claims=told)
    if not pro:
        return phrases.EVIDENCE_AGAINST.format(claims=others)
    return phrases.EVIDENCE_BOTH.format(claims=told, others=others)


def _place(item: tuple[_Sides, list[_Sign]]) -> tuple[object, ...]:
    (pro, contra), signs = item
    return (not pro, pro[:1], -strength_rank(signs[0].first.strength), -len(pro), pro, contra)


def _line(sign: _Sign) -> Line:
    first = sign.first
    places = [
        " ".join(
            part
            for part in (
                t.AT.format(place=place) if place else "",
                t.INSIDE.format(via=phrases.BETWEEN.join(vias)) if vias else "",
            )
            if part
        )
        for place, vias in sign.places.items()
    ]
    told = phrases.BETWEEN.join(place for place in places if place)
    where = f" {told}" if told else ""
    strength = STRENGTHS[first.strength].capitalize()
    return {
        "says": t.SIGN.format(strength=strength, what=signal_word(first.signal), where=where),
        "strong": first.strength is Strength.STRONG,
        "bytes": ink(first.value, _VALUE),
        "rules": list(sign.rules),
    }
