"""``audit verify``: is a report, or a whole folder of them, as it was written?"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from auditor.app.reports import manifest as manifests
from auditor.model.errors import UsageError


def verify_command(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A manifest (.sha256), or a file with its manifest beside it."
        ),
    ],
    signers: Annotated[
        Path | None,
        typer.Option(
            "--signers",
            metavar="FILE",
            help="Allowed signers (man ssh-keygen): the signature must be of one of them.",
        ),
    ] = None,
) -> int:
    """Check files against their manifest, and the manifest against its signature.

    Exit code 0: all as it was written; 1: something is missing, changed or wrongly signed.
    """
    place = _manifest_of(file)
    if signers is not None and not signers.is_file():
        raise UsageError(f"--signers {signers}: no such file")
    data = _read(place)
    found = manifests.parse(data, str(place))
    results = [manifests.check_signature(data, place, signers)]
    results += manifests.check(found, place.parent)
    for one in results:
        sys.stdout.write(f"{'ok  ' if one.good else 'BAD '} {one.name}: {one.text}\n")
    bad = sum(not one.good for one in results)
    if bad:
        sys.stdout.write(f"{bad} of {len(results)} checks failed\n")
    return 1 if bad else 0


def _manifest_of(file: Path) -> Path:
    if not file.is_file():
        raise UsageError(f"{file}: no such file")
    if file.suffix == manifests.SUFFIX:
        return file
    beside = sorted(file.resolve().parent.glob(f"*{manifests.SUFFIX}"))
    for place in beside:
        if file.name in manifests.parse(_read(place), str(place)).files:
            return place
    raise UsageError(
        f"{file}: no manifest beside it names it; write one with"
        " `audit report SCAN.json -o … --manifest reports.sha256`"
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
