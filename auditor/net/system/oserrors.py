"""What the operating system says went wrong, in the words of our error tree. The only such place."""

import errno
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from auditor.model.errors import ConnReset, Filtered, NetError, Refused, TimedOut, TlsFailed

_WINSOCK = 10000
_REFUSED = frozenset({errno.ECONNREFUSED, _WINSOCK + 61})
_RESET = frozenset(
    {
        errno.ECONNRESET,
        errno.ECONNABORTED,
        errno.EPIPE,
        errno.ENOTCONN,
        errno.ESHUTDOWN,
        *(_WINSOCK + code for code in (52, 53, 54, 57, 58)),
    }
)
_FILTERED = frozenset(
    {
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.EHOSTDOWN,
        errno.ENETDOWN,
        errno.ENETRESET,
        errno.EPERM,  # a local packet filter
        errno.EACCES,  # broadcast address, or ICMP "administratively prohibited"
        errno.EADDRNOTAVAIL,  # no source address for this destination
        errno.EAFNOSUPPORT,
        errno.EINVAL,  # a link-local address without its interface
        errno.ENODEV,
        errno.ENOPROTOOPT,
        errno.ENOBUFS,  # the neighbour table is full
        *(_WINSOCK + code for code in (13, 22, 47, 49, 50, 51, 64, 65)),
    }
)
_TIMED_OUT = frozenset({errno.ETIMEDOUT, _WINSOCK + 60})
_KINDS: tuple[tuple[frozenset[int], type[NetError]], ...] = (
    (_REFUSED, Refused),
    (_RESET, ConnReset),
    (_FILTERED, Filtered),
    (_TIMED_OUT, TimedOut),
)


def as_net_error(error: OSError, what: str, *, partial: bytes = b"") -> NetError:
    """The member of our tree for an error of the system.

    Args:
        error: as raised by a socket, by TLS or by a deadline.
        what: what was being done, for the message, such as ``tcp 10.0.0.7:80``.
        partial: what had been read.

    Returns:
        Refused, ConnReset, Filtered, TimedOut or TlsFailed; a bare NetError (which ends an attempt
        as a bug) for a failure that is our own, such as no file descriptors left.
    """
    if isinstance(error, ssl.SSLError):
        return TlsFailed(f"{what}: {_tls_reason(error)}", partial=partial)
    if isinstance(error, TimeoutError):  # a deadline of ours carries no errno
        return TimedOut(f"{what}: no answer in time", partial=partial)
    for codes, kind in _KINDS:
        if error.errno in codes:
            return kind(f"{what}: {error.strerror or error}", partial=partial)
    return NetError(f"{what}: {error}", partial=partial)


def _tls_reason(error: ssl.SSLError) -> str:
    reason = getattr(error, "reason", None)
    return str(reason or error.strerror or error).replace("_", " ").lower()


@contextmanager
def net_errors(what: str, partial: bytearray | None = None) -> Iterator[None]:
    """Within this block, errors of the system leave as members of our tree.

    Args:
        what: what is being done, for the message.
        partial: a buffer that fills while the block runs; its content goes into the error.

    Raises:
        NetError: see :func:`as_net_error`.
    """
    try:
        yield
    except OSError as error:
        raise as_net_error(error, what, partial=bytes(partial or b"")) from error
