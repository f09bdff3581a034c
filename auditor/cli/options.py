"""Options that several commands share, spelled once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from auditor.app.judging.bench import DEFAULT_POLICY, Terms
from auditor.app.reports.reporting import STDOUT
from auditor.app.reports.reporting import Output as Output_
from auditor.model.document import Scan
from auditor.model.errors import UsageError

Output = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="PATH",
        help="Write a report; the suffix picks the format; repeatable; - is standard output.",
    ),
]
Format = Annotated[
    str | None, typer.Option("--format", metavar="ID", help="Format of every -o; see audit report.")
]
Manifest = Annotated[
    Path | None,
    typer.Option(
        "--manifest",
        metavar="FILE.sha256",
        help="Write SHA-256 of every report and of the raw observations; audit verify checks it.",
    ),
]
Sign = Annotated[
    Path | None,
    typer.Option("--sign", metavar="KEY", help="Sign the manifest with this SSH key."),
]
Policy = Annotated[
    str, typer.Option("--policy", metavar="NAME|FILE", help="Which regimes count together.")
]
Regime = Annotated[
    list[str] | None,
    typer.Option("--regime", metavar="ID", help="Judge under this regime instead; repeatable."),
]
Profile = Annotated[
    list[str] | None,
    typer.Option(
        "--profile", metavar="FLAG", help="Who you are, such as us-federal-contractor; repeatable."
    ),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Judge by the law of this day.")
]
Exemptions = Annotated[
    Path | None, typer.Option("--exemptions", metavar="FILE", help="Documented permissions, TOML.")
]
VendorDb = Annotated[
    list[Path] | None,
    typer.Option("--vendor-db", metavar="DIR", help="Overlay on the database; repeatable."),
]
Costs = Annotated[
    Path | None,
    typer.Option(
        "--costs",
        metavar="FILE.csv",
        help="Prices for the replacement plan: kind,model,cost,currency.",
    ),
]
FormFile = Annotated[
    Path | None,
    typer.Option(
        "--form",
        metavar="FILE.toml",
        help="What a person adds to a US federal form; audit report --form-example prints one.",
    ),
]
FailOn = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="WHAT",
        help="covered, indeterminate or never: which outcomes give exit codes 10 and 11.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more on standard error.")]
JsonLogs = Annotated[bool, typer.Option("--json-logs", help="Progress as JSON lines.")]

FAIL_ON_DEFAULT = "indeterminate"
POLICY_DEFAULT = DEFAULT_POLICY


@dataclass(frozen=True, slots=True)
class Seal:
    """Where the manifest of what is written goes, and who signs it."""

    place: Path | None
    key: Path | None

    def __call__(self, scan: Scan, places: Sequence[Output_]) -> None:
        """Write and sign it, if one is wanted."""
        if self.place is not None:
            # Few calls want one, and every command imports this file.
            from auditor.app.reports import manifest as manifests  # noqa: PLC0415

            files = [Path(item.path) for item in places if item.path != STDOUT]
            manifests.seal(scan, files, self.place, self.key)


def seal(manifest: Path | None, sign: Path | None, places: Sequence[Output_]) -> Seal:
    """The words of ``--manifest`` and ``--sign``, checked before any work is done.

    Raises:
        UsageError: a manifest of nothing, a signature of no manifest, or a bad place.
    """
    if manifest is None:
        if sign is not None:
            raise UsageError("--sign signs a manifest: add --manifest FILE.sha256")
        return Seal(None, None)
    from auditor.app.reports import manifest as manifests  # noqa: PLC0415 - as above

    manifests.check_place(manifest)
    if not any(item.path != STDOUT for item in places):
        raise UsageError("--manifest lists the files of -o: name at least one")
    if sign is not None and not sign.is_file():
        raise UsageError(f"--sign {sign}: no such key file")
    return Seal(manifest, sign)


_FAIL_ON = ("covered", "indeterminate", "never")


def terms(
    policy: str,
    regime: list[str] | None,
    profile: list[str] | None,
    as_of: str | None,
    exemptions: Path | None,
    vendor_db: list[Path] | None,
    fail_on: str,
) -> Terms:
    """The shared words as one value.

    Raises:
        UsageError: ``--fail-on`` is none of its words.
    """
    if fail_on not in _FAIL_ON:
        raise UsageError(f"--fail-on {fail_on!r} is none of {', '.join(_FAIL_ON)}")
    return Terms(
        policy=policy,
        regimes=tuple(regime or ()),
        profile=tuple(profile or ()),
        as_of=as_of,
        exemptions=exemptions,
        vendor_db=tuple(vendor_db or ()),
        fail_on=fail_on,
    )
