"""The Catalog: everything that the database says, immutable and indexed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from auditor.catalog.memory import Memory
from auditor.catalog.oui import Registry, normal_owner
from auditor.catalog.sieve import Rules
from auditor.model.knowledge import (
    BrandRow,
    Listing,
    OuiOwner,
    Policy,
    Regime,
    Relation,
    Rule,
    Source,
    Vendor,
)

_CONTROL = frozenset({"owns", "controls"})
_BLANKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """One loaded database (with its overlays).

    Attributes:
        version: as ``db.toml`` says.
        digest: SHA-256 over every file that was read, ``sha256:…``.
    """

    version: str
    released: date
    digest: str
    vendors: Mapping[str, Vendor]
    rules: tuple[Rule, ...]
    ouis: tuple[OuiOwner, ...]
    brands: tuple[BrandRow, ...]
    relations: tuple[Relation, ...]
    sources: Mapping[str, Source]
    regimes: Mapping[str, Regime]
    policies: Mapping[str, Policy]
    registry: Registry = field(repr=False, compare=False)

    @cached_property
    def memory(self) -> Memory:
        """Pure results that were worked out with this catalog before."""
        return Memory()

    @cached_property
    def rules_by_signal(self) -> Mapping[str, Rules]:
        """Rules by the signal that they read."""
        table: dict[str, list[Rule]] = {}
        for rule in self.rules:
            table.setdefault(rule.signal, []).append(rule)
        return {signal: Rules(rules) for signal, rules in table.items()}

    @cached_property
    def rule_by_id(self) -> Mapping[str, Rule]:
        """Rules by id."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def entity_vendor(self) -> Mapping[str, str]:
        """Vendor id of each legal entity's id."""
        table = {vendor_id: vendor_id for vendor_id in self.vendors}
        for vendor in self.vendors.values():
            for entity in vendor.entities:
                table[entity.id] = vendor.id
        return table

    @cached_property
    def brand_names(self) -> Mapping[str, str]:
        """Vendor id by folded brand name or alias; the vendor files win over directory rows."""
        table: dict[str, str] = {}
        for row in self.brands:
            for name in (row.name, *row.aliases, row.brand):
                table.setdefault(fold(name), row.brand)
        for vendor in self.vendors.values():
            for name in (vendor.name, *vendor.aliases, vendor.id, vendor.legal_name or vendor.id):
                table[fold(name)] = vendor.id
        table.pop("", None)
        return table

    @cached_property
    def brand_rows(self) -> Mapping[str, tuple[BrandRow, ...]]:
        """Directory rows by brand id."""
        table: dict[str, list[BrandRow]] = {}
        for row in self.brands:
            table.setdefault(row.brand, []).append(row)
        return {brand: tuple(rows) for brand, rows in table.items()}

    @cached_property
    def sold_on(self) -> frozenset[str]:
        """Makers whose hardware is sold under another label too, as the directory knows."""
        return frozenset(row.maker for row in self.brands if row.maker != row.brand)

    @cached_property
    def _owner_of(self) -> Callable[[str], OuiOwner | None]:
        @lru_cache(maxsize=4096)
        def look(organisation: str) -> OuiOwner | None:
            folded = normal_owner(organisation)
            return next((item for item in self.ouis if item.owner.search(folded)), None)

        return look

    def oui(self, mac: str) -> tuple[str | None, OuiOwner | None]:
        """The registered owner of a MAC and what that owner testifies."""
        organisation = self.registry.owner(mac)
        if organisation is None:
            return None, None
        return organisation, self._owner_of(organisation)

    def brand_of(self, text: str) -> str | None:
        """Vendor id of a brand or manufacturer text; None when it is not known.

        The whole text must be a known name; what stands in brackets after it, and company
        suffixes, are dropped if it is not.
        """
        names = self.brand_names
        for name in dict.fromkeys((text, text.partition("(")[0])):
            folded = _folded(name)
            found = names.get(folded) or names.get(_SUFFIX.sub("", folded).strip())
            if found is not None:
                return found
        return None

    def head_of(self, vendor: str) -> str:
        """The vendor in role maker for what this vendor builds (EZVIZ → hikvision)."""
        known = self.vendors.get(vendor)
        return known.family if known and known.family else vendor

    def controlled_by(self, entity: str, as_of: date) -> frozenset[str]:
        """Every entity that owns or controls this one at a date, itself included.

        Follows ``owns`` and ``controls`` edges, and ``formerly-owned`` ones inside their
        period. Edges known only from memory are not followed.
        """
        found = {entity}
        queue = [entity]
        while queue:
            child = queue.pop()
            for edge in self._edges_up.get(child, ()):
                if edge.parent not in found and _holds(edge, as_of):
                    found.add(edge.parent)
                    queue.append(edge.parent)
        return frozenset(found)

    @cached_property
    def _edges_up(self) -> Mapping[str, tuple[Relation, ...]]:
        table: dict[str, list[Relation]] = {}
        for edge in self.relations:
            table.setdefault(edge.child, []).append(edge)
        return {child: tuple(edges) for child, edges in table.items()}

    def listings_of(self, regime: str) -> tuple[Listing, ...]:
        """The rows of a regime; empty when the regime is unknown."""
        known = self.regimes.get(regime)
        return known.listings if known else ()


def fold(text: str) -> str:
    """A name for comparing: lower case, everything but letters and digits one blank."""
    return _BLANKS.sub(" ", text.lower()).strip()


_folded = lru_cache(maxsize=1024)(fold)

_SUFFIX = re.compile(
    r"(?: (?:co|ltd|inc|llc|corp|corporation|company|limited|gmbh|ag|ab|sa|spa|technology"
    r"|technologies|digital technology|international|communications|security))+$"
)


def _holds(edge: Relation, as_of: date) -> bool:
    if edge.code == "M" or edge.kind not in _CONTROL | {"formerly-owned"}:
        return False
    if edge.since is not None and as_of < edge.since:
        return False
    return edge.until is None or as_of <= edge.until
