"""One self-contained HTML page: for clients, for the file, for print.

Nothing is loaded from anywhere. The content security policy allows exactly the two inline blocks
of this page, by their hash; without JavaScript everything is there and open.
"""

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Final

from auditor.model.document import Scan
from auditor.report import phrases
from auditor.report._api import Page
from auditor.report.html import _texts as t
from auditor.report.html._changes import changes
from auditor.report.html._coverage import coverage
from auditor.report.html._devices import devices
from auditor.report.html._evidence import rules
from auditor.report.html._findings import findings, glance, number_findings
from auditor.report.html._law import law, limits
from auditor.report.html._markup import Markup, cut, h, join, verbatim
from auditor.report.html._plan import plan
from auditor.report.html._summary import header, site_name, summary
from auditor.report.html._view import View, view_of

_CONTENTS: Final = (
    ("summary", t.NAV_SUMMARY),
    ("changes", t.NAV_CHANGES),
    ("devices", t.NAV_DEVICES),
    ("findings", t.NAV_FINDINGS),
    ("plan", t.NAV_PLAN),
    ("coverage", t.NAV_COVERAGE),
    ("law", t.NAV_LAW),
    ("limits", t.NAV_LIMITS),
)


class Html:
    """The report that people open."""

    name = "html"
    suffixes = (".html", ".htm")
    about = "one self-contained page for people, readable without scripts and in print"

    def render(self, scan: Scan, page: Page) -> bytes:
        """The page as UTF-8."""
        view = view_of(scan, page.changes)
        document = h("html", {"lang": phrases.LANGUAGE}, _head(view), _body(view, page))
        return f"<!DOCTYPE html>\n{document}\n".encode()


@cache
def asset(name: str) -> str:
    """The text of one of our own inline blocks, ``style.css`` or ``script.js``."""
    return resources.files("auditor.report.html").joinpath(name).read_text("utf-8")


@cache
def policy() -> str:
    """The content security policy: nothing but the two inline blocks of this page."""
    style, script = (_source_hash(asset(name)) for name in ("style.css", "script.js"))
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; base-uri 'none';"
        " form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _source_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _head(view: View) -> Markup:
    metas = (
        {"http-equiv": "Content-Security-Policy", "content": policy()},
        {"name": "viewport", "content": "width=device-width, initial-scale=1"},
        {"name": "referrer", "content": "no-referrer"},
        {"name": "color-scheme", "content": "light dark"},
        {"name": "generator", "content": cut(view.scan.scan.tool, 80)},
    )
    return h(
        "head",
        None,
        h("meta", {"charset": "utf-8"}),
        *(h("meta", meta) for meta in metas),
        h("title", None, phrases.TITLE.format(name=site_name(view))),
        h("style", None, verbatim(asset("style.css"))),
    )


def _body(view: View, page: Page) -> Markup:
    groups = number_findings(view)
    since, replace = changes(view), plan(view, page.costs)
    absent = {anchor for anchor, part in (("changes", since), ("plan", replace)) if part is None}
    entries = [
        h("li", None, h("a", {"href": f"#{anchor}"}, word))
        for anchor, word in _CONTENTS
        if anchor not in absent
    ]
    scan = view.scan.scan
    # The devices are written before the list of rules, which they fill.
    parts = [
        summary(view, glance(view, groups)),
        since,
        devices(view),
        findings(view, groups),
        replace,
        coverage(view),
        law(view),
    ]
    footer = t.FOOTER.format(id=cut(scan.id, 80), tool=cut(scan.tool, 80))
    return h(
        "body",
        None,
        h("a", {"class": "skip", "href": "#devices"}, t.SKIP),
        header(view),
        h("nav", {"aria-label": t.CONTENTS}, h("ul", None, *entries)),
        h("main", None, join([*parts, limits(), rules(view)])),
        h("footer", None, h("p", None, footer)),
        h("script", None, verbatim(asset("script.js"))),
    )


FORMAT = Html()
