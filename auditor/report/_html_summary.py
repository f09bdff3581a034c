"""The top of the page: what was scanned, what came out, and how far that carries."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from auditor.report import _html_texts as t
from auditor.report import _html_words as w
from auditor.report._html_markup import Markup, cut, h, join
from auditor.report._html_view import ORDER, View, maker_of, mark, rank

_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z")
_MOST_MAKERS: Final = 14


def site_name(view: View) -> str:
    """What the page is about."""
    header = view.scan.scan
    if header.site:
        return cut(header.site, 80)
    return t.UNNAMED_SITE.format(scope=cut(t.BETWEEN.join(header.scope), 60))


def header(view: View) -> Markup:
    """Title and particulars."""
    scan = view.scan.scan
    profile = t.BETWEEN.join(w.word(w.PROFILES, cut(flag, 60)) for flag in scan.profile)
    rows = (
        (t.META_SCOPE, cut(t.BETWEEN.join(scan.scope), 600)),
        (t.META_EXCLUDED, cut(t.BETWEEN.join(scan.exclude), 600)),
        (t.META_WHEN, _when(scan.started, scan.finished)),
        (t.META_POLICY, cut(scan.policy, 80)),
        (t.META_PROFILE, profile or t.META_PROFILE_NONE),
        (t.META_AS_OF, cut(scan.as_of, 40)),
        (
            t.META_DATABASE,
            join([cut(scan.db_version, 40), h("code", None, cut(scan.db_digest))], " "),
        ),
        (
            t.META_TOOL,
            t.META_TOOL_ENGINE.format(tool=cut(scan.tool, 80), engine=cut(scan.engine, 40)),
        ),
        (t.META_ID, h("code", None, cut(scan.id, 80))),
    )
    return h(
        "header",
        {"class": "top"},
        h("p", {"class": "kicker"}, t.PRODUCT),
        h("h1", None, site_name(view)),
        facts(rows, "meta"),
    )


def facts(rows: Sequence[tuple[str, str]], kind: str) -> Markup:
    """Words and values side by side; rows without a value are left out."""
    pairs = [
        h("div", None, h("dt", None, word), h("dd", None, value)) for word, value in rows if value
    ]
    return h("dl", {"class": kind}, *pairs)


def summary(view: View, glance: Markup | None) -> Markup:
    """Banner, the result in a sentence, the counts, the charts and the findings at a glance."""
    return h(
        "section",
        {"id": "summary", "aria-labelledby": "h-summary"},
        h("h2", {"id": "h-summary"}, t.SUMMARY_TITLE),
        _banner(view),
        _lead(view),
        _tiles(view),
        h(
            "div",
            {"class": "charts"},
            h("div", None, _outcome_chart(view), _stale(view)),
            _maker_chart(view),
        ),
        glance,
    )


def _banner(view: View) -> Markup | None:
    scan = view.scan.scan
    if scan.complete:
        return None
    reasons = [h("li", None, cut(reason, 400)) for reason in scan.incomplete_because]
    return h(
        "div",
        {"class": "banner", "role": "note"},
        h("h3", None, t.INCOMPLETE_TITLE),
        h("p", None, t.INCOMPLETE_TEXT),
        h("ul", None, *reasons) if reasons else h("p", None, t.INCOMPLETE_UNKNOWN),
    )


def _lead(view: View) -> Markup:
    counts, cover = view.scan.summary, view.scan.coverage
    scope = t.SCOPE_WIDE
    if cover.in_scope is not None:
        scope = t.SCOPE_COUNT.format(n=t.number(cover.in_scope))
    assessed = t.LEAD_ASSESSED.format(
        scope=scope, answered=t.number(cover.answered), assessed=t.number(cover.assessed)
    )
    if not counts.assets:
        more = [t.LEAD_EMPTY_MORE, assessed]
        return join(
            [h("p", {"class": "lead"}, t.LEAD_EMPTY), *(h("p", None, line) for line in more)]
        )
    first = t.LEAD_COVERED if counts.covered else t.LEAD_NONE
    told = first.format(
        covered=t.number(counts.covered),
        assets=t.number(counts.assets),
        devices=t.devices(counts.assets),
    )
    more = [*_unsettled(view), assessed]
    missing = len(cover.missing_from_baseline)
    if missing:
        more.append(t.LEAD_MISSING.format(n=t.number(missing), devices=t.devices(missing)))
    return join([h("p", {"class": "lead"}, told), *(h("p", None, line) for line in more)])


def _unsettled(view: View) -> list[str]:
    """What stands between the headline and the word “clear”."""
    scan = view.scan
    counts, missed = scan.summary, len(scan.coverage.not_assessed)
    unsettled = counts.indeterminate + counts.unidentified
    told = [
        (t.LEAD_UNSETTLED, unsettled),
        (t.LEAD_EXEMPT, counts.exempt),
        (t.LEAD_MISSED, missed),
    ]
    lines = [
        text.format(n=t.number(count), devices=t.devices(count)) for text, count in told if count
    ]
    if not unsettled and not missed and scan.scan.complete:
        lines.append(t.LEAD_SETTLED)
    return lines


def _tiles(view: View) -> Markup:
    counts = view.scan.summary
    tiles = [
        h(
            "li",
            {"class": f"tile {headline}" if getattr(counts, headline) else "tile zero"},
            h("b", {"class": "n"}, t.number(getattr(counts, headline))),
            h("span", {"class": "w"}, w.OUTCOMES[headline]),
            h("span", {"class": "x"}, w.OUTCOME_MEANING[headline]),
        )
        for headline in ORDER
    ]
    return h("ul", {"class": "tiles"}, *tiles)


def _outcome_chart(view: View) -> Markup | None:
    counts = {headline: int(getattr(view.scan.summary, headline)) for headline in ORDER}
    most = max(counts.values())
    if not most:
        return None
    rows = [
        _bar(mark(headline), count, ((headline, count),), most)
        for headline, count in counts.items()
        if count
    ]
    return _chart(t.CHART_OUTCOMES, t.CHART_COLUMN_OUTCOME, rows, None)


def _maker_chart(view: View) -> Markup | None:
    by_maker: dict[str, Counter[str]] = {}
    for device in view.devices:
        if device.asset.headline == "outside":
            continue
        maker = maker_of(device.asset)
        key = view.vendor(maker.vendor) if maker else ""
        by_maker.setdefault(key, Counter())[ORDER[rank(device.asset.headline)]] += 1
    if not by_maker:
        return None
    unknown = by_maker.pop("", None)
    ranked = sorted(by_maker.items(), key=lambda item: (-item[1].total(), item[0]))
    shown = ranked[:_MOST_MAKERS] if len(ranked) > _MOST_MAKERS + 1 else ranked
    rest = ranked[len(shown) :]
    if rest:
        others = sum((count for _, count in rest), Counter[str]())
        shown = [*shown, (t.CHART_OTHERS.format(n=len(rest)), others)]
    if unknown:
        shown = [*shown, (t.MAKER_UNKNOWN, unknown)]
    most = max(count.total() for _, count in shown)
    rows = [_bar(name, count.total(), _parts(count), most) for name, count in shown]
    return _chart(t.CHART_MAKERS, t.CHART_COLUMN_MAKER, rows, t.CHART_MAKERS_NOTE)


def _parts(count: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple((headline, count[headline]) for headline in ORDER if count[headline])


def _chart(title: str, first: str, rows: Sequence[Markup], note: str | None) -> Markup:
    columns = (first, t.CHART_COLUMN_COUNT, t.CHART_COLUMN_SHARE)
    head = h("tr", None, *(h("th", {"scope": "col"}, column) for column in columns))
    return h(
        "figure",
        None,
        h("figcaption", None, title),
        h("table", {"class": "chart"}, h("thead", {"class": "vh"}, head), h("tbody", None, *rows)),
        h("p", {"class": "fine"}, note) if note else None,
    )


def _bar(label: str, count: int, parts: Sequence[tuple[str, int]], most: int) -> Markup:
    """One row: the number in words is the text alternative of its bar."""
    told = t.BETWEEN.join(f"{t.number(part)} {w.OUTCOMES[headline]}" for headline, part in parts)
    start, pieces = 0, []
    for headline, part in parts:
        length = max(1, round(part * 1000 / most))
        shape: dict[str, str | int | bool | None] = {
            "class": headline,
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
        h("td", {"class": "num"}, t.number(count)),
        h("td", None, h("svg", frame, *pieces), h("span", {"class": "vh"}, told)),
    )


def _stale(view: View) -> Markup | None:
    stale = [cut(note.id, 60) for note in view.scan.law if note.stale]
    if not stale:
        return None
    return h(
        "p",
        {"class": "note", "role": "note"},
        h("strong", None, t.STALE_TITLE, ". "),
        t.STALE_TEXT.format(ids=t.BETWEEN.join(stale)),
    )


def _when(started: str, finished: str) -> str:
    start, finish = _TIME.fullmatch(started), _TIME.fullmatch(finished)
    if start is None or finish is None:
        return t.TO.format(start=cut(started, 40), finish=cut(finished, 40))
    if start[1] == finish[1]:
        return t.SAME_DAY.format(day=start[1], start=start[2], finish=finish[2])
    first, last = (t.UTC.format(day=found[1], time=found[2]) for found in (start, finish))
    return t.TO.format(start=first, finish=last)
