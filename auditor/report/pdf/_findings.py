"""Findings: the sentences of law once, then each device that they apply to."""

from collections.abc import Sequence
from typing import Final, TypedDict

from auditor.model.judgement import Verdict
from auditor.model.profiles import people
from auditor.report import phrases
from auditor.report import sentences as w
from auditor.report.pdf import _texts as t
from auditor.report.pdf._cells import Cell, Fact, Table, facts, mark, source, table, to
from auditor.report.pdf._devices import Full, full, short
from auditor.report.pdf._ink import Ink, breakable, ink, plain
from auditor.report.pdf._view import Finding, View
from auditor.report.words import HEADLINES

_FLAGGED: Final = ("covered", "exempt")

MOST_FULL: Final = 1000
"""Devices that the report shows in full, those that need attention first. A device in full takes
half a page, 14 kB and a megabyte of memory while it is set; the others stand in one row each."""


class Said(TypedDict):
    """One verdict in full."""

    outcome: str
    words: str
    name: Ink
    law: str
    says: Ink
    facts: list[Fact]


class Block(TypedDict):
    """One finding with its devices."""

    number: int
    anchor: str
    subject: Ink
    headline: str
    outcome: str
    count: str
    verdicts: list[Said]
    devices: list[Full]
    short: Table
    short_intro: str


def flagged(view: View) -> list[Block]:
    """Findings of devices that are covered or exempt."""
    return [_block(view, item) for item in view.findings if item.headline in _FLAGGED]


def unsettled(view: View) -> list[Block]:
    """Findings of devices that could not be determined, with why."""
    return [_block(view, item) for item in view.findings if item.headline == "indeterminate"]


def subject(view: View, verdicts: Sequence[Verdict]) -> Ink:
    """Of which maker the finding speaks, with the grade."""
    for verdict in verdicts:
        if verdict.vendor and verdict.grade:
            maker = view.vendor(verdict.vendor)
            return breakable(phrases.FINDING_MAKER.format(maker=maker, grade=verdict.grade))
    return phrases.FINDING_NO_MAKER


def by_regime(view: View) -> Table:
    """How many devices have which outcome under each rule of the policy."""
    tally: dict[str, dict[str, int]] = {note.id: {} for note in view.scan.law}
    for finding in view.findings:
        for verdict in finding.verdicts:
            counts = tally.setdefault(verdict.regime, {})
            counts[verdict.outcome] = counts.get(verdict.outcome, 0) + len(finding.devices)
    classes = {note.id: note.finding_class for note in view.scan.law}
    rows: list[list[Cell]] = []
    for regime, counts in tally.items():
        number = view.law_number(regime)
        name = ink(regime, 60)
        nature = classes.get(regime, "")
        rows.append(
            [
                to(f"law-{number}", name) if number else name,
                ink(w.word(w.CLASSES, nature), 200),
                *(
                    phrases.number(counts.get(outcome, 0))
                    for outcome in ("covered", "exempt", "indeterminate", "not_covered")
                ),
            ]
        )
    return table(t.REGIME_COLUMNS, (1.6, 3.4, 0, 0, 0, 0), rows)


def _block(view: View, finding: Finding) -> Block:
    count = len(finding.devices)
    whole = [device for device in finding.devices if device.number <= MOST_FULL]
    rest = finding.devices[len(whole) :]
    intro = t.SHORT_INTRO.format(
        most=phrases.number(MOST_FULL),
        n=phrases.number(len(rest)),
        devices=phrases.devices(len(rest)),
    )
    return {
        "number": finding.number,
        "anchor": anchor(finding),
        "subject": subject(view, finding.verdicts),
        "headline": finding.headline,
        "outcome": HEADLINES[finding.headline],
        "count": f"{phrases.number(count)} {phrases.devices(count)}",
        "verdicts": [_said(view, verdict) for verdict in finding.verdicts],
        "devices": [full(view, device) for device in whole],
        "short": short(view, rest),
        "short_intro": intro if rest else "",
    }


def anchor(finding: Finding) -> str:
    """The place of a finding."""
    return f"finding-{finding.number}"


def glance_row(view: View, finding: Finding) -> list[Cell]:
    """A finding in one row."""
    regimes = [
        plain(item.regime, 60) for item in finding.verdicts if item.outcome == finding.headline
    ]
    number = str(finding.number)
    detailed = finding.headline in {*_FLAGGED, "indeterminate"}
    return [
        to(anchor(finding), number) if detailed else number,
        subject(view, finding.verdicts),
        mark(finding.headline, HEADLINES[finding.headline]),
        phrases.number(len(finding.devices)),
        ink(phrases.BETWEEN.join(regimes), 300),
    ]


def _said(view: View, verdict: Verdict) -> Said:
    number = view.law_number(verdict.regime)
    word = t.VERDICT
    reasons = phrases.BETWEEN.join(
        w.word(w.REASONS, plain(reason, 60)) for reason in verdict.reasons
    )
    return {
        "outcome": verdict.outcome,
        "words": w.word(w.VERDICT_OUTCOMES, verdict.outcome),
        "name": ink(verdict.regime, 60),
        "law": f"law-{number}" if number else "",
        "says": ink(verdict.says, 2000),
        "facts": facts(
            (word["listing"], ink(verdict.listing or "", 300)),
            (word["citation"], ink(verdict.citation, 300)),
            (word["effective"], ink(verdict.effective or "", 40)),
            (word["applies"], _applies(view, verdict)),
            (word["exemption"], ink(verdict.exemption or "", 300)),
            (word["reasons"], ink(reasons, 600)),
            (word["class"], w.word(w.CLASSES, verdict.finding_class)),
            (word["fresh"], ink(verdict.evidence_as_of or "", 40)),
            (word["source"], source(verdict.source)),
        ),
    }


def _applies(view: View, verdict: Verdict) -> Ink:
    if verdict.applies is not None:
        return phrases.APPLIES[verdict.applies]
    flags = next((note.applies_if for note in view.scan.law if note.id == verdict.regime), ())
    who = people([plain(flag, 60) for flag in flags])
    return ink(phrases.APPLIES_UNKNOWN_IF.format(who=who), 600) if who else phrases.APPLIES_UNKNOWN
