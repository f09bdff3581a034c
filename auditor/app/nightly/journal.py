"""The journal of a running scan: every judged device on the disk before the next one comes.

If the machine dies, what was judged is in the journal. The next run closes it as an incomplete
scan and starts anew.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

import msgspec

from auditor import codec
from auditor.app.judging.hinge import rejudge, summary
from auditor.app.reports.reporting import sync_folder
from auditor.model.document import Asset, Coverage, Header, Ledger, Scan
from auditor.model.errors import UsageError
from auditor.model.scope import spans_of
from auditor.policy.judge import Bench

SUFFIX: Final = ".journal"
_BETWEEN: Final = "@"
"""Stands between the network's name, which has none, and the scan's id."""


class Journal:
    """An open journal. Lines reach the kernel at once; ``sync`` brings them to the disk.

    Attributes:
        path: the file.
        count: devices put down.
        fault: why a device could not be put down, if one could not.
    """

    def __init__(self, folder: Path, network: str, header: Header) -> None:
        """Begin one.

        Args:
            folder: where journals stand.
            network: whose scan it is.
            header: of the document that the scan would become if it ended now.

        Raises:
            OSError: it cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / f"{network}{_BETWEEN}{header.id}{SUFFIX}"
        self.count = 0
        self.fault: str | None = None
        self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._dirty = False
        try:
            self._write(msgspec.json.encode(header) + b"\n")
            os.fsync(self._handle)
        except OSError:
            os.close(self._handle)
            self.path.unlink(missing_ok=True)
            raise
        sync_folder(folder)

    def __enter__(self) -> Self:
        """Use it in a ``with``."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file; it stays on the disk until ``discard``."""
        os.close(self._handle)

    def note(self, asset: Asset) -> bool:
        """Put a judged device down; a later one with the same id replaces it.

        Returns:
            False if the disk refused, which ``fault`` explains. The next device is tried again.
        """
        # After a torn line a new one begins, so that only the torn one is lost.
        start = b"\n" if self.fault else b""
        try:
            self._write(start + codec.encode_asset(asset) + b"\n")
        except OSError as error:
            self.fault = error.strerror or str(error)
            return False
        self.count += 1
        self._dirty = True
        return True

    def sync(self) -> None:
        """Bring what was put down to the disk. May take long on a slow one: call it in a thread.

        Raises:
            OSError: the disk refused.
        """
        if self._dirty:
            self._dirty = False
            os.fsync(self._handle)

    def discard(self) -> None:
        """Take it away: what it holds is safe elsewhere, or it holds nothing."""
        self.path.unlink(missing_ok=True)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:  # a disk that is nearly full takes a part of a line
            rest = rest[os.write(self._handle, rest) :]


def left_over(folder: Path) -> Iterator[tuple[str, Path]]:
    """Journals of runs that died with their networks, oldest first."""
    found = folder.glob(f"*{SUFFIX}") if folder.is_dir() else ()
    for path in sorted(found, key=lambda path: (path.stat().st_mtime, path.name)):
        yield path.name.removesuffix(SUFFIX).rpartition(_BETWEEN)[0], path


def close(path: Path, bench_of: Callable[[Header], Bench], finished: str) -> Scan | None:
    """The scan that a journal holds, as an incomplete document; None if it holds no device.

    A last line that was cut in half by the end of the machine is left out. The devices are judged
    once more from their observations, so that verdicts and database version fit together.

    Args:
        path: the journal.
        bench_of: gives what to judge by, as of the day of the scan.
        finished: when it was closed, RFC 3339.
    """
    lines = path.read_bytes().split(b"\n")
    try:
        header = msgspec.json.decode(lines[0], type=Header)
    except msgspec.MsgspecError:
        return None
    assets: dict[str, Asset] = {}
    for line in lines[1:]:
        try:
            asset = codec.decode_asset(line)
        except UsageError:
            continue
        assets[asset.id] = asset
    if not assets:
        return None
    return rejudge(_document(header, tuple(assets.values()), finished), bench_of(header))


def _document(header: Header, found: tuple[Asset, ...], finished: str) -> Scan:
    why = "the run was ended before the scan was (power, kill or crash)"
    at = {a for asset in found for a in asset.addresses or (asset.address,) if a}
    return Scan(
        scan=replace(header, finished=finished, complete=False, incomplete_because=(why,)),
        coverage=Coverage(
            in_scope=None,
            answered=len(at),
            assessed=len(at),
            ledger=Ledger(answered=spans_of(at), not_scanned=header.scope, not_scanned_why=why),
            notes=("Closed from the journal: what was judged by then is here; the rest is not.",),
        ),
        summary=summary(found),
        assets=found,
    )
