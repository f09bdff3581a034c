"""Every id that one part of the database names must exist in another."""

from collections.abc import Container, Iterable, Iterator

from auditor.catalog.catalog import Catalog
from auditor.model.knowledge import Claim

Dangling = tuple[str, str]
"""(place, what is wrong)."""


def dangling(catalog: Catalog) -> Iterator[Dangling]:
    """Every reference that leads nowhere."""
    yield from _rules(catalog)
    yield from _owners(catalog)
    yield from _vendors(catalog)
    yield from _rows(catalog)
    yield from _law(catalog)


def _absent(
    kind: str, names: Iterable[str | None], known: Container[str], where: str
) -> Iterator[Dangling]:
    for name in names:
        if name is not None and name not in known:
            yield where, f"unknown {kind} {name!r}"


def _claims(claims: Iterable[Claim], catalog: Catalog, where: str) -> Iterator[Dangling]:
    listed = tuple(claims)
    yield from _absent("vendor", (claim.vendor for claim in listed), catalog.vendors, where)
    yield from _absent("entity", (claim.entity for claim in listed), catalog.entity_vendor, where)


def _sources(names: tuple[str, ...], catalog: Catalog, where: str) -> Iterator[Dangling]:
    if not names or names == ("",):
        yield where, "no source"
        return
    yield from _absent("source", names, catalog.sources, where)


def _rules(catalog: Catalog) -> Iterator[Dangling]:
    for rule in catalog.rules:
        yield from _sources(rule.sources, catalog, rule.where)
        yield from _claims(rule.claims, catalog, rule.where)
        yield from _absent("rule", rule.also, catalog.rule_by_id, rule.where)


def _owners(catalog: Catalog) -> Iterator[Dangling]:
    for owner in catalog.ouis:
        yield from _sources(owner.sources, catalog, owner.where)
        yield from _claims(owner.claims, catalog, owner.where)


def _vendors(catalog: Catalog) -> Iterator[Dangling]:
    for vendor in catalog.vendors.values():
        yield from _absent("vendor", vendor.oem_codes.values(), catalog.vendors, vendor.where)
        yield from _absent("vendor", [vendor.family], catalog.vendors, vendor.where)
        yield from _absent("entity", [vendor.entity], catalog.entity_vendor, vendor.where)
        yield from _absent("source", vendor.sources, catalog.sources, vendor.where)


def _rows(catalog: Catalog) -> Iterator[Dangling]:
    for row in catalog.brands:
        where = row.cite
        yield from _absent("maker", [row.maker], catalog.vendors, where)
        yield from _sources(tuple(row.source.split("|")), catalog, where)
    for edge in catalog.relations:
        where = f"relation {edge.child} → {edge.parent}"
        yield from _absent("entity", [edge.child, edge.parent], catalog.entity_vendor, where)
        yield from _sources((edge.source,), catalog, where)


def _law(catalog: Catalog) -> Iterator[Dangling]:
    for regime in catalog.regimes.values():
        yield from _sources((regime.source,), catalog, regime.where)
        for row in regime.listings:
            where = f"regimes/{regime.id}/listings.csv:{row.row}"
            yield from _absent("vendor", [row.vendor], catalog.vendors, where)
            yield from _absent("entity", [row.entity], catalog.entity_vendor, where)
            yield from _sources((row.source,), catalog, where)
    for policy in catalog.policies.values():
        where = f"policies/{policy.id}.toml"
        yield from _absent("regime", policy.regimes, catalog.regimes, where)
