"""One self-contained page; the section is the one that reports have."""

from auditor.model.difference import Difference, Side
from auditor.model.document import Coverage, Header, Scan, Summary
from auditor.report._api import Page
from auditor.report.changes._words import sides
from auditor.report.html import asset, policy
from auditor.report.html._changes import changes
from auditor.report.html._markup import Markup, h, verbatim
from auditor.report.html._view import View
from auditor.report.phrases import LANGUAGE

_TITLE = "What changed between two scans"


class HtmlChanges:
    """For people."""

    name = "html"
    suffixes = (".html", ".htm")
    about = "one self-contained page"

    def render(self, found: Difference, page: Page) -> bytes:  # noqa: ARG002 - width says nothing here
        """The page as UTF-8; nothing is loaded from anywhere."""
        view = View(scan=_bare(found.new), devices=(), names={}, changes=found)
        lines = [h("p", {"class": "fine"}, side) for side in sides(found)]
        body = h(
            "body",
            None,
            h("header", {"class": "top"}, h("h1", None, _TITLE), *lines),
            h("main", None, changes(view)),
        )
        return f"<!DOCTYPE html>\n{h('html', {'lang': LANGUAGE}, _head(), body)}\n".encode()


def _head() -> Markup:
    return h(
        "head",
        None,
        h("meta", {"charset": "utf-8"}),
        h("meta", {"http-equiv": "Content-Security-Policy", "content": policy()}),
        h("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        h("meta", {"name": "color-scheme", "content": "light dark"}),
        h("title", None, _TITLE),
        h("style", None, verbatim(asset("style.css"))),
    )


def _bare(side: Side) -> Scan:
    """The later scan without its devices: the section links to those that stand in its page."""
    header = Header(
        id=side.id, started=side.started, finished=side.started, tool="", db_version="",
        db_digest="", scope=(), complete=side.complete, as_of=side.as_of, policy=side.policy,
    )  # fmt: skip
    coverage = Coverage(in_scope=None, answered=0, assessed=0)
    return Scan(scan=header, coverage=coverage, summary=Summary(), assets=())


CHANGES = HtmlChanges()
