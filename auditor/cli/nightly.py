"""``audit run`` and ``audit config``: the appliance's night, and its one file."""

import asyncio
import contextlib
import signal
import sys
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from auditor.app.appliance import places, plan
from auditor.app.appliance.config import Config, read, shown
from auditor.app.events import Event, JudgedOne, Warned
from auditor.app.nightly import health, run
from auditor.app.nightly.memory import Memory
from auditor.app.nightly.night import Night, Outcome
from auditor.app.state import state_folder
from auditor.cli import options
from auditor.model.errors import ToolError, UsageError
from auditor.schedule.lock import Lock

ConfigFile = Annotated[
    Path, typer.Option("--config", "-c", metavar="FILE", help="auditor.toml; see config example.")
]
config_app = typer.Typer(help="Check, show or begin the appliance's configuration.")


def run_command(
    config: ConfigFile = Path("auditor.toml"),
    network: Annotated[
        list[str] | None,
        typer.Option("--network", metavar="NAME", help="Only this network; repeatable."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; send and write nothing.")
    ] = False,
    quiet: options.Quiet = False,
    json_logs: options.JsonLogs = False,
) -> int:
    """Scan every network of a configuration into history, reports and alerts."""
    found = read(config)
    only = _chosen(found, network)
    if dry_run:
        sys.stdout.write(asyncio.run(plan.plan(found, only)))
        return 0
    return asyncio.run(_night(found, only, _Voice(quiet=quiet, json_logs=json_logs)))


async def _night(config: Config, only: frozenset[str], voice: "_Voice") -> int:
    state = state_folder()
    with Lock(state / "run.lock", health.now()):
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, stop.set)
        memory = Memory(config, places.history_url(config), voice.say)
        try:
            await _opened(memory, voice)
            night = Night(
                config=config,
                memory=memory,
                tell=voice.hear,
                stop=stop,
                state=state,
                reports=places.reports_folder(config),
            )
            async with health.watched():
                outcomes = await run.run(night, only)
                for item in outcomes:
                    voice.ended(item)
                await asyncio.to_thread(health.report, config, outcomes, memory, voice.say)
                left = await run.insist(night)
            if left:
                voice.say(f"{left} messages wait; the next run sends them, or audit alert deliver")
        finally:
            memory.close()
    if stop.is_set():
        return 12
    return run.exit_code_of(outcomes, config.policy.fail_on)


async def _opened(memory: Memory, voice: "_Voice") -> None:
    """Open the history before the run counts as started; a scan is made also without it."""
    try:
        await asyncio.to_thread(memory.history)
    except ToolError as error:
        voice.say(f"{error}; scans are kept as documents, and stored by the next run that can")


class _Voice:
    """Plain lines on standard error, or JSON lines for a journal."""

    def __init__(self, *, quiet: bool, json_logs: bool) -> None:
        self._quiet = quiet
        self._json = json_logs

    def hear(self, network: str, event: Event) -> None:
        """An event of a running scan."""
        if isinstance(event, Warned):
            self.say(event.text)
        elif isinstance(event, JudgedOne) and self._json:
            health.log("judged", network=network, address=event.asset.address,
                       headline=event.asset.headline)  # fmt: skip

    def say(self, text: str) -> None:
        """Something that the operator should know."""
        if self._json:
            health.log("warning", text=text)
        else:
            sys.stderr.write(f"{text}\n")

    def ended(self, outcome: Outcome) -> None:
        """How one network fared: on standard output, or as a JSON line."""
        if self._json:
            scan = outcome.scan
            health.log(
                "network",
                network=outcome.network,
                scan=scan.scan.id if scan else None,
                complete=bool(scan and scan.scan.complete),
                summary=msgspec.to_builtins(scan.summary) if scan else None,
                changes=run.changes_of(outcome),
                seconds=round(outcome.seconds, 1),
                document=str(outcome.document) if outcome.document else None,
                failed=outcome.failed,
            )
        elif not self._quiet:
            sys.stdout.write(f"{run.told(outcome)}\n")


def _chosen(config: Config, names: list[str] | None) -> frozenset[str]:
    known = {item.name for item in config.network}
    for name in names or ():
        if name not in known:
            raise UsageError(f"--network {name}: not in the configuration: {', '.join(known)}")
    return frozenset(names or ())


@config_app.command("check")
def check_command(config: ConfigFile = Path("auditor.toml")) -> int:
    """Check a configuration; say what is wrong with the line where it stands."""
    found = read(config)
    plan.check(found)
    sys.stdout.write(f"{config}: good: {len(found.network)} networks, {len(found.alert)} alerts\n")
    return 0


@config_app.command("show")
def show_command(config: ConfigFile = Path("auditor.toml")) -> int:
    """Show every value that is in force, defaults included, without secrets."""
    sys.stdout.write(shown(read(config)))
    return 0


@config_app.command("example")
def example_command() -> int:
    """Print a commented configuration to begin with."""
    place = resources.files("auditor.app.appliance") / "example.toml"
    sys.stdout.write(place.read_text(encoding="utf-8"))
    return 0
