"""US federal forms from a scan: the report of FAR 52.204-25(d) as an office document.

``report.py`` and ``representations.py`` say what the forms hold; ``layout.py`` and ``office.py``
write them. Its JSON twin and the facts sheet are the modules beside this package.
"""

from auditor.model.document import Scan
from auditor.report._api import Page
from auditor.report.far.layout import report_paper
from auditor.report.far.report import report


class FarReport:
    """The report of 52.204-25(d), its deviation clause, or the record for an award file."""

    name = "far-report"
    suffixes = (".docx", ".far.docx")
    about = "US federal report under FAR 52.204-25(d) or 2 CFR 200.216, as a Word document"

    def render(self, scan: Scan, page: Page) -> bytes:
        """The document; what neither scan nor form file knows is left blank and marked."""
        from auditor.report.far.office import docx  # noqa: PLC0415 - slow to import

        return docx(report_paper(report(scan, page)))


FORMAT = FarReport()
