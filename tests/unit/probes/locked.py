"""A device behind a password, in memory: it counts every password that it is shown."""

import base64
import hashlib
import re
from dataclasses import dataclass, field

from tests.unit.probes.fakes import fault, http, soap

USER, PASSWORD = "inventory-7f3", "Un-mistak4ble!"
_FIELD = re.compile(r'(\w+)="?([^",]*)"?')
_OPERATION = re.compile(rb"<(?:[\w-]+:)?Body>\s*<(?:[\w-]+:)?(\w+)")
_HASH = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


@dataclass
class Locked:
    """Answers digest, token and Basic; ``shown`` lists how a password came, ``good`` whether right.

    ``schemes`` in the order of its challenges; ``stale_after`` uses up a nonce after so many.
    """

    schemes: tuple[str, ...] = ("MD5",)
    password: str = PASSWORD
    body: bytes = b"<ok/>"
    paths: dict[str, bytes] = field(default_factory=dict)
    operations: dict[str, str] = field(default_factory=dict)
    namespaces: str = ""
    stale_after: int = 0
    stale_word: str = "true"
    refuses: frozenset[str] = frozenset()
    status: int = 200
    shown: list[str] = field(default_factory=list)
    good: list[bool] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    nonces: int = 0
    uses: int = 0

    def __call__(self, request: bytes):
        self.requests.append(request)
        head, _, body = request.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = line.split(" ")
        headers = dict(one.split(": ", 1) for one in lines)
        shown = headers.get("Authorization")
        if b"UsernameToken" in body:
            return [self._token(body, shown)]
        if shown is None:
            found = _OPERATION.search(body)
            if found and found[1] == b"GetSystemDateAndTime":
                return [self._answer(path, body)]
            return [self._challenge()]
        scheme, _, rest = shown.partition(" ")
        if scheme == "Basic":
            right = base64.b64decode(rest).decode() == f"{USER}:{self.password}"
            return [self._judged("Basic", right, path, body)]
        told = dict(_FIELD.findall(rest))
        return [
            self._judged(told.get("algorithm", "MD5"), self._digest(told, method), path, body, told)
        ]

    def _digest(self, told: dict[str, str], method: str) -> bool:
        hashed = _HASH[told.get("algorithm", "MD5")]

        def h(text: str) -> str:
            return hashed(text.encode()).hexdigest()

        first = h(f"{told['username']}:{told['realm']}:{self.password}")
        last = h(f"{method}:{told['uri']}")
        middle = f"{told['nonce']}:{told['nc']}:{told['cnonce']}:{told['qop']}"
        return told["username"] == USER and told["response"] == h(f"{first}:{middle}:{last}")

    def _judged(self, how, right, path, body, told=None):
        self.shown.append(how)
        self.good.append(right)
        if not right:
            return self._challenge()
        if path in self.refuses:
            return self._challenge()
        if told and self.stale_after:
            if told["nonce"] != f"nonce{self.nonces}" or self.uses >= self.stale_after:
                return self._challenge(stale=True)
            self.uses += 1
        return self._answer(path, body)

    def _token(self, body: bytes, shown: str | None) -> bytes:
        def part(name: str) -> str:
            found = re.search(rf"<(?:\w+:)?{name}\b[^>]*>([^<]*)<".encode(), body)
            assert found, name
            return found[1].decode()

        salt, created = base64.b64decode(part("Nonce")), part("Created")
        want = base64.b64encode(
            hashlib.sha1(salt + created.encode() + self.password.encode()).digest()
        ).decode()
        self.shown.append("token")
        self.good.append(part("Username") == USER and part("Password") == want and shown is None)
        self.created = created
        if not self.good[-1] or "token" not in self.schemes:
            return http(400, fault())
        return self._answer("", body)

    def _challenge(self, *, stale: bool = False) -> bytes:
        if "token" in self.schemes and len(self.schemes) == 1:
            return http(400, fault())
        self.nonces += 1
        self.uses = 0
        lines = []
        for scheme in self.schemes:
            if scheme == "Basic":
                lines.append(("WWW-Authenticate", 'Basic realm="cam"'))
            elif scheme != "token":
                tail = f', stale="{self.stale_word}"' if stale else ""
                words = f'Digest realm="cam", qop="auth", nonce="nonce{self.nonces}", algorithm={scheme}'
                lines.append(("WWW-Authenticate", words + tail))
        return http(401, "no", *lines)

    def _answer(self, path: str, body: bytes) -> bytes:
        found = _OPERATION.search(body)
        if found:
            name = found[1].decode()
            if name in self.operations:
                return http(200, soap(name, self.operations[name], self.namespaces))
            return http(500, fault("Receiver", "ter:ActionNotSupported"))
        return http(self.status, self.paths.get(path, self.body))
