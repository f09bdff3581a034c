"""Markdown: for tickets, wikis and pull requests."""

import re
from collections.abc import Iterator

from auditor.model.document import Asset, Scan
from auditor.model.words import Role
from auditor.report._api import Page
from auditor.report.changes._markdown import tables
from auditor.report.changes._words import sides
from auditor.report.plan import STEPS, Plan, money, plan
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

    def render(self, scan: Scan, page: Page) -> bytes:
        """The report."""
        return ("\n".join(_lines(scan, page)) + "\n").encode()


def safe(text: str, most: int = 160) -> str:
    """Device text in which no character means anything to Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", tame(text, most))


def _lines(scan: Scan, page: Page) -> Iterator[str]:
    header, counts = scan.scan, scan.summary
    yield f"# Camera audit {safe(header.site) if header.site else ''}".rstrip()
    yield ""
    yield (
        f"{safe(', '.join(header.scope))} · {safe(header.finished)} · policy {safe(header.policy)} · law of"
        f" {safe(header.as_of)} · database {safe(header.db_version)}"
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
    if page.changes is not None:
        yield from ("", "## Since last scan", "", safe(next(iter(sides(page.changes))), 400))
        yield from tables(page.changes, safe, "###")
    names = vendor_names(scan)
    for headline in _FLAGGED:
        for asset in scan.assets:
            if asset.headline == headline:
                yield from _device(asset, names)
    yield from _plan(plan(scan, page.costs))
    yield ""
    yield "## Everything else"
    yield ""
    for asset in scan.assets:
        if asset.headline not in _FLAGGED:
            yield f"- {_where(asset)}: {safe(title_of(asset, names))} ({_outcome(asset)})"
    yield from _law(scan)
    yield ""
    yield safe(NOT_LEGAL_ADVICE, 600)


def _where(asset: Asset) -> str:
    """Its address; a device behind a recorder may have none."""
    return safe(asset.address or asset.id, 60)


def _outcome(asset: Asset) -> str:
    return HEADLINES.get(asset.headline) or safe(asset.headline)


def _device(asset: Asset, names: dict[str, str]) -> Iterator[str]:
    yield ""
    yield f"## {_where(asset)}: {safe(title_of(asset, names))} ({_outcome(asset)})"
    yield ""
    for item in asset.attributions:
        if item.role in {Role.MAKER, Role.BRAND}:
            yield f"- {item.role}: **{safe(names.get(item.vendor, item.vendor))}** ({item.grade})"
            for evidence in item.because[:6]:
                yield f"  - {safe(evidence_text(evidence), 260)}"
    for verdict in asset.verdicts:
        yield f"- {safe(verdict.regime)}: {verdict.outcome}: {safe(verdict.says, 1200)}"


def _plan(proposed: Plan) -> Iterator[str]:
    """What to replace first; nothing where nothing was flagged."""
    if not proposed.items:
        return
    yield from ("", "## Replacement plan", "", "A proposal, in this order:", "")
    yield from (
        "| place | when | device | made by | why | unit cost |",
        "|---|---|---|---|---|---|",
    )
    for item in proposed.items:
        cost = money(item.cost.cost, item.cost.currency) if item.cost else ""
        where = f"{safe(item.address or item.id, 60)} {safe(item.name)}"
        maker = f"{safe(item.maker)} ({item.grade})" if item.maker else "not determined"
        why = safe("; ".join(item.reasons), 900)
        yield f"| {item.number} | {item.step} | {where} | {maker} | {why} | {cost} |"
    yield ""
    yield from _sums(proposed)
    yield ""
    for limit in proposed.limits:
        yield f"- {safe(limit, 400)}"


def _sums(proposed: Plan) -> Iterator[str]:
    for step, number in proposed.counts.items():
        if number:
            yield f"- **{step}**: {number}: {safe(STEPS[step], 400)}"
    for total in proposed.totals:
        what = "first, next and later" if total.step is None else total.step
        devices = "1 device" if total.devices == 1 else f"{total.devices:,} devices"
        yield f"- cost of {what}: {money(total.amount, total.currency)} ({devices})"
    if proposed.priced and proposed.unpriced:
        yield f"- without a price in the list: {proposed.unpriced}"
    if proposed.exempt:
        yield f"- exempt and left out: {proposed.exempt}"
    for model in proposed.models:
        maker = safe(model.maker) if model.maker else "maker not determined"
        unsure = f", {model.find_out} to find out" if model.find_out else ""
        yield f"- {safe(model.name)} ({model.kind}, {maker}): {model.count}{unsure}"
    for duty in proposed.duties:
        yield f"- {safe(duty.regime)} says: {safe(duty.action, 800)}"


def _law(scan: Scan) -> Iterator[str]:
    yield ""
    yield "## The law that was asked"
    for note in scan.law:
        yield ""
        yield f"**{safe(note.id)}**: {safe(note.meaning, 900)} ({safe(note.citation, 300)};"
        yield f"evidence of {safe(note.evidence_as_of)}{', due for review' if note.stale else ''})"
        for limit in note.limits:
            yield f"- {safe(limit, 400)}"


FORMAT = Markdown()
