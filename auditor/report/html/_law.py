"""The rules that were asked, what they do not say, and what this report does not say."""

from auditor.model.document import LawNote
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html import _words as w
from auditor.report.html._findings import only_if
from auditor.report.html._markup import Markup, cut, h, host_of, join, link, slug
from auditor.report.html._summary import facts
from auditor.report.html._view import View


def law(view: View) -> Markup:
    """One block for each regime of the policy."""
    blocks = [_note(note) for note in view.scan.law]
    return h(
        "section",
        {"id": "law", "aria-labelledby": "h-law"},
        h("h2", {"id": "h-law"}, t.LAW_TITLE),
        *(blocks or [h("p", None, phrases.LAW_NONE)]),
    )


def limits() -> Markup:
    """What may not be read into the report, and room for the person who reviews it."""
    items = [h("li", None, text) for text in t.LIMITS]
    fields = [h("li", None, word) for word in t.REVIEW_FIELDS]
    return h(
        "section",
        {"id": "limits", "aria-labelledby": "h-limits"},
        h("h2", {"id": "h-limits"}, phrases.LIMITS_TITLE),
        h("ul", {"class": "limits"}, *items),
        h(
            "div",
            {"class": "review"},
            h("h3", None, t.REVIEW_TITLE),
            h("p", None, t.REVIEW_TEXT),
            h("ul", None, *fields),
        ),
    )


def _note(note: LawNote) -> Markup:
    stale = h("b", {"class": "m stale"}, t.LAW_STALE) if note.stale else None
    fresh = join([cut(note.evidence_as_of, 40), stale], " ")
    rows = (
        (t.LAW_CLASS, w.word(w.CLASSES, cut(note.finding_class, 60))),
        (t.LAW_CONCERNS, only_if(note.applies_if) or phrases.LAW_CONCERNS_ALL),
        (t.LAW_ACTION, cut(note.action or "", 900)),
        (t.LAW_STATUS, cut(note.status, 300)),
        (t.LAW_CITATION, cut(note.citation, 600)),
        (t.LAW_AUTHORITY, cut(note.authority, 300)),
        (t.LAW_JURISDICTION, cut(note.jurisdiction, 60)),
        (t.LAW_FRESH, fresh),
        (t.LAW_SOURCE, link(note.source, host_of(note.source)) if note.source else ""),
    )
    says_not = [h("li", None, cut(limit, 900)) for limit in note.limits]
    return h(
        "section",
        {"class": "law", "id": f"law-{slug(cut(note.id, 60))}"},
        h("h3", None, cut(note.name, 400)),
        h("p", {"class": "fine"}, h("code", None, cut(note.id, 60))),
        h("p", None, cut(note.meaning, 2000)),
        facts(rows, "facts"),
        join([h("h4", None, t.LAW_LIMITS), h("ul", None, *says_not)]) if says_not else None,
    )
