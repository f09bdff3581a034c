"""Reads the credentials file: strict, refused when others can read it, and silent about secrets."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final

from auditor.app import tomlfile
from auditor.app.credentials.shapes import ENTRIES, CredentialsFile, EntryPart, Source
from auditor.app.credentials.sources import SYSTEMD, one_key, read_private, text_of
from auditor.model.errors import UsageError
from auditor.probes.login._api import Secret

SYSTEMD_NAME: Final = "auditor-credentials"
"""The credential that ``audit run`` looks for when its configuration names no file."""

_MATCHES: Final = ("address", "network", "mac", "vendor")
_MAC: Final = re.compile(r"(?:[0-9a-f]{2}:){0,5}[0-9a-f]{2}")
_VENDOR: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_USER: Final = re.compile(r"[ !#-9;-\[\]-~]{1,64}")
"""What may stand in every scheme: printable ASCII without quote, colon and backslash."""
_PASSWORD: Final = re.compile(r"[^\x00-\x1f\x7f]{1,256}")

Seal = Callable[[str, str, str], str]
"""User, password and retry text → the digest by which refusals remember the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, ready for use. Its text form shows no secret.

    Attributes:
        label: what people call it: ``entry 2 (network 10.0.0.0/24)``.
        secret: user and password.
        addresses: in their usual form.
        networks: that it is for.
        macs: beginnings, lower case, colon form.
        vendors: vendor ids.
        is_default: for every device that no other entry fits.
        held: where user and password are, in words.
    """

    label: str
    secret: Secret
    addresses: tuple[str, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    macs: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    is_default: bool = False
    held: str = ""


def find(named: str | None, environ: Mapping[str, str] | None = None) -> Path | None:
    """The credentials file: the one named, else the one that systemd handed over, else none."""
    if named is not None:
        return Path(named)
    folder = (os.environ if environ is None else environ).get(SYSTEMD)
    given = Path(folder) / SYSTEMD_NAME if folder else None
    return given if given is not None and given.is_file() else None


def read(path: Path, seal: Seal, environ: Mapping[str, str] | None = None) -> tuple[Entry, ...]:
    """The entries of a file, with every secret fetched from where it is.

    Args:
        path: the file.
        seal: gives the digest of an entry.
        environ: the environment; None for this process's own.

    Raises:
        UsageError: one line with file, line and key, and never a secret.
    """
    known = os.environ if environ is None else environ
    folder = path.resolve().parent

    def fetch(value: str | Source, user: str | None) -> str:
        return text_of(value, folder, known, user=user)

    return _entries(path, read_private(path, known), seal, fetch)


def check(path: Path, environ: Mapping[str, str] | None = None) -> tuple[Entry, ...]:
    """The entries of a file, checked without fetching what stands elsewhere.

    Environment, keyring and systemd credentials are often those of another user or of a service:
    they are not looked for. In the entries a name stands for them.

    Args:
        path: the file.
        environ: the environment; None for this process's own.

    Raises:
        UsageError: it is missing, others can read it, or it has another shape.
    """

    def name(value: str | Source, user: str | None) -> str:
        del user
        return value if isinstance(value, str) and value else one_key(value)

    return _entries(path, read_private(path, environ), lambda *_: "", name)


def _entries(path: Path, text: str, seal: Seal, fetch: "_Fetch") -> tuple[Entry, ...]:
    parts = tomlfile.parse(text, CredentialsFile, str(path)).login
    entries: list[Entry] = []
    taken: dict[tuple[str, str], str] = {}
    for number, part in enumerate(parts):
        try:
            entry = _entry(part, number, seal, fetch)
            _claim(entry, taken)
        except _Fault as fault:
            raise UsageError(_told(path, text, number, fault)) from None
        entries.append(entry)
    if not entries:
        raise UsageError(f"{path}: no [[{ENTRIES}]] in it")
    return tuple(entries)


_Fetch = Callable[[str | Source, str | None], str]
"""A value, and the user that a keyring knows its password by → the text that it stands for."""


class _Fault(Exception):
    """A key of an entry does not fit."""

    def __init__(self, key: str, words: str) -> None:
        super().__init__(words)
        self.key = key
        self.words = words


def _told(path: Path, text: str, number: int, fault: _Fault) -> str:
    line = tomlfile.line_of(text, [ENTRIES, number, fault.key])
    at = f":{line}" if line else ""
    return f"{path}{at}: {ENTRIES}[{number + 1}].{fault.key}: {fault.words}"


def _entry(part: EntryPart, number: int, seal: Seal, fetch: _Fetch) -> Entry:
    given = [key for key in _MATCHES if getattr(part, key)] + ["default"] * part.default
    if len(given) != 1:
        raise _Fault(given[-1] if given else "user", f"give one of {', '.join(_MATCHES)}, default")
    user = _secret(part.user, "user", fetch, None)
    password = _secret(part.password, "password", fetch, user)
    if not _USER.fullmatch(user):
        raise _Fault("user", "1 to 64 printable ASCII characters without quote, colon, backslash")
    if not _PASSWORD.fullmatch(password):
        raise _Fault("password", "1 to 256 characters without control characters")
    digest = seal(user, password, str(part.retry))
    secret = Secret(user=user, password=password, entry=digest, allow_basic=part.allow_basic)
    return Entry(
        label=_label(part, number, given[0]),
        secret=secret,
        addresses=tuple(map(_address, _texts(part.address))),
        networks=tuple(map(_network, _texts(part.network))),
        macs=tuple(map(_mac, _texts(part.mac))),
        vendors=tuple(map(_vendor, _texts(part.vendor))),
        is_default=part.default,
        held=f"user {_held(part.user)}, password {_held(part.password)}",
    )


def _secret(value: str | Source, key: str, fetch: _Fetch, user: str | None) -> str:
    try:
        return fetch(value, user)
    except UsageError as error:
        raise _Fault(key, str(error)) from None


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise _Fault("address", f"{text!r} is not an address") from None


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise _Fault("network", f"{text!r} is not a network such as 10.0.0.0/24") from None


def _mac(text: str) -> str:
    plain = text.strip().lower().replace("-", ":")
    if not _MAC.fullmatch(plain):
        raise _Fault("mac", f"{text!r} is not the beginning of a hardware address (28:57:be)")
    return plain


def _vendor(text: str) -> str:
    if not _VENDOR.fullmatch(text):
        raise _Fault("vendor", f"{text!r} is not a vendor id; `audit db search` finds them")
    return text


def _claim(entry: Entry, taken: dict[tuple[str, str], str]) -> None:
    """Refuse two entries that are equally specific for one device."""
    for key, value in _claims(entry):
        if (key, value) in taken:
            raise _Fault(key, f"{taken[key, value]} is for the same")
        taken[key, value] = entry.label


def _claims(entry: Entry) -> Iterator[tuple[str, str]]:
    yield from (("address", item) for item in entry.addresses)
    yield from (("network", str(item)) for item in entry.networks)
    yield from (("mac", item) for item in entry.macs)
    yield from (("vendor", item) for item in entry.vendors)
    if entry.is_default:
        yield "default", "true"


def _label(part: EntryPart, number: int, key: str) -> str:
    whom = "default" if part.default else f"{key} {', '.join(_texts(getattr(part, key)))}"
    return f"{part.name or f'entry {number + 1}'} ({whom})"


def _held(value: str | Source) -> str:
    if isinstance(value, str):
        return "in the file"
    key = next(key for key in ("env", "file", "keyring", "credential") if getattr(value, key))
    return f"from {key} {getattr(value, key)}"
