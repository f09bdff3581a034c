"""OCSF events: for SIEM and security data lakes.

What goes where, and what does not fit, stands in ``docs/explanation/standards-mapping.md``.
"""

import msgspec

from auditor.model.document import Scan
from auditor.report._api import Page
from auditor.report.ocsf._events import events


class Ocsf:
    """A JSON array with one event a line: the scan, the devices, the verdicts."""

    name = "ocsf"
    suffixes = (".ocsf.json",)
    about = "OCSF events (device inventory, compliance findings), as a JSON array"

    def render(self, scan: Scan, page: Page) -> bytes:  # noqa: ARG002 - the shape of a format
        """The array."""
        return b"[\n" + b",\n".join(msgspec.json.encode(item) for item in events(scan)) + b"\n]\n"


FORMAT = Ocsf()
