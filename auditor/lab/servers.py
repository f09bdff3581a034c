"""Serving devices: sockets from a stage, answers from the protocols, everything witnessed."""

import asyncio
import concurrent.futures
import contextlib
import errno
import random
import socket
import ssl
import threading
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar, cast

from auditor.lab.fleet import Device, Service, speaks_tcp
from auditor.lab.frail import Strain, reset
from auditor.lab.persona import TCP
from auditor.lab.protocols._api import REQUEST_CAP, Answer, Responder, Talk, Talker
from auditor.lab.tls import context
from auditor.lab.witness import Datagram, Witness
from auditor.model.errors import ToolError, UsageError
from auditor.registry import members

_T = TypeVar("_T")
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 15.0
_ROOM: Final = "auditor.lab.protocols"
_HANDSHAKE_SECONDS: Final = 10.0
_DATAGRAM: Final = 65535
_GROUPS6: Final = {"wsd": "ff02::c"}  # protocols that are asked over IPv6, and their groups
_OUT_OF_SOMETHING: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Stage(Protocol):
    """Where the sockets of a device come from: the loopback, or its network namespace."""

    def tcp(self, device: Device, port: int) -> socket.socket:
        """A listening, non-blocking TCP socket at the device's address."""

    def udp(self, device: Device, port: int, groups: Sequence[str]) -> socket.socket:
        """A bound, non-blocking UDP socket that hears the port, the groups and broadcasts."""

    def udp6(self, device: Device, port: int, group: str) -> socket.socket | None:
        """The same for IPv6 and one link-local group; None where there is no IPv6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How well the devices and their network do.

    Attributes:
        spread: most seconds that a device waits before it answers a group question.
        latency: seconds before every other answer.
        loss: share of datagram answers that never leave, 0 to 1.
        seed: makes waits and losses repeatable.
    """

    spread: float = 0.5
    latency: float = 0.0
    loss: float = 0.0
    seed: int = 1


def responders() -> Mapping[str, Responder]:
    """The UDP protocols by name."""
    return cast("Mapping[str, Responder]", members(_ROOM, "RESPONDER"))


def talkers() -> Mapping[str, Talker]:
    """The TCP protocols by the service names that they serve."""
    found = cast("Mapping[str, Talker]", members(_ROOM, "TALKER"))
    return {name: talker for talker in found.values() for name in talker.names}


class DeviceServer:
    """All listeners of one device.

    Attributes:
        device: who is served.
        witness: what it was sent.
    """

    def __init__(self, device: Device, stage: Stage, conditions: Conditions) -> None:
        self.device = device
        self.witness = Witness()
        self._stage = stage
        self._conditions = conditions
        self._strain = Strain(device.persona)
        self._chance = random.Random(f"{conditions.seed}/{device.name}")  # noqa: S311 - repeatable
        self._tasks: set[asyncio.Task[None]] = set()
        self._sockets: list[socket.socket] = []

    async def start(self) -> None:
        """Open every port of the persona.

        Raises:
            UsageError: the persona names a protocol that does not exist.
            OSError: a port cannot be had.
        """
        by_port: dict[int, list[Service]] = {}
        for service in self.device.services:
            if speaks_tcp(service):
                by_port.setdefault(service.port, []).append(service)
            else:
                self._listen_udp(service)
        for port, services in by_port.items():
            self._listen_tcp(port, tuple(services))

    async def stop(self) -> None:
        """Close everything and wait until it is closed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for sock in self._sockets:
            sock.close()
        await asyncio.sleep(0)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _listen_tcp(self, port: int, services: tuple[Service, ...]) -> None:
        talker = talkers()[services[0].proto]
        secure = next((s for s in services if s.data.has("certificate")), None)
        tls = context(secure.data.table("certificate")) if secure else None
        listener = self._stage.tcp(self.device, port)
        self._sockets.append(listener)
        self._spawn(self._accept(listener, port, services, talker, tls))

    async def _accept(
        self,
        listener: socket.socket,
        port: int,
        services: tuple[Service, ...],
        talker: Talker,
        tls: ssl.SSLContext | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, peer = await loop.sock_accept(listener)
            except OSError as error:
                if error.errno not in _OUT_OF_SOMETHING:
                    return
                await asyncio.sleep(0.05)
                continue
            bears = self._strain.bears(sock, loop.time())
            self.witness.connected(port, peer[0], held=self._strain.held)
            if not bears:
                self.witness.refused += 1
                self.witness.reboots = self._strain.reboots
                reset(sock)
                continue
            self._spawn(self._serve(sock, peer[0], port, services, talker, tls))

    async def _serve(
        self,
        sock: socket.socket,
        peer: str,
        port: int,
        services: tuple[Service, ...],
        talker: Talker,
        tls: ssl.SSLContext | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=REQUEST_CAP)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport: asyncio.BaseTransport | None = None
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                sock,
                ssl=tls,
                ssl_handshake_timeout=_HANDSHAKE_SECONDS if tls else None,
            )
            writer = asyncio.StreamWriter(
                cast("asyncio.WriteTransport", transport), protocol, reader, loop
            )
            talk = Talk(
                reader=reader,
                writer=writer,
                peer=peer,
                port=port,
                services=services,
                device=self.device,
                witness=self.witness,
                latency=self._conditions.latency + self._strain.latency(loop.time()),
            )
            await talker.serve(talk)
            writer.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 2.0)
        except (OSError, ssl.SSLError):
            pass  # the client went away, or could not agree on TLS: ordinary for a scanned device
        finally:
            self._strain.over(sock)
            if transport is not None:
                transport.close()
            else:
                sock.close()

    def _listen_udp(self, service: Service) -> None:
        responder = responders().get(service.proto)
        if responder is None:
            known = sorted({*responders(), *TCP})
            raise UsageError(f"{service.data.where}: proto {service.proto!r}; known: {known}")
        groups = responder.groups if service.data.flag("grouped", default=True) else ()
        sock = self._stage.udp(self.device, service.port, groups)
        self._sockets.append(sock)
        self._spawn(self._listen(sock, service, responder))
        group6 = _GROUPS6.get(service.proto)
        other = self._stage.udp6(self.device, service.port, group6) if group6 else None
        if other is not None:
            self._sockets.append(other)
            self._spawn(self._listen(other, service, responder))

    async def _listen(self, sock: socket.socket, service: Service, responder: Responder) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                data, peer = await loop.sock_recvfrom(sock, _DATAGRAM)
            except OSError:  # an ICMP error for an earlier answer
                await asyncio.sleep(0.01)
                continue
            self._hear(sock, service, responder, data, peer)

    def _hear(
        self,
        sock: socket.socket,
        service: Service,
        responder: Responder,
        data: bytes,
        peer: tuple[str, int],
    ) -> None:
        """Book a datagram and send what the device answers."""
        booked = Datagram(port=service.port, peer=peer[0], peer_port=peer[1], data=data)
        self.witness.sent(booked)
        if self._strain.is_down(asyncio.get_running_loop().time()):
            return
        for answer in responder.answers(service, self.device, data):
            if self._chance.random() >= self._conditions.loss:
                self._spawn(self._answer(sock, answer, peer))

    async def _answer(self, sock: socket.socket, answer: Answer, peer: tuple[str, int]) -> None:
        wait = self._conditions.latency
        if answer.spread:
            wait += self._chance.uniform(0, self._conditions.spread)
        await asyncio.sleep(wait)
        with contextlib.suppress(OSError):  # the asker is gone, or the link is down
            sock.sendto(answer.data, answer.to or peer)


class Runner:
    """Serves devices from one event loop on one thread of its own."""

    def __init__(
        self, devices: Sequence[Device], stage: Stage, conditions: Conditions | None = None
    ) -> None:
        self._servers = [DeviceServer(d, stage, conditions or Conditions()) for d in devices]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open all ports of all devices; returns when they listen.

        Raises:
            ToolError: a port cannot be had; says which device.
        """
        if self._thread is not None:
            raise ToolError("the fleet runs already")
        loop = asyncio.new_event_loop()
        self._loop = loop
        self._thread = threading.Thread(target=loop.run_forever, name="lab-fleet", daemon=True)
        self._thread.start()
        try:
            self._call(self._start(), _START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Close everything. Safe to call twice."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        try:
            self._call(self._stop(), _STOP_SECONDS)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_STOP_SECONDS)
            loop.close()
            self._loop = self._thread = None

    def witness(self, device: Device) -> Witness:
        """What a device was sent.

        Raises:
            KeyError: the device is not of this fleet.
        """
        for server in self._servers:
            if server.device.name == device.name:
                return server.witness
        raise KeyError(device.name)

    def _call(self, work: Coroutine[None, None, _T], seconds: float) -> _T:
        if self._loop is None:
            raise ToolError("the fleet does not run")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(seconds)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise ToolError(f"the fleet did not answer within {seconds:.0f} s") from None

    async def _start(self) -> None:
        for server in self._servers:
            try:
                await server.start()
            except OSError as error:
                raise ToolError(
                    f"{server.device.name} at {server.device.address}: {error}"
                ) from None

    async def _stop(self) -> None:
        for server in self._servers:
            await server.stop()
        await asyncio.sleep(0)
