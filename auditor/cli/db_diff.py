"""``audit db diff``: what changed at the sources, for a person to review."""

from pathlib import Path
from typing import Annotated

import typer

from auditor.catalog import differences
from auditor.catalog.differences import Difference
from auditor.catalog.load import load
from auditor.cli import options
from auditor.model.errors import UsageError

_CAP = 64 * 2**20


def diff(
    manuf: Annotated[
        Path | None,
        typer.Option("--manuf", metavar="FILE", help="Newer Wireshark manuf file or IEEE CSV."),
    ] = None,
    listing: Annotated[
        tuple[str, Path] | None,
        typer.Option("--list", metavar="REGIME FILE", help="Newer list: CSV with a name column."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is of little interest.")
    ] = False,
    vendor_db: options.VendorDb = None,
) -> int:
    """Print what a newer registry or list changes, for review. Writes nothing."""
    if manuf is None and listing is None:
        raise UsageError("name a newer source: --manuf FILE or --list REGIME FILE")
    if manuf is not None:
        _manuf(manuf, vendor_db, everything=everything)
    if listing is not None:
        _list(listing[0], listing[1], vendor_db, everything=everything)
    return 0


def _manuf(path: Path, vendor_db: list[Path] | None, *, everything: bool) -> None:
    catalog = load(tuple(vendor_db or ()))
    newer = differences.read_registry(_lines(path), str(path))
    older = differences.registry_table(catalog)
    found = differences.registry_differences(catalog, newer, older)
    shown = _print(found, everything=everything)
    typer.echo(f"{len(newer):,} blocks against {len(older):,}: {shown} to review")


def _list(regime: str, path: Path, vendor_db: list[Path] | None, *, everything: bool) -> None:
    catalog = load(tuple(vendor_db or ()))
    names = differences.read_names(_lines(path), str(path))
    found = differences.list_differences(catalog, regime, names)
    shown = _print(found, everything=everything)
    typer.echo(f"{len(names):,} names: {shown} to review for {regime}")


def _print(found: list[Difference], *, everything: bool) -> int:
    shown = [item for item in found if everything or not item.quiet]
    for item in shown:
        typer.echo(f"{item.what:10} {item.name}: {item.about}")
    if len(shown) < len(found):
        typer.echo(f"{len(found) - len(shown):,} of less interest (--all prints them)")
    return len(shown)


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _CAP:
            raise UsageError(f"{path}: larger than {_CAP // 2**20} MB")
        return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text") from None
