"""A capture of a whole scan beside the send list: nothing else left the machine, nothing twice."""

import struct
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from auditor.lab import netns, sendlist
from auditor.lab.capture import Capture, Frame
from auditor.lab.fleet import choose
from auditor.lab.namespace import NamespaceFleet
from auditor.lab.topology import Plan

sys.path.insert(0, str(Path(__file__).resolve().parent))
from test_scan import NEAR, scan

pytestmark = [pytest.mark.lab, pytest.mark.slow]

FAR = "198.51.100.0/24"
WEB_ADDRESSES = {"wsd.xaddrs", "ssdp.location"}


def named(asset: dict) -> set[tuple[str, int]]:
    """The ports that a device's discovery answers call its web or ONVIF address."""
    urls = [
        urlsplit(word)
        for item in asset["observations"]
        if item["signal"] in WEB_ADDRESSES
        for word in item["value"].split()
    ]
    return {(asset["address"], url.port or (443 if url.scheme == "https" else 80)) for url in urls}


def led(asset: dict) -> set[tuple[str, int, str]]:
    """The pages to which a device itself led: redirects, icons, descriptions, service paths."""
    found = set()
    behind = [item for child in asset["children"] for item in child["observations"]]
    for item in (*asset["observations"], *behind):
        signal, value, endpoint = item["signal"], item["value"], item["endpoint"] or ""
        if signal in WEB_ADDRESSES:
            urls = [urlsplit(word) for word in value.split()]
            found |= {(asset["address"], url.port or 80, url.path) for url in urls}
        elif signal == "http.location" and endpoint.startswith("tcp/"):
            found.add((asset["address"], int(endpoint[4:]), urlsplit(value).path))
        elif signal == "http.body" and 'rel="' in value:
            paths = [part.partition('"')[0] for part in value.split('href="')[1:]]
            found |= {
                (asset["address"], int(endpoint[4:]), f"/{path.lstrip('/')}") for path in paths
            }
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A fleet of every persona, near and behind a router, and a captured scan of it."""
    if reason := netns.lack():
        pytest.skip(f"network namespaces: {reason}")
    with NamespaceFleet(choose(count=58), Plan(routed=10)) as fleet:
        ran = scan(fleet, tmp_path_factory.mktemp("scan"), NEAR, FAR, "--rare", capture=True)
        assert len(ran.assets) >= 58, ran.stderr
        assert ran.capture.dropped == 0
        yield fleet, ran


def faults(ran) -> list[str]:
    mine = ran.assets.values()
    return list(
        sendlist.faults(
            ran.capture,
            named=set().union(*map(named, mine)),
            led=set().union(*map(led, mine)),
        )
    )


def test_nothing_but_the_send_list_leaves_and_nothing_is_asked_twice(whole):
    _, ran = whole
    assert [line for line in faults(ran) if not line.startswith("tcp/8000 of")] == []
    seen = {(flow.address, flow.port) for flow in sendlist.flows(ran.capture)}
    asked = {port for _, port, _ in sendlist.datagrams(ran.capture)}
    assert {37777, 34567, 8000, 9008} <= {port for _, port in seen}, "nothing was tried there"
    assert {3702, 37020, 37810, 23456, 34569, 1900, 5353} <= asked, "nothing was asked there"


def test_port_8000_is_only_connected_to_unless_the_device_names_it(whole):
    _, ran = whole
    assert [line for line in faults(ran) if line.startswith("tcp/8000 of")] == []


def test_every_device_was_sent_reads_only_each_once_and_within_its_budget(whole):
    fleet, _ = whole
    for device in fleet.devices:
        witness = fleet.witness(device)
        assert witness.violations() == (), device.persona.id
        assert witness.most <= 4, device.persona.id
        assert len(witness.requests) <= 15, device.persona.id
        told = Counter((one.port, one.line, one.body) for one in witness.requests)
        assert max(told.values(), default=1) == 1, f"{device.persona.id}: {told.most_common(1)}"
        said = {port for port, _ in witness.raw} & sendlist.CONNECT_ONLY
        assert not said, device.persona.id


# The judge itself: each kind of thing that must not leave is seen.


def frame(proto: int, port: int, payload: bytes, *, number: int = 1, syn: bool = False) -> Frame:
    """A frame from us to 192.0.2.7."""
    if proto == 6:
        head = struct.pack("!HHIIBBHHH", 40000, port, number, 0, 5 << 4, 2 if syn else 16, 0, 0, 0)
    else:
        head = struct.pack("!HHHH", 40000, port, 8 + len(payload), 0)
    body = head + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, proto, 0,
                     bytes([192, 0, 2, 250]), bytes([192, 0, 2, 7]))  # fmt: skip
    return Frame(seconds=0.0, outgoing=True, data=bytes(12) + b"\x08\x00" + ip + body)


def said(port: int, *payloads: bytes) -> Capture:
    """A capture in which each payload went over a connection of its own."""
    capture = Capture("none")
    for at, payload in enumerate(payloads):
        capture.frames.append(frame(6, port, b"", number=1000 * at, syn=True))
        capture.frames.append(frame(6, port, payload, number=1000 * at + 1))
    return capture


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("capture", "word"),
    [
        (said(37777, b"\xa0\x01"), "only connected to"),
        (said(8000, GET), "only connected to"),
        (said(80, GET, GET), "sent 2 times"),
        (said(80, GET.replace(b"Host", b"Authorization: Basic eDp5\r\nHost")), "a name or a pass"),
        (said(80, GET.replace(b"/ ", b"/config/backup.cgi ")), "not a page of the list"),
        (said(80, b"PUT / HTTP/1.1\r\n\r\n"), "not a method of the list"),
        (said(554, b"SETUP rtsp://192.0.2.7/ RTSP/1.0\r\nCSeq: 3\r\n\r\n"), "not a question"),
        (said(21, b"USER admin\r\n"), "a name or a password"),
    ],
)
def test_the_judge_of_a_capture_sees_what_must_not_leave(capture, word):
    assert any(word in line for line in sendlist.faults(capture))


@pytest.mark.parametrize(
    ("port", "data", "word"),
    [
        (161, b"\x30\x29", "not on the list"),
        (9, b"x", "not empty"),
        (3702, b"<d:Resolve/>", "something else than a Probe"),
        (37020, b"<Probe><Types>update</Types></Probe>", "other than inquiry"),
    ],
)
def test_the_judge_of_a_capture_sees_datagrams_that_must_not_leave(port, data, word):
    capture = Capture("none")
    capture.frames.append(frame(17, port, data))
    assert any(word in line for line in sendlist.faults(capture))


def test_a_repeat_by_the_system_is_no_second_question():
    capture = said(80, GET)
    capture.frames.append(capture.frames[-1])
    assert sendlist.faults(capture) == ()
    assert [flow.payload for flow in sendlist.flows(capture)] == [GET]
