"""A loopback fleet answers plain sockets and books everything that it was sent."""

import socket
import ssl
import time
import warnings

import pytest

from auditor.lab.fleet import choose
from auditor.lab.loopback import Loopback
from auditor.lab.servers import Conditions
from auditor.model.errors import ToolError

IDS = ["dahua-old-dvr", "dahua-nvr", "hikvision-camera-old", "raspberry-pi", "synology-nas"]
QUICK = Conditions(spread=0.0)


@pytest.fixture(scope="module")
def fleet():
    with Loopback(choose(IDS), conditions=QUICK) as running:
        yield running


def device(fleet, name):
    return next(d for d in fleet.devices if d.persona.id == name)


def talk(address, port, payload, *, tls=False):
    with socket.create_connection((address, port), 3) as plain:
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                context.minimum_version = ssl.TLSVersion.TLSv1
            with context.wrap_socket(plain) as secure:
                secure.sendall(payload)
                return read(secure), secure.version(), secure.getpeercert(binary_form=True)
        plain.sendall(payload)
        return read(plain), None, None


def read(stream):
    data = b""
    while chunk := stream.recv(65536):
        data += chunk
    return data


def read_one(address, port):
    with socket.create_connection((address, port), 3) as stream:
        return stream.recv(1)


def settled(condition):
    for _ in range(100):
        if condition():
            return True
        time.sleep(0.01)
    return False


GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def test_the_old_recorder_answers_http_1_0_with_bare_line_feeds_and_no_length(fleet):
    told, _, _ = talk(device(fleet, "dahua-old-dvr").address, 8080, GET)
    head, _, body = told.partition(b"\n\n")
    assert head.startswith(b"HTTP/1.0 200 OK\n")
    assert b"\r" not in head
    assert b"length" not in head.lower()
    assert b"<TITLE>WEB SERVICE</TITLE>" in body


def test_the_old_recorder_speaks_only_tls_1_0(fleet):
    _, version, der = talk(device(fleet, "dahua-old-dvr").address, 8443, GET, tls=True)
    assert version == "TLSv1"
    assert "Dahua\u00a0Technology".encode() in der


def test_the_recorders_certificate_has_no_break_spaces_and_its_address(fleet):
    nvr = device(fleet, "dahua-nvr")
    _, _, der = talk(nvr.address, 8443, GET, tls=True)
    assert "Dahua\u00a0Device\u00a0NVR\u00a0CA".encode() in der
    assert nvr.address.encode() in der


def test_rtsp_echoes_the_number_and_writes_its_own_date(fleet):
    with socket.create_connection((device(fleet, "hikvision-camera-old").address, 8554), 3) as s:
        s.sendall(b"OPTIONS rtsp://x/ RTSP/1.0\r\nCSeq: 41\r\n\r\n")
        told = s.recv(4096)
        assert b"CSeq: 41\r\n" in told
        assert b"Date: Sat, Nov 21 2026" in told
        s.sendall(b"DESCRIBE rtsp://x/ RTSP/1.0\r\nCSeq: 42\r\n\r\n")
        assert b'Digest realm="IP Camera(' in s.recv(4096)


def test_udp_questions_are_answered_at_the_devices_address(fleet):
    hik = device(fleet, "hikvision-camera-old")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(3)
        question = b"<E><MessageID>urn:uuid:7</MessageID><Body><Probe></Probe></Body></E>"
        s.sendto(question, (hik.address, 3702))
        told, peer = s.recvfrom(65535)
    assert peer == (hik.address, 3702)
    assert f"http://{hik.address}:8080/onvif/device_service".encode() in told
    assert fleet.witness(hik).datagrams[-1].data == question


def test_requests_are_booked_verbatim_in_order_and_case(fleet):
    nas = device(fleet, "synology-nas")
    payload = b"GET /a?b=1 HTTP/1.1\r\nhOST: q\r\nX-One: 1\r\nConnection: close\r\n\r\n"
    told, _, _ = talk(nas.address, 5000, payload)
    booked = fleet.witness(nas).requests[-1]
    assert told.startswith(b"HTTP/1.1 404")
    assert booked.line == "GET /a?b=1 HTTP/1.1"
    assert booked.headers == (("hOST", "q"), ("X-One", "1"), ("Connection", "close"))


def test_chunked_answers_are_chunked(fleet):
    told, _, _ = talk(device(fleet, "synology-nas").address, 5000, GET)
    assert b"Transfer-Encoding: chunked" in told
    assert told.endswith(b"0\r\n\r\n")


def test_bytes_to_an_sdk_port_are_booked_and_get_no_answer(fleet):
    nvr = device(fleet, "dahua-nvr")
    with socket.create_connection((nvr.address, 37777), 3) as s:
        s.sendall(b"\xa0\x01")
        s.settimeout(0.2)
        with pytest.raises(TimeoutError):
            s.recv(10)
    assert (37777, b"\xa0\x01") in fleet.witness(nvr).raw
    assert fleet.witness(nvr).violations()


def test_a_device_that_bears_three_connections_resets_the_fourth(fleet):
    dvr = device(fleet, "dahua-old-dvr")
    witness = fleet.witness(dvr)
    before = witness.accepted
    held = [socket.create_connection((dvr.address, 37777), 3) for _ in range(3)]
    try:
        assert settled(lambda: witness.accepted == before + 3)
        with pytest.raises(ConnectionResetError):  # it may come before connect() returns
            read_one(dvr.address, 37777)
        assert (witness.refused, witness.most) == (1, 4)
    finally:
        for one in held:
            one.close()


def test_a_device_without_ports_refuses_everything(fleet):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((device(fleet, "raspberry-pi").address, 8080), 1)


def test_half_a_request_and_rubbish_do_not_stop_the_server(fleet):
    nas = device(fleet, "synology-nas")
    for rubbish in (b"\x16\x03\x01\x02\x00", b"\r\n\r\n", b"GET", b"\xff" * 3000):
        with socket.create_connection((nas.address, 5000), 3) as s:
            s.sendall(rubbish)
    assert talk(nas.address, 5000, GET)[0].startswith(b"HTTP/1.1 200")


def test_a_lossy_network_loses_answers_but_books_the_questions():
    with Loopback(choose(["dahua-camera"]), conditions=Conditions(spread=0, loss=1.0)) as lossy:
        one = lossy.devices[0]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.2)
            s.sendto(b"<MessageID>u</MessageID><Probe>", (one.address, 3702))
            with pytest.raises(TimeoutError):
                s.recvfrom(1)
        assert len(lossy.witness(one).datagrams) == 1


async def test_two_fleets_live_side_by_side_and_stop_cleanly():
    async with Loopback(choose(["nginx-web"])) as one, Loopback(choose(["nginx-web"])) as two:
        assert one.network != two.network
        address = one.devices[0].address
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, 8080), 1)


def test_a_network_that_holds_a_fleet_takes_no_second(fleet):
    with pytest.raises(ToolError, match=r"127\.77\.\d+\.0/24 holds another simulated fleet"):
        Loopback(choose(IDS), network=fleet.network)


def test_a_taken_port_is_a_tool_error_that_names_the_device():
    one = Loopback(choose(IDS), conditions=QUICK)
    dvr = device(one, "dahua-old-dvr")
    with socket.create_server((dvr.address, 8080)):
        with pytest.raises(ToolError, match=r"dahua-old-dvr-1 at 127\."):
            one.start()
        one.stop()


def test_a_fleet_cannot_be_started_twice():
    with Loopback(choose(["raspberry-pi"])) as running, pytest.raises(ToolError, match="already"):
        running.start()
