"""The scope guard: nothing outside the scope is ever contacted, whoever suggests it."""

from bisect import bisect_right
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import inet_ntoa
from typing import Final

from auditor.model.errors import Denied
from auditor.model.scope import Address, Scope, merged
from auditor.net.api import Interface

_Network = IPv4Network | IPv6Network
_LIMITED_BROADCAST: Final = IPv4Address("255.255.255.255")
_HOST_PREFIX: Final = 32
_KNOWN: Final = 4096  # addresses of the scope that were looked at lately
_GROUP: Final = 14  # the first four bits of IPv4 groups
_ALL_ONES: Final = 0xFFFFFFFF
_ARP_SIZES: Final = range(42, 61)  # bare, or padded to the least Ethernet frame
_ARP_REQUEST: Final = bytes.fromhex("0806 0001 0800 06 04 0001")
_NO_ADDRESS: Final = IPv4Address("0.0.0.0")  # noqa: S104 - the sender of an ARP probe


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
        self._known = lru_cache(maxsize=_KNOWN)(self._check)
        self._arp_heads: set[tuple[str, int, bytes]] = set()
        self._casts: dict[str, frozenset[str]] = {}

    def check(self, address: str) -> str:
        """The address in its usual form, if it may be contacted.

        Raises:
            Denied: out of scope, or not the address of one host.
        """
        return self._known(address)

    def _check(self, address: str) -> str:
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
        networks = [attached.network for attached in interface.addresses]
        for network in networks:
            if self._has_exclusion(network):
                return f"an exclusion lies in {network} on {interface.name}"
        judged = _that_name_the_segment(networks)
        if not judged:
            return f"{interface.name} has no address"
        for network in judged:
            if network.prefixlen == _HOST_PREFIX and network.version == 4:  # noqa: PLR2004 - IP version
                return f"{interface.name} has a single address, so its network is not known"
            if not self._scope.covers_network(network):
                return f"{network} on {interface.name} is not wholly in scope"
        return None

    def _has_exclusion(self, network: _Network) -> bool:
        first, last = int(network.network_address), int(network.broadcast_address)
        return any(
            hole.version == network.version and hole.first <= last and hole.last >= first
            for hole in self._scope.excluded
        )

    def check_send(self, interface: Interface, address: str) -> str:
        """The address in its usual form, if a datagram may be sent to it on this interface.

        Groups and the broadcast addresses of the interface follow :meth:`may_group`, all
        others the scope.

        Raises:
            Denied: neither allows it.
        """
        if address not in self._broadcasts(interface):
            try:
                return self.check(address)  # almost all that is sent goes to one host
            except Denied:
                if not _is_multicast(address):
                    raise
        parsed = ip_address(address)
        why_not = self.may_group(interface)
        if why_not is not None:
            raise Denied(f"no question to {parsed}: {why_not}")
        return str(parsed)

    def _broadcasts(self, interface: Interface) -> frozenset[str]:
        """The IPv4 addresses that reach everything on the interface's segment."""
        found = self._casts.get(interface.name)
        if found is None:
            nets = (one.network for one in interface.addresses)
            directed = (
                str(net.broadcast_address)
                for net in nets
                if net.version == 4 and net.prefixlen < _HOST_PREFIX - 1  # noqa: PLR2004 - IP version
            )
            found = frozenset((str(_LIMITED_BROADCAST), *directed))
            self._casts[interface.name] = found
        return found

    def check_arp(self, interface: Interface, frame: bytes) -> str:
        """The address that an ARP request asks for, if the frame is one that may leave.

        Only a request, in our own name or in no name, for an address in scope: anything else
        could change what our neighbours believe.

        Raises:
            Denied: it is something else.
        """
        self._check_arp_head(interface, frame)
        number = int.from_bytes(frame[38:42], "big")
        if self._holds_host(number):
            return inet_ntoa(frame[38:42])
        return self.check(str(IPv4Address(number)))  # which says what is wrong with it

    def _check_arp_head(self, interface: Interface, frame: bytes) -> None:
        """Everything before the address that is asked for: the same for a whole sweep."""
        key = (interface.name, len(frame), frame[:38])
        if key in self._arp_heads:
            return
        if len(frame) not in _ARP_SIZES or frame[12:22] != _ARP_REQUEST:
            raise Denied("only ARP requests may leave")
        source, sender = frame[6:12], frame[22:28]
        if interface.mac != source.hex(":") or sender != source:
            raise Denied("an ARP request must bear the interface's own hardware address")
        claimed = IPv4Address(frame[28:32])
        own = {attached.ip for attached in interface.addresses}
        if claimed != _NO_ADDRESS and claimed not in own:
            raise Denied(f"an ARP request must not claim {claimed}, which is not ours")
        self._arp_heads.add(key)

    def _holds_host(self, number: int) -> bool:
        """Whether an IPv4 address, as a number, is one host's and in scope."""
        at = bisect_right(self._firsts, (4, number))
        if at == 0 or number >> 28 == _GROUP or number in {0, _ALL_ONES}:
            return False
        span = self._spans[at - 1]
        return span.version == 4 and number <= span.last  # noqa: PLR2004 - IP version


def _that_name_the_segment(networks: list[_Network]) -> list[_Network]:
    # IPv6 prefixes arrive by themselves on a dual-stack segment, so IPv4 decides where it has any.
    ipv4: list[_Network] = [network for network in networks if network.version == 4]  # noqa: PLR2004 - IP version
    routable = [network for network in networks if not network.is_link_local]
    return ipv4 or routable or networks


def _is_multicast(address: str) -> bool:
    try:
        return ip_address(address).is_multicast
    except ValueError:
        return False
