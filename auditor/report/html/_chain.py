"""From the bytes on the wire to the line of law: a few numbered sentences for each device."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from auditor.model.facts import Observation
from auditor.model.judgement import Attribution, Evidence, Verdict
from auditor.model.words import Outcome, Strength, strength_rank
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html import _words as w
from auditor.report.html._evidence import claim_of, signal_word
from auditor.report.html._markup import HOLE, Markup, cut, escape, frame, h, join, slug
from auditor.report.html._view import Device, View, maker_of
from auditor.report.words import STRENGTHS

_MOST_STEPS: Final = 3
_VALUE: Final = 120
_FLAGGED: Final = {Outcome.COVERED, Outcome.EXEMPT}


def story(view: View, device: Device) -> Iterator[Markup]:
    """The pieces of the list: what was shown, who is taken for the maker, what the law says."""
    yield _LIST[0]
    maker = maker_of(device.asset)
    if maker is None:
        yield _NO_MAKER
    else:
        claim = claim_of(view, maker)
        for evidence in _steps(maker):
            yield from _step(view, device, evidence, claim)
        yield _weighed(claim, maker)
    yield _law(view, device)
    yield _LIST[1]


_LIST: Final = frame(join([h("h3", None, t.CHAIN_TITLE), h("ol", {"class": "chain"}, HOLE)]))
_NO_MAKER: Final = h("li", None, phrases.NO_MAKER)


def _steps(maker: Attribution) -> Sequence[Evidence]:
    """The evidence that carries the grade: the strongest of each witness first."""
    ranked = sorted(maker.because, key=lambda item: -strength_rank(item.strength))
    first: dict[str, Evidence] = {}
    for item in ranked:
        first.setdefault(item.channel, item)
    return list(first.values())[:_MOST_STEPS]


def _step(view: View, device: Device, evidence: Evidence, claim: str) -> Iterator[Markup]:
    raw = evidence.via or evidence.signal
    seen = next(
        (
            item
            for item in device.asset.observations
            if item.signal == raw and item.endpoint == evidence.endpoint
        ),
        None,
    )
    yield _place(evidence.endpoint, seen.probe if seen else None)
    when = _when(seen)
    if when:
        yield when
    before, after = _reading(
        evidence.signal,
        evidence.via,
        evidence.strength,
        view.rule_number(evidence),
        evidence.rule,
        claim,
    )
    yield before
    yield escape(cut(evidence.value, _VALUE))
    yield after


@lru_cache(maxsize=1 << 12)
def _place(endpoint: str | None, probe: str | None) -> Markup:
    """How it was asked; the beginning of the sentence."""
    if probe is None or probe == "given":
        form = t.CHAIN_GIVEN
    else:
        form = t.CHAIN_ASKED if endpoint else t.CHAIN_HEARD
    before, _ = frame(h("li", None, HOLE))
    told = form.format(probe=cut(probe or "", 40), place=cut(endpoint or "", 40))
    return join([before, told])


def _when(seen: Observation | None) -> Markup | None:
    if seen is None or seen.at is None:
        return None
    day, _, time = cut(seen.at, 40).partition("T")
    return escape(
        t.CHAIN_WHEN.format(day=day, time=time[:8]) if time else t.CHAIN_DAY.format(day=day)
    )


@lru_cache(maxsize=1 << 12)
def _reading(
    signal: str, via: str | None, strength: Strength, number: int, rule: str, claim: str
) -> tuple[Markup, Markup]:
    """What was shown and how a rule reads it, around the bytes."""
    held = t.CHAIN_SHOWED.format(what=signal_word(signal))
    if via and via != signal:
        held = t.CHAIN_INSIDE.format(what=signal_word(signal), via=signal_word(via))
    name = h("a", {"href": f"#r{number}"}, cut(rule, 80))
    start, end = t.CHAIN_READ.format(rule="\x00", strength=STRENGTHS[strength], claim=claim).split(
        "\x00"
    )
    whole = h("li", None, f"{held} ", h("code", None, HOLE), f". {start}", name, end)
    before, after = frame(whole)
    return Markup(before.removeprefix("<li>")), after


def _weighed(claim: str, maker: Attribution) -> Markup:
    channels = tuple(dict.fromkeys(str(item.channel) for item in maker.because))
    return _weighed_line(claim, maker.grade, channels, len(maker.against))


@lru_cache(maxsize=1 << 12)
def _weighed_line(claim: str, grade: str, channels: tuple[str, ...], against: int) -> Markup:
    form = t.CHAIN_WITNESSES if len(channels) > 1 else t.CHAIN_ONE_WITNESS
    told = form.format(
        n=len(channels),
        channels=phrases.BETWEEN.join(w.word(w.CHANNELS, name) for name in channels),
    )
    less = t.CHAIN_AGAINST.format(n=against) if against else None
    named = t.CHAIN_CLAIM.format(claim=claim)
    return h("li", None, told, " ", named, h("b", None, w.word(w.GRADES, grade)), ".", less)


def _law(view: View, device: Device) -> Markup:
    """The steps of law; the same for all devices of a finding."""
    number = view.findings.get(device.anchor)
    if number is None:
        known = device.asset.headline == "outside"
        return _UNJUDGED[known]
    told = view.told.get(number)
    if told is None:
        told = view.told[number] = _law_steps(view, device.asset.verdicts, number)
    return told


_UNJUDGED: Final = {
    True: h("li", None, t.NO_VERDICT),
    False: h("li", None, t.NO_VERDICT_UNIDENTIFIED),
}


def _law_steps(view: View, verdicts: Sequence[Verdict], number: int) -> Markup:
    steps = [_reached(view, item) for item in verdicts if item.outcome in _FLAGGED]
    steps += [_open(view, item) for item in verdicts if item.outcome is Outcome.INDETERMINATE]
    clear = [_regime(view, item) for item in verdicts if item.outcome is Outcome.NOT_COVERED]
    if clear:
        steps.append(join([t.CHAIN_CLEAR, join(clear, phrases.BETWEEN), "."]))
    there = h("a", {"class": "fl", "href": f"#finding-{number}"}, t.FINDING.format(n=number))
    before, _, after = t.VERDICTS_SEE.partition("{finding}")
    steps.append(join([before, there, after]))
    return join(h("li", None, step) for step in steps)


def _reached(view: View, verdict: Verdict) -> Markup:
    """A rule that names the maker: listing, citation, date, outcome."""
    who = view.vendor(verdict.vendor) if verdict.vendor else t.CHAIN_THE_MAKER
    form = t.CHAIN_AFFILIATE if "affiliate_of_listed" in verdict.reasons else t.CHAIN_NAMED
    named = form.format(who=who)
    listing = t.CHAIN_LISTING.format(
        listing=cut(verdict.listing or "", 300), citation=cut(verdict.citation, 300)
    )
    since = ""
    if verdict.effective:
        since = t.CHAIN_SINCE.format(date=cut(verdict.effective, 40))
    excused = None
    if verdict.exemption:
        excused = t.CHAIN_EXEMPT.format(exemption=cut(verdict.exemption, 300))
    outcome = h("b", None, w.word(w.VERDICT_OUTCOMES, verdict.outcome))
    return join([named, _regime(view, verdict), listing, since, ": ", outcome, ".", excused])


def _open(view: View, verdict: Verdict) -> Markup:
    reasons = phrases.BETWEEN.join(w.word(w.REASONS, cut(reason, 60)) for reason in verdict.reasons)
    told = t.CHAIN_OPEN.format(reasons=reasons)
    if verdict.effective:
        told += t.CHAIN_OPEN_FROM.format(date=cut(verdict.effective, 40))
    word = h("b", None, w.word(w.VERDICT_OUTCOMES, verdict.outcome))
    return join([_regime(view, verdict), ": ", word, told, "."])


def _regime(view: View, verdict: Verdict) -> Markup:
    name = cut(verdict.regime, 60)
    if verdict.regime in view.law:
        return h("a", {"href": f"#law-{slug(name)}"}, name)
    return escape(name)
