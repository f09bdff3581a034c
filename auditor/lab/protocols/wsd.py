"""WS-Discovery: answers only the forms of Probe that the persona answers."""

import re
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from auditor.lab.fleet import Device, Service
from auditor.lab.persona import Table
from auditor.lab.protocols._api import Answer
from auditor.lab.protocols._envelope import style, wrap

_PROBE: Final = re.compile(rb"<(?:[\w.-]+:)?Probe[\s/>]")
_TYPES: Final = re.compile(rb"<(?:[\w.-]+:)?Types[^>]*>([^<]*)<")
_MESSAGE: Final = re.compile(rb"<(?:[\w.-]+:)?MessageID[^>]*>\s*([^<\s]+)\s*<")


def form(data: bytes) -> str | None:
    """Which question a Probe asks: ``nvt``, ``device``, ``both``, ``any``, ``other``; None for no Probe."""
    if not _PROBE.search(data):
        return None
    types = _TYPES.search(data)
    asked = types[1].decode("utf-8", "replace").split() if types else []
    names = {word.rpartition(":")[2] for word in asked}
    if not names:
        return "any"
    video, device = "NetworkVideoTransmitter" in names, "Device" in names
    if video and device:
        return "both"
    return "nvt" if video else "device" if device else "other"


class _Wsd:
    """Replies with the persona's own envelope, types, scopes and addresses."""

    name = "wsd"
    groups = ("239.255.255.250",)

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One ProbeMatches, a fault, or nothing."""
        asked, message = form(data), _MESSAGE.search(data)
        if asked is None or message is None:
            return ()
        table = service.data
        relates = message[1].decode("utf-8", "replace")
        if asked in table.texts("answers", ("nvt", "device", "both", "any")):
            return (Answer(data=_matches(table, device, relates), spread=True),)
        if asked in table.texts("faults", ()):
            return (Answer(data=_fault(table, relates), spread=True),)
        return ()


def _matches(table: Table, device: Device, relates: str) -> bytes:
    look = style(table.text("envelope"))
    if table.flag("short_relates", default=False):
        relates = relates.removeprefix("urn:")
    fields = {
        "message": table.text("message", f"urn:uuid:{device.words['uuid']}"),
        "relates": escape(relates),
        "endpoint": table.text("endpoint"),
        "types": table.text("types"),
        "scopes": escape(" ".join(table.texts("scopes"))),
        "xaddrs": escape(table.text("xaddrs")),
        "version": table.text("metadata_version", "1"),
    }
    header, body = look.text("wsd_header"), look.text("wsd_body")
    for key, value in fields.items():
        header = header.replace(f"{{{key}}}", value)
        body = body.replace(f"{{{key}}}", value)
    return wrap(table.text("envelope"), body.strip(), header.strip())


def _fault(table: Table, relates: str) -> bytes:
    name = table.text("envelope")
    prefix = style(name).text("prefix")
    body = (
        f"<{prefix}:Fault><{prefix}:Code><{prefix}:Value>{prefix}:Sender</{prefix}:Value>"
        f'</{prefix}:Code><{prefix}:Reason><{prefix}:Text xml:lang="en">'
        f"Validation constraint violation</{prefix}:Text></{prefix}:Reason></{prefix}:Fault>"
    )
    return wrap(name, body, f"<wsa:RelatesTo>{escape(relates)}</wsa:RelatesTo>")


RESPONDER = _Wsd()
