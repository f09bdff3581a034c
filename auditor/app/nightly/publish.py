"""The folder of a network: one scan document a run, reports and a manifest beside it."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from auditor import codec
from auditor.app.reports import manifest, reporting
from auditor.history.entries import Entry
from auditor.history.keep import Keep, superfluous
from auditor.model.document import Scan, Summary
from auditor.model.errors import AuditError, ToolError, UsageError
from auditor.report._api import Page

_STAMP = re.compile(r"\d{8}T\d{6}Z(?:-\d+)?")
_HALF = re.compile(r"\.\d{8}T\d{6}Z(?:-\d+)?\..+\.[a-z0-9_]{8}")
_MODE: Final = 0o640
_SAID: Final = 300


def start_name(scan: Scan) -> str:
    """The name of a scan's files: when it began, without the signs that file systems dislike."""
    return stem(scan.scan.started)


def stem(started: str) -> str:
    """A time as files are named by it: ``20261122T013000Z``."""
    return re.sub(r"\.\d+|[-:]", "", started)


def write_document(scan: Scan, folder: Path) -> Path:
    """Write the scan document, the truth of the run, before anything else is done with it.

    Raises:
        ToolError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        path = folder / f"{start_name(scan)}.json"
        number = 1
        while path.exists() and _id_of(path) != scan.scan.id:  # the clock was set back
            number += 1
            path = folder / f"{start_name(scan)}-{number}.json"
        reporting.write_atomic(path, codec.encode(scan), mode=_MODE)
    except OSError as error:
        raise ToolError(f"{folder}: {error.strerror}") from None
    return path


def write_reports(
    scan: Scan, document: Path, formats: Sequence[str], page: Page, sign_key: Path | None
) -> tuple[Path, ...]:
    """Write the other formats and, last, the manifest over everything beside the document.

    Raises:
        ToolError: something cannot be written; the rest is.
    """
    known = reporting.formats()
    written, failed = [document], []
    for name in dict.fromkeys(formats):
        if name == "json":
            continue
        made = known[name]
        suffix = made.suffixes[0] if made.suffixes else f".{name}"
        path = document.with_name(document.stem + suffix)
        try:
            reporting.write(scan, [reporting.Output(path=str(path), format=made)], page)
        except AuditError as error:
            failed.append(str(error))
        except Exception as error:  # noqa: BLE001 - a bug in one format must not cost the others
            failed.append(f"{path}: bug: {type(error).__name__}: {error}"[:_SAID])
        else:
            written.append(path)
    try:
        manifest.seal(scan, written, document.with_name(document.stem + manifest.SUFFIX), sign_key)
    except (AuditError, OSError) as error:
        failed.append(str(error))
    if failed:
        raise ToolError("; ".join(failed))
    return tuple(written)


def documents(folder: Path) -> Iterator[Path]:
    """The scan documents of a network's folder, oldest first."""
    if folder.is_dir():
        yield from sorted(path for path in folder.glob("*.json") if _STAMP.fullmatch(path.stem))


def prune(folder: Path, keep: Keep, cut: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Remove the files of runs that no rule keeps; gives the stems of those runs.

    Only files named as this module names them are touched.

    Args:
        folder: the network's.
        keep: the rules.
        cut: stems of runs that were not complete: they stand for a day only if nothing else does.
    """
    runs = [path.stem for path in documents(folder)]
    gone = superfluous([_entry(item, folder, cut) for item in runs], keep)
    for name in gone:
        for path in folder.glob(f"{name}.*"):
            if path.is_file():
                path.unlink(missing_ok=True)
    return gone


def tidy(folder: Path) -> None:
    """Remove what a run that died had begun to write. No other run can be writing: one lock."""
    if folder.is_dir():
        for path in folder.iterdir():
            if _HALF.fullmatch(path.name):
                path.unlink(missing_ok=True)


def read(path: Path) -> Scan | None:
    """A document, or None if it is none."""
    try:
        return codec.decode(path.read_bytes(), name=str(path))
    except (UsageError, OSError):
        return None


def _id_of(path: Path) -> str | None:
    found = read(path)
    return found.scan.id if found else None


def _entry(name: str, folder: Path, cut: frozenset[str]) -> Entry:
    """A run by its name alone: reading hundreds of documents each night would be waste."""
    day = f"{name[:4]}-{name[4:6]}-{name[6:8]}T{name[9:]}"
    return Entry(
        id=name, site=None, network=str(folder), started=day, finished=day,
        complete=name.partition("-")[0] not in cut, policy="", as_of="", db_version="",
        summary=Summary(),
    )  # fmt: skip
