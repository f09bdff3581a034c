"""Facts × rules → hits: every rule that matches counts."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from auditor.attribution.derive import derive
from auditor.attribution.directory import brand_hits, model_row_hits
from auditor.attribution.facts import Fact, Voice, raw
from auditor.attribution.hit import Hit, cite, headed, is_long
from auditor.attribution.labels import own_label, presumption
from auditor.attribution.produced import built
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
_GROUPS = ("serial", "mac", "model", "firmware")


def facts_of(observations: Iterable[Observation], catalog: Catalog) -> tuple[Fact, ...]:
    """Raw facts, what they hold, and what the rules read out of them; no fact twice."""
    seen: dict[tuple[str, ...], Fact] = {}
    for observation in observations:
        for key, fact in _opened(raw(observation), catalog):
            known = seen.get(key)
            if known is None or fact.voice is Voice.DEVICE:  # said by the device itself
                seen[key] = fact
    return tuple(seen[key] for key in sorted(seen))


def _opened(first: Fact, catalog: Catalog) -> tuple[tuple[tuple[str, ...], Fact], ...]:
    """A raw fact and all that can be read out of it, each with what makes it that fact."""
    if len(first.value) > LONGEST:
        return _open(first, catalog)
    return catalog.memory.recall(("open", first), lambda: _open(first, catalog))


def _open(first: Fact, catalog: Catalog) -> tuple[tuple[tuple[str, ...], Fact], ...]:
    seen: dict[tuple[str, ...], Fact] = {}
    queue = [first]
    while queue:
        fact = queue.pop()
        key = _order(fact)
        if key in seen:
            if fact.voice is Voice.DEVICE:  # the same words, said by the device itself
                seen[key] = fact
            continue
        seen[key] = fact
        if fact.via is None or fact.signal in _HOLDERS:
            queue.extend(derive(fact))
        if fact.signal not in _GROUPS or fact.signal == "serial":
            queue.extend(_read_out(fact, catalog))
    return tuple(seen.items())


def _order(fact: Fact) -> tuple[str, ...]:
    return (fact.signal, fact.value, fact.channel, fact.endpoint or "", fact.origin)


def _read_out(fact: Fact, catalog: Catalog) -> Iterator[Fact]:
    """What the patterns of rules name inside a fact; a serial number holds at most a model."""
    wanted = ("model",) if fact.signal == "serial" else _GROUPS
    for _, found in meetings(catalog.reading_rules.get(fact.signal, ()), fact.signal, fact.value):
        for name in wanted:
            text = found.groupdict().get(name)
            value = normal(text) if text and name == "mac" else text
            if value:
                yield fact.derived(name, value, _said(fact) if name == "model" else fact.voice)


def _said(fact: Fact) -> Voice:
    """Who says a model that stands inside another text: never the device's own model field."""
    return Voice.RECORD if fact.voice is Voice.RECORD else Voice.BANNER


def hits(facts: Iterable[Fact], catalog: Catalog) -> tuple[Hit, ...]:
    """Every rule, MAC owner and directory row that the facts meet, in a fixed order.

    Rules come first: the month of production that a serial number names decides which rows of
    the rebrand directory can speak of the device.
    """
    listed = tuple(facts)
    out = [hit for fact in listed for hit in _rule_hits(fact, catalog)]
    month = built(out)
    more: list[Hit] = []
    for fact in listed:
        if fact.signal == "mac":
            more.extend(_oui_hit(fact, catalog))
        elif fact.signal == "brand":
            more.extend(brand_hits(fact, listed, month, catalog))
        elif fact.signal == "model":
            more.extend(model_row_hits(fact, listed, month, catalog))
    out.extend(_with_labels(more, catalog))
    return tuple(sorted(out, key=_hit_order))


def _with_labels(found: Iterable[Hit], catalog: Catalog) -> tuple[Hit, ...]:
    """Hits, and after them what they say of the label, and the label of the maker."""
    seen = tuple(found)
    labels = chain.from_iterable(own_label(hit, catalog) for hit in seen)
    makers = chain.from_iterable(presumption(hit, catalog) for hit in seen)
    return (*seen, *labels, *makers)


def _rule_hits(fact: Fact, catalog: Catalog) -> tuple[Hit, ...]:
    if len(fact.value) > LONGEST:
        return _with_labels(_by_rules(fact, catalog), catalog)
    return catalog.memory.recall(
        ("hits", fact), lambda: _with_labels(_by_rules(fact, catalog), catalog)
    )


def _by_rules(fact: Fact, catalog: Catalog) -> Iterator[Hit]:
    rules = catalog.rules_by_signal.get(fact.signal, ())
    for rule, found in meetings(rules, fact.signal, fact.value):
        yield _rule_hit(rule, found, fact, catalog)


def _hit_order(hit: Hit) -> tuple[str | bool, ...]:
    cited = hit.evidence
    return (cited.rule, cited.channel, cited.endpoint or "", cited.value, hit.presumed)


def _rule_hit(rule: Rule, found: re.Match[str], fact: Fact, catalog: Catalog) -> Hit:
    strength = _strength(rule, fact)
    groups = tuple((name, text) for name, text in sorted(found.groupdict().items()) if text)
    claims = _with_makers(rule.claims, catalog)
    return Hit(
        evidence=cite(
            _as_matched(fact, found.group(0)) if is_long(fact) else fact,
            rule.id,
            strength,
            rule.sources,
        ),
        claims=claims + _customer(rule, dict(groups), catalog),
        kind=rule.kind,
        video=rule.video or SIGNALS[fact.origin].video,
        note=rule.note,
        groups=groups,
        owner=rule.owner,
    )


def _as_matched(fact: Fact, text: str) -> Fact:
    """For long texts the citation shows what was matched, not the first bytes."""
    return Fact(
        signal=fact.signal,
        value=text or fact.value,
        channel=fact.channel,
        endpoint=fact.endpoint,
        via=fact.via,
        voice=fact.voice,
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


def _with_makers(claims: tuple[Claim, ...], catalog: Catalog) -> tuple[Claim, ...]:
    """Claims, with the maker that a platform implies and family heads put in role maker."""
    out: dict[tuple[Role, str], Claim] = {}
    for claim in claims:
        placed = headed(claim, catalog)
        out.setdefault((placed.role, placed.vendor), placed)
        vendor = catalog.vendors.get(placed.vendor)
        if placed.role is Role.PLATFORM and vendor is not None and vendor.platform_is_maker:
            maker = Claim(role=Role.MAKER, vendor=placed.vendor, entity=placed.entity)
            out.setdefault((Role.MAKER, maker.vendor), maker)
    return tuple(out.values())


def _customer(rule: Rule, groups: dict[str, str], catalog: Catalog) -> tuple[Claim, ...]:
    code = groups.get("oem")
    if not code or rule.owner is None:
        return ()
    label = catalog.vendors[rule.owner].oem_codes.get(code)
    return (Claim(role=Role.BRAND, vendor=label),) if label else ()


def _oui_hit(fact: Fact, catalog: Catalog) -> Iterator[Hit]:
    _, owner = catalog.oui(fact.value)
    if owner is None:
        return
    yield Hit(
        evidence=cite(fact, owner.id, owner.strength, owner.sources),
        claims=_with_makers(owner.claims, catalog),
        kind=owner.kind,
        video=owner.video,
        oui=True,
    )
