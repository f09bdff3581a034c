"""Takes out of replies whatever we sent to prove who we are: a device may echo it.

Nothing of a login may reach an observation. Passwords, Authorization values and unusual user
names are overwritten wherever a reply holds them, as they are and as XML, HTML, JSON and URLs
write them.
"""

import base64
import html
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import quote, quote_plus

from auditor.probes.login._api import Secret
from auditor.wire.http import Response

_LEAST: Final = 3
_USUAL: Final = frozenset(
    {
        *("admin", "administrator", "root", "user", "guest", "operator", "service", "supervisor"),
        *("viewer", "default", "onvif", "camera", "system", "audit"),
    }
)
"""User names that devices use as ordinary words: knowing one of them tells nothing."""


class Scrub:
    """Overwrites one secret in replies. Its text form shows nothing."""

    def __init__(self, secret: Secret) -> None:
        """Prepare every form in which the secret may come back."""
        words = [secret.password]
        if secret.user.lower() not in _USUAL:
            words.append(secret.user)
        pair = base64.b64encode(f"{secret.user}:{secret.password}".encode()).decode("ascii")
        forms = {form for word in words if len(word) >= _LEAST for form in _forms(word)}
        self._always = frozenset({*forms, pair})
        self._texts: tuple[str, ...] = ()
        self.also(())

    def also(self, shown: Iterable[str]) -> None:
        """Overwrite these too: the digest that the latest request showed."""
        self._texts = tuple(sorted({*self._always, *shown}, key=len, reverse=True))

    def response(self, response: Response) -> Response:
        """The reply without the secret; what is overwritten keeps its length."""
        body = response.body
        for text in self._texts:
            raw = text.encode()
            if raw in body:
                body = body.replace(raw, b"*" * len(raw))
        headers = tuple((name, self.text(value)) for name, value in response.headers)
        return replace(response, body=body, headers=headers, reason=self.text(response.reason))

    def text(self, value: str) -> str:
        """A text without the secret."""
        for text in self._texts:
            value = value.replace(text, "*" * len(text))
        return value


def _forms(word: str) -> Iterator[str]:
    yield word
    yield html.escape(word)
    yield html.escape(word, quote=False)
    yield quote(word, safe="")
    yield quote_plus(word)
    yield json.dumps(word)[1:-1]
    yield base64.b64encode(word.encode()).decode("ascii")
