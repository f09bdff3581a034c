"""What the RTSP server says of itself, and whether it gives a stream away."""

from collections.abc import AsyncIterator, Iterator
from typing import Final

from auditor.model.errors import ConnReset
from auditor.model.facts import Observation
from auditor.net.api import Dialer, Stream
from auditor.probes import _web, ports
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe
from auditor.wire import rtsp
from auditor.wire.http import Response

_OK: Final = 200
_UNAUTHORIZED: Final = 401


class _Rtsp:
    """OPTIONS, then one DESCRIBE of ``/`` without credentials. Never SETUP, never PLAY.

    Where OPTIONS is already answered with a challenge, DESCRIBE could tell nothing more and is
    not sent. The third request of ``cost`` is a DESCRIBE whose connection the server had closed.
    """

    name = "rtsp"
    yields = frozenset(
        {"rtsp.server", "rtsp.public", "rtsp.auth_realm", "rtsp.headers", "rtsp.sdp"}
    )
    sends = "RTSP OPTIONS and one DESCRIBE without credentials on each open RTSP port"
    cost = 3
    rank = 12

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """Open RTSP ports that have not answered yet."""
        done = {o.endpoint for o in seen if o.signal == "rtsp.headers" and o.probe == self.name}
        return tuple(
            ("tcp", port, False)
            for port in sorted(open_ports)
            if ports.guess(port) == "rtsp" and f"tcp/{port}" not in done
        )

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Ask for the methods, then for the description.

        Raises:
            NetError: no answer.
            Malformed: the port does not speak RTSP.
        """
        scribe = Scribe(target, self.name)
        second: Response | None = None
        for reuse in (True, False):
            async with dialer.connect(
                target.address, target.port, probe=self.name, reuse=reuse
            ) as stream:
                first = await _first(stream, target)
                if first is None:
                    continue  # a knock had left it open, and the server had not
                for fact in _facts(first, scribe):
                    yield fact
                if first.status == _UNAUTHORIZED:
                    return
                second = None if _closes(first) else await _again(stream, target)
            break
        if second is None:
            async with dialer.connect(target.address, target.port, probe=self.name) as stream:
                second = await _exchange(stream, rtsp.describe(target.address, target.port))
        for fact in _facts(second, scribe):
            yield fact
        if second.status == _OK:
            for fact in scribe("rtsp.sdp", second.text()):
                yield fact


async def _exchange(stream: Stream, payload: bytes) -> Response:
    raw = await stream.ask(payload, rtsp.complete)
    _web.whole_head(raw)
    return rtsp.decode(raw)


async def _first(stream: Stream, target: Target) -> Response | None:
    """OPTIONS; None where the connection had been left open and ended before a byte came."""
    try:
        raw = await stream.ask(rtsp.options(target.address, target.port), rtsp.complete)
    except ConnReset as reset:
        if reset.partial or not stream.reused:
            raise
        return None
    if not raw and stream.reused:
        return None
    _web.whole_head(raw)
    return rtsp.decode(raw)


async def _again(stream: Stream, target: Target) -> Response | None:
    """DESCRIBE on the connection of OPTIONS; None when the server had closed it."""
    try:
        raw = await stream.ask(rtsp.describe(target.address, target.port), rtsp.complete)
    except ConnReset as reset:
        if reset.partial:
            raise
        return None
    if not raw:
        return None
    _web.whole_head(raw)
    return rtsp.decode(raw)


def _closes(response: Response) -> bool:
    return (response.get("connection") or "").strip().lower() == "close"


def _facts(response: Response, scribe: Scribe) -> Iterator[Observation]:
    yield from scribe("rtsp.server", response.get("server"))
    yield from scribe("rtsp.public", response.get("public"))
    yield from scribe.headers("rtsp.headers", response)
    yield from scribe.challenges("rtsp", response)


PROBE: Probe = _Rtsp()
