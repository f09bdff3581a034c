"""ONVIF behind a password: zeep builds and reads, the session sends."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from auditor.model.errors import Malformed
from auditor.model.words import Ending
from auditor.probes._run import run_probe
from auditor.probes.login import _wsdl
from auditor.probes.login._api import Secret
from auditor.probes.login._session import HttpSession, State, Visit
from auditor.probes.login.onvif import LOGIN
from tests.unit.probes.fakes import AT, FakeDialer, Port, http, seen, soap, target, ticks
from tests.unit.probes.locked import PASSWORD, USER, Locked

TT = 'xmlns:tt="http://www.onvif.org/ver10/schema"'
TRT = 'xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
INFORMATION = (
    "<tds:Manufacturer>ACME</tds:Manufacturer><tds:Model>C-1</tds:Model>"
    "<tds:FirmwareVersion>V5.7.15 build 240201</tds:FirmwareVersion>"
    "<tds:SerialNumber>SN1</tds:SerialNumber><tds:HardwareId>88</tds:HardwareId>"
)
SERVICES = (
    "<tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace>"
    "<tds:XAddr>http://10.9.9.9:81/onvif/Media</tds:XAddr>"
    "<tds:Version><tt:Major>2</tt:Major><tt:Minor>6</tt:Minor></tds:Version></tds:Service>"
)


def clock(moment: datetime) -> str:
    time = f"<tt:Hour>{moment.hour}</tt:Hour><tt:Minute>{moment.minute}</tt:Minute>"
    date = f"<tt:Year>{moment.year}</tt:Year><tt:Month>{moment.month}</tt:Month>"
    return (
        "<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:UTCDateTime><tt:Time>"
        f"{time}<tt:Second>{moment.second}</tt:Second></tt:Time><tt:Date>{date}"
        f"<tt:Day>{moment.day}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
    )


NOW = datetime.fromisoformat(AT)


class Camera(Locked):
    """Device and media service; the media answers are in the media namespace."""

    def _answer(self, path, body):
        found = super()._answer(path, body)
        if b"GetProfiles" in body or b"GetVideoSources" in body:
            found = found.replace(b"tds:Get", b"trt:Get")
        return found


def camera(offset: timedelta = timedelta(0), **words) -> Camera:
    operations = {
        "GetSystemDateAndTime": clock(NOW + offset),
        "GetDeviceInformation": INFORMATION,
        "GetNetworkInterfaces": (
            '<tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled><tt:Info>'
            "<tt:Name>eth0</tt:Name><tt:HwAddress>28-57-BE-01-02-03</tt:HwAddress></tt:Info>"
            "</tds:NetworkInterfaces>"
        ),
        "GetScopes": (
            "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>onvif://a/b</tt:ScopeItem>"
            "</tds:Scopes>"
        ),
        "GetServices": SERVICES,
        "GetVideoSources": (
            '<trt:VideoSources token="v0"><tt:Framerate>25</tt:Framerate><tt:Resolution>'
            "<tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution></trt:VideoSources>"
        ),
        "GetProfiles": (
            '<trt:Profiles token="p0" fixed="true"><tt:Name>main</tt:Name>'
            '<tt:VideoSourceConfiguration token="c"><tt:Name>n</tt:Name><tt:UseCount>1</tt:UseCount>'
            '<tt:SourceToken>v0</tt:SourceToken><tt:Bounds x="0" y="0" width="1" height="1"/>'
            "</tt:VideoSourceConfiguration></trt:Profiles>"
        ),
    }
    operations |= words.pop("operations", {})
    return Camera(operations=operations, namespaces=f"{TT} {TRT}", **words)


async def ask(answer, password: str = PASSWORD, known=()):
    dialer = FakeDialer(ports={80: Port(answer=answer)})
    visit = Visit()
    where = target(80, seen=known)
    secret = Secret(user=USER, password=password, entry="e")
    session = HttpSession(dialer, where, secret, visit, probe="login-onvif")

    class AsProbe:
        name = "login-onvif"

        def ask(self, there, _):
            return LOGIN.ask(there, session)

    attempt, facts = await run_probe(AsProbe(), where, dialer, monotonic=ticks())
    return attempt, {fact.signal: fact.value for fact in facts}, dialer, visit


@pytest.mark.parametrize("schemes", [("MD5",), ("SHA-256",), ("token",)])
async def test_everything_is_read_with_each_scheme_and_one_attempt(schemes):
    device = camera(schemes=schemes)
    attempt, facts, _, visit = await ask(device)
    assert attempt.outcome is Ending.OK, attempt
    assert visit.state is State.ACCEPTED
    assert facts["onvif.model"] == "C-1"
    assert facts["onvif.serial"] == "SN1"
    assert facts["onvif.firmware"] == "V5.7.15 build 240201"
    assert facts["onvif.mac"] == "28:57:be:01:02:03"
    assert facts["onvif.scopes"] == "onvif://a/b"
    assert json.loads(facts["onvif.video_sources"])[0]["width"] == 1920
    assert json.loads(facts["onvif.profiles"])[0]["source"] == "v0"
    assert all(device.good)


@pytest.mark.parametrize("days", [-1, 1, 3650])
async def test_a_token_bears_the_time_of_the_device(days):
    device = camera(timedelta(days=days), schemes=("token",))
    attempt, _, _, _ = await ask(device)
    assert attempt.outcome is Ending.OK
    made = datetime.fromisoformat(device.created)
    assert abs(made - NOW - timedelta(days=days)) < timedelta(seconds=2)
    assert device.created.endswith("Z")


async def test_the_clock_is_asked_without_a_password():
    device = camera(schemes=("token",))
    await ask(device)
    assert b"GetSystemDateAndTime" in device.requests[0]
    assert b"UsernameToken" not in device.requests[0]


async def test_a_wrong_password_is_shown_once():
    for schemes in (("MD5",), ("token",)):
        device = camera(schemes=schemes)
        attempt, _, _, visit = await ask(device, "wrong-password")
        assert attempt.outcome is Ending.REFUSED
        assert device.good == [False]
        assert visit.state is State.REFUSED


async def test_the_media_service_is_asked_at_the_server_that_was_asked_not_where_it_says():
    device = camera()
    _, _, dialer, _ = await ask(device)
    assert {sent.port for sent in dialer.sent} == {80}
    assert any(sent.line.startswith("POST /onvif/Media ") for sent in dialer.sent)


async def test_where_no_onvif_is_no_password_is_shown_and_nothing_is_said():
    attempt, facts, dialer, visit = await ask(lambda _: [http(200, "<html>shop</html>")])
    assert attempt.outcome is Ending.OK
    assert facts == {}
    assert visit.state is State.NEW
    assert len(dialer.sent) == 1


async def test_an_operation_that_the_device_lacks_is_passed_over():
    device = camera()
    del device.operations["GetScopes"]
    attempt, facts, _, _ = await ask(device)
    assert attempt.outcome is Ending.OK
    assert "onvif.scopes" not in facts
    assert "onvif.profiles" in facts


async def test_broken_xml_loses_one_answer_and_not_the_others():
    device = camera(operations={"GetScopes": "<tds:Scopes><<<"})
    attempt, facts, _, _ = await ask(device)
    assert attempt.outcome is Ending.MALFORMED
    assert facts["onvif.model"] == "C-1"
    assert "onvif.services" in facts


async def test_answers_in_the_wrong_namespace_are_read_all_the_same():
    device = camera()
    right = device._answer

    def wrong(path, body):
        return right(path, body).replace(
            b"http://www.onvif.org/ver10/device/wsdl", b"http://www.onvif.org/ver99/device/wsdl"
        )

    device._answer = wrong
    _, facts, _, _ = await ask(device)
    assert facts["onvif.model"] == "C-1"
    assert facts["onvif.mac"] == "28:57:be:01:02:03"


@pytest.mark.parametrize(
    "prolog",
    ['<!DOCTYPE x [<!ENTITY a "b">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">'],
)
def test_a_document_type_is_refused(prolog):
    with pytest.raises(Malformed):
        _wsdl.read("GetScopes", (prolog + soap("GetScopes")).encode())


def test_only_reads_can_be_built():
    assert all(name.startswith("Get") for name in _wsdl.READS)
    for name in _wsdl.READS:
        text = _wsdl.message(name).decode()
        assert f":{name}" in text
        assert "UsernameToken" not in text
    with pytest.raises(KeyError):
        _wsdl.message("SystemReboot")


def test_the_wsdl_is_parsed_once_for_the_process():
    _wsdl.prepare()
    before = _wsdl._parsed.cache_info().misses
    _wsdl.prepare()
    _wsdl.message("GetScopes")
    assert _wsdl._parsed.cache_info().misses == before == 2


def test_zeep_can_send_nothing():
    wsdl = _wsdl._parsed("devicemgmt")
    with pytest.raises(Exception, match="zeep wanted to send"):
        wsdl.service.GetHostname()


def test_a_signed_message_never_holds_the_password():
    secret = Secret(user=USER, password=PASSWORD, entry="e")
    text = _wsdl.signed("GetScopes", secret, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)).decode()
    assert PASSWORD not in text
    assert "2026-01-02T03:04:05Z" in text
    assert "PasswordDigest" in text


def test_it_goes_where_onvif_answered_then_where_discovery_says_then_to_a_makers_web_port():
    envelope = seen("onvif.envelope", "<x/>", "tcp/8080", "onvif")
    xaddrs = seen("wsd.xaddrs", "http://192.0.2.7:8899/onvif/device_service", "udp/3702", "wsd")
    web = seen("http.headers", "[]", "tcp/80")
    ports = frozenset({80})
    none, some = frozenset[str](), frozenset({"axis"})
    assert LOGIN.endpoint(ports, (envelope, xaddrs), none) == (8080, False)
    assert LOGIN.endpoint(ports, (xaddrs, web), none) == (8899, False)
    assert LOGIN.endpoint(ports, (web,), some) == (80, False)
    assert LOGIN.endpoint(ports, (web,), none) is None
