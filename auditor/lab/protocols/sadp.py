"""SADP: Hikvision's search; answers inquiries only, from the persona's ordered fields."""

import re
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from auditor.lab.fleet import Device, Service
from auditor.lab.protocols._api import Answer

_GROUP: Final = "239.255.255.250"
_PORT: Final = 37020
_INQUIRY: Final = re.compile(rb"<Types>\s*inquiry\s*</Types>")
_UUID: Final = re.compile(rb"<Uuid>\s*([^<]*?)\s*</Uuid>")


class _Sadp:
    """Answers to the group or to the asker, as the persona's ``to`` says."""

    name = "sadp"
    groups = (_GROUP,)

    def answers(self, service: Service, device: Device, data: bytes) -> Sequence[Answer]:
        """One ProbeMatch that echoes the question's Uuid."""
        del device
        if b"<Probe>" not in data or not _INQUIRY.search(data):
            return ()
        uuid = _UUID.search(data)
        echo = uuid[1].decode("utf-8", "replace") if uuid else ""
        lines = [f"<Uuid>{escape(echo)}</Uuid>", "<Types>inquiry</Types>"]
        lines += [f"<{k}>{escape(v)}</{k}>" for k, v in service.data.pairs("fields")]
        text = '<?xml version="1.0" encoding="UTF-8" ?>\n<ProbeMatch>\n'
        text += "\n".join(lines) + "\n</ProbeMatch>\n"
        to = (_GROUP, _PORT) if service.data.text("to", "asker") == "group" else None
        return (Answer(data=text.encode(), to=to),)


RESPONDER = _Sadp()
