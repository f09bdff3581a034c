"""What the ONVIF device service tells without a login."""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.net.api import Dialer
from auditor.probes import _web, ports
from auditor.probes._api import Probe, Target
from auditor.probes._facts import Scribe, Trouble
from auditor.probes._paths import checked_path
from auditor.wire import soap
from auditor.wire.http import Response

_ORDER: Final = (
    "GetSystemDateAndTime",
    "GetDeviceInformation",
    "GetCapabilities",
    "GetScopes",
    "GetNetworkInterfaces",
    "GetServices",
    "GetEndpointReference",
    "GetHostname",
)
"""Operations by worth. The first tells whether there is an ONVIF service at all."""

_READ_SYSTEM: Final = frozenset({"GetDeviceInformation", "GetScopes", "GetNetworkInterfaces"})
"""Operations that ONVIF reserves to users, though many devices answer them to anyone."""

_KNOWN_BY: Final = {"GetScopes": "wsd.scopes", "GetEndpointReference": "wsd.endpoint"}
"""Operations that would only repeat what WS-Discovery has told already."""

_TELLS: Final[Mapping[str, tuple[str, ...]]] = {
    "GetDeviceInformation": (
        *("onvif.manufacturer", "onvif.model", "onvif.firmware", "onvif.serial"),
        "onvif.hardware_id",
    ),
    "GetCapabilities": ("onvif.envelope",),
    "GetScopes": ("onvif.scopes",),
    "GetNetworkInterfaces": ("onvif.mac",),
    "GetServices": ("onvif.services",),
    "GetEndpointReference": ("onvif.endpoint",),
    "GetHostname": ("onvif.hostname",),
}
"""What an operation is asked for; it is left out while none of it could tell anything new."""

_ENVELOPES: Final = frozenset({"GetSystemDateAndTime", "GetCapabilities"})
_PORTS: Final = (8899, 2020, 80, 8000, 8080, 10080, 5000, 8081, 8888)
_PATH: Final = "/onvif/device_service"
_REFUSED: Final = re.compile(r"Not_?Authorized|Unauthori[sz]ed|FailedAuthentication", re.IGNORECASE)
_REFUSALS: Final = frozenset({401, 403})
_MOST_REFUSALS: Final = 2
_MOST_ENDPOINTS: Final = 3
_MOST_NAMED: Final = 2
_MOST_XADDRS: Final = 16
_MOST_ITEMS: Final = 64
_MOST_MACS: Final = 8

Facts = Iterator[Observation]


class _Onvif:
    """Anonymous reads, each tried once. A refusal is accepted, and never answered with a name.

    It stops at the first answer that is no ONVIF, and leaves out what could tell nothing new. Two refusals of operations that need a user
    end the asking of such operations; a device that refuses an operation that must be open to
    anyone is asked one more of those, and then nothing.
    """

    name = "onvif"
    yields = frozenset(
        {
            *("onvif.manufacturer", "onvif.model", "onvif.firmware", "onvif.serial"),
            *("onvif.hardware_id", "onvif.envelope", "onvif.services", "onvif.scopes"),
            *("onvif.mac", "onvif.endpoint", "onvif.hostname", "onvif.clock"),
            *("http.auth_realm", "http.auth_nonce", "http.server", "http.headers"),
        }
    )
    sends = f"ONVIF {', '.join(_ORDER)} without credentials, each once"
    cost = len(_ORDER)
    rank = 14

    def endpoints(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...]
    ) -> tuple[tuple[str, int, bool], ...]:
        """The addresses that WS-Discovery named (on this host), else likely web ports."""
        if _has_answered(seen):
            return ()
        named = dict.fromkeys((port, tls) for port, tls, _ in named_services(seen))
        if named:
            ordered = sorted(named, key=lambda one: one[1])
            return tuple(("tcp", port, tls) for port, tls in ordered)[:_MOST_NAMED]
        return _likely(open_ports, seen)

    async def ask(self, target: Target, dialer: Dialer) -> AsyncIterator[Observation]:
        """Ask the operations in the order of their worth.

        Raises:
            NetError: no answer; nothing more is asked then.
            Malformed: an answer was not HTTP or not XML; told after the other operations.
        """
        if _has_answered(target.seen):
            return
        scribe, trouble, refusals = Scribe(target, self.name), Trouble(), _Refusals()
        path = service_path(target)
        for operation in _ORDER:
            if refusals.closed(operation) or not _is_worth(operation, target):
                continue
            first = operation == _ORDER[0]
            question = soap.request(operation, target.address, target.port, path, target.tls)
            try:
                reply = await _web.once(dialer, target, question, probe=self.name)
                for fact in _head(reply.response, target, scribe):
                    yield fact
                reply.settle()
                answer = _answer(reply.response)
            except Malformed as error:
                trouble.keep(error)
                if first:
                    break
                continue
            if _refused(reply.response, answer):
                refusals.note(operation)
            elif first and answer is None:
                return
            for fact in _facts(operation, answer, scribe):
                yield fact
        trouble.tell()


class _Refusals:
    """Counts refusals, and says which operations they make pointless."""

    def __init__(self) -> None:
        self._reserved = 0
        self._open = 0

    def note(self, operation: str) -> None:
        """An operation was refused."""
        if operation in _READ_SYSTEM:
            self._reserved += 1
        else:
            self._open += 1

    def closed(self, operation: str) -> bool:
        """Whether the operation is not worth asking any more."""
        if self._open >= _MOST_REFUSALS:
            return True
        reserved = operation in _READ_SYSTEM
        return reserved and (self._reserved >= _MOST_REFUSALS or self._open > 0)


def _answer(response: Response) -> soap.Reply | None:
    """The ONVIF reply in an HTTP answer; None where there is none.

    Printers and routers speak SOAP too, so an envelope counts only if it is an answer to the
    question or knows of ONVIF.

    Raises:
        Malformed: it is an envelope and cannot be read.
    """
    if b"Envelope" not in response.body or _web.is_html(response):
        return None
    reply = soap.decode(response.body)
    if "onvif.org" in reply.text or (reply.operation or "").removesuffix("Response") in _ORDER:
        return reply
    return None


def _refused(response: Response, answer: soap.Reply | None) -> bool:
    if response.status in _REFUSALS:
        return True
    return bool(answer and answer.fault and _REFUSED.search(answer.fault))


def _head(response: Response, target: Target, scribe: Scribe) -> Facts:
    """What the HTTP header says, unless the front page has said it at this port."""
    if "http.headers" not in _web.known(target.seen, scribe.endpoint) and not scribe.wrote(
        "http.headers"
    ):
        yield from scribe("http.server", response.get("server"))
        yield from scribe.headers("http.headers", response)
    yield from scribe.challenges("http", response)


def _facts(operation: str, answer: soap.Reply | None, scribe: Scribe) -> Facts:
    if answer is None:
        return
    if not scribe.wrote("onvif.envelope") or (operation in _ENVELOPES and not answer.fault):
        yield from scribe("onvif.envelope", answer.text)
    if not answer.fault and answer.operation == f"{operation}Response":
        yield from _READERS[operation](answer, scribe)


def _clock(answer: soap.Reply, scribe: Scribe) -> Facts:
    yield from scribe("onvif.clock", soap.clock(answer))


def _information(answer: soap.Reply, scribe: Scribe) -> Facts:
    told = soap.device_information(answer)
    yield from scribe("onvif.manufacturer", told.manufacturer)
    yield from scribe("onvif.model", told.model)
    yield from scribe("onvif.firmware", told.firmware)
    yield from scribe("onvif.serial", told.serial)
    yield from scribe("onvif.hardware_id", told.hardware_id)


def _nothing(answer: soap.Reply, scribe: Scribe) -> Facts:
    """GetCapabilities tells by its envelope alone."""
    del answer, scribe
    return iter(())


def _scopes(answer: soap.Reply, scribe: Scribe) -> Facts:
    yield from scribe("onvif.scopes", " ".join(soap.scopes(answer)[:_MOST_ITEMS]))


def _macs(answer: soap.Reply, scribe: Scribe) -> Facts:
    for one in soap.macs(answer)[:_MOST_MACS]:
        yield from scribe("onvif.mac", one)


def _services(answer: soap.Reply, scribe: Scribe) -> Facts:
    listed = [
        {"namespace": namespace[:512], "xaddr": xaddr[:512]}
        for namespace, xaddr in soap.services(answer)[:_MOST_ITEMS]
    ]
    if listed:
        yield from scribe("onvif.services", json.dumps(listed, ensure_ascii=False))


def _endpoint(answer: soap.Reply, scribe: Scribe) -> Facts:
    yield from scribe("onvif.endpoint", soap.endpoint(answer))


def _hostname(answer: soap.Reply, scribe: Scribe) -> Facts:
    yield from scribe("onvif.hostname", soap.hostname(answer))


_READERS: Final[dict[str, Callable[[soap.Reply, Scribe], Facts]]] = {
    "GetSystemDateAndTime": _clock,
    "GetDeviceInformation": _information,
    "GetCapabilities": _nothing,
    "GetScopes": _scopes,
    "GetNetworkInterfaces": _macs,
    "GetServices": _services,
    "GetEndpointReference": _endpoint,
    "GetHostname": _hostname,
}


def _has_answered(seen: tuple[Observation, ...]) -> bool:
    return any(o.signal == "onvif.envelope" and o.probe == "onvif" for o in seen)


def _is_worth(operation: str, target: Target) -> bool:
    """Whether an operation could tell something new; the first is asked in any case."""
    signal = _KNOWN_BY.get(operation)
    if signal is not None and any(o.signal == signal for o in target.seen):
        return False
    return operation not in _TELLS or target.wants(*_TELLS[operation])


def named_services(seen: tuple[Observation, ...]) -> list[tuple[int, bool, str]]:
    """Port, TLS and path of the service addresses that WS-Discovery gave, in order.

    Whatever host an address names, only the asked host's own address is used.
    """
    found: list[tuple[int, bool, str]] = []
    for one in seen:
        if one.signal != "wsd.xaddrs":
            continue
        for xaddr in one.value.split()[:_MOST_XADDRS]:
            try:
                url = urlsplit(xaddr)
                port = url.port
            except ValueError:
                continue
            if url.scheme in {"http", "https"}:
                tls = url.scheme == "https"
                port = port or (443 if tls else 80)
                if port not in ports.MUTE:
                    found.append((port, tls, url.path))
    return found


def service_path(target: Target) -> str:
    """The path of the device service at a port: as WS-Discovery gave it, else the usual one."""
    for port, _, path in named_services(target.seen):
        if port == target.port:
            return (path and checked_path(path, thing="service")) or _PATH
    return _PATH


def _likely(
    open_ports: frozenset[int], seen: tuple[Observation, ...]
) -> tuple[tuple[str, int, bool], ...]:
    """Web ports that answered and ports that are known for ONVIF, plain before TLS."""
    spoke = {port: tls for _, port, tls in _web.servers(open_ports, seen, most=len(_PORTS))}
    silent = {
        port: tls
        for port, tls in ports.web_ports(open_ports, seen)
        if port in ports.ONVIF and port not in spoke
    }
    both = {**spoke, **silent}
    order = {port: place for place, port in enumerate(_PORTS)}
    ranked = sorted(both, key=lambda port: (both[port], order.get(port, len(order)), port))
    return tuple(("tcp", port, both[port]) for port in ranked)[:_MOST_ENDPOINTS]


PROBE: Probe = _Onvif()
