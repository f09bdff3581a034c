"""The replacement plan as a section: what to replace first, how many, and at what cost."""

from typing import Final, TypedDict

from auditor.report import phrases
from auditor.report import plan as planning
from auditor.report.pdf import _texts as t
from auditor.report.pdf._cells import Cell, Table, table
from auditor.report.pdf._ink import Ink, ink, plain
from auditor.report.pdf._view import View

_MOST_ROWS: Final = 1000


class PlanSection(TypedDict):
    """The section."""

    lines: list[Ink]
    steps: Table
    totals: Table | None
    items: Table | None
    more: str
    duties: list[Ink]
    limits: list[Ink]


def plan(view: View) -> PlanSection | None:
    """The plan; None if nothing stands in it."""
    made = planning.plan(view.scan, view.page.costs)
    if not made.items:
        return None
    numbers = {device.asset.id: device.number for device in view.devices}
    rows = [_row(item, numbers, priced=made.priced) for item in made.items[:_MOST_ROWS]]
    more = len(made.items) - len(rows)
    return {
        "lines": _lines(view, made),
        "steps": table(
            phrases.PLAN_STEPS_COLUMNS,
            (1, 0, 5),
            [
                (step.value.replace("-", " "), phrases.number(made.counts[step]), why)
                for step, why in planning.STEPS.items()
            ],
        ),
        "totals": _totals(made) if made.totals else None,
        "items": table(
            phrases.PLAN_COLUMNS_COST if made.priced else phrases.PLAN_COLUMNS,
            (0, 0.7, 1.7, 1.2, 3.6, 1.1) if made.priced else (0, 0.7, 1.7, 1.2, 4.4),
            rows,
        ),
        "more": phrases.AND_MORE.format(n=phrases.number(more)) if more else "",
        "duties": [
            ink(f"{duty.regime}: {duty.action}", 1000) for duty in made.duties if duty.action
        ],
        "limits": [ink(limit, 600) for limit in made.limits],
    }


def _row(item: planning.Item, numbers: dict[str, int], *, priced: bool) -> tuple[Cell, ...]:
    number = numbers.get(item.id)
    name = f"{plain(item.address or item.id, 64)} {plain(item.name, 100)}"
    told: Cell = {"text": ink(name, 200), "to": f"device-{number}"} if number else ink(name, 200)
    maker = item.maker or phrases.MAKER_UNKNOWN
    if item.maker and item.grade:
        maker = phrases.FINDING_MAKER.format(maker=item.maker, grade=item.grade)
    cells: tuple[Cell, ...] = (
        str(item.number),
        item.step.value.replace("-", " "),
        told,
        ink(maker, 120),
        ink("; ".join(item.reasons), 600),
    )
    if not priced:
        return cells
    cost = planning.money(item.cost.cost, item.cost.currency) if item.cost else ""
    return (*cells, ink(cost, 60))


def _lines(view: View, made: planning.Plan) -> list[Ink]:
    lines: list[Ink] = []
    if not view.scan.scan.complete:
        lines.append(t.PLAN_INCOMPLETE)
    for text, count in (
        (phrases.PLAN_UNPRICED, made.unpriced if made.priced else 0),
        (phrases.PLAN_EXEMPT, made.exempt),
    ):
        if count:
            lines.append(text.format(n=phrases.number(count), devices=phrases.devices(count)))
    return lines


def _totals(made: planning.Plan) -> Table:
    rows = [
        (
            phrases.PLAN_ALL_STEPS if total.step is None else total.step.value.replace("-", " "),
            phrases.number(total.devices),
            ink(planning.money(total.amount, total.currency), 60),
        )
        for total in made.totals
    ]
    return table(phrases.PLAN_TOTALS_COLUMNS, (1, 0, 1), rows)
