"""Sheets for what comes next: the replacement plan, its sums, and what changed."""

from auditor.model.difference import Change, Difference
from auditor.report.plan import STEPS, Plan, Step
from auditor.report.xlsx._book import Book, Cell, Column, day, moment

_PLAN = (
    Column(title="Place", width=7),
    Column(title="When", width=15, words=True),
    Column(title="Address", width=16),
    Column(title="Device", width=28),
    Column(title="Kind", width=12),
    Column(title="Made by", width=16),
    Column(title="Grade", width=11),
    Column(title="Regimes", width=28),
    Column(title="Why here", width=70),
    Column(title="Built", width=10),
    Column(title="Unit cost", width=12),
    Column(title="Currency", width=9),
    Column(title="Site", width=18),
    Column(title="Behind recorder (id)", width=22),
    Column(title="Id", width=24),
)
_SUMS = (
    Column(title="What", width=34),
    Column(title="Kind", width=12),
    Column(title="Made by", width=16),
    Column(title="Devices", width=9),
    Column(title="To find out", width=9),
    Column(title="Unit cost", width=12),
    Column(title="Sum", width=14),
    Column(title="Currency", width=9),
    Column(title="More", width=80),
)
_CHANGES = (
    Column(title="Change", width=18),
    Column(title="Address", width=16),
    Column(title="Device", width=28),
    Column(title="Was", width=30),
    Column(title="Is", width=30),
    Column(title="Regime", width=20),
    Column(title="Because", width=60),
    Column(title="Id", width=24),
)
_KINDS = {
    "appeared": "appeared",
    "absent": "absent in this scan",
    "moved": "moved",
    "reattributed": "other maker",
    "firmware": "other firmware",
    "verdict": "other verdict",
    "law": "other law",
}


def plan_sheet(book: Book, plan: Plan) -> None:
    """One row a device, in the order proposed."""
    sheet = book.sheet("Plan", _PLAN, printed=12, frozen=4)
    for item in plan.items:
        sheet.row(
            item.number,
            item.step.value,
            item.address,
            item.name,
            item.kind,
            item.maker,
            item.grade,
            ", ".join(item.regimes),
            "; ".join(item.reasons),
            day(item.built),
            item.cost.cost if item.cost else None,
            item.cost.currency if item.cost else None,
            item.site,
            item.parent,
            item.id,
        )
    sheet.finish()


def sums_sheet(book: Book, plan: Plan) -> None:
    """Counts by step and by model, sums by currency, what the rules say, and the limits."""
    sheet = book.sheet("Plan sums", _SUMS)
    for step in Step:
        sheet.label(step.value, None, None, plan.counts[step], None, None, None, None, STEPS[step])
    for total in plan.totals:
        what = "first, next and later" if total.step is None else total.step.value
        more = "never added to another currency"
        cells: tuple[Cell, ...] = (total.devices, None, None, total.amount, total.currency, more)
        sheet.label(f"sum: {what}", None, None, *cells)
    if plan.priced and plan.unpriced:
        sheet.label("without a price in the list", None, None, plan.unpriced)
    if plan.exempt:
        why = "left out: excused by a documented exemption"
        sheet.label("exempt", None, None, plan.exempt, None, None, None, None, why)
    for model in plan.models:
        cost = model.cost
        amount = cost.cost * model.count if cost and model.count else None
        price = (cost.cost, amount, cost.currency) if cost else (None, None, None)
        sheet.row(
            model.name, model.kind, model.maker, model.count or None, model.find_out or None, *price
        )
    for duty in plan.duties:
        sheet.label(duty.regime, None, None, None, None, None, None, None, duty.action)
    for limit in plan.limits:
        sheet.label("limit", None, None, None, None, None, None, None, limit)
    sheet.finish()


def changes_sheet(book: Book, changes: Difference) -> None:
    """What changed since an earlier scan."""
    sheet = book.sheet("Changes", _CHANGES)
    old = changes.old
    sheet.row(
        "compared with",
        None,
        old.site,
        None,
        moment(old.started) or old.started,
        None,
        None,
        old.id,
    )
    for name, word in _KINDS.items():
        for change in getattr(changes, name):
            sheet.row(*_change(word, change))
    for note in changes.notes:
        sheet.row("note", None, None, None, None, None, note)
    sheet.finish()


def _change(word: str, change: Change) -> tuple[Cell, ...]:
    return (
        word,
        change.address,
        change.name,
        change.was,
        change.now,
        change.regime,
        change.because,
        change.id,
    )
