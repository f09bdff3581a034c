"""Where a UDP question goes: which group on which interface, which hosts one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface
from itertools import cycle, islice

from auditor.discovery._ground import Ground, Patch, is_ethernet, version_of
from auditor.discovery._question import Alone, Question
from auditor.net.api import Interface, Net

_POINT_TO_POINT = 31  # RFC 3021: longer prefixes have no broadcast address

ANY_ROUTE = Interface(
    name="", index=0, mac=None, addresses=(), up=True, multicast=False, loopback=False
)
"""No interface in particular: the socket's datagrams go where the system's routes lead."""

LIMITED_BROADCAST = "255.255.255.255"
"""Heard by everything on the segment, also by devices that are set to another subnet."""

_ROUTED = (
    "a router is between: each address was asked by itself;"
    " devices that answer only a group are not seen"
)
_NOT_ROUTED = "a router is between, and this protocol does not cross it: nothing was asked there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One socket's work.

    Attributes:
        carrier: the interface whose socket is used, or ``ANY_ROUTE``.
        version: 4 or 6.
        rounds: group or broadcast destinations of each round.
        hosts: what is asked one by one in every round.
        attached: whether hosts are neighbours, so that dead ones can be told beforehand.
    """

    carrier: Interface
    version: int
    rounds: tuple[tuple[str, ...], ...] = ((), ())
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


async def places_of(question: Question, net: Net, where: Ground) -> tuple[Place, ...]:
    """Every place that can be asked, and those where something is lost.

    Empty when no interface reaches an address in scope.
    """
    ground = {
        one.interface.name if one.interface else None: one for one in await where.patches(net)
    }
    faces = net.interfaces()
    places = [_interface_place(question, net, face, ground.get(face.name)) for face in faces]
    routed = ground.get(None)
    if routed is not None:
        places.append(_routed_place(question, routed))
    return tuple(place for place in places if place is not None)


def _interface_place(
    question: Question, net: Net, face: Interface, patch: Patch | None
) -> Place | None:
    why = net.may_group(face)
    if why is None and not face.loopback:
        talks = _group_talks(question, face)
        return Place(interface=face.name, talks=talks) if talks else None
    if patch is None:
        return None
    # On the loopback everything can be asked by its address: nothing is lost there.
    limit = None if why is None or face.loopback else _group_limit(question, why)
    broken = limit is not None and not (face.up and face.multicast)
    if question.alone is Alone.NEVER:
        lost = Place(interface=face.name, talks=(), limit=limit, broken=broken)
        return None if limit is None else lost
    talks = _host_talks(question, patch, face)
    return Place(interface=face.name, talks=talks, limit=limit, broken=broken) if talks else None


def _routed_place(question: Question, patch: Patch) -> Place | None:
    if question.alone is not Alone.ANYWHERE:
        return Place(interface=None, talks=(), limit=_NOT_ROUTED)
    talks = _host_talks(question, patch, ANY_ROUTE)
    return Place(interface=None, talks=talks, limit=_ROUTED) if talks else None


def _group_limit(question: Question, why: str) -> str:
    if question.alone is Alone.NEVER:
        return f"no {question.name} question to a group ({why}), and the protocol has no other form"
    return (
        f"no {question.name} question to a group ({why}): each address in scope was asked by itself;"
        " devices that answer only a group, or that are set to another subnet, are not seen"
    )


def _group_talks(question: Question, face: Interface) -> tuple[Talk, ...]:
    talks: list[Talk] = []
    fours = [one for one in face.addresses if isinstance(one, IPv4Interface)]
    rounds = _rounds(question, fours) if fours else ()
    if rounds:
        talks.append(Talk(carrier=face, version=4, rounds=rounds, attached=is_ethernet(face)))
    link_local = any(_is_link_local_6(one) for one in face.addresses)
    if link_local and question.group6 is not None:
        talks.append(Talk(carrier=face, version=6, rounds=((question.group6,),) * question.times))
    return tuple(talks)


def _rounds(question: Question, fours: Sequence[IPv4Interface]) -> tuple[tuple[str, ...], ...]:
    """Where each round goes; nowhere if the protocol has no group and the network no broadcast."""
    directed = _broadcasts(fours)
    casts = cycle(((LIMITED_BROADCAST,), directed)) if question.broadcast and directed else None
    if question.group is None:
        return () if casts is None else tuple(islice(casts, question.times))
    group = (question.group,)
    return tuple(
        next(casts) if casts is not None and number % 2 else group
        for number in range(question.times)
    )


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
                Talk(
                    carrier=carrier,
                    version=version,
                    rounds=((),) * question.host_times,
                    hosts=hosts,
                    attached=patch.ethernet,
                )
            )
    return tuple(talks)
