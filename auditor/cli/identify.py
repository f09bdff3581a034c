"""``audit identify``: what made this, from pasted signals or JSON lines."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from auditor.app.judging import identify as use
from auditor.app.judging.bench import bench
from auditor.app.judging.hinge import exit_code
from auditor.cli import options
from auditor.model.errors import UsageError
from auditor.policy.judge import headline
from auditor.report.explain import judged_text


def identify_command(
    signals: Annotated[
        list[str] | None, typer.Argument(metavar="[SIGNAL=VALUE]...", help="Facts of one device.")
    ] = None,
    jsonl: Annotated[
        str | None, typer.Option("--jsonl", metavar="FILE|-", help="Many devices, one a line.")
    ] = None,
    policy: options.Policy = options.POLICY_DEFAULT,
    regime: options.Regime = None,
    profile: options.Profile = None,
    as_of: options.AsOf = None,
    exemptions: options.Exemptions = None,
    vendor_db: options.VendorDb = None,
    fail_on: options.FailOn = options.FAIL_ON_DEFAULT,
) -> int:
    """Say who made a device, from signals that you paste, or from JSON lines."""
    if bool(signals) == (jsonl is not None):
        raise UsageError("give either SIGNAL=VALUE words or --jsonl FILE; nothing was read")
    terms = options.terms(policy, regime, profile, as_of, exemptions, vendor_db, fail_on)
    judge_with = bench(terms)
    if jsonl is None:
        judged, verdicts = use.identify(use.pasted(signals or ()), judge_with)
        names = {key: vendor.name for key, vendor in judge_with.catalog.vendors.items()}
        typer.echo(judged_text(judged, verdicts, names))
        shown = headline(judged, verdicts, judge_with.policy)
        return exit_code([shown], complete=True, fail_on=fail_on)
    shown_all: set[str] = set()
    errors = 0
    out = sys.stdout.buffer
    for answer in use.answers(_lines(jsonl), judge_with):
        out.write(answer.line + b"\n")
        errors += answer.error
        shown_all.add(answer.headline)
    out.flush()
    if errors:
        sys.stderr.write(f"audit: {errors} lines could not be read; see their error\n")
        return 1
    return exit_code(shown_all, complete=True, fail_on=fail_on)


def _lines(path: str) -> Iterator[bytes]:
    if path == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(path).open("rb") as stream:
            yield from stream
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
