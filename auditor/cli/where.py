"""The options that say which history is meant, and which part of it."""

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", metavar="FILE", help="auditor.toml; default: the one here."),
]
Url = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="The history itself: sqlite:///… or postgresql://…"),
]
Network = Annotated[
    str | None, typer.Option("--network", metavar="NAME", help="Only scans of this network.")
]
Site = Annotated[str | None, typer.Option("--site", metavar="NAME", help="Only of this site.")]
