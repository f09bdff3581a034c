"""``audit doctor``."""

from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from auditor.app.appliance import checkup
from auditor.app.doctor import examine


def doctor_command(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help="Also check this appliance."),
    ] = None,
) -> int:
    """Say what this machine can and cannot see, and how to mend it. Sends nothing."""
    for finding in chain(examine(), checkup.examine(config)):
        typer.echo(f"{finding.state:8} {finding.what}: {finding.says}")
        if finding.remedy:
            typer.echo(f"         mend: {finding.remedy}")
    return 0
