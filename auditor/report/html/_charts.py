"""Charts as tables with a bar in each row: the numbers in words are their text alternative."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from auditor.model.words import Outcome
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html import _words as w
from auditor.report.html._markup import Markup, cut, h
from auditor.report.html._view import ORDER, View, maker_of, mark, rank

_MOST_BARS: Final = 14
_YEAR: Final = 4
_REACHING: Final = (Outcome.COVERED, Outcome.INDETERMINATE, Outcome.EXEMPT)


def outcomes(view: View) -> Markup | None:
    """Devices by outcome."""
    counts = {headline: int(getattr(view.scan.summary, headline)) for headline in ORDER}
    most = max(counts.values())
    if not most:
        return None
    rows = [
        bar(mark(headline), count, {headline: count}, most)
        for headline, count in counts.items()
        if count
    ]
    return chart(t.CHART_OUTCOMES, t.CHART_COLUMN_OUTCOME, rows)


def makers(view: View) -> Markup | None:
    """Devices by maker, each bar parted by outcome."""
    by_maker: dict[str, Counter[str]] = {}
    for device in view.devices:
        if device.asset.headline == "outside":
            continue
        maker = maker_of(device.asset)
        key = view.vendor(maker.vendor) if maker else ""
        by_maker.setdefault(key, Counter())[ORDER[rank(device.asset.headline)]] += 1
    unknown = by_maker.pop("", None)
    ranked = sorted(by_maker.items(), key=lambda item: (-item[1].total(), item[0]))
    shown = ranked[:_MOST_BARS] if len(ranked) > _MOST_BARS + 1 else ranked
    rest = ranked[len(shown) :]
    if rest:
        others = sum((count for _, count in rest), Counter[str]())
        shown = [*shown, (phrases.CHART_OTHERS.format(n=len(rest)), others)]
    if unknown:
        shown = [*shown, (phrases.MAKER_UNKNOWN, unknown)]
    return _stacked(t.CHART_MAKERS, t.CHART_COLUMN_MAKER, shown, phrases.CHART_MAKERS_NOTE)


def rules(view: View) -> Markup | None:
    """Devices by rule that reaches or may reach them."""
    by_rule: dict[str, Counter[str]] = {cut(note.id, 60): Counter() for note in view.scan.law}
    for device in view.devices:
        for verdict in device.asset.verdicts:
            if verdict.outcome in _REACHING:
                counts = by_rule.setdefault(cut(verdict.regime, 60), Counter())
                counts[str(verdict.outcome)] += 1
    shown = [(name, count) for name, count in by_rule.items() if count][: 3 * _MOST_BARS]
    return _stacked(t.CHART_RULES, t.CHART_COLUMN_RULE, shown, t.CHART_RULES_NOTE)


def built(view: View) -> Markup | None:
    """Devices by year of production, where the serial tells it."""
    by_year: dict[str, Counter[str]] = {}
    unknown: Counter[str] = Counter()
    for device in view.devices:
        headline = ORDER[rank(device.asset.headline)]
        year = (device.asset.built or "")[:_YEAR]
        if len(year) == _YEAR and year.isascii() and year.isdigit():
            by_year.setdefault(year, Counter())[headline] += 1
        elif headline != "outside":
            unknown[headline] += 1
    if not by_year:
        return None
    ranked = sorted(by_year.items())
    early = ranked[: -_MOST_BARS - 1]
    shown = ranked[len(early) :]
    if early:
        summed = sum((count for _, count in early), Counter[str]())
        shown = [(t.CHART_BUILT_EARLIER.format(year=early[-1][0]), summed), *shown]
    if unknown:
        shown = [*shown, (t.CHART_BUILT_UNKNOWN, unknown)]
    return _stacked(t.CHART_BUILT, t.CHART_COLUMN_YEAR, shown, t.CHART_BUILT_NOTE)


def chart(title: str, first: str, rows: Sequence[Markup], note: str | None = None) -> Markup:
    """A figure of bars."""
    columns = (first, t.CHART_COLUMN_COUNT, t.CHART_COLUMN_SHARE)
    head = h("tr", None, *(h("th", {"scope": "col"}, column) for column in columns))
    return h(
        "figure",
        None,
        h("figcaption", None, title),
        h("table", {"class": "chart"}, h("thead", {"class": "vh"}, head), h("tbody", None, *rows)),
        h("p", {"class": "fine"}, note) if note else None,
    )


def bar(label: str, count: int, parts: Mapping[str, int], most: int) -> Markup:
    """One row: label, number, and a bar that is parted by outcome."""
    told = phrases.BETWEEN.join(
        f"{phrases.number(part)} {w.OUTCOMES[name]}" for name, part in parts.items()
    )
    start, pieces = 0, []
    for name, part in parts.items():
        length = max(1, round(part * 1000 / most))
        shape: dict[str, str | int | bool | None] = {
            "class": name,
            "x": start,
            "width": length,
            "height": 10,
        }
        pieces.append(h("rect", shape))
        start += length
    frame = {"viewBox": "0 0 1000 10", "preserveAspectRatio": "none", "aria-hidden": "true"}
    return h(
        "tr",
        None,
        h("th", {"scope": "row"}, label),
        h("td", {"class": "num"}, phrases.number(count)),
        h("td", None, h("svg", frame, *pieces), h("span", {"class": "vh"}, told)),
    )


def _stacked(
    title: str, first: str, counts: Sequence[tuple[str, Counter[str]]], note: str
) -> Markup | None:
    if not counts:
        return None
    most = max(count.total() for _, count in counts)
    rows = [bar(name, count.total(), _parts(count), most) for name, count in counts]
    return chart(title, first, rows, note)


def _parts(count: Counter[str]) -> dict[str, int]:
    return {headline: count[headline] for headline in ORDER if count[headline]}
