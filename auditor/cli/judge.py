"""``audit judge``: judge a stored scan document again."""

from typing import Annotated

import typer

from auditor.app.judging.bench import bench
from auditor.app.judging.hinge import exit_code, met
from auditor.app.judging.rejudging import rejudge_document
from auditor.app.reports import reporting
from auditor.cli import options
from auditor.cli.show import page, show_table

ScanFile = Annotated[str, typer.Argument(metavar="SCAN.json", help="A scan document; - for stdin.")]


def judge_command(
    scan_file: ScanFile,
    output: options.Output = None,
    fmt: options.Format = None,
    policy: options.Policy = options.POLICY_DEFAULT,
    regime: options.Regime = None,
    profile: options.Profile = None,
    as_of: options.AsOf = None,
    exemptions: options.Exemptions = None,
    vendor_db: options.VendorDb = None,
    fail_on: options.FailOn = options.FAIL_ON_DEFAULT,
    quiet: options.Quiet = False,
    manifest: options.Manifest = None,
    sign: options.Sign = None,
    costs: options.Costs = None,
    form: options.FormFile = None,
) -> int:
    """Judge stored observations again: other policy, date, database or exemptions; no packet."""
    places = reporting.outputs(output or (), fmt)
    terms = options.terms(policy, regime, profile, as_of, exemptions, vendor_db, fail_on)
    seal = options.seal(manifest, sign, places)
    shown = page(costs, form)
    judge_with = bench(terms)
    scan = rejudge_document(
        reporting.load(scan_file), judge_with, name=reporting.name_of(scan_file)
    )
    reporting.write(scan, places, shown)
    seal(scan, places)
    if not quiet and not any(place.path == reporting.STDOUT for place in places):
        show_table(scan)
    return exit_code(met(scan.summary), complete=scan.scan.complete, fail_on=fail_on)
