"""Assets that stand ready as lines of JSON, and become objects only for whoever looks at them."""

from collections.abc import Iterator, Sequence
from typing import overload

from auditor.codec.reading import decode_asset
from auditor.codec.writing import Line
from auditor.model.document import Asset


class Ready(Sequence[Asset]):
    """Assets in order, written already. What was read once is kept."""

    def __init__(self, written: Sequence[Line]) -> None:
        """Take the lines.

        Args:
            written: each asset as ``encode_asset`` writes it.
        """
        self._lines = written
        self._read: tuple[Asset, ...] | None = None

    def lines(self) -> Iterator[Line]:
        """Each asset as a line of JSON, without the newline."""
        return iter(self._lines)

    @property
    def _assets(self) -> tuple[Asset, ...]:
        if self._read is None:
            self._read = tuple([decode_asset(line) for line in self._lines])
        return self._read

    @overload
    def __getitem__(self, at: int) -> Asset: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Asset, ...]: ...
    def __getitem__(self, at: int | slice) -> Asset | tuple[Asset, ...]:  # type: ignore[explicit-override]
        """An asset, or some of them."""
        return self._assets[at]

    def __len__(self) -> int:  # type: ignore[explicit-override]
        return len(self._lines)

    def __iter__(self) -> Iterator[Asset]:  # type: ignore[explicit-override]
        return iter(self._assets)

    def __eq__(self, other: object) -> bool:  # type: ignore[explicit-override]
        """Whether another sequence holds equal assets in the same order."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return self._assets == tuple(other)

    __hash__ = None  # type: ignore[assignment] # what it is compared with may have none
