"""The card of one address: everything that is known of it while it is being worked on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from auditor.app.devices.merging import Keys
from auditor.model.facts import Attempt, Observation
from auditor.model.judgement import Judged
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
        keyed: how many facts there were when its keys were last looked for, and which they are.
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
    keyed: tuple[tuple[int, int, frozenset[str]], Keys] | None = field(default=None, compare=False)

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
