"""What the logins of all families share: where to ask, and how to take an answer."""

from typing import Final

from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.probes import _web
from auditor.probes._facts import Trouble
from auditor.wire import challenge
from auditor.wire.flatten import flatten
from auditor.wire.http import Response

_OK: Final = 200
_CHALLENGES: Final = 8


class NotThere(Malformed):
    """The device has no such page, or does not let this user read it."""


def place(open_ports: frozenset[int], seen: tuple[Observation, ...]) -> tuple[int, bool] | None:
    """The web server to log in at, as (port, TLS); None where none answered in HTTP.

    The plain one, since cameras answer it soonest and a digest shows no password there; the TLS
    one where the plain one only sends on to it, or where all that it takes is Basic.
    """
    answered = _web.servers(open_ports, seen, most=8)
    everything = _web.answered(open_ports, seen)
    secure = next((one for one in everything if one[1]), None)
    for _, port, tls in answered:
        if tls or not _only_basic(seen, port):
            return port, tls
    if secure is not None:
        return secure
    return (answered[0][1], answered[0][2]) if answered else None


def _only_basic(seen: tuple[Observation, ...], port: int) -> bool:
    """Whether every challenge that the port showed is Basic."""
    schemes = {
        one.scheme
        for item in seen
        if item.signal == "http.headers" and item.endpoint == f"tcp/{port}"
        for one in challenge.challenges(_authenticate(item.value))
    }
    return bool(schemes) and schemes == {"basic"}


def _authenticate(pairs: str) -> list[str]:
    try:
        listed = flatten("http.headers", pairs)
    except Malformed:
        return []
    return list(listed.get("www-authenticate", ()))[:_CHALLENGES]


def keep(trouble: Trouble, error: Malformed) -> None:
    """Keep a malformed answer to be told; that a device lacks a page is no trouble."""
    if not isinstance(error, NotThere):
        trouble.keep(error)


def body_of(response: Response, what: str) -> bytes:
    """The body of an answer that is one.

    Args:
        response: the answer.
        what: the question in our words, for the attempt's detail.

    Raises:
        NotThere: another status than 200, or a page for people.
    """
    if response.status != _OK:
        raise NotThere(f"{what}: HTTP {response.status}")
    if not response.body or _web.is_html(response):
        raise NotThere(f"{what}: no answer of the kind that was asked for")
    return response.body
