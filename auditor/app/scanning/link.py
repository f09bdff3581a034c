"""A link that does not carry yet is waited for.

A laptop that has just been plugged in, or an appliance that is just starting, has its address before its
link carries. A scan that began then would take the network for one behind a router, ask it address by
address, and miss all that only neighbours show.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from auditor.app.events import Event, MethodEnded, Warned
from auditor.model.document import MethodState
from auditor.model.scope import Scope
from auditor.net.api import Interface
from auditor.net.system.interfaces import Attached, interfaces, touching

NO_LINK: Final = "no link: check the cable or the switch port"
SECONDS: Final = 8.0  # speed negotiation and a switch's own checks take two to six
_TICK: Final = 0.1
METHOD: Final = "link"


async def link(
    scope: Scope,
    tell: Callable[[Event], None],
    stop: asyncio.Event,
    *,
    only: str | None = None,
    look: Callable[[], Iterable[Interface]] = interfaces,
    seconds: float = SECONDS,
) -> "Links":
    """Wait for the links that the scope needs.

    Args:
        scope: what will be scanned.
        tell: hears that something is waited for, and what came of it.
        stop: set when the scan is to end.
        only: the one interface in use.
        look: gives the interfaces as they stand now.
        seconds: the longest wait.

    Returns:
        How they stand then. A link that does not come is no error: the document says it.
    """
    loop = asyncio.get_running_loop()
    late = lacking(look(), scope, only)
    until = loop.time() + seconds
    if late:
        tell(Warned(text=f"{_names(late)}: no link yet, waiting up to {seconds:.0f} s"))
    while late and loop.time() < until and not stop.is_set():
        await asyncio.sleep(_TICK)
        late = lacking(look(), scope, only)
    states = tuple(
        MethodState(
            method=METHOD,
            state="failed",
            interface=face.name,
            why=NO_LINK,
        )
        for face in late
    )
    for state in states:
        tell(MethodEnded(state=state))
    return Links(states, cut_off=bool(late) and _is_within(scope, late))


@dataclass(frozen=True, slots=True)
class Links:
    """How the links of a scan stand when it begins.

    Attributes:
        states: a failed one for each interface that has no link.
        cut_off: whether all of the scope lies behind those, so that there is nobody to ask.
    """

    states: tuple[MethodState, ...]
    cut_off: bool


def _is_within(scope: Scope, faces: Iterable[Interface]) -> bool:
    networks = [one.network for face in faces for one in face.addresses]
    return all(
        any(
            net.version == span.version
            and int(net.network_address) <= span.first
            and span.last <= int(net.broadcast_address)
            for net in networks
        )
        for span in scope.spans
    )


def lacking(
    found: Iterable[Interface], scope: Scope, only: str | None = None
) -> tuple[Interface, ...]:
    """Interfaces that are on and have no link, if none with a link is on the same network.

    One that is switched off is nobody's way: what lies in its network may well be behind a router.
    """
    there = [face for face in touching(found, scope) if only in {None, face.name}]
    carried = {one.network for face in there if face.up for one in face.addresses}
    return tuple(
        face
        for face in there
        if face.enabled
        and not face.up
        and not face.loopback
        and not carried.issuperset(one.network for one in _used(face, scope))
    )


def _used(face: Interface, scope: Scope) -> tuple[Attached, ...]:
    """Those of its addresses whose network shares an address with the scope."""
    return tuple(
        one for one in face.addresses if touching((replace(face, addresses=(one,)),), scope)
    )


def _names(faces: Iterable[Interface]) -> str:
    return ", ".join(face.name for face in faces)
