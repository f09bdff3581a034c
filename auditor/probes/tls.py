"""The certificate of TLS ports."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

from auditor.model.errors import Malformed, NetError
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
    yields = frozenset({"tls.subject", "tls.issuer", "tls.san", "tls.version", "tls.sha256"})
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
        try:
            async with dialer.connect(
                target.address, target.port, probe=self.name, tls=True
            ) as stream:
                der, version = stream.certificate, stream.tls_version
        except NetError as error:
            for fact in _salvaged(scribe, error.partial):
                yield fact
            raise
        if not der:
            raise Malformed("no certificate")
        for fact in scribe.certificate(der, version):
            yield fact


def _salvaged(scribe: Scribe, der: bytes) -> Iterator[Observation]:
    """The certificate of a handshake that failed, as far as it can be read."""
    if not der:
        return
    with suppress(Malformed):
        yield from scribe.certificate(der)


PROBE: Probe = _Tls()
