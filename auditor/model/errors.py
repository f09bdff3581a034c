"""Every error of the product, as one tree.

::

    AuditError
    ├── UsageError            the operator can mend it: one line, exit 2
    │   └── CatalogError      vendor_db is broken: says file and key
    ├── ToolError             we cannot go on, and it is not the operator's input: exit 1
    ├── Malformed             bytes from outside do not have the shape that a decoder needs
    └── NetError              a network operation ended without a reply
        ├── Refused           RST, or ICMP port unreachable
        ├── Filtered          ICMP prohibited or host unreachable
        ├── TimedOut          nothing came within the deadline
        ├── ConnReset         the peer dropped the connection half-way
        ├── TlsFailed         the handshake failed
        ├── TooBig            the reply passed the byte cap (what was read is kept)
        └── Denied            our own guard said no: out of scope, or the budget is spent

A network failure stops being an exception at the probe runner, where it becomes an
:class:`~auditor.model.words.Ending`, once.
"""

from auditor.model.words import Ending


class AuditError(Exception):
    """Root of everything that the product raises on purpose."""


class UsageError(AuditError):
    """Input that the operator can mend. The message is one line: what, where, how to mend it."""


class CatalogError(UsageError):
    """vendor_db does not load. The message names the file and the key."""


class ToolError(AuditError):
    """The tool cannot go on for a reason that is not in the operator's input."""


class Malformed(AuditError):
    """Bytes from outside do not have the shape that a decoder needs."""


class NetError(AuditError):
    """A network operation ended without the reply that was asked for."""

    ending = Ending.BUG

    def __init__(self, message: str = "", *, partial: bytes = b"") -> None:
        super().__init__(message)
        self.partial = partial


class Refused(NetError):
    """The port is closed."""

    ending = Ending.REFUSED


class Filtered(NetError):
    """Something on the way said that the host or port cannot be reached."""

    ending = Ending.FILTERED


class TimedOut(NetError):
    """Nothing came within the deadline."""

    ending = Ending.TIMEOUT


class ConnReset(NetError):
    """The peer dropped the connection half-way."""

    ending = Ending.RESET


class TlsFailed(NetError):
    """The TLS handshake failed; ``partial`` holds the leaf certificate if it was shown in clear."""

    ending = Ending.TLS_ERROR


class TooBig(NetError):
    """The reply passed the byte cap; ``partial`` holds what was read."""

    ending = Ending.TOO_BIG


class Denied(NetError):
    """Our own guard refused: outside the scope, or the host's request budget is spent."""

    ending = Ending.DENIED
