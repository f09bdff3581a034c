"""``audit``: the commands, and the one place where an error becomes a line and an exit code."""

import logging
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import Abort, Exit, TyperException

from auditor.app.version import TOOL
from auditor.cli import (
    db,
    demo,
    diff,
    doctor,
    history,
    identify,
    nightly,
    policy,
    report,
    scan,
    schedule,
    verify,
)
from auditor.model.errors import AuditError, UsageError

app = typer.Typer(
    name="audit",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Which cameras on this network were made by a restricted vendor, whatever the label"
    " says, and how do we know.",
    epilog="Exit codes: 0 complete, nothing to report · 1 tool error · 2 usage · 10 something"
    " covered · 11 something indeterminate · 12 scan incomplete. Not legal advice.",
)
app.command("scan")(scan.scan_command)
app.command("judge")(report.judge_command)
app.command("identify")(identify.identify_command)
app.command("report")(report.report_command)
app.command("explain")(report.explain_command)
app.command("verify")(verify.verify_command)
app.command("diff")(diff.diff_command)
app.add_typer(history.app, name="history")
app.command("run")(nightly.run_command)
app.add_typer(nightly.config_app, name="config")
app.add_typer(schedule.app, name="schedule")
app.add_typer(db.app, name="db")
app.add_typer(policy.app, name="policy")
app.command("doctor")(doctor.doctor_command)
app.command("demo")(demo.demo_command)


def _version(value: bool) -> None:
    if value:
        typer.echo(TOOL)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """Take the options that stand before the command."""


def run(words: Sequence[str]) -> int:
    """Run one command and give its exit code. Never raises."""
    logging.getLogger("auditor").addHandler(logging.NullHandler())
    try:
        code = app(args=list(words), standalone_mode=False)
    except Exit as stop:
        return stop.exit_code
    except TyperException as error:
        _complain(error.format_message())
        return 2
    except Abort:
        return 12
    except UsageError as error:
        _complain(str(error))
        return 2
    except AuditError as error:
        _complain(str(error))
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 12
    except Exception as error:
        if os.environ.get("AUDIT_DEBUG"):
            raise
        _complain(
            f"internal error: {type(error).__name__}: {error}; please report it"
            " (AUDIT_DEBUG=1 shows where)"
        )
        return 1
    return code if isinstance(code, int) else 0


def _complain(text: str) -> None:
    sys.stderr.write(f"audit: {' '.join(text.split())}\n")
