"""Sheets about the scan itself: summary, coverage, law."""

from collections import Counter
from collections.abc import Iterator

from auditor.model.document import Coverage, LawNote, Ledger, Scan
from auditor.report._flat import family, maker_of
from auditor.report.words import HEADLINES, NOT_LEGAL_ADVICE, vendor_names
from auditor.report.xlsx._book import Book, Cell, Column, day, moment
from auditor.report.xlsx._devices import LAW

_SUMMARY = (Column(title="What", width=34), Column(title="Value", width=90))
_COVERAGE = (
    Column(title="What", width=26),
    Column(title="Where", width=34),
    Column(title="State", width=14),
    Column(title="Number", width=10),
    Column(title="Why or more", width=80),
)
_LAW = (
    Column(title="Regime", width=20),
    Column(title="Name", width=30),
    Column(title="Class", width=18),
    Column(title="Status", width=20),
    Column(title="What it means", width=60),
    Column(title="What it does not say", width=70),
    Column(title="What it says to do", width=40),
    Column(title="Concerns", width=24),
    Column(title="Authority", width=28),
    Column(title="Jurisdiction", width=16),
    Column(title="Citation", width=34),
    Column(title="Source", width=36),
    Column(title="Read as of", width=12),
    Column(title="Due for review", width=9),
)
_LEDGER = {
    "answered": "addresses that answered",
    "silent": "addresses that were silent",
    "refused": "addresses that refused",
    "filtered": "addresses behind a filter",
    "out_of_time": "addresses without time left",
    "excluded": "addresses excluded",
    "this_machine": "this machine",
    "not_scanned": "addresses not scanned",
}


def summary(book: Book, scan: Scan) -> None:
    """The headline numbers, what was asked by which rules, and what the words mean."""
    sheet = book.sheet("Summary", _SUMMARY)
    for what, value in _facts(scan):
        sheet.label(what, value)
    sheet.row()
    for headline, word in HEADLINES.items():
        sheet.label(f"devices: {word}", getattr(scan.summary, headline, 0))
    sheet.label("devices and hosts in all", scan.summary.assets)
    sheet.row()
    for maker, number in _makers(scan):
        sheet.label(f"covered, made by {maker}", number)
    stale = [note.id for note in scan.law if note.stale]
    if stale:
        sheet.label("Law data due for review", ", ".join(stale))
    sheet.label("Note", NOT_LEGAL_ADVICE)
    sheet.finish()


def _facts(scan: Scan) -> Iterator[tuple[str, Cell]]:
    header = scan.scan
    yield "Site", header.site
    yield "Scope", ", ".join(header.scope)
    yield "Excluded", ", ".join(header.exclude)
    yield "Started (UTC)", moment(header.started) or header.started
    yield "Finished (UTC)", moment(header.finished) or header.finished
    yield "Complete", "yes" if header.complete else "no"
    yield "Incomplete because", "; ".join(header.incomplete_because)
    yield "Policy", header.policy
    yield "Profile", ", ".join(header.profile) or "not stated"
    yield "Law of", day(header.as_of)
    yield "Database", header.db_version
    yield "Database digest", header.db_digest
    yield "Tool", header.tool
    yield "Scan id", header.id


def _makers(scan: Scan) -> list[tuple[str, int]]:
    names = vendor_names(scan)
    tally: Counter[str] = Counter()
    for asset, _ in family(scan.assets):
        maker = maker_of(asset)
        if asset.headline == "covered" and maker is not None:
            tally[names.get(maker.vendor, maker.vendor)] += 1
    return sorted(tally.items(), key=lambda pair: (-pair[1], pair[0]))


def coverage(book: Book, scan: Scan) -> None:
    """What was and was not assessed, and by what means."""
    sheet = book.sheet("Coverage", _COVERAGE)
    cover = scan.coverage
    sheet.row("addresses in scope", ", ".join(scan.scan.scope), None, cover.in_scope)
    sheet.row("hosts that answered", None, None, cover.answered)
    sheet.row("hosts that were assessed", None, None, cover.assessed)
    for item in cover.not_assessed:
        sheet.row("not assessed", item.address, None, None, item.why)
    for address in cover.missing_from_baseline:
        sheet.row("missing since the baseline", address)
    for row in (*_ledger(cover.ledger), *_means(cover)):
        sheet.row(*row)
    sheet.finish()


def _ledger(ledger: Ledger) -> Iterator[tuple[Cell, ...]]:
    for name, word in _LEDGER.items():
        for part in getattr(ledger, name):
            why = ledger.not_scanned_why if name == "not_scanned" else None
            yield word, part, None, None, why


def _means(cover: Coverage) -> Iterator[tuple[Cell, ...]]:
    for method in cover.methods:
        where = method.interface or "any interface"
        yield f"method {method.method}", where, method.state, method.found, method.why
    for item in cover.out_of_scope:
        yield "outside the scope, not contacted", item.address, None, None, item.mac
    for note in cover.notes:
        yield "note", None, None, None, note


def law(book: Book, scan: Scan) -> None:
    """One row for each regime that was asked."""
    sheet = book.sheet(LAW, _LAW, printed=6)
    for note in scan.law:
        sheet.row(*_law_row(note))
    sheet.finish()


def _law_row(note: LawNote) -> tuple[Cell, ...]:
    return (
        note.id,
        note.name,
        note.finding_class,
        note.status,
        note.meaning,
        " ".join(note.limits),
        note.action,
        ", ".join(note.applies_if),
        note.authority,
        note.jurisdiction,
        note.citation,
        note.source,
        day(note.evidence_as_of),
        "yes" if note.stale else None,
    )
