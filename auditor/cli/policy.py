"""``audit policy``: which regimes count together."""

from pathlib import Path
from typing import Annotated

import typer

from auditor.app.judging.bench import Terms, bench
from auditor.catalog.load import load
from auditor.cli import options
from auditor.model.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="Policies: which regimes count together.")


@app.command("list")
def list_command(vendor_db: options.VendorDb = None) -> int:
    """List the shipped policies."""
    for policy in load(tuple(vendor_db or ())).policies.values():
        typer.echo(f"{policy.id:26} {policy.name} ({len(policy.regimes)} regimes)")
    return 0


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE")], vendor_db: options.VendorDb = None
) -> int:
    """Show a policy with its regimes."""
    judge_with = bench(Terms(policy=name, vendor_db=tuple(vendor_db or ())))
    policy = judge_with.policy
    typer.echo(f"{policy.id}: {policy.name}")
    typer.echo(f"  minimum grade: {policy.minimum}")
    typer.echo(f"  counts: {', '.join(sorted(policy.count))}")
    typer.echo(f"  profile: {', '.join(policy.profile) or 'not stated'}")
    for regime_id in policy.regimes:
        regime = judge_with.catalog.regimes[regime_id]
        typer.echo(f"  {regime.id}: {regime.name} [{regime.finding_class}]")
    return 0


@app.command("check")
def check(
    path: Annotated[Path, typer.Argument(metavar="FILE")], vendor_db: options.VendorDb = None
) -> int:
    """Check your own policy file."""
    if path.suffix != ".toml":
        raise UsageError(f"{path}: a policy is a .toml file")
    judge_with = bench(Terms(policy=str(path), vendor_db=tuple(vendor_db or ())))
    typer.echo(f"{path}: {judge_with.policy.id}: {len(judge_with.policy.regimes)} regimes, good")
    return 0
