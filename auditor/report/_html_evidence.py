"""The evidence of one device: each sign once, under the claims that it speaks for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from auditor.model.judgement import Attribution, Evidence
from auditor.model.signals import SIGNALS
from auditor.model.words import Strength, strength_rank
from auditor.report import _html_texts as t
from auditor.report import _html_words as w
from auditor.report._html_markup import Markup, cut, h, join
from auditor.report._html_view import View
from auditor.report.words import SIGNAL_WORDS, STRENGTHS

_MOST_SIGNS: Final = 80
_VALUE: Final = 120


@dataclass(slots=True)
class _Sign:
    """Evidence that says the same thing, however often and by however many rules it was met."""

    first: Evidence
    places: dict[str | None, dict[str | None, None]] = field(default_factory=dict)
    rules: dict[tuple[str, tuple[str, ...]], Evidence] = field(default_factory=dict)
    supports: dict[int, None] = field(default_factory=dict)
    against: dict[int, None] = field(default_factory=dict)


def chain(view: View, attributions: Sequence[Attribution]) -> Markup:
    """Claims with their grade and witnesses, then the signs for and against each."""
    if not attributions:
        return h("p", None, t.NO_MAKER)
    signs = _signs(attributions)
    groups: dict[tuple[tuple[int, ...], tuple[int, ...]], list[_Sign]] = {}
    for sign in signs:
        groups.setdefault((tuple(sign.supports), tuple(sign.against)), []).append(sign)
    names = [_claim(view, item) for item in attributions]
    claims = [_claim_line(name, item) for name, item in zip(names, attributions, strict=True)]
    return join(
        [
            h("ul", {"class": "claims"}, *claims),
            *(
                join([h("h4", None, _title(names, pro, contra)), _list(view, found)])
                for (pro, contra), found in sorted(groups.items(), key=_place_of)
            ),
        ]
    )


def _claim(view: View, item: Attribution) -> str:
    name = view.vendor(item.vendor)
    if item.entity and item.entity != item.vendor:
        name = f"{name} ({cut(item.entity, 60)})"
    return w.CLAIMS[item.role].format(name=name)


def _claim_line(name: str, item: Attribution) -> Markup:
    channels = dict.fromkeys(str(evidence.channel) for evidence in item.because)
    form = t.CLAIM_WITNESSES if len(channels) > 1 else t.CLAIM_ONE_WITNESS
    return h(
        "li",
        None,
        h("strong", None, name),
        f": {w.word(w.GRADES, item.grade)}; ",
        form.format(channels=t.BETWEEN.join(w.word(w.CHANNELS, name) for name in channels)),
    )


def _signs(attributions: Sequence[Attribution]) -> list[_Sign]:
    found: dict[tuple[str, str, Strength], _Sign] = {}
    for index, item in enumerate(attributions):
        for evidence in item.because:
            _add(found, evidence).supports[index] = None
        for evidence in item.against:
            _add(found, evidence).against[index] = None
    return sorted(found.values(), key=lambda sign: -strength_rank(sign.first.strength))


def _add(found: dict[tuple[str, str, Strength], _Sign], evidence: Evidence) -> _Sign:
    key = (evidence.signal, evidence.value, evidence.strength)
    sign = found.setdefault(key, _Sign(evidence))
    via = evidence.via if evidence.via != evidence.signal else None
    sign.places.setdefault(evidence.endpoint, {})[via] = None
    sign.rules[evidence.rule, evidence.sources] = evidence
    return sign


def _title(names: Sequence[str], pro: Sequence[int], contra: Sequence[int]) -> str:
    """For and against which claims the signs below it speak."""
    claims, others = (t.CLAIMS_AND.join(names[item] for item in which) for which in (pro, contra))
    if not contra:
        return t.EVIDENCE_FOR.format(claims=claims)
    if not pro:
        return t.EVIDENCE_AGAINST.format(claims=others)
    return t.EVIDENCE_BOTH.format(claims=claims, others=others)


def _place_of(
    item: tuple[tuple[tuple[int, ...], tuple[int, ...]], list[_Sign]],
) -> tuple[object, ...]:
    """Groups in the order of the claims, strong signs first; what only speaks against something comes last."""
    (pro, contra), signs = item
    return (not pro, pro[:1], -strength_rank(signs[0].first.strength), -len(pro), pro, contra)


def _list(view: View, signs: Sequence[_Sign]) -> Markup:
    items = [_line(view, sign) for sign in signs[:_MOST_SIGNS]]
    if len(signs) > _MOST_SIGNS:
        items.append(h("li", None, t.AND_MORE.format(n=len(signs) - _MOST_SIGNS)))
    return h("ul", {"class": "signs"}, *items)


def _line(view: View, sign: _Sign) -> Markup:
    """One sign as a sentence: how strong, what, where, the bytes, and the rule."""
    first, strength = sign.first, STRENGTHS[sign.first.strength]
    places = "; ".join(_place(endpoint, tuple(vias)) for endpoint, vias in sign.places.items())
    rules = [
        h("a", {"href": f"#r{view.rule_number(evidence)}"}, cut(evidence.rule, 80))
        for evidence in sign.rules.values()
    ]
    return h(
        "li",
        None,
        h("b", None, strength) if first.strength is Strength.STRONG else strength,
        f": {signal_word(first.signal)} ",
        h("code", None, cut(first.value, _VALUE)),
        f" {places} " if places else " ",
        join(rules, " "),
    )


def _place(endpoint: str | None, vias: Sequence[str | None]) -> str:
    via = t.BETWEEN.join(signal_word(item) for item in vias if item)
    form = t.ALSO_INSIDE if None in vias else t.INSIDE
    inside = form.format(via=via) if via else None
    at = t.AT.format(places=cut(endpoint, 40)) if endpoint else None
    return t.BETWEEN.join(part for part in (at, inside) if part)


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
            h("td", None, cut(t.BETWEEN.join(sources), 400)),
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
