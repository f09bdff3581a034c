"""Ways to show a password: which one a challenge allows, and how it is written.

The strongest goes first: HTTP Digest with SHA-256, then with MD5, then ONVIF's user name token,
then Basic. Basic without TLS is a password in clear and needs the entry's word.

The digest itself is computed by ``requests`` (RFC 7616, RFC 2617), whose implementation most
tools that speak to cameras use; only that function is used, and never its connections.
"""

import base64
import re
from dataclasses import dataclass
from typing import Final

from requests.auth import HTTPDigestAuth

from auditor.model.errors import Malformed
from auditor.probes.login._api import Scheme, Secret
from auditor.wire import challenge
from auditor.wire.http import Response

_MOST_CHALLENGES: Final = 8
_REPEATED: Final = ("realm", "nonce", "opaque")
"""Parameters that a digest answer says again, so that they must fit between quotes."""
_FITS: Final = re.compile(r"[ !#-\[\]-~\x80-\xff]{0,1024}")
_DIGESTS: Final = {
    "SHA-256": Scheme.DIGEST_SHA256,
    "MD5": Scheme.DIGEST_MD5,
    "MD5-SESS": Scheme.DIGEST_MD5,
}
_ORDER: Final = tuple(Scheme)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One way in which a server lets a password be shown.

    Attributes:
        scheme: which way.
        params: of a digest challenge: realm, nonce, algorithm, qop, opaque.
        is_stale: the server says that only the nonce of the last answer was too old.
    """

    scheme: Scheme
    params: tuple[tuple[str, str], ...] = ()
    is_stale: bool = False

    def get(self, name: str) -> str | None:
        """A parameter of the challenge."""
        return dict(self.params).get(name)


def offers(response: Response, *, tls: bool) -> tuple[Offer, ...]:
    """What the WWW-Authenticate headers of a reply offer and we can answer, strongest first."""
    sent = response.all("www-authenticate")[:_MOST_CHALLENGES]
    found: list[Offer] = []
    for one in challenge.challenges(sent)[:_MOST_CHALLENGES]:
        if one.scheme == "basic":
            found.append(Offer(scheme=Scheme.BASIC_TLS if tls else Scheme.BASIC))
        elif one.scheme == "digest" and (offer := _digest(one)) is not None:
            found.append(offer)
    return tuple(sorted(found, key=lambda offer: _ORDER.index(offer.scheme)))


def _digest(one: challenge.Challenge) -> Offer | None:
    params = {name: value for name, value in one.params.items() if value}
    algorithm = params.get("algorithm", "MD5").strip().upper()
    scheme = _DIGESTS.get(algorithm)
    if scheme is None or not params.get("nonce") or "realm" not in one.params:
        return None
    if any(not _FITS.fullmatch(params.get(name, "")) for name in _REPEATED):
        return None
    told = {"realm": one.params["realm"], "nonce": params["nonce"], "algorithm": algorithm}
    if "opaque" in params:
        told["opaque"] = params["opaque"]
    if "qop" in params:
        if "auth" not in re.split(r"[\s,]+", params["qop"].lower()):
            return None
        told["qop"] = "auth"
    stale = params.get("stale", "").lower() == "true"
    return Offer(scheme=scheme, params=tuple(told.items()), is_stale=stale)


class Pen:
    """Writes Authorization headers for one server. Its text form shows nothing."""

    def __init__(self, secret: Secret, offer: Offer) -> None:
        """Take up a challenge; nothing is sent."""
        self._secret = secret
        self._digest = HTTPDigestAuth(secret.user, secret.password)
        self._digest.init_per_thread_state()
        self.take(offer)

    def take(self, offer: Offer) -> None:
        """Go on with a newer challenge."""
        self.offer = offer
        self._digest._thread_local.chal = dict(offer.params)  # noqa: SLF001 - requests has no other way in

    def header(self, method: str, url: str) -> str:
        """The value of the Authorization header for one request; counts the nonce's uses.

        Raises:
            Malformed: the challenge cannot be answered.
        """
        if self.offer.scheme in {Scheme.BASIC, Scheme.BASIC_TLS}:
            return basic(self._secret)
        written = self._digest.build_digest_header(method, url)
        if written is None:
            raise Malformed("the digest challenge cannot be answered")
        return written


def basic(secret: Secret) -> str:
    """The Authorization header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{secret.user}:{secret.password}".encode()).decode("ascii")
