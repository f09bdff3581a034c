"""Secret files that systemd hands to a service: root's file, readable by this run alone."""

import os
from collections.abc import Mapping
from pathlib import Path


def name_of(path: Path) -> str:
    """The credential's name for a file: ``/etc/auditor/mail.url`` is ``etc-auditor-mail.url``."""
    return str(path).lstrip("/").replace("/", "-")


def place(path: Path, environ: Mapping[str, str] | None = None) -> Path:
    """Where to read a secret file: systemd's copy where there is one, else the file itself.

    An empty copy counts as none: the unit sets it as default so that a missing file does not
    keep the whole service from starting.

    Args:
        path: the file as the configuration names it, absolute.
        environ: the environment; None for this process's own.
    """
    folder = (os.environ if environ is None else environ).get("CREDENTIALS_DIRECTORY")
    if not folder:
        return path
    copy = Path(folder) / name_of(path)
    try:
        given = copy.read_bytes().strip()
    except OSError:
        return path
    return copy if given else path
