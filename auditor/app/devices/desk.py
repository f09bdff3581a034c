"""The desk where sightings come in: one card per address, and what stands on it."""

from typing import Final

from auditor.app.devices.card import Card, Stage
from auditor.app.devices.cards import KEPT, Cards
from auditor.model.document import Foreign
from auditor.model.facts import Sighting
from auditor.model.scope import Scope, read_address

__all__ = ["Card", "Desk", "Stage"]

_MOST_FOREIGN: Final = 4096  # addresses outside the scope: anybody may answer a group question
_MOST_ANSWERS: Final = 64


class Desk:
    """All cards, and what answered from outside the scope.

    Attributes:
        elsewhere: addresses outside the scope that turned out to be a device's in the scope, each
            with that device's address.
        dropped: answers of excluded hosts.
        unlisted: answers from outside the scope that were too many to keep.
    """

    def __init__(self, scope: Scope, own: frozenset[str] = frozenset(), kept: int = KEPT) -> None:
        """Start with an empty desk.

        Args:
            scope: what is judged.
            own: addresses of this machine; the auditor does not audit itself.
            kept: cards at rest that stay in memory.
        """
        self.scope = scope
        self.own = own
        self.cards = Cards(kept)
        self.foreign: dict[str, list[Sighting]] = {}
        self.elsewhere: dict[str, str] = {}
        self.dropped = 0
        self.unlisted = 0
        self._holders: dict[str, set[str]] = {}
        self._shared: frozenset[str] = frozenset()

    def note(self, sighting: Sighting) -> tuple[Card | None, bool, bool]:
        """Book a sighting: (card or None when out of scope, first of its address, anything new).

        Answers of excluded hosts are dropped and counted; answers from outside the scope are
        kept apart and never contacted.
        """
        try:
            address = str(read_address(sighting.address.partition("%")[0]))
        except ValueError:
            self.dropped += 1
            return None, False, False
        if address in self.own:
            return None, False, False
        if self.scope.is_excluded(address):
            self.dropped += 1
            return None, False, False
        if address not in self.scope:
            self._outside(address, sighting)
            return None, False, False
        zone = _zone(address, sighting)
        card = self.cards.get(address)
        if card is not None and zone and card.zone not in {None, zone}:
            address, zone = f"{address}%{zone}", None  # another host, at another interface
            card = self.cards.get(address)
        first = card is None
        if card is None:
            card = self.cards[address] = Card(address=address)
        card.zone = card.zone or zone
        card.methods.add(sighting.method)
        fresh_mac = sighting.mac is not None and sighting.mac not in card.macs
        if sighting.mac is not None and fresh_mac:
            self.show_mac(card, sighting.mac)
        return card, first, card.add(sighting.observations) or fresh_mac

    def _outside(self, address: str, sighting: Sighting) -> None:
        """Keep an answer from outside the scope, as long as they are not too many."""
        if address not in self.foreign and len(self.foreign) >= _MOST_FOREIGN:
            self.unlisted += 1
            return
        answers = self.foreign.setdefault(address, [])
        if len(answers) < _MOST_ANSWERS:
            answers.append(sighting)
        else:
            self.unlisted += 1

    def out_of_scope(self) -> tuple[Foreign, ...]:
        """What answered a group question from outside the scope, for the record."""
        out = []
        for address, sightings in sorted(self.foreign.items()):
            if address in self.elsewhere:
                continue
            facts = {
                (item.signal, item.value): item for seen in sightings for item in seen.observations
            }
            mac = next((seen.mac for seen in sightings if seen.mac), None)
            out.append(Foreign(address=address, mac=mac, observations=tuple(facts.values())[:16]))
        return tuple(out)

    def forget_remembered(self) -> tuple[str, ...]:
        """Take away the addresses that only the neighbour table named and that did not answer."""
        gone = self.cards.remembered()
        for address, macs in gone.items():
            self.cards.drop(address)
            for mac in macs:
                self._holders.get(mac, set()).discard(address)
        self._shared = frozenset(mac for mac, held in self._holders.items() if len(held) > 1)
        return tuple(gone)

    def show_mac(self, card: Card, mac: str) -> None:
        """Book a hardware address that the link showed at a card's address."""
        card.macs.add(mac)
        if read_address(card.address).version == 4:  # noqa: PLR2004 - IP version
            holders = self._holders.setdefault(mac, set())
            holders.add(card.address)
            if len(holders) > 1:
                self._shared |= {mac}

    def shared_macs(self) -> frozenset[str]:
        """MACs that stand at more than one IPv4 address: a router, a proxy. They testify for none."""
        return self._shared


def _zone(address: str, sighting: Sighting) -> str | None:
    """The interface of a link-local address; other addresses need none, and get none."""
    found = read_address(address)
    if found.version == 4 or not found.is_link_local:  # noqa: PLR2004 - IP version
        return None
    return sighting.address.partition("%")[2] or sighting.interface
