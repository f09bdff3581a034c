"""What an FTP port says by itself. Sends nothing: it connects and reads one line."""

from collections.abc import AsyncIterator

from auditor.model.facts import Observation
from auditor.net.api import Dialer
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe

_PORT = 21
_CAP = 1024


class _FtpBanner:
    """Connect to tcp/21 and read up to the end of the first line."""

    name = "ftp-banner"
    yields = frozenset({"banner"})
    sends = "nothing: TCP connect to port 21"
    cost = 1
    rank = 70

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """Port 21 where it is open, unless its banner is known."""
        known = any(fact.signal == "banner" and fact.endpoint == "tcp/21" for fact in seen)
        return (("tcp", _PORT, False),) if _PORT in open_ports and not known else ()

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Read the greeting.

        Raises:
            NetError: it did not come.
        """
        scribe = Scribe(target, self.name)
        async with dialer.connect(target.address, target.port, probe=self.name) as stream:
            data = await stream.ask(b"", lambda read: b"\n" in read, cap=_CAP)
        for fact in scribe("banner", data.decode("utf-8", "replace").splitlines()[0]):
            yield fact


PROBE: Probe = _FtpBanner()
