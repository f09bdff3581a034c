"""What each family is asked behind a password, what becomes of the answers, and nothing more."""

import asyncio
import json
from collections.abc import Mapping

import pytest

from auditor.lab import guarded
from auditor.lab.fleet import Device, build
from auditor.lab.protocols._message import reply_of
from auditor.model.errors import ConnReset, Malformed
from auditor.model.facts import Observation
from auditor.probes.login import dahua, isapi, lapi, vapix
from auditor.probes.login._api import Login, LoginRefused, Scheme
from auditor.wire.http import Response
from tests.unit.probes.fakes import target

TRAP = "never-store-this"
LOGINS = {one.LOGIN.name: one.LOGIN for one in (isapi, dahua, vapix, lapi)}
PAGES: dict[str, tuple[str, list[str]]] = {
    "hikvision-login-old": (
        "login-isapi",
        ["GET /ISAPI/System/deviceInfo", "GET /ISAPI/System/Network/interfaces"],
    ),
    "prama-login": (
        "login-isapi",
        ["GET /pramaAPI/System/deviceInfo", "GET /pramaAPI/System/Network/interfaces"],
    ),
    "hikvision-nvr-16": (
        "login-isapi",
        [
            "GET /ISAPI/System/deviceInfo",
            "GET /ISAPI/System/Network/interfaces",
            "GET /ISAPI/ContentMgmt/InputProxy/channels",
            "GET /ISAPI/ContentMgmt/InputProxy/channels/status",
        ],
    ),
    "dahua-login-new": (
        "login-dahua",
        [
            "GET /cgi-bin/magicBox.cgi?action=getSystemInfo",
            "GET /cgi-bin/magicBox.cgi?action=getDeviceType",
            "GET /cgi-bin/magicBox.cgi?action=getSoftwareVersion",
            "GET /cgi-bin/magicBox.cgi?action=getVendor",
            "GET /cgi-bin/configManager.cgi?action=getConfig&name=Network",
        ],
    ),
    "dahua-nvr-16": (
        "login-dahua",
        [
            "GET /cgi-bin/magicBox.cgi?action=getSystemInfo",
            "GET /cgi-bin/magicBox.cgi?action=getDeviceType",
            "GET /cgi-bin/magicBox.cgi?action=getSoftwareVersion",
            "GET /cgi-bin/magicBox.cgi?action=getVendor",
            "GET /cgi-bin/configManager.cgi?action=getConfig&name=Network",
            "GET /cgi-bin/configManager.cgi?action=getConfig&name=RemoteDevice",
        ],
    ),
    "axis-login-new": ("login-vapix", ["POST /axis-cgi/basicdeviceinfo.cgi"]),
    "axis-login-old": (
        "login-vapix",
        [
            "POST /axis-cgi/basicdeviceinfo.cgi",
            "GET /axis-cgi/param.cgi?action=list&group=root.Brand",
            "GET /axis-cgi/param.cgi?action=list&group=root.Properties.Firmware",
            "GET /axis-cgi/param.cgi?action=list&group=root.Properties.System",
        ],
    ),
    "uniview-login-new": ("login-lapi", ["GET /LAPI/V1.0/System/DeviceInfo"]),
    "uniview-nvr": (
        "login-lapi",
        [
            "GET /LAPI/V1.0/System/DeviceInfo",
            "GET /LAPI/V1.0/Channels/System/ChannelDetailInfos",
            "GET /LAPI/V1.0/Channels/System/DeviceInfos",
        ],
    ),
}


class FakeSession:
    """Answers from a table; 404 for the rest. Keeps what was asked."""

    def __init__(self, pages: Mapping[str, Response | Exception]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.scheme: Scheme | None = Scheme.DIGEST_MD5

    async def get(self, path: str, *, accept: str = "*/*") -> Response:
        del accept
        return self._answer("GET", path)

    async def post(self, path, body, *, content_type, headers=None) -> Response:
        del body, content_type, headers
        return self._answer("POST", path)

    def _answer(self, method: str, path: str) -> Response:
        self.asked.append(f"{method} {path}")
        found = self.pages.get(f"{method} {path}", page(b"", 404))
        if isinstance(found, Exception):
            raise found
        return found


def page(body: bytes, status: int = 200) -> Response:
    return Response(status=status, reason="", version="HTTP/1.1", headers=(), body=body)


def device(name: str) -> Device:
    return build(guarded.read(guarded.FOLDER / f"{name}.toml"), 1, "192.0.2.7")


def behind(name: str) -> dict[str, Response | Exception]:
    """The pages that a login opens on a persona."""
    return {
        f"{route.text('method', 'GET')} {route.text('path')}": page(reply_of(route).body)
        for service in device(name).services
        if service.proto in {"http", "https"}
        for route in service.data.tables("route")
        if route.flag("login", default=False)
    }


def run(
    login: Login, session: FakeSession, *seen: Observation
) -> tuple[list[Observation], Exception | None]:
    facts: list[Observation] = []

    async def ask_one_by_one() -> Exception | None:
        try:
            async for fact in login.ask(target(80, seen=seen), session):
                facts.append(fact)  # noqa: PERF401 - what came before a failure counts
        except (Malformed, LoginRefused, ConnReset) as error:
            return error
        return None

    return facts, asyncio.run(ask_one_by_one())


def seen(value: str) -> Observation:
    return Observation(signal="http.title", value=value, endpoint="tcp/80", probe="http")


def of(facts: list[Observation], signal: str) -> str:
    (value,) = [fact.value for fact in facts if fact.signal == signal]
    return value


@pytest.mark.parametrize("name", sorted(PAGES))
def test_exactly_the_pages_of_the_send_list_are_asked(name):
    family, wanted = PAGES[name]
    session = FakeSession(behind(name))
    hint = (seen("PRAMA"),) if "prama" in name else ()
    facts, error = run(LOGINS[family], session, *hint)
    assert error is None
    assert session.asked == wanted
    assert facts
    assert {fact.signal for fact in facts} <= LOGINS[family].yields
    for line in wanted:  # and the line for people names each of them
        words = line.rpartition("=")[2] if "=" in line else line.rpartition("/")[2]
        assert words in LOGINS[family].sends


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_secret_that_a_device_gives_back_reaches_an_observation(name):
    pages = behind(name)
    if "vapix" not in PAGES[name][0] and name != "prama-login":
        assert any(TRAP.encode() in one.body for one in pages.values() if isinstance(one, Response))
    facts, _ = run(LOGINS[PAGES[name][0]], FakeSession(pages))
    assert facts
    assert not any(TRAP in fact.value for fact in facts)


@pytest.mark.parametrize(("name", "count"), [("hikvision-nvr-16", 16), ("dahua-nvr-16", 16)])
def test_a_recorder_tells_sixteen_channels_with_model_serial_and_firmware(name, count):
    facts, _ = run(LOGINS[PAGES[name][0]], FakeSession(behind(name)))
    told = json.loads(of(facts, "recorder.channels"))["channels"]
    assert len(told) == count
    assert all({"address", "model", "serial", "firmware"} <= set(one) for one in told)


def test_a_camera_is_not_asked_for_channels():
    facts, _ = run(LOGINS["login-dahua"], FakeSession(behind("dahua-login-new")))
    assert not [fact for fact in facts if fact.signal == "recorder.channels"]


def test_a_recorder_that_refuses_its_list_says_so_and_keeps_its_identity():
    pages = behind("hikvision-nvr-16")
    pages["GET /ISAPI/ContentMgmt/InputProxy/channels"] = page(b"", 403)
    facts, error = run(LOGINS["login-isapi"], FakeSession(pages))
    assert error is None
    assert "DS-7616NI-K2/16P" in of(facts, "isapi.device_info")
    assert json.loads(of(facts, "recorder.channels")) == {
        "channels": [],
        "why": "channels: HTTP 403",
    }


def test_a_recorder_without_a_status_list_has_channels_of_unknown_state():
    pages = behind("hikvision-nvr-16")
    del pages["GET /ISAPI/ContentMgmt/InputProxy/channels/status"]
    facts, error = run(LOGINS["login-isapi"], FakeSession(pages))
    assert error is None
    assert not any(
        "online" in one for one in json.loads(of(facts, "recorder.channels"))["channels"]
    )


def test_facts_that_came_before_a_refusal_are_kept():
    pages = behind("hikvision-nvr-16")
    pages["GET /ISAPI/ContentMgmt/InputProxy/channels"] = LoginRefused("no")
    facts, error = run(LOGINS["login-isapi"], FakeSession(pages))
    assert isinstance(error, LoginRefused)
    assert {fact.signal for fact in facts} == {"isapi.device_info", "isapi.network"}


def test_a_refusal_at_the_first_question_is_not_tried_elsewhere():
    session = FakeSession({"GET /ISAPI/System/deviceInfo": LoginRefused("no")})
    facts, error = run(LOGINS["login-isapi"], session)
    assert isinstance(error, LoginRefused)
    assert not facts
    assert session.asked == ["GET /ISAPI/System/deviceInfo"]


@pytest.mark.parametrize("trouble", [page(b""), ConnReset("gone"), page(b"", 404)])
def test_a_label_with_a_prefix_of_its_own_is_found(trouble):
    pages = behind("prama-login")
    pages["GET /ISAPI/System/deviceInfo"] = trouble
    session = FakeSession(pages)
    facts, error = run(LOGINS["login-isapi"], session)
    assert error is None
    assert session.asked[:2] == ["GET /ISAPI/System/deviceInfo", "GET /pramaAPI/System/deviceInfo"]
    assert "PT-NBS2B28-K4" in of(facts, "isapi.device_info")


def test_an_identity_that_is_no_xml_is_malformed_and_the_rest_is_asked_all_the_same():
    session = FakeSession(behind("hikvision-login-broken"))
    facts, error = run(LOGINS["login-isapi"], session)
    assert isinstance(error, Malformed)
    assert {fact.signal for fact in facts} == {"isapi.network"}
    assert session.asked == [
        "GET /ISAPI/System/deviceInfo",
        "GET /ISAPI/System/Network/interfaces",
    ]


def test_the_serial_number_is_asked_for_only_where_the_system_information_lacks_it():
    pages = behind("dahua-login-new")
    pages["GET /cgi-bin/magicBox.cgi?action=getSystemInfo"] = page(b"deviceType=IPC-X1\r\n")
    pages["GET /cgi-bin/magicBox.cgi?action=getSerialNo"] = page(b"sn=4M0747EPAA1D284\r\n")
    session = FakeSession(pages)
    facts, _ = run(LOGINS["login-dahua"], session)
    assert "GET /cgi-bin/magicBox.cgi?action=getSerialNo" in session.asked
    assert json.loads(of(facts, "magicbox.info"))["sn"] == "4M0747EPAA1D284"


@pytest.mark.parametrize(
    ("family", "maker"),
    [
        ("login-isapi", "hikvision"),
        ("login-dahua", "dahua"),
        ("login-vapix", "axis"),
        ("login-lapi", "uniview"),
    ],
)
def test_a_family_logs_in_only_at_devices_of_its_makers(family, maker):
    web = Observation(signal="http.headers", value="[]", endpoint="tcp/80", probe="http")
    ports = frozenset({80})
    assert LOGINS[family].endpoint(ports, (web,), frozenset({maker})) == (80, False)
    assert LOGINS[family].endpoint(ports, (web,), frozenset({"bosch"})) is None
    assert LOGINS[family].endpoint(ports, (), frozenset({maker})) is None


def test_a_server_that_takes_only_basic_is_asked_over_tls_where_it_has_that():
    basic = json.dumps([["WWW-Authenticate", 'Basic realm="x"']])
    plain = Observation(signal="http.headers", value=basic, endpoint="tcp/80", probe="http")
    secure = Observation(signal="http.headers", value=basic, endpoint="tcp/443", probe="http")
    login = LOGINS["login-isapi"]
    ports = frozenset({80, 443})
    assert login.endpoint(ports, (plain, secure), frozenset({"hikvision"})) == (443, True)
    assert login.endpoint(ports, (plain,), frozenset({"hikvision"})) == (80, False)
