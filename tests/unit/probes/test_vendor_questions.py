"""The probes that ask one family's question: ISAPI, magicBox, VAPIX, the login page, the icon."""

import pytest

from auditor.model.words import Ending
from auditor.wire import favicon as hashes
from tests.unit.probes import devices
from tests.unit.probes.asking import PROBE, ask
from tests.unit.probes.devices import ICON, PROPERTIES, isapi_web, rpc_web, vapix_web
from tests.unit.probes.fakes import ADDRESS, Port, Silence, always, answered, http, paths, seen

HTML = ("Content-Type", "text/html")


# isapi


async def test_isapi_gives_activation_description_and_realm():
    asked = await ask("isapi", Port(answer=isapi_web()))
    assert asked.outcome is Ending.OK
    assert "<Activated>true" in asked.only("isapi.xml")
    assert devices.SERIAL in asked.only("ssdp.description")
    assert asked.only("http.auth_realm") == "IP Camera(C2183)"
    assert asked.lines == [
        "GET /SDK/activateStatus",
        "GET /upnpdevicedesc.xml",
        "GET /ISAPI/System/deviceInfo",
    ]


async def test_isapi_leaves_out_the_question_for_a_realm_that_is_known():
    realm = seen("http.auth_realm", "x", "tcp/80")
    asked = await ask("isapi", Port(answer=isapi_web()), realm)
    assert len(asked.lines) == 2


@pytest.mark.parametrize(
    ("wants", "lines"),
    [
        (["isapi.xml"], ["GET /SDK/activateStatus"]),
        (["ssdp.description"], ["GET /upnpdevicedesc.xml"]),
        (["http.auth_realm"], ["GET /ISAPI/System/deviceInfo"]),
        ([], []),
    ],
)
async def test_isapi_leaves_out_what_could_tell_nothing_new(wants, lines):
    asked = await ask("isapi", Port(answer=isapi_web()), wants=wants)
    assert asked.lines == lines


async def test_the_realm_of_the_onvif_service_is_not_that_of_the_web_server():
    realm = seen("http.auth_realm", "x", "tcp/80", "onvif")
    asked = await ask("isapi", Port(answer=isapi_web()), realm)
    assert len(asked.lines) == 3


async def test_isapi_takes_device_information_that_is_open_to_anyone():
    info = '<DeviceInfo xmlns="http://www.isapi.org/ver20/XMLSchema"><model>X</model></DeviceInfo>'
    asked = await ask("isapi", Port(answer=paths({"/ISAPI/System/deviceInfo": (http(200, info),)})))
    assert asked.only("isapi.device_info") == info


async def test_isapi_takes_a_status_document_of_a_refusal():
    status = '<ResponseStatus xmlns="http://www.std-cgi.com/ver20/XMLSchema"/>'
    asked = await ask("isapi", always(http(403, status)))
    assert asked.only("isapi.xml") == status


async def test_a_server_with_one_page_for_everything_is_asked_once():
    asked = await ask("isapi", always(http(200, "<html><title>app</title></html>", HTML)))
    assert (len(asked.lines), asked.facts, asked.outcome) == (1, (), Ending.OK)


@pytest.mark.parametrize(
    "body", ["<Error>no such key</Error>", '{"error": 404}', "hello", "", "<root/><html"]
)
async def test_documents_of_strangers_are_no_isapi_facts(body):
    asked = await ask("isapi", always(http(200, body)))
    assert not {"isapi.xml", "isapi.device_info"} & {fact.signal for fact in asked.facts}


async def test_an_empty_reply_to_one_question_does_not_lose_the_others():
    table = {"/SDK/activateStatus": (), "/upnpdevicedesc.xml": (http(200, devices.DESCRIPTION),)}
    asked = await ask("isapi", Port(answer=paths(table)))
    assert asked.outcome is Ending.MALFORMED
    assert len(asked.of("ssdp.description")) == 1


# magicbox


async def test_magicbox_gives_the_realm():
    asked = await ask("magicbox", Port(answer=rpc_web()))
    assert asked.only("http.auth_realm") == "Login to 4M0747EPAA1D284"
    assert asked.lines == ["GET /cgi-bin/magicBox.cgi?action=getSystemInfo"]


async def test_magicbox_does_not_read_what_should_have_been_refused():
    asked = await ask("magicbox", always(http(200, "serialNumber=1L047ACPAW00037\r\n")))
    assert asked.facts == ()


async def test_magicbox_is_pointless_where_the_realm_is_known():
    realm = seen("http.auth_realm", "x", "tcp/80")
    assert PROBE["magicbox"].endpoints(frozenset({80}), (*answered(80), realm)) == ()
    assert (await ask("magicbox", Port(answer=rpc_web()), realm)).lines == []


# axis


async def test_axis_gives_the_property_list_as_sent():
    asked = await ask("axis", Port(answer=vapix_web()))
    assert asked.only("axis.basicdeviceinfo") == PROPERTIES


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (http(200, '{"error": {"code": 2003}}'), Ending.OK),
        (http(200, "[]"), Ending.OK),
        (http(404, "nothing"), Ending.OK),
        (http(200, "<html>app</html>", HTML), Ending.OK),
        (http(200, "[" * 30_000), Ending.MALFORMED),
        (http(200, "1" * 30_000), Ending.MALFORMED),
        (http(200, "{"), Ending.MALFORMED),
    ],
)
async def test_axis_takes_nothing_but_a_property_list(answer, outcome):
    asked = await ask("axis", always(answer))
    assert (asked.facts, asked.outcome) == ((), outcome)


async def test_axis_gives_the_realm_of_a_refusal():
    refusal = http(401, "", ("WWW-Authenticate", 'Digest realm="AXIS_ACCC8E010203", nonce="x"'))
    asked = await ask("axis", always(refusal))
    assert asked.only("http.auth_realm") == "AXIS_ACCC8E010203"


# loginpage


async def test_the_login_page_gives_title_and_text():
    asked = await ask("loginpage", Port(answer=isapi_web()))
    assert asked.only("http.title") == "login"
    assert asked.lines == ["GET /doc/page/login.asp"]


async def test_an_error_page_is_no_login_page():
    assert (await ask("loginpage", always(http(404, "<title>404</title>")))).facts == ()


def test_a_login_page_that_was_led_to_is_not_asked_again():
    led = seen("http.location", "/doc/page/login.asp?_", "tcp/80")
    assert PROBE["loginpage"].endpoints(frozenset({80}), (*answered(80), led)) == ()


# favicon


async def test_the_icon_gives_both_hashes():
    asked = await ask("favicon", Port(answer=isapi_web()))
    assert asked.only("http.favicon_md5") == hashes.md5(ICON)
    assert asked.only("http.favicon_mmh3") == hashes.mmh3(ICON)


@pytest.mark.parametrize(
    ("body", "location", "line"),
    [
        ('<link rel="icon" href="/img/a.png?v=3">', None, "GET /img/a.png"),
        ('<link rel="shortcut icon" href="img/a.ico">', None, "GET /img/a.ico"),
        ('<link rel="icon" href="../a.ico">', "/doc/page/login.asp", "GET /doc/a.ico"),
        (f'<link rel="icon" href="http://{ADDRESS}/a.svg">', None, "GET /a.svg"),
        ('<link rel="icon" href="http://203.0.113.9/a.ico">', None, "GET /favicon.ico"),
        ('<link rel="icon" href="data:image/png;base64,AAAA">', None, "GET /favicon.ico"),
        ('<link rel="icon" href="/cgi-bin/icon.cgi">', None, "GET /favicon.ico"),
        ('<link rel="icon" href="/reboot">', None, "GET /favicon.ico"),
        ("<p>none", None, "GET /favicon.ico"),
    ],
)
async def test_the_icon_that_the_page_names_on_its_server_is_asked_for(body, location, line):
    facts = [seen("http.body", body, "tcp/80")]
    if location is not None:
        facts = [
            seen("http.location", location, "tcp/80"),
            seen("http.body", "<script>", "tcp/80"),
            *facts,
        ]
    assert (await ask("favicon", Port(answer=isapi_web()), *facts)).lines == [line]


@pytest.mark.parametrize(
    "answer",
    [
        http(404, "no"),
        http(200, ""),
        http(200, "<!DOCTYPE html><p>app"),
        http(200, "x", HTML),
    ],
)
async def test_a_page_or_nothing_is_no_icon(answer):
    assert (await ask("favicon", always(answer))).facts == ()


async def test_a_part_of_an_icon_gives_no_hash():
    short = http(200, ICON).replace(b"Content-Length: 8", b"Content-Length: 9")
    assert short != http(200, ICON)
    asked = await ask("favicon", always(short))
    assert (asked.facts, asked.outcome) == ((), Ending.MALFORMED)
    asked = await ask("favicon", always(short, Silence))
    assert (asked.facts, asked.outcome) == ((), Ending.TIMEOUT)


def test_a_known_icon_is_not_asked_for_again():
    known = seen("http.favicon_md5", "00", "tcp/443")
    assert PROBE["favicon"].endpoints(frozenset({80}), (*answered(80), known)) == ()


# where vendor questions go


@pytest.mark.parametrize("name", ["isapi", "magicbox", "axis", "loginpage", "favicon"])
def test_vendor_questions_go_only_where_http_answered_and_to_the_plain_port(name):
    opened = frozenset({80, 443, 554, 8000})
    assert PROBE[name].endpoints(opened, ()) == ()
    assert PROBE[name].endpoints(opened, answered(443)) == (("tcp", 443, True),)
    assert PROBE[name].endpoints(opened, answered(80, 443)) == (("tcp", 80, False),)


@pytest.mark.parametrize("name", ["isapi", "magicbox", "axis", "loginpage", "favicon"])
def test_vendor_questions_follow_a_server_that_has_moved_to_tls(name):
    moved = seen("http.location", f"https://{ADDRESS}/", "tcp/80")
    found = PROBE[name].endpoints(frozenset({80, 443}), (*answered(80, 443), moved))
    assert found == (("tcp", 443, True),)
