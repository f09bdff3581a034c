"""One folder shaped like vendor_db, read and checked: the shipped database or an overlay."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from auditor.catalog import convert, tables
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
    Listing,
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

KINDS: Final = "kinds.toml"
_TOP: Final = (".toml", ".csv")
_REGIME_FILES: Final = ("listings.csv", "regime.toml")


@dataclass(frozen=True, kw_only=True)
class Folder:
    """What one folder says. The key of ``rules``, ``ouis`` and ``relations`` is their vendor file.

    Attributes:
        db: ``db.toml``; None in an overlay without one.
        digest: SHA-256 over the names and bytes of every file that was read, hexadecimal.
        rows: listings of an overlay that brings no ``regime.toml``: rows for a regime that is known.
    """

    db: DbFile | None
    digest: str
    vendors: Mapping[str, Vendor] = field(default_factory=dict)
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    ouis: Mapping[str, tuple[OuiOwner, ...]] = field(default_factory=dict)
    relations: Mapping[str, tuple[Relation, ...]] = field(default_factory=dict)
    brands: tuple[BrandRow, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    regimes: Mapping[str, Regime] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    rows: Mapping[str, tuple[Listing, ...]] = field(default_factory=dict)


def read_folder(root: Path) -> Folder:
    """Read and check a folder.

    Raises:
        CatalogError: something does not fit; the message names file and key.
    """
    if not root.is_dir():
        raise CatalogError(f"{root}: not a folder; --vendor-db takes one shaped like vendor_db")
    vendors = [_vendor_file(path) for path in _inside(root / "vendors", ".toml")]
    rules = {shape.id: convert.rules(shape.fingerprint, shape.id, path) for shape, path in vendors}
    if (root / KINDS).is_file():
        kinds = read_toml(root / KINDS, KindsFile)
        rules[KINDS] = convert.rules(kinds.fingerprint, None, root / KINDS)
    regimes = [_regime(path) for path in _law(root) if path.name == "regime.toml"]
    policies = [
        convert.policy(read_toml(path, PolicyFile), path)
        for path in _inside(root / "policies", ".toml")
    ]
    rows = root / "brands.csv"
    return Folder(
        db=read_toml(root / "db.toml", DbFile) if (root / "db.toml").is_file() else None,
        digest=digest_of(root),
        vendors={shape.id: convert.vendor(shape, path) for shape, path in vendors},
        rules=rules,
        ouis={shape.id: convert.ouis(shape.oui, shape.id, path) for shape, path in vendors},
        relations={shape.id: convert.relations(shape.relation, path) for shape, path in vendors},
        brands=tuple(tables.brands(rows)) if rows.is_file() else (),
        sources=_sources(root / "sources.toml"),
        regimes={regime.id: regime for regime in regimes},
        policies={policy.id: policy for policy in policies},
        rows={
            path.parent.name: tables.listings(path, path.parent.name)
            for path in _law(root)
            if path.name == "listings.csv" and not (path.parent / "regime.toml").is_file()
        },
    )


def files_of(root: Path) -> tuple[Path, ...]:
    """The files that the loader reads and the digest covers, in a fixed order.

    Names that begin with a dot are passed over: editors and foreign file systems leave them.
    """
    found = [
        *_inside(root, *_TOP),
        *_inside(root / "vendors", ".toml"),
        *_inside(root / "policies", ".toml"),
        *_law(root),
    ]
    return tuple(sorted(found))


def _inside(folder: Path, *suffixes: str) -> list[Path]:
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names alone, twice as fast
    except OSError:
        return []
    return [folder / name for name in names if name.endswith(suffixes) and name[0] != "."]


def _law(root: Path) -> list[Path]:
    folders = _inside(root / "regimes", "")
    return [
        folder / name for folder in folders for name in _REGIME_FILES if (folder / name).is_file()
    ]


def digest_of(root: Path) -> str:
    """SHA-256 over names and bytes of the files that the loader reads, hexadecimal.

    Raises:
        CatalogError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for path in files_of(root):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CatalogError(f"{path}: cannot be read ({error.strerror})") from None
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def read_toml(path: Path, shape: type[ShapeT]) -> ShapeT:
    """Read one TOML file strictly.

    Raises:
        CatalogError: names the file and the line or key.
    """
    return _read(path, shape)


def _read(path: Path, shape: type[T]) -> T:
    import tomllib  # noqa: PLC0415 - costs time that a compiled database does not need

    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), shape)
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise CatalogError(f"{path}: not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{path}: not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise CatalogError(f"{path}: {error}") from None


def _vendor_file(path: Path) -> tuple[VendorFile, Path]:
    shape = read_toml(path, VendorFile)
    if shape.id != path.stem:
        raise CatalogError(f"{path}: id {shape.id!r} must equal the file name")
    return shape, path


def _sources(path: Path) -> dict[str, Source]:
    if not path.is_file():
        return {}
    shapes = _read(path, dict[str, SourceShape])
    return {key: convert.source(key, shape, path) for key, shape in shapes.items()}


def _regime(path: Path) -> Regime:
    shape = read_toml(path, RegimeFile)
    if shape.id != path.parent.name:
        raise CatalogError(f"{path}: id {shape.id!r} must equal the folder name")
    rows = path.parent / "listings.csv"
    listings = tables.listings(rows, shape.id) if rows.is_file() else ()
    return convert.regime(shape, listings, path)
