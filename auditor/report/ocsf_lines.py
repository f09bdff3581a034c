"""OCSF events as JSON lines: for log shippers."""

import msgspec

from auditor.model.document import Scan
from auditor.report._api import Page
from auditor.report.ocsf._events import events


class OcsfLines:
    """The events of the format ``ocsf``, one a line, without the array around them."""

    name = "ocsf-lines"
    suffixes = (".ocsf.jsonl", ".ocsf.ndjson")
    about = "OCSF events, one a line"

    def render(self, scan: Scan, page: Page) -> bytes:  # noqa: ARG002 - the shape of a format
        """The lines."""
        return b"".join(msgspec.json.encode(item) + b"\n" for item in events(scan))


FORMAT = OcsfLines()
