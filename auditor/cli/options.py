"""Options that several commands share, spelled once."""

from pathlib import Path
from typing import Annotated

import typer

from auditor.app.bench import DEFAULT_POLICY, Terms
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
