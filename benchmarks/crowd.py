"""Thousands of devices of one network in one namespace, for scans of a /22 to a /16. Needs root.

::

    scanner ── eth0 ───── eth0 ── crowd: a ``local`` route for each device's address

On a link, :mod:`benchmarks.arpd` answers ARP for exactly those addresses, each with the device's own
hardware address, and a rule of nftables lets the kernel take frames to all of them. Where there is no
nftables, the kernel answers, with one hardware address for all. Each device's
sockets are bound to its own address and therefore hear no group questions: everything that is learned
of a device is learned from itself, one by one, which is the harder case.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from ipaddress import IPv4Network
from pathlib import Path
from typing import Final

from auditor.lab import netns
from auditor.lab.fleet import Device, choose, instantiate
from auditor.lab.loopback import LoopbackStage
from auditor.lab.running import Running
from auditor.lab.servers import Conditions, Runner
from auditor.model.errors import ToolError

_SCANNER: Final = 250
_FIRST: Final = 10
_ARPD: Final = Path(__file__).with_name("arpd.py")
_OWN_MAC: Final = "02:00:5e:00:53:01"
_ALL_FRAMES: Final = (
    "add table netdev crowd",
    "add chain netdev crowd in { type filter hook ingress device eth0 priority 0; }",
    "add rule netdev crowd in meta pkttype set host",
)
"""Frames to the devices' hardware addresses count as frames to the interface."""
_SYSCTL: Final = {
    "ipv6/conf/all/disable_ipv6": "1",
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv4/conf/all/accept_local": "1",
}


class Crowd(Running):
    """A running crowd; use it with ``with``.

    Attributes:
        network: what it fills.
        devices: who is there, spread evenly over the network.
        scanner: the namespace to scan from.
        own_macs: whether each has its own hardware address; without nftables all share one.
    """

    def __init__(
        self,
        network: str,
        count: int,
        *,
        routed: bool = False,
        conditions: Conditions | None = None,
    ) -> None:
        """Plan it; nothing is started."""
        self.network = IPv4Network(network)
        self.routed = routed
        self.devices = instantiate(
            choose(count=max(1, count)), _spread(self.network, max(1, count))
        )[:count]
        tag = f"{netns.PREFIX}{os.getpid()}-crowd"
        self.scanner, self.home = f"{tag}-scan", f"{tag}-there"
        self._stage = _Stage(self.home)
        self._runner = Runner(self.devices, self._stage, conditions)
        self.own_macs = False
        self._arpd: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Build it and open all ports.

        Raises:
            ToolError: no root, or the kernel refuses.
        """
        if reason := netns.lack():
            raise ToolError(f"network namespaces: {reason}")
        net = self.network
        there = "192.0.2.1/30" if self.routed else f"{net[1]}/{net.prefixlen}"
        here = "192.0.2.2/30" if self.routed else f"{net[_SCANNER]}/{net.prefixlen}"
        try:
            netns.batch([f"netns add {self.scanner}", f"netns add {self.home}"])
            for name in (self.scanner, self.home):
                netns.sysctl(name, _SYSCTL)
            netns.batch(
                [
                    (
                        f"link add eth0 netns {self.scanner} address 02:00:5e:00:53:fa type veth"
                        f" peer name eth0 address {_OWN_MAC} netns {self.home}"
                    )
                ]
            )
            # Past the crowd's own address, nothing there is on a link: only `local` routes answer.
            netns.batch(
                [f"addr add {there} dev eth0", "link set eth0 up", "link set lo up"]
                + [f"route add local {device.address}/32 dev lo" for device in self.devices],
                namespace=self.home,
            )
            way = [f"route add {net} via 192.0.2.1"] if self.routed else []
            netns.batch(
                [f"addr add {here} brd + dev eth0", "link set eth0 up", "link set lo up", *way],
                namespace=self.scanner,
            )
            self.own_macs = not self.routed and self._take_frames()
            if self.own_macs:
                self._answer_arp(str(net[1]))
            self._runner.start()
            netns.carries(self.scanner)
        except BaseException:
            self.stop()
            raise

    def _take_frames(self) -> bool:
        """Let the kernel take frames to the devices' hardware addresses; False where it cannot."""
        if shutil.which("nft") is None:
            return False
        try:
            for rule in _ALL_FRAMES:
                netns.run(["ip", "netns", "exec", self.home, "nft", rule])
        except ToolError:
            return False
        return True

    def _answer_arp(self, own: str) -> None:
        """Give each device its hardware address."""
        macs = [(own, _OWN_MAC), *((device.address, device.mac) for device in self.devices)]
        self._arpd = subprocess.Popen(
            ["ip", "netns", "exec", self.home, sys.executable, str(_ARPD), "eth0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._arpd.stdin is None or self._arpd.stdout is None:
            raise ToolError("the ARP responder has no pipes")
        self._arpd.stdin.write(f"{len(macs)}\n" + "".join(f"{a} {m}\n" for a, m in macs))
        self._arpd.stdin.flush()
        if self._arpd.stdout.readline() != "ready\n":
            raise ToolError("the ARP responder did not start")
        netns.sysctl(self.home, {"ipv4/conf/all/arp_ignore": "8"})  # the kernel answers for none

    def stop(self) -> None:
        """Take everything away; safe to call twice."""
        if self._arpd is not None:
            self._arpd.terminate()
            self._arpd.wait(10)
            self._arpd = None
        self._runner.stop()
        netns.batch([f"netns del {name}" for name in (self.scanner, self.home)], force=True)

    def popen(
        self, command: Sequence[str], *, env: dict[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        """Start a command inside the scanner's namespace, output piped."""
        return subprocess.Popen(
            ["ip", "netns", "exec", self.scanner, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
        )


def _spread(network: IPv4Network, count: int) -> list[str]:
    """Addresses at even distances, past the first few and the scanner's own."""
    room = network.num_addresses - 1 - _FIRST
    found: list[str] = []
    taken = {int(network[_SCANNER])}
    for number in range(count):
        at = int(network[_FIRST + number * room // count])
        while at in taken:
            at += 1
        taken.add(at)
        found.append(str(network[at - int(network.network_address)]))
    return found


class _Stage:
    """Sockets at the devices' own addresses inside the crowd's namespace; groups are not joined."""

    def __init__(self, space: str) -> None:
        self._space = space
        self._stage = LoopbackStage()

    def tcp(self, device: Device, port: int) -> socket.socket:
        """A listening socket."""
        with netns.inside(self._space):
            return self._stage.tcp(device, port)

    def udp(self, device: Device, port: int, groups: Sequence[str]) -> socket.socket:
        """A bound socket."""
        with netns.inside(self._space):
            return self._stage.udp(device, port, groups)

    def udp6(self, device: Device, port: int, group: str) -> socket.socket | None:
        """None: a crowd has IPv4 addresses only."""
        return self._stage.udp6(device, port, group)
