"""The Hikvision family behind a password: identity, network interfaces, a recorder's channels."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from auditor.model.errors import ConnReset, Malformed
from auditor.model.facts import Observation
from auditor.probes._api import Target
from auditor.probes._facts import Scribe, Trouble
from auditor.probes.login import _family
from auditor.probes.login._api import Login, Session
from auditor.wire import channels, isapi
from auditor.wire.channels import Listing

_INFO: Final = "/System/deviceInfo"
_NETWORK: Final = "/System/Network/interfaces"
_CHANNELS: Final = "/ContentMgmt/InputProxy/channels"
_STATUS: Final = "/ContentMgmt/InputProxy/channels/status"
_OLD_CHANNELS: Final = "/Custom/SelfExt/ContentMgmt/DynVideo/inputs/channels"
_ISAPI, _PRAMA, _PSIA = "/ISAPI", "/pramaAPI", "/PSIA"
_ACCEPT: Final = "application/xml"


class _Isapi:
    """GETs below the prefix that the device serves: ``/ISAPI``, a label's own, or the older one."""

    name = "login-isapi"
    yields = frozenset({"isapi.device_info", "isapi.network", "recorder.channels"})
    sends = (
        "HTTP GET /ISAPI/System/deviceInfo (if it is not there: /pramaAPI/…, /PSIA/…),"
        " …/System/Network/interfaces; of a recorder also …/ContentMgmt/InputProxy/channels and"
        " …/channels/status (below /PSIA: …/Custom/SelfExt/ContentMgmt/DynVideo/inputs/channels)"
    )
    rank = 20

    def endpoint(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...], makers: frozenset[str]
    ) -> tuple[int, bool] | None:
        """On a web server of a device whose maker or platform is of the family."""
        fits = "hikvision" in makers or any(o.signal == "isapi.device_info" for o in seen)
        return _family.place(open_ports, seen) if fits else None

    async def ask(self, target: Target, session: Session) -> AsyncIterator[Observation]:
        """Ask for the identity, the interfaces, and the channels where it is a recorder.

        Raises:
            LoginRefused: the password was not taken.
            NetError: no answer; what came before is kept.
            Malformed: an answer had another shape; told after the other questions.
        """
        scribe, trouble = Scribe(target, self.name), Trouble()
        prefix, body = await _first(target, session)
        info = _tried(isapi.device_info, body, trouble)
        for fact in scribe("isapi.device_info", info):
            yield fact
        try:
            text = isapi.network(await _read(session, prefix + _NETWORK, "network interfaces"))
            for fact in scribe("isapi.network", text):
                yield fact
        except Malformed as error:
            _family.keep(trouble, error)
        if info is not None and isapi.is_recorder(info):
            found = await _listing(session, prefix, trouble)
            for fact in scribe("recorder.channels", channels.value(found)):
                yield fact
        trouble.tell()


async def _first(target: Target, session: Session) -> tuple[str, bytes]:
    """The prefix that the device serves, and its identity as it came."""
    last: Malformed | ConnReset = _family.NotThere("device information: nowhere")
    for prefix in _prefixes(target):
        try:
            return prefix, await _read(session, prefix + _INFO, "device information")
        except (Malformed, ConnReset) as error:  # a label that serves another prefix hangs up here
            last = error
    raise last


def _tried(decode: Callable[[bytes], str], body: bytes, trouble: Trouble) -> str | None:
    try:
        return decode(body)
    except Malformed as error:
        trouble.keep(error)
        return None


def _prefixes(target: Target) -> tuple[str, ...]:
    """In the order of their likelihood: one label has its own, and says its name elsewhere."""
    if any("prama" in o.value.lower() for o in target.seen if len(o.value) < 65_536):  # noqa: PLR2004
        return (_PRAMA, _ISAPI)
    return (_ISAPI, _PRAMA, _PSIA)


async def _listing(session: Session, prefix: str, trouble: Trouble) -> Listing:
    """The channels; with the reason instead where the recorder does not give them."""
    path = _OLD_CHANNELS if prefix == _PSIA else _CHANNELS
    try:
        found = isapi.channel_list(await _read(session, prefix + path, "channels"))
    except Malformed as error:
        _family.keep(trouble, error)
        return Listing(why=str(error))
    if prefix == _PSIA or not found.channels:
        return found
    try:
        online = isapi.statuses(await _read(session, prefix + _STATUS, "state of the channels"))
    except Malformed as error:
        _family.keep(trouble, error)
        return found
    return isapi.with_statuses(found, online)


async def _read(session: Session, path: str, what: str) -> bytes:
    return _family.body_of(await session.get(path, accept=_ACCEPT), what)


LOGIN: Login = _Isapi()
