"""ARP, the neighbour table, groups and link-local addresses over a real link of two namespaces."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab

ROOT = Path(__file__).parents[2]
DEVICE_MAC = "02:77:00:00:00:02"

DEVICE = """
import socket, struct, sys, time
group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
group.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
group.bind(("", 3702))
index = socket.if_nametoindex("cam0")
member = socket.inet_aton("239.255.255.250") + struct.pack("=4si", bytes(4), index)
group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
group.settimeout(25)
print("ready", flush=True)
end = time.monotonic() + 25
while time.monotonic() < end:
    try:
        data, source = group.recvfrom(2000)
    except TimeoutError:
        break
    for number in range(3):
        group.sendto(b"answer %d to " % number + data, source)
"""

PRELUDE = """
import asyncio, json, os, sys
from auditor.model.errors import NetError
from auditor.model.scope import Scope
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits
from auditor.net.live import LiveNet

def live(*targets, exclude=(), **options):
    scope = Scope.of(targets, exclude)
    limits = options.pop("limits", Limits())
    return LiveNet(scope, limits=limits, ledger=Ledger(keep=600), **options)

def word(error):
    return type(error).__name__
"""


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout


def missing():
    if sys.platform != "linux" or shutil.which("ip") is None:
        return "needs Linux and iproute2"
    if os.geteuid() != 0:
        return "needs root"
    name = f"audit-try-{os.getpid()}"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if tried.returncode != 0:
        return "network namespaces cannot be made here"
    run("ip", "netns", "del", name)
    return None


@pytest.fixture(scope="module")
def spaces():
    why = missing()
    if why is not None:
        if os.environ.get("AUDIT_CI") == "1":
            pytest.fail(why)
        pytest.skip(why)
    scanner, camera = f"audit-s-{os.getpid()}", f"audit-c-{os.getpid()}"
    made, device = [], None
    try:
        for name in (scanner, camera):
            run("ip", "netns", "add", name)
            made.append(name)
        link = ("ip", "link", "add", "scan0", "netns", scanner, "type", "veth")
        run(*link, "peer", "name", "cam0", "netns", camera)
        for name, device_name, number in ((scanner, "scan0", 1), (camera, "cam0", 2)):
            inside = ("ip", "-n", name)
            run(*inside, "link", "set", device_name, "address", f"02:77:00:00:00:0{number}")
            run(*inside, "addr", "add", f"10.77.0.{number}/24", "dev", device_name)
            run(*inside, "addr", "add", f"fe80::77:{number}/64", "dev", device_name, "nodad")
            run(*inside, "link", "set", "lo", "up")
            run(*inside, "link", "set", device_name, "up")
        run("ip", "-n", scanner, "route", "add", "10.77.0.99/32", "via", "10.77.0.2")
        device = subprocess.Popen(
            ["ip", "netns", "exec", camera, sys.executable, "-c", DEVICE],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert device.stdout.readline() == "ready\n"
        yield scanner
    finally:
        if device is not None:
            device.kill()
            device.wait(10)
            device.stdout.close()
        for name in made:
            run("ip", "netns", "del", name)


@pytest.fixture
def scan(spaces):
    def scanning(body):
        body = textwrap.indent(textwrap.dedent(body), "    ")
        script = f"{PRELUDE}\nasync def main():\n{body}\nprint(json.dumps(asyncio.run(main())))\n"
        done = subprocess.run(
            ["ip", "netns", "exec", spaces, sys.executable, "-W", "error", "-c", script],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return json.loads(done.stdout)

    return scanning


def test_arp_finds_the_device(scan):
    got = scan("""
        net = live("10.77.0.0/24")
        (interface,) = net.interfaces()
        mac = bytes.fromhex(interface.mac.replace(":", ""))
        def request(target):
            return (b"\\xff" * 6 + mac + bytes.fromhex("08060001080006040001") + mac
                    + bytes([10, 77, 0, 1]) + bytes(6) + bytes([10, 77, 0, target]))
        async with net.ether(interface, probe="arp") as raw:
            await raw.send(request(2))
            await raw.send(request(3))
            found = [frame.hex() async for frame in raw.frames(0.5)]
            try:
                await raw.send(request(2).replace(b"\\x04\\x00\\x01", b"\\x04\\x00\\x02"))
                denied = None
            except NetError as error:
                denied = word(error)
        return found, denied, net.ledger.sent().by_probe
    """)
    frames, denied, booked = got
    assert len(frames) == 1
    assert frames[0][44:64] == "0277000000020a4d0002"  # sender: its hardware address, its address
    assert denied == "Denied"
    assert booked == {"arp": 2}


def test_touching_fills_the_neighbour_table_without_privilege(scan):
    got = scan("""
        os.setgroups([]); os.setgid(65534); os.setuid(65534)
        net = live("10.77.0.0/24")
        await net.touch([f"10.77.0.{n}" for n in range(2, 40)], probe="neighbours")
        try:
            async with net.ether(net.interfaces()[0], probe="arp"):
                raw = "opened"
        except NetError as error:
            raw = word(error)
        rows = [[row.address, row.mac, row.interface] for row in net.neighbours()]
        await net.close()
        return rows, raw, net.ledger.sent().packets
    """)
    rows, raw, packets = got
    assert ["10.77.0.2", DEVICE_MAC, "scan0"] in rows
    assert {row[0] for row in rows if row[0].startswith("10.")} == {"10.77.0.2"}
    assert raw == "Denied"
    assert packets == 38


def test_a_group_question_reaches_the_device_and_all_answers_come(scan):
    got = scan("""
        os.setgroups([]); os.setgid(65534); os.setuid(65534)
        net = live("10.77.0.0/24")
        (interface,) = net.interfaces()
        assert net.may_group(interface) is None, net.may_group(interface)
        async with net.group(interface, probe="wsd") as sock:
            await sock.send(b"probe", "239.255.255.250", 3702)
            await sock.send(b"shout", "10.77.0.255", 3702)
            await sock.send(b"cry", "255.255.255.255", 3702)
            got = [[p.data.decode(), p.address, p.port] async for p in sock.packets(0.5)]
        return sorted(got)
    """)
    assert got == sorted(
        [f"answer {number} to {word}", "10.77.0.2", 3702]
        for word in ("probe", "shout", "cry")
        for number in range(3)
    )


@pytest.mark.parametrize(
    ("targets", "exclude"), [("10.77.0.2", "10.9.9.9"), ("10.77.0.0/24", "10.77.0.77")]
)
def test_nothing_is_asked_of_a_group_on_a_network_that_is_not_wholly_in_scope(
    scan, targets, exclude
):
    denied, packets, heard = scan(f"""
        net = live("{targets}", exclude=["{exclude}"])
        (interface,) = net.interfaces()
        assert net.may_group(interface)
        denied = []
        async with net.group(interface, probe="wsd") as sock:
            for address in ("239.255.255.250", "10.77.0.255", "255.255.255.255", "ff02::c"):
                try:
                    await sock.send(b"probe", address, 3702)
                except NetError as error:
                    denied.append(word(error))
            heard = [p.address async for p in sock.packets(0.3)]
        return denied, net.ledger.sent().packets, heard
    """)
    assert denied == ["Denied"] * 4
    assert packets == 0
    assert heard == []


def test_a_route_through_a_router_is_not_on_link(scan):
    got = scan("""
        net = live("10.77.0.0/24")
        return [bool(net.on_link(a)) for a in ("10.77.0.2", "10.77.0.99", "10.78.0.1")]
    """)
    assert got == [True, False, False]


def test_ports_of_the_device_are_knocked_at_by_either_address(scan):
    got = scan("""
        net = live("10.77.0.0/24", "fe80::/64")
        ends = []
        # A link that has just come up may lose the first solicitation; the next comes 1 s later.
        waits = {"10.77.0.2": 3.5, "fe80::77:2%scan0": 3.5, "10.77.0.3": 0.5}
        for address, wait in waits.items():
            try:
                await net.knock(address, 81, probe="tcp", wait=wait)
            except NetError as error:
                ends.append(word(error))
        rows = {row.address: row.mac for row in net.neighbours()}
        await net.close()
        return ends, rows
    """)
    ends, rows = got
    assert ends == ["Refused", "Refused", "TimedOut"]
    assert rows["10.77.0.2"] == rows["fe80::77:2"] == DEVICE_MAC


def test_a_sweep_of_silent_neighbours_never_fills_the_table(scan):
    most, resolved = scan("""
        from auditor.net.system import neighbours
        net = live("10.77.0.0/24", limits=Limits(unresolved=32, rate=20000))
        most, swept = 0, {f"10.77.0.{number}" for number in range(100, 180)}
        async def one(number):
            try:
                await net.knock(f"10.77.0.{number}", 81, probe="tcp", wait=0.3)
            except NetError:
                pass
        tasks = [asyncio.create_task(one(number)) for number in range(100, 180)]
        for _ in range(30):
            await asyncio.sleep(0.1)
            pending = {entry.address for entry in neighbours.entries() if entry.pending}
            most = max(most, len(pending & swept))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await net.close()
        return most, len(net._dialer.resolving)
    """)
    assert 16 <= most <= 34
    assert resolved == 0
