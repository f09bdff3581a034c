"""The UPnP description behind an SSDP answer, fetched once from the address that answered."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from auditor.model.facts import Observation
from auditor.net.api import KIB, Dialer
from auditor.probes import _web
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe
from auditor.probes._paths import own_path
from auditor.wire import xml

_ENDPOINT: Final = "udp/1900"
"""Where the location was announced: what stands behind it is SSDP's word, not the web server's."""
_OK: Final = 200
_CAP: Final = 64 * KIB
_MOST: Final = 2
_FAMILY: Final = "/upnpdevicedesc.xml"
"""The description that the ISAPI probe asks for by itself."""


class _Upnp:
    """GET what LOCATION names, if it lies on the host that answered; no redirect, no DTD.

    A location on another host, with a name instead of an address, with a user name, or that looks
    like anything but a description is written down by discovery and never followed.
    """

    name = "upnp"
    yields = frozenset({"ssdp.description"})
    sends = "HTTP GET of the LOCATION of an SSDP answer, if its host is the address that answered"
    cost = 1
    rank = 22

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """The ports that SSDP answers name, at most two; whether they are open is not known yet."""
        del open_ports
        found = {one for one in map(_port, _locations(seen)) if one is not None}
        return tuple(("tcp", port, tls) for port, tls in sorted(found)[:_MOST])

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Fetch the description that an SSDP answer places on this port.

        Raises:
            NetError: no answer, or more than 64 KiB.
            Malformed: no HTTP, or no XML without a DTD.
        """
        path = _path(target)
        if path is None:
            return
        question = _web.get(target, path)
        reply = await _web.once(dialer, target, question, probe=self.name, cap=_CAP)
        reply.settle()
        text = reply.response.text().lstrip("\ufeff \r\n\t")
        if reply.response.status != _OK or not text.startswith("<"):
            return
        if _web.is_html(reply.response):
            return
        xml.parse(text)
        for fact in Scribe(target, self.name)("ssdp.description", text):
            yield replace(fact, endpoint=_ENDPOINT)


def _locations(seen: tuple[Observation, ...]) -> Iterator[str]:
    """Every announced location once, in an order that does not depend on which came first."""
    yield from sorted({one.value for one in seen if one.signal == "ssdp.location"})


def _port(location: str) -> tuple[int, bool] | None:
    try:
        url = urlsplit(location.strip())
        port = url.port
    except ValueError:
        return None
    if url.scheme not in {"http", "https"} or port == 0:
        return None
    tls = url.scheme == "https"
    return port or (443 if tls else 80), tls


def _path(target: Target) -> str | None:
    """The first location that leads to the target itself, unless another probe asks for it."""
    for location in _locations(target.seen):
        path = own_path(target, location, thing="description")
        if path is not None:
            return None if path == _FAMILY and _is_web(target) else path
    return None


def _is_web(target: Target) -> bool:
    """Whether the port has answered in HTTP, so that the ISAPI probe comes by."""
    return bool(_web.known(target.seen, f"tcp/{target.port}").get("http.headers"))


PROBE: Probe = _Upnp()
