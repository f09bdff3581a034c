"""Facts × rules → hits: every rule that matches counts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from auditor.attribution.derive import derive
from auditor.attribution.facts import Fact, Voice, raw
from auditor.catalog.catalog import Catalog
from auditor.catalog.match import meetings
from auditor.model.facts import Observation
from auditor.model.judgement import Evidence
from auditor.model.knowledge import BrandRow, Claim, Rule
from auditor.model.signals import SIGNALS
from auditor.model.words import Kind, Role, Strength
from auditor.wire.mac import normal

_GROUPS = ("serial", "mac", "model", "firmware")
_VALUE_CAP = 300
_TRUSTED_ROWS = frozenset("ABC")
_LEFT_OUT = re.compile(r"\^\(\?!([^()]{1,200})\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One rule meeting one fact.

    Attributes:
        evidence: as it will be cited.
        claims: what follows from it, with implied makers.
        kind: what sort of equipment it shows.
        video: whether it is a sign of video equipment.
        note: a configuration finding.
        oui: whether it rests on the registered owner of a MAC block.
        groups: what the pattern read out.
        owner: vendor of the rule.
    """

    evidence: Evidence
    claims: tuple[Claim, ...]
    kind: Kind | None = None
    video: bool = False
    note: str | None = None
    oui: bool = False
    groups: tuple[tuple[str, str], ...] = ()
    owner: str | None = None


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
    """Every rule, MAC owner and directory row that the facts meet, in a fixed order."""
    listed = tuple(facts)
    out: list[Hit] = []
    for fact in listed:
        rules = catalog.rules_by_signal.get(fact.signal, ())
        out.extend(
            _rule_hit(rule, found, fact, catalog)
            for rule, found in meetings(rules, fact.signal, fact.value)
        )
        if fact.signal == "mac":
            out.extend(_oui_hit(fact, catalog))
        elif fact.signal == "brand":
            out.extend(_brand_hits(fact, listed, catalog))
        elif fact.signal == "model":
            out.extend(_model_row_hits(fact, listed, catalog))
    return tuple(sorted(out, key=lambda hit: _cite_order(hit.evidence)))


def _cite_order(evidence: Evidence) -> tuple[str, ...]:
    return (evidence.rule, evidence.channel, evidence.endpoint or "", evidence.value)


def _cite(fact: Fact, rule: str, strength: Strength, sources: tuple[str, ...]) -> Evidence:
    return Evidence(
        rule=rule,
        signal=fact.signal,
        value=fact.value[:_VALUE_CAP],
        strength=strength,
        channel=fact.channel,
        endpoint=fact.endpoint,
        via=fact.via,
        sources=sources,
    )


def _rule_hit(rule: Rule, found: re.Match[str], fact: Fact, catalog: Catalog) -> Hit:
    strength = _strength(rule, fact)
    groups = tuple((name, text) for name, text in sorted(found.groupdict().items()) if text)
    claims = _with_makers(rule.claims, catalog)
    return Hit(
        evidence=_cite(
            _as_matched(fact, found.group(0)) if _is_long(fact) else fact,
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


def _is_long(fact: Fact) -> bool:
    return len(fact.value) > _VALUE_CAP


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
        placed = _headed(claim, catalog)
        out.setdefault((placed.role, placed.vendor), placed)
        vendor = catalog.vendors.get(placed.vendor)
        if placed.role is Role.PLATFORM and vendor is not None and vendor.platform_is_maker:
            maker = Claim(role=Role.MAKER, vendor=placed.vendor, entity=placed.entity)
            out.setdefault((Role.MAKER, maker.vendor), maker)
    return tuple(out.values())


def _headed(claim: Claim, catalog: Catalog) -> Claim:
    if claim.role not in {Role.MAKER, Role.PLATFORM}:
        return claim
    head = catalog.head_of(claim.vendor)
    if head == claim.vendor:
        return claim
    entity = claim.entity or catalog.vendors[claim.vendor].entity
    return Claim(role=claim.role, vendor=head, entity=entity)


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
        evidence=_cite(fact, owner.id, owner.strength, owner.sources),
        claims=_with_makers(owner.claims, catalog),
        kind=owner.kind,
        video=owner.video,
        oui=True,
    )


def _brand_hits(fact: Fact, facts: tuple[Fact, ...], catalog: Catalog) -> Iterator[Hit]:
    brand = catalog.brand_of(fact.value)
    if brand is None:
        return
    vendor = catalog.vendors[brand]
    claims = [Claim(role=Role.BRAND, vendor=brand)]
    if vendor.family:
        claims.append(Claim(role=Role.MAKER, vendor=vendor.family, entity=vendor.entity))
    elif vendor.builds == "all":
        claims.append(Claim(role=Role.MAKER, vendor=brand))
    yield Hit(
        evidence=_cite(fact, f"{brand}.brand-name", Strength.LABEL, vendor.sources),
        claims=tuple(claims),
        video=vendor.video,
    )
    models = [other.value for other in facts if other.signal == "model"]
    for row in catalog.brand_rows.get(brand, ()):
        if _row_speaks(row, models):
            yield _row_hit(row, fact, catalog)


def _row_speaks(row: BrandRow, models: list[str]) -> bool:
    """Whether a directory row says anything of a device with these models."""
    if row.confidence == "E":
        return False
    if row.models is None or not models:
        return True
    if any(row.models.search(model) for model in models):
        return True
    excepted = _excepted(row.model_text)
    return row.extent in {"all", "most"} and not (
        excepted is not None and any(excepted.match(model) for model in models)
    )


@lru_cache(maxsize=512)
def _excepted(pattern: str) -> re.Pattern[str] | None:
    """The models that a row leaves out by name: what stands in ``^(?!…)`` at its beginning."""
    found = _LEFT_OUT.match(pattern)
    return re.compile(found.group(1), re.IGNORECASE) if found else None


def _row_hit(row: BrandRow, fact: Fact, catalog: Catalog, *, labelled: bool = True) -> Hit:
    maker = _headed(Claim(role=Role.MAKER, vendor=row.maker), catalog)
    brand = (Claim(role=Role.BRAND, vendor=row.brand),) if labelled else ()
    return Hit(
        evidence=_cite(fact, row.cite, Strength.LABEL, tuple(row.source.split("|"))),
        claims=(*brand, maker),
        video=True,
    )


def _model_row_hits(fact: Fact, facts: tuple[Fact, ...], catalog: Catalog) -> Iterator[Hit]:
    """A model code of a rebrander, where no label says whose it is."""
    if any(other.signal == "brand" and catalog.brand_of(other.value) for other in facts):
        return
    met = [
        row
        for row in catalog.brands
        if row.models is not None and row.confidence != "E" and row.models.search(fact.value)
    ]
    # One code at several sellers (NC303-MB) tells the maker where they agree, and no label.
    shared = len({row.brand for row in met}) > 1
    for row in met:
        if row.confidence in _TRUSTED_ROWS:
            yield _row_hit(row, fact, catalog, labelled=not shared)
