"""The Uniview family behind a password: identity, and the channels of a recorder."""

from collections.abc import AsyncIterator
from typing import Final

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.probes._api import Target
from auditor.probes._facts import Scribe, Trouble
from auditor.probes.login import _family
from auditor.probes.login._api import Login, Session
from auditor.wire import channels, lapi
from auditor.wire.channels import Listing

_BASE: Final = "/LAPI/V1.0"
_INFO: Final = f"{_BASE}/System/DeviceInfo"
_DETAILS: Final = f"{_BASE}/Channels/System/ChannelDetailInfos"
_IDENTITIES: Final = f"{_BASE}/Channels/System/DeviceInfos"


class _Lapi:
    """GETs of the device's identity and, of a recorder, of its channels."""

    name = "login-lapi"
    yields = frozenset({"lapi.device_info", "recorder.channels"})
    sends = (
        "HTTP GET /LAPI/V1.0/System/DeviceInfo; of a recorder also"
        " /LAPI/V1.0/Channels/System/ChannelDetailInfos and /LAPI/V1.0/Channels/System/DeviceInfos"
    )
    rank = 26

    def endpoint(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...], makers: frozenset[str]
    ) -> tuple[int, bool] | None:
        """On a web server of a device whose maker or platform is of the family."""
        return _family.place(open_ports, seen) if "uniview" in makers else None

    async def ask(self, target: Target, session: Session) -> AsyncIterator[Observation]:
        """Ask for the identity, and for the channels where it is a recorder.

        Raises:
            LoginRefused: the password was not taken.
            NetError: no answer; what came before is kept.
            Malformed: an answer had another shape; told after the other questions.
        """
        scribe, trouble = Scribe(target, self.name), Trouble()
        info = lapi.device_info(await _read(session, _INFO, "device information"))
        for fact in scribe("lapi.device_info", info):
            yield fact
        if lapi.is_recorder(info):
            found = await _listing(session, trouble)
            for fact in scribe("recorder.channels", channels.value(found)):
                yield fact
        trouble.tell()


async def _listing(session: Session, trouble: Trouble) -> Listing:
    """The channels; with the reason instead where the recorder does not give them."""
    try:
        details = await _read(session, _DETAILS, "channels")
        lapi.channel_list(details)
    except Malformed as error:
        _family.keep(trouble, error)
        return Listing(why=str(error))
    try:
        identities = await _read(session, _IDENTITIES, "identities of the channels")
    except Malformed as error:
        _family.keep(trouble, error)
        identities = None
    return lapi.channel_list(details, identities)


async def _read(session: Session, path: str, what: str) -> bytes:
    return _family.body_of(await session.get(path, accept="application/json"), what)


LOGIN: Login = _Lapi()
