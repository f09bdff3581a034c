"""Interrupted scans: kept in the state folder, and taken up again with ``--resume ID``."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

import msgspec

from auditor import codec
from auditor.app.devices.desk import Card, Desk, Stage
from auditor.app.reports.reporting import write_atomic
from auditor.app.scanning.options import ScanOptions
from auditor.app.state import state_folder
from auditor.model.document import Asset, Scan
from auditor.model.errors import UsageError
from auditor.model.words import Ending

_KEEP = 20


def keep(scan: Scan, options: ScanOptions) -> Path:
    """Store an interrupted scan with its options; the oldest beyond a score are dropped.

    Raises:
        OSError: the state folder cannot be written.
    """
    folder = state_folder() / "interrupted"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{scan.scan.id}.json"
    head = {"options": replace(options, baseline=None), "baseline": _absolute(options.baseline)}
    told = msgspec.json.encode(head) + b"\n"
    write_atomic(path, chain((told,), codec.pieces(scan)), mode=0o600)
    kept = sorted(folder.glob("*.json"), key=lambda item: item.stat().st_mtime, reverse=True)
    for old in kept[_KEEP:]:
        old.unlink(missing_ok=True)
    return path


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.resolve())


def rescue(scan: Scan) -> Path:
    """Store a finished scan whose reports could not be written, as a plain scan document.

    Raises:
        OSError: the state folder cannot be written either.
    """
    folder = state_folder() / "unwritten"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{scan.scan.id}.json"
    write_atomic(path, codec.pieces(scan), mode=0o600)
    return path


def take_up(scan_id: str) -> tuple[ScanOptions, Scan]:
    """The options and the document of an interrupted scan.

    Raises:
        UsageError: there is no such scan, or it cannot be read.
    """
    folder = state_folder() / "interrupted"
    path = folder / f"{scan_id}.json"
    if not scan_id.isalnum() or not path.is_file():
        known = ", ".join(sorted(item.stem for item in folder.glob("*.json"))) or "none"
        raise UsageError(f"--resume {scan_id}: no interrupted scan of that id; kept: {known}")
    try:
        with path.open("rb") as stream:
            told = msgspec.json.decode(stream.readline())
            options = msgspec.convert(told["options"], ScanOptions)
            baseline = told.get("baseline")
            scan = codec.decode_lines(stream, name=str(path))
    except (OSError, msgspec.MsgspecError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); scan anew") from None
    if isinstance(baseline, str):
        options = replace(options, baseline=Path(baseline))
    return options, scan


def restore(desk: Desk, previous: Scan) -> int:
    """Put the finished hosts of an earlier run back on the desk; gives how many there were.

    Hosts that the interruption left half-way are asked again from the start.
    """
    undone = {item.address for item in previous.coverage.not_assessed}
    count = 0
    for asset in previous.assets:
        for address in asset.addresses:
            if address in desk.scope and address not in undone:
                card = desk.cards[address] = _card(asset, address)
                for item in asset.observations:
                    if item.signal == "mac" and item.endpoint == "link":
                        desk.show_mac(card, item.value)
                count += 1
    return count


def _card(asset: Asset, address: str) -> Card:
    card = Card(address=address, stage=Stage.DONE, methods={"resumed"})
    card.add(asset.observations)
    card.attempts.extend(asset.attempts)
    for attempt in asset.attempts:
        if attempt.probe == "ports":
            port = int(attempt.endpoint.partition("/")[2] or 0)
            card.knocked.add(port)
            if attempt.outcome is Ending.OK:
                card.open_ports.add(port)
    for child in asset.children:
        _behind(card, child)
    return card


def _behind(card: Card, child: Asset) -> None:
    """What a recorder showed of a camera at a port of its own; its channels tell the rest anew."""
    for item in child.observations:
        kind, _, port = (item.endpoint or "").partition("/")
        if kind == "tcp" and port.isdecimal():
            page = Card(address=card.address, methods={"recorder"}, attempts=list(child.attempts))
            card.behind.setdefault(int(port), page).add([item])
