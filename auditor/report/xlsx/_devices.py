"""Sheets with a row for each device, each verdict and each piece of evidence."""

from auditor.model.document import Asset, Scan
from auditor.model.judgement import Verdict
from auditor.model.words import Outcome
from auditor.report._api import Page
from auditor.report._flat import Remedies, family, maker_of, testimony
from auditor.report.words import HEADLINES, NOTES, STRENGTHS, title_of, vendor_names
from auditor.report.xlsx._book import Book, Cell, Column, Link, Sheet, day, moment

LAW = "Law"
_MOST_VALUE = 1_000

_DEVICES = (
    Column(title="Address", width=16),
    Column(title="Device", width=26),
    Column(title="Outcome", width=16, words=True),
    Column(title="Made by", width=16),
    Column(title="Grade", width=11),
    Column(title="Kind", width=12),
    Column(title="Serial", width=24),
    Column(title="Built", width=9),
    Column(title="MAC", width=18),
    Column(title="Finding", width=60),
    Column(title="Behind recorder", width=16),
    Column(title="Legal entity", width=16),
    Column(title="Brand", width=14),
    Column(title="Model", width=20),
    Column(title="Firmware", width=20),
    Column(title="Host name", width=18),
    Column(title="Covered under", width=24),
    Column(title="Not determined under", width=24),
    Column(title="What the rules say to do", width=44, wrap=False),
    Column(title="Configuration notes", width=34),
    Column(title="First seen (UTC)", width=19),
    Column(title="Last seen (UTC)", width=19),
    Column(title="Id", width=24),
)
_FINDINGS = (
    Column(title="Address", width=16),
    Column(title="Device", width=26),
    Column(title="Regime", width=20),
    Column(title="Outcome", width=16, words=True),
    Column(title="Concerns you by profile", width=12),
    Column(title="Class", width=20),
    Column(title="Maker met", width=14),
    Column(title="Grade", width=11),
    Column(title="Effective", width=11),
    Column(title="Finding", width=60),
    Column(title="Citation", width=28),
    Column(title="Reasons", width=24),
    Column(title="Listed name", width=34),
    Column(title="Exemption", width=22),
    Column(title="Source", width=30),
    Column(title="Law read as of", width=12),
    Column(title="In full", width=60, wrap=False),
    Column(title="Id", width=24),
)
_EVIDENCE = (
    Column(title="Address", width=16),
    Column(title="For or against", width=9),
    Column(title="Vendor", width=14),
    Column(title="Roles", width=18),
    Column(title="Strength", width=14),
    Column(title="Witness", width=10),
    Column(title="Signal", width=20),
    Column(title="Read from", width=18),
    Column(title="Endpoint", width=11),
    Column(title="Value", width=60, wrap=False),
    Column(title="Rule", width=34),
    Column(title="Sources", width=34, wrap=False),
    Column(title="Id", width=24),
)


def devices(book: Book, scan: Scan, page: Page) -> None:
    """One row a device, those behind recorders too."""
    sheet = book.sheet("Devices", _DEVICES, printed=11, frozen=2)
    names = vendor_names(scan)
    remedies = Remedies(scan)
    seen = {item.id: item for item in page.changes.seen} if page.changes else {}
    for asset, parent in family(scan.assets):
        known = seen.get(asset.id)
        times: tuple[Cell, Cell] = (
            (moment(known.first) or known.first, moment(known.last) or known.last)
            if known
            else (None, None)
        )
        sheet.row(*_device(asset, parent, names, remedies), *times, asset.id)
    sheet.finish()


def _device(
    asset: Asset, parent: Asset | None, names: dict[str, str], remedies: Remedies
) -> tuple[Cell, ...]:
    maker = maker_of(asset)
    return (
        asset.address,
        title_of(asset, names),
        HEADLINES.get(asset.headline, asset.headline),
        names.get(maker.vendor, maker.vendor) if maker else None,
        maker.grade.value if maker else None,
        asset.kind.value,
        asset.serial,
        day(asset.built),
        asset.mac,
        remedies.finding(asset),
        (parent.address or parent.id) if parent else None,
        maker.entity if maker else None,
        names.get(asset.brand, asset.brand) if asset.brand else None,
        asset.model,
        asset.firmware,
        asset.hostname,
        _regimes(asset, Outcome.COVERED),
        _regimes(asset, Outcome.INDETERMINATE),
        remedies.remedy(asset),
        "; ".join(NOTES.get(note, note) for note in asset.notes),
    )


def _regimes(asset: Asset, outcome: Outcome) -> str:
    return " ".join(verdict.regime for verdict in asset.verdicts if verdict.outcome is outcome)


def findings(book: Book, scan: Scan) -> None:
    """One row for each device under each regime; the regime leads to its row of the law."""
    sheet = book.sheet("Findings", _FINDINGS, printed=11, frozen=2)
    names = vendor_names(scan)
    remedies = Remedies(scan)
    rows = {note.id: number for number, note in enumerate(scan.law, start=2)}
    for asset, _ in family(scan.assets):
        title = title_of(asset, names)
        for verdict in asset.verdicts:
            _finding(sheet, asset, verdict, title, remedies, rows)
    sheet.finish()


def _finding(
    sheet: Sheet,
    asset: Asset,
    verdict: Verdict,
    title: str,
    remedies: Remedies,
    rows: dict[str, int],
) -> None:
    row = rows.get(verdict.regime)
    link = None if row is None else Link(text=verdict.regime, sheet=LAW, row=row)
    applies = {True: "yes", False: "not you", None: "not stated"}[verdict.applies]
    sheet.row(
        asset.address,
        title,
        link or verdict.regime,
        HEADLINES[verdict.outcome.value],
        applies,
        verdict.finding_class.value,
        remedies.name(verdict.vendor) if verdict.vendor else None,
        verdict.grade.value if verdict.grade else None,
        day(verdict.effective),
        remedies.short(verdict),
        verdict.citation,
        ", ".join(verdict.reasons),
        verdict.listing,
        verdict.exemption,
        verdict.source,
        day(verdict.evidence_as_of),
        verdict.says,
        asset.id,
    )


def evidence(book: Book, scan: Scan) -> None:
    """One row for each piece of evidence, with every role that it speaks for."""
    sheet = book.sheet("Evidence", _EVIDENCE, printed=11, frozen=1)
    names = vendor_names(scan)
    for asset, _ in family(scan.assets):
        for piece, vendor, roles, side in testimony(asset):
            sheet.row(
                asset.address,
                side,
                names.get(vendor, vendor),
                roles,
                STRENGTHS[piece.strength],
                piece.channel.value,
                piece.signal,
                piece.via or piece.signal,
                piece.endpoint,
                piece.value[:_MOST_VALUE],
                piece.rule,
                ", ".join(piece.sources),
                asset.id,
            )
    sheet.finish()
