"""Scan → files: the suffix picks the format, writing is atomic, nothing half-written stays."""

import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from auditor import codec, registry
from auditor.app.reports import bulky
from auditor.model.document import Scan
from auditor.model.errors import ToolError, UsageError
from auditor.net.system.privilege import invoking_user
from auditor.report._api import Format, Page, Streamed

STDOUT = "-"
_BUFFER = 1_048_576
"""Bytes written at a time: an asset at a time costs a call of the system each."""
_SENT_ON = 8 * _BUFFER
"""Bytes after which the system is asked to begin with putting them on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One place to write to, with its format."""

    path: str
    format: Format


def formats() -> dict[str, Format]:
    """Every report format by its id."""
    found = registry.members("auditor.report", "FORMAT")
    return {name: cast("Format", item) for name, item in found.items()}


def named(format_id: str) -> Format:
    """The format of that id; the others are not read where its file has its name.

    Raises:
        KeyError: there is none.
    """
    found = cast("Format | None", registry.member("auditor.report", "FORMAT", format_id))
    return found if found is not None and found.name == format_id else formats()[format_id]


def outputs(paths: Sequence[str], format_id: str | None) -> tuple[Output, ...]:
    """The places of ``-o`` with their formats.

    Raises:
        UsageError: an unknown format or suffix (lists those that exist), a folder that is not
            there, or one place twice.
    """
    if format_id is not None and format_id not in formats():
        raise UsageError(f"--format {format_id!r} is unknown; formats: {', '.join(formats())}")
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        raise UsageError(f"-o {twice[0]}: given twice; name each place once")
    return tuple(_output(path, format_id) for path in paths)


def _output(path: str, format_id: str | None) -> Output:
    if format_id is not None:
        chosen = formats()[format_id]
    elif path == STDOUT:
        chosen = named("json")
    else:
        chosen = _by_name(path) or _by_suffix(path)
    if path != STDOUT:
        parent = Path(path).resolve().parent
        if not parent.is_dir():
            raise UsageError(f"-o {path}: the folder {parent} does not exist")
        if Path(path).is_dir():
            raise UsageError(f"-o {path}: is a folder; name a file")
    return Output(path=path, format=chosen)


def _by_name(path: str) -> Format | None:
    """The format of a plain suffix (``x.json``) whose file has its name: the others are not read.

    Reading them all takes a fifth of a second. A suffix of two words (``x.far.json``) is never
    plain, and no other suffix ends a name with one dot in it.
    """
    _, _, word = Path(path).name.lower().partition(".")
    found = cast("Format | None", registry.member("auditor.report", "FORMAT", word))
    return found if found is not None and f".{word}" in found.suffixes else None


def _by_suffix(path: str) -> Format:
    known = formats()
    name = Path(path).name.lower()
    fits = [(s, item) for item in known.values() for s in item.suffixes if name.endswith(s)]
    if fits:
        return max(fits, key=lambda pair: len(pair[0]))[1]
    suffix = Path(path).suffix
    told = ", ".join(
        f"{'/'.join(item.suffixes)} ({name})" for name, item in known.items() if item.suffixes
    )
    raise UsageError(f"-o {path}: no format for suffix {suffix!r}; known: {told}")


def write(scan: Scan, places: Sequence[Output], page: Page) -> None:
    """Render and write every place.

    Raises:
        ToolError: a file cannot be written; the others are written all the same.
    """
    failed = []
    for place in places:
        pieces = _pieces(place.format, scan, page)
        if place.path == STDOUT:
            sys.stdout.buffer.writelines(pieces)
            sys.stdout.buffer.flush()
            continue
        try:
            write_atomic(Path(place.path), pieces)
        except OSError as error:
            failed.append(f"{place.path}: {error.strerror}")
    if failed:
        raise ToolError(f"not written: {'; '.join(failed)}")


def _pieces(chosen: Format, scan: Scan, page: Page) -> Iterable[bytes]:
    """A report in as small pieces as its format knows to make."""
    if isinstance(chosen, Streamed):
        return chosen.pieces(scan, page)
    return (chosen.render(scan, page),)


def write_atomic(path: Path, data: bytes | Iterable[bytes], *, mode: int = 0o644) -> None:
    """Write a file whole or not at all; under sudo it belongs to the invoking user.

    Args:
        path: where.
        data: all of it, or its pieces one after the other.
        mode: who may read it.

    Raises:
        OSError: it cannot be written; no part of it stays.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.resolve().parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb", buffering=_BUFFER) as stream:
            _put(stream, (data,) if isinstance(data, bytes) else data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        owner = invoking_user()
        if owner is not None:
            os.chown(temporary, *owner)
        temporary.replace(path)
        sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _put(stream: IO[bytes], pieces: Iterable[bytes]) -> None:
    """Write the pieces; the disk begins with the first ones meanwhile, so that little is left for the end.

    Linux begins to write out what it is told is not needed any more (``mm/fadvise.c``).
    """
    begun = written = 0
    for piece in pieces:
        stream.write(piece)
        written += len(piece)
        if written - begun >= _SENT_ON and sys.platform == "linux":
            with suppress(OSError):  # a file system that takes no hints still takes the file
                os.posix_fadvise(stream.fileno(), begun, written - begun, os.POSIX_FADV_DONTNEED)
            begun = written


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk, so that a power cut does not undo a rename.

    File systems that cannot do it are left alone: the contents are on the disk either way.
    """
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read(path: str, *, conclusions: bool = True) -> Scan:
    """Read a scan document from a file, or from standard input for ``-``.

    Args:
        path: the file, or ``-``.
        conclusions: whether its attributions and verdicts are wanted; judging anew replaces them.

    Raises:
        UsageError: it cannot be read, or is no scan document.
    """
    return codec.decode(load(path), name=name_of(path), conclusions=conclusions)


def load(path: str) -> bytes | memoryview:
    """The bytes of a file, or of standard input for ``-``.

    Raises:
        UsageError: it cannot be read.
    """
    if path == STDOUT:
        return sys.stdin.buffer.read()
    try:
        return bulky.read_bytes(Path(path))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None


def name_of(path: str) -> str:
    """What an error calls a file that was named, or ``-``."""
    return "standard input" if path == STDOUT else path
