"""``audit db update`` and ``audit db bundle``: databases for machines without internet."""

from pathlib import Path
from typing import Annotated

import typer

from auditor.app.clock import stamp, today
from auditor.catalog.locate import home, shipped
from auditor.catalog.updates import places, pointer_of
from auditor.model.errors import UsageError


def update(
    path: Annotated[
        Path | None, typer.Argument(metavar="BUNDLE", help="As audit db bundle wrote it.")
    ] = None,
    signers: Annotated[
        Path | None,
        typer.Option("--signers", metavar="FILE", help="Keys that may sign: man ssh-keygen."),
    ] = None,
    allow_older: Annotated[
        bool, typer.Option("--allow-older", help="Take one that is not newer all the same.")
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the database before the last update.")
    ] = False,
) -> int:
    """Put a newer database in effect from a signed bundle, or go back; needs no internet.

    Signature, content and every check of audit db verify come first; on any fault all stays as it
    was.
    """
    from auditor.app import dbupdate  # noqa: PLC0415 - archives and signatures, for this alone

    if rollback:
        if path is not None:
            raise UsageError("--rollback takes no BUNDLE")
        change = dbupdate.rollback()
        typer.echo(f"database {change.after} is in effect again, instead of {change.before}")
        return 0
    if path is None:
        raise UsageError("name a BUNDLE, or --rollback")
    if signers is not None and not signers.is_file():
        raise UsageError(f"--signers {signers}: no such file")
    change = dbupdate.update(
        path, signers=signers, allow_older=allow_older, today=today(), stamp=stamp()
    )
    if not change.changed:
        typer.echo(f"database {change.after} is in effect already; nothing was changed")
    else:
        typer.echo(
            f"database {change.after} is in effect, signed by {change.signer};"
            f" before: {change.before} (audit db update --rollback)"
        )
    return 0


def bundle_command(
    out: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The bundle, a .tar.gz.")
    ],
    key: Annotated[
        Path,
        typer.Option(
            "--key", metavar="FILE", help="SSH key that signs: private, or public with an agent."
        ),
    ],
    root: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", help="Database; the one in effect if not given."),
    ] = None,
) -> int:
    """Write a signed bundle of the database, for audit db update on machines without internet."""
    from auditor.app import dbupdate  # noqa: PLC0415 - archives and signatures, for this alone

    version = dbupdate.make_bundle(root or home(), key, out, today())
    typer.echo(f"{out}: database {version}, signed with {key}")
    return 0


def origin() -> str:
    """Where the database in effect came from."""
    root = home()
    if root == shipped():
        return f"{root} (shipped)"
    for place in places():
        found = pointer_of(place).current
        if found is not None and place / found.folder == root:
            return f"{root} (update of {found.installed[:10]}, signed by {found.signer})"
    return str(root)
