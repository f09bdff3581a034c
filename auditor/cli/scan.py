"""``audit scan``."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from auditor import codec
from auditor.app.events import Event, JudgedOne
from auditor.app.judging.bench import Terms, check
from auditor.app.judging.hinge import exit_code, met
from auditor.app.reports import reporting
from auditor.app.scanning.networks import attached
from auditor.app.scanning.options import ScanOptions, parse_ports
from auditor.app.scanning.resume import keep, rescue, take_up
from auditor.app.scanning.scan import scan as run_scan
from auditor.cli import options
from auditor.cli.show import Show, page, show_table
from auditor.model.document import Scan
from auditor.model.errors import ToolError, UsageError
from auditor.report._api import Page


def scan_command(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET...", help="Address, CIDR, range 10.0.0.1-50, host name, or @file."
        ),
    ] = None,
    output: options.Output = None,
    fmt: options.Format = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", metavar="CIDR", help="Never contact these.")
    ] = None,
    ports: Annotated[
        str | None, typer.Option("--ports", metavar="LIST", help="TCP ports instead of the waves.")
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", metavar="auto|native|nmap", help="Who finds the hosts.")
    ] = "auto",
    rate: Annotated[
        int | None,
        typer.Option("--rate", metavar="N", min=1, help="First packets a second (2000)."),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", min=0.1, help="For one exchange (3)."),
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="NAME", help="For the record.")
    ] = None,
    interface: Annotated[
        str | None, typer.Option("--interface", metavar="NAME", help="Only this one.")
    ] = None,
    multicast: Annotated[
        bool,
        typer.Option(
            "--multicast", help="Group questions also where the network is not wholly in scope."
        ),
    ] = False,
    polite: Annotated[bool, typer.Option("--polite", help="Slower, for fragile networks.")] = False,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Go on asking when nothing could change.")
    ] = False,
    rare: Annotated[
        bool,
        typer.Option("--rare", help="Also the search protocols of rarer makers (seven more)."),
    ] = False,
    snmp: Annotated[
        bool,
        typer.Option(
            "--snmp", help="Also ask SNMP, with the community public: a guessed password."
        ),
    ] = False,
    credentials: Annotated[
        Path | None,
        typer.Option(
            "--credentials",
            metavar="FILE",
            help="Log in with the owner's passwords: one attempt a device, never a second.",
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="SCAN", help="Miss what this earlier scan had."),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option("--resume", metavar="ID", help="Take an interrupted scan up again."),
    ] = None,
    allow_public: Annotated[
        bool, typer.Option("--allow-public", help="You are authorised to ask public addresses.")
    ] = False,
    policy: options.Policy = options.POLICY_DEFAULT,
    regime: options.Regime = None,
    profile: options.Profile = None,
    as_of: options.AsOf = None,
    exemptions: options.Exemptions = None,
    vendor_db: options.VendorDb = None,
    fail_on: options.FailOn = options.FAIL_ON_DEFAULT,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    json_logs: options.JsonLogs = False,
    manifest: options.Manifest = None,
    sign: options.Sign = None,
    costs: options.Costs = None,
) -> int:
    """Find the cameras and recorders of a network and say who made them. Reads only."""
    if not targets and resume is None:
        sys.stderr.write("audit: name what to scan. Attached networks:\n")
        for line in attached():
            sys.stderr.write(f"  audit scan {line}\n")
        return 2
    places = reporting.outputs(output or (), fmt)
    seal = options.seal(manifest, sign, places)
    shown = page(costs)
    terms = options.terms(policy, regime, profile, as_of, exemptions, vendor_db, fail_on)
    check(terms)
    previous: Scan | None = None
    wanted = ScanOptions(
        targets=tuple(targets or ()),
        exclude=tuple(exclude or ()),
        ports=parse_ports(ports) if ports else (),
        engine=engine,
        rate=rate,
        timeout=timeout,
        site=site,
        interface=interface,
        multicast=multicast,
        polite=polite,
        thorough=thorough,
        rare=rare,
        snmp=snmp,
        baseline=baseline,
        allow_public=allow_public,
        credentials=str(credentials.resolve()) if credentials else None,
    )
    if resume is not None:
        if targets:
            raise UsageError("--resume takes the targets of the interrupted scan; name none")
        wanted, previous = take_up(resume)
    show = Show(quiet=quiet, verbose=verbose, json_logs=json_logs)
    streams = any(
        place.path == reporting.STDOUT and place.format.name == "jsonl" for place in places
    )
    try:
        scan, interrupted = asyncio.run(_run(wanted, terms, show, previous, streams=streams))
    finally:
        show.close()
    if interrupted:
        _keep(scan, wanted)
    return _finish(
        scan, terms, places, seal, shown, streams=streams, quiet=quiet, interrupted=interrupted
    )


def _rescued(scan: Scan) -> str:
    try:
        path = rescue(scan)
    except OSError as error:
        sys.stdout.buffer.writelines(codec.pieces(scan))
        return (
            f"nor in the state folder ({error.strerror}); the scan document is on standard output"
        )
    return f"the scan is kept: audit report {path} -o FILE"


def _keep(scan: Scan, wanted: ScanOptions) -> None:
    try:
        keep(scan, wanted)
    except OSError as error:
        sys.stderr.write(f"interrupted: cannot be kept for --resume ({error.strerror})\n")
        return
    sys.stderr.write(f"interrupted: take it up again with: audit scan --resume {scan.scan.id}\n")


async def _run(
    wanted: ScanOptions, terms: Terms, show: Show, previous: Scan | None, *, streams: bool
) -> tuple[Scan, bool]:
    """The scan, ended early and kept by SIGINT and SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no handlers in the loop
            loop.add_signal_handler(number, stop.set)

    def tell(event: Event) -> None:
        show(event)
        if streams and isinstance(event, JudgedOne):
            sys.stdout.buffer.write(codec.encode_asset(event.asset) + b"\n")
            sys.stdout.buffer.flush()

    scan = await run_scan(wanted, terms, tell, stop, previous)
    return scan, stop.is_set()


def _finish(
    scan: Scan,
    terms: Terms,
    places: Sequence[reporting.Output],
    seal: options.Seal,
    shown: Page,
    *,
    streams: bool,
    quiet: bool,
    interrupted: bool,
) -> int:
    rest = [p for p in places if not (streams and p.path == reporting.STDOUT)]
    try:
        reporting.write(scan, rest, shown)
        seal(scan, rest)
    except ToolError as error:
        raise ToolError(f"{error}; {_rescued(scan)}") from None
    if not quiet and not any(place.path == reporting.STDOUT for place in places):
        show_table(scan)
    for reason in scan.scan.incomplete_because:
        sys.stderr.write(f"incomplete: {reason}\n")
    if interrupted:
        return 12
    return exit_code(met(scan.summary), complete=scan.scan.complete, fail_on=terms.fail_on)
