"""Discovery against real kernels: a scanner, a camera segment and a routed one, in namespaces.

::

    scan (10.77.0.1) ── veth ── cams (10.77.0.2 … .207, 192.0.0.64) ── veth ── far (10.78.0.2)

This file is also the program that runs inside the namespaces, see ``main``.
"""

import asyncio
import ctypes
import json
import os
import random
import selectors
import shutil
import socket
import struct
import subprocess
import sys
import time
from dataclasses import asdict
from ipaddress import IPv4Address
from pathlib import Path

import pytest

ROOT = str(Path(__file__).parents[2])
if ROOT not in sys.path:  # also when this file runs as a program
    sys.path.insert(0, ROOT)

from auditor.model.scope import Scope  # noqa: E402
from auditor.net.ledger import Ledger  # noqa: E402
from auditor.net.limits import Limits  # noqa: E402
from auditor.net.live import LiveNet  # noqa: E402
from auditor.registry import members  # noqa: E402
from tests.unit.discovery.fakes import run, sightings, states  # noqa: E402
from tests.unit.discovery.messages import dhip_reply, sadp_reply, wsd_match  # noqa: E402

pytestmark = pytest.mark.lab

_IP_PKTINFO = 8  # Linux
SADP_GROUP = ("239.255.255.250", 37020)
CAMERAS = [f"10.77.0.{n}" for n in range(2, 208)]
SEGMENT = "10.77.0.0/24"
STRANGER = "192.0.0.64"
BOOTING = CAMERAS[4]
FAR = "10.78.0.2"
TYPED_ONLY = frozenset(CAMERAS[10:20])
UNTYPED_ONLY = frozenset(CAMERAS[20:30])
ONCE_ONLY = frozenset(CAMERAS[30:40])
ONCE_SECONDS = 1.8
SPREAD = 0.5


# --- what runs inside the namespaces -----------------------------------------------------------


class Cameras:
    """Devices that answer WS-Discovery, SADP and DHIP, all in one process."""

    def __init__(self, mode: str) -> None:
        self._addresses = CAMERAS if mode == "cams" else [FAR]
        self._voices = {one: _voice(one) for one in self._addresses}
        self._stranger = _voice(STRANGER) if mode == "cams" else None
        self._later: list[tuple[float, socket.socket, bytes, object]] = []
        self._done: dict[str, float] = {}

    def _asked(self, to: str) -> dict[str, socket.socket]:
        """Who hears a datagram to this address: one device, or all in the group."""
        return {to: self._voices[to]} if to in self._voices else self._voices

    def wsd(self, data: bytes, peer, to: str) -> None:
        """Answers spread over half a second, as the protocol wants; some devices are choosy."""
        if b"Probe" not in data or b"ProbeMatch" in data:
            return
        for address, voice in self._asked(to).items():
            if not _answers(address, data, self._done):
                continue
            endpoint = f"urn:uuid:00000000-0000-4000-8000-{int(IPv4Address(address)):012x}"
            match = wsd_match(endpoint=endpoint, relates=os.urandom(4).hex())
            self._later.append((time.monotonic() + random.uniform(0, SPREAD), voice, match, peer))

    def tick(self) -> None:
        """Send what is due."""
        now = time.monotonic()
        due = [one for one in self._later if one[0] <= now]
        self._later = [one for one in self._later if one[0] > now]
        for _, voice, data, peer in due:
            voice.sendto(data, peer)

    def sadp(self, data: bytes, peer, to: str) -> None:
        """The first answers to the sender, the second to the group; one is set to another subnet.

        One more boots just then, and says hello to the group without being asked.
        """
        if b"<Probe>" not in data or b"<Types>inquiry</Types>" not in data:
            return
        first, second = self._addresses[0], self._addresses[-1]
        asked = self._asked(to)
        if first in asked:
            asked[first].sendto(sadp_reply(address=first), peer)
        if second in asked and second != first:
            asked[second].sendto(sadp_reply(address=second), SADP_GROUP)
        if self._stranger is not None and len(asked) > 1:
            self._stranger.sendto(sadp_reply(address=STRANGER), SADP_GROUP)
            hello = sadp_reply(uuid="B00T", address=BOOTING).replace(b"ProbeMatch>", b"Hello>")
            self._voices[BOOTING].sendto(hello, SADP_GROUP)

    def dhip(self, data: bytes, peer, to: str) -> None:
        first = self._addresses[0]
        if b"DHDiscover.search" in data and first in self._asked(to):
            self._voices[first].sendto(dhip_reply(), peer)


def _answers(address: str, data: bytes, done: dict[str, float]) -> bool:
    """Whether a device answers this Probe: every kind of choosiness has its devices."""
    typed = b"<d:Types>" in data
    if address in TYPED_ONLY:
        return typed
    if address in UNTYPED_ONLY:
        return not typed
    if address in ONCE_ONLY:  # answers one message a scan, however many it is asked
        now = time.monotonic()
        fresh = now - done.get(address, -60.0) > ONCE_SECONDS
        if fresh:
            done[address] = now
        return fresh
    return True


def respond(mode: str) -> None:
    """Be cameras until the parent goes away."""
    face = f"{mode}0"
    cameras = Cameras(mode)
    picks = selectors.DefaultSelector()
    picks.register(_ear(3702, "239.255.255.250", face), selectors.EVENT_READ, cameras.wsd)
    picks.register(_ear(37020, "239.255.255.250", face), selectors.EVENT_READ, cameras.sadp)
    picks.register(_ear(37810, "239.255.255.251", face), selectors.EVENT_READ, cameras.dhip)
    six = _ear6(3702, "ff02::c", face)
    picks.register(six, selectors.EVENT_READ, lambda _, peer, __: six.sendto(wsd_match(), peer))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    end = time.monotonic() + 240
    while time.monotonic() < end and os.getppid() != 1:
        for key, _ in picks.select(0.005):
            data, told, _, peer = key.fileobj.recvmsg(65535, 256)
            key.data(data, peer, _destination(told))
        cameras.tick()


def _destination(told) -> str:
    """To which address a datagram came, from its ancillary data."""
    for level, kind, value in told:
        if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
            return socket.inet_ntoa(value[8:12])
    return ""


def _voice(address: str) -> socket.socket:
    voice = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if address != FAR:
        voice.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(CAMERAS[0]))
    voice.bind((address, 0))
    return voice


def _ear(port: int, group: str, face: str) -> socket.socket:
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    ear.bind(("", port))
    member = socket.inet_aton(group) + bytes(4) + struct.pack("@i", socket.if_nametoindex(face))
    ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    return ear


def _ear6(port: int, group: str, face: str) -> socket.socket:
    ear = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    ear.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    ear.bind(("", port))
    member = socket.inet_pton(socket.AF_INET6, group)
    member += struct.pack("@I", socket.if_nametoindex(face))
    ear.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
    return ear


def scan(methods: str, targets: str, exclude: str, user: str) -> None:
    """Run discovery methods one after the other; print what they yield as JSON."""
    found = members("auditor.discovery", "METHOD")
    if user != "root":
        _drop_capabilities()
    scope = Scope.of(targets.split(","), [one for one in exclude.split(",") if one != "-"])
    chosen = [found[name] for name in methods.split(",")]
    sys.stdout.write(json.dumps(asyncio.run(_scanned(chosen, scope))))


def _drop_capabilities() -> None:
    """Be without any privilege, though still the owner of the interpreter's files."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("@Ii", 0x20080522, 0)  # version 3, this thread
    assert libc.capset(header, bytes(24)) == 0


async def _scanned(methods, scope: Scope) -> dict[str, object]:
    ledger = Ledger()
    net = LiveNet(scope, limits=Limits(), ledger=ledger)
    start = time.monotonic()
    out = [seen for method in methods for seen in await run(method, net)]
    took = time.monotonic() - start
    await net.close()
    seen = [
        {
            "address": one.address,
            "mac": one.mac,
            "interface": one.interface,
            "signals": sorted(fact.signal for fact in one.observations),
        }
        for one in sightings(out)
    ]
    rows = [asdict(one) for one in states(out)]
    return {"seen": seen, "states": rows, "took": took, "sent": ledger.sent().by_probe}


def main() -> None:
    """``respond cams|far``, or ``scan METHODS TARGETS EXCLUDE root|plain``."""
    if sys.argv[1] == "respond":
        respond(sys.argv[2])
    else:
        scan(*sys.argv[2:6])


# --- the tests ---------------------------------------------------------------------------------


def _missing(why: str) -> None:
    if os.environ.get("AUDIT_CI") == "1":
        pytest.fail(why)
    pytest.skip(why)


def _ip(*words: str, batch: str | None = None) -> None:
    subprocess.run(
        ["ip", *words], input=batch, text=True, check=True, capture_output=True, timeout=30
    )


class Lab:
    """Three namespaces; ``scan`` runs methods in the first."""

    def __init__(self, tag: str) -> None:
        self.near, self.cams, self.far = (f"{tag}{name}" for name in ("near", "cams", "far"))
        self._children: list[subprocess.Popen[str]] = []

    def build(self) -> None:
        for name in (self.near, self.cams, self.far):
            _ip("netns", "add", name)
            # No duplicate address detection: link-local addresses are usable at once.
            self._sysctl(name, "net/ipv6/conf/default/accept_dad", "0")
            _ip("-n", name, "link", "set", "lo", "up")
        self._wire(self.near, "scan0", self.cams, "cams0")
        self._wire(self.cams, "gate0", self.far, "far0")
        self._sysctl(self.cams, "net/ipv4/ip_forward", "1")
        self._addresses(self.near, "scan0", ["10.77.0.1"])
        self._addresses(self.cams, "cams0", [*CAMERAS, STRANGER])
        self._addresses(self.cams, "gate0", ["10.78.0.1"])
        self._addresses(self.far, "far0", [FAR])
        _ip("-n", self.near, "route", "add", "10.78.0.0/24", "via", "10.77.0.2")
        _ip("-n", self.far, "route", "add", "default", "via", "10.78.0.1")
        self._respond(self.cams, "cams")
        self._respond(self.far, "far")

    def _sysctl(self, name: str, key: str, value: str) -> None:
        command = ["ip", "netns", "exec", name, "tee", f"/proc/sys/{key}"]
        subprocess.run(command, input=value, text=True, check=True, capture_output=True, timeout=30)

    def _wire(self, left: str, left_face: str, right: str, right_face: str) -> None:
        _ip(
            "-n", left, "link", "add", left_face, "type", "veth", "peer", right_face, "netns", right
        )
        _ip("-n", left, "link", "set", left_face, "up")
        _ip("-n", right, "link", "set", right_face, "up")

    def _addresses(self, name: str, face: str, addresses: list[str]) -> None:
        lines = "".join(f"addr add {one}/24 dev {face}\n" for one in addresses)
        _ip("-n", name, "-batch", "-", batch=lines)

    @staticmethod
    def _in(name: str) -> list[str]:
        return ["ip", "netns", "exec", name, sys.executable, __file__]

    def _respond(self, name: str, mode: str) -> None:
        child = subprocess.Popen(
            [*self._in(name), "respond", mode],
            stdout=subprocess.PIPE,
            text=True,
        )
        self._children.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"

    def scan(self, methods: str, *targets: str, exclude: str = "-", user: str = "root"):
        done = subprocess.run(
            [*self._in(self.near), "scan", methods, ",".join(targets), exclude, user],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def forget(self) -> None:
        """Neighbour entries of earlier scans."""
        _ip("-n", self.near, "neigh", "flush", "all")

    def destroy(self) -> None:
        for child in self._children:
            child.terminate()
            child.wait(timeout=10)
            if child.stdout is not None:
                child.stdout.close()
        for name in (self.near, self.cams, self.far):
            subprocess.run(
                ["ip", "netns", "del", name], check=False, capture_output=True, timeout=30
            )


@pytest.fixture(scope="module")
def lab():
    if os.name != "posix" or os.geteuid() != 0:
        _missing("needs root for network namespaces")
    if shutil.which("ip") is None:
        _missing("needs the ip command (iproute2)")
    made = Lab(f"aud{os.getpid()}")
    try:
        try:
            made.build()
        except subprocess.CalledProcessError as error:
            _missing(f"no network namespaces here: {error.stderr}")
        yield made
    finally:
        made.destroy()


@pytest.fixture(autouse=True)
def fresh(lab):
    lab.forget()


def found(result) -> set[str]:
    return {one["address"] for one in result["seen"]}


def test_two_hundred_and_six_wsdiscovery_answers_within_half_a_second_are_all_read(lab):
    result = lab.scan("wsdiscovery", SEGMENT)
    assert found(result) >= set(CAMERAS)
    by_camera = [one for one in result["seen"] if one["address"] in CAMERAS]
    assert len(by_camera) == len(CAMERAS)  # three forms, two rounds: one sighting each
    assert {"wsd.endpoint", "wsd.scopes", "wsd.types", "wsd.xaddrs", "wsd.envelope"} == set(
        by_camera[0]["signals"]
    )
    assert [one["state"] for one in result["states"]] == ["ok"]
    assert result["took"] < 4


@pytest.mark.slow
def test_in_ten_runs_of_ten_no_answer_is_missed_and_choosy_devices_are_found(lab):
    for _ in range(10):
        time.sleep(ONCE_SECONDS)  # so that the devices that answer once will answer again
        result = lab.scan("wsdiscovery", SEGMENT)
        assert found(result) >= set(CAMERAS)
        for kind in (TYPED_ONLY, UNTYPED_ONLY, ONCE_ONLY):
            assert found(result) >= kind


def test_the_ipv6_group_is_answered_from_a_link_local_address(lab):
    result = lab.scan("wsdiscovery", SEGMENT)
    assert any(address.startswith("fe80:") for address in found(result))


def test_sadp_hears_answers_to_the_sender_and_to_the_group_and_from_another_subnet(lab):
    result = lab.scan("sadp", SEGMENT)
    assert found(result) == {CAMERAS[0], CAMERAS[-1], STRANGER, BOOTING}
    assert [one["state"] for one in result["states"]] == ["ok"]


def test_dhip_is_answered(lab):
    result = lab.scan("dhip", SEGMENT)
    assert [(one["address"], one["signals"]) for one in result["seen"]] == [(CAMERAS[0], ["dhip"])]


def test_arp_finds_every_host_with_its_hardware_address(lab):
    result = lab.scan("arp", SEGMENT)
    assert found(result) == set(CAMERAS)
    assert all(one["mac"] and one["signals"] == ["mac"] for one in result["seen"])
    assert [(one["state"], one["interface"], one["found"]) for one in result["states"]] == [
        ("ok", "scan0", 206)
    ]
    assert result["took"] < 5


def test_touch_finds_the_same_without_privilege_and_then_the_table_knows_them(lab):
    result = lab.scan("arp,touch,neighbours", SEGMENT, user="plain")
    states = {one["method"]: (one["state"], one["found"]) for one in result["states"]}
    assert states["arp"][0] == "unavailable"
    assert states["touch"] == ("ok", 206)
    assert states["neighbours"] == ("ok", 206)
    assert found(result) == set(CAMERAS)
    assert all(one["mac"] for one in result["seen"])


def test_touch_steps_aside_for_root(lab):
    result = lab.scan("touch", SEGMENT)
    assert [(one["state"], one["why"]) for one in result["states"]] == [
        ("skipped", "arp does this better")
    ]
    assert result["sent"].get("touch", 0) == 0


def test_with_an_exclusion_no_group_is_asked_and_single_hosts_still_answer(lab):
    result = lab.scan("wsdiscovery,sadp,dhip", SEGMENT, exclude="10.77.0.250")
    assert found(result) == {*CAMERAS}  # and not the one that is set to another subnet
    assert {"wsd.scopes", "sadp", "dhip"} <= {
        signal for one in result["seen"] for signal in one["signals"]
    }
    assert [one["state"] for one in result["states"]] == ["limited"] * 3
    assert all("exclusion" in one["why"] for one in result["states"])


def test_behind_a_router_single_questions_and_connects_find_the_host(lab):
    result = lab.scan("wsdiscovery,sadp,dhip,tcp", "10.78.0.0/29")
    by_signal = {
        signal for one in result["seen"] if one["address"] == FAR for signal in one["signals"]
    }
    assert {"wsd.scopes", "sadp", "dhip"} <= by_signal
    states = {one["method"]: one for one in result["states"]}
    assert states["tcp"]["found"] >= 1
    assert states["wsdiscovery"]["state"] == "limited"
    assert "router" in states["wsdiscovery"]["why"]
    assert all(one["mac"] is None for one in result["seen"])


def test_nmap_finds_every_host_with_its_hardware_address(lab):
    if shutil.which("nmap") is None:
        _missing("needs nmap")
    result = lab.scan("nmap", SEGMENT)
    assert found(result) == set(CAMERAS)
    assert all(one["mac"] for one in result["seen"])
    (state,) = result["states"]
    assert state["state"] == "ok"
    assert "estimate" in state["why"]


def test_nmap_behind_a_router_believes_no_hardware_address(lab):
    if shutil.which("nmap") is None:
        _missing("needs nmap")
    result = lab.scan("nmap", "10.78.0.2")
    assert [(one["address"], one["mac"]) for one in result["seen"]] == [(FAR, None)]


if __name__ == "__main__":
    main()
