"""``audit schedule``: the nightly run, put on a machine and taken off it."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from auditor.app.appliance import scheduling, timetable
from auditor.app.appliance.config import Config, read
from auditor.model.errors import UsageError
from auditor.schedule import files
from auditor.schedule.job import DEFAULT_AT, parse_at, parse_delay

app = typer.Typer(help="Run the audit every night, by systemd or cron.", no_args_is_help=True)

_Config = Annotated[
    Path, typer.Option("--config", "-c", metavar="FILE", help="auditor.toml; see config example.")
]
_At = Annotated[str, typer.Option("--at", metavar="HH:MM", help="Local time at which it begins.")]
_Delay = Annotated[
    str,
    typer.Option("--random-delay", metavar="TIME", help="A random part up to this is added."),
]
_Kind = Annotated[
    str,
    typer.Option(
        "--kind", metavar="WAY", help="auto, systemd, user (your own systemd, no root) or cron."
    ),
]
_Root = Annotated[
    Path, typer.Option("--root", metavar="DIR", help="The machine's file system, for image makers.")
]
_Program = Annotated[
    Path | None,
    typer.Option("--program", metavar="PATH", help="Which audit it runs; this one by default."),
]
_PLACE = Path("/etc/auditor/auditor.toml")
_TOP = Path("/")
_DEFAULT_AT = "{:02}:{:02}".format(*DEFAULT_AT)


@app.command("install")
def install_command(
    config: _Config = _PLACE,
    at: _At = _DEFAULT_AT,
    random_delay: _Delay = "30m",
    kind: _Kind = "auto",
    root: _Root = _TOP,
    program: _Program = None,
) -> int:
    """Write systemd units (or a crontab), make the user, start the timer."""
    _say(scheduling.install(_wish(config, at, random_delay, kind, root, program)))
    return 0


@app.command("print")
def print_command(
    config: _Config = _PLACE,
    at: _At = _DEFAULT_AT,
    random_delay: _Delay = "30m",
    kind: _Kind = "auto",
    root: _Root = _TOP,
    program: _Program = None,
) -> int:
    """Print what install would write; write nothing."""
    for item in scheduling.made(_wish(config, at, random_delay, kind, root, program)):
        place = files.below(root.absolute(), item.path)
        if item.link is not None:
            sys.stdout.write(f"# {place} -> {item.link}\n")
        else:
            sys.stdout.write(f"# {place}\n{item.text}\n")
    return 0


@app.command("status")
def status_command(config: _Config = _PLACE, root: _Root = _TOP) -> int:
    """Say what is installed, when it runs next and how the last runs went."""
    top = root.absolute()
    found: Config | None = None
    trouble: str | None = None
    try:
        found = read(files.below(top, config.absolute()))
    except UsageError as error:
        trouble = str(error)
    _say(timetable.status(top, found, trouble))
    return 0


@app.command("remove")
def remove_command(root: _Root = _TOP) -> int:
    """Take away what install wrote, nothing else; scans and reports stay."""
    _say(scheduling.removed(root.absolute()))
    return 0


def _wish(
    config: Path, at: str, delay: str, kind: str, root: Path, program: Path | None
) -> scheduling.Wish:
    hour, minute = parse_at(at)
    top = root.absolute()
    return scheduling.Wish(
        config=config.absolute(),
        hour=hour,
        minute=minute,
        delay=parse_delay(delay),
        kind=scheduling.kind_of(kind, top),
        root=top,
        program=scheduling.program_of(program, top),
    )


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
