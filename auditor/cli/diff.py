"""``audit diff``: what changed between two scans."""

import json
import sys
from pathlib import Path
from typing import Annotated, cast

import typer

from auditor import registry
from auditor.app import past
from auditor.app.past import Where
from auditor.app.reports import reporting
from auditor.cli import where as words
from auditor.cli.show import page
from auditor.model.difference import Difference
from auditor.model.errors import ToolError, UsageError
from auditor.report.changes._api import Changes
from auditor.report.changes.json import schema as diff_schema


def diff_command(
    old: Annotated[
        str | None, typer.Argument(metavar="OLD", help="A file, a history id, last~N or a date.")
    ] = None,
    new: Annotated[str | None, typer.Argument(metavar="NEW", help="Likewise.")] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="First scan since that day, and the last."),
    ] = None,
    config: words.ConfigFile = None,
    url: words.Url = None,
    network: words.Network = None,
    site: words.Site = None,
    fmt: Annotated[
        str | None, typer.Option("--format", metavar="ID", help="table, json, md or html.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="The suffix picks the format."),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of the JSON format.")
    ] = False,
) -> int:
    """Say what changed from one scan to another. Exit code 0 whatever it is."""
    if schema:
        typer.echo(json.dumps(diff_schema(), indent=1))
        return 0
    form = _form(fmt, output)
    where = Where(config=config, url=url, network=network, site=site)
    found = _difference(where, old, new, since)
    data = form.render(found, page())
    if output is None or output == reporting.STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return 0
    try:
        reporting.write_atomic(Path(output), data)
    except OSError as error:
        raise ToolError(f"{output}: {error.strerror}") from None
    return 0


def _difference(where: Where, old: str | None, new: str | None, since: str | None) -> Difference:
    if since is not None:
        if old is not None:
            raise UsageError("--since names both scans: leave OLD and NEW out")
        return past.since(where, since)
    if old is None or new is None:
        raise UsageError("name two scans, such as `audit diff last~1 last`; or --since DATE")
    return past.difference(where, old, new)


def forms() -> dict[str, Changes]:
    """Every form of a difference by its id."""
    found = registry.members("auditor.report.changes", "CHANGES")
    return {name: cast("Changes", item) for name, item in found.items()}


def _form(fmt: str | None, output: str | None) -> Changes:
    known = forms()
    if fmt is not None:
        if fmt not in known:
            raise UsageError(f"--format {fmt!r} is unknown; formats: {', '.join(known)}")
        return known[fmt]
    if output is None:
        return known["table"]
    if output == reporting.STDOUT:
        return known["json"]
    for item in known.values():
        if output.lower().endswith(item.suffixes):
            return item
    told = ", ".join(f"{'/'.join(item.suffixes)} ({name})" for name, item in known.items())
    raise UsageError(f"-o {output}: no format for this suffix; known: {told}")
