"""Assets of one scan, all but the first few on the disk: as many as there are, in little memory."""

from collections.abc import Iterator, Sequence
from typing import Final, overload

from auditor.codec.reading import decode_asset
from auditor.codec.spool import Slot, Spool
from auditor.codec.writing import encode_asset
from auditor.model.document import Asset

KEPT: Final = 256
"""Assets that stay objects; a scan of a usual network never touches the disk."""


class Shelf(Sequence[Asset]):
    """Assets in order. Those past the first ``kept`` are read anew each time they are asked for.

    Two readings of one asset are equal, and are not the same object.
    """

    def __init__(self, kept: int = KEPT) -> None:
        """Begin empty.

        Args:
            kept: how many stay objects.
        """
        self._kept = kept
        self._near: list[Asset] = []
        self._far: list[Slot] = []
        self._spool = Spool()

    def append(self, asset: Asset) -> None:
        """Put one more asset at the end."""
        if len(self._near) < self._kept:
            self._near.append(asset)
        else:
            self._far.append(self._spool.put(encode_asset(asset)))

    def append_line(self, line: bytes) -> None:
        """Put one more asset at the end, as ``encode_asset`` wrote it.

        Raises:
            UsageError: it is none.
        """
        asset = decode_asset(line)
        if len(self._near) < self._kept:
            self._near.append(asset)
        else:
            self._far.append(self._spool.put(line))

    def append_own(self, line: bytes) -> None:
        """Put one more asset at the end, as this process encoded it before: it is not read again."""
        if len(self._near) < self._kept:
            self._near.append(decode_asset(line))
        else:
            self._far.append(self._spool.put(line))

    def settled(self) -> Sequence[Asset]:
        """The assets, when no more come: as a plain tuple where none lies on the disk."""
        return self if self._far else tuple(self._near)

    def lines(self) -> Iterator[bytes]:
        """Every asset as a line of JSON, without the newline, as ``encode_asset`` writes it."""
        yield from map(encode_asset, self._near)
        yield from map(self._spool.get, self._far)

    @overload
    def __getitem__(self, at: int) -> Asset: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Asset, ...]: ...
    def __getitem__(self, at: int | slice) -> Asset | tuple[Asset, ...]:  # type: ignore[explicit-override]
        """An asset, or some of them."""
        if isinstance(at, slice):
            return tuple(self[one] for one in range(*at.indices(len(self))))
        place = range(len(self))[at]
        if place < len(self._near):
            return self._near[place]
        return decode_asset(self._spool.get(self._far[place - len(self._near)]))

    def __len__(self) -> int:  # type: ignore[explicit-override]
        return len(self._near) + len(self._far)

    def __iter__(self) -> Iterator[Asset]:  # type: ignore[explicit-override]
        yield from self._near
        for slot in self._far:
            yield decode_asset(self._spool.get(slot))

    def __eq__(self, other: object) -> bool:  # type: ignore[explicit-override]
        """Whether another sequence holds equal assets in the same order."""
        if not isinstance(other, (Shelf, tuple, list)):
            return NotImplemented
        return len(self) == len(other) and all(
            mine == theirs for mine, theirs in zip(self, other, strict=True)
        )

    __hash__ = None  # type: ignore[assignment] # it grows
