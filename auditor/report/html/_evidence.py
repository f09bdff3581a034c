"""The evidence of one device: each sign once, under the claims that it speaks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from auditor.model.judgement import Attribution, Evidence
from auditor.model.signals import SIGNALS
from auditor.model.words import Strength, strength_rank
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html import _words as w
from auditor.report.html._markup import HOLE, Markup, cut, escape, frame, h, join
from auditor.report.html._view import View
from auditor.report.words import SIGNAL_WORDS, STRENGTHS

_MOST_SIGNS: Final = 80
_VALUE: Final = 120


@dataclass(slots=True)
class _Sign:
    """Evidence that says the same thing, however often and by however many rules it was met."""

    first: Evidence
    places: dict[tuple[str | None, str | None], None]
    rules: dict[tuple[int, str], None]
    supports: tuple[int, ...] = ()
    against: tuple[int, ...] = ()


def signs(view: View, attributions: Sequence[Attribution]) -> Iterator[Markup]:
    """The pieces of: claims with their grade and witnesses, then the signs for and against each."""
    if not attributions:
        return
    groups: dict[tuple[tuple[int, ...], tuple[int, ...]], list[_Sign]] = {}
    for sign in _signs(view, attributions):
        groups.setdefault((sign.supports, sign.against), []).append(sign)
    names = [claim_of(view, item) for item in attributions]
    yield _CLAIMS[0]
    for name, item in zip(names, attributions, strict=True):
        channels = tuple(dict.fromkeys(str(evidence.channel) for evidence in item.because))
        yield _claim_line(name, item.grade, channels)
    yield _CLAIMS[1]
    for (pro, contra), found in sorted(groups.items(), key=_place_of):
        yield _heading(_title(names, pro, contra))
        for sign in found[:_MOST_SIGNS]:
            yield from _line(sign)
        if len(found) > _MOST_SIGNS:
            yield h("li", None, phrases.AND_MORE.format(n=len(found) - _MOST_SIGNS))
        yield _SIGNS[1]


_SIGNS: Final = frame(h("ul", {"class": "signs"}, HOLE))
_CLAIMS: Final = tuple(
    join(parts)
    for parts in zip(
        (h("h3", None, t.EVIDENCE_TITLE), ""),
        frame(h("ul", {"class": "claims"}, HOLE)),
        strict=True,
    )
)


@lru_cache(maxsize=1 << 12)
def _heading(title: str) -> Markup:
    return join([h("h4", None, title), _SIGNS[0]])


def claim_of(view: View, item: Attribution) -> str:
    """What an attribution claims, in words."""
    name = view.vendor(item.vendor)
    if item.entity and item.entity != item.vendor:
        name = f"{name} ({cut(item.entity, 60)})"
    return w.CLAIMS[item.role].format(name=name)


@lru_cache(maxsize=1 << 12)
def _claim_line(name: str, grade: str, channels: tuple[str, ...]) -> Markup:
    form = phrases.CLAIM_WITNESSES if len(channels) > 1 else phrases.CLAIM_ONE_WITNESS
    return h(
        "li",
        None,
        h("strong", None, name),
        f": {w.word(w.GRADES, grade)}; ",
        form.format(channels=phrases.BETWEEN.join(w.word(w.CHANNELS, name) for name in channels)),
    )


def _signs(view: View, attributions: Sequence[Attribution]) -> list[_Sign]:
    found: dict[tuple[str, str, Strength], _Sign] = {}
    for index, item in enumerate(attributions):
        for evidence in item.because:
            sign = _add(view, found, evidence)
            if sign.supports[-1:] != (index,):
                sign.supports += (index,)
        for evidence in item.against:
            sign = _add(view, found, evidence)
            if sign.against[-1:] != (index,):
                sign.against += (index,)
    return sorted(found.values(), key=lambda sign: -strength_rank(sign.first.strength))


def _add(view: View, found: dict[tuple[str, str, Strength], _Sign], evidence: Evidence) -> _Sign:
    key = (evidence.signal, evidence.value, evidence.strength)
    place = (evidence.endpoint, evidence.via if evidence.via != evidence.signal else None)
    rule = (view.rule_number(evidence), evidence.rule)
    sign = found.get(key)
    if sign is None:
        sign = found[key] = _Sign(evidence, {place: None}, {rule: None})
    else:
        sign.places[place] = None
        sign.rules[rule] = None
    return sign


def _title(names: Sequence[str], pro: Sequence[int], contra: Sequence[int]) -> str:
    """For and against which claims the signs below it speak."""
    claims, others = (
        phrases.CLAIMS_AND.join(names[item] for item in which) for which in (pro, contra)
    )
    if not contra:
        return phrases.EVIDENCE_FOR.format(claims=claims)
    if not pro:
        return phrases.EVIDENCE_AGAINST.format(claims=others)
    return phrases.EVIDENCE_BOTH.format(claims=claims, others=others)


def _place_of(
    item: tuple[tuple[tuple[int, ...], tuple[int, ...]], list[_Sign]],
) -> tuple[object, ...]:
    """Groups in the order of the claims, strong signs first; what only speaks against something comes last."""
    (pro, contra), signs = item
    return (not pro, pro[:1], -strength_rank(signs[0].first.strength), -len(pro), pro, contra)


def _line(sign: _Sign) -> tuple[Markup, Markup, Markup]:
    """One sign as a sentence: how strong, what, the bytes, where, and the rule."""
    first = sign.first
    before, after = _sentence(first.signal, first.strength, tuple(sign.places), tuple(sign.rules))
    return before, escape(cut(first.value, _VALUE)), after


@lru_cache(maxsize=1 << 13)
def _sentence(
    signal: str,
    strength: Strength,
    places: tuple[tuple[str | None, str | None], ...],
    rules: tuple[tuple[int, str], ...],
) -> tuple[Markup, Markup]:
    """A sign around its bytes; the same for many devices."""
    told = STRENGTHS[strength]
    vias: dict[str | None, list[str | None]] = {}
    for endpoint, via in places:
        vias.setdefault(endpoint, []).append(via)
    where = "; ".join(_place(endpoint, inside) for endpoint, inside in vias.items())
    links = [h("a", {"href": f"#r{number}"}, cut(rule, 80)) for number, rule in rules]
    return frame(
        h(
            "li",
            None,
            h("b", None, told) if strength is Strength.STRONG else told,
            f": {signal_word(signal)} ",
            h("code", None, HOLE),
            f" {where} " if where else " ",
            join(links, " "),
        )
    )


def _place(endpoint: str | None, vias: Sequence[str | None]) -> str:
    via = phrases.BETWEEN.join(signal_word(item) for item in vias if item)
    form = t.ALSO_INSIDE if None in vias else t.INSIDE
    inside = form.format(via=via) if via else None
    at = t.AT.format(places=cut(endpoint, 40)) if endpoint else None
    return phrases.BETWEEN.join(part for part in (at, inside) if part)


@lru_cache(maxsize=1 << 12)
def signal_word(signal: str) -> str:
    """A signal in words."""
    known = SIGNALS.get(signal)
    return SIGNAL_WORDS.get(signal) or (known.about if known else cut(signal, 60))


def rules(view: View) -> Markup | None:
    """The list of rules that were met, with the ids of their sources."""
    if not view.rules:
        return None
    head = h(
        "tr",
        None,
        *(
            h("th", {"scope": "col"}, column)
            for column in (t.COLUMN_NUMBER, t.COLUMN_RULE, t.COLUMN_SOURCES)
        ),
    )
    rows = [
        h(
            "tr",
            {"id": f"r{number}"},
            h("td", {"class": "num"}, str(number)),
            h("th", {"scope": "row"}, h("code", None, cut(rule, 80))),
            h("td", None, cut(phrases.BETWEEN.join(sources), 400)),
        )
        for (rule, sources), number in view.rules.items()
    ]
    return h(
        "section",
        {"id": "rules", "aria-labelledby": "h-rules"},
        h("h2", {"id": "h-rules"}, t.RULES_TITLE),
        h(
            "p",
            {"class": "intro"},
            t.RULES_INTRO.format(version=cut(view.scan.scan.db_version, 40)),
        ),
        h("table", {"class": "plain"}, h("thead", None, head), h("tbody", None, *rows)),
    )
