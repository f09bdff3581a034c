"""The certificate of TLS ports."""

from collections.abc import AsyncIterator

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.net.api import Dialer
from auditor.probes import ports
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe


class _Tls:
    """One handshake, verification off, for the leaf certificate. No message is sent.

    The ``http`` probe reads the certificate along with the page, so this one only asks where
    that has not happened.
    """

    name = "tls"
    yields = frozenset({"tls.subject", "tls.issuer", "tls.san", "tls.sha256"})
    sends = "one TLS handshake on each open TLS port that has not shown its certificate"
    cost = 1
    rank = 11

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """TLS ports whose certificate is not known."""
        shown = {o.endpoint for o in seen if o.signal == "tls.sha256"}
        return tuple(
            ("tcp", port, True)
            for port, tls in ports.web_ports(open_ports, seen)
            if tls and f"tcp/{port}" not in shown
        )

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Shake hands and read the certificate.

        Raises:
            NetError: the handshake failed.
            Malformed: there is no certificate, or it cannot be read.
        """
        scribe = Scribe(target, self.name)
        async with dialer.connect(target.address, target.port, probe=self.name, tls=True) as stream:
            der = stream.certificate
        if not der:
            raise Malformed("no certificate")
        for fact in scribe.certificate(der):
            yield fact


PROBE: Probe = _Tls()
