"""What an SNMP agent says of itself; asked on request only."""

from collections.abc import AsyncIterator
from typing import Final

from auditor.model.errors import Malformed, TimedOut
from auditor.model.facts import Observation
from auditor.net.api import Dialer
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe
from auditor.wire import snmp

_TRIES: Final = 2
_WAIT: Final = 0.8
"""Seconds for an answer; agents on old cameras are slow, and most hosts have none."""


class _Snmp:
    """One GET of three names by SNMP v2c, repeated once when nothing comes.

    The community ``public`` is a shared secret that is guessed, so this probe runs only when the
    operator asks for it.
    """

    name = "snmp"
    option = "--snmp"
    yields = frozenset({"snmp.sysdescr", "snmp.sysobjectid", "snmp.sysname"})
    sends = (
        "with --snmp only: SNMP v2c GET of sysDescr.0, sysObjectID.0 and sysName.0,"
        " community public, repeated once"
    )
    cost = _TRIES
    rank = 35

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """The agent's port, whatever else is open."""
        del open_ports, seen
        return (("udp", snmp.PORT, False),)

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Ask for the three names.

        Raises:
            NetError: no answer, or the port is closed.
            Malformed: something else than a response to the question.
        """
        reply = await self._reply(target, dialer)
        fields = snmp.decode(reply)
        if not fields:
            raise Malformed("the agent knows none of the three names")
        scribe = Scribe(target, self.name)
        for name, text in fields.items():
            for fact in scribe(f"snmp.{name}", text):
                yield fact

    async def _reply(self, target: Target, dialer: Dialer) -> bytes:
        for _ in range(_TRIES):
            answers = await dialer.datagram(
                target.address, target.port, snmp.get(), probe=self.name, wait=_WAIT
            )
            if answers:
                return answers[0]
        raise TimedOut("no SNMP agent answers")


PROBE: Probe = _Snmp()
