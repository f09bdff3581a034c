"""Answers ARP for many devices on one interface, each with a hardware address of its own.

    python benchmarks/arpd.py INTERFACE < lines of "address mac"

Prints ``ready`` when it listens, and ends when its input closes. Needs root; runs inside the crowd's
namespace, whose kernel is told not to answer ARP by itself.
"""

import select
import socket
import sys
from typing import Final

_ARP: Final = 0x0806
_REQUEST: Final = b"\x00\x01\x08\x00\x06\x04\x00\x01"
_REPLY: Final = b"\x00\x01\x08\x00\x06\x04\x00\x02"
_SO_RCVBUFFORCE: Final = 33  # Linux; needs privilege
_BUFFER: Final = 16 * 1024 * 1024
_FRAME: Final = 128
_LONGEST: Final = 24 * 3600.0  # seconds without a single frame


def answer(frame: bytes, table: dict[bytes, bytes]) -> bytes | None:
    """The reply to one frame (RFC 826); None when it asks for nobody that is here."""
    if frame[14:22] != _REQUEST:
        return None
    mac = table.get(frame[38:42])
    if mac is None:
        return None
    asker, asked = frame[22:32], frame[38:42]
    return asker[:6] + mac + _ARP.to_bytes(2) + _REPLY + mac + asked + asker


def read(lines: list[str]) -> dict[bytes, bytes]:
    """Hardware addresses by address, both as bytes."""
    table: dict[bytes, bytes] = {}
    for line in lines:
        address, mac = line.split()
        table[socket.inet_aton(address)] = bytes.fromhex(mac.replace(":", ""))
    return table


def main() -> int:
    """Answer until the input is closed."""
    count = int(sys.stdin.readline())
    table = read([sys.stdin.readline() for _ in range(count)])
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ARP)) as sock:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        sock.bind((sys.argv[1], _ARP))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            readable, _, _ = select.select([sock, sys.stdin], [], [], _LONGEST)
            if not readable or sys.stdin in readable:
                return 0
            told = answer(sock.recv(_FRAME), table)
            if told is not None:
                sock.send(told)


if __name__ == "__main__":
    sys.exit(main())
