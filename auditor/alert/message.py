"""A bulletin as bytes for the outbox and for webhooks, and as text for people."""

from collections import Counter
from typing import Any, Final

import msgspec

from auditor.model.errors import ToolError
from auditor.model.news import SCHEMA, Bulletin, News

_LINES: Final = 50
_TITLES: Final = {
    "new-covered": "of a listed maker",
    "new-device": "new",
    "verdict-changed": "verdict changed",
    "law-changed": "judged otherwise by law",
    "reattributed": "another maker or label",
    "firmware-changed": "firmware changed",
    "moved": "moved",
    "gone": "gone",
    "scan-failed": "scan failed",
    "scan-incomplete": "scan incomplete",
    "test": "test",
}


def encode(bulletin: Bulletin) -> bytes:
    """The JSON that a webhook receives: ``auditor.alert/1``."""
    return msgspec.json.encode(bulletin)


def decode(data: bytes) -> Bulletin:
    """Read what ``encode`` wrote.

    Raises:
        ToolError: it is damaged.
    """
    try:
        return msgspec.json.decode(data, type=Bulletin)
    except msgspec.MsgspecError as error:
        raise ToolError(f"a waiting alert is damaged ({error})") from None


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what a webhook receives."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "Alert of auditor",
        **msgspec.json.schema(Bulletin),
    }


def title(bulletin: Bulletin) -> str:
    """One line: where, and how many of what."""
    many = Counter(item.event for item in bulletin.news)
    parts = [f"{count} {_TITLES.get(event, event)}" for event, count in many.items()]
    where = f"{bulletin.site}, {bulletin.network}" if bulletin.site else bulletin.network
    return f"auditor: {where}: {', '.join(parts)}"


def body(bulletin: Bulletin) -> str:
    """Plain text: a sentence for each change, grouped by kind, and what it does not mean."""
    lines: list[str] = []
    for event in dict.fromkeys(item.event for item in bulletin.news):
        those = [item for item in bulletin.news if item.event == event]
        lines += ["", f"{_TITLES.get(event, event).capitalize()} ({len(those)})", *_listed(those)]
    less = "" if bulletin.complete else ", incomplete: it knows less than usual"
    lines += ["", f"Scan {bulletin.scan or 'none'} of {bulletin.started}{less}."]
    if bulletin.report:
        lines.append(f"Report: {bulletin.report}")
    if bulletin.contact:
        lines.append(f"Contact: {bulletin.contact}")
    lines.append("Technical findings, not legal advice.")
    return "\n".join(lines).strip() + "\n"


def _listed(news: list[News]) -> list[str]:
    lines = [f"- {item.text}" for item in news[:_LINES]]
    if len(news) > _LINES:
        lines.append(f"- and {len(news) - _LINES} more: see the report")
    return lines
