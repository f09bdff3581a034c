"""SOAP envelopes by firmware family: the namespaces that each prints on every answer."""

import tomllib
from functools import cache
from pathlib import Path

from auditor.lab.persona import Table
from auditor.model.errors import UsageError

_FILE = Path(__file__).parent.parent / "envelopes.toml"


@cache
def _all() -> Table:
    return Table(tomllib.loads(_FILE.read_text(encoding="utf-8")), _FILE.name)


def style(name: str) -> Table:
    """The envelope style of a name.

    Raises:
        UsageError: there is no such style.
    """
    if not _all().has(name):
        raise UsageError(f"{_FILE.name}: no envelope style {name!r}; known: {sorted(_all().data)}")
    return _all().table(name)


def wrap(name: str, body: str, header: str = "") -> bytes:
    """A whole envelope of the style around a body (and a header)."""
    table = style(name)
    prefix, gap = table.text("prefix"), table.text("gap", "")
    top = f"<{prefix}:Header>{header}</{prefix}:Header>{gap}" if header else ""
    declaration = table.text("declaration", '<?xml version="1.0" encoding="UTF-8"?>\n')
    return (
        f"{declaration}<{prefix}:Envelope {table.text('namespaces').strip()}>{gap}{top}"
        f"<{prefix}:Body>{gap}{body}{gap}</{prefix}:Body>{gap}</{prefix}:Envelope>"
    ).encode()
