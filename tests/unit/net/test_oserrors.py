import errno
import ssl

import pytest

from auditor.model.errors import (
    ConnReset,
    Filtered,
    NetError,
    Refused,
    TimedOut,
    TlsFailed,
)
from auditor.net.system.oserrors import as_net_error, net_errors


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ECONNREFUSED, Refused),
        (errno.EHOSTUNREACH, Filtered),
        (errno.ENETUNREACH, Filtered),
        (errno.EACCES, Filtered),
        (errno.EPERM, Filtered),
        (errno.EINVAL, Filtered),
        (errno.ENOBUFS, Filtered),
        (errno.ECONNRESET, ConnReset),
        (errno.EPIPE, ConnReset),
        (errno.ETIMEDOUT, TimedOut),
        (10061, Refused),
        (10054, ConnReset),
        (10065, Filtered),
    ],
)
def test_the_systems_errors_have_their_place_in_the_tree(code, kind):
    assert type(as_net_error(OSError(code, "words"), "tcp 10.0.0.1:80")) is kind


def test_our_own_failure_is_not_blamed_on_the_host():
    error = as_net_error(OSError(errno.EMFILE, "too many open files"), "x")
    assert type(error) is NetError
    assert error.ending == "bug"


def test_a_deadline_without_errno_is_a_timeout():
    assert isinstance(as_net_error(TimeoutError(), "x"), TimedOut)


def test_tls_errors_are_told_apart_although_they_are_system_errors():
    assert isinstance(as_net_error(ssl.SSLError(1, "bad"), "x"), TlsFailed)


def test_what_was_read_travels_with_the_error():
    read = bytearray()

    def fail():
        with net_errors("tcp 10.0.0.1:80", read):
            read.extend(b"half")
            raise ConnectionResetError(errno.ECONNRESET, "reset")

    with pytest.raises(ConnReset, match=r"10\.0\.0\.1:80") as caught:
        fail()
    assert caught.value.partial == b"half"


def test_other_errors_pass_unchanged():
    with pytest.raises(KeyError), net_errors("x"):
        raise KeyError("y")
