"""OSCAL assessment results: for tools of security assessors and of federal agencies.

What goes where, and what does not fit, stands in ``docs/explanation/standards-mapping.md``.
"""

from base64 import b64encode
from typing import Final

from auditor.model.document import Scan
from auditor.report._api import Page
from auditor.report._standard import (
    Json,
    devices,
    filled,
    identifier,
    pretty,
    rfc3339,
    shortfalls,
    span,
    subject,
)
from auditor.report.oscal._devices import Place, inventory_item, observations
from auditor.report.oscal._findings import findings, objectives, reviewed, risks
from auditor.report.oscal._text import NIST, markup, prop, props, told, tool_origin
from auditor.report.words import NOT_LEGAL_ADVICE, vendor_names

VERSION: Final = "1.2.1"


class Oscal:
    """One assessment-results document with one result: this scan."""

    name = "oscal"
    suffixes = (".oscal.json",)
    about = "OSCAL assessment results (NIST), for assessors' tools"

    def render(self, scan: Scan, page: Page) -> bytes:  # noqa: ARG002 - the shape of a format
        """The document as JSON."""
        when = span(scan)
        plan = identifier("plan", scan.scan.id)
        body: Json = {
            "uuid": identifier("assessment-results", scan.scan.id),
            "metadata": {
                "title": f"Camera audit {markup(scan.scan.site, 100) or ''}".rstrip(),
                "last-modified": rfc3339(when.end),
                "version": "1",
                "oscal-version": VERSION,
                "props": _terms(scan),
                "remarks": NOT_LEGAL_ADVICE,
            },
            "import-ap": {
                "href": f"#{plan}",
                "remarks": "There is no assessment plan in OSCAL. The resource says what was asked.",
            },
            "local-definitions": {"objectives-and-methods": objectives(scan)},
            "results": [_result(scan)],
            "back-matter": {"resources": [_plan(scan, plan)]},
        }
        if not objectives(scan):
            del body["local-definitions"]
        return pretty({"assessment-results": body})


def _terms(scan: Scan) -> list[Json]:
    header = scan.scan
    return props(
        prop("scan-id", header.id),
        prop("site", header.site),
        prop("policy", header.policy),
        prop("as-of", header.as_of),
        prop("database-version", header.db_version),
        prop("database-digest", header.db_digest),
        prop("complete", header.complete),
        *(prop("profile", flag) for flag in header.profile),
        *(prop("redacted", what) for what in header.redacted),
    )


def _result(scan: Scan) -> Json:
    when = span(scan)
    names = vendor_names(scan)
    tool = identifier("tool", scan.scan.tool)
    items = devices(scan)
    uuids = {item.key: subject(scan, item) for item in items}
    places = [
        Place(
            scan=scan,
            device=item,
            uuid=uuids[item.key],
            parent=uuids[item.parent] if item.parent is not None else None,
            names=names,
            within=when,
            tool=tool,
        )
        for item in items
    ]
    return filled(
        {
            "uuid": identifier("result", scan.scan.id),
            "title": told(f"Scan of {', '.join(scan.scan.scope)}", "Scan", 300),
            "description": "Cameras and recorders on the network, who made them by what they show,"
            " and what the rules of the policy say of those makers.",
            "start": rfc3339(when.start),
            "end": rfc3339(when.end),
            "props": _counts(scan),
            "local-definitions": filled(
                {
                    "inventory-items": [inventory_item(place) for place in places],
                    "assessment-assets": _tool(scan, tool),
                }
            ),
            "reviewed-controls": reviewed(scan),
            "assessment-log": {"entries": [_entry(scan)]},
            "observations": [
                _coverage(scan, tool),
                *(one for place in places for one in observations(place)),
            ],
            "risks": [one for place in places for one in risks(place)],
            "findings": [one for place in places for one in findings(place)],
            "remarks": NOT_LEGAL_ADVICE,
        }
    )


def _counts(scan: Scan) -> list[Json]:
    counts, cover = scan.summary, scan.coverage
    return props(
        prop("complete", scan.scan.complete),
        prop("addresses-in-scope", cover.in_scope),
        prop("addresses-answered", cover.answered),
        prop("hosts-assessed", cover.assessed),
        prop("hosts", counts.assets),
        prop("covered", counts.covered),
        prop("exempt", counts.exempt),
        prop("not-determined", counts.indeterminate),
        prop("no-listed-producer-identified", counts.not_covered),
        prop("not-video-equipment", counts.outside),
        prop("unidentified", counts.unidentified),
    )


def _tool(scan: Scan, tool: str) -> Json:
    name, _, version = scan.scan.tool.partition(" ")
    component = {
        "uuid": tool,
        "type": "software",
        "title": told(name, "auditor", 100),
        "description": "Scanner that asks devices what they are, without a password, and judges"
        " the answers.",
        "props": props(prop("version", version, NIST), prop("engine", scan.scan.engine)),
        "status": {"state": "operational"},
    }
    platform = {
        "uuid": identifier("platform", scan.scan.id),
        "title": "The machine that scanned",
        "uses-components": [{"component-uuid": tool}],
    }
    return {
        "components": [filled(component)],
        "assessment-platforms": [platform],
    }


def _entry(scan: Scan) -> Json:
    when = span(scan)
    methods = [
        f"{item.method}{' on ' + item.interface if item.interface else ''}: {item.state}"
        + (f" ({item.why})" if item.why else "")
        for item in scan.coverage.methods
    ]
    sent = scan.sent
    return {
        "uuid": identifier("log", scan.scan.id),
        "title": "Scan",
        "description": told("; ".join(methods), "No discovery method is on record.", 6000),
        "start": rfc3339(when.start),
        "end": rfc3339(when.end),
        "props": props(
            prop("packets-sent", sent.packets),
            prop("connections", sent.connections),
            prop("requests", sent.requests),
        ),
    }


def _coverage(scan: Scan, tool: str) -> Json:
    missing = [told(text, "?", 500) for text in shortfalls(scan)]
    return {
        "uuid": identifier("coverage", scan.scan.id),
        "title": "What this scan does not show",
        "description": "\n\n".join(missing) or "Nothing is on record that this scan left out.",
        "methods": ["EXAMINE"],
        "types": ["discovery"],
        "origins": tool_origin(tool),
        "collected": rfc3339(span(scan).end),
    }


def _plan(scan: Scan, uuid: str) -> Json:
    header = scan.scan
    asked = {
        "scope": header.scope,
        "exclude": header.exclude,
        "engine": header.engine,
        "methods": [item.method for item in scan.coverage.methods],
        "policy": header.policy,
        "profile": header.profile,
        "regimes": [note.id for note in scan.law],
        "as_of": header.as_of,
    }
    return {
        "uuid": uuid,
        "title": "What was asked of this scan",
        "description": "Scope, exclusions, methods, policy and date, as JSON. It is no OSCAL plan.",
        "base64": {
            "filename": "plan.json",
            "media-type": "application/json",
            "value": b64encode(pretty(asked)).decode(),
        },
    }


FORMAT = Oscal()
