"""A fleet in network namespaces: one namespace, one veth and one MAC for each device. Needs root.

::

    scanner ── eth0 ─┐                       ┌─ eth0 ── device 1
                     ├─ bridge br0 (switch) ─┼─ eth0 ── device 2 …
    router ─── eth0 ─┘                       └─ eth0 ── proxy (one MAC, many addresses)
    router ─── eth1 ─── bridge br1 (switch) ─── eth0 ── devices of the routed network

All devices are served by one process and one event loop, from sockets that were made inside the
namespaces.
"""

import atexit
import os
import socket
import struct
import subprocess
from collections.abc import Sequence
from itertools import count
from typing import Final

from auditor.lab import netns
from auditor.lab.capture import Capture
from auditor.lab.fleet import Device, Moment, instantiate
from auditor.lab.persona import Persona
from auditor.lab.running import Running
from auditor.lab.servers import Conditions, Runner
from auditor.lab.topology import SCANNER_PORT, Plan, home, nodes
from auditor.lab.witness import Witness
from auditor.model.errors import ToolError

_BACKLOG: Final = 64
_QUIET: Final = {
    "ipv6/conf/all/disable_ipv6": "1",
    "ipv6/conf/default/disable_ipv6": "1",
}
_AT_ONCE: Final = {  # IPv6 addresses are usable without a second of duplicate detection
    "ipv6/conf/all/accept_dad": "0",
    "ipv6/conf/default/accept_dad": "0",
}
_serial = count(1)


class NamespaceStage:
    """Sockets made inside each device's own namespace."""

    def __init__(self, tag: str, *, ipv6: bool = False) -> None:
        self._tag = tag
        self._ipv6 = ipv6

    def tcp(self, device: Device, port: int) -> socket.socket:
        """A listening socket in the device's namespace."""
        with netns.inside(home(self._tag, device)):
            made = socket.socket(
                socket.AF_INET6 if self._ipv6 else socket.AF_INET, socket.SOCK_STREAM
            )
            made.settimeout(0)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if self._ipv6:  # for both kinds of address
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            made.bind(("", port))
            made.listen(_BACKLOG)
        return made

    def udp(self, device: Device, port: int, groups: Sequence[str]) -> socket.socket:
        """A bound socket in the device's namespace that hears groups and broadcasts."""
        with netns.inside(home(self._tag, device)):
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.settimeout(0)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            made.bind(("", port))
            own = socket.inet_aton(device.address)
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 4)
            here = struct.pack("4s4si", b"\0" * 4, own, socket.if_nametoindex("eth0"))
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
            for group in groups:
                joined = socket.inet_aton(group) + own + here[8:]
                made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        return made

    def udp6(self, device: Device, port: int, group: str) -> socket.socket | None:
        """A bound IPv6 socket that hears a link-local group; None where IPv6 is off."""
        if not self._ipv6:
            return None
        with netns.inside(home(self._tag, device)):
            made = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            made.settimeout(0)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made.bind(("", port))
            index = struct.pack("@I", socket.if_nametoindex("eth0"))
            member = socket.inet_pton(socket.AF_INET6, group) + index
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        return made


class NamespaceFleet(Running):
    """A running fleet in network namespaces.

    Use it with ``with`` or ``async with``, or call :meth:`start` and :meth:`stop`.

    Attributes:
        plan: what the network looks like.
        devices: the fleet, routed devices last.
        scanner: the namespace to scan from.
        limits: what this kernel could not simulate, in words.
    """

    def __init__(
        self,
        personas: Sequence[Persona],
        plan: Plan | None = None,
        *,
        seed: str = "lab",
        conditions: Conditions | None = None,
        moment: Moment | None = None,
    ) -> None:
        self.plan = plan or Plan()
        addresses = self.plan.addresses(len(personas))
        self.devices = instantiate(personas, addresses, seed=seed, moment=moment)
        self.limits: tuple[str, ...] = ()
        self._tag = f"{netns.PREFIX}{os.getpid()}-{next(_serial)}"
        self.scanner = f"{self._tag}-scan"
        self._runner = Runner(
            self.devices, NamespaceStage(self._tag, ipv6=self.plan.ipv6), conditions
        )

    def alive(self, device: Device) -> bool:
        """Whether the device's link is up at the start."""
        return int(device.words["ordinal"]) not in self.plan.down

    def start(self) -> None:
        """Build the network and open all ports.

        Raises:
            ToolError: no root, or the kernel refuses.
        """
        if reason := netns.lack():
            raise ToolError(f"network namespaces: {reason}")
        netns.clean()
        atexit.register(self._remove)
        try:
            self._build()
            netns.carries(self.scanner)
            self._runner.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Close everything and remove the namespaces; safe to call twice."""
        try:
            self._runner.stop()
        finally:
            self._remove()
            atexit.unregister(self._remove)

    def witness(self, device: Device) -> Witness:
        """What a device was sent."""
        return self._runner.witness(device)

    def capture(self) -> Capture:
        """A recorder for the scanner's interface, not started yet."""
        return Capture(self.scanner)

    def popen(
        self, command: Sequence[str], *, env: dict[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        """Start a command inside the scanner's namespace, output piped."""
        return subprocess.Popen(  # noqa: S603 - the caller's command, no shell
            ["ip", "netns", "exec", self.scanner, *command],  # noqa: S607 - from the system path
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
        )

    def execute(
        self, command: Sequence[str], *, seconds: float = 120, env: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command inside the scanner's namespace and wait for its end.

        Raises:
            subprocess.TimeoutExpired: it took longer than ``seconds`` and was killed.
        """
        with self.popen(command, env=env) as process:
            try:
                out, err = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(list(command), process.returncode, out, err)

    def set_link(self, device: Device, *, up: bool) -> None:
        """Plug a device in, or pull its plug."""
        state = "up" if up else "down"
        netns.batch([f"link set p{device.words['ordinal']} {state}"], namespace=f"{self._tag}-sw")

    def set_own_link(self, *, up: bool) -> None:
        """Plug the scanner in, or pull its plug."""
        state = "up" if up else "down"
        netns.batch([f"link set {SCANNER_PORT} {state}"], namespace=f"{self._tag}-sw")

    def _remove(self) -> None:
        gone = netns.names(f"{self._tag}-")
        if gone:
            netns.batch([f"netns del {name}" for name in gone], force=True)

    def _build(self) -> None:
        wiring = nodes(self.plan, self._tag, self.devices)
        switch = f"{self._tag}-sw"
        netns.batch(
            [f"netns add {name}" for name in (switch, *dict.fromkeys(n.space for n in wiring))]
        )
        quiet = _AT_ONCE if self.plan.ipv6 else _QUIET
        for name in (switch, *dict.fromkeys(node.space for node in wiring)):
            netns.sysctl(name, quiet)
        bridges = [f"link add br{at} netns {switch} type bridge mcast_snooping 0" for at in (0, 1)]
        netns.batch(
            bridges
            + [
                f"link add {node.name} netns {node.space} address {node.mac}"
                f" type veth peer name {node.port} netns {switch}"
                for node in wiring
            ]
        )
        netns.batch(
            ["link set br0 up", "link set br1 up"]
            + [f"link set {n.port} master br{n.bridge} {'up' if n.up else 'down'}" for n in wiring],
            namespace=switch,
        )
        for node in wiring:
            netns.batch(node.setup(), namespace=node.space)
        self._special()

    def _special(self) -> None:
        """Forwarding, proxy ARP and link loss."""
        if self.plan.routed:
            netns.sysctl(f"{self._tag}-rt", {"ipv4/ip_forward": "1"})
        if self.plan.proxied is not None:
            space = f"{self._tag}-px"
            netns.sysctl(space, {"ipv4/ip_forward": "1"})
            netns.batch(
                [
                    "link add back0 type veth peer name back1",
                    "link set back0 up",
                    "link set back1 up",
                    f"route add {self.plan.proxied} dev back0",
                ],
                namespace=space,
            )
            netns.sysctl(
                space,
                {"ipv4/conf/eth0/proxy_arp": "1", "ipv4/neigh/eth0/proxy_delay": "0"},
            )
        if self.plan.link_loss:
            self.limits += _lose(self.scanner, self.plan.link_loss)


def _lose(space: str, share: float) -> tuple[str, ...]:
    """Lose frames at random on a namespace's eth0; says in words what could not be done.

    ``netem`` where the kernel has it (outgoing frames). Without it, a random branch of classic BPF
    redirects the unlucky frames, both ways, to a link that leads nowhere.
    """
    enter = ["ip", "netns", "exec", space, "tc"]
    keep = int(0xFFFFFFFF * (1 - share))
    program = f"4,32 0 0 4294963256,53 0 1 {keep},6 0 0 4294967295,6 0 0 0"
    try:
        netns.batch(
            ["link add null0 type veth peer name null1", "link set null0 up"], namespace=space
        )
        netns.run([*enter, "qdisc", "add", "dev", "eth0", "clsact"])
        away = ("action", "mirred", "egress", "redirect", "dev", "null0")
        for way in ("ingress", "egress"):
            rule = ("filter", "add", "dev", "eth0", way, "protocol", "all", "bpf")
            netns.run([*enter, *rule, "bytecode", program, *away])
    except ToolError as error:
        try:
            loss = f"{share * 100:.3f}%"
            netns.run([*enter, "qdisc", "add", "dev", "eth0", "root", "netem", "loss", loss])
        except ToolError:
            return (f"no frames are lost: {error}",)
        return ("frames are lost on the way out only",)
    return ()
