"""Our hand-written SOAP agrees with the WSDL that ONVIF publishes (shipped with onvif-zeep)."""

import warnings
from importlib import metadata
from pathlib import Path

import pytest
from lxml import etree
from zeep import Client, Transport

from auditor.wire import soap

SAMPLES = Path(__file__).parents[2] / "replies" / "onvif"
TDS = f"{{{soap.NAMESPACE}}}"
pytestmark = pytest.mark.slow


def _wsdl() -> Path:
    listed = metadata.files("onvif-zeep") or ()
    return Path(next(one for one in listed if one.name == "devicemgmt.wsdl").locate())


class _Deaf(Transport):
    """Reads files beside the WSDL and nothing else."""

    def _load_remote_data(self, url: str) -> bytes:
        raise AssertionError(f"the WSDL set is not complete: {url}")


@pytest.fixture(scope="module")
def client() -> Client:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zeep's own deprecations
        return Client(str(_wsdl()), transport=_Deaf())


@pytest.fixture(scope="module")
def service(client: Client) -> object:
    return client.create_service(
        "{http://www.onvif.org/ver10/device/wsdl}DeviceBinding", "http://x/"
    )


def _zeep(service: object, name: str, sample: str) -> object:
    """What zeep makes of a sample reply."""
    binding = service._binding
    envelope = etree.fromstring((SAMPLES / sample / "reply.xml").read_bytes())
    return binding.get(name).process_reply(envelope)


ARGUMENTS = {"GetCapabilities": {"Category": ["All"]}, "GetServices": {"IncludeCapability": False}}


def _shape(element: etree._Element) -> tuple[str, str | None, list[object]]:
    return element.tag, element.text, [_shape(one) for one in element]


@pytest.mark.parametrize("name", sorted(soap.OPERATIONS))
def test_operation_body_is_what_zeep_would_send(client: Client, service: object, name: str) -> None:
    ours = etree.fromstring(soap.OPERATIONS[name])[0][0]
    envelope = client.create_message(service, name, **ARGUMENTS.get(name, {}))
    assert _shape(ours) == _shape(envelope[0][0])


def test_operation_with_a_wrong_child_would_be_noticed(client: Client) -> None:
    element = client.get_element(TDS + "GetServices")
    wrong = etree.fromstring(f'<t:GetServices xmlns:t="{soap.NAMESPACE}"><t:Foo/></t:GetServices>')
    with pytest.raises(Exception, match=r"Foo|IncludeCapability"):
        element.parse(wrong, client.wsdl.types)


def test_device_information_reads_as_zeep_reads_it(service: object) -> None:
    sample = "generic-get-device-information"
    theirs = _zeep(service, "GetDeviceInformation", sample)
    ours = soap.device_information(soap.decode((SAMPLES / sample / "reply.xml").read_bytes()))
    assert (theirs.Manufacturer, theirs.Model, theirs.FirmwareVersion) == (
        ours.manufacturer,
        ours.model,
        ours.firmware,
    )
    assert (theirs.SerialNumber, theirs.HardwareId) == (ours.serial, ours.hardware_id)


def test_network_interfaces_read_as_zeep_reads_them(service: object) -> None:
    sample = "generic-get-network-interfaces"
    theirs = _zeep(service, "GetNetworkInterfaces", sample)
    ours = soap.macs(soap.decode((SAMPLES / sample / "reply.xml").read_bytes()))
    assert tuple(one.Info.HwAddress.replace("-", ":").lower() for one in theirs) == ours


def test_scopes_services_and_hostname_read_as_zeep_reads_them(service: object) -> None:
    def ours(sample: str) -> soap.Reply:
        return soap.decode((SAMPLES / sample / "reply.xml").read_bytes())

    theirs = _zeep(service, "GetScopes", "generic-get-scopes")
    assert tuple(one.ScopeItem for one in theirs) == soap.scopes(ours("generic-get-scopes"))
    theirs = _zeep(service, "GetServices", "generic-get-services")
    assert tuple((one.Namespace, one.XAddr) for one in theirs) == soap.services(
        ours("generic-get-services")
    )
    theirs = _zeep(service, "GetHostname", "axis-get-hostname")
    assert theirs.Name == soap.hostname(ours("axis-get-hostname"))


def test_clock_reads_as_zeep_reads_it(service: object) -> None:
    sample = "hikvision-get-system-date-and-time"
    moment = _zeep(service, "GetSystemDateAndTime", sample).UTCDateTime
    date, time = moment.Date, moment.Time
    assert soap.clock(soap.decode((SAMPLES / sample / "reply.xml").read_bytes())) == (
        f"{date.Year:04}-{date.Month:02}-{date.Day:02}"
        f"T{time.Hour:02}:{time.Minute:02}:{time.Second:02}Z"
    )
