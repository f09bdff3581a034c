"""What the database could read out of an answer that has not come yet: worked out once, and pure.

The planner asks it before a knock or a question: is there any rule that could say something new of
this device, if it answered?
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from auditor.catalog.catalog import Catalog
from auditor.catalog.match import meetings
from auditor.model.knowledge import Rule
from auditor.model.words import Role, Strength
from auditor.probes.ports import ONLY_IF_NAMED, SDK_ONLY, WAVES, is_virtual_host

MODELS: Final = frozenset(
    {"onvif.model", "onvif.hardware_id", "onvif.scopes", "isapi.device_info", "ssdp.description"}
    | {"axis.basicdeviceinfo", "http.title", "http.auth_realm", "rtsp.auth_realm"}
)
"""Signals of probes in which a device of any maker may name its model."""

BRANDS: Final = frozenset(
    {"onvif.manufacturer", "onvif.scopes", "isapi.device_info", "ssdp.description"}
    | {"axis.basicdeviceinfo", "http.title"}
)
"""Signals of probes in which a device of any maker may name its label."""

_MAKES: Final = frozenset({Role.MAKER, Role.PLATFORM})
_TELLING: Final = frozenset({Strength.STRONG, Strength.SUPPORTIVE})
_MODEL_GROUP: Final = "(?P<model>"
_NOBODY: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the rules could make of answers.

    Attributes:
        ports: vendors of the rules that read that a port is open, for ports to which nothing is said;
            a rule that names no vendor stands as ``""``. A port that is missing tells nothing.
        telling: those of these ports that are more than a weak sign of anybody.
        models: signals whose rules read a model, by vendor.
        labels: signals whose rules name a label, by maker or platform; ``""`` where they name none,
            for then the label may stand on anybody's hardware.
        kinds: signals whose rules tell the kind or a finding, by vendor; ``""`` for rules of nobody.
        findings: signals whose rules tell a finding, of any vendor.
        listed: vendors (heads of their families too) that any regime names, whatever the policy.
        builders: vendors that build all that they sell, so that no model is needed to say so.
    """

    ports: Mapping[int, frozenset[str]]
    telling: frozenset[int]
    models: Mapping[str, frozenset[str]]
    labels: Mapping[str, frozenset[str]]
    kinds: Mapping[str, frozenset[str]]
    findings: frozenset[str]
    listed: frozenset[str]
    builders: frozenset[str]

    def details(self, vendors: Iterable[str], *, model: bool, brand: bool) -> frozenset[str]:
        """Signals that could tell more of a device whose maker is beyond doubt.

        Args:
            vendors: all that anything speaks for, in any role.
            model: whether its model is still unknown.
            brand: whether its label is still unknown.
        """
        found = set(self.kinds.get(_NOBODY, ()))
        if brand:
            found |= BRANDS | self.labels.get(_NOBODY, frozenset())
        if model:
            found |= MODELS
        for vendor in vendors:
            found |= self.kinds.get(vendor, frozenset())
            if model:
                found |= self.models.get(vendor, frozenset())
            if brand:
                found |= self.labels.get(vendor, frozenset())
        return frozenset(found)


def is_silent(port: int) -> bool:
    """Whether nothing is said to a port of the waves, so that it tells by being open alone."""
    return port in SDK_ONLY or port in ONLY_IF_NAMED or is_virtual_host(port)


def reading(catalog: Catalog) -> Reading:
    """What the rules of a database could make of answers."""
    models: dict[str, set[str]] = {}
    labels: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for rule in catalog.rules:
        vendors = _vendors(rule, catalog)
        if _MODEL_GROUP in rule.pattern.pattern:
            _enter(models, vendors, rule.signal)
        if any(claim.role is Role.BRAND for claim in rule.claims):
            makes = {catalog.head_of(one.vendor) for one in rule.claims if one.role in _MAKES}
            _enter(labels, makes or {_NOBODY}, rule.signal)
        if rule.kind is not None or rule.note is not None:
            _enter(kinds, vendors, rule.signal)
    named = {item.vendor for regime in catalog.regimes.values() for item in regime.listings}
    silent = {port: _readers(port, catalog) for wave in WAVES for port in wave if is_silent(port)}
    return Reading(
        ports={
            port: frozenset(vendor for rule in rules for vendor in _vendors(rule, catalog))
            for port, rules in silent.items()
            if rules
        },
        telling=frozenset(
            port
            for port, rules in silent.items()
            if any(rule.strength in _TELLING for rule in rules)
        ),
        models=_fixed(models),
        labels=_fixed(labels),
        kinds=_fixed(kinds),
        findings=frozenset(rule.signal for rule in catalog.rules if rule.note is not None),
        listed=frozenset(named | {catalog.head_of(vendor) for vendor in named}),
        builders=frozenset(one.id for one in catalog.vendors.values() if one.builds == "all"),
    )


def _readers(port: int, catalog: Catalog) -> tuple[Rule, ...]:
    """The rules that read that a port is open."""
    rules = catalog.rules_by_signal.get("port.open", ())
    return tuple(rule for rule, _ in meetings(rules, "port.open", f"tcp/{port}"))


def _vendors(rule: Rule, catalog: Catalog) -> frozenset[str]:
    """Whom a rule speaks of, with the heads of their families; ``""`` where it names nobody."""
    named = {claim.vendor for claim in rule.claims} | ({rule.owner} if rule.owner else set())
    return frozenset(named | {catalog.head_of(one) for one in named}) or frozenset({_NOBODY})


def _enter(table: dict[str, set[str]], vendors: Iterable[str], signal: str) -> None:
    for vendor in vendors:
        table.setdefault(vendor, set()).add(signal)


def _fixed(table: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {vendor: frozenset(signals) for vendor, signals in table.items()}
