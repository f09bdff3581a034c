"""Files that the schedule puts on a machine, and takes away again: those and no others."""

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.model.errors import ToolError

MARK: Final = "Written by audit schedule install; audit schedule remove takes it away."
_HEAD: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file, or one link.

    Attributes:
        path: where it stands, absolute, as the machine sees it when it runs.
        text: what is in it; empty for a link.
        link: what a link leads to; None for a file.
    """

    path: Path
    text: str
    link: Path | None = None


def below(root: Path, path: Path) -> Path:
    """The place of an absolute path in the machine whose file system begins at ``root``."""
    return root / path.relative_to("/")


def write(files: Iterable[File], root: Path) -> tuple[Path, ...]:
    """Put the files there; gives those that were new or have changed.

    Raises:
        ToolError: a file of that name is somebody else's, or it cannot be written. Nothing is
            written if one of them is somebody else's.
    """
    wanted = tuple(files)
    for item in wanted:
        place = below(root, item.path)
        if os.path.lexists(place) and not _ours(place, item):
            raise ToolError(f"{place}: not written by audit schedule; it stays as it is")
    return tuple(below(root, item.path) for item in wanted if _put(below(root, item.path), item))


def remove(files: Iterable[File], root: Path) -> tuple[Path, ...]:
    """Take away those that are ours; gives what was removed. Others stay.

    Raises:
        ToolError: one cannot be removed.
    """
    gone = []
    for item in files:
        place = below(root, item.path)
        if os.path.lexists(place) and _ours(place, item):
            try:
                place.unlink()
            except OSError as error:
                raise ToolError(f"{place}: {error.strerror}") from None
            gone.append(place)
    return tuple(gone)


def state(item: File, root: Path) -> str:
    """``absent``, ``installed`` as it would be written now, ``differs``, or ``foreign``."""
    place = below(root, item.path)
    if not os.path.lexists(place):
        return "absent"
    if not _ours(place, item):
        return "foreign"
    if item.link is not None:
        return "installed"
    try:
        return "installed" if place.read_text(encoding="utf-8") == item.text else "differs"
    except (OSError, UnicodeDecodeError):
        return "differs"


def _ours(place: Path, item: File) -> bool:
    if item.link is not None:
        return place.is_symlink() and place.readlink() == item.link
    if place.is_symlink() or not place.is_file():
        return False
    try:
        with place.open("rb") as stream:
            return MARK.encode() in stream.read(_HEAD).partition(b"\n")[0]
    except OSError:
        return False


def _put(place: Path, item: File) -> bool:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if item.link is not None:
            if place.is_symlink():
                return False
            place.symlink_to(item.link)
            return True
        if place.is_file() and place.read_bytes() == item.text.encode():
            return False
        _replace(place, item.text.encode())
    except OSError as error:
        raise ToolError(f"{place}: {error.strerror}") from None
    return True


def _replace(place: Path, data: bytes) -> None:
    """Whole or not at all, and on the disk; root's, whoever called sudo."""
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
