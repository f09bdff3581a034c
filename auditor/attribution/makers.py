"""Claims, with the makers that follow from them."""

from auditor.attribution.hit import headed
from auditor.catalog.catalog import Catalog
from auditor.model.knowledge import Claim, OuiOwner, Rule
from auditor.model.words import Role


def with_makers(says: Rule | OuiOwner, catalog: Catalog) -> tuple[Claim, ...]:
    """Claims, with the maker that a platform implies and family heads put in role maker."""
    return catalog.memory.recall(("makers", says.id), lambda: _with_makers(says.claims, catalog))


def _with_makers(claims: tuple[Claim, ...], catalog: Catalog) -> tuple[Claim, ...]:
    out: dict[tuple[Role, str], Claim] = {}
    for claim in claims:
        placed = headed(claim, catalog)
        out.setdefault((placed.role, placed.vendor), placed)
        vendor = catalog.vendors.get(placed.vendor)
        if placed.role is Role.PLATFORM and vendor is not None and vendor.platform_is_maker:
            maker = Claim(role=Role.MAKER, vendor=placed.vendor, entity=placed.entity)
            out.setdefault((Role.MAKER, maker.vendor), maker)
    return tuple(out.values())
