"""The top of the page: what was scanned, what came out, and how far that carries."""

import re
from collections.abc import Sequence
from typing import Final

from auditor.model.profiles import person
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html import _words as w
from auditor.report.html._charts import built, makers, outcomes, rules
from auditor.report.html._markup import Markup, cut, h, join
from auditor.report.html._view import ORDER, View

_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z")


def site_name(view: View) -> str:
    """What the page is about."""
    header = view.scan.scan
    if header.site:
        return cut(header.site, 80)
    return phrases.UNNAMED_SITE.format(scope=cut(phrases.BETWEEN.join(header.scope), 60))


def header(view: View) -> Markup:
    """Title and particulars."""
    scan = view.scan.scan
    profile = phrases.BETWEEN.join(person(cut(flag, 60)) for flag in scan.profile)
    rows = (
        (t.META_SCOPE, cut(phrases.BETWEEN.join(scan.scope), 600)),
        (t.META_EXCLUDED, cut(phrases.BETWEEN.join(scan.exclude), 600)),
        (t.META_WHEN, _when(scan.started, scan.finished)),
        (t.META_POLICY, cut(scan.policy, 80)),
        (t.META_PROFILE, profile or phrases.META_PROFILE_NONE),
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
        (t.META_REDACTED, cut(phrases.BETWEEN.join(scan.redacted), 80)),
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
            h("div", None, outcomes(view), _stale(view)),
            makers(view),
            rules(view),
            built(view),
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
        h("p", None, phrases.INCOMPLETE_TEXT),
        h("ul", None, *reasons) if reasons else h("p", None, t.INCOMPLETE_UNKNOWN),
    )


def _lead(view: View) -> Markup:
    counts, cover = view.scan.summary, view.scan.coverage
    scope = phrases.SCOPE_WIDE
    if cover.in_scope is not None:
        scope = phrases.SCOPE_COUNT.format(n=phrases.number(cover.in_scope))
    assessed = phrases.LEAD_ASSESSED.format(
        scope=scope,
        answered=phrases.number(cover.answered),
        assessed=phrases.number(cover.assessed),
    )
    if not counts.assets:
        more = [phrases.LEAD_EMPTY_MORE, assessed]
        return join(
            [h("p", {"class": "lead"}, phrases.LEAD_EMPTY), *(h("p", None, line) for line in more)]
        )
    first = phrases.LEAD_COVERED if counts.covered else phrases.LEAD_NONE
    told = first.format(
        covered=phrases.number(counts.covered),
        assets=phrases.number(counts.assets),
        devices=phrases.devices(counts.assets),
    )
    more = [*_unsettled(view), assessed]
    missing = len(cover.missing_from_baseline)
    if missing:
        more.append(
            t.LEAD_MISSING.format(n=phrases.number(missing), devices=phrases.devices(missing))
        )
    return join([h("p", {"class": "lead"}, told), *(h("p", None, line) for line in more)])


def _unsettled(view: View) -> list[str]:
    """What stands between the headline and the word “clear”."""
    scan = view.scan
    counts, missed = scan.summary, len(scan.coverage.not_assessed)
    unsettled = counts.indeterminate + counts.unidentified
    told = [
        (phrases.LEAD_UNSETTLED, unsettled),
        (phrases.LEAD_EXEMPT, counts.exempt),
        (t.LEAD_MISSED, missed),
    ]
    lines = [
        text.format(n=phrases.number(count), devices=phrases.devices(count))
        for text, count in told
        if count
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
            h("b", {"class": "n"}, phrases.number(getattr(counts, headline))),
            h("span", {"class": "w"}, w.OUTCOMES[headline]),
            h("span", {"class": "x"}, w.OUTCOME_MEANING[headline]),
        )
        for headline in ORDER
    ]
    return h("ul", {"class": "tiles"}, *tiles)


def _stale(view: View) -> Markup | None:
    stale = [cut(note.id, 60) for note in view.scan.law if note.stale]
    if not stale:
        return None
    return h(
        "p",
        {"class": "note", "role": "note"},
        h("strong", None, t.STALE_TITLE, ". "),
        phrases.STALE_TEXT.format(ids=phrases.BETWEEN.join(stale)),
    )


def moment(text: str) -> str:
    """A time as people write it; what is no time, as it is."""
    found = _TIME.fullmatch(text)
    return phrases.UTC.format(day=found[1], time=found[2]) if found else cut(text, 40)


def _when(started: str, finished: str) -> str:
    start, finish = _TIME.fullmatch(started), _TIME.fullmatch(finished)
    if start is None or finish is None:
        return phrases.TO.format(start=cut(started, 40), finish=cut(finished, 40))
    if start[1] == finish[1]:
        return phrases.SAME_DAY.format(day=start[1], start=start[2], finish=finish[2])
    first, last = (phrases.UTC.format(day=found[1], time=found[2]) for found in (start, finish))
    return phrases.TO.format(start=first, finish=last)
