"""What was and was not assessed, how it was looked for, and what was sent."""

from collections.abc import Iterable, Sequence
from typing import Final

from auditor.model.document import Foreign, Ledger
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html import _words as w
from auditor.report.html._evidence import signal_word
from auditor.report.html._markup import Markup, cut, h, join
from auditor.report.html._summary import facts
from auditor.report.html._view import View

_MOST_ROWS: Final = 1000
_MOST_RANGES: Final = 300


def coverage(view: View) -> Markup:
    """The section."""
    cover = view.scan.coverage
    scope = phrases.SCOPE_WIDE
    if cover.in_scope is not None:
        scope = phrases.SCOPE_COUNT.format(n=phrases.number(cover.in_scope))
    counts = (
        (t.COVERAGE_COUNTS, scope),
        (t.COVERAGE_ANSWERED, phrases.number(cover.answered)),
        (t.COVERAGE_ASSESSED, phrases.number(cover.assessed)),
        (t.COVERAGE_MISSED, phrases.number(len(cover.not_assessed))),
    )
    return h(
        "section",
        {"id": "coverage", "aria-labelledby": "h-coverage"},
        h("h2", {"id": "h-coverage"}, t.COVERAGE_TITLE),
        facts(counts, "counts"),
        _not_assessed(view),
        _ledger(cover.ledger),
        _methods(view),
        _list(phrases.REMARKS_TITLE, cover.notes),
        _list(phrases.BASELINE_TITLE, cover.missing_from_baseline),
        _foreign(cover.out_of_scope),
        _sent(view),
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """A plain table; the first cell of each row is its header."""
    cells = [
        h(
            "tr",
            None,
            h("th", {"scope": "row"}, row[0]),
            *(h("td", None, cell) for cell in row[1:]),
        )
        for row in rows
    ]
    more = None
    if len(cells) > _MOST_ROWS:
        more = h("p", {"class": "fine"}, phrases.AND_MORE.format(n=len(cells) - _MOST_ROWS))
    head = h("tr", None, *(h("th", {"scope": "col"}, column) for column in columns))
    body = h("tbody", None, *cells[:_MOST_ROWS])
    return join(
        [
            h(
                "div",
                {"class": "wide"},
                h("table", {"class": "plain"}, h("thead", None, head), body),
            ),
            more,
        ]
    )


def _not_assessed(view: View) -> Markup:
    missed = view.scan.coverage.not_assessed
    title = h("h3", None, phrases.NOT_ASSESSED_TITLE)
    if not missed:
        return join([title, h("p", None, phrases.NOT_ASSESSED_NONE)])
    rows = [(cut(item.address, 64), cut(item.why, 400)) for item in missed]
    return join([title, table((t.COLUMN_ADDRESS, t.COLUMN_WHY), rows)])


def _ledger(ledger: Ledger) -> Markup:
    rows = []
    for key, word in w.LEDGER.items():
        ranges: tuple[str, ...] = getattr(ledger, key)
        if not ranges:
            continue
        told = phrases.BETWEEN.join(cut(text, 90) for text in ranges[:_MOST_RANGES])
        if len(ranges) > _MOST_RANGES:
            told = phrases.BETWEEN.join(
                [told, phrases.AND_MORE.format(n=len(ranges) - _MOST_RANGES)]
            )
        if key == "not_scanned" and ledger.not_scanned_why:
            told = f"{told}: {cut(ledger.not_scanned_why, 300)}"
        rows.append((word, told))
    return join(
        [h("h3", None, phrases.LEDGER_TITLE), table((t.COLUMN_STATE, t.COLUMN_RANGES), rows)]
    )


def _methods(view: View) -> Markup:
    rows = [
        (
            cut(item.method, 40),
            cut(item.interface or "", 40),
            w.word(w.METHOD_STATES, cut(item.state, 40)),
            phrases.number(item.found),
            cut(item.why or "", 400),
        )
        for item in view.scan.coverage.methods
    ]
    columns = (t.COLUMN_METHOD, t.COLUMN_INTERFACE, t.COLUMN_STATE, t.COLUMN_FOUND, t.COLUMN_WHY)
    return join([h("h3", None, phrases.METHODS_TITLE), table(columns, rows)])


def _list(title: str, items: Sequence[str]) -> Markup | None:
    if not items:
        return None
    lines = [h("li", None, cut(item, 600)) for item in items[:_MOST_ROWS]]
    if len(items) > _MOST_ROWS:
        lines.append(h("li", None, phrases.AND_MORE.format(n=len(items) - _MOST_ROWS)))
    return join([h("h3", None, title), h("ul", None, *lines)])


def _foreign(foreign: Sequence[Foreign]) -> Markup | None:
    if not foreign:
        return None
    rows = [(cut(item.address, 64), cut(item.mac or "", 40), _announced(item)) for item in foreign]
    columns = (t.COLUMN_ADDRESS, t.COLUMN_MAC, t.COLUMN_SIGNALS)
    return join(
        [
            h("h3", None, phrases.FOREIGN_TITLE),
            h("p", None, phrases.FOREIGN_INTRO),
            table(columns, rows),
        ]
    )


def _announced(item: Foreign) -> Markup:
    told = [
        join([signal_word(seen.signal), h("code", None, cut(seen.value, 80))], " ")
        for seen in item.observations[:6]
    ]
    return join(told, phrases.BETWEEN)


def _sent(view: View) -> Markup:
    sent = view.scan.sent
    told = t.SENT_TEXT.format(
        packets=phrases.number(sent.packets),
        connections=phrases.number(sent.connections),
        requests=phrases.number(sent.requests),
    )
    counts = [
        f"{cut(probe, 40)} {phrases.number(count)}"
        for probe, count in sorted(sent.by_probe.items())
    ]
    by_probe = t.SENT_BY.format(counts=phrases.BETWEEN.join(counts[:_MOST_RANGES]))
    return join(
        [
            h("h3", None, phrases.SENT_TITLE),
            h("p", None, told),
            h("p", {"class": "fine"}, by_probe) if counts else None,
        ]
    )
