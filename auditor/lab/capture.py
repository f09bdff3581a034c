"""Everything that leaves (or enters) an interface of a namespace, as frames or a pcap file."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from auditor.lab.netns import inside
from auditor.lab.running import Running
from auditor.model.errors import ToolError

_ALL: Final = 3
_OUTGOING: Final = 4
_SNAP: Final = 65535
_CAP: Final = 500_000
_ARP: Final = 0x0806
_IPV4: Final = 0x0800
_ETHER: Final = 14
_BUFFER: Final = 8 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One Ethernet frame as the interface saw it.

    Attributes:
        seconds: when, on a clock that only goes forward.
        outgoing: whether it left the interface.
        data: the frame.
    """

    seconds: float
    outgoing: bool
    data: bytes

    @property
    def kind(self) -> int:
        """The EtherType."""
        return int.from_bytes(self.data[12:14])

    @property
    def target(self) -> str | None:
        """The IPv4 address that the frame is for (the one asked about, for ARP); None for others."""
        if self.kind == _ARP and len(self.data) >= _ETHER + 28:
            return str(IPv4Address(self.data[_ETHER + 24 : _ETHER + 28]))
        if self.kind == _IPV4 and len(self.data) >= _ETHER + 20:
            return str(IPv4Address(self.data[_ETHER + 16 : _ETHER + 20]))
        return None


class Capture(Running):
    """Reads an interface on a thread while the ``with`` block runs.

    Attributes:
        frames: what was seen, in order; stops growing at a cap.
        dropped: frames that came after the cap.
    """

    def __init__(self, namespace: str, interface: str = "eth0") -> None:
        self.frames: list[Frame] = []
        self.dropped = 0
        self._namespace = namespace
        self._interface = interface
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None

    def sent(self) -> tuple[Frame, ...]:
        """The frames that left."""
        return tuple(frame for frame in self.frames if frame.outgoing)

    def targets(self) -> frozenset[str]:
        """The IPv4 addresses that something left for, ARP questions included."""
        found = (frame.target for frame in self.sent())
        return frozenset(target for target in found if target is not None)

    def write(self, path: Path) -> None:
        """Write a pcap file (classic format, Ethernet)."""
        path.write_bytes(b"".join(self._pcap()))

    def _pcap(self) -> Iterator[bytes]:
        yield struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, _SNAP, 1)
        start = self.frames[0].seconds if self.frames else 0.0
        for frame in self.frames:
            whole, part = divmod(frame.seconds - start, 1)
            size = len(frame.data)
            yield struct.pack("<IIII", int(whole), int(part * 1e6), size, size) + frame.data

    def start(self) -> None:
        """Open the interface and begin.

        Raises:
            ToolError: no such namespace or interface.
        """
        with inside(self._namespace):
            made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            made.bind((self._interface, _ALL))
        except OSError as error:
            made.close()
            raise ToolError(f"{self._namespace}/{self._interface}: {error}") from None
        made.settimeout(0.1)
        self._socket = made
        self._thread = threading.Thread(target=self._read, name="lab-capture", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take in what is still queued, then end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
        if self._socket is not None:
            self._socket.close()

    def _read(self) -> None:
        source = self._socket
        while source is not None:
            try:
                data, origin = source.recvfrom(_SNAP)
            except TimeoutError:
                if self._stop.is_set():
                    return
                continue
            except OSError:
                return
            if len(self.frames) >= _CAP:
                self.dropped += 1
                continue
            outgoing = origin[2] == _OUTGOING
            self.frames.append(Frame(seconds=time.monotonic(), outgoing=outgoing, data=data))
