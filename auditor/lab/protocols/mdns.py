"""mDNS: answers PTR questions for the service types of the persona."""

import ipaddress
import struct
from collections.abc import Iterator, Sequence
from typing import Final

from auditor.lab.fleet import Device, Service
from auditor.lab.persona import Table
from auditor.lab.protocols._api import Answer

_GROUP: Final = "224.0.0.251"
_PORT: Final = 5353
_HEADER: Final = struct.Struct("!6H")
_A, _PTR, _TXT, _SRV = 1, 12, 16, 33
_LABEL_MAX: Final = 63
_MOST_QUESTIONS: Final = 16
_ALL: Final = "_services._dns-sd._udp.local"


def _name(labels: Sequence[str]) -> bytes:
    parts = (label.encode()[:_LABEL_MAX] for label in labels)
    return b"".join(bytes((len(part),)) + part for part in parts) + b"\0"


def _questions(data: bytes) -> Iterator[tuple[str, int, bool]]:
    """The questions of a query: name, type, and whether a unicast answer is wanted."""
    if len(data) < _HEADER.size:
        return
    _, flags, count, *_rest = _HEADER.unpack_from(data)
    at = _HEADER.size
    for _ in range(0 if flags & 0x8000 else min(count, _MOST_QUESTIONS)):
        labels = []
        while at < len(data) and 0 < data[at] <= _LABEL_MAX:
            labels.append(data[at + 1 : at + 1 + data[at]].decode("utf-8", "replace"))
            at += 1 + data[at]
        if at + 5 > len(data):
            return
        kind, group = struct.unpack_from("!HH", data, at + 1)
        at += 5
        yield ".".join(labels), kind, bool(group & 0x8000)


def _record(name: bytes, kind: int, data: bytes) -> bytes:
    return name + struct.pack("!HHIH", kind, 1, 120, len(data)) + data


def _records(offer: Table, device: Device) -> tuple[bytes, list[bytes]]:
    """The PTR record of one offered service, and what goes with it."""
    kind = offer.text("type").split(".")
    instance = [offer.text("instance"), *kind]
    host = _name([offer.text("host", device.name), "local"])
    texts = [f"{k}={v}".encode()[:255] for k, v in offer.pairs("txt")]
    packed = b"".join(bytes((len(text),)) + text for text in texts) or b"\0"
    return _record(_name(kind), _PTR, _name(instance)), [
        _record(_name(instance), _SRV, struct.pack("!HHH", 0, 0, offer.number("port", 80)) + host),
        _record(_name(instance), _TXT, packed),
        _record(host, _A, ipaddress.IPv4Address(device.address).packed),
    ]


class _Mdns:
    """Answers to the asker when it asked from another port than 5353 or for a unicast answer."""

    name = "mdns"
    groups = (_GROUP,)

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One message with all services that were asked for."""
        offers = service.data.tables("offer")
        found: list[bytes] = []
        extra: list[bytes] = []
        for name, kind, _unicast in _questions(data):
            if kind not in {_PTR, 255}:
                continue
            for offer in offers:
                pointer, more = _records(offer, device)
                if name.rstrip(".") == offer.text("type"):
                    found.append(pointer)
                    extra += more
                elif name.rstrip(".") == _ALL:
                    kinds = offer.text("type").split(".")
                    found.append(_record(_name(_ALL.split(".")), _PTR, _name(kinds)))
        if not found:
            return ()
        head = _HEADER.pack(0, 0x8400, 0, len(found), 0, len(extra))
        return (Answer(data=head + b"".join(found + extra), spread=True),)


RESPONDER = _Mdns()
