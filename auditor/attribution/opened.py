"""Observations → facts, each with what the rules alone make of it; every value is opened once.

A fleet says the same few things many times. What one observation holds depends on nothing but the
observation and the database, so it is kept, whole, in the catalog's memory.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from auditor.attribution.derive import GLANCES, HOLDING, NAMES, derive
from auditor.attribution.facts import Fact, Voice, raw
from auditor.attribution.hit import Hit, cite, is_long
from auditor.attribution.labels import with_labels
from auditor.attribution.makers import with_makers
from auditor.attribution.pasted import PAGES
from auditor.catalog.catalog import Catalog
from auditor.catalog.match import meetings
from auditor.catalog.memory import LONGEST, Memory
from auditor.catalog.sieve import Rules
from auditor.model.facts import Seen
from auditor.model.knowledge import Claim, Rule
from auditor.model.signals import SIGNALS
from auditor.model.words import Role, Strength
from auditor.wire.mac import normal

_HOLDERS = frozenset({"wsd.endpoint", "ssdp.usn", "http.auth_realm", "rtsp.auth_realm", "model"})
"""Signals that hold more even where they were read out of another."""
TOLD: Final = ("mac", "brand", "model", "serial", "firmware")
"""Facts that name a device: of use even where no rule knows them."""
_GROUPS = ("serial", "mac", "model", "firmware")
_HOLDING: Final = HOLDING | frozenset(TOLD)
"""Signals that say something even where they meet no rule."""
_WHOLE: Final = PAGES | {"onvif.envelope"}
"""Signals of whole messages: what was read out of them holds more in its turn."""
_OWN: Final = frozenset({"mac", "serial"})
"""Facts that hardly any two devices share."""
_OWN_ANSWERS: Final = frozenset(
    {"mac", "serial", "wsd.endpoint", "wsd.envelope", "wsd.xaddrs", "rtsp.sdp", "ssdp.location"}
    | {"onvif.serial", "onvif.mac", "onvif.endpoint", "onvif.services", "isapi.device_info"}
    | {"isapi.network", "magicbox.info", "magicbox.network", "lapi.device_info", "sadp", "dhip"}
    | {"dahua.legacy", "tvt.mhed", "xm.netip", "tplink.tdp", "ubnt.discovery"}
)
"""Answers that name the device or its address, so that no other device gives them."""
_OWN_MOST: Final = 512
"""Such answers are remembered for a little while: a device that is being scanned is weighed again
with each new fact. Thousands of them would push what repeats out of the processor's caches."""
_LONG: Final = 4096

Key = tuple[str, str, str, str, str]
"""What makes a fact this fact: signal, value, channel, endpoint, origin."""

Meetings = tuple[tuple[Rule, re.Match[str]], ...]


class Opened(NamedTuple):
    """A fact and what the rules alone make of it.

    Attributes:
        key: what makes it this fact; who says it does not.
        fact: the fact.
        hits: the rules that it meets, with the labels and makers that follow from them, and the
            registered owner of the block where it is a MAC.
    """

    key: Key
    fact: Fact
    hits: tuple[Hit, ...]


class Said(NamedTuple):
    """What one observation says: nothing else than its own facts.

    Attributes:
        facts: those that meet a rule or name the device, no fact twice.
        hits: all that they meet.
        named: those that name the device, by their signals.
    """

    facts: tuple[Opened, ...]
    hits: tuple[Hit, ...]
    named: tuple[Opened, ...]


_NOTHING: Final = Said((), (), ())


def opened(observations: Iterable[Seen], catalog: Catalog) -> Iterable[Said]:
    """What each observation says; those that say nothing are left out.

    They stand in no order that means anything: who uses them must not look at it. No fact stands
    there twice: a fact keeps the signal and the endpoint of its observation, so that only two
    observations of one signal at one endpoint can say the same.
    """
    apart: dict[tuple[str, str], Said] = {}
    again: dict[tuple[str, str], list[Said]] = {}
    ruled, memory = catalog.rules_by_signal, catalog.memory
    fleet, own = memory.part("opened"), memory.part("opened, own", _OWN_MOST)
    for item in observations:
        signal, value, endpoint = item.signal, item.value, item.endpoint
        asked = fleet
        if signal in _OWN_ANSWERS or len(value) > LONGEST:
            if not _holds(signal, value) and _says_nothing(value, ruled.get(signal)):
                continue
            asked = own
        elif signal not in ruled and signal not in _HOLDING:
            continue
        key = signal, value, endpoint
        said = asked.near.get(key)
        if said is None:
            said = _recalled(key, item, catalog, asked)
        if said is _NOTHING:
            continue
        place = signal, endpoint or ""
        known = apart.setdefault(place, said)
        if known is not said:
            again.setdefault(place, [known]).append(said)
    for place, several in again.items():
        apart[place] = _joined(several)
    return apart.values()


def _holds(signal: str, value: str) -> bool:
    """Whether anything may stand inside a value, by a glance at it where one tells."""
    glance = GLANCES.get(signal)
    return signal in _HOLDING if glance is None else glance(value)


def _says_nothing(value: str, rules: Rules | None) -> bool:
    """Whether a value that holds nothing meets no rule, by a glance that does not find out which."""
    if rules is None:
        return True
    if rules.wanted is None or not value.isascii():
        return False
    low = value.lower()
    for text in rules.wanted:  # noqa: SIM110 - thrice as fast as any()
        if text in low:
            return False
    return True


def _recalled(
    key: tuple[str, str, str | None], item: Seen, catalog: Catalog, memory: Memory
) -> Said:
    if len(item.value) > _LONG:
        return _all_of(item, catalog)
    return memory.recall(key, _all_of, item, catalog)


def _joined(several: Iterable[Said]) -> Said:
    """What two observations of one place say together; the device's own words count most."""
    facts: dict[Key, Opened] = {}
    for said in several:
        for one in said.facts:
            known = facts.setdefault(one.key, one)
            if known is not one and one.fact.voice is Voice.DEVICE:
                facts[one.key] = one
    return _sorted_out(facts.values())


def _sorted_out(facts: Iterable[Opened]) -> Said:
    facts = [one for one in facts if one.hits or one.fact.signal in TOLD]
    if not facts:
        return _NOTHING
    hits = tuple([hit for one in facts for hit in one.hits])
    return Said(tuple(facts), hits, tuple([one for one in facts if one.fact.signal in TOLD]))


def _all_of(item: Seen, catalog: Catalog) -> Said:
    first = _read(raw(item), catalog)
    if not first.inside:
        return _sorted_out([first.opened])
    facts = catalog.memory.part("facts")
    seen = {first.opened.key: first.opened}
    queue = list(first.inside)
    while queue:
        fact = queue.pop()
        found = facts.near.get(fact)
        if found is None:
            found = _reread(fact, catalog, facts)
        key = found.opened.key
        if key not in seen:
            seen[key] = found.opened
            queue += found.inside
        elif fact.voice is Voice.DEVICE:  # the same words, said by the device itself
            seen[key] = found.opened
    return _sorted_out(seen.values())


class _Read(NamedTuple):
    """A fact, opened, and what stands in it."""

    opened: Opened
    inside: Sequence[Fact]


def _reread(fact: Fact, catalog: Catalog, memory: Memory) -> _Read:
    """As ``_read``. An answer is remembered whole; a part of it may repeat where it does not."""
    if fact.signal in _OWN or len(fact.value) > LONGEST:
        return _read(fact, catalog)
    return memory.recall(fact, _read, fact, catalog)


def _read(fact: Fact, catalog: Catalog) -> _Read:
    signal, value, channel, endpoint, via, _ = fact
    rules = catalog.rules_by_signal.get(signal)
    if rules is None:
        met: Meetings = ()
    elif signal in _OWN:  # a device tells its MAC and its serial number several times over
        told = catalog.memory.part("own, met", _OWN_MOST)
        met = told.recall((signal, value), meetings, rules, signal, value)
    else:
        met = meetings(rules, signal, value)
    inside: list[Fact] = []
    if via is None or signal in _HOLDERS or via in _WHOLE:
        inside += derive(fact)
    if met and (signal not in _GROUPS or signal == "serial"):
        inside += _read_out(fact, met)
    hits = _made(fact, met, catalog) if met else ()
    if signal == "mac":
        hits += _owned(fact, catalog)
    return _Read(
        Opened((signal, value, channel, endpoint or "", via or signal), fact, hits), inside
    )


def _owned(fact: Fact, catalog: Catalog) -> tuple[Hit, ...]:
    _, owner = catalog.oui(fact.value)
    if owner is None:
        return ()
    hit = Hit(
        evidence=cite(fact, owner.id, _modest(fact, owner.strength), owner.sources),
        claims=with_makers(owner, catalog),
        kind=owner.kind,
        video=owner.video,
        oui=True,
    )
    return with_labels((hit,), catalog)


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
    strength = _modest(fact, _strength(rule, fact))
    named = found.groupdict()
    groups = tuple([(name, text) for name, text in sorted(named.items()) if text]) if named else ()
    claims = with_makers(rule, catalog)
    return Hit(
        evidence=cite(fact, rule.id, strength, rule.sources, found.group(0)),
        claims=claims + _customer(rule, named, catalog),
        kind=rule.kind,
        video=rule.video or SIGNALS[fact.origin].video,
        note=rule.note,
        oui=rule.signal == "mac",
        groups=groups,
        owner=rule.owner,
    )


def _modest(fact: Fact, strength: Strength) -> Strength:
    """What an owner may have typed into a name is not enough by itself, whatever it looks like."""
    return Strength.SUPPORTIVE if strength is Strength.STRONG and fact.via in NAMES else strength


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
