"""Manual pages from the command line itself, and one for the configuration."""  # noqa: INP001

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from typer.core import TyperGroup

from auditor.app.version import TOOL
from docs._code import Command, commands
from docs._words import EXIT_CODES

ROOT = Path(__file__).resolve().parents[1]
BLANK = "\\&"


def pages(epoch: int) -> dict[str, str]:
    """File name → page in man(7) macros; ``epoch`` (seconds) dates them."""
    day = datetime.fromtimestamp(epoch, UTC).date().isoformat()
    every = list(commands())
    names = [name for name, _, _ in every]
    made = {}
    for name, command, context in every:
        title = name.replace(" ", "-")
        parts = [
            head(title, "1", day, "User Commands"),
            section("NAME", f"{title} \\- {escape(first_sentence(command))}"),
            section("SYNOPSIS", synopsis(name, command, context)),
            section("DESCRIPTION", paragraphs(command.help or "")),
            *options(command, context),
            *below(name, command, names),
            section("EXIT STATUS", exit_status()),
            section("SEE ALSO", see_also(name, names)),
        ]
        made[f"{title}.1"] = "".join(parts)
    made["auditor.toml.5"] = configuration(day)
    return made


def head(title: str, number: str, day: str, part: str) -> str:
    """The line that every page begins with."""
    return f'.TH "{title.upper()}" {number} "{day}" "{TOOL}" "{part}"\n'


def section(name: str, text: str) -> str:
    """One section; ``text`` is already in macros."""
    return f".SH {name}\n{text.rstrip()}\n"


def escape(text: str) -> str:
    """Plain text, safe inside a macro page."""
    out = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", out, flags=re.MULTILINE)


def first_sentence(command: Command) -> str:
    """What stands in lists of commands."""
    text = " ".join((command.help or "").split())
    return text.partition(". ")[0].rstrip(".")


def paragraphs(text: str) -> str:
    """Paragraphs of a help text."""
    blocks = re.split(r"\n\s*\n", text.replace("\b", ""))
    return "\n.PP\n".join(escape(" ".join(block.split())) for block in blocks if block.strip())


def synopsis(name: str, command: Command, context: object) -> str:
    """The command with what it takes."""
    pieces = " ".join(command.collect_usage_pieces(context))  # type: ignore[arg-type]
    return f".B {escape(name)}\n{escape(pieces)}"


def options(command: Command, context: object) -> Iterator[str]:
    """Arguments and options with what they do."""
    lines = []
    for parameter in command.get_params(context):  # type: ignore[arg-type]
        record = parameter.get_help_record(context)  # type: ignore[arg-type]
        if record is not None:
            flags, told = record
            lines.append(f".TP\n.B {escape(flags)}\n{escape(' '.join(told.split())) or BLANK}")
    if lines:
        yield section("OPTIONS", "\n".join(lines))


def below(name: str, command: Command, names: list[str]) -> Iterator[str]:
    """The commands of a group."""
    if not isinstance(command, TyperGroup):
        return
    direct = [n for n in names if n.rpartition(" ")[0] == name]
    words = {n: command.commands[n.rpartition(" ")[2]] for n in direct}
    lines = [
        f".TP\n.BR {escape(n.replace(' ', '-'))} (1)\n{escape(first_sentence(c))}."  # type: ignore[arg-type]
        for n, c in words.items()
    ]
    yield section("COMMANDS", "\n".join(lines))


def exit_status() -> str:
    """What the exit codes mean."""
    return "\n".join(
        f".TP\n.B {code}\n{escape(told.replace('`', ''))}" for code, told in EXIT_CODES.items()
    )


def see_also(name: str, names: list[str]) -> str:
    """The neighbours of a page."""
    up = name.rpartition(" ")[0]
    family = [n for n in names if n != name and (n == up or n.rpartition(" ")[0] == name)]
    near = sorted({n.replace(" ", "-") for n in family} | ({"audit"} - {name}))
    lines = [f".BR {escape(n)} (1)," for n in near]
    return "\n".join([*lines, ".BR auditor.toml (5)"])


def configuration(day: str) -> str:
    """The page of the configuration file: its own commented example."""
    example = (ROOT / "auditor/app/appliance/example.toml").read_text(encoding="utf-8")
    told = (
        "What\n.BR audit\\-run (1)\nscans, judges by, keeps, writes and tells. TOML; an unknown key"
        " is an error that names its line.\n.B audit config check\nchecks a file. Every key, with"
        " its default where it is commented out:\n.PP\n.nf\n"
    )
    return (
        head("auditor.toml", "5", day, "File Formats")
        + section("NAME", "auditor.toml \\- the configuration of a nightly camera audit")
        + section("DESCRIPTION", f"{told}{escape(example)}.fi")
        + section("FILES", ".I /etc/auditor/auditor.toml")
        + section("SEE ALSO", ".BR audit\\-run (1),\n.BR audit\\-schedule (1)")
    )
