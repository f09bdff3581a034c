"""The fleet in network namespaces: sixty devices, real ARP, real multicast, nothing left behind."""

import json
import os
import sys
import time
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from auditor.lab import netns
from auditor.lab.fleet import choose
from auditor.lab.namespace import NamespaceFleet
from auditor.lab.servers import Conditions
from auditor.lab.topology import Plan

pytestmark = [pytest.mark.lab]

COUNT = 60
ARP = """
import socket, sys, json, time
targets = sys.argv[1:]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for t in targets:
    s.sendto(b"", (t, 9))
time.sleep(1.0)
rows = [line.split() for line in open("/proc/net/arp")][1:]
print(json.dumps({r[0]: r[3] for r in rows if r[2] != "0x0"}))
"""
WSD = """
import socket, json, time, re, uuid
own = "192.0.2.250"
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
s.bind((own, 0))
form = ('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><a:MessageID>'
        'urn:uuid:%s</a:MessageID></s:Header><s:Body><d:Probe>%s</d:Probe></s:Body></s:Envelope>')
types = "<d:Types>dn:NetworkVideoTransmitter</d:Types>"
s.sendto((form % (uuid.uuid4(), types)).encode(), ("239.255.255.250", 3702))
end, found = time.monotonic() + 1.5, {}
while (left := end - time.monotonic()) > 0:
    s.settimeout(left)
    try:
        data, peer = s.recvfrom(65535)
    except TimeoutError:
        break
    found[peer[0]] = data.decode("utf-8", "replace")
print(json.dumps(found))
"""
FETCH = """
import socket, sys, json
out = {}
for target in sys.argv[1:]:
    host, port = target.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), 2) as c:
            c.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
            out[target] = c.recv(200).decode("latin-1")
    except OSError as error:
        out[target] = "error: " + type(error).__name__
print(json.dumps(out))
"""


@pytest.fixture(autouse=True)
def _privilege():
    reason = netns.lack()
    if reason is None:
        return
    if os.environ.get("AUDIT_CI") == "1":
        pytest.fail(f"the lab cannot run: {reason}")
    pytest.skip(reason)


def run(fleet: NamespaceFleet, script: str, *arguments: str):
    done = fleet.execute([sys.executable, "-c", script, *arguments], seconds=30)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def own_namespaces() -> tuple[str, ...]:
    return netns.names(f"{netns.PREFIX}{os.getpid()}-")


def test_sixty_devices_answer_arp_and_multicast_and_leave_nothing():
    began = time.monotonic()
    fleet = NamespaceFleet(choose(count=COUNT))
    with fleet:
        assert time.monotonic() - began < 15
        seen = run(fleet, ARP, *(d.address for d in fleet.devices))
        assert seen == {d.address: d.mac for d in fleet.devices}
        with fleet.capture() as capture:
            answers = run(fleet, WSD)
        speakers = {
            d.address: d
            for d in fleet.devices
            for s in d.services
            if s.proto == "wsd" and "nvt" in s.data.texts("answers")
        }
        assert set(answers) == set(speakers)
        assert len(speakers) > 20
        assert "239.255.255.250" in capture.targets()
        assert capture.dropped == 0
        assert not any(fleet.witness(d).violations() for d in fleet.devices)
    assert own_namespaces() == ()


def test_devices_with_the_plug_pulled_answer_nothing_and_come_back():
    plan = Plan(down=frozenset({1}))
    with NamespaceFleet(choose(["dahua-camera", "dahua-camera"]), plan) as fleet:
        first, second = fleet.devices
        targets = [f"{d.address}:80" for d in fleet.devices]
        told = run(fleet, FETCH, *targets)
        assert told[targets[0]].startswith("error")
        assert told[targets[1]].startswith("HTTP/1.1 200")
        assert (fleet.alive(first), fleet.alive(second)) == (False, True)
        fleet.set_link(first, up=True)
        for _ in range(5):  # the neighbour table may still hold the failure
            told = run(fleet, FETCH, targets[0])
            if not told[targets[0]].startswith("error"):
                break
        assert told[targets[0]].startswith("HTTP/1.1 200")
        assert fleet.witness(first).accepted == 1


def test_routed_devices_answer_through_the_router_whose_mac_is_all_that_arp_shows():
    plan = Plan(routed=1)
    with NamespaceFleet(choose(["axis-camera", "hikvision-camera-old"]), plan) as fleet:
        far = fleet.devices[1]
        assert far.address.startswith("198.51.100.")
        told = run(fleet, FETCH, f"{far.address}:80")
        assert told[f"{far.address}:80"].startswith("HTTP/1.1 200")
        assert far.address not in run(fleet, ARP, far.address)


def test_a_proxy_arp_router_answers_with_one_mac_for_many_dead_addresses():
    plan = Plan(proxied=IPv4Network("192.0.2.192/29"))
    with NamespaceFleet(choose(["axis-camera"]), plan) as fleet:
        seen = run(fleet, ARP, *(str(a) for a in plan.proxied), fleet.devices[0].address)
    macs = {mac for address, mac in seen.items() if address != fleet.devices[0].address}
    assert len(seen) == 9
    assert len(macs) == 1
    assert seen[fleet.devices[0].address] == fleet.devices[0].mac


def test_lost_frames_are_lost_at_about_the_share_that_was_asked():
    plan = Plan(link_loss=0.5)
    script = (
        "import socket, json, time\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "for i in range(400):\n"
        "    s.sendto(b'x', ('192.0.2.10', 37810)); time.sleep(0.002)\n"
        "print(json.dumps(400))\n"
    )
    with NamespaceFleet(choose(["dahua-camera"]), plan) as fleet:
        assert fleet.limits == () or "only" in fleet.limits[0]
        for _ in range(5):  # the first frames may be ARP that is lost
            run(fleet, script)
            if fleet.witness(fleet.devices[0]).datagrams:
                break
        heard = len(fleet.witness(fleet.devices[0]).datagrams)
    assert 40 <= heard % 400 <= 300


def test_a_capture_names_every_address_that_frames_leave_for_and_writes_a_pcap(tmp_path: Path):
    with NamespaceFleet(choose(["nginx-web"])) as fleet:
        with fleet.capture() as capture:
            run(fleet, FETCH, f"{fleet.devices[0].address}:80")
        assert capture.targets() == {fleet.devices[0].address}
        path = tmp_path / "out.pcap"
        capture.write(path)
    assert path.read_bytes()[:4] == b"\xd4\xc3\xb2\xa1"
    assert len(path.read_bytes()) > 24 + 16 * len(capture.frames)


def test_answers_of_sadp_go_to_the_group_and_dhip_crosses_as_unicast():
    script = (
        "import socket, json, struct, sys\n"
        "own = '192.0.2.250'\n"
        "g = socket.inet_aton('239.255.255.250') + socket.inet_aton(own)\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
        "s.bind(('', 37020)); s.settimeout(2)\n"
        "s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, g)\n"
        "s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))\n"
        "s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)\n"
        'q = b\'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>U-1</Uuid>\'\n'
        "s.sendto(q + b'<Types>inquiry</Types></Probe>', ('239.255.255.250', 37020))\n"
        "sadp = s.recvfrom(65535)\n"
        "d = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); d.settimeout(2)\n"
        'b = b\'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\\n\'\n'
        "h = struct.pack('<I4sQIIII', 32, b'DHIP', 0, len(b), 0, len(b), 0)\n"
        "d.sendto(h + b, ('192.0.2.11', 37810))\n"
        "dhip = d.recvfrom(65535)\n"
        "print(json.dumps([sadp[1][0], sadp[0].decode(), dhip[0][32:].decode()]))\n"
    )
    conditions = Conditions(spread=0.0)
    fleet = NamespaceFleet(choose(["hikvision-factory", "lorex-camera"]), conditions=conditions)
    with fleet:
        peer, sadp, dhip = run(fleet, script)
        assert peer == fleet.devices[0].address
        assert "<Uuid>U-1</Uuid>" in sadp
        assert "<Activated>false</Activated>" in sadp
        assert json.loads(dhip.rstrip("\n\0"))["params"]["deviceInfo"]["Port"] == 35000
        assert not fleet.witness(fleet.devices[0]).violations()


def test_namespaces_of_a_dead_process_are_cleaned_and_living_ones_are_not():
    dead = f"{netns.PREFIX}{2**22 + 7}-1-scan"
    living = f"{netns.PREFIX}{os.getpid()}-99-scan"
    netns.batch([f"netns add {dead}", f"netns add {living}"])
    try:
        gone = netns.clean()
        assert dead in gone
        assert living in netns.names()
    finally:
        netns.batch([f"netns del {living}"], force=True)
