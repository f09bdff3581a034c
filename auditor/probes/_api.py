"""What a probe is. One probe per file in this room; see ``docs/how-to/add-a-probe.md``.

A probe collects facts. It may speak a vendor's protocol, and never concludes a vendor.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from auditor.model.facts import Observation
from auditor.net.api import Dialer


class Clock(Protocol):
    """Gives the time as RFC 3339 UTC text."""

    def __call__(self) -> str: ...


def _anything(*signals: str) -> bool:
    """Every fact is welcome."""
    del signals
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a probe is told of the device it asks.

    Attributes:
        address: where to ask.
        port: the port to ask; 0 for probes that are not about one TCP port.
        tls: whether the port speaks TLS.
        seen: what is known already, oldest first. A probe may read it to decide what to ask
            (an ONVIF path from an XAddr, a realm that makes a question pointless).
        clock: for the time of observations.
        proto: ``tcp`` or ``udp``, of the port.
        wants: whether any of these signals could still tell something new, for what is known by
            now, this probe's own facts included. A probe of several questions leaves out those
            whose answers could not.
    """

    address: str
    port: int
    tls: bool
    seen: tuple[Observation, ...]
    clock: Clock
    proto: str = "tcp"
    wants: Callable[..., bool] = _anything

    @property
    def endpoint(self) -> str:
        """The endpoint as observations and attempts name it: ``tcp/80``."""
        return f"{self.proto}/{self.port}"


class Probe(Protocol):
    """One thing to ask.

    Attributes:
        name: short and stable, such as ``http``.
        yields: the signals it can give; the planner asks it only while they matter.
        sends: one line for the send list.
        cost: most requests that one run takes from the host's budget.
        rank: order among probes of one host; lower first.

    A probe with an attribute ``option`` is off until the operator gives that option of
    ``audit scan``.
    """

    name: str
    yields: frozenset[str]
    sends: str
    cost: int
    rank: int

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """Where to ask, given what is open and known: (``tcp``|``udp``, port, tls) triples."""

    def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Ask one endpoint; yield facts as they come, so that a later failure loses nothing.

        Raises:
            NetError, Malformed: how it ended; the runner makes an attempt of it.
        """
