"""Where a UDP question goes: which group on which interface, which hosts one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface

from auditor.discovery._ground import Patch, is_ethernet, patches, version_of
from auditor.discovery._question import Question
from auditor.net.api import Interface, Net

_POINT_TO_POINT = 31  # RFC 3021: longer prefixes have no broadcast address

ANY_ROUTE = Interface(
    name="", index=0, mac=None, addresses=(), up=True, multicast=False, loopback=False
)
"""No interface in particular: the socket's datagrams go where the system's routes lead."""

_ROUTED = (
    "a router is between: each address was asked by itself;"
    " devices that answer only a group are not seen"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One socket's work.

    Attributes:
        carrier: the interface whose socket is used, or ``ANY_ROUTE``.
        version: 4 or 6.
        rounds: group or broadcast destinations of the first and the second round.
        hosts: what is asked one by one in both rounds.
        attached: whether hosts are neighbours, so that dead ones can be told beforehand.
    """

    carrier: Interface
    version: int
    rounds: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    hosts: tuple[str, ...] = ()
    attached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An interface, or what lies behind routers, with the talks that reach it.

    Attributes:
        interface: None for what lies behind routers.
        talks: empty when there is nothing to ask here.
        limit: what is lost here and why, in words; None when nothing is.
        broken: whether it is lost because the system cannot send to groups here, and not
            because the scope forbids it: then the method failed.
    """

    interface: str | None
    talks: tuple[Talk, ...]
    limit: str | None = None
    broken: bool = False


async def places_of(question: Question, net: Net) -> tuple[Place, ...]:
    """Every place that can be asked. Empty when no interface reaches an address in scope."""
    ground = {one.interface.name if one.interface else None: one for one in await patches(net)}
    faces = net.interfaces()
    places = [_interface_place(question, net, face, ground.get(face.name)) for face in faces]
    routed = ground.get(None)
    if routed is not None:
        talks = _host_talks(question, routed, ANY_ROUTE)
        places.append(Place(interface=None, talks=talks, limit=_ROUTED))
    return tuple(place for place in places if place.talks)


def _interface_place(question: Question, net: Net, face: Interface, patch: Patch | None) -> Place:
    why = net.may_group(face)
    if why is None and not face.loopback:
        return Place(interface=face.name, talks=_group_talks(question, face))
    talks = () if patch is None else _host_talks(question, patch, face)
    # On the loopback everything can be asked by its address: nothing is lost there.
    limit = None if why is None or face.loopback else _group_limit(question, why)
    broken = limit is not None and not (face.up and face.multicast)
    return Place(interface=face.name, talks=talks, limit=limit, broken=broken)


def _group_limit(question: Question, why: str) -> str:
    return (
        f"no {question.name} question to a group ({why}): each address in scope was asked by itself;"
        " devices that answer only a group, or that are set to another subnet, are not seen"
    )


def _group_talks(question: Question, face: Interface) -> tuple[Talk, ...]:
    talks: list[Talk] = []
    fours = [one for one in face.addresses if isinstance(one, IPv4Interface)]
    if fours and question.group is not None:
        once = (question.group,)
        second = _broadcasts(fours) or once if question.broadcast else once
        talks.append(
            Talk(carrier=face, version=4, rounds=(once, second), attached=is_ethernet(face))
        )
    link_local = any(_is_link_local_6(one) for one in face.addresses)
    if link_local and question.group6 is not None:
        once = (question.group6,)
        talks.append(Talk(carrier=face, version=6, rounds=(once, once)))
    return tuple(talks)


def _is_link_local_6(one: IPv4Interface | IPv6Interface) -> bool:
    return isinstance(one, IPv6Interface) and one.ip.is_link_local


def _broadcasts(fours: Sequence[IPv4Interface]) -> tuple[str, ...]:
    nets = (one.network for one in fours)
    return tuple(str(net.broadcast_address) for net in nets if net.prefixlen < _POINT_TO_POINT)


def _host_talks(question: Question, patch: Patch, carrier: Interface) -> tuple[Talk, ...]:
    talks: list[Talk] = []
    for version in (4, 6) if question.group6 is not None else (4,):
        hosts = tuple(one for one in patch.addresses if version_of(one) == version)
        if hosts:
            talks.append(
                Talk(carrier=carrier, version=version, hosts=hosts, attached=patch.ethernet)
            )
    return tuple(talks)
