"""The CSV files of vendor_db: the rebrand directory and the listings."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from auditor.catalog.convert import pattern, word
from auditor.model.errors import CatalogError
from auditor.model.knowledge import BrandRow, Listing
from auditor.model.words import EvidenceCode, Kind

BRAND_COLUMNS = (
    "brand", "name", "aliases", "owner", "country", "maker", "extent", "models", "since", "until",
    "confidence", "verified", "source", "note",
)  # fmt: skip
LISTING_COLUMNS = (
    "entity", "vendor", "name_verbatim", "equipment", "kinds", "purpose_limit", "added",
    "added_approx", "effective", "removed", "cite", "source", "code", "note",
)  # fmt: skip
_EXTENTS = frozenset({"all", "most", "some", "few"})
_CONFIDENCE = frozenset("ABCDE")
ANY = frozenset(Kind)
"""What ``any`` in the column ``kinds`` stands for."""


def brands(path: Path) -> list[BrandRow]:
    """The rebrand directory.

    Raises:
        CatalogError: names file, line and column.
    """
    return [
        _brand(row, number, f"{path.name}:{number}") for number, row in _rows(path, BRAND_COLUMNS)
    ]


def listings(path: Path, regime: str) -> tuple[Listing, ...]:
    """The listings of one regime.

    Raises:
        CatalogError: names file, line and column.
    """
    place = f"regimes/{regime}/{path.name}"
    return tuple(
        _listing(row, number, regime, f"{place}:{number}")
        for number, row in _rows(path, LISTING_COLUMNS)
    )


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            if tuple(reader.fieldnames or ()) != columns:
                raise CatalogError(f"{path}:1: the header must be {','.join(columns)}")
            for row in reader:
                if None in row or any(value is None for value in row.values()):
                    raise CatalogError(f"{path}:{reader.line_num}: {len(columns)} columns expected")
                yield reader.line_num, {key: value.strip() for key, value in row.items()}
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror})") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: {error}") from None


def _date(row: dict[str, str], column: str, where: str) -> date | None:
    if not row[column]:
        return None
    try:
        return date.fromisoformat(row[column])
    except ValueError:
        raise CatalogError(
            f"{where}: {column} = {row[column]!r} is not a date like 2019-08-13"
        ) from None


def _one_of(row: dict[str, str], column: str, words: frozenset[str], where: str) -> str:
    if row[column] not in words:
        raise CatalogError(
            f"{where}: {column} = {row[column]!r} is none of {', '.join(sorted(words))}"
        )
    return row[column]


def _yes(row: dict[str, str], column: str, where: str) -> bool:
    return _one_of(row, column, frozenset({"yes", "no"}), where) == "yes"


def _brand(row: dict[str, str], number: int, where: str) -> BrandRow:
    if not row["brand"] or not row["maker"]:
        raise CatalogError(f"{where}: brand and maker must not be empty")
    return BrandRow(
        brand=row["brand"],
        name=row["name"] or row["brand"],
        aliases=tuple(alias.strip() for alias in row["aliases"].split("|") if alias.strip()),
        owner=row["owner"] or None,
        country=row["country"] or None,
        maker=row["maker"],
        extent=_one_of(row, "extent", _EXTENTS, where),
        models=pattern(row["models"], where, ignorecase=True) if row["models"] else None,
        model_text=row["models"],
        since=_date(row, "since", where),
        until=_date(row, "until", where),
        confidence=_one_of(row, "confidence", _CONFIDENCE, where),
        verified=_yes(row, "verified", where),
        source=row["source"],
        note=row["note"] or None,
        row=number,
    )


def _listing(row: dict[str, str], number: int, regime: str, where: str) -> Listing:
    added = _date(row, "added", where)
    if added is None:
        raise CatalogError(f"{where}: added must not be empty")
    removed = _date(row, "removed", where)
    if removed is not None and removed < added:
        raise CatalogError(f"{where}: removed is before added")
    words = [item.strip() for item in row["kinds"].split("|") if item.strip()]
    if not words:
        raise CatalogError(f"{where}: kinds must name kinds of equipment, or any")
    kinds = ANY if words == ["any"] else frozenset(word(Kind, item, where) for item in words)
    return Listing(
        regime=regime,
        entity=row["entity"],
        vendor=row["vendor"],
        name=row["name_verbatim"],
        equipment=row["equipment"],
        kinds=kinds,
        purpose_limit=row["purpose_limit"] or None,
        added=added,
        added_approx=_yes(row, "added_approx", where),
        effective=_date(row, "effective", where),
        removed=removed,
        cite=row["cite"],
        source=row["source"],
        code=word(EvidenceCode, row["code"], where),
        note=row["note"] or None,
        row=number,
    )
