"""Observations → facts, each with what the rules alone make of it; every value is opened once.

A fleet says the same few things many times. What one observation holds depends on nothing but the
observation and the database, so it is kept, whole, in the catalog's memory.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from auditor.attribution.derive import derive
from auditor.attribution.facts import Fact, Voice, raw
from auditor.attribution.hit import Hit, cite, is_long
from auditor.attribution.labels import with_labels
from auditor.attribution.makers import with_makers
from auditor.catalog.catalog import Catalog
from auditor.catalog.match import meetings
from auditor.catalog.memory import LONGEST
from auditor.model.facts import Observation
from auditor.model.knowledge import Claim, Rule
from auditor.model.signals import SIGNALS
from auditor.model.words import Role, Strength
from auditor.wire.mac import normal

_HOLDERS = frozenset({"wsd.endpoint", "http.auth_realm", "rtsp.auth_realm"})
"""Signals that hold more even where they were read out of another."""
TOLD: Final = ("mac", "brand", "model", "serial", "firmware")
"""Facts that name a device: of use even where no rule knows them."""
_GROUPS = ("serial", "mac", "model", "firmware")

Key = tuple[str, str, str, str, str]
"""What makes a fact this fact: signal, value, channel, endpoint, origin."""

Meetings = tuple[tuple[Rule, re.Match[str]], ...]


class Opened(NamedTuple):
    """A fact and what the rules alone make of it.

    Attributes:
        key: what makes it this fact; who says it does not.
        fact: the fact.
        hits: the rules that it meets, with the labels and makers that follow from them.
    """

    key: Key
    fact: Fact
    hits: tuple[Hit, ...]


def opened(observations: Iterable[Observation], catalog: Catalog) -> tuple[Opened, ...]:
    """Facts that say something: those that meet a rule, and those that name the device.

    Raw ones, what they hold, and what the rules read out of them; no fact twice. They stand in no
    order that means anything: who uses them must not look at it.
    """
    seen: dict[Key, Opened] = {}
    recall = catalog.memory.recall
    for item in observations:
        value = item.value
        if len(value) > LONGEST:
            found = _open(item, catalog)
        else:
            found = recall(("open", item.signal, value, item.endpoint), _open, item, catalog)
        for one in found:
            known = seen.setdefault(one.key, one)
            if known is not one and one.fact.voice is Voice.DEVICE:  # said by the device itself
                seen[one.key] = one
    return tuple(seen.values())


def _open(item: Observation, catalog: Catalog) -> tuple[Opened, ...]:
    seen: dict[Key, tuple[Fact, Meetings]] = {}
    queue = [raw(item)]
    while queue:
        fact = queue.pop()
        key = _key(fact)
        known = seen.get(key)
        if known is not None:
            if fact.voice is Voice.DEVICE:  # the same words, said by the device itself
                seen[key] = fact, known[1]
            continue
        met = _meetings(fact, catalog)
        seen[key] = fact, met
        if fact.via is None or fact.signal in _HOLDERS:
            queue.extend(derive(fact))
        if met and (fact.signal not in _GROUPS or fact.signal == "serial"):
            queue.extend(_read_out(fact, met))
    return tuple(
        [
            Opened(key, fact, _hits(key, fact, met, catalog) if met else ())
            for key, (fact, met) in seen.items()
            if met or fact.signal in TOLD
        ]
    )


def _meetings(fact: Fact, catalog: Catalog) -> Meetings:
    """The rules that a value meets, whoever says it."""
    rules = catalog.rules_by_signal.get(fact.signal)
    if rules is None:
        return ()
    signal, value = fact.signal, fact.value
    if len(value) > LONGEST:
        return meetings(rules, signal, value)
    return catalog.memory.recall(("met", signal, value), meetings, rules, signal, value)


def _hits(key: Key, fact: Fact, met: Meetings, catalog: Catalog) -> tuple[Hit, ...]:
    """What follows from the rules that a fact meets.

    An answer with a serial number in it is new each time, and the model and firmware beside it
    are not: so that the hits of each fact are remembered by themselves.
    """
    if fact.via is None or len(fact.value) > LONGEST:  # a raw one is remembered with its answer
        return _made(fact, met, catalog)
    return catalog.memory.recall(
        ("hits", key, fact.endpoint, fact.voice), _made, fact, met, catalog
    )


def _made(fact: Fact, met: Meetings, catalog: Catalog) -> tuple[Hit, ...]:
    made: list[Hit] = []
    for rule, found in met:
        made += _of_rule(rule, found, fact, catalog)
    return tuple(made)


def _of_rule(rule: Rule, found: re.Match[str], fact: Fact, catalog: Catalog) -> tuple[Hit, ...]:
    """A rule's hit, and what it says of the label and the maker.

    Of a long answer only what the rule matched is cited, and that repeats where the answer does not.
    """
    matched = found.group()
    if not is_long(fact) or len(matched) > LONGEST:
        return with_labels((_rule_hit(rule, found, fact, catalog),), catalog)
    whence = (fact.signal, fact.channel, fact.endpoint, fact.via, fact.voice)
    return catalog.memory.recall(
        ("rule", rule.id, matched, found.groups(), whence),
        lambda: with_labels((_rule_hit(rule, found, fact, catalog),), catalog),
    )


def _key(fact: Fact) -> Key:
    return (fact.signal, fact.value, fact.channel, fact.endpoint or "", fact.origin)


def _read_out(fact: Fact, met: Meetings) -> Iterator[Fact]:
    """What the patterns of rules name inside a fact; a serial number holds at most a model."""
    wanted = ("model",) if fact.signal == "serial" else _GROUPS
    for rule, found in met:
        if not rule.pattern.groupindex:
            continue
        groups = found.groupdict()
        for name in wanted:
            text = groups.get(name)
            value = normal(text) if text and name == "mac" else text
            if value:
                yield fact.derived(name, value, _said(fact) if name == "model" else fact.voice)


def _said(fact: Fact) -> Voice:
    """Who says a model that stands inside another text: never the device's own model field."""
    return Voice.RECORD if fact.voice is Voice.RECORD else Voice.BANNER


def _rule_hit(rule: Rule, found: re.Match[str], fact: Fact, catalog: Catalog) -> Hit:
    strength = _strength(rule, fact)
    named = found.groupdict()
    groups = tuple([(name, text) for name, text in sorted(named.items()) if text]) if named else ()
    claims = with_makers(rule, catalog)
    return Hit(
        evidence=cite(fact, rule.id, strength, rule.sources, found.group(0)),
        claims=claims + _customer(rule, named, catalog),
        kind=rule.kind,
        video=rule.video or SIGNALS[fact.origin].video,
        note=rule.note,
        groups=groups,
        owner=rule.owner,
    )


def _strength(rule: Rule, fact: Fact) -> Strength:
    """A model number is worth what the one who says it is worth (law 7)."""
    if rule.signal != "model" or rule.strength is not Strength.STRONG:
        if rule.signal == "model" and fact.voice is Voice.RECORD:
            return Strength.LABEL
        return rule.strength
    return {
        Voice.DEVICE: Strength.STRONG,
        Voice.BANNER: Strength.SUPPORTIVE,
        Voice.RECORD: Strength.LABEL,
    }[fact.voice]


def _customer(rule: Rule, groups: Mapping[str, str | None], catalog: Catalog) -> tuple[Claim, ...]:
    code = groups.get("oem")
    if not code or rule.owner is None:
        return ()
    label = catalog.vendors[rule.owner].oem_codes.get(code)
    return (Claim(role=Role.BRAND, vendor=label),) if label else ()
