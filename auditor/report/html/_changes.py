"""What changed since an earlier scan: a chart by kind, and a table for each kind."""

from collections.abc import Sequence
from typing import Final

from auditor.model.difference import Change, Difference
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html import _words as w
from auditor.report.html._charts import chart
from auditor.report.html._coverage import table
from auditor.report.html._markup import Markup, cut, h, join
from auditor.report.html._summary import moment
from auditor.report.html._view import View

_MOST: Final = 1000
_JUDGED: Final = {"appeared", "absent", "verdict", "law"}
_OUTCOMES: Final = {**w.OUTCOMES, **w.VERDICT_OUTCOMES}


def changes(view: View) -> Markup | None:
    """The section, if an earlier scan was named."""
    found = view.changes
    if found is None:
        return None
    kinds: dict[str, Sequence[Change]] = {kind: getattr(found, kind) for kind in t.CHANGE_KINDS}
    kinds = {kind: listed for kind, listed in kinds.items() if listed}
    return h(
        "section",
        {"id": "changes", "aria-labelledby": "h-changes"},
        h("h2", {"id": "h-changes"}, t.CHANGES_TITLE),
        _intro(found),
        h("div", {"class": "charts"}, _chart(kinds))
        if kinds
        else h("p", None, phrases.CHANGES_NONE),
        *(_kind(view, kind, listed) for kind, listed in kinds.items()),
        _notes(found),
    )


def _intro(found: Difference) -> Markup:
    old, new = found.old, found.new
    told = t.CHANGES_INTRO.format(
        when=moment(old.started),
        id=cut(old.id, 80),
        db=t.CHANGES_DB.format(version=cut(old.db_version, 40)),
        as_of=cut(old.as_of, 40),
    )
    warning = None
    if not (old.complete and new.complete):
        warning = h("p", {"class": "note", "role": "note"}, t.CHANGES_INCOMPLETE)
    return join([h("p", {"class": "intro"}, told), warning])


def _chart(kinds: dict[str, Sequence[Change]]) -> Markup:
    most = max(len(listed) for listed in kinds.values())
    rows = [_bar(t.CHANGE_KINDS[kind], len(listed), most) for kind, listed in kinds.items()]
    return chart(t.CHANGES_CHART, t.CHANGES_COLUMN, rows)


def _bar(word: str, count: int, most: int) -> Markup:
    frame = {"viewBox": "0 0 1000 10", "preserveAspectRatio": "none", "aria-hidden": "true"}
    shape: dict[str, str | int | bool | None] = {
        "class": "change",
        "x": 0,
        "width": max(1, round(count * 1000 / most)),
        "height": 10,
    }
    return h(
        "tr",
        None,
        h("th", {"scope": "row"}, word),
        h("td", {"class": "num"}, phrases.number(count)),
        h("td", None, h("svg", frame, h("rect", shape))),
    )


def _kind(view: View, kind: str, listed: Sequence[Change]) -> Markup:
    heading = t.CHANGE_HEADING.format(kind=t.CHANGE_KINDS[kind], n=phrases.number(len(listed)))
    rows = [_row(view, kind, change) for change in listed[:_MOST]]
    keep = [
        column
        for column in range(len(t.CHANGE_COLUMNS))
        if column == 0 or any(row[column] for row in rows)
    ]
    shown = [[row[column] or t.NO_VALUE for column in keep] for row in rows]
    more = None
    if len(listed) > _MOST:
        more = h("p", {"class": "fine"}, phrases.AND_MORE.format(n=len(listed) - _MOST))
    columns = [t.CHANGE_COLUMNS[column] for column in keep]
    return join([h("h3", None, heading), table(columns, shown), more])


def _row(view: View, kind: str, change: Change) -> tuple[str, ...]:
    name = cut(change.name or change.address or change.id, 120)
    anchor = view.anchors.get(change.id)
    device: str = h("a", {"href": f"#{anchor}"}, name) if anchor else name
    return (
        device,
        cut(change.address or "", 64),
        _value(kind, change.was),
        _value(kind, change.now),
        cut(change.regime or "", 60),
        cut(change.because or "", 400),
    )


def _value(kind: str, value: str | None) -> str:
    """A former or present value; outcomes in words."""
    if not value:
        return ""
    return w.word(_OUTCOMES, cut(value, 40)) if kind in _JUDGED else cut(value, 200)


def _notes(found: Difference) -> Markup | None:
    if not found.notes:
        return None
    items = [h("li", None, cut(note, 400)) for note in found.notes[:_MOST]]
    return h("ul", {"class": "fine"}, *items)
