"""XLSX: a workbook for people who filter, with real dates, without a single formula."""

from datetime import datetime
from typing import Final

from auditor.model.document import Scan
from auditor.report._api import Page
from auditor.report.plan import plan
from auditor.report.words import NOT_LEGAL_ADVICE, tame
from auditor.report.xlsx._book import Book, moment
from auditor.report.xlsx._context import coverage, law, summary
from auditor.report.xlsx._devices import devices, evidence, findings
from auditor.report.xlsx._planning import changes_sheet, plan_sheet, sums_sheet

_UNKNOWN: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - a spreadsheet's times have no zone


class Xlsx:
    """Summary, devices, findings, evidence, coverage, law, plan and changes."""

    name = "xlsx"
    suffixes = (".xlsx",)
    about = "a workbook: devices, findings, evidence, coverage, law and replacement plan"

    def render(self, scan: Scan, page: Page) -> bytes:
        """The workbook."""
        site = tame(scan.scan.site, 80) if scan.scan.site else "network"
        book = Book(
            title=f"Camera audit, {site}",
            about=NOT_LEGAL_ADVICE,
            created=moment(scan.scan.finished) or _UNKNOWN,
            footer=f"{site}, {tame(scan.scan.finished, 30)}",
        )
        summary(book, scan)
        devices(book, scan, page)
        findings(book, scan)
        evidence(book, scan)
        coverage(book, scan)
        law(book, scan)
        proposed = plan(scan, page.costs)
        plan_sheet(book, proposed)
        sums_sheet(book, proposed)
        if page.changes is not None:
            changes_sheet(book, page.changes)
        return book.close()


FORMAT = Xlsx()
