"""Method, coverage, law, rules of evidence: what the findings rest on."""

from collections.abc import Sequence
from typing import Final, TypedDict

from auditor.model.document import Coverage, LawNote, Ledger
from auditor.model.profiles import people
from auditor.report import phrases
from auditor.report import sentences as w
from auditor.report.pdf import _texts as t
from auditor.report.pdf._cells import Cell, Fact, Table, facts, mono, source, table
from auditor.report.pdf._evidence import signal_word
from auditor.report.pdf._ink import Ink, ink, plain
from auditor.report.pdf._summary import scope_size
from auditor.report.pdf._view import View

_MOST_ROWS: Final = 2000
_MOST_RANGES: Final = 600


class Section(TypedDict):
    """A titled part: paragraphs, then points, then a table."""

    title: str
    paragraphs: Sequence[Ink]
    points: Sequence[Ink]
    table: Table | None


class Law(TypedDict):
    """One regime."""

    anchor: str
    name: Ink
    meaning: Ink
    facts: list[Fact]
    limits: list[Ink]


def method(view: View) -> list[Section]:
    """How the result came about, and what may not be read into it."""
    head, sent = view.scan.scan, view.scan.sent
    values = {
        "db": plain(head.db_version, 40),
        "policy": plain(head.policy, 80),
        "as_of": plain(head.as_of, 40),
        "packets": phrases.number(sent.packets),
        "connections": phrases.number(sent.connections),
        "requests": phrases.number(sent.requests),
    }
    parts = [
        _section(title, [ink(text.format(**values), 2000) for text in texts])
        for title, texts in t.METHOD
    ]
    return [*parts, _section(phrases.LIMITS_TITLE, points=list(w.LIMITS))]


def coverage(view: View) -> list[Section]:
    """Which part of the scope was assessed, how it was looked for, what was sent."""
    seen = view.scan.coverage
    parts = [_not_assessed(seen), _ledger(seen.ledger), _methods(seen)]
    for title, items in (
        (phrases.REMARKS_TITLE, seen.notes),
        (phrases.BASELINE_TITLE, seen.missing_from_baseline),
    ):
        if items:
            told = [ink(item, 400) for item in items[:_MOST_ROWS]]
            parts.append(_section(title, points=_capped(told, len(items))))
    if seen.out_of_scope:
        parts.append(_foreign(seen))
    sent = view.scan.sent.by_probe
    if sent:
        rows = [(ink(name, 60), phrases.number(count)) for name, count in sorted(sent.items())]
        parts.append(
            _section(phrases.SENT_TITLE, table=table(t.SENT_COLUMNS, (1, 0), rows[:_MOST_ROWS]))
        )
    return parts


def counts(view: View) -> list[Fact]:
    """The numbers at the head of the coverage."""
    seen, word = view.scan.coverage, t.COUNTS
    return [
        (word["scope"], scope_size(view)),
        (word["answered"], phrases.number(seen.answered)),
        (word["assessed"], phrases.number(seen.assessed)),
        (word["missed"], phrases.number(len(seen.not_assessed))),
    ]


def law(view: View) -> list[Law]:
    """Each regime of the policy: citation, class, meaning, limits, source."""
    return [_law(number, note) for number, note in enumerate(view.scan.law, 1)]


def rules(view: View) -> Table:
    """The rules that the findings met; call it when all of them have been written."""
    rows: list[list[Cell]] = [
        [str(number), mono(rule, 100), ink(phrases.BETWEEN.join(sources), 400)]
        for (rule, sources), number in view.rules.items()
    ]
    return table(t.RULE_COLUMNS, (0, 1, 1), rows)


def rules_intro(view: View) -> Ink:
    """Which database holds the rules."""
    head = view.scan.scan
    if not view.rules:
        return t.RULES_NONE
    told = t.RULES_INTRO.format(
        version=plain(head.db_version, 40), digest=plain(head.db_digest, 80)
    )
    return ink(told, 600)


def _section(
    title: str,
    paragraphs: Sequence[Ink] = (),
    points: Sequence[Ink] = (),
    table: Table | None = None,
) -> Section:
    return {"title": title, "paragraphs": paragraphs, "points": points, "table": table}


def _capped(items: list[Ink], count: int) -> list[Ink]:
    if count > len(items):
        items.append(phrases.AND_MORE.format(n=count - len(items)))
    return items


def _not_assessed(seen: Coverage) -> Section:
    if not seen.not_assessed:
        return _section(phrases.NOT_ASSESSED_TITLE, [phrases.NOT_ASSESSED_NONE])
    rows = [(mono(item.address, 64), ink(item.why, 400)) for item in seen.not_assessed[:_MOST_ROWS]]
    more = len(seen.not_assessed) - len(rows)
    return _section(
        phrases.NOT_ASSESSED_TITLE,
        [phrases.AND_MORE.format(n=more)] if more else [],
        table=table(t.NOT_ASSESSED_COLUMNS, (1, 3), rows),
    )


def _ledger(ledger: Ledger) -> Section:
    rows: list[list[Cell]] = []
    for key, word in {**w.LEDGER, "this_machine": t.LEDGER_HERE}.items():
        ranges: tuple[str, ...] = getattr(ledger, key)
        if not ranges:
            continue
        told = [plain(item, 90) for item in ranges[:_MOST_RANGES]]
        if len(ranges) > _MOST_RANGES:
            told.append(phrases.AND_MORE.format(n=len(ranges) - _MOST_RANGES))
        text = phrases.BETWEEN.join(told)
        why = ledger.not_scanned_why
        if key == "not_scanned" and why:
            text = f"{text}: {plain(why, 300)}"
        rows.append([word, ink(text, len(text) + 1)])
    return _section(phrases.LEDGER_TITLE, table=table(t.LEDGER_COLUMNS, (1, 3), rows))


def _methods(seen: Coverage) -> Section:
    rows = [
        (
            ink(item.method, 40),
            ink(item.interface or "", 40),
            w.word(w.METHOD_STATES, plain(item.state, 40)),
            phrases.number(item.found),
            ink(item.why or "", 300),
        )
        for item in seen.methods[:_MOST_ROWS]
    ]
    return _section(
        phrases.METHODS_TITLE, table=table(t.METHOD_COLUMNS, (1.1, 0.9, 1.1, 0, 3), rows)
    )


def _foreign(seen: Coverage) -> Section:
    rows = [
        (
            mono(item.address, 64),
            mono(item.mac or "", 40),
            ink(
                phrases.BETWEEN.join(
                    f"{signal_word(o.signal)} {plain(o.value, 120)}" for o in item.observations[:4]
                ),
                600,
            ),
        )
        for item in seen.out_of_scope[:_MOST_ROWS]
    ]
    return _section(
        phrases.FOREIGN_TITLE,
        [phrases.FOREIGN_INTRO],
        table=table(t.FOREIGN_COLUMNS, (1, 1, 3), rows),
    )


def _law(number: int, note: LawNote) -> Law:
    word = t.LAW
    fresh = plain(note.evidence_as_of, 40)
    who = people([plain(flag, 60) for flag in note.applies_if])
    concerns = phrases.APPLIES_UNKNOWN_IF.format(who=who) if who else phrases.LAW_CONCERNS_ALL
    return {
        "anchor": f"law-{number}",
        "name": ink(note.name, 400),
        "meaning": ink(note.meaning, 2000),
        "facts": facts(
            (word["id"], mono(note.id, 60)),
            (word["class"], ink(w.word(w.CLASSES, note.finding_class), 300)),
            (word["concerns"], ink(concerns, 900)),
            (word["action"], ink(note.action or "", 900)),
            (word["status"], ink(note.status, 300)),
            (word["citation"], ink(note.citation, 600)),
            (word["authority"], ink(note.authority, 300)),
            (word["jurisdiction"], ink(note.jurisdiction, 60)),
            (word["fresh"], t.LAW_STALE.format(date=fresh) if note.stale else fresh),
            (word["source"], source(note.source, full=True)),
        ),
        "limits": [ink(limit, 900) for limit in note.limits],
    }
