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
    "scan": (
        "scan.scan_command",
        "Find the cameras and recorders of a network and say who made them. Reads only.",
    ),
    "judge": (
        "judge.judge_command",
        "Judge stored observations again: other policy, date, database or exemptions; no packet.",
    ),
    "identify": (
        "identify.identify_command",
        "Say who made a device, from signals that you paste, or from JSON lines.",
    ),
    "report": (
        "report.report_command",
        "Render a stored scan; without -o the table. Needs no database.",
    ),
    "explain": (
        "report.explain_command",
        "Show the chain of evidence for one device, from bytes on the wire to the line of law.",
    ),
    "verify": (
        "verify.verify_command",
        "Check files against their manifest, and the manifest against its signature.",
    ),
    "diff": (
        "diff.diff_command",
        "Say what changed from one scan to another. Exit code 0 whatever it is.",
    ),
    "history": (
        "history.app",
        "List, show, prune, export, check, rebuild or import remembered scans.",
    ),
    "run": (
        "nightly.run_command",
        "Scan every network of a configuration into history, reports and alerts.",
    ),
    "config": ("nightly.config_app", "Check, show or begin the appliance's configuration."),
    "alert": ("alert.app", "Try the alerts of a configuration, or send what waits."),
    "schedule": ("schedule.app", "Run the audit every night, by systemd or cron."),
    "credentials": ("credentials.app", "The owner's passwords: check their file."),
    "db": ("db.app", "The database: vendors, rules, rebrands and law."),
    "policy": ("policy.app", "Policies: which regimes count together."),
    "doctor": (
        "doctor.doctor_command",
        "Say what this machine can and cannot see, and how to mend it. Sends nothing.",
    ),
    "demo": (
        "demo.demo_command",
        "Scan a simulated fleet on this machine's loopback; writes HTML, JSON and CSV.",
    ),
}
"""Each command, or group of them (``app``): where it is, and the first sentence of its help.

``audit --help`` is made of these sentences, so that it imports nothing; in its order.
"""


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
    made = _empty()
    for name in (only,) if only in _COMMANDS else _COMMANDS:
        module, _, attribute = _COMMANDS[name][0].partition(".")
        part = getattr(importlib.import_module(f"auditor.cli.{module}"), attribute)
        if isinstance(part, typer.Typer):
            made.add_typer(part, name=name)
        else:
            made.command(name)(part)
    return made


def contents() -> typer.Typer:
    """What ``audit --help`` shows: the name and one sentence of each command, and none of them."""
    made = _empty()
    for name, (where, sentence) in _COMMANDS.items():
        if where.endswith("app"):
            part = typer.Typer(help=sentence)
            part.callback()(_nothing)
            made.add_typer(part, name=name)
        else:
            made.command(name, help=sentence)(_nothing)
    return made


def _nothing() -> None:
    """Stand in for a command in a table of contents."""


def _empty() -> typer.Typer:
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
        code = _application(words)(args=list(words), standalone_mode=False)
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


def _application(words: Sequence[str]) -> typer.Typer:
    """As much of the commands as these words need; completion needs all of them."""
    command = next((word for word in words if not word.startswith("-")), None)
    if command in _COMMANDS or any(name.endswith("_COMPLETE") for name in os.environ):
        return application(command)
    return contents()


def _complain(text: str) -> None:
    """One line; but a group of commands without one of them gives its help, as it is."""
    if text.startswith("Usage:"):
        sys.stderr.write(f"{text}\n")
        return
    sys.stderr.write(f"audit: {' '.join(text.split())}\n")
