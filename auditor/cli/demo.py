"""``audit demo``."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from auditor.app.demo import demo
from auditor.cli import options
from auditor.cli.show import Show, show_table


def demo_command(
    directory: Annotated[
        Path, typer.Option("--directory", "-d", metavar="DIR", help="Where the reports go.")
    ] = Path("demo-report"),
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Scan a simulated fleet on this machine's loopback; writes HTML, JSON and CSV."""
    show = Show(quiet=quiet, verbose=verbose, json_logs=False)
    try:
        document, written = asyncio.run(demo(directory, show))
    finally:
        show.close()
    if not quiet:
        show_table(document)
    for path in written:
        sys.stderr.write(f"wrote {path}\n")
    return 0
