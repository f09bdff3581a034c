"""RFC 4180 rows, one a device: for spreadsheets, with formulas defused."""

import csv
import io

from auditor.model.document import Asset, Scan
from auditor.model.words import Role
from auditor.report._api import Page
from auditor.report.words import tame

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")
COLUMNS = (
    "address", "id", "mac", "kind", "brand", "model", "serial", "firmware", "built", "headline",
    "maker", "maker_grade", "maker_entity", "evidence", "regimes_covered", "regimes_indeterminate",
    "reasons", "parent", "notes",
)  # fmt: skip


class Csv:
    """One row a device."""

    name = "csv"
    suffixes = (".csv",)
    about = "one row a device, RFC 4180"

    def render(self, scan: Scan, page: Page) -> bytes:  # noqa: ARG002 - the shape of a format
        """Header and rows, CRLF, UTF-8 with a byte-order mark, as spreadsheets want it."""
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for asset in scan.assets:
            _rows(writer, asset, "")
        return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _rows(writer: "csv._writer", asset: Asset, parent: str) -> None:  # type: ignore[name-defined] # private type of the standard library
    maker = next((item for item in asset.attributions if item.role is Role.MAKER), None)
    covered = [v for v in asset.verdicts if v.outcome == "covered"]
    unsure = [v for v in asset.verdicts if v.outcome == "indeterminate"]
    cells = (
        asset.address or "",
        asset.id,
        asset.mac or "",
        asset.kind,
        asset.brand or "",
        asset.model or "",
        asset.serial or "",
        asset.firmware or "",
        asset.built or "",
        asset.headline,
        maker.vendor if maker else "",
        maker.grade if maker else "",
        (maker.entity or "") if maker else "",
        "; ".join(f"{e.rule}: {e.value}" for e in maker.because[:6]) if maker else "",
        " ".join(v.regime for v in covered),
        " ".join(v.regime for v in unsure),
        " ".join(sorted({reason for v in asset.verdicts for reason in v.reasons})),
        parent,
        "; ".join(asset.notes),
    )
    writer.writerow([safe_cell(str(cell)) for cell in cells])
    for child in asset.children:
        _rows(writer, child, asset.id)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, without control characters."""
    cleaned = tame(text, 2000)
    return f"'{cleaned}" if cleaned.lstrip().startswith(_FORMULA) else cleaned


FORMAT = Csv()
