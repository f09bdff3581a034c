"""What was seen: observations, attempts, sightings."""

from dataclasses import dataclass
from typing import Final, Protocol

from auditor.model.jsontext import canonical
from auditor.model.signals import SIGNALS, Shape, channel_of
from auditor.model.words import Channel, Ending

STRUCTURED: Final = frozenset(
    name for name, signal in SIGNALS.items() if signal.shape in {Shape.JSON, Shape.PAIRS}
)
"""Signals whose values are JSON texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One raw fact as received.

    Attributes:
        signal: a name of ``model.signals.SIGNALS``.
        value: the fact. Structured signals hold their JSON text in its canonical form (so that a
            document that is read again gives the same text), binary ones lower-case hex.
        endpoint: where it came from: ``tcp/80``, ``udp/3702``, ``link``; None if unknown.
        probe: the probe or discovery method that asked, or ``given`` for pasted facts.
        at: RFC 3339 UTC time with ``Z``; None where the source gives no time.

    Raises:
        ValueError: the signal name is unknown.
    """

    signal: str
    value: str
    endpoint: str | None = None
    probe: str = "given"
    at: str | None = None

    def __post_init__(self) -> None:
        if self.signal not in SIGNALS:
            raise ValueError(f"unknown signal {self.signal!r}")
        if self.signal in STRUCTURED:
            object.__setattr__(self, "value", canonical(self.value))
        elif not self.value.isascii():
            clean = self.value.encode("utf-8", "replace").decode("utf-8")
            object.__setattr__(self, "value", clean)

    @classmethod
    def canonical(
        cls, signal: str, value: str, endpoint: str | None, probe: str, at: str | None
    ) -> "Observation":
        """An observation whose value is known to be in canonical form (``jsontext.compact``).

        For readers of many: working the form out again costs more than all the rest.

        Raises:
            ValueError: the signal name is unknown.
        """
        if signal not in SIGNALS:
            raise ValueError(f"unknown signal {signal!r}")
        made = object.__new__(cls)
        put = object.__setattr__
        put(made, "signal", signal)
        put(made, "value", value)
        put(made, "endpoint", endpoint)
        put(made, "probe", probe)
        put(made, "at", at)
        return made

    @property
    def channel(self) -> Channel:
        """The witness that this fact came through."""
        return channel_of(self.signal, self.endpoint)


class Seen(Protocol):
    """What weighing and judging read of an observation, whatever holds it."""

    @property
    def signal(self) -> str:
        """A name of ``model.signals.SIGNALS``."""

    @property
    def value(self) -> str:
        """The fact, as ``Observation`` says."""

    @property
    def endpoint(self) -> str | None:
        """Where it came from."""

    @property
    def probe(self) -> str:
        """The probe that asked."""

    @property
    def at(self) -> str | None:
        """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One probe asking one endpoint one thing, however it ended."""

    probe: str
    endpoint: str
    outcome: Ending
    ms: int = 0
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Something answered at an address.

    Attributes:
        address: IPv4 or IPv6 text.
        method: the discovery method's name.
        interface: where it was heard; None when the kernel chose.
        mac: hardware address (colon form, lower case), only if the link itself showed it.
        observations: raw facts that came along.
    """

    address: str
    method: str
    interface: str | None = None
    mac: str | None = None
    observations: tuple[Observation, ...] = ()
