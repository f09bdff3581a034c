"""``audit report`` and ``audit explain``: show stored scan documents."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from auditor import codec
from auditor.app.judging.hinge import family
from auditor.app.reports import forms, reporting
from auditor.cli import options
from auditor.cli import where as words
from auditor.cli.show import page, show_table
from auditor.model.difference import Difference
from auditor.model.document import Scan
from auditor.model.errors import UsageError
from auditor.report.explain import asset_text
from auditor.report.redact import KINDS, redact

ScanFile = Annotated[str, typer.Argument(metavar="SCAN.json", help="A scan document; - for stdin.")]


def report_command(
    scan_file: Annotated[
        str | None, typer.Argument(metavar="[SCAN.json]", help="A scan document; - for stdin.")
    ] = None,
    output: options.Output = None,
    fmt: options.Format = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of the scan document.")
    ] = False,
    manifest: options.Manifest = None,
    sign: options.Sign = None,
    hide: Annotated[
        str | None,
        typer.Option(
            "--redact",
            metavar="WHAT",
            help="Take addresses, macs, serials, names out (comma between), the same throughout.",
        ),
    ] = None,
    costs: options.Costs = None,
    form: options.FormFile = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="OLD",
            help="Say what changed since an earlier scan: a file, a history id, last~N or a date.",
        ),
    ] = None,
    config: words.ConfigFile = None,
    url: words.Url = None,
    network: words.Network = None,
    form_example: Annotated[
        bool, typer.Option("--form-example", help="Print a commented form file for --form.")
    ] = False,
) -> int:
    """Render a stored scan; without -o the table. Needs no database."""
    if schema:
        typer.echo(json.dumps(codec.schema(), indent=1))
        return 0
    if form_example:
        typer.echo(forms.example(), nl=False)
        return 0
    if scan_file is None:
        known = ", ".join(reporting.formats())
        raise UsageError(f"name a scan document; formats: {known}")
    places = reporting.outputs(output or (), fmt)
    if not places and fmt is not None:
        places = reporting.outputs([reporting.STDOUT], fmt)
    seal = options.seal(manifest, sign, places)
    shown = page(costs, form)
    scan = reporting.read(scan_file)
    if since is not None:
        if hide is not None:
            raise UsageError("--redact and --since: a comparison names what redaction takes out")
        shown = replace(shown, changes=_before(scan, since, config, url, network))
    if hide is not None:
        scan = redact(scan, _named(hide))
    if places:
        reporting.write(scan, places, shown)
        seal(scan, places)
    else:
        show_table(scan, shown)
    for reason in scan.scan.incomplete_because:
        sys.stderr.write(f"incomplete: {reason}\n")
    return 0


def _before(
    scan: Scan, since: str, config: Path | None, url: str | None, network: str | None
) -> Difference:
    """What changed since an earlier scan. The history's library is loaded only for that."""
    from auditor.app import past  # noqa: PLC0415

    where = past.Where(config=config, url=url, network=network)
    return past.before(where, scan, since)


def _named(hide: str) -> list[str]:
    """What ``--redact`` names; nothing named, as by an unset variable, must not share everything.

    Raises:
        UsageError: it names nothing.
    """
    named = [word.strip() for word in hide.split(",") if word.strip()]
    if not named:
        raise UsageError(f"--redact names nothing to take out: one or more of {', '.join(KINDS)}")
    return named


def explain_command(
    scan_file: ScanFile,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Address, MAC or asset id.")],
) -> int:
    """Show the chain of evidence for one device, from bytes on the wire to the line of law."""
    scan = reporting.read(scan_file)
    wanted = address.lower()
    for asset in family(scan.assets):
        names = {asset.id.lower(), (asset.mac or "").lower(), *asset.addresses}
        if wanted in names:
            sys.stdout.write(asset_text(asset, scan))
            return 0
    raise UsageError(f"{address}: no such device in {scan_file}; `audit report` lists them")
