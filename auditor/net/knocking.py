"""Knocks at the ports of one host: connections that are opened and closed, and say nothing.

A large network costs hundreds of thousands of them, so that no task, no future and no registration
with the event loop is spent on one: the answer to a knock lets the next one begin. Only where
something must be waited for (the pace of first packets, the host's or everybody's connections)
the one task of the host's knocking waits.
"""

import asyncio
import errno
import os
import socket
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from auditor.model.errors import ConnReset, Denied, NetError, Refused, TimedOut
from auditor.net.hosts import Hosts
from auditor.net.ledger import Ledger
from auditor.net.limits import TokenBucket
from auditor.net.pace import FLYING, OPENING, PATIENCE, Told, in_turn
from auditor.net.resolving import Resolving
from auditor.net.system.oserrors import as_net_error
from auditor.net.transport import tcp
from auditor.net.transport.polled import IN_PROGRESS, PolledPipe
from auditor.net.transport.poller import READABLE, Poller

_REFUSED: Final = os.strerror(errno.ECONNREFUSED)
SYN_REPEATS: Final = 3.4  # seconds: the first SYN and the system's two repeats


class Door(Protocol):
    """What knocking needs of the dialer."""

    hosts: Hosts
    bucket: TokenBucket
    resolving: Resolving
    ledger: Ledger
    interface: str | None
    is_attached: Callable[[str], bool]

    def poller(self) -> Poller | None:
        """Tells when sockets are ready; None where there can be none."""

    async def knock(self, address: str, port: int, *, probe: str, wait: float) -> bool:
        """One knock, where there is no poller."""


@dataclass(slots=True)
class _Knock:
    """One that is in the air."""

    port: int
    sock: socket.socket
    began: float
    until: float


class Knocking:
    """The knocks at one host. Each port once; a port that is known to be closed not at all.

    At most two knocks wait for an answer that may come, and at most four for any (see
    :mod:`auditor.net.pace`). A port that opened before gets time for lost packets and a second try.
    """

    def __init__(
        self,
        door: Door,
        address: str,
        ports: Sequence[int],
        *,
        probe: str,
        wait: float,
        told: Told,
        keep: Collection[int] = (),
    ) -> None:
        """Be ready; nothing is sent.

        Args:
            door: the budgets and counts.
            address: an address of the scope, in its usual form.
            ports: best first.
            probe: on whose behalf.
            wait: seconds for one connection to open.
            told: hears how each ended.
            keep: ports whose connection is left open for the first question.
        """
        self._door = door
        self._address = address
        self._keep = keep
        # An open connection gives way to the next knock: so those that are wanted come last.
        kept = [port for port in ports if port in keep]
        self._left = deque([*(port for port in ports if port not in keep), *reversed(kept)])
        self._probe = probe
        self._wait = wait
        self._told = told
        self._flying: dict[int, _Knock] = {}
        self._again: set[int] = set()
        self._is_asking = False
        self._lacks_permit = False
        self._is_over = False
        self._has_answered = False
        self._failure: Exception | None = None
        self._woken: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Knock until every port has been told of, or ``told`` has heard enough."""
        poller = self._door.poller()
        if poller is None:
            await in_turn(self._left, self._knock_plainly, self._told)
            return
        self._poller = poller
        self._loop = asyncio.get_running_loop()
        self._host = self._door.hosts.begin(self._address)
        try:
            while self._pump() and not self._failure:
                if self._lacks_permit:
                    await self._ask_permit()
                else:
                    self._woken = self._loop.create_future()
                    await self._woken
            if self._failure:
                raise self._failure
        finally:
            self._give_up()
            self._door.hosts.end(self._host)

    async def _knock_plainly(self, port: int) -> None:
        await self._door.knock(self._address, port, probe=self._probe, wait=self._wait)

    def _pump(self) -> bool:
        """Begin all that may begin without waiting. Returns whether anything is left to do."""
        self._lacks_permit = False
        while self._may_begin():
            port = self._left[0]
            if port in self._host.closed_ports:
                self._left.popleft()
                self._tell(port, Refused(f"tcp {self._address}:{port}: was closed before"), 0.0)
                continue
            try:
                if not self._is_permitted():
                    self._lacks_permit = True
                    break
            except Denied as error:
                self._left.popleft()
                self._tell(port, error, 0.0)
                continue
            self._begin(self._left.popleft())
        self._arm()
        return bool(self._left or self._flying)

    def _may_begin(self) -> bool:
        if not self._left or len(self._flying) >= FLYING:
            return False
        if len(self._flying) < OPENING:
            return True
        young = self._loop.time() - PATIENCE
        return sum(knock.began > young for knock in self._flying.values()) < OPENING

    def _is_permitted(self) -> bool:
        """Take every permit for one more knock, if all can be had now.

        Raises:
            Denied: the host is to be left alone.
        """
        door, host = self._door, self._host
        if not self._is_found() and not door.resolving.try_meet(self._address):
            return False
        if not door.hosts.try_enter(host):
            return False
        if door.bucket.try_take():
            return True
        door.hosts.leave(host)
        return False

    def _is_found(self) -> bool:
        """Whether the system need not look for the host's hardware address."""
        return (
            self._has_answered
            or bool(self._host.open_ports)
            or not self._door.is_attached(self._address)
        )

    async def _ask_permit(self) -> None:
        """Wait for every permit for one more knock, and begin it; answers are heard meanwhile."""
        door, host = self._door, self._host
        port = self._left.popleft()
        self._is_asking = True
        try:
            if not self._is_found():
                await door.resolving.meet(self._address)
            await door.hosts.enter(host)
            try:
                await door.bucket.take()
            except BaseException:
                door.hosts.leave(host)
                raise
        except Denied as error:
            self._tell(port, error, 0.0)
        else:
            if self._is_over:
                door.hosts.leave(host)
            else:
                self._begin(port)
        finally:
            self._is_asking = False

    def _begin(self, port: int) -> None:
        door = self._door
        began = self._loop.time()
        try:
            sock = tcp.open_socket(self._address, socket.SOCK_STREAM, door.interface)
        except OSError as error:
            door.hosts.leave(self._host)
            self._tell(port, as_net_error(error, self._name(port)), 0.0)
            return
        door.ledger.connection(self._address, port, self._probe)
        wait = self._wait
        if port in self._host.open_ports and port not in self._again:
            wait = max(wait, SYN_REPEATS)
        knock = _Knock(port, sock, began, began + wait)
        self._flying[sock.fileno()] = knock
        try:
            code = sock.connect_ex(tcp.sockaddr(self._address, port, door.interface))
        except OSError as error:
            self._land(knock, as_net_error(error, self._name(port)))
            return
        if code == IN_PROGRESS:
            self._poller.add(sock.fileno(), partial(self._hear, knock))
        else:
            self._land(knock, self._error(port, code))

    def _hear(self, knock: _Knock, events: int) -> None:
        """Something has happened to a knock: it is answered."""
        try:
            code = knock.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not code and knock.port in self._keep and not events & READABLE:
                self._leave_open(knock)
            else:
                self._land(knock, self._error(knock.port, code))
            self._go_on()
        except Exception as error:  # noqa: BLE001 - it belongs to the task, not to the event loop
            self._failure = error
            self._wake()

    def _error(self, port: int, code: int) -> NetError | None:
        if not code:
            return None
        if code == errno.ECONNREFUSED:  # so end most knocks by far
            return Refused(f"{self._name(port)}: {_REFUSED}")
        return as_net_error(OSError(code, os.strerror(code)), self._name(port))

    def _name(self, port: int) -> str:
        return f"tcp {self._address}:{port}"

    def _land(self, knock: _Knock, error: NetError | None) -> None:
        """A knock has ended: free its place, remember what it showed, and tell."""
        door, host, port = self._door, self._host, knock.port
        number = knock.sock.fileno()
        del self._flying[number]
        self._poller.drop(number)
        knock.sock.close()
        door.hosts.leave(host)
        if error is None:
            host.open_ports.add(port)
        elif isinstance(error, TimedOut):
            door.hosts.timed_out(self._address, port)
            if port in host.open_ports and port not in self._again:
                self._again.add(port)
                self._left.append(port)
                return
        elif isinstance(error, ConnReset):
            door.hosts.was_reset(self._address)
        elif isinstance(error, Refused):
            host.closed_ports.add(port)
        if not isinstance(error, TimedOut):
            self._settle()
        self._tell(port, error, self._loop.time() - knock.began)

    def _leave_open(self, knock: _Knock) -> None:
        """A knock has opened a port that is asked at once: leave it its connection."""
        door, host, port = self._door, self._host, knock.port
        if not door.hosts.may_rest(host):
            self._land(knock, None)
            return
        took = self._loop.time() - knock.began
        del self._flying[knock.sock.fileno()]
        pipe = PolledPipe.adopt(knock.sock, self._poller, opened_in=took)
        door.hosts.begin(self._address)  # ends when the connection does
        door.hosts.keeping.put(host, port, pipe, tls=False)
        host.open_ports.add(port)
        self._settle()
        self._tell(port, None, took)

    def _settle(self) -> None:
        """The host is there, and the system knows where."""
        if not self._has_answered:
            self._has_answered = True
            self._door.resolving.settled(self._address)

    def _tell(self, port: int, error: NetError | None, seconds: float) -> None:
        if self._told(port, error, seconds):
            self._give_up()

    def _go_on(self) -> None:
        """Something ended: begin what may begin now, and wake the task where only it can go on."""
        if self._is_asking:
            return
        if not self._pump() or self._lacks_permit:
            self._wake()

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    def _arm(self) -> None:
        """Look at the clock again when patience with the oldest knock ends, at the latest."""
        if self._timer is None and self._flying:
            now = self._loop.time()
            due = min(
                knock.began + PATIENCE if knock.began + PATIENCE > now else knock.until
                for knock in self._flying.values()
            )
            self._timer = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        self._timer = None
        try:
            now = self._loop.time()
            for knock in [one for one in self._flying.values() if one.until <= now]:
                if self._flying.get(knock.sock.fileno()) is knock:
                    self._land(knock, TimedOut(f"{self._name(knock.port)}: no answer in time"))
            self._go_on()
            self._arm()
        except Exception as error:  # noqa: BLE001 - as above
            self._failure = error
            self._wake()

    def _give_up(self) -> None:
        """Close what is in the air, and begin nothing more."""
        self._is_over = True
        self._left.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for number, knock in tuple(self._flying.items()):
            self._poller.drop(number)
            knock.sock.close()
            self._door.hosts.leave(self._host)
        self._flying.clear()
