"""Scripted hosts that answer as the protocol facts say real families do."""

import base64

from tests.unit.probes.fakes import (
    ADDRESS,
    FakeDialer,
    Handler,
    Port,
    Script,
    fault,
    http,
    operation_of,
    paths,
    rtsp,
    soap,
)

ICON = b"\x00\x00\x01\x00icon"
DIGEST = 'Digest qop="auth", realm="IP Camera(C2183)", nonce="4e6a", stale="FALSE"'
SERIAL = "DS-2CD2042WD-I20170101AAWR123456789"
NONCE = base64.b64encode(b"onvif-digest:123456789").decode()
LOGIN_TO = f'Digest realm="Login to 4M0747EPAA1D284", qop="auth", nonce="{NONCE}", opaque=""'

ACTIVATED = (
    '<?xml version="1.0"?><ActivateStatus version="1.0"'
    ' xmlns="http://www.hikvision.com/ver10/XMLSchema"><Activated>true</Activated></ActivateStatus>'
)
DESCRIPTION = (
    '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>'
    "<deviceType>urn:schemas-upnp-org:device:EmbeddedNetDevice:1</deviceType>"
    f"<serialNumber>{SERIAL}</serialNumber></device></root>"
)
CLOCK = (
    "<tds:SystemDateAndTime><UTCDateTime><Time><Hour>9</Hour><Minute>8</Minute><Second>7</Second>"
    "</Time><Date><Year>2026</Year><Month>11</Month><Day>21</Day></Date></UTCDateTime>"
    "</tds:SystemDateAndTime>"
)
INFORMATION = (
    "<tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>X-1</tds:Model>"
    "<tds:FirmwareVersion>V5.5.0 build 170725</tds:FirmwareVersion>"
    f"<tds:SerialNumber>{SERIAL}</tds:SerialNumber><tds:HardwareId>88</tds:HardwareId>"
)
SCOPES = "".join(
    f"<tds:Scopes><ScopeItem>onvif://www.onvif.org/{one}</ScopeItem></tds:Scopes>"
    for one in ("type/video_encoder", "hardware/X-1", "MAC/28:57:be:01:02:03")
)
INTERFACES = (
    "<tds:NetworkInterfaces><Info><HwAddress>28:57:be:01:02:03</HwAddress></Info>"
    "</tds:NetworkInterfaces>"
)
SERVICES = (
    "<tds:Service><tds:Namespace>http://www.onvif.org/ver10/device/wsdl</tds:Namespace>"
    f"<tds:XAddr>http://{ADDRESS}/onvif/device_service</tds:XAddr></tds:Service>"
)
OPEN_ONVIF: dict[str, str] = {
    "GetSystemDateAndTime": CLOCK,
    "GetDeviceInformation": INFORMATION,
    "GetCapabilities": "<tds:Capabilities><hikCapabilities/></tds:Capabilities>",
    "GetScopes": SCOPES,
    "GetNetworkInterfaces": INTERFACES,
    "GetServices": SERVICES,
    "GetEndpointReference": "<tds:GUID>urn:uuid:aa85c000-6324-11b3-819e-5850ed1fe385</tds:GUID>",
    "GetHostname": "<tds:HostnameInformation><Name>cam-7</Name></tds:HostnameInformation>",
}
READ_SYSTEM = {"GetDeviceInformation", "GetScopes", "GetNetworkInterfaces"}


def onvif(request: bytes, *, refuse: set[str] = READ_SYSTEM, how: str = "digest") -> Script:
    """An ONVIF service that refuses some operations."""
    operation = operation_of(request) or ""
    if operation in refuse:
        if how == "digest":
            return (http(401, b"", ("WWW-Authenticate", LOGIN_TO)),)
        return (http(400, fault()),)
    return (http(200, soap(operation, OPEN_ONVIF[operation]), ("Server", "gSOAP/2.8")),)


def rtsp_server(*headers: tuple[str, str], sdp: bytes = b"") -> Handler:
    """An RTSP server that asks for a password, or gives a stream away."""

    def answer(request: bytes) -> Script:
        if request.startswith(b"OPTIONS"):
            return (rtsp(200, b"", ("CSeq", "1"), *headers, ("Public", "OPTIONS, DESCRIBE, PLAY")),)
        if sdp:
            return (rtsp(200, sdp, ("CSeq", "2"), ("Content-Type", "application/sdp")),)
        return (rtsp(401, b"", ("CSeq", "2"), *headers, ("WWW-Authenticate", DIGEST)),)

    return answer


def isapi_web() -> Handler:
    """A web server of the ISAPI family, with ONVIF on the same port."""
    page = (
        '<script>window.location.href = "/doc/page/login.asp?_" + (new Date()).getTime()</script>'
    )
    server = ("Server", "App-webs/")
    table: dict[str, Script] = {
        "/": (http(200, page, server, ("ETag", '"0-2c0-1e0"')),),
        "/doc/page/login.asp": (
            http(200, '<title>login</title><link rel="icon" href="../../favicon.ico?v=2">', server),
        ),
        "/favicon.ico": (http(200, ICON, ("Content-Type", "image/x-icon")),),
        "/SDK/activateStatus": (http(200, ACTIVATED, ("Content-Type", "application/xml")),),
        "/upnpdevicedesc.xml": (http(200, "\ufeff" + DESCRIPTION),),
        "/ISAPI/System/deviceInfo": (http(401, b"", ("WWW-Authenticate", DIGEST)),),
    }
    web = paths(table)
    return lambda request: onvif(request) if b"/onvif/" in request[:80] else web(request)


def rpc_web() -> Handler:
    """A web server without a Server header whose realm holds the serial."""
    refused = http(401, b"", ("WWW-Authenticate", LOGIN_TO))
    table: dict[str, Script] = {
        "/": (http(200, "<title>WEB SERVICE</title>", ("CONNECTION", "close"), ("P3P", "CP=CAO")),),
        "/cgi-bin/magicBox.cgi?action=getSystemInfo": (refused,),
    }
    web = paths(table)
    return lambda request: onvif(request) if b"/onvif/" in request[:80] else web(request)


PROPERTIES = (
    '{"apiVersion":"1.0","data":{"propertyList":{"Brand":"AXIS","SerialNumber":"ACCC8E010203"}}}'
)


def vapix_web() -> Handler:
    """A web server that gives its basic device information to anyone."""
    return paths(
        {
            "/": (http(301, b"", ("Location", "/camera/index.html#/live"), ("Server", "Apache")),),
            "/camera/index.html": (http(200, "<title>AXIS</title>"),),
            "/axis-cgi/basicdeviceinfo.cgi": (http(200, PROPERTIES),),
        }
    )


def fleet() -> dict[str, FakeDialer]:
    """One host of each sort."""
    camera = Port(answer=isapi_web())
    secure = Port(answer=isapi_web(), tls=True)
    dahua = Port(answer=rpc_web())
    return {
        "isapi": FakeDialer(
            ports={
                80: camera,
                443: secure,
                554: Port(answer=rtsp_server(("Date", "Thu, May 14 2020"))),
            }
        ),
        "rpc": FakeDialer(ports={80: dahua, 554: Port(answer=rtsp_server()), 37777: dahua}),
        "vapix": FakeDialer(
            ports={80: Port(answer=vapix_web()), 554: Port(answer=rtsp_server(sdp=b"v=0\r\n"))}
        ),
        "open-onvif": FakeDialer(
            ports={8899: Port(answer=lambda request: onvif(request, refuse=set()))}
        ),
    }
