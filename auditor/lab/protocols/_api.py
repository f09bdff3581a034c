"""The shapes of lab protocols: a responder answers datagrams, a talker serves a connection."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from auditor.lab.fleet import Device, Service
from auditor.lab.witness import Witness

REQUEST_CAP = 256 * 1024
IDLE_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One datagram in reply.

    Attributes:
        data: the bytes.
        to: group or broadcast address and port; None for the asker.
        spread: whether the device waits a random time first, as WS-Discovery wants.
    """

    data: bytes
    to: tuple[str, int] | None = None
    spread: bool = False


def all_around(device: Device, port: int) -> tuple[str, int]:
    """A port on the broadcast address of the device's /24: for answers that everybody hears."""
    return f"{device.address.rpartition('.')[0]}.255", port


class Responder(Protocol):
    """A UDP protocol.

    Attributes:
        name: the ``proto`` of a service.
        groups: multicast groups to join.
    """

    name: str
    groups: tuple[str, ...]

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """Replies to one datagram; none for whatever the device would not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One accepted connection.

    Attributes:
        reader: from the client.
        writer: to the client.
        peer: the client's address.
        port: the port as it listens here.
        services: everything that the persona serves on this port.
        device: who answers.
        witness: where to book what came in.
        latency: seconds that the device takes before it answers.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    peer: str
    port: int
    services: tuple[Service, ...]
    device: Device
    witness: Witness
    latency: float


class Talker(Protocol):
    """A TCP protocol.

    Attributes:
        names: the ``proto`` values of services that it serves together on one port.
    """

    name: str
    names: frozenset[str]

    async def serve(self, talk: Talk) -> None:
        """Serve one connection until it is over; the caller closes it."""
