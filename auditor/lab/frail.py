"""Devices that do not bear much: few connections at a time, a reboot on one more, slow under load."""

import contextlib
import socket
import struct
import sys
from collections import deque
from typing import Final

from auditor.lab.persona import Persona

_ESTABLISHED: Final = 1
_MEMORY: Final = 1.0  # seconds for which a connection weighs on the device


class Strain:
    """How many connections weigh on one device.

    Attributes:
        held: connections that clients held open when the last one came, with it.
        reboots: times that it went down.
    """

    def __init__(self, persona: Persona) -> None:
        """Be idle."""
        self._most = persona.most
        self._reboot = persona.reboot
        self._slow = persona.slow
        self._open: set[socket.socket] = set()
        self._recent: deque[float] = deque(maxlen=256)
        self._down_until = float("-inf")
        self.held = 0
        self.reboots = 0

    def is_down(self, now: float) -> bool:
        """Whether it is rebooting; then it answers nothing at all."""
        return now < self._down_until

    def bears(self, sock: socket.socket, now: float) -> bool:
        """Take in a connection; False when it has to be dropped.

        Connections whose client has closed already do not count: what matters is how many a
        client holds open at one time, not how soon this process gets to see their end.
        """
        self.held = sum(_is_held(one) for one in self._open) + _is_held(sock)
        if self.is_down(now):
            return False
        self._recent.append(now)
        if self._most and self.held > self._most:
            if self._reboot:
                self._go_down(now)
            return False
        self._open.add(sock)
        return True

    def over(self, sock: socket.socket) -> None:
        """A connection has ended."""
        self._open.discard(sock)

    def latency(self, now: float) -> float:
        """Seconds that the load of the last second adds to an answer."""
        while self._recent and self._recent[0] < now - _MEMORY:
            self._recent.popleft()
        return self._slow * len(self._recent)

    def _go_down(self, now: float) -> None:
        self.reboots += 1
        self._down_until = now + self._reboot
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()


def reset(sock: socket.socket) -> None:
    """Close with RST, as a device does whose connection table is full."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def _is_held(sock: socket.socket) -> bool:
    """Whether the client still holds the connection; True where the system does not tell."""
    if sock.fileno() < 0:
        return False
    if sys.platform != "linux":
        return True
    try:
        return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _ESTABLISHED
    except OSError:
        return False
