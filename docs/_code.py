"""Reference pages that are made from the code: commands, signals, probes, formats, reasons."""

from collections.abc import Iterable, Iterator
from typing import cast

import typer
from typer.core import TyperCommand, TyperGroup

from auditor import registry
from auditor.app.reports import reporting
from auditor.catalog.catalog import Catalog
from auditor.cli.main import app
from auditor.discovery._api import Method
from auditor.model.signals import SIGNALS
from auditor.model.words import Channel, Ending, FindingClass, Grade, Outcome, Strength
from auditor.policy.words import _WHY as WHY
from auditor.probes._api import Probe
from auditor.probes.login._api import Login
from docs import _words

Command = TyperCommand | TyperGroup

MADE = "<!-- Made by `python -m docs.generate`; edit the code or the database, not this page. -->"


def page(title: str, *parts: str) -> str:
    """A page with its title and the mark that it is made."""
    return "\n\n".join([f"# {title}", MADE, *(part.strip("\n") for part in parts)]) + "\n"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table; cells are made safe."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]
    return "\n".join(lines)


def cell(text: str) -> str:
    """Text that stays in one cell."""
    return " ".join(text.replace("|", "\\|").split())


def commands() -> Iterator[tuple[str, Command, typer.Context]]:
    """Every command with its full name, depth first."""
    root = typer.main.get_group(app)
    context = typer.Context(root, info_name="audit", terminal_width=80, max_content_width=80)
    yield "audit", root, context
    yield from _children("audit", root, context)


def _children(
    name: str, command: Command, context: typer.Context
) -> Iterator[tuple[str, Command, typer.Context]]:
    if not isinstance(command, TyperGroup):
        return
    for word in command.list_commands(context):
        child = command.get_command(context, word)
        if not isinstance(child, Command) or child.hidden:
            continue
        below = typer.Context(
            child, info_name=word, parent=context, terminal_width=80, max_content_width=80
        )
        yield f"{name} {word}", child, below
        yield from _children(f"{name} {word}", child, below)


def cli() -> str:
    """``cli.md``."""
    parts = [_words.CLI]
    for name, command, context in commands():
        parts.append(f"## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```")
    return page("Commands", *parts)


def signals(catalog: Catalog) -> str:
    """``signals.md``."""
    rows = []
    for signal in SIGNALS.values():
        rules = catalog.rules_by_signal.get(signal.name, ())
        roles = sorted({str(claim.role) for rule in rules for claim in rule.claims})
        count = str(len(rules))
        if signal.name == "mac":
            roles = sorted({str(claim.role) for owner in catalog.ouis for claim in owner.claims})
            count = f"{len(catalog.ouis)} owners"
        rows.append(
            (
                f"`{signal.name}`",
                signal.about,
                str(signal.shape),
                str(signal.channel),
                "yes" if signal.video else "",
                count,
                ", ".join(roles),
            )
        )
    head = ("signal", "what it is", "shape", "channel", "video", "rules", "can prove")
    return page("Signals", _words.SIGNALS, table(head, rows), _words.CHANNELS, _channels())


def _channels() -> str:
    held: dict[Channel, list[str]] = {channel: [] for channel in Channel}
    for signal in SIGNALS.values():
        held[signal.channel].append(f"`{signal.name}`")
    return table(
        ("channel", "signals without an endpoint"),
        [(str(channel), ", ".join(names) or "by endpoint only") for channel, names in held.items()],
    )


def probes() -> str:
    """``probes.md``."""
    found = [cast("Probe", item) for item in registry.members("auditor.probes", "PROBE").values()]
    parts = [_words.PROBES]
    parts.extend(
        f"## {probe.name}\n\n"
        f"- sends: {probe.sends}\n"
        f"- costs at most: {probe.cost} of the host's 15 requests\n"
        f"- asked in order: {probe.rank}\n"
        f"- can yield: {', '.join(f'`{name}`' for name in sorted(probe.yields))}"
        for probe in sorted(found, key=lambda item: (item.rank, item.name))
    )
    return page("Probes", *parts)


def logins() -> str:
    """``logins.md``."""
    found = [
        cast("Login", item) for item in registry.members("auditor.probes.login", "LOGIN").values()
    ]
    parts = [_words.LOGINS]
    parts.extend(
        f"## {login.name}\n\n"
        f"- sends: {login.sends}\n"
        f"- asked in order: {login.rank}\n"
        f"- can yield: {', '.join(f'`{name}`' for name in sorted(login.yields))}"
        for login in sorted(found, key=lambda item: (item.rank, item.name))
    )
    return page("Logins", *parts)


def methods() -> str:
    """``methods.md``."""
    found = [
        cast("Method", item) for item in registry.members("auditor.discovery", "METHOD").values()
    ]
    rows = [(f"`{m.name}`", ", ".join(sorted(m.engines)), m.sends) for m in found]
    return page(
        "Discovery methods",
        _words.METHODS,
        table(("method", "engines", "sends"), rows),
        _words.STATES,
    )


def formats() -> str:
    """``formats.md``."""
    rows = [
        (f"`{name}`", ", ".join(f"`{suffix}`" for suffix in item.suffixes) or "none", item.about)
        for name, item in reporting.formats().items()
    ]
    return page("Report formats", _words.FORMATS, table(("format", "suffixes", "what it is"), rows))


def exit_codes() -> str:
    """``exit-codes.md``."""
    rows = [(str(code), meaning) for code, meaning in _words.EXIT_CODES.items()]
    return page(
        "Exit codes",
        table(("code", "means"), rows),
        _words.EXIT_RULES,
    )


def reasons() -> str:
    """``reasons.md``."""
    told = {**_words.REASONS, **{name: f"“{text}”" for name, text in WHY.items()}}
    rows = [
        (f"`{name}`", _words.REASON_OUTCOMES.get(name, "indeterminate"), told[name])
        for name in sorted(told)
    ]
    return page(
        "Verdicts and their reasons",
        _words.OUTCOMES_INTRO,
        table(("outcome", "means"), [(f"`{o}`", _words.OUTCOMES[o]) for o in Outcome]),
        "## Reasons\n\nThe words of `reasons`, with the sentence that a report gives.",
        table(("reason", "with outcome", "says"), rows),
        "## Finding classes\n\nWhat a hit under a regime may be called.",
        table(("class", "means"), [(f"`{c}`", _words.CLASSES[c]) for c in FindingClass]),
        "## Grades",
        table(("grade", "means"), [(f"`{g}`", _words.GRADES[g]) for g in Grade]),
        "## Strengths",
        table(("strength", "means"), [(f"`{s}`", _words.STRENGTHS[s]) for s in Strength]),
        "## Endings of an attempt",
        table(("ending", "means"), [(f"`{e}`", _words.ENDINGS[e]) for e in Ending]),
    )
