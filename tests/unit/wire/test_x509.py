from pathlib import Path

import pytest

from auditor.model.errors import Malformed
from auditor.wire import x509

SAMPLES = Path(__file__).parents[2] / "replies" / "tls"


def _der(name: str) -> bytes:
    return (SAMPLES / name / "reply.der").read_bytes()


def test_no_break_spaces_become_blanks() -> None:
    assert "\u00a0".encode() in _der("dahua-nvr-ca")
    assert "Dahua Device NVR CA" in x509.decode(_der("dahua-nvr-ca")).issuer


def test_sha256_is_of_the_whole_certificate() -> None:
    one = x509.decode(_der("hikvision-dvrnvr"))
    assert len(one.sha256) == 64
    assert one.sha256 != x509.decode(_der("dahua-nvr-ca")).sha256


@pytest.mark.parametrize("der", [b"", b"\x30\x03\x02\x01\x01", b"\x30" * 50, b"x" * 70_000])
def test_what_is_no_certificate_is_refused(der: bytes) -> None:
    with pytest.raises(Malformed):
        x509.decode(der)


def test_cut_certificate_is_refused() -> None:
    der = _der("hikvision-dvrnvr")
    with pytest.raises(Malformed):
        x509.decode(der[: len(der) // 2])


def test_unreadable_dates_leave_the_rest() -> None:
    der = _der("hikvision-dvrnvr").replace(b"150101000000Z", b"159901000000Z")
    try:
        one = x509.decode(der)
    except Malformed:
        return  # a stricter cryptography refuses the whole; both are documented
    assert one.not_before == ""
    assert one.subject.startswith("CN=www.hikvision.com")
