"""Who may read: HTTP Digest and Basic, ONVIF user name tokens, a lock after wrong passwords.

The device's side of RFC 7616, RFC 7617 and WS-Security's UsernameToken, as the lab needs it:
it counts every password that it is shown, and says so to the witness.
"""

import base64
import hashlib
import re
from datetime import datetime
from enum import Enum, auto
from typing import Final

from auditor.lab.fleet import Device
from auditor.lab.persona import Table
from auditor.lab.witness import Request, Witness
from auditor.wire import challenge

_HASHES: Final = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
_SCHEMES: Final = {"digest-md5": "MD5", "digest-sha-256": "SHA-256"}
_PART: Final = r"<(?:[\w.-]+:)?{name}\b[^>]*>\s*([^<]*?)\s*</(?:[\w.-]+:)?{name}>"
_TOLERANCE: Final = 60.0


class Verdict(Enum):
    """What a request shows."""

    NOTHING = auto()
    RIGHT = auto()
    STALE = auto()  # the right password with a nonce that is used up
    WRONG = auto()


class Guard:
    """One device's door for one request."""

    def __init__(self, table: Table, device: Device, witness: Witness) -> None:
        """Take the ``login`` table of a service.

        Args:
            table: ``user``, ``password``, ``schemes``, ``realm``, ``nonce``, ``lock_after``
                (wrong passwords, 0 for never), ``uses`` (requests that a nonce is good for),
                ``tolerance`` (seconds that a token's time may differ from the device's clock).
            device: whose clock counts.
            witness: keeps the count.
        """
        self._table = table
        self._device = device
        self._witness = witness
        self._schemes = table.texts("schemes", ("digest-md5",))

    def look(self, request: Request) -> Verdict:
        """Judge a request and count it."""
        header = request.get("authorization")
        token = _text(request.body, "Username") is not None
        if header is None and not token:
            return Verdict.NOTHING
        witness = self._witness
        scheme, verdict = self._judge(request, header, token=token)
        witness.shown.append(scheme)
        if verdict is Verdict.WRONG:
            witness.wrong += 1
            after = self._table.number("lock_after", 1)
            witness.locked = witness.locked or 0 < after <= witness.wrong
        if witness.locked:
            return Verdict.WRONG
        witness.logins += verdict is Verdict.RIGHT
        return verdict

    def challenges(self, verdict: Verdict) -> tuple[tuple[str, str], ...]:
        """The WWW-Authenticate headers of a refusal."""
        realm = self._table.text("realm", "lab")
        stale = ', stale="true"' if verdict is Verdict.STALE else ""
        out = []
        for scheme in self._schemes:
            if scheme in _SCHEMES:
                text = (
                    f'Digest realm="{realm}", qop="auth", nonce="{self._nonce()}",'
                    f' opaque="{self._table.text("opaque", "")}",'
                    f" algorithm={_SCHEMES[scheme]}{stale}"
                )
                out.append(("WWW-Authenticate", text))
            elif scheme == "basic":
                out.append(("WWW-Authenticate", f'Basic realm="{realm}"'))
        return tuple(out)

    def _judge(self, request: Request, header: str | None, *, token: bool) -> tuple[str, Verdict]:
        if header is not None and token:
            return "both", Verdict.WRONG
        if header is None:
            return "token", self._token(request.body)
        scheme = header.partition(" ")[0].lower()
        if scheme == "basic":
            pair = f"{self._table.text('user')}:{self._table.text('password')}".encode()
            right = "basic" in self._schemes and header[6:].strip().encode() == base64.b64encode(
                pair
            )
            return "basic", Verdict.RIGHT if right else Verdict.WRONG
        return scheme, self._digest(request, header)

    def _digest(self, request: Request, header: str) -> Verdict:
        told = challenge.challenges([header])
        given = told[0].params if told else {}
        algorithm = given.get("algorithm", "MD5").upper()
        if algorithm not in {_SCHEMES.get(name) for name in self._schemes}:
            return Verdict.WRONG
        words = request.line.split(" ")
        if len(words) < 2 or given.get("uri") != words[1]:  # noqa: PLR2004 - method and path
            return Verdict.WRONG

        def hashed(text: str) -> str:
            return _HASHES[algorithm](text.encode()).hexdigest()

        user, realm = self._table.text("user"), self._table.text("realm", "lab")
        secret = hashed(f"{user}:{realm}:{self._table.text('password')}")
        middle = [given.get("nonce", "")]
        if "qop" in given:
            middle += [given.get("nc", ""), given.get("cnonce", ""), given["qop"]]
        want = hashed(":".join([secret, *middle, hashed(f"{words[0]}:{words[1]}")]))
        if given.get("username") != user or given.get("response") != want:
            return Verdict.WRONG
        return Verdict.RIGHT if given.get("nonce") == self._nonce() else Verdict.STALE

    def _nonce(self) -> str:
        """The nonce that is good now; a new one after so many uses."""
        nonce, uses = self._table.text("nonce", "{hex32}"), self._table.number("uses", 0)
        return f"{nonce}{self._witness.logins // uses:04x}" if uses else nonce

    def _token(self, body: bytes) -> Verdict:
        if "token" not in self._schemes or _text(body, "Username") != self._table.text("user"):
            return Verdict.WRONG
        created, nonce = _text(body, "Created") or "", _text(body, "Nonce") or ""
        try:
            made = datetime.fromisoformat(created)
            shown = datetime.fromisoformat(self._device.words["iso_time"])
            salt = base64.b64decode(nonce, validate=True)
            apart = abs((made - shown).total_seconds())
        except (ValueError, TypeError):
            return Verdict.WRONG
        secret = self._table.text("password").encode()
        want = base64.b64encode(hashlib.sha1(salt + created.encode() + secret).digest())  # noqa: S324
        right = _text(body, "Password") == want.decode() and bool(salt)
        near = apart <= self._table.number("tolerance", int(_TOLERANCE))
        return Verdict.RIGHT if right and near else Verdict.WRONG


def _text(body: bytes, name: str) -> str | None:
    found = re.search(_PART.format(name=name).encode(), body)
    return found[1].decode("utf-8", "replace") if found else None
