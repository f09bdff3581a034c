"""Basic device information over VAPIX, as far as it is unrestricted."""

import json
from collections.abc import AsyncIterator
from typing import Final

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.net.api import KIB, Dialer
from auditor.probes import _web
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe
from auditor.wire import http

_PATH: Final = "/axis-cgi/basicdeviceinfo.cgi"
_QUESTION: Final = b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'
_HEADERS: Final = (("Content-Type", "application/json"),)
_OK: Final = 200
_CAP: Final = 64 * KIB


class _Axis:
    """POST ``getAllUnrestrictedProperties``: a read that needs no login on current firmware."""

    name = "axis"
    yields = frozenset({"axis.basicdeviceinfo", "http.auth_realm", "http.auth_nonce"})
    sends = "HTTP POST /axis-cgi/basicdeviceinfo.cgi getAllUnrestrictedProperties"
    cost = 1
    rank = 24

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """Servers that answered in HTTP."""
        return _web.servers(open_ports, seen)

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Ask for the unrestricted properties.

        Raises:
            NetError: no answer.
            Malformed: no HTTP, or something that claims to be JSON and is not.
        """
        scribe = Scribe(target, self.name)
        question = http.request(
            "POST",
            target.address,
            target.port,
            _PATH,
            tls=target.tls,
            headers=_HEADERS,
            body=_QUESTION,
        )
        reply = await _web.once(dialer, target, question, probe=self.name, cap=_CAP)
        for fact in scribe.challenges("http", reply.response):
            yield fact
        reply.settle()
        if reply.response.status != _OK or _web.is_html(reply.response):
            return
        text = reply.response.text().strip()
        if _is_property_list(text):
            for fact in scribe("axis.basicdeviceinfo", text):
                yield fact


def _is_property_list(text: str) -> bool:
    """Whether the text is a JSON object with the list that was asked for.

    Raises:
        Malformed: it is no JSON, or nested beyond reason.
    """
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("no JSON") from None
    data = answer.get("data") if isinstance(answer, dict) else None
    return isinstance(data, dict) and isinstance(data.get("propertyList"), dict)


PROBE: Probe = _Axis()
