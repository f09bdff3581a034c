"""Network interfaces of this machine, and which of them an address is attached to."""

import socket
import struct
import sys
from collections.abc import Callable, Iterable, Sequence
from ipaddress import (
    IPv4Interface,
    IPv4Network,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)
from typing import Final

from auditor.model.errors import Malformed
from auditor.model.scope import Scope
from auditor.net.api import Interface
from auditor.net.system import foreign, netlink

_GET_LINK, _NEW_LINK = 18, 16
_GET_ADDRESS, _NEW_ADDRESS = 22, 20
_GET_ROUTE, _NEW_ROUTE = 26, 24
_IFINFO: Final = struct.Struct("=BBHiII")  # family, pad, type, index, flags, change
_IFADDR: Final = struct.Struct("=BBBBI")  # family, prefix, flags, scope, index
_RTMSG: Final = struct.Struct("=BBBBBBBBI")  # family, destination bits, …, flags
_IFLA_ADDRESS, _IFLA_NAME = 1, 3
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_MULTIPATH, _RTA_VIA = 1, 4, 5, 9, 18
_MAIN_TABLE: Final = 254
_UP, _LOOPBACK, _RUNNING, _MULTICAST = 0x1, 0x8, 0x40, 0x1000
_MAC_BYTES: Final = 6
_IPV4: Final = 4

Attached = IPv4Interface | IPv6Interface
Network = IPv4Network | IPv6Network


def parse_netlink(
    links: Iterable[netlink.Message], addresses: Iterable[netlink.Message]
) -> tuple[Interface, ...]:
    """Interfaces of the RTM_GETLINK and RTM_GETADDR dumps of Linux, by index.

    Raises:
        Malformed: a dump is broken.
    """
    owned: dict[int, list[Attached]] = {}
    for kind, body in addresses:
        if kind != _NEW_ADDRESS or len(body) < _IFADDR.size:
            continue
        family, prefix, _, _, index = _IFADDR.unpack_from(body)
        found = netlink.attributes(body[_IFADDR.size :])
        raw = found.get(_IFA_LOCAL, found.get(_IFA_ADDRESS, b""))
        if family in {socket.AF_INET, socket.AF_INET6} and len(raw) in {4, 16}:
            owned.setdefault(index, []).append(ip_interface((raw, prefix)))
    found_links: list[Interface] = []
    for kind, body in links:
        if kind == _NEW_LINK and len(body) >= _IFINFO.size:
            interface = _link(body, owned)
            found_links.append(interface)
    return tuple(sorted(found_links, key=lambda link: link.index))


def _link(body: bytes, owned: dict[int, list[Attached]]) -> Interface:
    _, _, _, index, flags, _ = _IFINFO.unpack_from(body)
    found = netlink.attributes(body[_IFINFO.size :])
    hardware = found.get(_IFLA_ADDRESS, b"")
    return Interface(
        name=found.get(_IFLA_NAME, b"").rstrip(b"\0").decode(errors="replace"),
        index=index,
        mac=hardware.hex(":") if len(hardware) == _MAC_BYTES and any(hardware) else None,
        addresses=tuple(owned.get(index, ())),
        up=bool(flags & _UP and flags & _RUNNING),
        multicast=bool(flags & _MULTICAST),
        loopback=bool(flags & _LOOPBACK),
        enabled=bool(flags & _UP),
    )


def interfaces() -> tuple[Interface, ...]:
    """All interfaces of this machine; none where the system does not tell.

    macOS and Windows are read from the output of their own commands; untested there.
    """
    readers: dict[str, Callable[[], tuple[Interface, ...]]] = {
        "linux": _linux,
        "darwin": lambda: foreign.parse_ifconfig(foreign.output("ifconfig", "-a"), _index_of),
        "win32": lambda: foreign.parse_windows(foreign.output(*foreign.WINDOWS_COMMAND)),
    }
    return readers.get(sys.platform, tuple)()


def _linux() -> tuple[Interface, ...]:
    try:
        links = netlink.ask(_GET_LINK, _IFINFO.pack(0, 0, 0, 0, 0, 0))
        addresses = netlink.ask(_GET_ADDRESS, _IFADDR.pack(0, 0, 0, 0, 0))
        return parse_netlink(links, addresses)
    except (OSError, Malformed):
        return ()


def _index_of(name: str) -> int:
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return 0


def touching(found: Iterable[Interface], scope: Scope) -> tuple[Interface, ...]:
    """Those with an attached network that shares an address with the scope."""
    return tuple(
        interface
        for interface in found
        if any(_shares(attached, scope) for attached in interface.addresses)
    )


def _shares(attached: Attached, scope: Scope) -> bool:
    net = attached.network
    first, last = int(net.network_address), int(net.broadcast_address)
    return any(
        span.version == net.version and span.first <= last and span.last >= first
        for span in scope.spans
    )


def attached_to(found: Sequence[Interface], address: str) -> Interface | None:
    """The interface whose network holds the address; the longest prefix wins.

    A link-local address belongs to the interface that its zone names, or, if only one could
    be meant, to that one.
    """
    parsed = ip_address(address)
    up = [interface for interface in found if interface.up]
    zone = address.partition("%")[2]
    if zone:
        up = [interface for interface in up if zone in {interface.name, str(interface.index)}]
    best: tuple[int, Interface] | None = None
    meant = 0
    for interface in up:
        for attached in interface.addresses:
            if attached.version != parsed.version or int(parsed) not in _numbers(attached):
                continue
            length = attached.network.prefixlen
            meant += 1
            if best is None or length > best[0]:
                best = (length, interface)
    if best is None or (
        parsed.version != _IPV4 and parsed.is_link_local and not zone and meant > 1
    ):
        return None
    return best[1]


class Attachments:
    """:func:`attached_to` of the same interfaces for many addresses: IPv4 by numbers alone."""

    def __init__(self, found: Sequence[Interface]) -> None:
        """Sort the networks, the longest prefix first; where two are alike, as they were found."""
        self._found = found
        networks = [
            (-attached.network.prefixlen, _numbers(attached), interface)
            for interface in found
            if interface.up
            for attached in interface.addresses
            if attached.version == _IPV4
        ]
        self._fours = [row[1:] for row in sorted(networks, key=lambda row: row[0])]

    def of(self, address: str) -> Interface | None:
        """The interface whose network holds the address.

        Raises:
            ValueError: it is no address.
        """
        try:
            number = int.from_bytes(socket.inet_pton(socket.AF_INET, address))
        except OSError:
            return attached_to(self._found, address)
        return next((face for numbers, face in self._fours if number in numbers), None)


def _numbers(attached: Attached) -> range:
    net = attached.network
    return range(int(net.network_address), int(net.broadcast_address) + 1)


def has_gateway(address: str) -> bool:
    """Whether the kernel would send to this address through a router (Linux; else False).

    A more specific route may lead away from a network that looks attached; the neighbour entry
    would then be the router's.
    """
    if sys.platform != "linux":
        return False
    parsed = ip_address(address.partition("%")[0])
    family = socket.AF_INET if parsed.version == _IPV4 else socket.AF_INET6
    body = _RTMSG.pack(family, parsed.max_prefixlen, 0, 0, 0, 0, 0, 0, 0)
    body += netlink.attribute(_RTA_DST, parsed.packed)
    try:
        answer = netlink.ask(_GET_ROUTE, body, dump=False)
        routes = [message for kind, message in answer if kind == _NEW_ROUTE]
        return any(
            {_RTA_GATEWAY, _RTA_VIA} & netlink.attributes(route[_RTMSG.size :]).keys()
            for route in routes
        )
    except (OSError, Malformed):
        return False


def detours(attached: Iterable[Attached]) -> tuple[Network, ...] | None:
    """Networks to which some route leads through a router and past a network that looks attached.

    One look at the routes spares a question for each address of a large scope: outside of these
    networks, what looks attached is.

    Args:
        attached: the networks of this machine's interfaces.

    Returns:
        None where the system does not tell.
    """
    if sys.platform != "linux":
        return None
    try:
        answer = netlink.ask(_GET_ROUTE, _RTMSG.pack(socket.AF_UNSPEC, 0, 0, 0, 0, 0, 0, 0, 0))
        routes = [_detour(body) for kind, body in answer if kind == _NEW_ROUTE]
    except (OSError, Malformed):
        return None
    own = [one.network for one in attached]
    return tuple(net for net, main in filter(None, routes) if not main or _narrows(net, own))


def _detour(body: bytes) -> tuple[Network, bool] | None:
    """Where a route through a router leads, and whether it is of the main table."""
    if len(body) < _RTMSG.size:
        return None
    family, length, _, _, table, *_ = _RTMSG.unpack_from(body)
    found = netlink.attributes(body[_RTMSG.size :])
    indirect = {_RTA_GATEWAY, _RTA_VIA, _RTA_MULTIPATH} & found.keys()
    if family not in {socket.AF_INET, socket.AF_INET6} or not indirect:
        return None
    nowhere = bytes(4 if family == socket.AF_INET else 16)
    return ip_network((found.get(_RTA_DST, nowhere), length)), table == _MAIN_TABLE


def _narrows(net: Network, own: Iterable[Network]) -> bool:
    """Whether a route of the main table wins over one of our own networks somewhere."""
    return any(
        net.version == one.version and net.prefixlen >= one.prefixlen and net.overlaps(one)
        for one in own
    )
