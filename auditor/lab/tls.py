"""Certificates for the simulated devices: made when first needed, one key a process and size."""

import datetime as dt
import hashlib
import ipaddress
import ssl
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from auditor.lab.persona import Table
from auditor.model.errors import UsageError

_OIDS: Final = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "emailAddress": NameOID.EMAIL_ADDRESS,
}
_VERSIONS: Final = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


@cache
def _key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _name(pairs: tuple[tuple[str, str], ...], where: str) -> x509.Name:
    if unknown := {key for key, _ in pairs} - set(_OIDS):
        raise UsageError(f"{where}: unknown name part {sorted(unknown)}")
    return x509.Name([x509.NameAttribute(_OIDS[key], value) for key, value in pairs])


def _alternative(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def certificate(table: Table) -> tuple[bytes, bytes]:
    """A certificate and its key, PEM.

    Args:
        table: ``subject``, ``issuer`` (the subject when absent), ``san``, ``not_before`` and
            ``not_after`` (dates), ``bits``.

    Raises:
        UsageError: the table does not describe a certificate.
    """
    subject = table.pairs("subject")
    issuer = table.pairs("issuer") or subject
    key = _key(table.number("bits", 2048))
    start = dt.datetime.fromisoformat(table.text("not_before", "2020-01-01"))
    end = dt.datetime.fromisoformat(table.text("not_after", "2050-01-01"))
    seed = f"{subject}{issuer}{start}".encode()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject, table.where))
        .issuer_name(_name(issuer, table.where))
        .public_key(key.public_key())
        .serial_number(int.from_bytes(hashlib.sha256(seed).digest()[:15]) | 1)
        .not_valid_before(start)
        .not_valid_after(end)
    )
    if names := table.texts("san", ()):
        alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    made = builder.sign(key, hashes.SHA256())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return made.public_bytes(serialization.Encoding.PEM), pem


def context(table: Table) -> ssl.SSLContext:
    """A server context for a service's ``certificate`` table; ``newest`` caps the TLS version.

    Raises:
        UsageError: the table does not describe a certificate.
    """
    public, private = certificate(table)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    if table.has("newest"):
        newest = table.text("newest")
        if newest not in _VERSIONS:
            raise UsageError(f"{table.where}: newest: expected one of {sorted(_VERSIONS)}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are the point here
            made.maximum_version = _VERSIONS[newest]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "device.pem"
        path.write_bytes(private + public)
        made.load_cert_chain(path)
    return made
