"""From personas to devices: deterministic addresses, MACs, serials, and rendered replies."""

import base64
import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

from auditor.lab.persona import TCP, Persona, Table, load
from auditor.model.errors import UsageError

_NAME: Final = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)\}")
_OCTETS: Final = 6
_DEFAULT_PORT: Final = {"http": 80, "https": 443, "rtsp": 554}
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One thing that a device speaks, rendered for that device.

    Attributes:
        proto: name of the lab protocol.
        port: the port where it listens here (mapped).
        told: the port that the persona names.
        data: its replies.
    """

    proto: str
    port: int
    told: int
    data: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One instance of a persona, ready to be served.

    Attributes:
        name: unique in the fleet: persona id and instance number.
        persona: what it is.
        number: 1 for the first instance of the persona.
        address: where it lives.
        mac: colon form, lower case.
        serial: its serial number.
        words: everything that templates may name.
        services: what it speaks.
    """

    name: str
    persona: Persona
    number: int
    address: str
    mac: str
    serial: str
    words: Mapping[str, str]
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the devices' clocks show, in UTC. Fixed, so that replies are the same every time."""

    year: int = 2026
    month: int = 11
    day: int = 21
    weekday: int = 5  # Monday is 0
    hour: int = 10
    minute: int = 30
    second: int = 0

    def words(self) -> dict[str, str]:
        """The template names for the time: parts, the RFC 1123 form, and Hikvision's own form."""
        day, month = _WEEKDAYS[self.weekday], _MONTHS[self.month - 1]
        time = f"{self.hour:02}:{self.minute:02}:{self.second:02}"
        return {
            "year": str(self.year),
            "month": str(self.month),
            "day": str(self.day),
            "hour": str(self.hour),
            "minute": str(self.minute),
            "second": str(self.second),
            "http_date": f"{day}, {self.day:02} {month} {self.year} {time} GMT",
            "swapped_date": f"{day}, {month} {self.day:02} {self.year} {time} GMT",
            "iso_date": f"{self.year}-{self.month:02}-{self.day:02}",
            "iso_time": f"{self.year}-{self.month:02}-{self.day:02}T{time}Z",
        }


class _Digits:
    """A deterministic stream of digits, letters and hex from a seed text."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._bytes = self._stream()

    def _stream(self) -> Iterator[int]:
        count = 0
        while True:
            yield from hashlib.sha256(f"{self._seed}/{count}".encode()).digest()
            count += 1

    def pick(self, alphabet: str) -> str:
        """One character of the alphabet."""
        return alphabet[next(self._bytes) % len(alphabet)]

    def take(self, count: int) -> bytes:
        """Some bytes."""
        return bytes(islice(self._bytes, count))


def fill(pattern: str, seed: str) -> str:
    """Fill a serial pattern: ``#`` digit, ``@`` capital letter, ``%`` capital hex digit."""
    digits = _Digits(seed)
    alphabets = {"#": "0123456789", "@": "ABCDEFGHJKLMNPQRSTUVWXYZ", "%": "0123456789ABCDEF"}
    return "".join(digits.pick(alphabets[sign]) if sign in alphabets else sign for sign in pattern)


def mac_of(persona: Persona, number: int, seed: str) -> str:
    """The MAC of an instance: the first has the persona's own, others keep the registered block."""
    base = bytes.fromhex(persona.mac.replace(":", ""))
    if len(base) != _OCTETS:
        raise UsageError(f"{persona.id}: mac: not a MAC")
    if number == 1:
        return base.hex(":")
    fresh = _Digits(f"{seed}/{persona.id}/{number}/mac").take(_OCTETS)
    keep = (1 << 48) - (1 << (48 - persona.mac_bits))
    value = (int.from_bytes(base) & keep) | (int.from_bytes(fresh) & ~keep)
    return value.to_bytes(_OCTETS).hex(":")


def _mac_words(mac: str) -> dict[str, str]:
    plain = mac.replace(":", "")
    eui = f"{int(plain[:2], 16) ^ 2:02x}{plain[2:6]}fffe{plain[6:]}"
    groups = [format(int(eui[at : at + 4], 16), "x") for at in range(0, 16, 4)]
    return {
        "mac": mac,
        "MAC": mac.upper(),
        "mac12": plain,
        "MAC12": plain.upper(),
        "mac_dash": mac.replace(":", "-"),
        "MAC_DASH": mac.replace(":", "-").upper(),
        "link_local": "fe80::" + ":".join(groups),
        **{f"m{at}": plain[at * 2 : at * 2 + 2] for at in range(_OCTETS)},
    }


def _random_words(seed: str) -> dict[str, str]:
    digits = _Digits(seed)
    number = int.from_bytes(digits.take(4))
    nonce = base64.b64encode(f"N{digits.take(18).hex()}".encode())
    return {
        "uuid": str(uuid.UUID(bytes=digits.take(16), version=4)),
        "hex4": digits.take(2).hex(),
        "hex8": digits.take(4).hex(),
        "hex16": digits.take(8).hex(),
        "hex32": digits.take(16).hex(),
        "HEX32": digits.take(16).hex().upper(),
        "decimal": str(number),
        "number4": f"{number % 10000:04}",
        "onvif_nonce": base64.b64encode(f"onvif-digest:{number}".encode()).decode(),
        "hik_nonce": nonce.hex(),
    }


def render(value: object, words: Mapping[str, str]) -> object:
    """Replace ``{name}`` in every string of a TOML value; names that are unknown stay as they are."""
    if isinstance(value, str):
        return _NAME.sub(lambda found: words.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [render(item, words) for item in value]
    if isinstance(value, dict):
        return {key: render(item, words) for key, item in value.items()}
    return value


def same_port(port: int, taken: frozenset[int]) -> int:
    """The port mapping of a fleet that owns its addresses: none."""
    del taken
    return port


def high_port(port: int, taken: frozenset[int]) -> int:
    """The port mapping without privileges: 80 to 8080, 443 to 8443, 554 to 8554, others plus 8000.

    Ports from 1024 on stay. A mapped port that the persona opens itself moves on by 10000.
    """
    limit = 1024
    if port >= limit:
        return port
    mapped = {80: 8080}.get(port, 8000 + port)
    return mapped + 10000 if mapped in taken else mapped


def _port_words(persona: Persona, ports: Mapping[int, int], address: str) -> dict[str, str]:
    words = {f"port{told}": str(port) for told, port in ports.items()}
    for service in persona.services:
        name = f"{service.text('proto')}_port".replace("-", "_")
        words.setdefault(name, str(ports[service.number("port")]))
    words.setdefault("http_port", words.get("onvif_port", "80"))
    for name, proto in (("web", "http"), ("secure_web", "https"), ("stream", "rtsp")):
        port = int(words.get(f"{proto}_port", str(_DEFAULT_PORT[proto])))
        words[name] = address if port == _DEFAULT_PORT[proto] else f"{address}:{port}"
    return words


def build(
    persona: Persona,
    number: int,
    address: str,
    *,
    seed: str = "lab",
    low_ports: bool = True,
    moment: Moment | None = None,
    ordinal: int = 0,
) -> Device:
    """Make one device.

    Args:
        persona: what it is.
        number: instance number among devices of the persona, from 1.
        address: where it will live.
        seed: varies MACs and serials of all instances but the first.
        low_ports: whether ports below 1024 can be had; else they are mapped.
        moment: what its clock shows.
        ordinal: its place in the fleet, for ``{n}``.
    """
    port_map = same_port if low_ports else high_port
    mac = mac_of(persona, number, seed)
    own = f"{seed}/{persona.id}/{number}"
    base = _mac_words(mac) | _random_words(own)
    base |= {"address": address, "n": str(number), "ordinal": str(ordinal)}
    base |= (moment or Moment()).words()
    serial = str(render(fill(persona.serial, f"{own}/serial"), base))
    base["serial"] = serial
    base |= {f"serial{tail}": serial[-tail:] for tail in (3, 4, 5, 9)}
    told = {service.number("port") for service in persona.services}
    ports = {port: port_map(port, persona.ports) for port in told}
    base |= _port_words(persona, ports, address)
    words = dict(base)
    for key, value in persona.words.items():
        words[key] = str(render(value, words))
    services = tuple(
        Service(
            proto=table.text("proto"),
            port=ports[table.number("port")],
            told=table.number("port"),
            data=Table(_table(render(dict(table.data), words)), f"{persona.id}: {table.where}"),
        )
        for table in persona.services
    )
    return Device(
        name=f"{persona.id}-{number}",
        persona=persona,
        number=number,
        address=address,
        mac=mac,
        serial=words["serial"],
        words=words,
        services=services,
    )


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise UsageError("a service is a table")
    return value


def choose(ids: Sequence[str] | None = None, count: int | None = None) -> tuple[Persona, ...]:
    """Personas for a fleet: the named ones (all by default), repeated in order up to ``count``.

    Raises:
        UsageError: an id is unknown, or the count is not positive.
    """
    known = load()
    if ids is not None and (unknown := sorted(set(ids) - set(known))):
        raise UsageError(f"unknown persona {', '.join(unknown)}; known: {', '.join(known)}")
    chosen = [known[name] for name in (known if ids is None else ids)]
    if count is None:
        return tuple(chosen)
    if count < 1:
        raise UsageError(f"a fleet of {count} devices is none")
    return tuple(islice(cycle(chosen), count))


def instantiate(
    personas: Sequence[Persona],
    addresses: Sequence[str],
    *,
    seed: str = "lab",
    low_ports: bool = True,
    moment: Moment | None = None,
) -> tuple[Device, ...]:
    """Give each persona an address, and each repeat of a persona its own MAC and serial.

    Raises:
        UsageError: fewer addresses than personas, or two devices got one MAC.
    """
    if len(addresses) < len(personas):
        raise UsageError(f"{len(personas)} devices need more than {len(addresses)} addresses")
    seen: dict[str, int] = {}
    devices = []
    for ordinal, (persona, address) in enumerate(zip(personas, addresses, strict=False), 1):
        seen[persona.id] = seen.get(persona.id, 0) + 1
        devices.append(
            build(
                persona,
                seen[persona.id],
                address,
                seed=seed,
                low_ports=low_ports,
                moment=moment,
                ordinal=ordinal,
            )
        )
    if len({device.mac for device in devices}) != len(devices):
        raise UsageError(f"seed {seed!r} gives two devices one MAC; take another")
    return tuple(devices)


def speaks_tcp(service: Service) -> bool:
    """Whether the service listens on TCP."""
    return service.proto in TCP
