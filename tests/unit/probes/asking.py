"""Short ways to run one probe in a test."""

from collections.abc import Collection
from dataclasses import replace

from auditor.model.facts import Attempt, Observation
from auditor.probes import axis, favicon, http, isapi, loginpage, magicbox, onvif, rtsp, tls
from auditor.probes._run import run_probe
from tests.unit.probes.fakes import FakeDialer, Port, target, ticks

PROBE = {
    module.PROBE.name: module.PROBE
    for module in (axis, favicon, http, isapi, loginpage, magicbox, onvif, rtsp, tls)
}


class Asked:
    """One run: how it ended, what it told, what was sent."""

    def __init__(
        self, attempt: Attempt, facts: tuple[Observation, ...], dialer: FakeDialer
    ) -> None:
        self.attempt = attempt
        self.outcome = attempt.outcome
        self.facts = facts
        self.dialer = dialer
        self.lines = [message.line.removesuffix(" HTTP/1.1") for message in dialer.sent]

    def of(self, signal: str) -> list[str]:
        return [fact.value for fact in self.facts if fact.signal == signal]

    def only(self, signal: str) -> str:
        (value,) = self.of(signal)
        return value


async def ask(
    name: str,
    port: Port,
    *seen: Observation,
    number: int = 80,
    tls: bool = False,
    wants: Collection[str] | None = None,
) -> Asked:
    """Run one probe at one port; ``wants``: the signals that still matter, None for all."""
    dialer = FakeDialer(ports={number: port})
    where = target(number, tls=tls, seen=seen)
    if wants is not None:
        where = replace(where, wants=lambda *signals: not set(wants).isdisjoint(signals))
    attempt, facts = await run_probe(PROBE[name], where, dialer, monotonic=ticks())
    return Asked(attempt, facts, dialer)
