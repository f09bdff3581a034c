"""The cards of a scan: those that are worked on in memory, the others on the disk.

A network may hold more devices than memory should. Of a card that is put away, a brief stays: what
merging, the coverage and other devices' judgements ask of it, and nothing of its evidence.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from auditor.app.devices.card import Card, Stage
from auditor.app.devices.folding import fold, unfold
from auditor.app.devices.keys import keys_of
from auditor.app.devices.merging import Keys
from auditor.codec.spool import Slot, Spool
from auditor.model.words import Ending

KEPT: Final = 256
"""Cards at rest that stay in memory: those of a usual network never touch the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What is asked of a card after its interview.

    Attributes:
        keys: what could name its device; ``keys.link`` are all MACs that the link showed.
        why: for the coverage, why it is not assessed; None if it is.
        group: where its address stands in the ledger: answered, refused, filtered or late.
        remembered: whether only the neighbour table named it.
        bugs: questions that ended in a bug of this tool.
        bug: how the first of them did.
        by_wsd: whether it answered a WS-Discovery question.
        onvif: whether it speaks ONVIF.
        channels: whether it told what it records.
    """

    address: str
    keys: Keys
    why: str | None
    group: str
    remembered: bool
    bugs: int
    bug: str | None
    by_wsd: bool
    onvif: bool
    channels: bool


def brief_of(card: Card) -> Brief:
    """The brief of a card as it is now."""
    signals = {signal for signal, _, _ in card.observations}
    bugs = [attempt for attempt in card.attempts if attempt.outcome is Ending.BUG]
    return Brief(
        address=card.address,
        keys=keys_of(card, frozenset()),
        why=card.why_not_assessed if _unassessed(card) else None,
        group=_group(card),
        remembered=card.remembered,
        bugs=len(bugs),
        bug=bugs[0].detail if bugs else None,
        by_wsd="wsdiscovery" in card.methods,
        onvif="onvif.envelope" in signals,
        channels="recorder.channels" in signals,
    )


def _unassessed(card: Card) -> bool:
    return not card.assessed or card.stage in {Stage.WAITING, Stage.PROBING, Stage.OUT_OF_TIME}


def _group(card: Card) -> str:
    if card.stage is Stage.OUT_OF_TIME:
        return "late"
    if card.only_refused:
        return "refused"
    endings = {attempt.outcome for attempt in card.attempts if attempt.probe == "ports"}
    if not card.open_ports and endings == {Ending.FILTERED} and not card.refused_ports:
        return "filtered"
    return "answered"


@dataclass(frozen=True, slots=True)
class _Away:
    """A card on the disk."""

    brief: Brief
    slot: Slot


class Cards(Mapping[str, Card]):
    """Every card by its address, in the order in which they came.

    A card that is asked for comes into memory, and rests there until others push it out. Who works
    on one for longer than a moment must hold it (:meth:`held`), or what it writes may be lost.
    """

    def __init__(self, kept: int = KEPT) -> None:
        """Begin empty.

        Args:
            kept: how many cards may rest in memory.
        """
        self._kept = max(1, kept)
        self._every: dict[str, Card | _Away] = {}
        self._resting: OrderedDict[str, None] = OrderedDict()
        self._held: dict[str, int] = {}
        self._old: dict[str, Slot] = {}
        self._spool = Spool()
        self._briefs: tuple[Brief, ...] | None = None

    def __getitem__(self, address: str) -> Card:  # type: ignore[explicit-override]
        """The card, in memory now.

        Raises:
            KeyError: there is none.
        """
        found = self._every[address]
        self._briefs = None
        if isinstance(found, _Away):
            self._old[address] = found.slot
            found = self._every[address] = unfold(self._spool.get(found.slot))
        self._rest(address)
        return found

    def __setitem__(self, address: str, card: Card) -> None:
        """Put a card in."""
        self._briefs = None
        self._every[address] = card
        self._rest(address)

    def __contains__(self, address: object) -> bool:  # type: ignore[explicit-override]
        return address in self._every

    def __len__(self) -> int:  # type: ignore[explicit-override]
        return len(self._every)

    def __iter__(self) -> Iterator[str]:  # type: ignore[explicit-override]
        return iter(self._every)

    @property
    def spooled(self) -> int:
        """Bytes of the cards on the disk, room to grow included."""
        return self._spool.size

    def drop(self, address: str) -> None:
        """Forget a card.

        Raises:
            KeyError: there is none.
        """
        del self._every[address]
        self._briefs = None
        self._resting.pop(address, None)
        self._old.pop(address, None)

    @contextmanager
    def held(self, address: str) -> Iterator[Card]:
        """A card that stays in memory while this block runs.

        Raises:
            KeyError: there is none.
        """
        card = self[address]
        self._resting.pop(address, None)
        self._held[address] = self._held.get(address, 0) + 1
        try:
            yield card
        finally:
            self._held[address] -= 1
            if not self._held[address]:
                del self._held[address]
                self._rest(address)

    def briefs(self) -> tuple[Brief, ...]:
        """The brief of every card; they are made once, until a card is asked for again."""
        if self._briefs is None:
            self._briefs = tuple(
                found.brief if isinstance(found, _Away) else brief_of(found)
                for found in self._every.values()
            )
        return self._briefs

    def remembered(self) -> dict[str, frozenset[str]]:
        """Addresses that only the neighbour table named, each with its MACs."""
        return {
            address: _macs(found)
            for address, found in self._every.items()
            if (found.brief.remembered if isinstance(found, _Away) else found.remembered)
        }

    def macs(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Every address with the MACs that the link showed there."""
        for address, found in self._every.items():
            yield address, _macs(found)

    def read(self, address: str) -> Card:
        """The card, to look at and not to change: it takes no one's place in memory.

        Raises:
            KeyError: there is none.
        """
        found = self._every[address]
        return unfold(self._spool.get(found.slot)) if isinstance(found, _Away) else found

    def _rest(self, address: str) -> None:
        """Let a card that nobody holds rest in memory, and put the longest rested away."""
        if address in self._held or address not in self._every:
            return
        self._resting[address] = None
        self._resting.move_to_end(address)
        while len(self._resting) > self._kept:
            self._put_away(self._resting.popitem(last=False)[0])

    def _put_away(self, address: str) -> None:
        card = self._every[address]
        if not isinstance(card, Card):
            return
        try:
            told = fold(card)
        except UnicodeEncodeError:  # half a character, which no file can hold: it stays here
            return
        slot = self._spool.put(told, self._old.pop(address, None))
        self._every[address] = _Away(brief_of(card), slot)


def _macs(found: Card | _Away) -> frozenset[str]:
    return found.brief.keys.link if isinstance(found, _Away) else frozenset(found.macs)
