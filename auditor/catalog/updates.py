"""Databases that ``audit db update`` installed beside the shipped one, and which of them counts.

::

    $XDG_DATA_HOME/auditor/vendor_db/      (root: /var/lib/auditor/vendor_db)
      current.json                         the one that counts, and the one before it
      2026.12.01/                          a database, shaped like vendor_db

Only files count that belong to this user or to root and that nobody else may write.
"""

import os
import re
import stat
from pathlib import Path
from typing import Final

import msgspec

from auditor.catalog.shapes import SCHEMA
from auditor.model.errors import CatalogError

POINTER: Final = "current.json"
SYSTEM: Final = Path("/var/lib/auditor/vendor_db")
_VERSION = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,8}){0,3}")
_FOLDER = re.compile(r"[0-9][0-9a-f.-]{0,60}")
_POINTER_CAP: Final = 65536


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """One installed database.

    Attributes:
        folder: its name beside the pointer.
        version: as its ``db.toml`` says.
        schema: as its ``db.toml`` says.
        digest: over its files, hexadecimal.
        signer: the name of the key that signed its bundle.
        installed: when, RFC 3339.
        instead_of: version of the shipped database that the operator meant to override with an
            older one; the choice lapses when auditor comes with another.
    """

    folder: str
    version: str
    schema: int
    digest: str
    signer: str
    installed: str
    instead_of: str | None = None


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """``current.json``; both None: the shipped database counts."""

    current: Installed | None = None
    previous: Installed | None = None


def version_key(version: str) -> tuple[int, ...]:
    """A version such as ``2026.11.22``, for comparing.

    Raises:
        CatalogError: it is not made of numbers and dots.
    """
    if not _VERSION.fullmatch(version):
        raise CatalogError(f"db.toml: version {version!r} is not like 2026.11.22")
    return tuple(int(part) for part in version.split("."))


def own_place() -> Path:
    """Where this user's updates live."""
    named = os.environ.get("XDG_DATA_HOME")
    if named and Path(named).is_absolute():
        return Path(named) / "auditor" / "vendor_db"
    if os.geteuid() == 0:
        return SYSTEM
    return Path(os.path.expanduser("~")) / ".local/share/auditor/vendor_db"  # noqa: PTH111 - never raises


def places() -> tuple[Path, ...]:
    """Where updates may stand: this user's, then the machine's."""
    return tuple(dict.fromkeys((own_place(), SYSTEM)))


def pointer_of(place: Path) -> Pointer:
    """The pointer of a place; an empty one where there is none that may be trusted."""
    path = place / POINTER
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return Pointer()
    with os.fdopen(handle, "rb") as stream:
        if not (_ours(os.fstat(handle)) and _ours(place.stat())):
            return Pointer()
        try:
            return msgspec.json.decode(stream.read(_POINTER_CAP), type=Pointer)
        except (OSError, msgspec.MsgspecError):
            return Pointer()


def counting(shipped_version: str, where: tuple[Path, ...] | None = None) -> Path | None:
    """The folder of the update that counts instead of the shipped database; None if none does.

    An update counts if its schema is the one that this code reads and it is newer than the shipped
    database, or if the operator put it in the place of this very shipped version.
    """
    best: tuple[tuple[bool, tuple[int, ...]], Path] | None = None
    for place in places() if where is None else where:
        found = pointer_of(place).current
        if found is None or not fits(found, place):
            continue
        pinned = found.instead_of == shipped_version
        if not pinned and version_key(found.version) <= version_key(shipped_version):
            continue
        rank = (pinned, version_key(found.version))
        if best is None or rank > best[0]:
            best = (rank, place / found.folder)
    return None if best is None else best[1]


def fits(found: Installed, place: Path) -> bool:
    """Whether an installed database is there, ours, and of the schema that this code reads."""
    if found.schema != SCHEMA or not _VERSION.fullmatch(found.version):
        return False
    if not _FOLDER.fullmatch(found.folder) or ".." in found.folder:
        return False
    folder = place / found.folder
    try:
        return _ours(folder.lstat()) and (folder / "db.toml").is_file()
    except OSError:
        return False


def _ours(seen: os.stat_result) -> bool:
    if stat.S_ISLNK(seen.st_mode) or seen.st_uid not in {0, os.geteuid()}:
        return False
    return not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
