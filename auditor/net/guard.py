"""The scope guard: nothing outside the scope is ever contacted, whoever suggests it."""

from bisect import bisect_right
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from auditor.model.errors import Denied
from auditor.model.scope import Address, Scope, merged
from auditor.net.api import Interface

_LIMITED_BROADCAST: Final = IPv4Address("255.255.255.255")
_ARP_FRAME: Final = range(42, 61)  # with and without padding to the least Ethernet frame
_ARP_REQUEST: Final = bytes.fromhex("0806 0001 0800 06 04 0001")
_POINT_TO_POINT: Final = 31  # RFC 3021; longer prefixes name no segment


class Guard:
    """Says yes or no to one address at a time."""

    def __init__(self, scope: Scope, *, multicast: bool = False) -> None:
        """Guard a scope.

        Args:
            scope: what the operator authorised.
            multicast: the operator allows group questions beyond the scope.
        """
        self._scope = scope
        self._multicast = multicast
        self._spans = merged(scope.spans)
        self._firsts = [(span.version, span.first) for span in self._spans]

    def check(self, address: str) -> str:
        """The address in its usual form, if it may be contacted.

        Raises:
            Denied: out of scope, or no address of one host.
        """
        try:
            parsed = ip_address(address)
        except ValueError:
            raise Denied(f"{address[:80]!r} is not an address") from None
        if parsed.is_multicast or parsed.is_unspecified or parsed == _LIMITED_BROADCAST:
            raise Denied(f"{parsed} is not the address of one host")
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
            # The system would send IPv4 to it, past the IPv4 exclusions.
            raise Denied(f"{parsed} is an IPv4 address in disguise")
        if not self._holds(parsed):
            raise Denied(f"{parsed} is outside the scope")
        return str(parsed)

    def _holds(self, address: Address) -> bool:
        at = bisect_right(self._firsts, (address.version, int(address)))
        return at > 0 and address in self._spans[at - 1]

    def may_group(self, interface: Interface) -> str | None:
        """None when group and broadcast questions may leave on this interface, else why not.

        They reach everything on the segment: so its whole network must be in scope, without an
        exclusion, or the operator must have said ``--multicast``.
        """
        if not interface.up:
            return f"{interface.name} is down"
        if not interface.multicast and not interface.loopback:
            return f"{interface.name} cannot send to groups"
        if self._multicast:
            return None
        nets = tuple(attached.network for attached in interface.addresses)
        for net in nets:
            if any(self._overlaps(hole.version, hole.first, hole.last, net) for hole in self._holes):
                return f"an exclusion lies in {net} on {interface.name}"
        # IPv6 prefixes come by themselves on every dual-stack segment; IPv4 decides where it is.
        judged = [net for net in nets if net.version == 4] or [  # noqa: PLR2004 - IP version
            net for net in nets if not net.is_link_local
        ]
        judged = judged or list(nets)
        if not judged:
            return f"{interface.name} has no address"
        for net in judged:
            if net.max_prefixlen - net.prefixlen <= net.max_prefixlen - _POINT_TO_POINT - (
                net.max_prefixlen - 32
            ):
                pass
            if not self._scope.covers_network(net):
                return f"{net} on {interface.name} is not wholly in scope"
        return None
