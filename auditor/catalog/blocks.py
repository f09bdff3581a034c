"""MAC blocks as sorted arrays: sixty thousand of them in two megabytes, ready without parsing."""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

WIDTHS: Final = (9, 7, 6)
"""Hex digits of a 36-, 28- and 24-bit block; the longest wins."""
_PREFIX: Final = "Q"  # eight bytes, enough for 36 bits
_INDEX: Final = "I"


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """Blocks as they are stored, little-endian.

    Attributes:
        prefixes: for each of ``WIDTHS``, the sorted prefixes as 64-bit numbers.
        owners: for each of ``WIDTHS``, the index of each block's owner as a 32-bit number.
        ends: where each owner's name ends in ``names``, as 32-bit numbers.
        names: the owners' names, UTF-8, one after the other.
    """

    prefixes: tuple[bytes, bytes, bytes]
    owners: tuple[bytes, bytes, bytes]
    ends: bytes
    names: bytes


class Blocks:
    """Looks blocks up by bisection."""

    def __init__(self, packed: Packed) -> None:
        """Unpack.

        Raises:
            ValueError: the arrays do not belong together.
        """
        self._prefixes = [_array(_PREFIX, data) for data in packed.prefixes]
        self._owners = [_array(_INDEX, data) for data in packed.owners]
        self._ends = _array(_INDEX, packed.ends)
        self._names = packed.names
        known = len(self._ends)
        for prefixes, owners in zip(self._prefixes, self._owners, strict=True):
            if len(prefixes) != len(owners) or (owners and max(owners) >= known):
                raise ValueError("the registry's arrays do not belong together")

    def __len__(self) -> int:
        return sum(len(prefixes) for prefixes in self._prefixes)

    def find(self, digits: str) -> str | None:
        """The owner of the narrowest block that holds a MAC; its first nine hex digits are enough."""
        for width, prefixes, owners in zip(WIDTHS, self._prefixes, self._owners, strict=True):
            wanted = int(digits[:width], 16)
            place = bisect_left(prefixes, wanted)
            if place < len(prefixes) and prefixes[place] == wanted:
                return self._name(owners[place])
        return None

    def items(self) -> Iterator[tuple[str, str]]:
        """Every block: hexadecimal prefix, owner."""
        for width, prefixes, owners in zip(WIDTHS, self._prefixes, self._owners, strict=True):
            for prefix, owner in zip(prefixes, owners, strict=True):
                yield f"{prefix:0{width}X}", self._name(owner)

    def _name(self, index: int) -> str:
        start = self._ends[index - 1] if index else 0
        return self._names[start : self._ends[index]].decode("utf-8", "replace")


def pack(table: Mapping[str, str]) -> Packed:
    """Blocks from a table of hexadecimal prefix → owner; prefixes of other widths are left out.

    Raises:
        ValueError: a prefix is not hexadecimal.
    """
    rows = sorted(
        (len(prefix), int(prefix, 16), name)
        for prefix, name in table.items()
        if len(prefix) in WIDTHS
    )
    index: dict[str, int] = {}
    for _, _, name in rows:
        index.setdefault(name, len(index))
    by_width = {width: [row for row in rows if row[0] == width] for width in WIDTHS}
    nine, seven, six = (by_width[width] for width in WIDTHS)
    encoded = [name.encode() for name in index]
    ends: list[int] = []
    for text in encoded:
        ends.append(len(text) + (ends[-1] if ends else 0))
    return Packed(
        prefixes=(_prefixes(nine), _prefixes(seven), _prefixes(six)),
        owners=(_indexes(nine, index), _indexes(seven, index), _indexes(six, index)),
        ends=_bytes(array(_INDEX, ends)),
        names=b"".join(encoded),
    )


_Rows = Sequence[tuple[int, int, str]]


def _prefixes(rows: _Rows) -> bytes:
    return _bytes(array(_PREFIX, [prefix for _, prefix, _ in rows]))


def _indexes(rows: _Rows, index: Mapping[str, int]) -> bytes:
    return _bytes(array(_INDEX, [index[name] for _, _, name in rows]))


def _bytes(numbers: "array[int]") -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _array(code: str, data: bytes) -> "array[int]":
    numbers: array[int] = array(code)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
