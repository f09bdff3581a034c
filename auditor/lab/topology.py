"""What the simulated network looks like: addresses, namespaces, and who is plugged in where."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from auditor.lab.fleet import Device
from auditor.model.errors import UsageError

NEAR: Final = IPv4Network("192.0.2.0/24")
FAR: Final = IPv4Network("198.51.100.0/24")
NEAR6: Final = IPv6Network("fd00:5e::/120")
OTHER: Final = IPv4Network("203.0.113.0/24")
SCANNER_PORT: Final = "pscan"  # on the switch
_SCANNER_MAC: Final = "02:00:5e:00:53:fa"
_ROUTER_MACS: Final = ("00:0c:42:00:53:01", "00:0c:42:00:53:02")
_PROXY_MAC: Final = "00:0c:42:00:53:03"
_FIRST_HOST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the simulated network looks like.

    Attributes:
        network: the scanner's own network.
        scanner: host number of the scanner in it.
        routed: how many of the devices (the last ones) live behind a router.
        routed_network: where those live.
        strays: how many of the devices (the last ones before the routed) are plugged into the
            scanner's segment with an address of another network, and no way back from there.
        stray_network: which one.
        proxied: addresses of the scanner's network for which a proxy-ARP router answers; nothing
            stands behind them.
        down: names or ordinals (from 1) of devices whose link is down.
        link_loss: share of frames lost on the scanner's link, both ways, 0 to 1.
        ipv6: leave IPv6 on (link-local addresses appear).
        network6: give the scanner and the devices of its own segment an IPv6 address of this
            network each, with the host number of their IPv4 address; needs ``ipv6``.
    """

    network: IPv4Network = NEAR
    scanner: int = 250
    routed: int = 0
    routed_network: IPv4Network = FAR
    strays: int = 0
    stray_network: IPv4Network = OTHER
    proxied: IPv4Network | None = None
    down: frozenset[int] = frozenset()
    link_loss: float = 0.0
    ipv6: bool = False
    network6: IPv6Network | None = None

    @property
    def scanner_address(self) -> str:
        """Where the scanner stands."""
        return str(self.network[self.scanner])

    def twin(self, address: str) -> str | None:
        """The IPv6 address beside an IPv4 address of the scanner's network; None where there is none."""
        own = IPv4Address(address)
        if self.network6 is None or own not in self.network:
            return None
        return str(IPv6Address(self.network6[int(own) - int(self.network.network_address)]))

    def addresses(self, devices: int) -> list[str]:
        """The addresses of the fleet: those of the segment, then strays, then routed ones.

        Raises:
            UsageError: the networks are too small.
        """
        taken = {self.network[1], IPv4Address(self.scanner_address)}
        if self.proxied is not None:
            taken |= set(self.proxied)
        near = [a for a in list(self.network.hosts())[_FIRST_HOST - 1 :] if a not in taken]
        far = list(self.routed_network.hosts())[_FIRST_HOST - 1 :]
        other = list(self.stray_network.hosts())[_FIRST_HOST - 1 :]
        local = devices - self.routed - self.strays
        if local < 0 or local > len(near) or self.routed > len(far) or self.strays > len(other):
            raise UsageError(f"{devices} devices do not fit into {self.network}")
        return [str(a) for a in (*near[:local], *other[: self.strays], *far[: self.routed])]


def home(tag: str, device: Device) -> str:
    """The namespace of a device."""
    return f"{tag}-{device.words['ordinal']}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One interface of one namespace, and the switch port it is plugged into."""

    space: str
    port: str
    mac: str
    address: str
    name: str = "eth0"
    bridge: int = 0
    gateway: str | None = None
    routes: tuple[str, ...] = ()
    up: bool = True
    address6: str | None = None

    def setup(self) -> list[str]:
        """The ``ip`` commands that configure it."""
        lines = [
            f"addr add {self.address} brd + dev {self.name}",
            f"link set {self.name} up",
            "link set lo up",
        ]
        if self.address6:
            lines.append(f"addr add {self.address6} dev {self.name} nodad")
        lines += [f"route add {route}" for route in self.routes]
        if self.gateway:
            lines.append(f"route add default via {self.gateway}")
        return lines


def _twin(plan: Plan, address: str) -> str | None:
    made = plan.twin(address)
    return f"{made}/{plan.network6.prefixlen}" if made and plan.network6 else None


def nodes(plan: Plan, tag: str, devices: Sequence[Device]) -> list[Node]:
    """Every interface of the fleet, the scanner first."""
    near, far = plan.network, plan.routed_network
    routes = (f"{far} via {near[1]}",) if plan.routed else ()
    made = [
        Node(
            space=f"{tag}-scan",
            port=SCANNER_PORT,
            mac=_SCANNER_MAC,
            address=f"{plan.scanner_address}/{near.prefixlen}",
            routes=routes,
            address6=_twin(plan, plan.scanner_address),
        )
    ]
    for at, device in enumerate(devices, 1):
        distant = IPv4Address(device.address) in far and at > len(devices) - plan.routed
        stray = IPv4Address(device.address) in plan.stray_network and not distant
        net = far if distant else plan.stray_network if stray else near
        made.append(
            Node(
                space=home(tag, device),
                port=f"p{at}",
                mac=device.mac,
                address=f"{device.address}/{net.prefixlen}",
                bridge=int(distant),
                gateway=str(far[1]) if distant else None,
                up=at not in plan.down,
                address6=_twin(plan, device.address),
            )
        )
    if plan.routed:
        for at, (net, mac) in enumerate(zip((near, far), _ROUTER_MACS, strict=True)):
            made.append(
                Node(
                    space=f"{tag}-rt",
                    port=f"prt{at}",
                    mac=mac,
                    address=f"{net[1]}/{net.prefixlen}",
                    name=f"eth{at}",
                    bridge=at,
                )
            )
    if plan.proxied is not None:
        made.append(
            Node(
                space=f"{tag}-px",
                port="ppx",
                mac=_PROXY_MAC,
                address=f"{near[2]}/{near.prefixlen}",
            )
        )
    return made
