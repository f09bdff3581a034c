"""What the parts of one run share, and how each network fared."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from auditor.app.appliance.config import Config
from auditor.app.events import Event, Warned
from auditor.app.nightly.memory import Memory
from auditor.model.difference import Difference
from auditor.model.document import Scan


@dataclass(slots=True)
class Outcome:
    """How one network fared.

    Attributes:
        network: its name.
        scan: the document; None if the scan never came to be.
        document: where the document was written; None if it was not.
        failed: what went wrong, in one sentence.
        difference: against the last complete scan; None for a first one.
        seconds: from the first packet to the last report.
    """

    network: str
    scan: Scan | None = None
    document: Path | None = None
    failed: str | None = None
    difference: Difference | None = None
    seconds: float = 0.0


@dataclass(slots=True)
class Night:
    """Everything that one run shares.

    Attributes:
        config: the appliance's configuration.
        memory: its history and its post.
        tell: hears what happens, by network.
        stop: set it to end the run; what is known by then is kept.
        state: the folder of journals.
        reports: the folder of scan documents, one folder a network.
        outcomes: filled as networks are taken.
        storing: scans are stored one after the other.
    """

    config: Config
    memory: Memory
    tell: Callable[[str, Event], None]
    stop: asyncio.Event
    state: Path
    reports: Path
    outcomes: list[Outcome] = field(default_factory=list)
    storing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def warn(self, network: str, text: str) -> None:
        """Tell the operator something about a network."""
        self.tell(network, Warned(text=f"{network}: {text}"))
