"""The door to people: Apprise for mail, chat and syslog; a signed POST for ``json(s)://``.

The signature is HMAC-SHA256 over time and body, so that a receiver knows who sent it and when:
``X-Auditor-Signature: t=SECONDS,v1=HEX`` with ``HEX = HMAC(secret, "SECONDS." + body)``.
"""

import hashlib
import hmac
import logging
import re
import time
from typing import Final
from urllib.parse import unquote, urlsplit

from auditor.alert import message
from auditor.model.errors import ToolError, UsageError

_WEBHOOK: Final = {"json": "http", "jsons": "https"}
_SECONDS: Final = 20
_OK: Final = range(200, 300)
_BETWEEN: Final = re.compile(r"[/:@?&=#,]")
_LEAST: Final = 3
"""Shorter parts of a URL are too common in plain words to be blanked."""


def send(url: str, data: bytes, secret: bytes | None = None) -> None:
    """Deliver one message.

    Args:
        url: Apprise's form; ``json://`` and ``jsons://`` get the bulletin itself.
        data: a bulletin as ``message.encode`` made it.
        secret: signs a webhook.

    Raises:
        UsageError: the URL is none that can be delivered to.
        ToolError: it could not be delivered; says why.
    """
    scheme = url.partition("://")[0].lower()
    if scheme in _WEBHOOK:
        _post(_WEBHOOK[scheme] + url[len(scheme) :], data, secret)
    else:
        _apprise(url, data)


def beat(url: str) -> None:
    """Ask a heartbeat URL, so that its keeper knows that a run succeeded.

    Raises:
        ToolError: it could not be reached.
    """
    _asked("GET", url, None, {"User-Agent": "auditor"})


def check(url: str) -> None:
    """Refuse a URL that cannot be delivered to; sends nothing.

    Raises:
        UsageError: it is none.
    """
    scheme, found, rest = url.partition("://")
    if not found:
        raise UsageError("an alert's url is written like mailtos://… or jsons://…")
    if scheme.lower() in _WEBHOOK:
        if not urlsplit(f"http://{rest}").hostname:
            raise UsageError(f"{scheme}://…: names no host")
        return
    import apprise  # noqa: PLC0415 - half a second, needed only where alerts are

    if not apprise.Apprise().add(url):
        raise UsageError(f"{scheme}://…: Apprise does not take this url; see its documentation")


def signature(secret: bytes, body: bytes, seconds: int) -> str:
    """The value of ``X-Auditor-Signature``."""
    made = hmac.new(secret, str(seconds).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={made}"


def _post(url: str, data: bytes, secret: bytes | None) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "auditor"}
    if secret is not None:
        headers["X-Auditor-Signature"] = signature(secret, data, int(time.time()))
    _asked("POST", url, data, headers)


def _asked(method: str, url: str, data: bytes | None, headers: dict[str, str]) -> None:
    """One request; redirects are not followed, and the body of the answer is not read.

    Raises:
        ToolError: no answer, or one that is not a success.
    """
    import requests  # noqa: PLC0415 - comes with Apprise

    host = urlsplit(url).hostname
    try:
        with requests.request(
            method, url, data=data, headers=headers, timeout=_SECONDS, allow_redirects=False,
            stream=True,
        ) as answer:  # fmt: skip
            code = answer.status_code
    except (requests.RequestException, ValueError) as error:
        raise ToolError(f"{host}: {type(error).__name__}") from None
    if code not in _OK:
        raise ToolError(f"{host}: answered {code}")


def _apprise(url: str, data: bytes) -> None:
    import apprise  # noqa: PLC0415 - half a second, needed only where alerts are

    bulletin = message.decode(data)
    said = _Listening()
    logger = logging.getLogger("apprise")
    logger.addHandler(said.handler)
    try:
        service = apprise.Apprise()
        if not service.add(url):
            raise UsageError(f"{url.partition('://')[0]}://…: Apprise does not take this url")
        done = service.notify(
            title=message.title(bulletin),
            body=message.body(bulletin),
            body_format=apprise.NotifyFormat.TEXT,
        )
    finally:
        logger.removeHandler(said.handler)
    if not done:
        told = without_secrets(said.last or "not delivered", url)
        raise ToolError(f"{url.partition('://')[0]}: {told}")


def without_secrets(text: str, url: str) -> str:
    """A foreign library's complaint without any part of the URL that may be a secret.

    Only the scheme and the host of the URL may be said.
    """
    rest = url.partition("://")[2]
    try:
        host = urlsplit(f"http://{rest}").hostname or ""
    except ValueError:
        host = ""
    parts = {unquote(part) for part in _BETWEEN.split(rest)} | set(_BETWEEN.split(rest))
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _LEAST and part.lower() != host:
            text = text.replace(part, "***")
    return text


class _Listening:
    """Keeps the last thing that Apprise complained of; it gives no reason otherwise."""

    def __init__(self) -> None:
        self.last: str | None = None
        self.handler = logging.Handler(logging.WARNING)
        self.handler.addFilter(self._keep)

    def _keep(self, record: logging.LogRecord) -> bool:
        self.last = record.getMessage()[:200]
        return False
