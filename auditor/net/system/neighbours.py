"""The system's neighbour (ARP and ND) table: whose hardware address stands behind an address."""

import re
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from auditor.model.errors import Malformed
from auditor.net.api import Neighbour
from auditor.net.system import foreign, netlink

_GET_NEIGHBOURS: Final = 30
_NEW_NEIGHBOUR: Final = 28
_NDMSG: Final = struct.Struct("=BBHiHBB")  # family, pad, pad, interface, state, flags, type
_DESTINATION, _HARDWARE = 1, 2
_GET_TABLES: Final = 66
_NDTMSG: Final = struct.Struct("=BBH")  # family, pad, pad
_NAME, _MOST = 1, 4  # NDTA_NAME, NDTA_THRESH3
_NUMBER: Final = struct.Struct("=I")
_COMPLETE: Final = 2 | 4 | 8 | 16 | 128  # reachable, stale, delay, probe, permanent
_PENDING: Final = 1  # incomplete: the kernel is still asking
_MAC_BYTES: Final = 6

_MAC_TEXT: Final = r"[0-9A-Fa-f]{1,2}(?:[:-][0-9A-Fa-f]{1,2}){5}"
_MAC_ARP: Final = re.compile(rf"\(([0-9.]+)\) at ({_MAC_TEXT}) on (\S+)")
_MAC_NDP: Final = re.compile(rf"^([0-9A-Fa-f:]+)(?:%\S+)?\s+({_MAC_TEXT})\s+(\S+)\s")
_WINDOWS_ROW: Final = re.compile(rf"^\s+([0-9.]+)\s+({_MAC_TEXT})\s+\S+")
_WINDOWS_HEAD: Final = re.compile(r"^\S.*?([0-9]+(?:\.[0-9]+){3})\s+---\s+0x([0-9A-Fa-f]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the kernel's table, complete or not.

    Attributes:
        address: the neighbour.
        index: number of the interface.
        mac: its hardware address, once known.
        pending: the kernel is still asking for it.
    """

    address: str
    index: int
    mac: str | None
    pending: bool


def parse_netlink(messages: Iterable[netlink.Message]) -> Iterator[Entry]:
    """Entries of a RTM_GETNEIGH dump; those that are failed or need no address are left out.

    Raises:
        Malformed: the dump is broken.
    """
    for kind, body in messages:
        if kind != _NEW_NEIGHBOUR or len(body) < _NDMSG.size:
            continue
        family, _, _, index, state, _, _ = _NDMSG.unpack_from(body)
        if family not in {socket.AF_INET, socket.AF_INET6}:
            continue
        found = netlink.attributes(body[_NDMSG.size :])
        raw, hardware = found.get(_DESTINATION), found.get(_HARDWARE, b"")
        if raw is None or len(raw) not in {4, 16}:
            continue
        mac = _usable(hardware.hex(":")) if state & _COMPLETE else None
        if mac or state & _PENDING:
            address = str(ip_address(raw))
            yield Entry(address=address, index=index, mac=mac, pending=bool(state & _PENDING))


def parse_macos_arp(text: str) -> tuple[Neighbour, ...]:
    """Complete entries of macOS's ``arp -an``, whose octets are not padded."""
    return tuple(_neighbours(_MAC_ARP.search(line) for line in text.splitlines()))


def parse_macos_ndp(text: str) -> tuple[Neighbour, ...]:
    """Complete entries of macOS's ``ndp -an``."""
    return tuple(_neighbours(_MAC_NDP.match(line) for line in text.splitlines()))


def _neighbours(matches: Iterable[re.Match[str] | None]) -> Iterator[Neighbour]:
    for match in matches:
        if match is None:
            continue
        mac = _usable(match[2])
        if mac is not None and _is_address(match[1]):
            yield Neighbour(address=match[1], mac=mac, interface=match[3])


def parse_windows_arp(text: str, names: Callable[[str], str] = str) -> tuple[Neighbour, ...]:
    """Complete entries of Windows's ``arp -a``, whose words are localised.

    Args:
        text: what it printed.
        names: gives the interface's name for the own address at the head of each block.
    """
    found: list[Neighbour] = []
    interface = ""
    for line in text.splitlines():
        head = _WINDOWS_HEAD.match(line)
        row = _WINDOWS_ROW.match(line)
        if head is not None:
            interface = names(head[1])
        elif row is not None:
            mac = _usable(row[2])
            if mac is not None and _is_address(row[1]):
                found.append(Neighbour(address=row[1], mac=mac, interface=interface))
    return tuple(found)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _usable(text: str) -> str | None:
    """Colon form, padded, lower case; None unless it is one device's own address."""
    octets = [octet.zfill(2) for octet in text.lower().replace("-", ":").split(":")]
    if len(octets) != _MAC_BYTES or set(octets) == {"00"} or int(octets[0], 16) & 1:
        return None
    return ":".join(octets)


def entries() -> tuple[Entry, ...]:
    """The kernel's table now (Linux), with what it is still asking for.

    Raises:
        OSError: the kernel refuses.
    """
    body = _NDMSG.pack(socket.AF_UNSPEC, 0, 0, 0, 0, 0, 0)
    return tuple(parse_netlink(netlink.ask(_GET_NEIGHBOURS, body)))


def neighbours(names: Callable[[str], str] = str) -> tuple[Neighbour, ...]:
    """The table now, complete entries only; empty where the system does not tell.

    Args:
        names: the interface's name for an own address (used on Windows alone).
    """
    readers: dict[str, Callable[[], tuple[Neighbour, ...]]] = {
        "linux": _linux,
        "darwin": _macos,
        "win32": lambda: parse_windows_arp(foreign.output("arp", "-a"), names),  # untested
    }
    return readers.get(sys.platform, tuple)()


def _macos() -> tuple[Neighbour, ...]:  # untested
    found = parse_macos_arp(foreign.output("arp", "-an"))
    return found + parse_macos_ndp(foreign.output("ndp", "-an"))


def _linux() -> tuple[Neighbour, ...]:
    try:
        table = entries()
        interfaces = dict(socket.if_nameindex())
    except (OSError, Malformed):
        return ()
    return tuple(
        Neighbour(address=entry.address, mac=entry.mac, interface=interfaces[entry.index])
        for entry in table
        if entry.mac is not None and entry.index in interfaces
    )


def table_size() -> int | None:
    """How many IPv4 neighbours the kernel holds at most; None where it does not tell.

    It is one number for the whole machine, and unlike its file it can be read in every namespace.
    """
    if sys.platform != "linux":
        return None
    try:
        tables = netlink.ask(_GET_TABLES, _NDTMSG.pack(socket.AF_INET, 0, 0))
        for _, body in tables:
            found = netlink.attributes(body[_NDTMSG.size :])
            if found.get(_NAME, b"").rstrip(b"\0") == b"arp_cache" and _MOST in found:
                return int(_NUMBER.unpack(found[_MOST])[0])
    except (OSError, Malformed, struct.error):
        pass
    return None
