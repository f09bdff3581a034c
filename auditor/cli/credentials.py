"""``audit credentials``: whom each entry would be used for. Nothing is sent."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from auditor import codec
from auditor.app.credentials.choose import choose, whom
from auditor.app.credentials.file import Entry, find, read
from auditor.model.document import Asset
from auditor.model.errors import UsageError
from auditor.model.words import VIDEO_KINDS
from auditor.report.words import tame, title_of

app = typer.Typer(no_args_is_help=True, help="The owner's passwords: check their file.")


@app.callback()
def _root() -> None:
    """Keep ``check`` a word of its own."""


@app.command("check")
def check_command(
    scan: Annotated[
        Path | None,
        typer.Argument(metavar="SCAN.json", help="A scan, to say which of its devices fit."),
    ] = None,
    credentials: Annotated[
        Path | None,
        typer.Option("--credentials", metavar="FILE", help="The credentials file."),
    ] = None,
) -> int:
    """Say which devices each entry would be used for. Reads only, sends nothing, shows no secret."""
    path = find(str(credentials) if credentials else None)
    if path is None:
        raise UsageError("name the file: audit credentials check --credentials FILE [SCAN.json]")
    entries = read(path, lambda *_: "")
    assets = _assets(scan) if scan is not None else ()
    chosen = [(asset, choose(entries, whom(asset))) for asset in assets]
    sys.stdout.write(f"{path}: {len(entries)} entries, no one else can read it\n")
    for entry in entries:
        fits = [asset for asset, one in chosen if one is entry]
        sys.stdout.write("\n".join(_told(entry, fits, known=scan is not None)) + "\n")
    without = [asset for asset, one in chosen if one is None and asset.kind in VIDEO_KINDS]
    if scan is not None:
        sys.stdout.write(f"no entry: {len(without)} cameras and recorders\n")
        sys.stdout.write("".join(f"  {_named(asset)}\n" for asset in without))
    return 0


def _assets(path: Path) -> Sequence[Asset]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    return codec.decode(data, name=str(path)).assets


def _told(entry: Entry, fits: list[Asset], *, known: bool) -> list[str]:
    clear = "; may send it in clear (allow_basic)" if entry.secret.allow_basic else ""
    lines = [f"{entry.label}: {entry.held}{clear}"]
    if known:
        lines.append(f"  {len(fits)} devices")
        lines += [f"  {_named(asset)}" for asset in fits]
    return lines


def _named(asset: Asset) -> str:
    return f"{asset.address or asset.id}  {tame(title_of(asset), 60)}"
