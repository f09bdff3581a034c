"""``audit doctor``."""

import typer

from auditor.app.doctor import examine


def doctor_command() -> int:
    """Say what this machine can and cannot see, and how to mend it. Sends nothing."""
    for finding in examine():
        typer.echo(f"{finding.state:8} {finding.what}: {finding.says}")
        if finding.remedy:
            typer.echo(f"         mend: {finding.remedy}")
    return 0
