"""The Dahua family behind a password: identity, network, the cameras that a recorder has registered."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.probes._api import Target
from auditor.probes._facts import Scribe, Trouble
from auditor.probes.login import _family
from auditor.probes.login._api import Login, Session
from auditor.wire import channels, magicbox
from auditor.wire.channels import Listing

_BOX: Final = "/cgi-bin/magicBox.cgi?action="
_CONFIG: Final = "/cgi-bin/configManager.cgi?action=getConfig&name="
_ASKED: Final = ("getSystemInfo", "getDeviceType", "getSoftwareVersion", "getVendor")
_RECORDERS: Final = ("NVR", "XVR", "DVR", "HCVR", "HVR")


class _Dahua:
    """GETs of ``magicBox.cgi`` and of two configuration tables; nothing is ever set."""

    name = "login-dahua"
    yields = frozenset({"magicbox.info", "magicbox.network", "recorder.channels"})
    sends = (
        "HTTP GET /cgi-bin/magicBox.cgi?action=getSystemInfo, getDeviceType, getSoftwareVersion,"
        " getVendor, and getSerialNo where the first has no serial number;"
        " /cgi-bin/configManager.cgi?action=getConfig&name=Network, and name=RemoteDevice of what"
        " may be a recorder"
    )
    rank = 22

    def endpoint(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...], makers: frozenset[str]
    ) -> tuple[int, bool] | None:
        """On a web server of a device whose maker or platform is of the family."""
        return _family.place(open_ports, seen) if "dahua" in makers else None

    async def ask(self, target: Target, session: Session) -> AsyncIterator[Observation]:
        """Ask for the identity, the network, and the remote devices where it may be a recorder.

        Raises:
            LoginRefused: the password was not taken.
            NetError: no answer; what came before is kept.
            Malformed: an answer had another shape; told after the other questions.
        """
        scribe, trouble = Scribe(target, self.name), Trouble()
        told: list[Mapping[str, str]] = []
        for action in _ASKED:
            told += await _lines(session, _BOX + action, action, trouble)
        if not any(reply.get("serialNumber") for reply in told):
            told += await _lines(session, _BOX + "getSerialNo", "getSerialNo", trouble)
        if not told:
            trouble.tell()
            raise _family.NotThere("magicBox.cgi: no answer that could be read")
        for fact in scribe("magicbox.info", magicbox.info(*told)):
            yield fact
        for reply in await _lines(session, _CONFIG + "Network", "network", trouble):
            for fact in scribe("magicbox.network", magicbox.network(reply)):
                yield fact
        if not _is_camera(told):
            for fact in scribe("recorder.channels", await _listing(session, trouble)):
                yield fact
        trouble.tell()


async def _lines(
    session: Session, path: str, what: str, trouble: Trouble
) -> list[Mapping[str, str]]:
    """The lines of one reply, or nothing where the device has none."""
    try:
        return [magicbox.pairs(_family.body_of(await session.get(path), what))]
    except Malformed as error:
        _family.keep(trouble, error)
        return []


async def _listing(session: Session, trouble: Trouble) -> str:
    try:
        response = await session.get(_CONFIG + "RemoteDevice")
        found = magicbox.remote_devices(_family.body_of(response, "remote devices"))
    except Malformed as error:
        _family.keep(trouble, error)
        found = Listing(why=str(error))
    return channels.value(found)


def _is_camera(told: list[Mapping[str, str]]) -> bool:
    """Whether the device type names a model that is no recorder; a bare number names nothing."""
    words = " ".join(
        reply.get(key, "") for reply in told for key in ("deviceType", "updateSerial", "type")
    ).upper()
    return "IPC" in words and not any(word in words for word in _RECORDERS)


LOGIN: Login = _Dahua()
