"""The witness tells reads from everything else."""

import struct

import pytest

from auditor.lab.witness import Datagram, Request, Witness

READ = b"<s:Body><tds:GetDeviceInformation/></s:Body>"


def request(line="GET / HTTP/1.1", headers=(), body=b""):
    return Request(
        proto="http", port=80, peer="10.0.0.1", line=line, headers=tuple(headers), body=body
    )


def datagram(port, data):
    return Datagram(port=port, peer="10.0.0.1", peer_port=4000, data=data)


@pytest.mark.parametrize(
    "good",
    [
        request(),
        request("OPTIONS rtsp://x RTSP/1.0"),
        request("DESCRIBE rtsp://x RTSP/1.0"),
        request("GET /cgi-bin/magicBox.cgi?action=getSystemInfo HTTP/1.1"),
        request("POST /onvif/device_service HTTP/1.1", body=READ),
        request("POST /axis-cgi/x HTTP/1.1", body=b'{"method":"getAllUnrestrictedProperties"}'),
    ],
)
def test_reads_are_no_violation(good):
    witness = Witness()
    witness.asked(good)
    assert witness.violations() == ()


@pytest.mark.parametrize(
    "bad",
    [
        request(headers=[("authorization", "Basic YTpi")]),
        request(headers=[("Authorization", "Digest username=admin")]),
        request("POST /onvif/device_service HTTP/1.1", body=READ + b"<wsse:UsernameToken/>"),
        request("POST /RPC2_Login HTTP/1.1", body=b'{"method":"global.login"}'),
        request("GET /ISAPI/Security/sessionLogin/capabilities?username=admin HTTP/1.1"),
        request("GET /System/configurationFile?auth=YWRtaW46MTEK HTTP/1.1"),
        request("PUT /SDK/webLanguage HTTP/1.1"),
        request("SETUP rtsp://x RTSP/1.0"),
        request("POST /onvif/device_service HTTP/1.1", body=b"<SystemReboot/>"),
    ],
)
def test_logins_writes_and_exploits_are_violations(bad):
    witness = Witness()
    witness.asked(bad)
    assert witness.violations()


@pytest.mark.parametrize(
    ("port", "good", "bad"),
    [
        (37020, b"<Probe><Types>inquiry</Types></Probe>", b"<Probe><Types>update</Types></Probe>"),
        (37810, b'\x20DHIP {"method":"DHDiscover.search"}', b"DHIP setConfig"),
        (23456, b"MHED" + struct.pack("<II", 8, 1), b"MHED" + struct.pack("<II", 8, 3)),
        (34569, struct.pack("<14xHI", 1530, 0), struct.pack("<14xHI", 1532, 0)),
    ],
)
def test_discovery_verbs_other_than_the_search_are_violations(port, good, bad):
    witness = Witness()
    witness.sent(datagram(port, good))
    assert witness.violations() == ()
    witness.sent(datagram(port, bad))
    assert len(witness.violations()) == 1


def test_bytes_on_an_sdk_port_are_a_violation_unless_they_start_a_read():
    witness = Witness()
    witness.said(8000, b"GET / HTTP/1.1\r\n")
    assert witness.violations() == ()
    witness.said(37777, b"\xa0\x01\x00\x00")
    assert len(witness.violations()) == 1
    assert len(witness.raw) == 2


def test_the_most_connections_at_a_time_are_counted():
    witness = Witness()
    for held in (1, 2, 3, 2):
        witness.connected(80, "10.0.0.1", held=held)
    assert (witness.accepted, witness.most) == (4, 3)


def test_the_log_is_json_ready():
    witness = Witness()
    witness.asked(request())
    witness.sent(datagram(1, b"\xff"))
    told = witness.as_data()
    assert told["requests"][0]["line"] == "GET / HTTP/1.1"
    assert told["datagrams"][0]["data"] == "ff"
