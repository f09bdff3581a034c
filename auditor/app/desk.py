"""The desk where sightings come in: one card per address, and what stands on it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address

from auditor.model.document import Foreign
from auditor.model.facts import Attempt, Observation, Sighting
from auditor.model.judgement import Judged
from auditor.model.scope import Scope
from auditor.model.words import Ending


class Stage(StrEnum):
    """How far the work on one host is."""

    WAITING = "waiting"
    PROBING = "probing"
    DONE = "done"
    OUT_OF_TIME = "out of time"


_ANSWERED = frozenset({Ending.OK, Ending.MALFORMED, Ending.TOO_BIG, Ending.TLS_ERROR, Ending.RESET})
_DECISIVE = _ANSWERED | {Ending.REFUSED}


@dataclass(slots=True)
class Card:
    """Everything known of one address.

    Attributes:
        observations: facts in order of arrival; no fact twice.
        macs: hardware addresses that the link showed.
        knocked: ports that were tried; each once in a scan.
        asked: (probe, protocol, port) that was asked; each once in a scan.
        stale: new facts came in since the interview began.
        behind: cameras behind a recorder, by the port at which it shows them.
        zone: the interface of a link-local address, without which it cannot be contacted.
        weighed: how many facts there were when they were last weighed, and what came of it.
    """

    address: str
    stage: Stage = Stage.WAITING
    observations: dict[tuple[str, str, str | None], Observation] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    macs: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    open_ports: set[int] = field(default_factory=set)
    refused_ports: set[int] = field(default_factory=set)
    knocked: set[int] = field(default_factory=set)
    asked: set[tuple[str, str, int]] = field(default_factory=set)
    behind: dict[int, "Card"] = field(default_factory=dict)
    zone: str | None = None
    stale: bool = False
    weighed: tuple[int, Judged] | None = None

    def add(self, observations: Iterable[Observation]) -> bool:
        """Book facts; True when any of them is new."""
        new = False
        for item in observations:
            key = (item.signal, item.value, item.endpoint)
            if key not in self.observations:
                self.observations[key] = item
                new = True
        return new

    @property
    def contact(self) -> str:
        """The address as the system must be given it: a link-local one with its interface."""
        return f"{self.address}%{self.zone}" if self.zone else self.address

    @property
    def facts(self) -> tuple[Observation, ...]:
        """The facts, oldest first."""
        return tuple(self.observations.values())

    @property
    def assessed(self) -> bool:
        """Whether anything decisive was learned: an answer, or a port that said no."""
        if any(item.signal != "mac" for item in self.observations.values()):
            return True
        return any(attempt.outcome in _DECISIVE for attempt in self.attempts) or bool(
            self.refused_ports
        )

    @property
    def remembered(self) -> bool:
        """Whether only the system's neighbour table names it: it was here once, and may be gone."""
        return self.methods == {"neighbours"} and not self.assessed

    @property
    def only_refused(self) -> bool:
        """Whether the host showed itself by nothing but refusals."""
        return not self.observations and not self.macs and not self.open_ports

    @property
    def why_not_assessed(self) -> str:
        """For the coverage: what kept us from assessing it."""
        if self.stage is Stage.OUT_OF_TIME:
            return "its time ran out before it was assessed"
        if self.stage in {Stage.WAITING, Stage.PROBING}:
            return "the scan was interrupted before it was assessed"
        endings = Counter(str(attempt.outcome) for attempt in self.attempts)
        told = ", ".join(f"{count} {ending}" for ending, count in sorted(endings.items()))
        return f"it answered {'/'.join(sorted(self.methods))}, and no question after that ({told})"


class Desk:
    """All cards, and what answered from outside the scope.

    Attributes:
        elsewhere: addresses outside the scope that turned out to be a device's in the scope, each
            with that device's address.
    """

    def __init__(self, scope: Scope, own: frozenset[str] = frozenset()) -> None:
        """Start with an empty desk.

        Args:
            scope: what is judged.
            own: addresses of this machine; the auditor does not audit itself.
        """
        self.scope = scope
        self.own = own
        self.cards: dict[str, Card] = {}
        self.foreign: dict[str, list[Sighting]] = {}
        self.elsewhere: dict[str, str] = {}
        self.dropped = 0
        self._holders: dict[str, set[str]] = {}
        self._shared: frozenset[str] = frozenset()

    def note(self, sighting: Sighting) -> tuple[Card | None, bool, bool]:
        """Book a sighting: (card or None when out of scope, first of its address, anything new).

        Answers of excluded hosts are dropped and counted; answers from outside the scope are
        kept apart and never contacted.
        """
        try:
            address = str(ip_address(sighting.address.partition("%")[0]))
        except ValueError:
            self.dropped += 1
            return None, False, False
        if address in self.own:
            return None, False, False
        if self.scope.is_excluded(address):
            self.dropped += 1
            return None, False, False
        if address not in self.scope:
            self.foreign.setdefault(address, []).append(sighting)
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
        gone = tuple(address for address, card in self.cards.items() if card.remembered)
        for address in gone:
            for mac in self.cards.pop(address).macs:
                self._holders.get(mac, set()).discard(address)
        self._shared = frozenset(mac for mac, held in self._holders.items() if len(held) > 1)
        return gone

    def show_mac(self, card: Card, mac: str) -> None:
        """Book a hardware address that the link showed at a card's address."""
        card.macs.add(mac)
        if ip_address(card.address).version == 4:  # noqa: PLR2004 - IP version
            holders = self._holders.setdefault(mac, set())
            holders.add(card.address)
            if len(holders) > 1:
                self._shared |= {mac}

    def shared_macs(self) -> frozenset[str]:
        """MACs that stand at more than one IPv4 address: a router, a proxy. They testify for none."""
        return self._shared


def _zone(address: str, sighting: Sighting) -> str | None:
    """The interface of a link-local address; other addresses need none, and get none."""
    parsed = ip_address(address)
    if parsed.version == 4 or not parsed.is_link_local:  # noqa: PLR2004 - IP version
        return None
    return sighting.address.partition("%")[2] or sighting.interface
