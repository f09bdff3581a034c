"""Replies → observations: what every probe does in the same way, with the same caps."""

import hashlib
import json
from collections.abc import Iterator
from typing import Final

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.model.signals import SIGNALS, Shape
from auditor.net.api import KIB
from auditor.probes._api import Target
from auditor.wire import challenge, x509
from auditor.wire.http import Response

TEXT_CAP: Final = 16 * KIB
"""Most characters of one fact, unless its signal says otherwise."""

_CAPS: Final = {
    "http.server": 512,
    "http.auth_realm": 512,
    "http.auth_nonce": 512,
    "http.title": 512,
    "http.location": 1024,
    "http.body": 4 * KIB,
    "isapi.xml": 64 * KIB,
    "isapi.device_info": 64 * KIB,
    "ssdp.description": 64 * KIB,
    "axis.basicdeviceinfo": 64 * KIB,
    "rtsp.server": 512,
    "rtsp.auth_realm": 512,
}
_PAIRS, _NAME, _VALUE = 100, 128, 1024
_CHALLENGES = 8
_as_json: Final = json.JSONEncoder(ensure_ascii=False).encode


class Scribe:
    """Writes down the facts of one probe's run at one endpoint, each once.

    Attributes:
        endpoint: the endpoint as observations name it: ``tcp/80``.
    """

    def __init__(self, target: Target, probe: str) -> None:
        self.endpoint = target.endpoint
        self._probe = probe
        self._clock = target.clock
        self._written: set[tuple[str, str]] = set()

    def __call__(self, signal: str, value: str | None) -> Iterator[Observation]:
        """The fact as an observation; nothing when it is empty or was written before.

        Text is cut at the signal's cap. A structured value is never cut, so its writer keeps
        it short.
        """
        if value is None:
            return
        if SIGNALS[signal].shape is Shape.TEXT:
            value = value.strip()[: _CAPS.get(signal, TEXT_CAP)]
        if not value or (signal, value) in self._written:
            return
        self._written.add((signal, value))
        yield Observation(
            signal=signal, value=value, endpoint=self.endpoint, probe=self._probe, at=self._clock()
        )

    def wrote(self, signal: str) -> bool:
        """Whether a fact of that signal was written in this run."""
        return any(name == signal for name, _ in self._written)

    def headers(self, signal: str, response: Response) -> Iterator[Observation]:
        """The headers in order and case as sent, as JSON pairs; an empty list counts too."""
        pairs = [[name[:_NAME], value[:_VALUE]] for name, value in response.headers[:_PAIRS]]
        yield from self(signal, _as_json(pairs))

    def challenges(self, room: str, response: Response) -> Iterator[Observation]:
        """Realms (and for HTTP the nonces) of the challenges in a reply.

        Args:
            room: ``http`` or ``rtsp``.
            response: the reply.
        """
        sent = [value for name, value in response.headers if name.lower() == "www-authenticate"]
        for one in challenge.challenges(sent[:_CHALLENGES])[:_CHALLENGES]:
            yield from self(f"{room}.auth_realm", one.realm)
            if room == "http":
                yield from self("http.auth_nonce", one.nonce)

    def certificate(self, der: bytes, version: str | None = None) -> Iterator[Observation]:
        """What the leaf certificate of a TLS port says, and the version of TLS it came by.

        Raises:
            Malformed: it cannot be read; its hash was given before that.
        """
        yield from self("tls.version", version)
        yield from self("tls.sha256", hashlib.sha256(der).hexdigest())
        leaf = x509.decode(der)
        yield from self("tls.subject", leaf.subject)
        yield from self("tls.issuer", leaf.issuer)
        yield from self("tls.san", ", ".join(leaf.san))


class Trouble:
    """Keeps the first malformed answer of several questions, to be told at the end.

    One answer that cannot be read must not lose the others; a network failure in contrast ends
    the run at once, because the device may be struggling.
    """

    def __init__(self) -> None:
        self._first: Malformed | None = None

    def keep(self, error: Malformed) -> None:
        """Remember it, if it is the first."""
        self._first = self._first or error

    def tell(self) -> None:
        """Raise what was kept, if anything.

        Raises:
            Malformed: the first one kept.
        """
        if self._first is not None:
            raise self._first
