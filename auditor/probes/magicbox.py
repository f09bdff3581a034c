"""The realm in front of ``magicBox.cgi``: on one platform it holds the serial number."""

from collections.abc import AsyncIterator
from typing import Final

from auditor.model.facts import Observation
from auditor.net.api import Dialer
from auditor.probes import _web
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe

_PATH: Final = "/cgi-bin/magicBox.cgi?action=getSystemInfo"


class _MagicBox:
    """One GET without credentials, for the challenge that refuses it. The answer is not read."""

    name = "magicbox"
    yields = frozenset({"http.auth_realm", "http.auth_nonce"})
    sends = "HTTP GET /cgi-bin/magicBox.cgi?action=getSystemInfo without credentials, for its realm"
    cost = 1
    rank = 22

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """Servers that answered and whose realm is not known."""
        known = {o.endpoint for o in seen if o.signal == "http.auth_realm" and o.probe != "onvif"}
        return tuple(one for one in _web.servers(open_ports, seen) if f"tcp/{one[1]}" not in known)

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Ask, and read the challenge.

        Raises:
            NetError: no answer, or it ended early (after the facts that were in it).
            Malformed: no HTTP.
        """
        if _web.realm_known(target):
            return
        scribe = Scribe(target, self.name)
        reply = await _web.once(
            dialer, target, _web.get(target, _PATH), probe=self.name, enough=_web.PAGE
        )
        for fact in scribe.challenges("http", reply.response):
            yield fact
        reply.settle()


PROBE: Probe = _MagicBox()
