"""The journal of a running scan: every judged device on the disk before the next one comes.

If the machine dies, what was judged is in the journal. The next run closes it as an incomplete
scan and starts anew.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

import msgspec

from auditor import codec
from auditor.app.judging import law_notes, summary, vendor_notes
from auditor.model.document import Asset, Coverage, Header, Ledger, Scan
from auditor.model.errors import UsageError
from auditor.model.scope import spans_of
from auditor.policy.judge import Bench

_SYNC_SECONDS: Final = 1.0
SUFFIX: Final = ".journal"


class Journal:
    """An open journal. Lines reach the kernel at once, and the disk once a second."""

    def __init__(self, path: Path, header: Header) -> None:
        """Begin one.

        Raises:
            OSError: it cannot be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._stream = os.fdopen(handle, "wb", buffering=0)
        self._synced = 0.0
        self._write(msgspec.json.encode(header))

    def __enter__(self) -> Self:
        """Use it in a ``with``."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file; it stays on the disk until ``discard``."""
        self._stream.close()

    def note(self, asset: Asset) -> None:
        """Put a judged device down; a later one with the same id replaces it.

        Raises:
            OSError: the disk is full or gone.
        """
        self._write(codec.encode_asset(asset))

    def discard(self) -> None:
        """Take it away: the scan document is on the disk."""
        self._stream.close()
        self._path.unlink(missing_ok=True)

    def _write(self, line: bytes) -> None:
        self._stream.write(line + b"\n")
        now = time.monotonic()
        if now - self._synced >= _SYNC_SECONDS:
            os.fsync(self._stream.fileno())
            self._synced = now


def left_over(folder: Path) -> Iterator[Path]:
    """Journals of runs that died, oldest first."""
    found = folder.glob(f"*{SUFFIX}") if folder.is_dir() else ()
    yield from sorted(found, key=lambda path: (path.stat().st_mtime, path.name))


def close(path: Path, judge_with: Callable[[], Bench], finished: str) -> Scan | None:
    """The scan that a journal holds, as an incomplete document; None if it holds not even a head.

    A last line that was cut in half by the end of the machine is left out.

    Args:
        path: the journal.
        judge_with: gives the database, for the notes on the law.
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
    bench = judge_with()
    answered = spans_of(
        address
        for asset in assets.values()
        for address in asset.addresses or (asset.address or "",)
    )
    found = tuple(assets.values())
    why = "the run was ended before the scan was (power, kill or crash)"
    return Scan(
        scan=replace(header, finished=finished, complete=False, incomplete_because=(why,)),
        coverage=Coverage(
            in_scope=None,
            answered=len(found),
            assessed=len(found),
            ledger=Ledger(answered=tuple(answered), not_scanned=header.scope, not_scanned_why=why),
            notes=("Closed from the journal: what was judged by then is here; the rest is not.",),
        ),
        summary=summary(found),
        assets=found,
        law=law_notes(bench),
        vendors=vendor_notes(found, bench),
    )
