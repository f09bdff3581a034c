"""JUnit XML: a compliance gate for pipelines that know tests and nothing else.

One suite a regime, one case a device. What JUnit cannot say is written out: a passed case says
that no listed producer was identified, never more; what was not determined or not assessed is an
error, so that it cannot be read as passed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

from auditor.model.document import Asset, Scan
from auditor.model.judgement import Verdict
from auditor.model.words import Outcome
from auditor.report._api import Page
from auditor.report._flat import Remedies, family
from auditor.report._ranking import counted_classes, counts
from auditor.report.words import NOT_LEGAL_ADVICE, tame, title_of, vendor_names

COVERAGE: Final = "coverage"
"""The suite about the scan itself: complete or not, and what was not assessed."""
UNIDENTIFIED: Final = "unidentified"
"""The suite of hosts that were recognised neither as video equipment nor as anything else."""

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", re.ASCII)
_MOST: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One test case.

    Attributes:
        end: ``failure``, ``error``, ``skipped`` or empty for passed.
        type: a machine word for the end.
        body: more lines below the message.
    """

    suite: str
    name: str
    end: str = ""
    type: str = ""
    message: str = ""
    body: str = ""


class JUnit:
    """Test suites that Jenkins, GitLab and GitHub actions read."""

    name = "junit"
    suffixes = (".junit.xml",)
    about = "JUnit XML for pipelines: a suite a regime, a case a device"

    def render(self, scan: Scan, page: Page) -> bytes:  # noqa: ARG002 - the shape of a format
        """The document."""
        cases = [*_coverage(scan), *_devices(scan)]
        suites: dict[str, list[_Case]] = {}
        for case in cases:
            suites.setdefault(case.suite, []).append(case)
        when = _when(scan.scan.started)
        about = _properties(scan)
        lines = [f"<testsuites {_numbers('camera audit', cases)}>"]
        for name, members in suites.items():
            skipped = sum(case.end == "skipped" for case in members)
            lines.append(f'<testsuite {_numbers(name, members)} skipped="{skipped}"{when}>')
            lines.append(about)
            lines += map(_case, members)
            lines.append(f"<system-out>{_text(NOT_LEGAL_ADVICE)}</system-out>")
            lines.append("</testsuite>")
        lines.append("</testsuites>")
        return (_HEAD + "\n".join(lines) + "\n").encode()


def _coverage(scan: Scan) -> Iterator[_Case]:
    header, cover = scan.scan, scan.coverage
    if header.complete:
        yield _Case(suite=COVERAGE, name="the scan is complete")
    else:
        why = "; ".join(header.incomplete_because) or "see the coverage of the scan document"
        yield _Case(
            suite=COVERAGE, name="the scan is complete", end="error", type="incomplete", message=why
        )
    for item in cover.not_assessed:
        yield _Case(
            suite=COVERAGE,
            name=f"{item.address} was assessed",
            end="error",
            type="not-assessed",
            message=item.why,
        )
    for address in cover.missing_from_baseline:
        yield _Case(
            suite=COVERAGE,
            name=f"{address} of the baseline was found",
            end="skipped",
            message="the baseline has it, this scan does not",
        )


def _devices(scan: Scan) -> Iterator[_Case]:
    classes = counted_classes(scan)
    names = vendor_names(scan)
    remedies = Remedies(scan)
    for asset, _ in family(scan.assets):
        title = _title(asset, names)
        if asset.headline == "unidentified":
            yield _Case(
                suite=UNIDENTIFIED,
                name=title,
                end="skipped",
                message="recognised neither as video equipment nor as anything else: not judged",
            )
        for verdict in asset.verdicts:
            if counts(verdict, classes):
                yield _verdict(verdict, asset, title, remedies)


def _title(asset: Asset, names: dict[str, str]) -> str:
    """A name that stays the same from scan to scan as long as the address does."""
    return f"{asset.address or asset.id} {title_of(asset, names)}"


def _verdict(verdict: Verdict, asset: Asset, title: str, remedies: Remedies) -> _Case:
    body = "\n".join(
        line
        for line in (
            tame(verdict.says, _MOST),
            f"device: {tame(asset.id)}",
            f"citation: {tame(verdict.citation, 400)}",
            f"listed name: {tame(verdict.listing, 400)}" if verdict.listing else "",
            f"effective: {tame(verdict.effective)}" if verdict.effective else "",
            f"exemption: {tame(verdict.exemption, 400)}" if verdict.exemption else "",
            f"what the rule says to do: {tame(remedies.of_regime(verdict.regime), 800)}"
            if verdict.outcome is Outcome.COVERED and remedies.of_regime(verdict.regime)
            else "",
        )
        if line
    )
    ends = {
        Outcome.COVERED: "failure",
        Outcome.INDETERMINATE: "error",
        Outcome.EXEMPT: "skipped",
        Outcome.NOT_COVERED: "",
    }
    return _Case(
        suite=verdict.regime,
        name=title,
        end=ends[verdict.outcome],
        type=verdict.outcome.value,
        message=remedies.short(verdict),
        body=body,
    )


def _case(case: _Case) -> str:
    start = f'<testcase name={_attribute(case.name)} classname={_attribute(case.suite)} time="0"'
    if not case.end:
        return f"{start}/>"
    message = _attribute(case.message)
    if case.end == "skipped":
        return f"{start}><skipped message={message}/></testcase>"
    shown = f"<{case.end} type={_attribute(case.type)} message={message}>"
    return f"{start}>{shown}{_text(case.body)}</{case.end}></testcase>"


def _numbers(name: str, cases: list[_Case]) -> str:
    """Attributes that suite and whole share; strict readers refuse ``skipped`` of the whole."""
    ends = [case.end for case in cases]
    return (
        f'name={_attribute(name)} tests="{len(cases)}" failures="{ends.count("failure")}"'
        f' errors="{ends.count("error")}" time="0"'
    )


def _properties(scan: Scan) -> str:
    header = scan.scan
    stale = ", ".join(note.id for note in scan.law if note.stale)
    pairs = (
        ("policy", header.policy),
        ("profile", ", ".join(header.profile) or "not stated"),
        ("law of", header.as_of),
        ("law data due for review", stale or "none"),
        ("database", f"{header.db_version} {header.db_digest}"),
        ("tool", header.tool),
        ("site", header.site or ""),
        ("scan", header.id),
    )
    inside = "".join(
        f"<property name={_attribute(name)} value={_attribute(value)}/>" for name, value in pairs
    )
    return f"<properties>{inside}</properties>"


def _when(started: str) -> str:
    found = _TIME.match(started)
    return f' timestamp="{found.group()}"' if found else ""


def _attribute(text: str) -> str:
    return quoteattr(tame(text, _MOST))


def _text(text: str) -> str:
    """Lines that were tamed one by one, as character data."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


FORMAT = JUnit()
