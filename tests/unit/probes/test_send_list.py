"""What all probes together can send, byte for byte: the send list, and not one message more.

Mirrors section 10 of the protocol facts. A new message needs a decision, and then a line here.
"""

import asyncio
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import registry
from auditor.probes._run import run_probe
from tests.unit.probes.devices import fleet
from tests.unit.probes.fakes import (
    ADDRESS,
    FakeDialer,
    Port,
    Sent,
    answered,
    faults,
    http,
    seen,
    target,
    ticks,
)

PROBES = registry.members("auditor.probes", "PROBE")
GETS = {
    "/",
    "/favicon.ico",
    "/SDK/activateStatus",
    "/upnpdevicedesc.xml",
    "/doc/page/login.asp",
    "/ISAPI/System/deviceInfo",
    "/cgi-bin/magicBox.cgi?action=getSystemInfo",
}
POSTS = {"/onvif/device_service", "/axis-cgi/basicdeviceinfo.cgi"}
SOAP = {
    "GetSystemDateAndTime",
    "GetCapabilities",
    "GetServices",
    "GetEndpointReference",
    "GetHostname",
    "GetDeviceInformation",
    "GetNetworkInterfaces",
    "GetScopes",
}
VAPIX = b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'
OPERATION = re.compile(
    rb"<s:Body><tds:(\w+)>(?:<tds:\w+>(?:All|false)</tds:\w+>)?</tds:\w+></s:Body>"
)
SNMP = bytes.fromhex(
    "304502010104067075626c6963a038020461756401020100020100302a"
    "300c06082b060102010101000500300c06082b060102010102000500300c06082b060102010105000500"
)
"""GET of sysDescr.0, sysObjectID.0 and sysName.0 with the community public: with ``--snmp`` only."""
AGENT = re.compile(rb"User-Agent: [^\r\n]*\r\n")
SECRETS = re.compile(
    rb"authorization|usernametoken|wsse|user|passw|admin|pwd|\ncookie:|basic |digest ",
    re.IGNORECASE,
)
"""Signs of credentials; a page may be called login, a message never is one."""
FOLLOWED = re.compile(r"/[A-Za-z0-9._~/-]*")


def check(message: Sent, *, linked: bool = False) -> None:
    """Fail unless the message is on the list.

    Args:
        message: what was sent.
        linked: the device led to a page or an icon of its own, so GET may ask for that.
    """
    head, _, body = message.payload.partition(b"\r\n\r\n")
    method, path, version = message.line.split(" ")
    if version == "RTSP/1.0":
        assert method in {"OPTIONS", "DESCRIBE"}
        assert path == f"rtsp://{ADDRESS}:{message.port}/"
        assert not body
    elif method == "GET":
        assert path in GETS or (linked and FOLLOWED.fullmatch(path)), message.line
        assert not body
    else:
        assert (method, version) == ("POST", "HTTP/1.1")
        assert path in POSTS or linked, message.line
        if message.probe == "axis":
            assert (path, body) == ("/axis-cgi/basicdeviceinfo.cgi", VAPIX)
        else:
            found = OPERATION.search(body)
            assert found is not None, body
            assert found[1].decode() in SOAP
    assert message.payload.isascii()
    unsigned = AGENT.sub(b"", head + b"\r\n") + body
    assert not SECRETS.search(unsigned), unsigned


def everywhere(dialer: FakeDialer, *facts) -> Iterator[tuple[object, object]]:
    """Every probe at every port, both plain and over TLS, whatever ``endpoints`` would say."""
    for probe in PROBES.values():
        for port, there in dialer.ports.items():
            for tls in {False, there.tls}:
                yield probe, target(port, tls=tls, seen=facts)


async def ask_everything(dialer: FakeDialer, *facts) -> None:
    for probe, where in everywhere(dialer, *facts):
        await run_probe(probe, where, dialer, monotonic=ticks())
    for message in dialer.datagrams:
        assert (message.probe, message.payload) == ("snmp", SNMP)


@pytest.mark.parametrize("name", fleet())
async def test_only_listed_messages_go_to_well_behaved_hosts(name):
    dialer = fleet()[name]
    await ask_everything(dialer)
    assert dialer.sent
    for message in dialer.sent:
        check(message, linked=message.line.startswith("GET /camera/index.html "))


@pytest.mark.parametrize("name", faults())
async def test_only_listed_messages_go_to_misbehaving_hosts(name):
    dialer = FakeDialer(ports={80: faults()[name]})
    await ask_everything(dialer)
    for message in dialer.sent:
        check(message, linked=name == "redirect-ring")


async def test_the_whole_list_is_really_used():
    """So that the list above does not allow more than the probes need."""
    lines: set[str] = set()
    operations: set[str] = set()
    for dialer in fleet().values():
        await ask_everything(dialer)
        for message in dialer.sent:
            lines.add(" ".join(message.line.split(" ")[:2]))
            found = OPERATION.search(message.payload)
            operations |= {found[1].decode()} if found else set()
    assert {f"GET {path}" for path in GETS} <= lines
    assert {f"POST {path}" for path in POSTS} <= lines
    assert operations == SOAP


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "/cgi-bin/reboot",
            "/reboot.htm",
            "/System/configurationFile?auth=YWRtaW46MTEK",
            "//203.0.113.9/x.htm",
            "http://203.0.113.9/x.htm",
            f"http://user:pass@{ADDRESS}/x.htm",
            f"http://{ADDRESS}:22/x.htm",
            f"https://{ADDRESS}/x.htm",
            "/x.htm\r\nAuthorization: Basic x",
            "/login.htm?user=admin&password=1",
            "/user/passwd.htm",
            "/%75ser.htm",
            "/../../current_config/passwd",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "/factoryDefault",
            "/snapshot.jpg",
            "/a/../reset.htm",
            "/mjpeg/stream.html",
            "\\\\203.0.113.9\\x",
            "http://[::1",
            "/" + "a" * 5000,
        ]
    ),
)


@settings(max_examples=200)
@given(HOSTILE)
def test_no_link_makes_a_probe_send_anything_harmful(link):
    clean = link.encode("utf-8", "replace").decode("utf-8").replace("\r", "").replace("\n", "")
    page = f"<link rel=icon href='{clean}'><script>location.href='{clean}'</script>"

    def answer(request: bytes):
        return (http(200, page.encode(), ("Location", clean.encode("utf-8").decode("latin-1"))),)

    dialer = FakeDialer(ports={80: Port(answer=answer)})
    body = seen("http.body", page[:4096], "tcp/80")
    addresses = seen("wsd.xaddrs", f"http://{ADDRESS}{clean} {clean}", "udp/3702", "wsd")
    asyncio.run(ask_everything(dialer, *answered(80), body, addresses))
    for message in dialer.sent:
        check(message, linked=True)
        assert message.port == 80


def test_every_probe_names_what_it_sends():
    for probe in PROBES.values():
        assert probe.sends
        assert "\n" not in probe.sends
