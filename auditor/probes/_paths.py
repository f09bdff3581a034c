"""Whether a path that a device names may be asked for.

A page's redirect, its icon link, an ONVIF address and a UPnP location are the device's words. They
are followed only to the very server that said them, only to something that looks like a page, an
icon, a service or a description, and never with a query, so that no device can make the scanner
send a command or a name.
"""

import re
from ipaddress import IPv6Address, ip_address
from typing import Final, Literal
from urllib.parse import urljoin, urlsplit

from auditor.probes._api import Target

Thing = Literal["page", "icon", "service", "description"]

_PATH: Final = re.compile(r"/(?!/)[A-Za-z0-9._~/%-]{0,200}")
_LAST: Final[dict[str, re.Pattern[str]]] = {
    "page": re.compile(
        r"(?:[A-Za-z0-9_~-]{0,64}|[A-Za-z0-9._~-]{1,64}\.(?:s?html?|xhtml|aspx?|php|jsp))"
    ),
    "icon": re.compile(r"[A-Za-z0-9._~-]{1,64}\.(?:ico|png|gif|jpe?g|svg)", re.IGNORECASE),
    "service": re.compile(r"[A-Za-z0-9_~-]{0,64}"),
    "description": re.compile(r"[A-Za-z0-9_~-]{1,64}(?:\.xml)?", re.IGNORECASE),
}
_NEVER: Final = re.compile(
    r"user|admin|pass|pwd|auth|token|reboot|restart|reset|factory|upgrade|config|snapshot"
    r"|mjpe?g|stream|video|logout|cgi|backup|%|\.\.",
    re.IGNORECASE,
)
"""Words that a path must not hold: names, write verbs, pictures, programs, disguises."""


def own_path(target: Target, link: str, *, base: str = "/", thing: Thing = "page") -> str | None:
    """The path to ask for, when a link leads to the target's own server and may be followed.

    Args:
        target: the server that gave the link.
        link: the link as sent, absolute or relative.
        base: the path of the page that holds it.
        thing: what the link is supposed to lead to.

    Returns:
        The path without query and fragment; None when the link leads elsewhere or to
        something that is not asked for.
    """
    here = f"{'https' if target.tls else 'http'}://{_host(target.address)}:{target.port}{base}"
    try:
        url = urlsplit(urljoin(here, link.strip()[:2048]))
        port = url.port
    except ValueError:
        return None
    if url.scheme != ("https" if target.tls else "http") or "@" in url.netloc:
        return None
    if (port or (443 if target.tls else 80)) != target.port or not _same(url.hostname, target):
        return None
    return checked_path(url.path, thing=thing)


def checked_path(path: str, *, thing: Thing) -> str | None:
    """The path itself if it may be asked for, else None."""
    path = path or "/"
    if not _PATH.fullmatch(path) or _NEVER.search(path):
        return None
    return path if _LAST[thing].fullmatch(path.rpartition("/")[2]) else None


def _host(address: str) -> str:
    return f"[{address.partition('%')[0]}]" if ":" in address else address


def _same(hostname: str | None, target: Target) -> bool:
    """Whether a URL names the target's address. Names are never resolved: they do not count."""
    try:
        named = ip_address((hostname or "").partition("%")[0])
        own = ip_address(target.address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(named, IPv6Address) and named.ipv4_mapped is not None:
        return named.ipv4_mapped == own
    return named == own
