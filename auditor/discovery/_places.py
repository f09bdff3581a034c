"""Where a UDP question goes: which group on which interface, which hosts one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface

from auditor.discovery._ground import Patch, is_ethernet, patches, version_of
from auditor.discovery._question import Question
from auditor.net.api import Interface, Net

_SHORTEST_BROADCAST_PREFIX = 31

_ROUTED = (
    "a router is between: each address was asked by itself;"
    " devices that answer only a group are not seen"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One socket's work.

    Attributes:
        carrier: the interface whose socket is used.
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
    """An interface, or what lies behind routers, with the talks that reach it."""

    interface: str | None
    talks: tuple[Talk, ...]
    limit: str | None = None


def places_of(question: Question, net: Net) -> tuple[Place, ...]:
    by_name = {patch.interface.name if patch.interface else None: patch for patch in patches(net)}
    interfaces = net.interfaces()
    places: list[Place] = []
    for interface in interfaces:
        why = net.may_group(interface)
        if why is None:
            talks = _group_talks(question, interface)
            limit = None
        else:
            patch = by_name.get(interface.name)
            talks = () if patch is None else _host_talks(question, patch, interface)
            limit = None if interface.loopback else _group_limit(question, why)
        if talks:
            places.append(Place(interface=interface.name, talks=talks, limit=limit))
    routed = by_name.get(None)
    carrier = next((one for one in interfaces if not one.loopback), None)
    if routed is not None and carrier is not None:
        talks = _host_talks(question, routed, carrier)
        if talks:
            places.append(Place(interface=None, talks=talks, limit=_ROUTED))
    return tuple(places)


def _group_limit(question: Question, why: str) -> str:
    return (
        f"no {question.name} question to a group ({why}): each address in scope was asked by itself;"
        " devices that answer only a group, or that are set to another subnet, are not seen"
    )


def _group_talks(question: Question, interface: Interface) -> tuple[Talk, ...]:
    talks: list[Talk] = []
    fours = [one for one in interface.addresses if isinstance(one, IPv4Interface)]
    if fours and question.group is not None:
        second: tuple[str, ...] = (question.group,)
        if question.broadcast:
            second = tuple(
                str(one.network.broadcast_address)
                for one in fours
                if one.network.prefixlen < _SHORTEST_BROADCAST_PREFIX
            )
        talks.append(
            Talk(
                carrier=interface,
                version=4,
                rounds=((question.group,), second),
                attached=is_ethernet(interface),
            )
        )
    link_local = any(one.version == 6 and one.ip.is_link_local for one in interface.addresses)  # noqa: PLR2004
    if link_local and question.group6 is not None:
        once = (question.group6,)
        talks.append(Talk(carrier=interface, version=6, rounds=(once, once)))
    return tuple(talks)


def _host_talks(question: Question, patch: Patch, carrier: Interface) -> tuple[Talk, ...]:
    talks: list[Talk] = []
    for version in (4, 6) if question.group6 is not None else (4,):
        hosts = tuple(one for one in patch.addresses if version_of(one) == version)
        if hosts:
            talks.append(
                Talk(carrier=carrier, version=version, hosts=hosts, attached=patch.ethernet)
            )
    return tuple(talks)
