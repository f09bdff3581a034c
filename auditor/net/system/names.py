"""Host names that the operator wrote as targets, as addresses. Asks the system's resolver only."""

import asyncio
import socket
from typing import Final

from auditor.model.errors import UsageError

_SECONDS: Final = 5.0
_MOST: Final = 64


async def resolve(name: str, *, seconds: float = _SECONDS) -> tuple[str, ...]:
    """All addresses of a host name, IPv4 first, each once.

    Args:
        name: as the operator wrote it; an address stands for itself.
        seconds: how long to wait for the resolver.

    Raises:
        UsageError: the name is not known, or the resolver does not answer.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            found = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise UsageError(f"{name!r}: the resolver did not answer in {seconds:g} s") from None
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{name!r} is no address and no known host name ({reason})") from None
    ordered = sorted(found, key=lambda row: row[0] != socket.AF_INET)
    return tuple(dict.fromkeys(str(row[4][0]) for row in ordered))[:_MOST]
