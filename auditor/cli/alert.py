"""``audit alert``: try the alerts of a configuration, send what waits, show the schema."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from auditor.alert import message
from auditor.app.appliance.config import read
from auditor.app.appliance.places import history_url
from auditor.app.nightly import post
from auditor.app.nightly.memory import Memory
from auditor.cli.nightly import ConfigFile
from auditor.model.errors import AuditError, ToolError, UsageError

app = typer.Typer(help="Try the alerts of a configuration, or send what waits.")


@app.command("test")
def try_command(
    config: ConfigFile = Path("auditor.toml"),
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="Only this alert; repeatable."),
    ] = None,
) -> int:
    """Send a test message through every alert now, and say for each whether it was taken."""
    found = read(config)
    alerts = post.alerts(found)
    if not alerts:
        raise UsageError(f"{config}: has no [[alert]]")
    for asked in name or ():
        if asked not in alerts:
            raise UsageError(f"--name {asked}: not in the configuration: {', '.join(alerts)}")
    data = post.sample_message(found)
    failed = 0
    for each in name or alerts:
        try:
            asyncio.run(post.send_one(alerts[each], data))
        except AuditError as error:
            failed += 1
            sys.stdout.write(f"{each}: NOT DELIVERED: {error}\n")
        else:
            sys.stdout.write(f"{each}: delivered\n")
    if failed:
        raise ToolError(f"{failed} of {len(name or alerts)} alerts were not delivered")
    return 0


@app.command("deliver")
def deliver_command(config: ConfigFile = Path("auditor.toml")) -> int:
    """Send what waits in the outbox and is due, without a scan."""
    found = read(config)
    memory = Memory(found, history_url(found), _say)
    try:
        left = asyncio.run(memory.post().deliver())
    finally:
        memory.close()
    sys.stdout.write(f"{left} messages wait\n" if left else "nothing waits\n")
    return 0


@app.command("schema")
def schema_command() -> int:
    """Print the JSON Schema of what a webhook receives."""
    sys.stdout.write(json.dumps(message.schema(), indent=1) + "\n")
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
