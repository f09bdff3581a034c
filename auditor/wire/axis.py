"""VAPIX basic device information: what an Axis device tells without a login.

Axis cameras, encoders and intercoms from firmware 8.40 on answer it, unless it was switched off.
Source: Axis's public VAPIX documentation, "Basic device information".
"""

from typing import Final

from auditor.model.errors import Malformed
from auditor.wire import _json, http

PATH: Final = "/axis-cgi/basicdeviceinfo.cgi"
_QUESTION: Final = b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'


def request(host: str, port: int, *, tls: bool = False) -> bytes:
    """The whole HTTP request for the properties that need no login.

    Args:
        host: address or name.
        port: the TCP port.
        tls: whether the connection is TLS.

    Raises:
        Malformed: the host cannot stand in a request.
    """
    headers = (("Content-Type", "application/json"),)
    return http.request("POST", host, port, PATH, tls=tls, headers=headers, body=_QUESTION)


def _answer(body: bytes) -> tuple[str, dict[str, object]]:
    text, value = _json.mapping(body)
    data = value.get("data")
    properties = data.get("propertyList") if isinstance(data, dict) else None
    if not isinstance(properties, dict):
        raise Malformed("no property list")
    return text, properties


def decode(body: bytes) -> dict[str, str]:
    """Decode the body of the HTTP reply.

    Returns:
        The property list: ``Brand ProdFullName ProdNbr SerialNumber Version`` …

    Raises:
        Malformed: no JSON object with a property list, such as an error.
    """
    return _json.first_leaves(_answer(body)[1])


def value(body: bytes) -> str:
    """The reply's JSON text, an observation's value.

    Raises:
        Malformed: no JSON object with a property list, such as an error.
    """
    return _answer(body)[0]
