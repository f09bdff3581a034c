"""Reads vendor_db (and overlays) into a Catalog, or fails with file and key."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from auditor.catalog.catalog import Catalog
from auditor.catalog.compiled import Base, base_of
from auditor.catalog.folder import Folder, read_folder, read_toml
from auditor.catalog.locate import home
from auditor.catalog.oui import Registry
from auditor.catalog.shapes import SCHEMA, DbFile
from auditor.model.errors import CatalogError
from auditor.model.knowledge import BrandRow, Regime, Vendor

__all__: Final = ["load", "read_toml"]

T = TypeVar("T")
_known: Final[dict[tuple[Path, str], Catalog]] = {}


def load(overlays: Sequence[Path] = (), *, base: Path | None = None) -> Catalog:
    """Load the database and the operator's overlays.

    The database comes compiled where that is possible (:mod:`auditor.catalog.compiled`); overlays,
    and a base that is named, are parsed each time.

    Args:
        overlays: folders shaped like vendor_db, any file optional; a vendor, regime or policy
            file replaces the shipped one of the same id, CSV rows are added (a ``listings.csv``
            without a ``regime.toml`` beside it adds rows to the shipped regime, or closes them).
        base: another database than the one in effect (tests, bundles).

    Raises:
        CatalogError: something does not fit; the message names file and key.
    """
    if base is None:
        root = home()
        first = base_of(root)
        if not overlays:
            return _once(root, first)
    else:
        root = base
        first = Base(read_folder(root), Registry(root / "oui_restricted.csv"))
    return _laid_out(root, first, tuple(read_folder(place) for place in overlays))


def _once(root: Path, first: Base) -> Catalog:
    """The database without overlays, put together once in a process while its content is the same.

    Its patterns are compiled when they are first needed, which a run over several networks then
    does once.
    """
    key = (root, first.folder.digest)
    if key not in _known:
        _known.clear()
        _known[key] = _laid_out(root, first, ())
    return _known[key]


def _laid_out(root: Path, first: Base, overlays: Sequence[Folder]) -> Catalog:
    folders = (first.folder, *overlays)
    db = next((folder.db for folder in reversed(folders) if folder.db is not None), None)
    if db is None:
        raise CatalogError(f"{root / 'db.toml'}: missing")
    return _join(db, folders, first.registry, root)


def _join(db: DbFile, folders: Sequence[Folder], registry: Registry, root: Path) -> Catalog:
    if db.schema != SCHEMA:
        raise CatalogError(
            f"{root / 'db.toml'}: schema {db.schema}, this auditor reads schema {SCHEMA};"
            " it takes an auditor of the same age"
        )
    brands = tuple(
        row if not number else replace(row, place=f"overlay {number} brands.csv")
        for number, folder in enumerate(folders)
        for row in folder.brands
    )
    vendors = _vendors_from_rows(_laid(folder.vendors for folder in folders), brands)
    rules = _flat(_laid(_kinds_apart(folder.rules, n) for n, folder in enumerate(folders)))
    ouis = _flat(_laid(folder.ouis for folder in folders))
    return Catalog(
        version=db.version,
        released=db.released,
        digest=f"sha256:{_digest(folders)}",
        vendors=MappingProxyType(vendors),
        rules=tuple(sorted(rules, key=lambda rule: rule.id)),
        ouis=tuple(sorted(ouis, key=lambda owner: owner.id)),
        brands=brands,
        relations=tuple(_flat(_laid(folder.relations for folder in folders))),
        sources=MappingProxyType(_laid(folder.sources for folder in folders)),
        regimes=MappingProxyType(_regimes(folders)),
        policies=MappingProxyType(_laid(folder.policies for folder in folders)),
        registry=registry,
    )


def _regimes(folders: Sequence[Folder]) -> dict[str, Regime]:
    """Regimes, with the rows that overlays add or close.

    A row of an overlay that names the entity, the name and the day of a row that is known takes its
    place (to close it, with a date under ``removed``); any other is added.

    Raises:
        CatalogError: rows for a regime that is not known.
    """
    out = _laid(folder.regimes for folder in folders)
    for folder in folders:
        for name, rows in folder.rows.items():
            if name not in out:
                raise CatalogError(f"regimes/{name}/listings.csv: no regime {name!r} is known")
            new = {(row.entity, row.name, row.added): row for row in rows}
            kept = (
                row for row in out[name].listings if (row.entity, row.name, row.added) not in new
            )
            out[name] = replace(out[name], listings=(*kept, *rows))
    return out


def _digest(folders: Sequence[Folder]) -> str:
    """The base's own digest, or one over the digests of base and overlays in their order."""
    if len(folders) == 1:
        return folders[0].digest
    return hashlib.sha256("\0".join(folder.digest for folder in folders).encode()).hexdigest()


def _laid(tables: Iterable[Mapping[str, T]]) -> dict[str, T]:
    """Tables laid over each other, the last on top, sorted by key."""
    out: dict[str, T] = {}
    for table in tables:
        out.update(table)
    return dict(sorted(out.items()))


def _kinds_apart(rules: Mapping[str, T], number: int) -> Mapping[str, T]:
    """``kinds.toml`` of an overlay adds to the shipped one instead of replacing it."""
    return {(f"{number}/{key}" if key.endswith(".toml") else key): of for key, of in rules.items()}


def _flat(groups: Mapping[str, tuple[T, ...]]) -> list[T]:
    return [item for group in groups.values() for item in group]


def _vendors_from_rows(known: dict[str, Vendor], brands: Iterable[BrandRow]) -> dict[str, Vendor]:
    """A brand that has only a directory row is a vendor all the same."""
    out = dict(known)
    for row in brands:
        if row.brand not in out:
            out[row.brand] = Vendor(
                id=row.brand,
                name=row.name,
                country=row.country,
                legal_name=None,
                aliases=row.aliases,
                builds="none",
                where=row.cite,
            )
    return dict(sorted(out.items()))
