"""The folder of a network: one scan document a run, reports and a manifest beside it."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from auditor import codec
from auditor.app import manifest, reporting
from auditor.history.entries import Entry
from auditor.history.keep import Keep, superfluous
from auditor.model.document import Scan, Summary
from auditor.model.errors import ToolError, UsageError
from auditor.report._api import Page

_STAMP = re.compile(r"\d{8}T\d{6}Z(?:-\d+)?")
_MODE: Final = 0o640


def start_name(scan: Scan) -> str:
    """The name of a scan's files: when it began, without the signs that file systems dislike."""
    return re.sub(r"\.\d+|[-:]", "", scan.scan.started)


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
    """Write the other formats and the manifest beside the document.

    Raises:
        ToolError: something cannot be written; the rest is.
    """
    known = reporting.formats()
    places = []
    for name in dict.fromkeys(formats):
        if name == "json":
            continue
        made = known[name]
        suffix = made.suffixes[0] if made.suffixes else f".{name}"
        path = str(document.with_name(document.stem + suffix))
        places.append(reporting.Output(path=path, format=made))
    reporting.write(scan, places, page)
    files = (document, *(Path(place.path) for place in places))
    manifest.seal(scan, files, document.with_name(document.stem + manifest.SUFFIX), sign_key)
    return files


def documents(folder: Path) -> Iterator[Path]:
    """The scan documents of a network's folder, oldest first."""
    if folder.is_dir():
        yield from sorted(path for path in folder.glob("*.json") if _STAMP.fullmatch(path.stem))


def prune(folder: Path, keep: Keep) -> int:
    """Remove the files of runs that no rule keeps; gives the number of runs.

    Only files named as this module names them are touched.
    """
    runs = [path.stem for path in documents(folder)]
    entries = [_entry(stem, folder) for stem in runs]
    gone = superfluous(entries, keep)
    for stem in gone:
        for path in folder.glob(f"{stem}.*"):
            if path.is_file():
                path.unlink(missing_ok=True)
    return len(gone)


def read(path: Path) -> Scan | None:
    """A document, or None if it is none."""
    try:
        return codec.decode(path.read_bytes(), name=str(path))
    except (UsageError, OSError):
        return None


def _id_of(path: Path) -> str | None:
    found = read(path)
    return found.scan.id if found else None


def _entry(stem: str, folder: Path) -> Entry:
    """A run by its name alone: reading hundreds of documents each night would be waste."""
    day = f"{stem[:4]}-{stem[4:6]}-{stem[6:8]}T{stem[9:]}"
    return Entry(
        id=stem, site=None, network=str(folder), started=day, finished=day, complete=True,
        policy="", as_of="", db_version="", summary=Summary(),
    )  # fmt: skip
