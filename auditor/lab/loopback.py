"""A fleet on loopback addresses, without privileges: for the demo and for tests.

Every device has an address of ``127.77.0.0/24``. Ports below 1024 are mapped (80 to 8080, 443 to
8443, 554 to 8554), and the devices' own answers name the mapped ports. There is no multicast and
no ARP here: UDP questions must go to the device's address, and a MAC is known only where the
device itself tells it.
"""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Final

from auditor.lab.fleet import Device, Moment, instantiate
from auditor.lab.persona import Persona
from auditor.lab.running import Running
from auditor.lab.servers import Conditions, Runner
from auditor.lab.witness import Witness
from auditor.model.errors import ToolError

NETWORKS: Final = tuple(IPv4Network(f"127.77.{third}.0/24") for third in range(255))
_BACKLOG: Final = 32
_CLAIM_PORT: Final = 47777


class LoopbackStage:
    """Sockets bound to the device's own loopback address."""

    def tcp(self, device: Device, port: int) -> socket.socket:
        """A listening socket."""
        return _bound(socket.SOCK_STREAM, device.address, port)

    def udp(self, device: Device, port: int, groups: Sequence[str]) -> socket.socket:
        """A bound socket; groups are not joined, since the loopback carries no multicast."""
        del groups
        return _bound(socket.SOCK_DGRAM, device.address, port)

    def udp6(self, device: Device, port: int, group: str) -> socket.socket | None:
        """None: a fleet on the loopback has IPv4 addresses only."""
        del device, port, group
        return None


def _bound(kind: socket.SocketKind, address: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, kind)
    try:
        made.settimeout(0)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if kind == socket.SOCK_DGRAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        made.bind((address, port))
        if kind == socket.SOCK_STREAM:
            made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _claim(wanted: IPv4Network | None) -> tuple[IPv4Network, socket.socket]:
    """A network that no other fleet of this machine holds, and the socket that holds it.

    Raises:
        ToolError: the one that is wanted is held, or all are.
    """
    for network in NETWORKS if wanted is None else (wanted,):
        holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            holder.bind((str(network.broadcast_address - 1), _CLAIM_PORT))
        except OSError:
            holder.close()
            continue
        return network, holder
    if wanted is not None:
        raise ToolError(f"{wanted} holds another simulated fleet")
    raise ToolError("no loopback network is free for a simulated fleet")


class Loopback(Running):
    """A running fleet on the loopback.

    Use it with ``with`` or ``async with``, or call :meth:`start` and :meth:`stop`; the servers run
    on a thread of their own.

    Attributes:
        devices: the fleet, in order of address.
        network: the network that holds them.
    """

    def __init__(
        self,
        personas: Sequence[Persona],
        *,
        network: IPv4Network | None = None,
        seed: str = "lab",
        conditions: Conditions | None = None,
        moment: Moment | None = None,
    ) -> None:
        """Plan a fleet.

        Args:
            personas: one for each device.
            network: where to put it; None for ``127.77.0.0/24``, or the next one that no other
                fleet of this machine holds.
            seed: varies MACs and serials.
            conditions: waits and losses.
            moment: what the devices' clocks show.

        Raises:
            UsageError: more devices than addresses.
            ToolError: the network holds another fleet, or none is free.
        """
        self._holder: socket.socket | None
        network, self._holder = _claim(network)
        addresses = [str(address) for address in network.hosts()][:-1]
        self.network = network
        self.devices = instantiate(personas, addresses, seed=seed, low_ports=False, moment=moment)
        self._runner = Runner(self.devices, LoopbackStage(), conditions)

    @property
    def target(self) -> str:
        """The address range of the fleet, as ``audit scan`` takes it."""
        return f"{self.devices[0].address}-{self.devices[-1].address}"

    def start(self) -> None:
        """Open all ports.

        Raises:
            ToolError: a port is taken.
        """
        self._runner.start()

    def stop(self) -> None:
        """Close everything; safe to call twice."""
        self._runner.stop()
        if self._holder is not None:
            self._holder.close()
            self._holder = None

    def witness(self, device: Device) -> Witness:
        """What a device was sent."""
        return self._runner.witness(device)
