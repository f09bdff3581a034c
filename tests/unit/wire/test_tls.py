"""What a TLS server shows in the clear."""

import pytest

from auditor.model.errors import Malformed
from auditor.wire import tls


def record(kind: int, content: bytes, version: bytes = b"\x03\x01") -> bytes:
    return bytes([kind]) + version + len(content).to_bytes(2) + content


def message(kind: int, content: bytes) -> bytes:
    return bytes([kind]) + len(content).to_bytes(3) + content


def hello(version: int, extensions: bytes = b"", session: bytes = b"") -> bytes:
    body = version.to_bytes(2) + bytes(32) + bytes([len(session)]) + session + b"\x00\x2f\x00"
    return message(2, body + (len(extensions).to_bytes(2) + extensions if extensions else b""))


def chain(*leaves: bytes) -> bytes:
    listed = b"".join(len(leaf).to_bytes(3) + leaf for leaf in leaves)
    return message(11, len(listed).to_bytes(3) + listed)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0x0300, "SSLv3"),
        (0x0301, "TLSv1"),
        (0x0302, "TLSv1.1"),
        (0x0303, "TLSv1.2"),
        (0x0999, None),
    ],
)
def test_the_version_is_the_server_hellos(number, name):
    assert tls.decode(record(22, hello(number, session=b"s" * 32))).version == name


def test_tls_1_3_hides_behind_an_extension():
    extensions = b"\x00\x33\x00\x01k" + b"\x00\x2b\x00\x02\x03\x04"
    assert tls.decode(record(22, hello(0x0303, extensions))).version == "TLSv1.3"


def test_the_first_certificate_is_the_leaf():
    shown = tls.decode(record(22, hello(0x0303) + chain(b"leaf", b"issuer")))
    assert shown.certificate == b"leaf"


def test_messages_may_be_spread_over_records():
    flight = hello(0x0301) + chain(b"x" * 900)
    parts = b"".join(record(22, flight[at : at + 100]) for at in range(0, len(flight), 100))
    assert tls.decode(parts).certificate == b"x" * 900


def test_an_alert_is_told_by_its_number():
    shown = tls.decode(record(21, b"\x02\x46"))
    assert (shown.alert, shown.version, shown.certificate) == (70, None, None)


def test_what_follows_the_change_to_encryption_is_not_read():
    data = record(22, hello(0x0303)) + record(20, b"\x01") + record(22, chain(b"noise"))
    assert tls.decode(data).certificate is None


@pytest.mark.parametrize("cut", [1, 3, 20])
def test_a_certificate_that_is_cut_short_is_none(cut):
    data = record(22, hello(0x0303) + chain(b"y" * 50))[:-cut]
    shown = tls.decode(data)
    assert (shown.version, shown.certificate) == ("TLSv1.2", None)


def test_an_empty_list_of_certificates_is_none():
    assert tls.decode(record(22, hello(0x0303) + chain())).certificate is None


@pytest.mark.parametrize("data", [b"", b"\x16\x03", b"HTTP/1.0 400 Bad", b"\x80\x2e\x01\x00\x02"])
def test_what_is_no_tls_is_malformed(data):
    with pytest.raises(Malformed):
        tls.decode(data)
