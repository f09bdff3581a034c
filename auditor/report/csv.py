"""RFC 4180 rows, one a device: for spreadsheets, with formulas defused.

Columns are only ever added at the end.
"""

import csv
import io
from collections.abc import Iterator, Sequence

from auditor.model.document import Asset, Scan
from auditor.report._api import Page
from auditor.report._flat import Remedies, family, maker_of
from auditor.report.words import tame

_MOST = 8_000  # the sentences of several rules together; a cell of a spreadsheet takes 32,767
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")
COLUMNS = (
    "address", "id", "mac", "kind", "brand", "model", "serial", "firmware", "built", "headline",
    "maker", "maker_grade", "maker_entity", "evidence", "regimes_covered", "regimes_indeterminate",
    "reasons", "parent", "notes", "finding", "remediation", "hostname", "site", "first_seen",
    "last_seen", "scan_complete", "as_of",
)  # fmt: skip


class Csv:
    """One row a device."""

    name = "csv"
    suffixes = (".csv",)
    about = "one row a device, RFC 4180"

    def render(self, scan: Scan, page: Page) -> bytes:
        """Header and rows, CRLF, UTF-8 with a byte-order mark, as spreadsheets want it."""
        return b"".join(self.pieces(scan, page))

    def pieces(self, scan: Scan, page: Page) -> Iterator[bytes]:
        """The same, row by row."""
        yield b"\xef\xbb\xbf" + _line(COLUMNS)
        remedies = Remedies(scan)
        seen = {item.id: item for item in page.changes.seen} if page.changes else {}
        complete, as_of = _complete(scan), scan.scan.as_of
        if not scan.assets and not scan.scan.complete:
            yield _nothing(scan, complete, as_of)
        for asset, parent in family(scan.assets):
            known = seen.get(asset.id)
            cells = (
                *_cells(asset, parent),
                remedies.finding(asset),
                remedies.remedy(asset),
                asset.hostname or "",
                scan.scan.site or "",
                known.first if known else "",
                known.last if known else "",
                complete,
                as_of,
            )
            yield _line([safe_cell(cell) for cell in cells])


def _complete(scan: Scan) -> str:
    """``yes``, or ``no`` and why: rows are sorted, cut and mailed on without the rest of the report."""
    if scan.scan.complete:
        return "yes"
    return f"no: {'; '.join(scan.scan.incomplete_because) or 'see the coverage'}"


def _nothing(scan: Scan, complete: str, as_of: str) -> bytes:
    """The only row of an incomplete scan without a device: an empty sheet would look like a clean one."""
    known = {
        "headline": "incomplete",
        "notes": "no device was assessed",
        "site": scan.scan.site or "",
        "scan_complete": complete,
        "as_of": as_of,
    }
    return _line([safe_cell(known.get(column, "")) for column in COLUMNS])


def _line(cells: Sequence[str]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerow(cells)
    return stream.getvalue().encode()


def _cells(asset: Asset, parent: Asset | None) -> tuple[str, ...]:
    maker = maker_of(asset)
    covered = [v for v in asset.verdicts if v.outcome == "covered"]
    unsure = [v for v in asset.verdicts if v.outcome == "indeterminate"]
    return (
        asset.address or "",
        asset.id,
        asset.mac or "",
        asset.kind.value,
        asset.brand or "",
        asset.model or "",
        asset.serial or "",
        asset.firmware or "",
        asset.built or "",
        asset.headline,
        maker.vendor if maker else "",
        maker.grade.value if maker else "",
        (maker.entity or "") if maker else "",
        "; ".join(f"{e.rule}: {e.value}" for e in maker.because[:6]) if maker else "",
        " ".join(v.regime for v in covered),
        " ".join(v.regime for v in unsure),
        " ".join(sorted({reason for v in asset.verdicts for reason in v.reasons})),
        parent.id if parent else "",
        "; ".join(asset.notes),
    )


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, without control characters."""
    cleaned = tame(text, _MOST)
    return f"'{cleaned}" if cleaned.lstrip().startswith(_FORMULA) else cleaned


FORMAT = Csv()
