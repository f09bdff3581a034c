"""Interfaces on macOS and Windows, from what their own commands print. Untested on either system."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from typing import Final

from auditor.net.api import Interface

_SECONDS: Final = 15.0
_HEAD: Final = re.compile(r"^(\S+?): flags=[0-9a-f]+<([^>]*)>")
_ETHER: Final = re.compile(r"^\s+ether ([0-9a-f:]{17})")
_INET: Final = re.compile(r"^\s+inet ([0-9.]+)(?: --> \S+)? netmask 0x([0-9a-f]{8})")
_INET6: Final = re.compile(r"^\s+inet6 ([0-9a-f:]+)(?:%\S+)? prefixlen (\d+)")
_STATUS: Final = re.compile(r"^\s+status: (.+)")
WINDOWS_COMMAND: Final = (
    "powershell",
    "-NoProfile",
    "-NonInteractive",
    "-Command",
    (
        "$a=Get-NetAdapter -IncludeHidden|Select ifIndex,MacAddress,Status;"
        "$i=Get-NetIPAddress|Select InterfaceIndex,InterfaceAlias,IPAddress,PrefixLength;"
        "@{adapters=@($a);addresses=@($i)}|ConvertTo-Json -Depth 3 -Compress"
    ),
)

Attached = IPv4Interface | IPv6Interface


def output(*command: str) -> str:
    """What a command of the system prints; nothing when it fails or takes long.

    Args:
        command: fixed words of ours, never anything from outside.
    """
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - fixed words
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")


def parse_ifconfig(text: str, index_of: Callable[[str], int]) -> tuple[Interface, ...]:
    """Interfaces of macOS's ``ifconfig -a``.

    Args:
        text: what it printed.
        index_of: gives the system's number of an interface.
    """
    return tuple(_ifconfig(block, index_of) for block in _blocks(text))


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in text.splitlines():
        if _HEAD.match(line):
            if block:
                yield block
            block = [line]
        elif block:
            block.append(line)
    if block:
        yield block


def _ifconfig(block: list[str], index_of: Callable[[str], int]) -> Interface:
    head = _HEAD.match(block[0])
    name, flags = (head[1], set(head[2].split(","))) if head else ("", set())
    mac: str | None = None
    addresses: list[Attached] = []
    active = True
    for line in block[1:]:
        if match := _ETHER.match(line):
            mac = match[1]
        elif match := _INET.match(line):
            addresses.append(IPv4Interface(f"{match[1]}/{int(match[2], 16).bit_count()}"))
        elif match := _INET6.match(line):
            addresses.append(IPv6Interface(f"{match[1]}/{match[2]}"))
        elif match := _STATUS.match(line):
            active = match[1].strip() == "active"
    return Interface(
        name=name,
        index=index_of(name),
        mac=mac,
        addresses=tuple(addresses),
        up={"UP", "RUNNING"} <= flags and active,
        multicast="MULTICAST" in flags,
        loopback="LOOPBACK" in flags,
    )


def parse_windows(text: str) -> tuple[Interface, ...]:
    """Interfaces of the JSON that :data:`WINDOWS_COMMAND` prints; none if it is something else."""
    try:
        read = json.loads(text)
        adapters = {int(row["ifIndex"]): row for row in read["adapters"]}
        rows = [row for row in read["addresses"] if row]
        names = {int(row["InterfaceIndex"]): str(row["InterfaceAlias"]) for row in rows}
        owned: dict[int, list[Attached]] = {index: [] for index in names}
        for row in rows:
            bare = str(row["IPAddress"]).partition("%")[0]
            owned[int(row["InterfaceIndex"])].append(ip_interface(f"{bare}/{row['PrefixLength']}"))
        return tuple(
            _windows(index, names[index], owned[index], adapters) for index in sorted(names)
        )
    except (ValueError, KeyError, TypeError):
        return ()


def _windows(
    index: int, name: str, addresses: list[Attached], adapters: dict[int, dict[str, object]]
) -> Interface:
    adapter = adapters.get(index, {})
    mac = str(adapter.get("MacAddress") or "").lower().replace("-", ":")
    loopback = bool(addresses) and all(attached.ip.is_loopback for attached in addresses)
    return Interface(
        name=name,
        index=index,
        mac=mac or None,
        addresses=tuple(addresses),
        up=loopback or adapter.get("Status") == "Up",
        multicast=not loopback,
        loopback=loopback,
    )
