"""What the ONVIF device and media services tell a user: identity, interfaces, scopes, video."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.probes import _web, ports
from auditor.probes import onvif as anonymous
from auditor.probes._api import Target
from auditor.probes._facts import Scribe, Trouble
from auditor.probes._paths import checked_path
from auditor.probes.login import _wsdl
from auditor.probes.login._api import Login, Secret, Session
from auditor.wire import soap
from auditor.wire.http import Response

_DEVICE: Final = (
    "GetDeviceInformation",
    "GetNetworkInterfaces",
    "GetScopes",
    "GetServices",
)
_MEDIA: Final = ("GetVideoSources", "GetProfiles")
_MEDIA_SPACE: Final = "http://www.onvif.org/ver10/media/wsdl"
_CLOCK: Final = "GetSystemDateAndTime"
_MOST_ITEMS: Final = 64
_WORD: Final = 256

Facts = Iterator[Observation]


class _Onvif:
    """Reads of the device service, then of the media service. Nothing is created or changed."""

    name = "login-onvif"
    yields = frozenset(
        {
            *("onvif.manufacturer", "onvif.model", "onvif.firmware", "onvif.serial"),
            *("onvif.hardware_id", "onvif.services", "onvif.scopes", "onvif.mac", "onvif.clock"),
            *("onvif.profiles", "onvif.video_sources"),
        }
    )
    sends = f"ONVIF {', '.join((_CLOCK, *_DEVICE, *_MEDIA))}, the first without a login"
    rank = 50

    def endpoint(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...], makers: frozenset[str]
    ) -> tuple[int, bool] | None:
        """Where ONVIF answered, else where WS-Discovery says it is, else a maker's web port."""
        for one in seen:
            if one.signal == "onvif.envelope" and (one.endpoint or "").startswith("tcp/"):
                port = int((one.endpoint or "").removeprefix("tcp/"))
                return port, ports.speaks_tls(port, seen)
        named = anonymous.named_services(seen)
        if named:
            port, tls, _ = min(named, key=lambda one: one[1])
            return port, tls
        likely = _web.servers(open_ports, seen, most=1) if makers else ()
        return next(((port, tls) for _, port, tls in likely), None)

    async def ask(self, target: Target, session: Session) -> AsyncIterator[Observation]:
        """Ask the operations in the order of their worth; it ends quietly where no ONVIF is.

        Raises:
            LoginRefused: the password was not taken; nothing more is asked.
            NetError: no answer; nothing more is asked then.
            Malformed: an answer was not HTTP or not XML; told after the other operations.
        """
        scribe, trouble = Scribe(target, self.name), Trouble()
        path = anonymous.service_path(target)
        asker = _Asker(session, target)
        clock = await asker.clock(path)
        if clock is None:
            return
        for fact in scribe("onvif.clock", clock.told):
            yield fact
        media: str | None = None
        for operation in (*_DEVICE, *_MEDIA):
            place = media if operation in _MEDIA else path
            if place is None:
                continue
            try:
                body = await asker.ask(operation, place)
                facts = list(_READERS[operation](body, scribe)) if body else []
            except Malformed as error:
                trouble.keep(error)
                continue
            for fact in facts:
                yield fact
                media = media or _media_path(fact)
        trouble.tell()


class _Clock:
    """A device's clock against ours: tokens must bear the device's time."""

    def __init__(self, told: str | None, offset: timedelta) -> None:
        self.told = told
        self.offset = offset


class _Asker:
    """Builds the messages of one device, with its own time in the tokens."""

    def __init__(self, session: Session, target: Target) -> None:
        self._session = session
        self._target = target
        self._offset = timedelta(0)

    async def clock(self, path: str) -> _Clock | None:
        """The device's clock, asked without a password; None when there is no ONVIF service."""
        body = soap.OPERATIONS[_CLOCK]
        response = await self._session.soap(path, body, None, content_type=_wsdl.CONTENT_TYPE)
        told, refused = _told_clock(response)
        if told is None and not refused:
            return None
        ours = _moment(self._target.clock())
        theirs = _moment(told) or _moment(_seen_clock(self._target)) or _dated(response)
        if ours is not None and theirs is not None:
            self._offset = theirs - ours
        return _Clock(told or None, self._offset)

    def _now(self) -> datetime:
        now = _moment(self._target.clock())
        if now is None:
            raise Malformed("the clock of this machine tells no time")
        return now

    async def ask(self, operation: str, path: str) -> bytes | None:
        """The body of the answer to one operation; None when the device does not offer it.

        Raises:
            LoginRefused, NetError, Malformed: as any question.
        """

        def sign(secret: Secret) -> bytes:
            return _wsdl.signed(operation, secret, self._now() + self._offset)

        response = await self._session.soap(
            path, _wsdl.message(operation), sign, content_type=_wsdl.CONTENT_TYPE
        )
        if b"Envelope" not in response.body or _web.is_html(response):
            return None
        if b"ault" in response.body and soap.decode(response.body).fault:
            return None
        return response.body


def _told_clock(response: Response) -> tuple[str | None, bool]:
    """The clock in a reply (empty when it is none), and whether the reply was a refusal."""
    if b"Envelope" not in response.body or _web.is_html(response):
        return None, response.status in {401, 403}
    try:
        reply = soap.decode(response.body)
    except Malformed:
        return ("", False) if b"onvif.org" in response.body else (None, False)
    if reply.operation == f"{_CLOCK}Response":
        return soap.clock(reply) or "", False
    return None, bool(reply.fault) and "onvif.org" in reply.text or response.status == 401  # noqa: PLR2004, RUF021


def _seen_clock(target: Target) -> str | None:
    return next((one.value for one in target.seen if one.signal == "onvif.clock"), None)


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _dated(response: Response) -> datetime | None:
    try:
        moment = parsedate_to_datetime(response.get("date") or "")
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _media_path(fact: Observation) -> str | None:
    """The path of the media service in the list of services, at the server that we ask."""
    if fact.signal != "onvif.services":
        return None
    for one in json.loads(fact.value):
        if one["namespace"] == _MEDIA_SPACE:
            try:
                return checked_path(urlsplit(one["xaddr"]).path, thing="service")
            except ValueError:
                return None
    return None


def _at(thing: Any, *names: str) -> Any:  # noqa: ANN401 - zeep's objects have no types
    """An attribute down a path; None where it breaks off."""
    for name in names:
        thing = getattr(thing, name, None)
    return thing


def _word(thing: object) -> str | None:
    return str(thing).strip()[:_WORD] or None if thing is not None else None


def _listed(thing: Any) -> list[Any]:  # noqa: ANN401 - zeep's objects have no types
    return list(thing)[:_MOST_ITEMS] if isinstance(thing, (list, tuple)) else []


def _information(body: bytes, scribe: Scribe) -> Facts:
    told = soap.device_information(soap.decode(body))
    words = (told.manufacturer, told.model, told.firmware, told.serial, told.hardware_id)
    signals = ("manufacturer", "model", "firmware", "serial", "hardware_id")
    for signal, word in zip(signals, words, strict=True):
        yield from scribe(f"onvif.{signal}", _word(word))


def _interfaces(body: bytes, scribe: Scribe) -> Facts:
    for one in soap.macs(soap.decode(body))[:_MOST_ITEMS]:
        yield from scribe("onvif.mac", one)


def _scopes(body: bytes, scribe: Scribe) -> Facts:
    words = (_word(one) for one in soap.scopes(soap.decode(body))[:_MOST_ITEMS])
    yield from scribe("onvif.scopes", " ".join(word for word in words if word))


def _services(body: bytes, scribe: Scribe) -> Facts:
    listed = [
        {"namespace": _word(space), "xaddr": _word(xaddr)}
        for space, xaddr in soap.services(soap.decode(body))[:_MOST_ITEMS]
    ]
    if listed:
        yield from scribe("onvif.services", json.dumps(listed, ensure_ascii=False))


def _sources(body: bytes, scribe: Scribe) -> Facts:
    listed = [
        {
            "token": _word(_at(one, "token")),
            "width": _number(_at(one, "Resolution", "Width")),
            "height": _number(_at(one, "Resolution", "Height")),
            "framerate": _number(_at(one, "Framerate")),
        }
        for one in _listed(_wsdl.read("GetVideoSources", body))
    ]
    if listed:
        yield from scribe("onvif.video_sources", json.dumps(listed, ensure_ascii=False))


def _profiles(body: bytes, scribe: Scribe) -> Facts:
    listed = [
        {
            "token": _word(_at(one, "token")),
            "name": _word(_at(one, "Name")),
            "source": _word(_at(one, "VideoSourceConfiguration", "SourceToken")),
            "encoding": _word(_at(one, "VideoEncoderConfiguration", "Encoding")),
            "width": _number(_at(one, "VideoEncoderConfiguration", "Resolution", "Width")),
            "height": _number(_at(one, "VideoEncoderConfiguration", "Resolution", "Height")),
        }
        for one in _listed(_wsdl.read("GetProfiles", body))
    ]
    if listed:
        yield from scribe("onvif.profiles", json.dumps(listed, ensure_ascii=False))


def _number(thing: object) -> int | float | None:
    if isinstance(thing, bool) or not isinstance(thing, (int, float)):
        return None
    return thing if abs(thing) < 1_000_000 else None  # noqa: PLR2004 - no NaN, no nonsense


_READERS: Final[Mapping[str, Callable[[bytes, Scribe], Facts]]] = MappingProxyType(
    {
        "GetDeviceInformation": _information,
        "GetNetworkInterfaces": _interfaces,
        "GetScopes": _scopes,
        "GetServices": _services,
        "GetVideoSources": _sources,
        "GetProfiles": _profiles,
    }
)

LOGIN: Login = _Onvif()
