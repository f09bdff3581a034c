"""The report of FAR 52.204-25(d) as JSON: every field with its value, origin and evidence."""

import msgspec

from auditor.model.document import Scan
from auditor.report._api import Page
from auditor.report.far.report import report


class FarReportJson:
    """The JSON twin of ``far-report``."""

    name = "far-report-json"
    suffixes = (".far.json",)
    about = "the FAR report as JSON: every field with value, origin and evidence"

    def render(self, scan: Scan, page: Page) -> bytes:
        """The report; ``source`` of each field is ``scan``, ``person`` or ``blank``."""
        return msgspec.json.format(msgspec.json.encode(report(scan, page)), indent=1) + b"\n"


FORMAT = FarReportJson()
