"""Reads vendor_db (and overlays) into a Catalog, or fails with file and key."""

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import msgspec

from auditor.catalog import convert, tables
from auditor.catalog.catalog import Catalog
from auditor.catalog.locate import home
from auditor.catalog.oui import Registry
from auditor.catalog.shapes import (
    DbFile,
    KindsFile,
    PolicyFile,
    RegimeFile,
    Shape,
    SourceShape,
    VendorFile,
)
from auditor.model.errors import CatalogError
from auditor.model.knowledge import (
    BrandRow,
    OuiOwner,
    Policy,
    Regime,
    Relation,
    Rule,
    Source,
    Vendor,
)

ShapeT = TypeVar("ShapeT", bound=Shape)
T = TypeVar("T")


class _Draft:
    """What has been read so far; overlays add to it or replace whole files by id."""

    def __init__(self) -> None:
        self.db: DbFile | None = None
        self.digest = hashlib.sha256()
        self.vendors: dict[str, Vendor] = {}
        self.rules: dict[str, tuple[Rule, ...]] = {}
        self.ouis: dict[str, tuple[OuiOwner, ...]] = {}
        self.relations: dict[str, tuple[Relation, ...]] = {}
        self.brands: list[BrandRow] = []
        self.sources: dict[str, Source] = {}
        self.regimes: dict[str, Regime] = {}
        self.policies: dict[str, Policy] = {}


def load(overlays: Sequence[Path] = (), *, base: Path | None = None) -> Catalog:
    """Load the shipped database and the operator's overlays.

    Args:
        overlays: folders shaped like vendor_db, any file optional; a vendor, regime or policy
            file replaces the shipped one of the same id, CSV rows are added.
        base: another shipped database (tests, bundles).

    Raises:
        CatalogError: something does not fit; the message names file and key.
    """
    root = base or home()
    draft = _Draft()
    for place in (root, *overlays):
        if not place.is_dir():
            raise CatalogError(
                f"{place}: not a folder; --vendor-db takes one shaped like vendor_db"
            )
        _read_folder(draft, place)
    if draft.db is None:
        raise CatalogError(f"{root / 'db.toml'}: missing")
    _vendors_from_rows(draft)
    return Catalog(
        version=draft.db.version,
        released=draft.db.released,
        digest=f"sha256:{draft.digest.hexdigest()}",
        vendors=MappingProxyType(dict(sorted(draft.vendors.items()))),
        rules=tuple(sorted(_flat(draft.rules.values()), key=lambda rule: rule.id)),
        ouis=tuple(sorted(_flat(draft.ouis.values()), key=lambda owner: owner.id)),
        brands=tuple(draft.brands),
        relations=tuple(_flat(draft.relations.values())),
        sources=MappingProxyType(draft.sources),
        regimes=MappingProxyType(dict(sorted(draft.regimes.items()))),
        policies=MappingProxyType(dict(sorted(draft.policies.items()))),
        registry=Registry(root / "oui_restricted.csv"),
    )


def read_toml(path: Path, shape: type[ShapeT]) -> ShapeT:
    """Read one TOML file strictly.

    Raises:
        CatalogError: names the file and the line or key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(raw, shape)
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise CatalogError(f"{path}: not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{path}: not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise CatalogError(f"{path}: {error}") from None


def _flat(groups: Iterable[Iterable[T]]) -> list[T]:
    return [item for group in groups for item in group]


def _read_folder(draft: _Draft, root: Path) -> None:
    known = _files(root)
    for path in known:
        draft.digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        try:
            draft.digest.update(path.read_bytes())
        except OSError as error:
            raise CatalogError(f"{path}: cannot be read ({error.strerror})") from None
    if (root / "db.toml").is_file():
        draft.db = read_toml(root / "db.toml", DbFile)
    if (root / "sources.toml").is_file():
        draft.sources.update(_sources(root / "sources.toml"))
    for path in sorted((root / "vendors").glob("*.toml")):
        _read_vendor(draft, path)
    if (root / "kinds.toml").is_file():
        path = root / "kinds.toml"
        shape = read_toml(path, KindsFile)
        draft.rules[str(path)] = convert.rules(shape.fingerprint, None, path)
    if (root / "brands.csv").is_file():
        draft.brands.extend(tables.brands(root / "brands.csv"))
    for path in sorted((root / "regimes").glob("*/regime.toml")):
        _read_regime(draft, path)
    for path in sorted((root / "policies").glob("*.toml")):
        policy = convert.policy(read_toml(path, PolicyFile), path)
        draft.policies[policy.id] = policy


def _files(root: Path) -> list[Path]:
    patterns = (
        "*.toml", "*.csv", "vendors/*.toml", "regimes/*/regime.toml", "regimes/*/listings.csv",
        "policies/*.toml",
    )  # fmt: skip
    return sorted(path for pattern in patterns for path in root.glob(pattern))


def _sources(path: Path) -> dict[str, Source]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        shapes = msgspec.convert(raw, dict[str, SourceShape])
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{path}: not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise CatalogError(f"{path}: {error}") from None
    return {key: convert.source(key, shape, path) for key, shape in shapes.items()}


def _read_vendor(draft: _Draft, path: Path) -> None:
    shape = read_toml(path, VendorFile)
    if shape.id != path.stem:
        raise CatalogError(f"{path}: id {shape.id!r} must equal the file name")
    vendor = convert.vendor(shape, path)
    draft.vendors[vendor.id] = vendor
    draft.rules[vendor.id] = convert.rules(shape.fingerprint, vendor.id, path)
    draft.ouis[vendor.id] = convert.ouis(shape.oui, vendor.id, path)
    draft.relations[vendor.id] = convert.relations(shape.relation, path)


def _read_regime(draft: _Draft, path: Path) -> None:
    shape = read_toml(path, RegimeFile)
    if shape.id != path.parent.name:
        raise CatalogError(f"{path}: id {shape.id!r} must equal the folder name")
    rows = path.parent / "listings.csv"
    listings = tables.listings(rows, shape.id) if rows.is_file() else ()
    draft.regimes[shape.id] = convert.regime(shape, listings, path)


def _vendors_from_rows(draft: _Draft) -> None:
    """A brand that has only a directory row is a vendor all the same."""
    for row in draft.brands:
        if row.brand not in draft.vendors:
            draft.vendors[row.brand] = Vendor(
                id=row.brand,
                name=row.name,
                country=row.country,
                legal_name=None,
                aliases=row.aliases,
                builds="none",
                where=f"brands.csv:{row.row}",
            )
