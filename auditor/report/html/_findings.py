"""Findings: devices that share the same verdicts, with the sentences and the line of law."""

from collections.abc import Sequence
from typing import Final

from auditor.model.judgement import Verdict
from auditor.model.profiles import person
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html import _words as w
from auditor.report.html._markup import Markup, cut, h, host_of, join, link, slug
from auditor.report.html._summary import facts
from auditor.report.html._view import ORDER, Device, View, mark, rank, to

Groups = dict[tuple[str, tuple[Verdict, ...]], list[Device]]
"""Headline and verdicts → the devices to which they apply."""

_MOST_LINKS: Final = 60


def number_findings(view: View) -> Groups:
    """Group the devices and number the groups, those that need attention first.

    Fills ``view.findings``: anchor of a device → number of its finding.
    """
    groups: Groups = {}
    for device in view.devices:
        if device.asset.verdicts:
            key = (device.asset.headline, device.asset.verdicts)
            groups.setdefault(key, []).append(device)
    ranked = sorted(groups.items(), key=lambda item: (rank(item[0][0]), -len(item[1])))
    for number, (_, devices) in enumerate(ranked, 1):
        for device in devices:
            view.findings[device.anchor] = number
    return dict(ranked)


def findings(view: View, groups: Groups) -> Markup:
    """The section; every sentence stands here once, however many devices it applies to."""
    blocks = [
        _finding(view, number, headline, verdicts, devices)
        for number, ((headline, verdicts), devices) in enumerate(groups.items(), 1)
    ]
    return h(
        "section",
        {"id": "findings", "aria-labelledby": "h-findings"},
        h("h2", {"id": "h-findings"}, t.FINDINGS_TITLE),
        h("p", {"class": "intro"}, t.FINDINGS_INTRO if blocks else phrases.FINDINGS_NONE),
        *blocks,
    )


def glance(view: View, groups: Groups) -> Markup | None:
    """The findings as a short table, for those who read one page."""
    if not groups:
        return None
    rows = []
    for number, ((headline, verdicts), devices) in enumerate(groups.items(), 1):
        link_text = t.FINDING.format(n=number)
        cells = (
            _subject(view, verdicts),
            mark(headline),
            phrases.number(len(devices)),
            phrases.BETWEEN.join(
                cut(item.regime, 60) for item in verdicts if item.outcome == headline
            ),
        )
        there = h("a", {"href": f"#finding-{number}"}, link_text)
        rows.append(
            h(
                "tr",
                None,
                h("th", {"scope": "row"}, there),
                *(h("td", None, cell) for cell in cells),
            )
        )
    head = h("tr", None, *(h("th", {"scope": "col"}, column) for column in phrases.GLANCE_COLUMNS))
    body = h("table", {"class": "plain"}, h("thead", None, head), h("tbody", None, *rows))
    return join([h("h3", None, t.GLANCE_TITLE), h("div", {"class": "wide"}, body)])


def _finding(
    view: View,
    number: int,
    headline: str,
    verdicts: Sequence[Verdict],
    devices: Sequence[Device],
) -> Markup:
    anchor = f"finding-{number}"
    links = [to(device) for device in devices[:_MOST_LINKS]]
    if len(devices) > _MOST_LINKS:
        links.append(Markup(phrases.AND_MORE.format(n=len(devices) - _MOST_LINKS)))
    applies = t.FINDING_DEVICES.format(
        n=phrases.number(len(devices)), devices=phrases.devices(len(devices))
    )
    return h(
        "section",
        {"class": f"finding {ORDER[rank(headline)]}", "id": anchor},
        h(
            "h3",
            None,
            h("span", {"class": "no"}, t.FINDING.format(n=number)),
            " ",
            _subject(view, verdicts),
            " ",
            mark(headline),
        ),
        h("p", {"class": "applies"}, applies, " ", join(links, phrases.BETWEEN)),
        h("ul", {"class": "verdicts"}, *(_verdict(item, view) for item in verdicts)),
    )


def _subject(view: View, verdicts: Sequence[Verdict]) -> str:
    """Of which maker the finding speaks, with the grade."""
    for verdict in verdicts:
        if verdict.vendor and verdict.grade:
            grade = w.word(w.GRADES, verdict.grade)
            return phrases.FINDING_MAKER.format(maker=view.vendor(verdict.vendor), grade=grade)
    return phrases.FINDING_NO_MAKER


def _verdict(verdict: Verdict, view: View) -> Markup:
    regime = cut(verdict.regime, 60)
    name = (
        h("a", {"href": f"#law-{slug(regime)}"}, regime) if verdict.regime in view.law else regime
    )
    source = link(verdict.source, host_of(verdict.source)) if verdict.source else ""
    reasons = phrases.BETWEEN.join(w.word(w.REASONS, cut(reason, 60)) for reason in verdict.reasons)
    rows = (
        (t.VERDICT_LISTING, cut(verdict.listing or "", 300)),
        (t.VERDICT_CITATION, cut(verdict.citation, 300)),
        (t.VERDICT_EFFECTIVE, cut(verdict.effective or "", 40)),
        (t.VERDICT_APPLIES, _applies(verdict, view)),
        (t.VERDICT_EXEMPTION, cut(verdict.exemption or "", 300)),
        (t.VERDICT_REASONS, reasons),
        (t.VERDICT_FRESH, cut(verdict.evidence_as_of or "", 40)),
        (t.VERDICT_SOURCE, source),
    )
    return h(
        "li",
        None,
        h("p", {"class": "v"}, mark(verdict.outcome), " ", h("strong", None, name)),
        h("p", None, cut(verdict.says, 2000)),
        h("p", {"class": "class"}, t.LAW_CLASS, ": ", w.word(w.CLASSES, verdict.finding_class)),
        facts(rows, "facts"),
    )


def _applies(verdict: Verdict, view: View) -> str:
    if verdict.applies is not None:
        return phrases.APPLIES[verdict.applies]
    flags = next((note.applies_if for note in view.scan.law if note.id == verdict.regime), ())
    return only_if(flags) or phrases.APPLIES_UNKNOWN


def only_if(flags: Sequence[str]) -> str:
    """Whom a rule concerns, in words; empty if no profile is tied to it."""
    who = " or ".join(person(cut(flag, 60)) for flag in flags)
    return phrases.APPLIES_UNKNOWN_IF.format(who=who) if who else ""
