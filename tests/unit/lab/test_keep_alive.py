"""Which servers of simulated devices keep a connection, and which close whatever they are asked."""

import socket

import pytest

from auditor.lab.loopback import Loopback
from auditor.lab.persona import load

GET = "GET / HTTP/1.1\r\nHost: {}\r\nConnection: {}\r\n\r\n"
SOAP = (
    b"<s:Envelope><s:Body><tds:GetSystemDateAndTime/></s:Body></s:Envelope>"  # as much as is read
)
POST = (
    f"POST /onvif/device_service HTTP/1.1\r\nConnection: keep-alive\r\n"
    f"Content-Length: {len(SOAP)}\r\n\r\n"
).encode() + SOAP


def answers(persona: str, *requests: bytes) -> int:
    """How many of the requests are answered over one connection to the persona's web server."""
    with Loopback([load()[persona]]) as fleet:
        (device,) = fleet.devices
        port = next(one.port for one in device.services if one.proto == "http")
        with socket.create_connection((device.address, port), 5) as line:
            line.settimeout(5)
            count = 0
            for request in requests:
                try:
                    line.sendall(request)
                    got = line.recv(1 << 20)
                except OSError:
                    break
                if not got:
                    break
                count += 1
        return count


@pytest.mark.parametrize(
    ("persona", "word", "answered"),
    [
        ("hikvision-camera-new", "keep-alive", 2),
        ("hikvision-camera-new", "close", 1),
        ("axis-camera", "keep-alive", 2),
        ("nginx-web", "keep-alive", 2),
        ("dahua-camera", "keep-alive", 1),
        ("xiongmai-camera", "keep-alive", 1),
        ("tvt-camera", "keep-alive", 1),
    ],
)
def test_a_web_server_keeps_a_connection_only_where_its_kind_does_and_it_is_asked_to(
    persona, word, answered
):
    get = GET.format("x", word).encode()
    assert answers(persona, get, get) == answered


def test_an_onvif_service_closes_though_the_pages_beside_it_do_not():
    assert answers("axis-camera", POST, POST) == 1
