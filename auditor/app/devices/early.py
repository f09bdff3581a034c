"""Assets judged while the scan went, for its end: most are still what they were.

A device whose card did not change since, and that turned out to be a device by itself under the
name it had, need not be judged again when all others are known.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from auditor.app.devices.card import Card
from auditor.app.judging.hinge import family
from auditor.codec.shelf import KEPT
from auditor.codec.spool import Slot, Spool
from auditor.codec.writing import encode_asset
from auditor.model.document import Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """What a document says of all assets together, as far as one of them goes.

    Attributes:
        headlines: its headline, and those of the assets behind it.
        vendors: every vendor that they mention.
    """

    id: str
    addresses: tuple[str, ...]
    headlines: tuple[str, ...]
    vendors: frozenset[str]


def gist_of(asset: Asset) -> Gist:
    """The gist of one asset."""
    members = tuple(family((asset,)))
    return Gist(
        id=asset.id,
        addresses=asset.addresses,
        headlines=tuple(one.headline for one in members),
        vendors=frozenset(item.vendor for one in members for item in one.attributions),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One asset as it was judged alone.

    Attributes:
        mac: its hardware address.
        macs: every hardware address that the link showed there.
        asset: the asset, or where its line lies on the disk.
    """

    gist: Gist
    mac: str | None
    macs: frozenset[str]
    asset: Asset | Slot


class Early:
    """Assets by the one address that each has; all but the first few lie on the disk."""

    def __init__(self, kept: int = KEPT) -> None:
        """Begin empty.

        Args:
            kept: how many stay objects.
        """
        self._kept = kept
        self._near = 0
        self._all: dict[str, Standing] = {}
        self._old: dict[str, Slot] = {}
        self._vendors: dict[frozenset[str], frozenset[str]] = {}
        self._spool = Spool()

    def __len__(self) -> int:
        return len(self._all)

    def keep(self, card: Card, asset: Asset, shared: Collection[str]) -> None:
        """Keep what a card came to. Nothing may be added to the card without :meth:`drop`.

        Args:
            card: the card.
            asset: the asset that it is by itself, judged.
            shared: the hardware addresses that named no device when it was made.
        """
        self.drop(card.address)
        macs = frozenset(card.macs)
        if not macs.isdisjoint(shared):
            return
        gist = gist_of(asset)
        self._all[card.address] = Standing(
            gist=replace(gist, vendors=self._vendors.setdefault(gist.vendors, gist.vendors)),
            mac=asset.mac,
            macs=macs,
            asset=self._placed(card.address, asset),
        )

    def _placed(self, address: str, asset: Asset) -> Asset | Slot:
        if self._near < self._kept:
            self._near += 1
            return asset
        return self._spool.put(encode_asset(asset), self._old.pop(address, None))

    def drop(self, address: str) -> None:
        """Forget an asset, if there is one: something new is known of its device."""
        found = self._all.pop(address, None)
        if found is None:
            return
        if isinstance(found.asset, Slot):
            self._old[address] = found.asset
        else:
            self._near -= 1

    def standing(
        self, group: Sequence[str], name: str, mac: str | None, shared: Collection[str]
    ) -> Standing | None:
        """What was judged early, where it still holds.

        Args:
            group: the addresses of the device.
            name: its id.
            mac: its hardware address.
            shared: the hardware addresses that name no device.
        """
        found = self._all.get(group[0]) if len(group) == 1 else None
        if found is None or found.gist.id != name or found.mac != mac:
            return None
        return found if found.macs.isdisjoint(shared) else None

    def line(self, slot: Slot) -> bytes:
        """An asset on the disk, as ``encode_asset`` wrote it."""
        return self._spool.get(slot)
