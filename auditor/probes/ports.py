"""Which TCP ports are knocked at, in which order, and what may be said to each.

This file holds no probe: knocking is the application's, which notes ``port.open``. It holds the
plan as data, so that the order, and above all the ports that are only ever *connected* to, can be
read and tested in one place.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.wire import flatten

Speech = Literal["http", "https", "rtsp", "sdk", "unknown"]
"""What a port is taken to speak before it has said anything."""

FIRST: Final = (80, 443, 554, 8000, 37777)
"""Ports by which a host shows itself that no link shows."""

WAVES: Final[tuple[tuple[int, ...], ...]] = (
    (80, 443, 554),
    (37777, 8000),
    (8080, 8443, 8554, 8899, 2020, 10080, 5000, 10554),
    (
        *(85, 88, 81, 82, 8081, 8888, 34567, 6036, 9008, 9010, 9020, 65001),
        *(9000, 8600, 1756),
    ),
)
"""Ports to knock at, wave by wave; a port of a later wave only while it could change the answer.

The first are asked, and mostly decide; the second only tell by being open, as a rule. The third holds
other places of what the first are asked for, the best known ones first, and those of ONVIF alone; the
fourth the rare places, and more ports that only tell by being open."""

_ORDER: Final = {port: place for place, port in enumerate(port for wave in WAVES for port in wave)}

HTTP: Final = frozenset({80, 81, 82, 85, 88, 2020, 5000, 8000, 8080, 8081, 8888, 8899, 10080})
HTTPS: Final = frozenset({443, 8443})
RTSP: Final = frozenset({554, 8554, 10554})

ONVIF: Final = frozenset({8899, 2020, 10080, 5000})
"""Ports of ONVIF alone on some devices: asked for it even if they do not answer GET. 8000 is not
among them, since it may be an SDK port that must not be troubled."""

SDK_ONLY: Final = frozenset({37777, 35000, 34567, 9000, 6036, 9008, 9010, 9020, 8600, 1756})
"""Vendor SDK ports: connected to, and nothing is sent. 35000 is 37777 on some rebrands."""

MUTE: Final = frozenset({23, 2323, 4567, 515, 9100, 9101, 9102})
"""Ports where any bytes do harm, even if the operator names them: a console takes them for a
login name (23, 2323, 4567), a printer prints them (515, 9100-9102)."""

SHORT_WAIT: Final = {8000: 2.0}
"""Seconds to wait for an answer where silence is to be expected: 8000 is either a web port or a
vendor SDK port that ignores a question in HTTP."""

ONLY_IF_NAMED: Final = frozenset({8000})
"""Ports that are connected to only, unless the device itself names them as its web or ONVIF address
in a discovery reply: on most cameras they are a vendor's SDK port."""

KEPT: Final = (HTTP - ONLY_IF_NAMED) | RTSP
"""Ports that are asked at once where they are open, so that a knock leaves its connection to the
first question. Not those of TLS: a small server may wait for the handshake before it answers at
another port. Never an SDK port."""

_NEVER_WEB: Final = SDK_ONLY | MUTE | RTSP
_CERTAIN: Final = (_NEVER_WEB | HTTPS | HTTP) - frozenset(SHORT_WAIT)
"""Ports whose number says what they speak, whatever a device says of them."""

_VIRTUAL: Final = range(65001, 65129)
_NAMED_CAP: Final = 8
_PORT_IN_URL: Final = re.compile(
    r"(https?)://(?:\[[0-9A-Fa-f:.%]{2,60}\]|[^/:\s\[\]]{1,255})(?::(\d{1,5})(?!\d))?"
)


def guess(port: int) -> Speech:
    """What a port speaks as far as its number tells.

    Returns:
        ``sdk`` means: connect, and send nothing. ``unknown`` ports are asked as web ports.
    """
    if port in SDK_ONLY or port in MUTE:
        return "sdk"
    if port in HTTPS:
        return "https"
    if port in RTSP:
        return "rtsp"
    return "http" if port in HTTP else "unknown"


def is_virtual_host(port: int) -> bool:
    """Whether a recorder may show another device's web page at this port (65001 and up).

    What is read there belongs to a camera behind the recorder, never to the recorder.
    """
    return port in _VIRTUAL


def web_ports(
    open_ports: frozenset[int], seen: tuple[Observation, ...]
) -> tuple[tuple[int, bool], ...]:
    """Open ports that may be asked in HTTP, in the order of the waves, with whether to use TLS.

    A port that the device itself calls an SDK port (SADP ``CommandPort``, DHIP ``Port``) is left
    out where its number leaves that open, and so is a port behind which another device answers.
    A port of ``ONLY_IF_NAMED`` is asked only where the device has named it.
    """
    own: frozenset[int] = frozenset()
    if not open_ports <= _CERTAIN:
        own = frozenset(port for port in spoken_for(seen) if port not in _CERTAIN)
        if ONLY_IF_NAMED & open_ports:
            own |= ONLY_IF_NAMED.difference(named(seen))
    chosen = [
        port
        for port in open_ports
        if port not in _NEVER_WEB and port not in own and not is_virtual_host(port)
    ]
    chosen.sort(key=_place)
    return tuple((port, speaks_tls(port, seen)) for port in chosen)


def _place(port: int) -> tuple[int, int]:
    return _ORDER.get(port, len(_ORDER)), port


def speaks_tls(port: int, seen: tuple[Observation, ...]) -> bool:
    """Whether the port speaks TLS: by its number, or because it has shown a certificate."""
    if port in HTTPS:
        return True
    endpoint = f"tcp/{port}"
    return any(o.signal == "tls.sha256" and o.endpoint == endpoint for o in seen)


def spoken_for(seen: tuple[Observation, ...]) -> frozenset[int]:
    """Ports that the device itself calls SDK ports in a discovery reply."""
    return frozenset(_declared(seen, {"sadp": ("CommandPort",), "dhip": ("Port",)}))


def named(seen: tuple[Observation, ...]) -> tuple[int, ...]:
    """Ports that discovery replies name, so that they are worth a knock: at most 8, each once.

    Web ports of SADP and DHIP, and the ports in WS-Discovery and SSDP addresses. Ports where
    bytes do harm are never among them.
    """
    found = dict.fromkeys(_declared(seen, {"sadp": ("HttpPort",), "dhip": ("HttpPort",)}))
    for one in seen:
        if one.signal in {"wsd.xaddrs", "ssdp.location"}:
            found.update(dict.fromkeys(_in_urls(one.value)))
    return tuple(port for port in found if port not in MUTE)[:_NAMED_CAP]


def _declared(seen: tuple[Observation, ...], fields: dict[str, tuple[str, ...]]) -> Iterator[int]:
    for one in seen:
        names = fields.get(one.signal, ())
        if not names:
            continue
        try:
            leaves = flatten.flatten(one.signal, one.value)
        except Malformed:
            continue
        for name in names:
            yield from filter(None, map(_port, leaves.get(name, ())))


def _in_urls(text: str) -> Iterator[int]:
    for scheme, port in _PORT_IN_URL.findall(text[:4096]):
        number = _port(port) if port else (443 if scheme == "https" else 80)
        if number is not None:
            yield number


def _port(text: str) -> int | None:
    """A port number out of a field that the device filled."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len("65535")):
        return None
    return int(digits) if 0 < int(digits) <= 0xFFFF else None  # noqa: PLR2004 - 16 bits
