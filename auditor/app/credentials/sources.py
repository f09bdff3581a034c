"""Where a secret text comes from: the file itself, the environment, a file, systemd, a keyring."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from auditor.app.credentials.shapes import Source
from auditor.model.errors import UsageError

SYSTEMD: Final = "CREDENTIALS_DIRECTORY"
_CAP: Final = 1 << 20
_OTHERS: Final = 0o077
_KEYS: Final = ("env", "file", "keyring", "credential")


def read_private(path: Path, environ: Mapping[str, str] | None = None) -> str:
    """The text of a file that only its owner can read.

    Files that systemd hands over are exempt: systemd guards them in its own way.

    Raises:
        UsageError: it cannot be read, is too large, or others can read it.
    """
    try:
        with path.open("rb") as opened:
            status = os.fstat(opened.fileno())
            if os.name == "posix" and status.st_mode & _OTHERS and not _of_systemd(path, environ):
                raise UsageError(
                    f"{path}: others can read it (mode {status.st_mode & 0o777:04o});"
                    f" chmod 600 {path}"
                )
            data = opened.read(_CAP + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    if len(data) > _CAP:
        raise UsageError(f"{path}: larger than 1 MiB; that holds no credentials")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text") from None


def _of_systemd(path: Path, environ: Mapping[str, str] | None) -> bool:
    folder = (os.environ if environ is None else environ).get(SYSTEMD)
    if not folder:
        return False
    return path.resolve().parent == Path(folder).resolve()


def text_of(
    value: str | Source, folder: Path, environ: Mapping[str, str], *, user: str | None = None
) -> str:
    """The text that a value stands for.

    Args:
        value: the text itself, or where it is.
        folder: relative file names begin here.
        environ: the environment.
        user: the user name that a keyring knows the password by; None to get a user name.

    Raises:
        UsageError: it is not there, or empty. The message never holds the text.
    """
    if isinstance(value, str):
        found: str | None = value
        where = "it"
    else:
        given = one_key(value)
        where = f"{given} {getattr(value, given)!r}"
        found = _from(value, folder, environ, user)
    if not found:
        raise UsageError(f"{where} is empty or missing")
    return found


def one_key(value: str | Source) -> str:
    """The key that says where a text is.

    Raises:
        UsageError: there is none or more than one, or the text itself is empty.
    """
    given = [key for key in _KEYS if getattr(value, key, None) is not None]
    if isinstance(value, str):
        raise UsageError("it is empty or missing")
    if len(given) != 1:
        raise UsageError(f"give one of {', '.join(_KEYS)}")
    return given[0]


def _from(value: Source, folder: Path, environ: Mapping[str, str], user: str | None) -> str | None:
    if value.env is not None:
        return environ.get(value.env)
    if value.file is not None:
        return _first_line(read_private(folder / Path(value.file).expanduser(), environ))
    if value.credential is not None:
        place = environ.get(SYSTEMD)
        if not place or "/" in value.credential:
            raise UsageError(f"credential {value.credential!r}: systemd gave none to this process")
        return _first_line(read_private(Path(place) / value.credential, environ))
    return _kept(str(value.keyring), user)


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else ""


def _kept(service: str, user: str | None) -> str | None:
    """A user name or a password from the desktop's keyring.

    Raises:
        UsageError: there is no keyring, or it does not open.
    """
    try:
        import keyring  # noqa: PLC0415 - an extra that few need
        import keyring.errors  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "the keyring needs the extra: pip install 'camera-auditor[keyring]'"
        ) from None
    try:
        if user is not None:
            return keyring.get_password(service, user)
        known = keyring.get_credential(service, None)
    except keyring.errors.KeyringError as error:
        raise UsageError(f"keyring {service!r}: {type(error).__name__}") from None
    return known.username if known is not None else None
