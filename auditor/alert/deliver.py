"""The door to people: Apprise for mail, chat and syslog; a signed POST for ``json(s)://``.

The signature is HMAC-SHA256 over time and body, so that a receiver knows who sent it and when:
``X-Auditor-Signature: t=SECONDS,v1=HEX`` with ``HEX = HMAC(secret, "SECONDS." + body)``.
"""

import hashlib
import hmac
import logging
import time
from typing import Final
from urllib.parse import urlsplit

from auditor.alert import message
from auditor.model.errors import ToolError, UsageError

_WEBHOOK: Final = {"json": "http", "jsons": "https"}
_SECONDS: Final = 20
_OK: Final = range(200, 300)


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
    import requests  # noqa: PLC0415 - comes with Apprise

    try:
        answer = requests.get(url, timeout=_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        raise ToolError(f"{urlsplit(url).hostname}: {type(error).__name__}") from None
    if answer.status_code not in _OK:
        raise ToolError(f"{urlsplit(url).hostname}: answered {answer.status_code}")


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
    import requests  # noqa: PLC0415 - comes with Apprise

    parts = urlsplit(url)
    headers = {"Content-Type": "application/json", "User-Agent": "auditor"}
    if secret is not None:
        headers["X-Auditor-Signature"] = signature(secret, data, int(time.time()))
    try:
        answer = requests.post(
            url, data=data, headers=headers, timeout=_SECONDS, allow_redirects=False
        )
    except requests.RequestException as error:
        raise ToolError(f"{parts.hostname}: {type(error).__name__}") from None
    if answer.status_code not in _OK:
        raise ToolError(f"{parts.hostname}: answered {answer.status_code}")


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
        raise ToolError(f"{url.partition('://')[0]}: {said.last or 'not delivered'}")


class _Listening:
    """Keeps the last thing that Apprise complained of; it gives no reason otherwise."""

    def __init__(self) -> None:
        self.last: str | None = None
        self.handler = logging.Handler(logging.WARNING)
        self.handler.addFilter(self._keep)

    def _keep(self, record: logging.LogRecord) -> bool:
        self.last = record.getMessage()[:200]
        return False
