"""``audit db verify``: the proof that the database holds what it promises.

Each check is a function from a Catalog to complaints. A planted error for each of them, in
``tests/contract/test_verifier_bites.py``, proves that it bites.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from auditor.catalog.catalog import Catalog
from auditor.catalog.match import meet
from auditor.catalog.oui import normal_owner
from auditor.catalog.references import dangling
from auditor.model.knowledge import Rule
from auditor.model.signals import SIGNALS, Shape
from auditor.model.words import EvidenceCode, Strength

CAPTURE: Final = "unattributed-capture"
_EARLIEST = date(1990, 1, 1)
_HOSTILE_CAP = 20_000
_HOSTILE_SECONDS = 0.25
_BODIES: Final = frozenset(
    {
        "http.body", "http.headers", "rtsp.headers", "rtsp.sdp", "onvif.envelope", "wsd.envelope",
        "wsd.scopes", "wsd.types", "wsd.xaddrs", "isapi.xml", "isapi.device_info", "sadp", "dhip",
        "ssdp.description", "tls.subject", "tls.issuer", "tls.san", "onvif.services", "xm.netip",
        "tplink.tdp", "axis.basicdeviceinfo", "banner", "nmap.service", "mdns.service", "mdns.txt",
        "snmp.sysdescr", "http.location", "http.title", "onvif.scopes", "ssdp.server",
    }
)  # fmt: skip
_NESTED = re.compile(r"\((?:[^()\\]|\\.)*[+*](?:[^()\\]|\\.)*\)[+*]")
_LITERAL = re.compile(r"[A-Za-z0-9/_-]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing that is wrong, with its place."""

    check: str
    where: str
    what: str
    warning: bool = False


Check = Callable[[Catalog], Iterator[Complaint]]


def verify(catalog: Catalog, as_of: date) -> tuple[Complaint, ...]:
    """Every complaint of every check, in order of place. Stale regimes are warnings."""
    found = [complaint for check in CHECKS.values() for complaint in check(catalog)]
    found.extend(stale(catalog, as_of))
    return tuple(sorted(found, key=lambda item: (item.warning, item.where, item.check, item.what)))


def _unique_ids(catalog: Catalog) -> Iterator[Complaint]:
    for name, times in Counter(rule.id for rule in catalog.rules).items():
        if times > 1:
            yield Complaint(check="unique", where=name, what=f"the rule id is used {times} times")
    for rule in catalog.rules:
        if rule.owner is not None and not rule.id.startswith(f"{rule.owner}."):
            yield Complaint(
                check="unique", where=rule.where, what=f"the id must begin with {rule.owner}."
            )


def _examples(catalog: Catalog) -> Iterator[Complaint]:
    for rule in catalog.rules:
        if not rule.examples:
            yield Complaint(check="examples", where=rule.where, what="no example")
        if rule.strength is Strength.STRONG and not rule.counterexamples:
            yield Complaint(
                check="counterexamples",
                where=rule.where,
                what="a strong rule needs a counterexample",
            )
        for example in rule.examples:
            found = meet(rule, example.value)
            if found is None:
                yield Complaint(
                    check="examples",
                    where=rule.where,
                    what=f"does not match its own example {example.value[:80]!r}",
                )
                continue
            groups = found.groupdict()
            for name, value in example.gives.items():
                if groups.get(name) != value:
                    yield Complaint(
                        check="gives",
                        where=rule.where,
                        what=f"{name} is {groups.get(name)!r}, promised {value!r}",
                    )
        for example in rule.counterexamples:
            if meet(rule, example.value) is not None:
                yield Complaint(
                    check="counterexamples",
                    where=rule.where,
                    what=f"matches its counterexample {example.value[:80]!r}",
                )


def _cross_fire(catalog: Catalog) -> Iterator[Complaint]:
    """Every example meets every rule of its signal; a hit for another vendor must be declared."""
    for rule in catalog.rules:
        mine = {claim.vendor for claim in rule.claims}
        if not mine:
            continue
        for other in catalog.rules_by_signal[rule.signal]:
            theirs = {claim.vendor for claim in other.claims}
            if not theirs or theirs & mine or other.id in rule.also or rule.id in other.also:
                continue
            if _kin(mine, theirs, catalog):
                continue
            for example in rule.examples:
                if meet(other, example.value) is not None:
                    yield Complaint(
                        check="cross-fire",
                        where=rule.where,
                        what=f"example {example.value[:60]!r} also meets {other.id};"
                        " tighten a pattern or declare it in also",
                    )


def _kin(mine: set[str], theirs: set[str], catalog: Catalog) -> bool:
    heads = {catalog.head_of(vendor) for vendor in mine}
    return bool(heads & {catalog.head_of(vendor) for vendor in theirs})


def _anchored(catalog: Catalog) -> Iterator[Complaint]:
    for rule in catalog.rules:
        texts = [rule.pattern.pattern, *(item.pattern for item in rule.every)]
        if _free_text(rule):
            if not any(_LITERAL.search(text) for text in texts):
                yield Complaint(
                    check="anchored", where=rule.where, what="a free pattern must hold a literal"
                )
        elif not rule.pattern.pattern.removeprefix("(?i)").startswith("^"):
            yield Complaint(
                check="anchored", where=rule.where, what="the pattern must begin with ^"
            )
        if any(_NESTED.search(text) for text in texts):
            yield Complaint(check="bounded", where=rule.where, what="nested unbounded repetition")


def _free_text(rule: Rule) -> bool:
    return rule.signal in _BODIES and rule.field is None


_HOSTILE: Final = tuple(
    unit * (_HOSTILE_CAP // len(unit)) for unit in ("a", "0", "-", " ", "A1", "a.", "/a", '="')
)


def _bounded(catalog: Catalog) -> Iterator[Complaint]:
    """No pattern may take long on hostile text."""
    for rule in catalog.rules:
        for compiled in (rule.pattern, *rule.every, *rule.none):
            begin = time.perf_counter()
            for text in _HOSTILE:
                compiled.search(text)
            if time.perf_counter() - begin > _HOSTILE_SECONDS:
                yield Complaint(check="bounded", where=rule.where, what="too slow on hostile text")


def _fields(catalog: Catalog) -> Iterator[Complaint]:
    for rule in catalog.rules:
        shape = SIGNALS[rule.signal].shape
        scopes = rule.signal in {"wsd.scopes", "onvif.scopes"}
        xml = rule.signal in {
            "sadp", "isapi.device_info", "isapi.xml", "ssdp.description", "onvif.envelope",
            "wsd.envelope",
        }  # fmt: skip
        if rule.field is not None and shape is Shape.TEXT and not (scopes or xml):
            yield Complaint(
                check="field",
                where=rule.where,
                what=f"{rule.signal} is plain text: it has no fields",
            )


def _references(catalog: Catalog) -> Iterator[Complaint]:
    for where, what in dangling(catalog):
        yield Complaint(check="references", where=where, what=what)


def _owners(catalog: Catalog) -> Iterator[Complaint]:
    """Each OUI owner matches its exact names, and no two owners claim one name."""
    for owner in catalog.ouis:
        if not owner.names:
            yield Complaint(check="oui", where=owner.where, what="names no registered owner")
        for name in owner.names:
            folded = normal_owner(name)
            if not owner.owner.search(folded):
                yield Complaint(check="oui", where=owner.where, what=f"does not match {name!r}")
            for other in catalog.ouis:
                if other.id != owner.id and other.owner.search(folded):
                    yield Complaint(
                        check="oui", where=owner.where, what=f"{name!r} also meets {other.id}"
                    )


def _captures(catalog: Catalog) -> Iterator[Complaint]:
    for rule in catalog.rules:
        if rule.strength is Strength.STRONG and set(rule.sources) == {CAPTURE}:
            yield Complaint(
                check="captures",
                where=rule.where,
                what="rests on one unnamed capture: at most supportive until a second source stands"
                " beside it",
            )
        memory = [catalog.sources[s] for s in rule.sources if s in catalog.sources]
        if memory and all(source.code is EvidenceCode.M for source in memory) and rule.claims:
            yield Complaint(
                check="captures", where=rule.where, what="rests on memory only: it may not claim"
            )


def _dates(catalog: Catalog) -> Iterator[Complaint]:
    for regime in catalog.regimes.values():
        for part in regime.parts:
            if part.date < _EARLIEST:
                yield Complaint(check="dates", where=regime.where, what=f"part date {part.date}")
        periods: dict[tuple[str, str], list[tuple[date, date]]] = {}
        for row in regime.listings:
            span = (row.added, row.removed or date.max)
            for other in periods.setdefault((row.entity, row.name), []):
                if span[0] < other[1] and other[0] < span[1]:
                    yield Complaint(
                        check="dates",
                        where=f"regimes/{regime.id}/listings.csv:{row.row}",
                        what=f"two periods of {row.name!r} overlap",
                    )
            periods[row.entity, row.name].append(span)


def stale(catalog: Catalog, as_of: date) -> Iterator[Complaint]:
    """Regimes whose transcription is due for review; a warning, shown in every report too."""
    for regime in catalog.regimes.values():
        due = regime.evidence_as_of + timedelta(days=regime.review_days)
        if as_of > due:
            yield Complaint(
                check="stale",
                where=regime.where,
                what=f"evidence of {regime.evidence_as_of}, review was due {due}",
                warning=True,
            )


CHECKS: Final[dict[str, Check]] = {
    "unique": _unique_ids,
    "examples": _examples,
    "cross-fire": _cross_fire,
    "anchored": _anchored,
    "bounded": _bounded,
    "field": _fields,
    "references": _references,
    "oui": _owners,
    "captures": _captures,
    "dates": _dates,
}
