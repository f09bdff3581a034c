"""Descriptions that the ISAPI family of web servers gives without a password."""

from collections.abc import AsyncIterator, Iterator
from typing import Final

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.net.api import KIB, Dialer
from auditor.probes import _web
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe, Trouble
from auditor.wire import xml
from auditor.wire.http import Response

_ACTIVATE: Final = "/SDK/activateStatus"
_UPNP: Final = "/upnpdevicedesc.xml"
_INFO: Final = "/ISAPI/System/deviceInfo"
_SIGNAL_OF_ROOT: Final = {
    "ActivateStatus": "isapi.xml",
    "ResponseStatus": "isapi.xml",
    "DeviceInfo": "isapi.device_info",
    "root": "ssdp.description",
}
"""Which signal a document gives, by its root element. Anything else is no answer to us."""
_ROOTS: Final = {
    _ACTIVATE: {"ActivateStatus", "ResponseStatus"},
    _UPNP: {"root"},
    _INFO: {"DeviceInfo", "ResponseStatus"},
}
_TELLS: Final = {
    _ACTIVATE: ("isapi.xml",),
    _UPNP: ("ssdp.description",),
    _INFO: ("isapi.device_info", "http.auth_realm"),
}
"""What each is asked for; it is left out while none of it could tell anything new."""
_OK: Final = 200
_CAP: Final = 64 * KIB


class _Isapi:
    """Three GETs without credentials: activation state, UPnP description, device information.

    The last is usually refused, and the challenge is the fact. It is left out where the server's
    realm is known. A server that answers the first with a page of its own answers everything
    that way, so it is not asked further.
    """

    name = "isapi"
    yields = frozenset(
        {
            *("isapi.xml", "ssdp.description", "isapi.device_info"),
            *("http.auth_realm", "http.auth_nonce"),
        }
    )
    sends = (
        "HTTP GET /SDK/activateStatus, /upnpdevicedesc.xml and /ISAPI/System/deviceInfo"
        " without credentials"
    )
    cost = 3
    rank = 20

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """Servers that answered in HTTP."""
        return _web.servers(open_ports, seen)

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Ask the three questions.

        Raises:
            NetError: no answer; nothing more is asked then.
            Malformed: an answer was not HTTP or not XML; told after the other questions.
        """
        scribe, trouble = Scribe(target, self.name), Trouble()
        for path in (_ACTIVATE, _UPNP, _INFO):
            if path == _INFO and _web.realm_known(target):
                continue
            if not target.wants(*_TELLS[path]):
                continue
            try:
                reply = await _web.once(
                    dialer, target, _web.get(target, path), probe=self.name, cap=_CAP
                )
                for fact in scribe.challenges("http", reply.response):
                    yield fact
                reply.settle()
                if path == _ACTIVATE and _catch_all(reply.response):
                    return
                for fact in _document(path, reply.response, scribe):
                    yield fact
            except Malformed as error:
                trouble.keep(error)
        trouble.tell()


def _catch_all(response: Response) -> bool:
    return response.status == _OK and _web.is_html(response)


def _document(path: str, response: Response, scribe: Scribe) -> Iterator[Observation]:
    """The fact in an answer; a status document counts whatever its HTTP status."""
    text = response.text().lstrip("\ufeff \r\n\t")
    if not text.startswith("<") or _web.is_html(response):
        return
    if response.status != _OK and b"ResponseStatus" not in response.body:
        return
    root = xml.local(xml.parse(response.body).tag)
    if root in _ROOTS[path]:
        yield from scribe(_SIGNAL_OF_ROOT[root], text)


PROBE: Probe = _Isapi()
