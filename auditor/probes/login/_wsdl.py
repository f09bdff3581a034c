"""zeep and onvif-zeep's WSDL set: builds ONVIF messages and reads replies. It sends nothing.

The WSDL files are parsed once for the process. onvif-zeep's own code is never imported: its
``ONVIFCamera`` creates a subscription on the device, sends a user name token even without a user,
and changes the process's proxy variables and logging.
"""

import threading
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from functools import cache
from importlib import metadata
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

import zeep
from lxml import etree  # type: ignore[import-untyped]
from zeep.transports import Transport
from zeep.wsse.username import UsernameToken

from auditor.model.errors import Malformed, ToolError
from auditor.probes.login._api import Secret
from auditor.wire import xml

READS: Final[Mapping[str, tuple[str, Mapping[str, object]]]] = MappingProxyType(
    {
        "GetDeviceInformation": ("devicemgmt", {}),
        "GetNetworkInterfaces": ("devicemgmt", {}),
        "GetScopes": ("devicemgmt", {}),
        "GetServices": ("devicemgmt", {"IncludeCapability": False}),
        "GetVideoSources": ("media", {}),
        "GetProfiles": ("media", {}),
    }
)
"""Operation → the WSDL that has it, and its arguments. Nothing else is ever built."""

CONTENT_TYPE: Final = "application/soap+xml; charset=utf-8"
_DISTRIBUTION: Final = "onvif-zeep"
_SETTINGS: Final = zeep.Settings(
    strict=False, xml_huge_tree=False, forbid_dtd=True, forbid_entities=True, forbid_external=True
)
_LOCK: Final = threading.Lock()


class _Shelf(Transport):
    """Reads the WSDL files of the package, and can do nothing else."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.session.close()

    def load(self, url: str) -> bytes:  # type: ignore[explicit-override]
        """The bytes of a local file.

        Raises:
            ToolError: it is an address, and no WSDL is fetched from a network.
        """
        if urlsplit(url).scheme in {"http", "https", "ftp"}:
            raise ToolError(f"{_DISTRIBUTION}: {url} is not among its files")
        loaded: bytes = super().load(url)  # type: ignore[no-untyped-call]
        return loaded

    def post(self, address: str, *_: object, **__: object) -> None:  # type: ignore[explicit-override]
        """Refuse: questions go through the session.

        Raises:
            ToolError: always.
        """
        raise ToolError(f"zeep wanted to send to {address}")

    get = post
    post_xml = post


class _Wsdl:
    """One parsed WSDL."""

    def __init__(self, place: str) -> None:
        self.client = zeep.Client(place, transport=_Shelf(), settings=_SETTINGS)  # type: ignore[no-untyped-call]
        name, binding = next(iter(self.client.wsdl.bindings.items()))
        self.binding: Any = binding
        self.service = self.client.create_service(name, "")  # type: ignore[no-untyped-call]


@cache
def _parsed(name: str) -> _Wsdl:
    listed = metadata.files(_DISTRIBUTION) or ()
    found = next((one for one in listed if one.name == f"{name}.wsdl"), None)
    if found is None:
        raise ToolError(f"{_DISTRIBUTION} is installed without its WSDL files")
    return _Wsdl(str(found.locate()))


def prepare() -> None:
    """Parse the WSDL files now (about a third of a second), once for the process.

    Raises:
        ToolError: they are not installed.
    """
    with _LOCK:
        for name in dict.fromkeys(wsdl for wsdl, _ in READS.values()):
            _parsed(name)


@cache
def _built(operation: str) -> Any:  # noqa: ANN401 - lxml has no types
    """The envelope of an operation, built once; whoever changes it changes a copy."""
    wsdl, arguments = READS[operation]
    with _LOCK:
        parsed = _parsed(wsdl)
    return parsed.client.create_message(parsed.service, operation, **arguments)  # type: ignore[no-untyped-call]


@cache
def message(operation: str) -> bytes:
    """The SOAP message that asks for one of :data:`READS`, without any name in it."""
    return _text(_built(operation))


def signed(operation: str, secret: Secret, created: datetime) -> bytes:
    """The same message with a WS-UsernameToken (password digest).

    Args:
        operation: one of :data:`READS`.
        secret: whose token.
        created: the device's own time in UTC; devices refuse a token that is minutes off.
    """
    envelope = deepcopy(_built(operation))
    token = UsernameToken(  # type: ignore[no-untyped-call]
        secret.user, secret.password, use_digest=True, created=created, zulu_timestamp=True
    )
    token.apply(envelope, {})  # type: ignore[no-untyped-call]
    return _text(envelope)


def _text(envelope: Any) -> bytes:  # noqa: ANN401 - lxml has no types
    written: bytes = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
    return written


def read(operation: str, body: bytes) -> Any:  # noqa: ANN401 - the shape is the WSDL's
    """What a reply says, in zeep's objects.

    The bytes go through the guarded parser first (no DTD, no entities, capped in size, depth and
    nodes), and what it accepted is what zeep reads.

    Raises:
        Malformed: it is no answer to that operation.
    """
    guarded = xml.document(body).text
    if guarded.startswith("<?xml"):
        guarded = guarded.partition("?>")[2]  # it declares the encoding of other bytes
    wsdl, _ = READS[operation]
    parsed = _parsed(wsdl)
    asked = parsed.binding.get(operation)
    reply = _Reply(guarded.encode())
    try:
        return parsed.binding.process_reply(parsed.client, asked, reply)
    except Exception as error:
        raise Malformed(f"{operation}: {type(error).__name__}") from error


class _Reply:
    """As much of a ``requests`` response as zeep's bindings look at."""

    status_code = 200
    encoding = "utf-8"

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.headers = {"Content-Type": "application/soap+xml"}
