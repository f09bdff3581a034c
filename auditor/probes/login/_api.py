"""What a login probe is, and the session that it is handed."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from auditor.model.errors import NetError
from auditor.model.facts import Observation
from auditor.model.words import Ending
from auditor.probes._api import Target
from auditor.wire.http import Response


class Scheme(StrEnum):
    """How a password is shown, strongest first."""

    DIGEST_SHA256 = "digest-sha-256"
    DIGEST_MD5 = "digest-md5"
    USERNAME_TOKEN = "username-token"  # noqa: S105 - the name of a scheme
    BASIC_TLS = "basic-tls"
    BASIC = "basic"


class LoginRefused(NetError):
    """The device did not take the password; nothing more is asked of it in this scan."""

    ending = Ending.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A user and a password, for one device. Its text form shows neither.

    Attributes:
        user: user name.
        password: password.
        entry: digest of the entry that it comes from, for the memory of refusals.
        allow_basic: the entry allows Basic without TLS, by name.
    """

    user: str = field(repr=False)
    password: str = field(repr=False)
    entry: str
    allow_basic: bool = False


Sign = Callable[[Secret], bytes]
"""Writes a SOAP message anew, with a user name token in it."""


class Session(Protocol):
    """Authenticated questions to one web server of one device.

    The first question goes without a password, to be challenged; the second shows it, once. If
    that is refused, every further call raises ``LoginRefused`` without sending anything.
    """

    async def get(self, path: str, *, accept: str = "*/*") -> Response:
        """One GET.

        Raises:
            LoginRefused: the password was not taken (now or before).
            NetError, Malformed: as any question.
        """

    async def post(
        self, path: str, body: bytes, *, content_type: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        """One POST that reads (a SOAP or JSON question); never a change.

        Raises:
            LoginRefused: the password was not taken (now or before).
            NetError, Malformed: as any question.
        """

    async def soap(
        self, path: str, body: bytes, sign: Sign | None, *, content_type: str
    ) -> Response:
        """One SOAP question that reads; the password goes by HTTP or in the message, never both.

        Args:
            path: the service's path.
            body: the message without a name in it.
            sign: writes the message with a user name token, asked only when the device takes
                that and nothing stronger; None to ask without a password whatever comes.
            content_type: the Content-Type header.

        Raises:
            LoginRefused: the password was not taken (now or before).
            NetError, Malformed: as any question.
        """

    @property
    def scheme(self) -> Scheme | None:
        """How the password was shown; None while it was not."""


class Login(Protocol):
    """One family's questions behind a password.

    Attributes:
        name: ``login-`` and the family, such as ``login-isapi``.
        yields: the signals it can give.
        sends: one line for the send list of the credentialed mode.
        rank: order among those that fit; lower first.
    """

    name: str
    yields: frozenset[str]
    sends: str
    rank: int

    def endpoint(
        self, open_ports: frozenset[int], seen: tuple[Observation, ...], makers: frozenset[str]
    ) -> tuple[int, bool] | None:
        """Where to log in on a device, as (port, TLS); None if this family does not fit it.

        Args:
            open_ports: what is open.
            seen: everything observed without a password.
            makers: vendor ids in role maker or platform, of any grade.
        """

    def ask(self, target: Target, session: Session) -> AsyncIterator[Observation]:
        """Ask; yield facts as they come, so that a later failure loses nothing.

        Raises:
            LoginRefused, NetError, Malformed: how it ended; the runner makes an attempt of it.
        """
