"""What changed at the sources since the database was transcribed: printed for review, never applied.

Pure functions from a catalog and a newer source to findings; a person decides what follows.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.catalog.blocks import WIDTHS
from auditor.catalog.catalog import Catalog, fold
from auditor.catalog.oui import PARENT, normal_owner, read_manuf
from auditor.model.errors import UsageError
from auditor.model.knowledge import OuiOwner, Vendor

_LOCAL: Final = 0x02
_IEEE_HEAD: Final = ("registry", "assignment", "organization name")
_NAME_COLUMNS: Final = (
    "name", "entity name", "entity", "name verbatim", "company", "company name", "organization",
    "organisation", "sdn name", "party name",
)  # fmt: skip
_SHORT: Final = 4
_COMMON: Final = 8
"""A word in the names of so many strangers is a place or a trade, not a maker's name."""
_NOISE: Final = frozenset(
    {
        "beijing", "changsha", "chengdu", "china", "chongqing", "company", "corporation", "digital",
        "dongguan", "electronic", "electronics", "fuzhou", "guangdong", "guangzhou", "hangzhou",
        "hong", "india", "international", "jiangsu", "jinan", "kong", "limited", "nanjing",
        "ningbo", "qingdao", "shandong", "shanghai", "shenzhen", "sichuan", "suzhou", "technologies",
        "technology", "tianjin", "wuhan", "wuxi", "xiamen", "xian", "xinjiang", "zhejiang",
        "zhuhai",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Difference:
    """One thing to look at.

    Attributes:
        what: ``new``, ``gone``, ``renamed``, ``similar`` (blocks); ``not-listed``, ``no-longer``
            (names of a list).
        name: the owner's or company's name as the source writes it.
        about: blocks, rule and vendor, or the row.
        quiet: of little interest: an owner known before, a name that resembles no vendor.
    """

    what: str
    name: str
    about: str
    quiet: bool = False


Table = Mapping[str, str]
"""Hexadecimal prefix of 6, 7 or 9 digits → registered owner."""


def read_registry(lines: Sequence[str], name: str) -> Table:
    """A newer registry: Wireshark's ``manuf``, or a CSV as the IEEE publishes it.

    Args:
        lines: the file.
        name: of the file, for messages.

    Raises:
        UsageError: it is neither.
    """
    first = next((line for line in lines if line.strip()), "")
    head = [cell.strip().lower() for cell in next(csv.reader([first]), [])]
    pairs = _read_ieee(lines) if tuple(head[:3]) == _IEEE_HEAD else read_manuf(lines)
    try:
        table = {prefix: owner for prefix, owner in pairs if len(prefix) in WIDTHS and owner}
    except (ValueError, KeyError, csv.Error) as error:
        raise UsageError(f"{name}: neither a manuf file nor an IEEE CSV ({error})") from None
    if not table:
        raise UsageError(f"{name}: holds no MAC blocks")
    return _global(table)


def _global(table: Table) -> Table:
    """Without company ids, whose local bit is set: they are in no device's address."""
    return {prefix: owner for prefix, owner in table.items() if not int(prefix[:2], 16) & _LOCAL}


def _read_ieee(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for row in csv.DictReader(lines):
        cells = {(key or "").strip().lower(): value or "" for key, value in row.items() if key}
        prefix = cells["assignment"].strip().upper()
        int(prefix, 16)
        yield prefix, " ".join(cells["organization name"].split())


def registry_differences(catalog: Catalog, newer: Table, older: Table) -> list[Difference]:
    """Blocks of owners that the database claims, as they changed, and owners with similar names.

    Args:
        catalog: the database.
        newer: from ``read_registry``.
        older: the registry in use, as ``registry_table`` gives it.
    """
    claim = _claims(catalog)
    found: list[Difference] = []
    widths = {len(prefix) for prefix in newer}  # the IEEE publishes a file for each width
    for prefix in sorted(newer.keys() | older.keys()):
        if len(prefix) not in widths:
            continue
        was, now = older.get(prefix), newer.get(prefix)
        if was == now:
            continue
        found.extend(_block(prefix, was, now, claim))
    strangers = {owner for owner in newer.values() if claim(owner) is None} - {"Private", PARENT}
    similar, known = _similar(catalog, strangers), set(older.values())
    for name in sorted(strangers):
        near = similar(name)
        if near is not None:
            blocks = sorted(prefix for prefix, owner in newer.items() if owner == name)
            about = f"{', '.join(blocks[:8])}; looks like {near}, no owner rule matches"
            found.append(Difference(what="similar", name=name, about=about, quiet=name in known))
    return found


def registry_table(catalog: Catalog) -> Table:
    """The registry in use, as a table."""
    return _global(dict(catalog.registry.blocks()))


def _claims(catalog: Catalog) -> Callable[[str], OuiOwner | None]:
    known: dict[str, OuiOwner | None] = {}

    def claim(name: str) -> OuiOwner | None:
        if name not in known:
            folded = normal_owner(name)
            known[name] = next((item for item in catalog.ouis if item.owner.search(folded)), None)
        return known[name]

    return claim


def _block(
    prefix: str, was: str | None, now: str | None, claim: Callable[[str], OuiOwner | None]
) -> Iterator[Difference]:
    before = None if was is None else claim(was)
    after = None if now is None else claim(now)
    if was is None and now is not None and after is not None:
        yield Difference(what="new", name=now, about=f"{prefix} → {after.id}")
    elif now is None and was is not None and before is not None:
        yield Difference(what="gone", name=was, about=f"{prefix}, was {before.id}")
    elif was is not None and now is not None and (before is not None or after is not None):
        if normal_owner(was) == normal_owner(now):
            return
        rule = "no owner rule matches now" if after is None else after.id
        yield Difference(what="renamed", name=now, about=f"{prefix}, was {was!r} → {rule}")


def _similar(catalog: Catalog, names: Iterable[str]) -> Callable[[str], str | None]:
    """The restricted vendor whose name stands as whole words in an organisation's name.

    Args:
        catalog: the database.
        names: the organisations that will be asked about; what many of them share is no name.
    """
    common = Counter(word for name in names for word in set(fold(name).split()))
    wanted: dict[str, str] = {}
    for vendor in _restricted(catalog):
        for name in _words(vendor):
            if common[name] < _COMMON:
                wanted.setdefault(name, vendor.id)
    if not wanted:
        return lambda _name: None
    listed = "|".join(sorted(map(re.escape, wanted), key=len, reverse=True))
    pattern = re.compile(rf"(?:^| )({listed})(?: |$)")

    def near(name: str) -> str | None:
        found = pattern.search(fold(name))
        return None if found is None else wanted[found[1]]

    return near


def _restricted(catalog: Catalog) -> Iterator[Vendor]:
    listed = {row.vendor for regime in catalog.regimes.values() for row in regime.listings}
    for vendor in catalog.vendors.values():
        if vendor.id in listed or vendor.family in listed:
            yield vendor


def _words(vendor: Vendor) -> Iterator[str]:
    """The first telling word of each of a vendor's names; two where it is short."""
    names = [vendor.id, vendor.name, *vendor.aliases]
    names.extend(entity.name for entity in vendor.entities)
    for name in names:
        kept = [word for word in fold(name).split() if word not in _NOISE]
        if kept:
            yield " ".join(kept[:2]) if len(kept[0]) < _SHORT else kept[0]


def read_names(lines: Iterable[str], name: str) -> list[str]:
    """The names of a newer list, from a CSV file with a name column.

    Raises:
        UsageError: it has no such column.
    """
    reader = csv.DictReader(lines)
    try:
        columns = {fold(column): column for column in reader.fieldnames or () if column}
        column = next((columns[wanted] for wanted in _NAME_COLUMNS if wanted in columns), None)
        if column is None:
            raise UsageError(f"{name}: no column called {', '.join(_NAME_COLUMNS[:4])} …")
        return sorted({" ".join((row[column] or "").split()) for row in reader} - {""})
    except csv.Error as error:
        raise UsageError(f"{name}: {error}") from None


def list_differences(catalog: Catalog, regime: str, names: Iterable[str]) -> list[Difference]:
    """Names that the database's listings lack, and open rows whose name the list no longer has.

    Raises:
        UsageError: there is no such regime.
    """
    known = catalog.regimes.get(regime)
    if known is None:
        raise UsageError(f"regime {regime!r} is unknown; audit db search --regimes lists them")
    newer = {fold(name): name for name in names}
    whose = _whose(catalog, newer.values())
    rows = {fold(row.name): row for row in sorted(known.listings, key=lambda row: row.added)}
    found = []
    for folded, name in newer.items():
        if folded not in rows or rows[folded].removed is not None:
            vendor = whose(name)
            about = f"vendor {vendor}" if vendor else "no vendor of the database"
            found.append(
                Difference(what="not-listed", name=name, about=about, quiet=vendor is None)
            )
    found.extend(
        Difference(what="no-longer", name=row.name, about=f"listings.csv:{row.row}, {row.vendor}")
        for folded, row in rows.items()
        if folded not in newer and row.removed is None
    )
    return sorted(found)


def _whose(catalog: Catalog, names: Iterable[str]) -> Callable[[str], str | None]:
    similar = _similar(catalog, names)
    return lambda name: catalog.brand_of(name) or similar(name)
