"""The rebrand directory: what a label, or a model code, says of the maker, and when.

A row is a hint and never more. A row whose period does not hold the month in which the device was
built says nothing of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from auditor.attribution.facts import Fact
from auditor.attribution.hit import Hit, cite, headed
from auditor.catalog.catalog import Catalog
from auditor.model.knowledge import BrandRow, Claim
from auditor.model.words import Role, Strength

_TRUSTED_ROWS = frozenset("ABC")
_NO_VIDEO = frozenset({"tls.subject"})
"""Whose labels are no sign of video equipment: a house makes out certificates to all of its servers."""
_LEFT_OUT = re.compile(r"\^\(\?!([^()]{1,200})\)")


def brand_hits(
    fact: Fact, models: Sequence[str], built: str | None, catalog: Catalog
) -> Iterator[Hit]:
    """What a label says: itself, who builds under it, and the directory rows that speak.

    Args:
        fact: a brand or manufacturer text.
        models: everything that the device was called; it chooses the rows.
        built: month of production, ``YYYY-MM``, or None.
        catalog: the database.
    """
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
        evidence=cite(fact, f"{brand}.brand-name", Strength.LABEL, vendor.sources),
        claims=tuple(claims),
        video=vendor.video and fact.origin not in _NO_VIDEO,
    )
    rows = [row for row in catalog.brand_rows.get(brand, ()) if _in_period(row, built)]
    named = _named(rows, models)
    for row in rows:
        if _row_speaks(row, models):
            # A row that names the model goes before one that says "some" or "few".
            behind = bool(named) and row not in named
            yield replace(_row_hit(row, fact, built, catalog), presumed=behind)


def _named(rows: list[BrandRow], models: Sequence[str]) -> list[BrandRow]:
    """Rows that name one of these very models."""
    return [
        row
        for row in rows
        if row.models is not None
        and row.confidence != "E"
        and any(row.models.search(model) for model in models)
    ]


def _row_speaks(row: BrandRow, models: Sequence[str]) -> bool:
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


def _in_period(row: BrandRow, built: str | None) -> bool:
    """Whether the row may be true of a device of that month; of an unknown month it may."""
    if built is None:
        return True
    return (row.since is None or _month(row.since) <= built) and (
        row.until is None or built <= _month(row.until)
    )


def _month(day: date) -> str:
    return day.isoformat()[:7]


def _period(row: BrandRow, built: str | None) -> str:
    """The row's period as its citation says it; inside the first or last month that is open."""
    ends = [
        f"{word} {_month(day)}"
        for word, day in (("since", row.since), ("until", row.until))
        if day is not None
    ]
    if built is not None and any(end.endswith(built) for end in ends):
        ends.append("built in that month")
    return f" ({', '.join(ends)})" if ends else ""


def _row_hit(
    row: BrandRow, fact: Fact, built: str | None, catalog: Catalog, *, labelled: bool = True
) -> Hit:
    maker = headed(Claim(role=Role.MAKER, vendor=row.maker), catalog)
    brand = (Claim(role=Role.BRAND, vendor=row.brand),) if labelled else ()
    return Hit(
        evidence=cite(
            fact,
            row.cite + _period(row, built),
            Strength.LABEL,
            tuple(row.source.split("|")),
        ),
        claims=(*brand, maker),
        video=fact.origin not in _NO_VIDEO,
    )


def rows_naming(model: str, catalog: Catalog) -> tuple[BrandRow, ...]:
    """The rows, of whatever label and period, that name a model."""
    return catalog.memory.recall(("model rows", model), lambda: _rows_naming(model, catalog))


def _rows_naming(model: str, catalog: Catalog) -> tuple[BrandRow, ...]:
    return tuple(
        row
        for row in catalog.brands
        if row.models is not None and row.confidence != "E" and row.models.search(model)
    )


def model_row_hits(fact: Fact, built: str | None, catalog: Catalog) -> Iterator[Hit]:
    """A model code of a rebrander; for devices of which no label says whose it is."""
    met = [row for row in rows_naming(fact.value, catalog) if _in_period(row, built)]
    # One code at several sellers (NC303-MB) tells the maker where they agree, and no label.
    shared = len({row.brand for row in met}) > 1
    for row in met:
        if row.confidence in _TRUSTED_ROWS:
            yield _row_hit(row, fact, built, catalog, labelled=not shared)
