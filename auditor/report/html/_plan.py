"""The replacement plan: how many in each step, what it may cost, and the devices in order."""

from collections.abc import Iterator, Sequence
from typing import Final

from auditor.model.costs import UnitCost
from auditor.report import phrases
from auditor.report import plan as planning
from auditor.report.html import _texts as t
from auditor.report.html._coverage import table
from auditor.report.html._markup import Markup, cut, h, join
from auditor.report.html._view import View

_MOST: Final = 500


def plan(view: View, costs: Sequence[UnitCost]) -> Markup | None:
    """The section; None where no device stands in the plan."""
    made = planning.plan(view.scan, costs)
    if not made.items:
        return None
    return h(
        "section",
        {"id": "plan", "aria-labelledby": "h-plan"},
        h("h2", {"id": "h-plan"}, t.PLAN_TITLE),
        h("p", {"class": "intro"}, t.PLAN_INTRO),
        table(phrases.PLAN_STEPS_COLUMNS, _steps(made)),
        _totals(made),
        *(h("p", {"class": "fine"}, line) for line in _remarks(made)),
        _items(view, made),
        _list(t.PLAN_DUTIES, [f"{cut(d.regime, 60)}: {cut(d.action, 900)}" for d in made.duties]),
        _list(t.PLAN_LIMITS, [cut(limit, 400) for limit in made.limits]),
    )


def _step(step: planning.Step) -> str:
    return step.value.replace("-", " ")


def _steps(made: planning.Plan) -> Iterator[tuple[str, str, str]]:
    for step, why in planning.STEPS.items():
        yield _step(step), phrases.number(made.counts[step]), why


def _totals(made: planning.Plan) -> Markup | None:
    if not made.totals:
        return None
    rows = [
        (
            phrases.PLAN_ALL_STEPS if total.step is None else _step(total.step),
            phrases.number(total.devices),
            cut(planning.money(total.amount, total.currency), 60),
        )
        for total in made.totals
    ]
    return join([h("h3", None, t.PLAN_COSTS), table(phrases.PLAN_TOTALS_COLUMNS, rows)])


def _remarks(made: planning.Plan) -> Iterator[str]:
    for text, count in (
        (phrases.PLAN_UNPRICED, made.unpriced if made.priced else 0),
        (phrases.PLAN_EXEMPT, made.exempt),
    ):
        if count:
            yield text.format(n=phrases.number(count), devices=phrases.devices(count))


def _items(view: View, made: planning.Plan) -> Markup:
    """Every device in order, folded away; a long plan is cut and says so."""
    rows = [_row(view, item, priced=made.priced) for item in made.items[:_MOST]]
    more = None
    if len(made.items) > _MOST:
        left = phrases.number(len(made.items) - _MOST)
        more = h("p", {"class": "fine"}, t.PLAN_MORE.format(n=left))
    count = len(made.items)
    word = t.PLAN_DEVICES.format(n=phrases.number(count), devices=phrases.devices(count))
    columns = phrases.PLAN_COLUMNS_COST if made.priced else phrases.PLAN_COLUMNS
    return h("details", {"open": True}, h("summary", None, word), table(columns, rows), more)


def _row(view: View, item: planning.Item, *, priced: bool) -> tuple[str, ...]:
    where = cut(item.address or item.id, 64)
    anchor = view.anchors.get(item.id)
    address: str = h("a", {"href": f"#{anchor}"}, where) if anchor else where
    maker = item.maker or phrases.MAKER_UNKNOWN
    if item.maker and item.grade:
        maker = phrases.FINDING_MAKER.format(maker=item.maker, grade=item.grade)
    cells = (
        str(item.number),
        _step(item.step),
        join([address, cut(item.name, 100)], " "),
        cut(maker, 120),
        cut("; ".join(item.reasons), 600),
    )
    if not priced:
        return cells
    return (*cells, planning.money(item.cost.cost, item.cost.currency) if item.cost else t.NO_VALUE)


def _list(title: str, lines: Sequence[str]) -> Markup | None:
    if not lines:
        return None
    return join([h("h3", None, title), h("ul", None, *(h("li", None, line) for line in lines))])
