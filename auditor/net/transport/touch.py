"""Make the system look up hardware addresses: an empty datagram to the discard port of each host."""

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from ipaddress import ip_address
from typing import Final

from auditor.net.resolving import ARP_SECONDS, Resolving
from auditor.net.system import neighbours
from auditor.net.transport.tcp import open_socket, sockaddr

DISCARD: Final = 9
_LAST_WAIT: Final = 1.1  # the kernel's first repeat comes after 1 s
_POLL: Final = 0.1
_RECOVER: Final = 0.05


async def touch(
    addresses: Sequence[str],
    *,
    resolving: Resolving,
    batch: int,
    before: Callable[[str], Awaitable[None]],
    interface: str | None = None,
) -> None:
    """Touch each address, a batch at a time, and wait until the kernel knows or gives up.

    Args:
        addresses: attached hosts, already allowed.
        resolving: where the kernel's open questions are counted.
        batch: most addresses at a time.
        before: awaited before each datagram: paces and books it.
        interface: for link-local addresses, and to keep the traffic there.
    """
    for start in range(0, len(addresses), batch):
        now = addresses[start : start + batch]
        await _send(now, resolving, before, interface)
        is_last = start + batch >= len(addresses)
        await _settle(set(now), resolving, _LAST_WAIT if is_last else ARP_SECONDS)


async def _send(
    addresses: Iterable[str],
    resolving: Resolving,
    before: Callable[[str], Awaitable[None]],
    interface: str | None,
) -> None:
    loop = asyncio.get_running_loop()
    sockets: dict[int, socket.socket] = {}
    with ExitStack() as stack:
        for address in addresses:
            version = ip_address(address).version
            if version not in sockets:
                opened = open_socket(address, socket.SOCK_DGRAM, interface)
                sockets[version] = stack.enter_context(opened)
            await resolving.enter(address)
            await before(address)
            try:
                where = sockaddr(address, DISCARD, interface)
                await loop.sock_sendto(sockets[version], b"", where)
            except OSError:  # unreachable, or the neighbour table is full: give it a moment
                resolving.settled(address)
                await asyncio.sleep(_RECOVER)


async def _settle(waiting: set[str], resolving: Resolving, seconds: float) -> None:
    if sys.platform != "linux":  # without a view of open questions, wait for the answers' time
        await asyncio.sleep(_LAST_WAIT)
        return
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while waiting and loop.time() < deadline:
        await asyncio.sleep(_POLL)
        pending: set[str] = set()
        with suppress(OSError):
            pending = {entry.address for entry in neighbours.entries() if entry.pending}
        for address in waiting - pending:
            resolving.settled(address)
        waiting &= pending
