"""``audit history``: the scans that are remembered."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from auditor import codec
from auditor.app import past
from auditor.app.appliance.config import KeepPart, keep_of
from auditor.app.nightly.publish import start_name
from auditor.app.past import Where
from auditor.app.reports import reporting
from auditor.cli import options
from auditor.cli.show import page, show_table
from auditor.cli.where import ConfigFile, Network, Site, Url
from auditor.history.entries import Entry, as_json
from auditor.history.keep import Keep, superfluous
from auditor.history.store import History
from auditor.model.document import Scan
from auditor.model.errors import ToolError, UsageError
from auditor.report.words import tame

app = typer.Typer(help="List, show, prune, export, check, rebuild or import remembered scans.")

Form = Annotated[str, typer.Option("--format", metavar="table|json", help="Lines or JSON.")]
Reference = Annotated[
    str, typer.Argument(metavar="ID", help="An id, the start of one, last, last~N or a date.")
]
_FORMS = ("table", "json")


@app.command("list")
def list_command(
    config: ConfigFile = None,
    url: Url = None,
    network: Network = None,
    site: Site = None,
    form: Form = "table",
) -> int:
    """List the scans, newest first."""
    if form not in _FORMS:
        raise UsageError(f"--format {form!r} is none of {', '.join(_FORMS)}")
    where = Where(config=config, url=url, network=network, site=site)
    found: tuple[Entry, ...] = ()
    if past.exists(where):
        with past.opened(where) as history:
            found = past.entries(history, where)
    if form == "json":
        sys.stdout.write(json.dumps([as_json(item) for item in found], indent=1) + "\n")
        return 0
    for line in _lines(found):
        sys.stdout.write(f"{line}\n")
    if not found:
        sys.stderr.write("no scans; `audit run` or `audit history import` stores them\n")
    return 0


def _lines(found: tuple[Entry, ...]) -> list[str]:
    if not found:
        return []
    rows = [("id", "network", "site", "started", "complete", "hosts", "covered", "undetermined")]
    rows += [
        (
            item.id,
            tame(item.network, 40),
            tame(item.site or "", 30),
            item.started[:19].replace("T", " "),
            "yes" if item.complete else "NO",
            str(item.summary.assets),
            str(item.summary.covered),
            str(item.summary.indeterminate),
        )
        for item in found
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


@app.command("show")
def show_command(
    scan: Reference,
    config: ConfigFile = None,
    url: Url = None,
    network: Network = None,
    site: Site = None,
    output: options.Output = None,
    fmt: options.Format = None,
) -> int:
    """Show a scan as a table, or write it in any format with -o."""
    places = reporting.outputs(output or ([reporting.STDOUT] if fmt else []), fmt)
    where = Where(config=config, url=url, network=network, site=site)
    with past.opened(where) as history:
        found = history.get(past.find(history, where, scan).id)
    if places:
        reporting.write(found, places, page())
    else:
        show_table(found)
    return 0


@app.command("prune")
def prune_command(
    config: ConfigFile = None,
    url: Url = None,
    network: Network = None,
    site: Site = None,
    last: Annotated[int | None, typer.Option(min=0, help="Keep the last N scans.")] = None,
    daily: Annotated[int | None, typer.Option(min=0, help="The newest of N days.")] = None,
    weekly: Annotated[int | None, typer.Option(min=0, help="The newest of N weeks.")] = None,
    monthly: Annotated[int | None, typer.Option(min=0, help="The newest of N months.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which.")] = False,
) -> int:
    """Forget the scans of a network that no keep rule keeps; its newest always stays.

    A rule that is not given is that of the configuration. When a device was first and last seen
    is kept.
    """
    where = Where(config=config, url=url, network=network, site=site)
    keep = _keep(where, last, daily, weekly, monthly)
    with past.opened(where) as history:
        every = past.entries(history, where)
        gone = superfluous(every, keep)
        named = {item.id: item for item in every}
        if gone and not dry_run:
            history.remove(gone)
    word = "would forget" if dry_run else "forgot"
    for scan_id in gone:
        item = named[scan_id]
        sys.stdout.write(f"{word} {scan_id}  {tame(item.network, 40)}  {item.started}\n")
    sys.stdout.write(f"{word} {len(gone)} of {len(every)} scans\n")
    return 0


def _keep(
    where: Where, last: int | None, daily: int | None, weekly: int | None, monthly: int | None
) -> Keep:
    found = where.settings()
    part = found.history.keep if found else KeepPart()
    base = keep_of(part)
    return Keep(
        last=base.last if last is None else last,
        daily=base.daily if daily is None else daily,
        weekly=base.weekly if weekly is None else weekly,
        monthly=base.monthly if monthly is None else monthly,
    )


@app.command("export")
def export_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Made if it is not there.")],
    config: ConfigFile = None,
    url: Url = None,
    network: Network = None,
    site: Site = None,
) -> int:
    """Write every scan as a scan document to FOLDER/NETWORK/START.json."""
    where = Where(config=config, url=url, network=network, site=site)
    written = 0
    with past.opened(where) as history:
        for item in past.entries(history, where):
            _write(history.get(item.id), folder / _file_name(item.network), item.id)
            written += 1
    sys.stdout.write(f"{written} scan documents in {folder}\n")
    return 0


def _file_name(network: str) -> str:
    """A network as the name of a folder, whatever it is called."""
    safe = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in network)
    return f"_{safe}" if safe.startswith(".") else safe


def _write(scan: Scan, folder: Path, scan_id: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        name = start_name(scan)
        path = folder / f"{name}.json"
        number = 1
        while path.exists() and reporting.read(str(path)).scan.id != scan_id:
            number += 1
            path = folder / f"{name}-{number}.json"
        reporting.write_atomic(path, codec.encode(scan), mode=0o640)
    except OSError as error:
        raise ToolError(f"{folder}: {error.strerror}") from None


@app.command("check")
def check_command(config: ConfigFile = None, url: Url = None) -> int:
    """Read everything and say what is damaged. Exit code 1 if anything is."""
    where = Where(config=config, url=url)
    with past.opened(where) as history:
        faults = 0
        for line in history.check():
            faults += 1
            sys.stdout.write(f"BAD  {tame(line, 400)}\n")
        told = _told(history)
    sys.stdout.write(f"{faults} faults in {told}\n" if faults else f"ok   {told}\n")
    return 1 if faults else 0


def _told(history: History) -> str:
    return ", ".join(f"{many} {name}s" for name, many in history.size().items())


@app.command("rebuild")
def rebuild_command(
    config: ConfigFile = None,
    url: Url = None,
    forget: Annotated[
        bool,
        typer.Option("--forget-pruned", help="Drop sightings that only pruned scans told of."),
    ] = False,
) -> int:
    """Make the index of devices (first and last seen) anew from the scans."""
    with past.opened(Where(config=config, url=url)) as history:
        many = history.rebuild(forget=forget)
        told = _told(history)
    sys.stdout.write(f"rebuilt from {many} scans: {told}\n")
    return 0


@app.command("import")
def import_command(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Scan documents; - for stdin.")
    ],
    network: Annotated[
        str, typer.Option("--network", metavar="NAME", help="The network that they are of.")
    ],
    config: ConfigFile = None,
    url: Url = None,
) -> int:
    """Store scan documents, in whatever order; one that is there already stays as it is."""
    where = Where(config=config, url=url)
    scans = [reporting.read(path) for path in files]
    with past.opened(where, begin=True) as history:
        new = sum(history.add(scan, network=network).stored for scan in scans)
    there = len(scans) - new
    rest = f", {there} were there already" if there else ""
    sys.stdout.write(f"stored {new} scans of network {tame(network, 40)}{rest}\n")
    return 0
