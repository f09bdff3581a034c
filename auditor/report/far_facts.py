"""Facts for the representations of FAR 52.204-24 and 52.204-26, as an office document."""

from auditor.model.document import Scan
from auditor.report._api import Page
from auditor.report.far.layout import facts_paper
from auditor.report.far.representations import facts


class FarFacts:
    """Facts that help a person to answer; no answer is chosen."""

    name = "far-facts"
    suffixes = (".facts.docx",)
    about = "facts for the representations FAR 52.204-24 and 52.204-26, as a Word document"

    def render(self, scan: Scan, page: Page) -> bytes:
        """The facts sheet."""
        from auditor.report.far.office import docx  # noqa: PLC0415 - slow to import

        return docx(facts_paper(facts(scan, page)))


FORMAT = FarFacts()
