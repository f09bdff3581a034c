"""The report for the file: a tagged, archivable PDF, set by typst.

Made in two steps: the scan becomes plain data, each text tamed; a template of our own draws it.
"""

from auditor.model.document import Scan
from auditor.report._api import Page
from auditor.report.pdf._document import document
from auditor.report.pdf._typst import compiled
from auditor.report.pdf._view import view_of


class Pdf:
    """The report that is signed and filed."""

    name = "pdf"
    suffixes = (".pdf",)
    about = "a report for the file: PDF/A-2a and PDF/UA-1, with evidence and law (extra: pdf)"

    def render(self, scan: Scan, page: Page) -> bytes:
        """The PDF.

        Raises:
            ToolError: typst is not installed.
        """
        return compiled(document(view_of(scan, page)))


FORMAT = Pdf()
