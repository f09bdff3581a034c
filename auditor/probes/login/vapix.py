"""Axis behind a password: all basic properties; parameters where the firmware is older than those."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.probes._api import Target
from auditor.probes._facts import Scribe, Trouble
from auditor.probes.login import _family
from auditor.probes.login._api import Login, Session
from auditor.wire import axis, vapix

_QUESTION: Final = b'{"apiVersion":"1.0","method":"getAllProperties"}'
_PARAMETERS: Final = "/axis-cgi/param.cgi?action=list&group=root."
_GROUPS: Final = ("Brand", "Properties.Firmware", "Properties.System")


class _Vapix:
    """One POST that reads, and three GETs where the device does not know it."""

    name = "login-vapix"
    yields = frozenset({"axis.basicdeviceinfo", "axis.properties"})
    sends = (
        "HTTP POST /axis-cgi/basicdeviceinfo.cgi getAllProperties (a read); where it is not there:"
        " HTTP GET /axis-cgi/param.cgi?action=list&group=root.Brand, root.Properties.Firmware,"
        " root.Properties.System"
    )
    rank = 24

    def endpoint(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...], makers: frozenset[str]
    ) -> tuple[int, bool] | None:
        """On a web server of a device whose maker or platform is Axis."""
        return _family.place(open_ports, seen) if "axis" in makers else None

    async def ask(self, target: Target, session: Session) -> AsyncIterator[Observation]:
        """Ask for all properties; for parameters where the device does not know that question.

        Raises:
            LoginRefused: the password was not taken.
            NetError: no answer.
            Malformed: an answer had another shape.
        """
        scribe = Scribe(target, self.name)
        response = await session.post(axis.PATH, _QUESTION, content_type="application/json")
        try:
            text = axis.value(_family.body_of(response, "basic device information"))
        except Malformed:
            text = None
        if text is not None:
            for fact in scribe("axis.basicdeviceinfo", text):
                yield fact
            return
        trouble = Trouble()
        found: dict[str, str] = {}
        for group in _GROUPS:
            found |= await _parameters(session, group, trouble)
        trouble.tell()
        if not found:
            raise _family.NotThere("neither basic device information nor parameters")
        for fact in scribe("axis.properties", vapix.value(found)):
            yield fact


async def _parameters(session: Session, group: str, trouble: Trouble) -> Mapping[str, str]:
    try:
        response = await session.get(_PARAMETERS + group)
        return vapix.parameters(_family.body_of(response, f"parameters of {group}"))
    except Malformed as error:
        _family.keep(trouble, error)
        return {}


LOGIN: Login = _Vapix()
