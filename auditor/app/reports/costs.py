"""A price list from a file: ``kind,model,cost,currency``, one row a price."""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from auditor.model.costs import UnitCost
from auditor.model.errors import UsageError
from auditor.model.words import Kind

COLUMNS: Final = ("kind", "model", "cost", "currency")
MOST_BYTES: Final = 4_000_000
MOST_ROWS: Final = 20_000
_NEEDED: Final = ("kind", "cost", "currency")
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_AMOUNT: Final = re.compile(r"\d{1,12}(?:\.\d{1,4})?", re.ASCII)
_KINDS: Final = (*(kind.value for kind in Kind), "*")


def read_costs(path: Path) -> tuple[UnitCost, ...]:
    """The prices of a CSV file in UTF-8.

    Blank lines and lines that start with ``#`` are skipped; the first other line names the columns,
    in any order. ``model`` may be left out or empty: the row is then for every model of its kind.

    Raises:
        UsageError: the file or a line of it is no price list; says file, line and how to mend it.
    """
    rows = _rows(path)
    number, header = next(rows, (1, []))
    names = _header(header, f"{path}:{number}")
    found: dict[tuple[str, str], int] = {}
    costs = []
    for number, cells in rows:
        where = f"{path}:{number}"
        cost = _cost(cells, names, where)
        key = (cost.kind, (cost.model or "").casefold())
        if key in found:
            raise UsageError(
                f"{where}: prices the same kind and model as line {found[key]}; keep one of them"
            )
        found[key] = number
        costs.append(cost)
        if len(costs) > MOST_ROWS:
            raise UsageError(
                f"{where}: more than {MOST_ROWS:,} prices; use model patterns (DS-2CD*)"
            )
    if not costs:
        raise UsageError(f"{path}: holds no price; add a line such as camera,,149.00,USD")
    return tuple(costs)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of their first line, without blank lines and comments."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path}: larger than {MOST_BYTES:,} bytes; that is no price list")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}:{number}: is not UTF-8; save the file as CSV UTF-8") from None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            cells = next(csv.reader([line], strict=True))
        except csv.Error as error:
            raise UsageError(
                f"{path}:{number}: is no CSV ({error}); close every quote on its line"
            ) from None
        yield number, [cell.strip() for cell in cells]


def _header(cells: list[str], where: str) -> list[str]:
    names = [cell.lower() for cell in cells]
    for name in names:
        if name not in COLUMNS:
            known = ",".join(COLUMNS)
            raise UsageError(f"{where}: column {name!r} is unknown; the first line is {known}")
    missing = [name for name in _NEEDED if name not in names]
    if missing or len(set(names)) != len(names):
        what = f"column {missing[0]!r} is missing" if missing else "a column stands there twice"
        raise UsageError(f"{where}: {what}; the first line is {','.join(COLUMNS)}")
    return names


def _cost(cells: list[str], names: list[str], where: str) -> UnitCost:
    if len(cells) != len(names):
        raise UsageError(
            f"{where}: {len(cells)} cells for {len(names)} columns; a comma inside a cell needs"
            ' quotes, and a price is written 1149.00, not "1,149.00"'
        )
    row = dict(zip(names, cells, strict=True))
    kind = row["kind"].lower()
    if kind not in _KINDS:
        raise UsageError(f"{where}: kind {row['kind']!r} is none of {', '.join(_KINDS)}")
    currency = row["currency"].upper()
    if not _CURRENCY.fullmatch(currency):
        raise UsageError(f"{where}: currency {row['currency']!r} is not three letters such as USD")
    return UnitCost(
        kind=kind,
        model=row.get("model") or None,
        cost=_amount(row["cost"], where),
        currency=currency,
    )


def _amount(text: str, where: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise UsageError(
            f"{where}: cost {text!r} is no amount; write digits with a point, such as 1149.00"
        )
    return Decimal(text)
