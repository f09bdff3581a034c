"""Markdown: for tickets, wikis and pull requests."""

import re
from collections.abc import Iterator

from auditor.model.document import Asset, Scan
from auditor.model.words import Role
from auditor.report._api import Page
from auditor.report.words import (
    HEADLINES,
    NOT_LEGAL_ADVICE,
    evidence_text,
    tame,
    title_of,
    vendor_names,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&:@-])")
_FLAGGED = ("covered", "indeterminate", "exempt")


class Markdown:
    """Summary, flagged devices with evidence, the rest as a list, coverage and law."""

    name = "md"
    suffixes = (".md",)
    about = "Markdown for tickets and wikis"

    def render(self, scan: Scan, page: Page) -> bytes:  # noqa: ARG002 - the shape of a format
        """The report."""
        return ("\n".join(_lines(scan)) + "\n").encode()


def safe(text: str, most: int = 160) -> str:
    """Device text in which no character means anything to Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", tame(text, most))


def _lines(scan: Scan) -> Iterator[str]:
    header, counts = scan.scan, scan.summary
    yield f"# Camera audit {safe(header.site) if header.site else ''}".rstrip()
    yield ""
    yield (
        f"{safe(', '.join(header.scope))} · {header.finished} · policy {header.policy} · law of"
        f" {header.as_of} · database {header.db_version}"
    )
    if not header.complete:
        yield ""
        yield f"**Incomplete:** {safe('; '.join(header.incomplete_because), 600)}"
    yield ""
    yield "| hosts | covered | not determined | exempt | none listed | not video | unidentified |"
    yield "|---|---|---|---|---|---|---|"
    yield (
        f"| {counts.assets} | {counts.covered} | {counts.indeterminate} | {counts.exempt} |"
        f" {counts.not_covered} | {counts.outside} | {counts.unidentified} |"
    )
    names = vendor_names(scan)
    for headline in _FLAGGED:
        for asset in scan.assets:
            if asset.headline == headline:
                yield from _device(asset, names)
    yield ""
    yield "## Everything else"
    yield ""
    for asset in scan.assets:
        if asset.headline not in _FLAGGED:
            yield f"- {asset.address}: {safe(title_of(asset, names))} ({HEADLINES[asset.headline]})"
    yield from _law(scan)
    yield ""
    yield safe(NOT_LEGAL_ADVICE, 600)


def _device(asset: Asset, names: dict[str, str]) -> Iterator[str]:
    yield ""
    yield f"## {asset.address}: {safe(title_of(asset, names))} ({HEADLINES[asset.headline]})"
    yield ""
    for item in asset.attributions:
        if item.role in {Role.MAKER, Role.BRAND}:
            yield f"- {item.role}: **{safe(names.get(item.vendor, item.vendor))}** ({item.grade})"
            for evidence in item.because[:6]:
                yield f"  - {safe(evidence_text(evidence), 260)}"
    for verdict in asset.verdicts:
        yield f"- {safe(verdict.regime)}: {verdict.outcome}: {safe(verdict.says, 1200)}"


def _law(scan: Scan) -> Iterator[str]:
    yield ""
    yield "## The law that was asked"
    for note in scan.law:
        yield ""
        yield f"**{safe(note.id)}**: {safe(note.meaning, 900)} ({safe(note.citation, 300)};"
        yield f"evidence of {note.evidence_as_of}{', due for review' if note.stale else ''})"
        for limit in note.limits:
            yield f"- {safe(limit, 400)}"


FORMAT = Markdown()
