"""The cover and the management summary."""

import re
from collections import Counter
from typing import Final, TypedDict

from auditor.model.document import Header, Ledger
from auditor.model.profiles import people
from auditor.report import phrases
from auditor.report import sentences as w
from auditor.report.pdf import _texts as t
from auditor.report.pdf._cells import Fact, Table, facts, mono, table
from auditor.report.pdf._findings import glance_row
from auditor.report.pdf._ink import Ink, breakable, flat, ink, plain
from auditor.report.pdf._view import ORDER, View, maker_of
from auditor.report.words import HEADLINES

_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?Z")
_MOST_MAKERS: Final = 8
_MOST_GLANCE: Final = 10
_MOST_NAMED: Final = 12
_MOST_REASONS: Final = 6
_NOT_LOOKED_AT: Final = ("filtered", "out_of_time", "excluded", "not_scanned")


class Tile(TypedDict):
    """One headline number."""

    headline: str
    count: str
    word: str
    meaning: str


class Bar(TypedDict):
    """One bar: its parts by headline, as counts."""

    name: Ink
    count: int
    parts: list[tuple[str, int]]


class Chart(TypedDict):
    """Bars, and what they show in words."""

    bars: list[Bar]
    alt: str


class Cover(TypedDict):
    """The first page."""

    site: Ink
    facts: list[Fact]
    tiles: list[Tile]
    banner: list[Ink]


class Summary(TypedDict):
    """The page for those who read one page."""

    lead: str
    lines: list[str]
    outcomes: Chart
    makers: Chart
    makers_note: str
    glance: Table
    glance_more: str
    missed: list[Ink]
    stale: str


def cover(view: View) -> Cover:
    """Site, date, scope, the headline numbers, and whether the scan is complete."""
    head = view.scan.scan
    profile = people([plain(flag, 60) for flag in head.profile])
    word = t.COVER
    database = f"{plain(head.db_version, 40)} ({plain(head.db_digest, 80)})"
    return {
        "site": breakable(site_name(head)),
        "facts": facts(
            (word["site"], ink(head.site or "", 120)),
            (word["scope"], mono(_some(head.scope, _MOST_NAMED), 800)),
            (word["exclude"], mono(_some(head.exclude, _MOST_NAMED), 800)),
            (word["when"], ink(_when(head.started, head.finished), 120)),
            (word["complete"], t.COMPLETE_YES if head.complete else t.COMPLETE_NO),
            (word["policy"], mono(head.policy, 80)),
            (word["profile"], ink(profile, 600) or phrases.META_PROFILE_NONE),
            (word["as_of"], ink(head.as_of, 40)),
            (word["database"], mono(database, 140)),
            (word["tool"], ink(t.TOOL_ENGINE.format(tool=head.tool, engine=head.engine), 160)),
            (word["id"], mono(head.id, 80)),
            (word["redacted"], ink(_some(head.redacted, _MOST_NAMED), 200)),
        ),
        "tiles": _tiles(view),
        "banner": _banner(head),
    }


def summary(view: View) -> Summary:
    """What was found, what it means, and what was not assessed."""
    counts = view.scan.summary
    shown = view.findings[:_MOST_GLANCE]
    more = len(view.findings) - len(shown)
    stale = [plain(note.id, 60) for note in view.scan.law if note.stale]
    makers = _makers(view)
    return {
        "lead": _lead(view),
        "lines": _lines(view),
        "outcomes": _outcomes(view),
        "makers": makers,
        "makers_note": phrases.CHART_MAKERS_NOTE if counts.outside and makers["bars"] else "",
        "glance": table(
            phrases.GLANCE_COLUMNS, (0, 1.6, 1.4, 0, 3), [glance_row(view, item) for item in shown]
        ),
        "glance_more": t.GLANCE_MORE.format(n=phrases.number(more)) if more > 0 else "",
        "missed": _missed(view),
        "stale": phrases.STALE_TEXT.format(ids=phrases.BETWEEN.join(stale)) if stale else "",
    }


def site_name(head: Header) -> str:
    """What to call the place."""
    if head.site:
        return plain(head.site, 120)
    return phrases.UNNAMED_SITE.format(scope=plain(_some(head.scope, 3), 100))


def scope_size(view: View) -> str:
    """How many addresses were in scope, in words."""
    size = view.scan.coverage.in_scope
    return (
        phrases.SCOPE_WIDE if size is None else phrases.SCOPE_COUNT.format(n=phrases.number(size))
    )


def _some(items: tuple[str, ...], most: int) -> str:
    told = [plain(item, 90) for item in items[:most]]
    if len(items) > most:
        told.append(phrases.AND_MORE.format(n=len(items) - most))
    return phrases.BETWEEN.join(told)


def _when(started: str, finished: str) -> str:
    start, finish = _TIME.fullmatch(started), _TIME.fullmatch(finished)
    if start is None or finish is None:
        return phrases.TO.format(start=plain(started, 40), finish=plain(finished, 40))
    if start[1] == finish[1]:
        return phrases.SAME_DAY.format(day=start[1], start=start[2], finish=finish[2])
    first, last = (phrases.UTC.format(day=found[1], time=found[2]) for found in (start, finish))
    return phrases.TO.format(start=first, finish=last)


def _tiles(view: View) -> list[Tile]:
    return [
        {
            "headline": headline,
            "count": phrases.number(getattr(view.scan.summary, headline)),
            "word": HEADLINES[headline],
            "meaning": w.OUTCOME_MEANING[headline],
        }
        for headline in ORDER
    ]


def _banner(head: Header) -> list[Ink]:
    if head.complete:
        return []
    reasons = [ink(reason, 300) for reason in head.incomplete_because[:_MOST_REASONS]]
    more = len(head.incomplete_because) - len(reasons)
    return [
        phrases.INCOMPLETE_TEXT,
        *(reasons or [t.INCOMPLETE_UNKNOWN]),
        *([phrases.AND_MORE.format(n=more)] if more > 0 else []),
    ]


def _lead(view: View) -> str:
    counts = view.scan.summary
    if not counts.assets:
        return phrases.LEAD_EMPTY
    return (phrases.LEAD_COVERED if counts.covered else phrases.LEAD_NONE).format(
        covered=phrases.number(counts.covered),
        assets=phrases.number(counts.assets),
        devices=phrases.devices(counts.assets),
    )


def _lines(view: View) -> list[str]:
    counts, seen = view.scan.summary, view.scan.coverage
    unsettled = counts.indeterminate + counts.unidentified
    lines = [
        text.format(n=phrases.number(count), devices=phrases.devices(count))
        for text, count in (
            (phrases.LEAD_UNSETTLED, unsettled),
            (phrases.LEAD_EXEMPT, counts.exempt),
        )
        if count
    ]
    assessed = phrases.LEAD_ASSESSED.format(
        scope=scope_size(view),
        answered=phrases.number(seen.answered),
        assessed=phrases.number(seen.assessed),
    )
    lines.append(assessed)
    lines.append(t.LEAD_MEANS if counts.assets else phrases.LEAD_EMPTY_MORE)
    return lines


def _outcomes(view: View) -> Chart:
    counts = {headline: int(getattr(view.scan.summary, headline)) for headline in ORDER}
    bars: list[Bar] = [
        {"name": HEADLINES[headline], "count": count, "parts": [(headline, count)]}
        for headline, count in counts.items()
        if count
    ]
    total = sum(counts.values())
    alt = t.OUTCOMES_ALT.format(
        n=phrases.number(total), devices=phrases.devices(total), parts=_told(bars)
    )
    return {"bars": bars, "alt": alt}


def _makers(view: View) -> Chart:
    by_maker: dict[str, Counter[str]] = {}
    for device in view.devices:
        if device.headline == "outside":
            continue
        maker = maker_of(device.asset)
        key = view.vendor(maker.vendor) if maker else ""
        by_maker.setdefault(key, Counter())[device.headline] += 1
    unknown = by_maker.pop("", None)
    ranked = sorted(by_maker.items(), key=lambda item: (-item[1].total(), item[0]))
    shown = ranked[:_MOST_MAKERS]
    rest = ranked[_MOST_MAKERS:]
    if rest:
        others = sum((count for _, count in rest), Counter[str]())
        shown.append((phrases.CHART_OTHERS.format(n=len(rest)), others))
    if unknown:
        shown.append((phrases.MAKER_UNKNOWN, unknown))
    bars: list[Bar] = [
        {
            "name": ink(name, 40),
            "count": count.total(),
            "parts": [(headline, count[headline]) for headline in ORDER if count[headline]],
        }
        for name, count in shown
    ]
    return {"bars": bars, "alt": t.MAKERS_ALT.format(parts=_told(bars))}


def _told(bars: list[Bar]) -> str:
    return "; ".join(
        f"{flat(bar['name'])}: {bar['count']}"
        if len(bar["parts"]) == 1
        else f"{flat(bar['name'])}: {bar['count']} ("
        + phrases.BETWEEN.join(f"{count} {HEADLINES[key]}" for key, count in bar["parts"])
        + ")"
        for bar in bars
    )


def _missed(view: View) -> list[Ink]:
    seen = view.scan.coverage
    lines: list[Ink] = []
    if seen.not_assessed:
        which = _some(tuple(item.address for item in seen.not_assessed), _MOST_NAMED)
        count = len(seen.not_assessed)
        told = t.MISSED_ADDRESSES.format(
            n=phrases.number(count), devices=phrases.devices(count), which=which
        )
        lines.append(ink(told, 1500))
    lines += _missed_ranges(seen.ledger)
    broken = tuple(
        f"{item.method} ({w.word(w.METHOD_STATES, item.state)})"
        for item in seen.methods
        if item.state in {"failed", "limited"}
    )
    if broken:
        lines.append(ink(t.MISSED_METHODS.format(methods=_some(broken, _MOST_NAMED)), 1500))
    gone = len(seen.missing_from_baseline)
    if gone:
        lines.append(
            t.MISSED_BASELINE.format(n=phrases.number(gone), devices=phrases.devices(gone))
        )
    return [*(lines or [t.MISSED_NONE]), t.MISSED_CHIPS]


def _missed_ranges(ledger: Ledger) -> list[Ink]:
    lines = []
    for key in _NOT_LOOKED_AT:
        ranges: tuple[str, ...] = getattr(ledger, key)
        if ranges:
            told = t.MISSED_RANGES.format(
                word=w.LEDGER[key].capitalize(), ranges=_some(ranges, _MOST_NAMED)
            )
            lines.append(ink(told, 1500))
    return lines
