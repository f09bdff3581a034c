"""Markdown: for tickets, wikis and pull requests."""

import re
from collections.abc import Iterable, Iterator

from auditor.model.document import Asset, Coverage, Scan
from auditor.model.judgement import Attribution
from auditor.model.words import Role
from auditor.report._api import Page
from auditor.report.changes._markdown import tables
from auditor.report.changes._words import sides
from auditor.report.plan import STEPS, Plan, money, plan
from auditor.report.sentences import (
    CLAIMS,
    GRADES,
    KINDS,
    LEDGER,
    METHOD_STATES,
    VERDICT_OUTCOMES,
    word,
)
from auditor.report.words import (
    HEADLINES,
    NOT_LEGAL_ADVICE,
    NOTES,
    evidence_text,
    tame,
    title_of,
    vendor_names,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&:@-])")
_FLAGGED = ("covered", "indeterminate", "exempt")
_MOST = 200


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
        why = "; ".join(header.incomplete_because) or "see the coverage"
        yield f"**Incomplete:** {safe(why, 600)}"
    if header.redacted:
        yield ""
        yield f"**Taken out for sharing:** {safe(', '.join(header.redacted))}"
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
    family = list(_family(scan.assets))
    for headline in _FLAGGED:
        for asset, parent in family:
            if asset.headline == headline:
                yield from _device(asset, parent, names)
    yield from _plan(plan(scan, page.costs))
    yield from _others(family, names)
    yield from _coverage(scan.coverage)
    yield from _law(scan)
    yield ""
    yield safe(NOT_LEGAL_ADVICE, 600)


def _family(
    assets: Iterable[Asset], parent: Asset | None = None
) -> Iterator[tuple[Asset, Asset | None]]:
    """Every device with the recorder that it stands behind."""
    for asset in assets:
        yield asset, parent
        yield from _family(asset.children, asset)


def _others(family: list[tuple[Asset, Asset | None]], names: dict[str, str]) -> Iterator[str]:
    """A line for each device that is not flagged."""
    yield from ("", "## Everything else", "")
    rest = [asset for asset, _ in family if asset.headline not in _FLAGGED]
    for asset in rest:
        made = _claims(asset, names, Role.MAKER)
        maker = f"; {made[0][:1].lower()}{made[0][1:]}" if made else ""
        yield f"- {_where(asset)}: {safe(title_of(asset, names))} ({_outcome(asset)}){maker}"
        yield from (f"  - {note}" for note in _notes(asset))
    if not rest:
        yield "Nothing."


def _where(asset: Asset) -> str:
    """Its address; a device behind a recorder may have none."""
    return safe(asset.address or asset.id, 60)


def _outcome(asset: Asset) -> str:
    return HEADLINES.get(asset.headline) or safe(asset.headline)


def _device(asset: Asset, parent: Asset | None, names: dict[str, str]) -> Iterator[str]:
    yield ""
    yield f"## {_where(asset)}: {safe(title_of(asset, names))} ({_outcome(asset)})"
    yield ""
    yield f"- {_particulars(asset, parent)}"
    for item in asset.attributions:
        if item.role in {Role.MAKER, Role.BRAND}:
            yield f"- {_claim(item, names)}"
            for evidence in item.because[:6]:
                yield f"  - {safe(evidence_text(evidence), 260)}"
    for verdict in asset.verdicts:
        outcome = word(VERDICT_OUTCOMES, verdict.outcome)
        yield f"- {safe(verdict.regime)}: **{outcome}**: {safe(verdict.says, 1200)}"
    yield from (f"- apart from compliance: {note}" for note in _notes(asset))


def _particulars(asset: Asset, parent: Asset | None) -> str:
    """What sort of device it is, and how it can be told from others, in a line."""
    parts = [KINDS[asset.kind]]
    parts += [
        f"{what} {safe(value, 80)}"
        for what, value in (
            ("MAC", asset.mac),
            ("serial", asset.serial),
            ("firmware", asset.firmware),
            ("built", asset.built),
            ("behind", (parent.address or parent.id) if parent else None),
        )
        if value
    ]
    return " · ".join(parts)


def _claim(item: Attribution, names: dict[str, str]) -> str:
    name = safe(names.get(item.vendor, item.vendor))
    return f"{CLAIMS[item.role].format(name=f'**{name}**')} ({GRADES[item.grade]})"


def _claims(asset: Asset, names: dict[str, str], role: Role) -> list[str]:
    return [_claim(item, names) for item in asset.attributions if item.role is role]


def _notes(asset: Asset) -> list[str]:
    """What was noticed besides; devices write parts of it."""
    return [safe(NOTES.get(note, note), 400) for note in asset.notes]


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


def _coverage(cover: Coverage) -> Iterator[str]:
    """What was and was not assessed, and how it was looked for."""
    scope = "a range too wide to count" if cover.in_scope is None else f"{cover.in_scope:,}"
    yield from ("", "## What was and was not assessed", "")
    yield (
        f"Addresses in scope: {scope}; answered: {cover.answered:,}; assessed:"
        f" {cover.assessed:,}; answered and not assessed: {len(cover.not_assessed):,}."
    )
    yield ""
    yield from _bounded(
        f"- not assessed: {safe(item.address, 64)}: {safe(item.why, 400)}"
        for item in cover.not_assessed
    )
    for key, told in LEDGER.items():
        ranges: tuple[str, ...] = getattr(cover.ledger, key)
        if ranges:
            more = f", and {len(ranges) - _MOST:,} more" if len(ranges) > _MOST else ""
            yield f"- {told}: {safe(', '.join(ranges[:_MOST]), 4000)}{more}"
    if cover.ledger.not_scanned_why:
        yield f"- why not scanned: {safe(cover.ledger.not_scanned_why, 400)}"
    for method in cover.methods:
        why = f": {safe(method.why, 400)}" if method.why else ""
        where = f" on {safe(method.interface, 40)}" if method.interface else ""
        state = safe(word(METHOD_STATES, method.state), 40)
        yield f"- looked for by {safe(method.method, 40)}{where}: {state}{why}"
    yield from _bounded(
        f"- in the baseline and missing now: {safe(item, 400)}"
        for item in cover.missing_from_baseline
    )
    yield from _bounded(
        f"- answered from outside the scope, neither contacted nor judged: {safe(item.address, 64)}"
        for item in cover.out_of_scope
    )
    yield from _bounded(f"- {safe(note, 600)}" for note in cover.notes)


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    """The first lines, and how many more there are."""
    every = list(lines)
    yield from every[:_MOST]
    if len(every) > _MOST:
        yield f"- and {len(every) - _MOST:,} more, in the scan document"


def _law(scan: Scan) -> Iterator[str]:
    yield ""
    yield "## The law that was asked"
    for note in scan.law:
        yield ""
        yield f"**{safe(note.id)}**: {safe(note.name, 400)}. {safe(note.meaning, 900)}"
        yield f"({safe(note.citation, 300)};"
        yield f"text read as of {safe(note.evidence_as_of)}{', due for review' if note.stale else ''})"
        for limit in note.limits:
            yield f"- {safe(limit, 400)}"


FORMAT = Markdown()
