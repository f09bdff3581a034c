"""The leaf certificate of a TLS server, as far as it says who made the device.

Every TLS server has one. Source: RFC 5280; names are written as in RFC 4514. Makers' default
certificates name the maker as subject or issuer, some with no-break spaces in them.
"""

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from auditor.model.errors import Malformed
from auditor.wire import _der

_CAP: Final = 65_536
_SAN_CAP: Final = 100
_EMAIL: Final = {NameOID.EMAIL_ADDRESS: "emailAddress", NameOID.SERIAL_NUMBER: "serialNumber"}
_BROKEN: Final = (ValueError, TypeError, UnsupportedAlgorithm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate says.

    Attributes:
        subject: RFC 4514 text, no-break spaces as blanks.
        issuer: likewise.
        san: subject alternative names as text.
        serial: the serial number, lower-case hex.
        not_before: RFC 3339 UTC with ``Z``; empty where unreadable.
        not_after: likewise.
        key_bits: size of the public key; None where unreadable.
        sha256: of the whole certificate, lower-case hex.
    """

    subject: str
    issuer: str
    san: tuple[str, ...]
    serial: str
    not_before: str
    not_after: str
    key_bits: int | None
    sha256: str


def _plain(name: str) -> str:
    return name.replace("\u00a0", " ")


def _names(cert: x509.Certificate) -> tuple[str, str]:
    try:
        return cert.subject.rfc4514_string(_EMAIL), cert.issuer.rfc4514_string(_EMAIL)
    except _BROKEN:
        return _der.names(cert.tbs_certificate_bytes)


def _san(cert: x509.Certificate) -> tuple[str, ...]:
    try:
        names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return tuple(str(name.value) for name in list(names)[:_SAN_CAP])
    except (*_BROKEN, x509.ExtensionNotFound, x509.DuplicateExtension):
        return ()


def _moment(read: Callable[[], datetime]) -> str:
    try:
        return f"{read().replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    except _BROKEN:
        return ""


def _key_bits(cert: x509.Certificate) -> int | None:
    try:
        size = getattr(cert.public_key(), "key_size", None)
    except _BROKEN:
        return None
    return size if isinstance(size, int) else None


def decode(der: bytes) -> Certificate:
    """Read a certificate. Broken names, dates, keys and extensions are read as far as they go.

    Args:
        der: the certificate in DER.

    Raises:
        Malformed: it cannot be taken apart at all.
    """
    if len(der) > _CAP:
        raise Malformed("the certificate is too long")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography warns of what old devices do; we only read
        try:
            cert = x509.load_der_x509_certificate(der)
            subject, issuer = _names(cert)
            return Certificate(
                subject=_plain(subject),
                issuer=_plain(issuer),
                san=_san(cert),
                serial=f"{cert.serial_number:x}",
                not_before=_moment(lambda: cert.not_valid_before_utc),
                not_after=_moment(lambda: cert.not_valid_after_utc),
                key_bits=_key_bits(cert),
                sha256=hashlib.sha256(der).hexdigest(),
            )
        except x509.InvalidVersion as why:
            raise Malformed(f"certificate: {why}") from why
        except _BROKEN as why:
            raise Malformed(f"certificate: {why}"[:200]) from why
