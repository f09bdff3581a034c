"""``audit``: the commands, and the one place where an error becomes a line and an exit code."""

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Final

import typer
from typer.exceptions import Abort, Exit, TyperException

from auditor.app.version import TOOL
from auditor.model.errors import AuditError, UsageError

_COMMANDS: Final = {
    "scan": "scan.scan_command",
    "judge": "judge.judge_command",
    "identify": "identify.identify_command",
    "report": "report.report_command",
    "explain": "report.explain_command",
    "verify": "verify.verify_command",
    "diff": "diff.diff_command",
    "history": "history.app",
    "run": "nightly.run_command",
    "config": "nightly.config_app",
    "alert": "alert.app",
    "schedule": "schedule.app",
    "credentials": "credentials.app",
    "db": "db.app",
    "policy": "policy.app",
    "doctor": "doctor.doctor_command",
    "demo": "demo.demo_command",
}
"""Each command, or group of them (``app``), and where it is; in the order of ``--help``."""


def _version(value: bool) -> None:
    if value:
        typer.echo(TOOL)
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """Take the options that stand before the command."""


def application(only: str | None = None) -> typer.Typer:
    """The commands.

    Args:
        only: the one that will be run: the others, with all that they import, are left alone.
            None, or a word that is no command, for all of them.
    """
    made = typer.Typer(
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
    made.callback()(_root)
    for name in (only,) if only in _COMMANDS else _COMMANDS:
        module, _, attribute = _COMMANDS[name].partition(".")
        part = getattr(importlib.import_module(f"auditor.cli.{module}"), attribute)
        if isinstance(part, typer.Typer):
            made.add_typer(part, name=name)
        else:
            made.command(name)(part)
    return made


def __getattr__(name: str) -> typer.Typer:
    """``app``, with every command, for those who document it; loaded on demand."""
    if name != "app":
        raise AttributeError(name)
    return application()


def run(words: Sequence[str]) -> int:
    """Run one command and give its exit code. Never raises."""
    logging.getLogger("auditor").addHandler(logging.NullHandler())
    try:
        command = next((word for word in words if not word.startswith("-")), None)
        code = application(command)(args=list(words), standalone_mode=False)
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
