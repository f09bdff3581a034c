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
from auditor.model.facts import Observation
from auditor.model.judgement import Evidence
from auditor.model.knowledge import Claim, Rule
from auditor.model.signals import SIGNALS
from auditor.model.words import Role, Strength
from auditor.wire.mac import normal

_GROUPS = ("serial", "mac", "model", "firmware")


def facts_of(observations: Iterable[Observation], catalog: Catalog) -> tuple[Fact, ...]:
    """Raw facts, what they hold, and what the rules read out of them; no fact twice."""
    seen: dict[tuple[str, str, str, str | None, str], Fact] = {}
    queue = [raw(observation) for observation in observations]
    while queue:
        fact = queue.pop()
        key = (fact.signal, fact.value, fact.channel, fact.endpoint, fact.origin)
        if key in seen:
            if fact.voice is Voice.DEVICE:  # the same words, said by the device itself
                seen[key] = fact
            continue
        seen[key] = fact
        if fact.via is None or fact.signal in {
            "wsd.endpoint",
            "http.auth_realm",
            "rtsp.auth_realm",
        }:
            queue.extend(derive(fact))
        if fact.signal not in _GROUPS or fact.signal == "serial":
            queue.extend(_read_out(fact, catalog))
    return tuple(sorted(seen.values(), key=_order))


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
    out = [hit for fact in listed for hit in _by_rules(fact, catalog)]
    month = built(out)
    for fact in listed:
        if fact.signal == "mac":
            out.extend(_oui_hit(fact, catalog))
        elif fact.signal == "brand":
            out.extend(brand_hits(fact, listed, month, catalog))
        elif fact.signal == "model":
            out.extend(model_row_hits(fact, listed, month, catalog))
    seen = tuple(out)
    out.extend(chain.from_iterable(own_label(hit, catalog) for hit in seen))
    out.extend(chain.from_iterable(presumption(hit, catalog) for hit in seen))
    return tuple(sorted(out, key=lambda hit: (_cite_order(hit.evidence), hit.presumed)))


def _by_rules(fact: Fact, catalog: Catalog) -> Iterator[Hit]:
    rules = catalog.rules_by_signal.get(fact.signal, ())
    for rule, found in meetings(rules, fact.signal, fact.value):
        yield _rule_hit(rule, found, fact, catalog)


def _cite_order(evidence: Evidence) -> tuple[str, ...]:
    return (evidence.rule, evidence.channel, evidence.endpoint or "", evidence.value)


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
