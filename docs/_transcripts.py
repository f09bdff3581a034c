"""Transcripts in Markdown that are run, not typed.

A block is a comment with the command, and the fenced text below it::

    <!-- run: audit identify brand=LTS; first 12 lines -->
    ```text
    $ audit identify brand=LTS
    …
    ```

``first N lines`` shows that many lines of the output and ends the block with a line ``[…]``.
"""

import contextlib
import io
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from auditor.cli.main import run

ROOT = Path(__file__).resolve().parents[1]
FROZEN = {"SOURCE_DATE_EPOCH": "1795312800", "NO_COLOR": "1", "COLUMNS": "80"}  # 2026-11-22
BLOCK = re.compile(
    r"(?P<mark><!-- run: (?P<words>[^;\n]+?)(?:; first (?P<lines>\d+) lines)? -->\n)"
    r"```text\n(?P<body>.*?)```\n",
    re.DOTALL,
)


def refreshed(text: str) -> str:
    """The same Markdown with every transcript as the command gives it now."""
    return BLOCK.sub(_block, text)


def commands(text: str) -> Iterator[str]:
    """The commands of a page, in order."""
    for found in BLOCK.finditer(text):
        yield found["words"]


def transcript(words: str, lines: int | None = None) -> str:
    """What a terminal would show: the command after ``$``, then its standard output.

    Raises:
        ValueError: the command is not ``audit``, or its output is empty.
    """
    name, *rest = shlex.split(words)
    if name != "audit":
        raise ValueError(f"a transcript runs audit, not {name}")
    out = output(rest)
    if not out:
        raise ValueError(f"{words}: no output")
    shown = out.splitlines()
    if lines is not None and len(shown) > lines:
        shown = [*shown[:lines], "[…]"]
    return "\n".join([f"$ {words}", *shown]) + "\n"


def output(words: list[str]) -> str:
    """Standard output of one command, run from the root of the project with a frozen clock."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    with _environment(), contextlib.chdir(ROOT), contextlib.redirect_stdout(stream):
        run(words)
    return raw.getvalue().decode()


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(FROZEN)
    os.environ.pop("FORCE_COLOR", None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _block(found: re.Match[str]) -> str:
    lines = int(found["lines"]) if found["lines"] else None
    return f"{found['mark']}```text\n{transcript(found['words'], lines)}```\n"
