"""The whole report as data for the template."""

from datetime import UTC, datetime

from auditor.report import phrases
from auditor.report.pdf import _texts as t
from auditor.report.pdf._annexes import counts, coverage, law, method, rules, rules_intro
from auditor.report.pdf._changes import changes
from auditor.report.pdf._devices import annex, short, unidentified
from auditor.report.pdf._findings import by_regime, flagged, unsettled
from auditor.report.pdf._ink import plain
from auditor.report.pdf._plan import plan
from auditor.report.pdf._summary import cover, site_name, summary
from auditor.report.pdf._view import Device, View


def document(view: View) -> dict[str, object]:
    """Everything that the template draws, in its order; only texts, numbers and lists."""
    head = view.scan.scan
    name = site_name(head)
    data: dict[str, object] = {
        "lang": phrases.LANGUAGE,
        "t": t.LABELS,
        "title": phrases.TITLE.format(name=name),
        "subject": t.SUBJECT,
        "keywords": [*t.KEYWORDS, plain(head.policy, 60)],
        "tool": plain(head.tool, 80),
        "id": plain(head.id, 40),
        "site": plain(name, 60),
        "date": date_of(head.finished, head.started, head.as_of),
        "cover": cover(view),
        "summary": summary(view),
        "method": method(view),
        "changes": changes(view.page.changes),
        "by_regime": by_regime(view),
        "findings_intro": t.FINDINGS_INTRO if view.findings else phrases.FINDINGS_NONE,
        "flagged": flagged(view),
        "flagged_none": t.FLAGGED_NONE,
        "unsettled": unsettled(view),
        "unsettled_intro": t.UNSETTLED_INTRO,
        "unsettled_none": t.UNSETTLED_NONE,
        "unidentified": unidentified(_of(view, "unidentified")),
        "unidentified_intro": t.UNIDENTIFIED_INTRO,
        "clear": short(view, _of(view, "not_covered")),
        "clear_intro": t.CLEAR_INTRO,
        "outside": _outside(view),
        "plan": plan(view),
        "plan_duties": t.PLAN_DUTIES,
        "sign_text": t.SIGN_TEXT,
        "sign_fields": t.SIGN_FIELDS,
        "devices": annex(view),
        "device_columns": t.DEVICE_COLUMNS,
        "counts": counts(view),
        "coverage": coverage(view),
        "law": law(view),
        "law_none": phrases.LAW_NONE,
    }
    # The rules are numbered while the rest is written.
    return {**data, "rules": rules(view), "rules_intro": rules_intro(view)}


def date_of(*texts: str) -> list[int]:
    """The first text that is a date or time: year, month, day, hour, minute, second (UTC).

    PDF/A asks for a date. No scan of this product lacks one; a forged document that does gets the
    first second of 1970, which nobody takes for the day of a scan.
    """
    for text in texts:
        try:
            found = datetime.fromisoformat(text[:40])
        except ValueError:
            continue
        try:
            utc = found.astimezone(UTC) if found.tzinfo else found
        except OverflowError:
            continue
        return list(utc.timetuple()[:6])
    return [1970, 1, 1, 0, 0, 0]


def _of(view: View, headline: str) -> list[Device]:
    return [device for device in view.devices if device.headline == headline]


def _outside(view: View) -> str:
    count = len(_of(view, "outside"))
    return (
        t.OUTSIDE_INTRO.format(n=phrases.number(count), devices=phrases.devices(count))
        if count
        else ""
    )
