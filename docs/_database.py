"""Reference pages that are made from the database: one for each regime and each main family."""

from collections.abc import Iterable, Iterator
from typing import Final

from auditor.catalog.catalog import Catalog
from auditor.model.knowledge import BrandRow, Listing, Regime, Rule, Vendor
from auditor.model.words import EvidenceCode
from docs._code import cell, page, table

FAMILIES: Final = (
    "hikvision",
    "dahua",
    "uniview",
    "tvt",
    "tiandy",
    "xiongmai",
    "huawei",
    "zte",
    "hytera",
    "tp-link",
)
_CODES: Final = (
    "Evidence codes: P the primary text was read, S a secondary source, W a weak one, M memory only"
    " (kept, switched off), I inference. Confidence of a rebrand row: A maker or brand document,"
    " ownership, registry; B press, court; C technical; D community; E memory only (switched off for"
    " the maker). How the files are written: [vendor_db](../../../vendor_db/README.md)."
)


def regime_page(regime: Regime, catalog: Catalog) -> str:
    """``regimes/<id>.md``."""
    parts = [
        f"**{regime.name}**",
        table(("", ""), _regime_rows(regime)),
        f"**What it restricts.** {regime.meaning}",
    ]
    if regime.limits:
        lines = "\n".join(f"- {limit}" for limit in regime.limits)
        parts.append(f"## What it does not say\n\n{lines}")
    if regime.action:
        parts.append(f"## What a user may do\n\n{regime.action}")
    if regime.parts:
        parts.append("## When it takes effect")
        parts.append(
            table(
                ("from", "reaches", "what"),
                [
                    (f"{'about ' if p.approx else ''}{p.date}", p.reaches, p.what)
                    for p in regime.parts
                ],
            )
        )
    parts.append(_listings(regime))
    parts.append(_sources({regime.source, *(row.source for row in regime.listings)}, catalog))
    return page(regime.id, *parts)


def _regime_rows(regime: Regime) -> Iterator[tuple[str, str]]:
    yield "authority", regime.authority
    yield "jurisdiction", regime.jurisdiction
    yield "citation", "; ".join(regime.citation)
    yield "status", regime.status + ("" if regime.in_force else " (not in force)")
    yield "finding class", f"`{regime.finding_class}`"
    yield "concerns you if you are", ", ".join(f"`{flag}`" for flag in regime.applies_if) or "-"
    yield "reaches role", ", ".join(sorted(regime.reaches))
    yield "reaches beyond the names", str(regime.affiliates)
    if regime.suspended:
        yield "suspended", f"{regime.suspended[0]} to {regime.suspended[1]}"
    yield (
        "evidence",
        f"{regime.code}, as of {regime.evidence_as_of}; review after {regime.review_days} days",
    )


def _listings(regime: Regime) -> str:
    if not regime.names_makers:
        told = (
            "It tests ownership, law, origin or a category, which cannot be seen from a network."
            " Every device in its subject is `indeterminate` under it (`names_no_maker`)."
        )
        if not regime.listings:
            return f"## Whom it names\n\nNobody. {told}"
        return (
            f"## Whom it names\n\n{told} Names that go with it, for the record:\n\n{_rows(regime)}"
        )
    return f"## Whom it names\n\n{_rows(regime)}"


def _rows(regime: Regime) -> str:
    rows = [
        (
            f"`{row.vendor}`",
            row.name,
            _period(row),
            row.purpose_limit or "",
            str(row.code) + (" (switched off)" if row.code is EvidenceCode.M else ""),
            row.cite,
        )
        for row in regime.listings
    ]
    head = ("vendor", "name, verbatim", "listed", "limited to", "evidence", "citation")
    return table(head, rows)


def _period(row: Listing) -> str:
    begin = f"{'about ' if row.added_approx else ''}{row.added}"
    if row.effective and row.effective != row.added:
        begin += f", effective {row.effective}"
    return f"{begin} to {row.removed}" if row.removed else f"since {begin}"


def _sources(ids: Iterable[str], catalog: Catalog) -> str:
    lines = []
    for name in sorted({part for text in ids for part in text.split("|")}):
        source = catalog.sources.get(name)
        if source is None:
            continue
        told = ", ".join(part for part in (source.publisher, str(source.retrieved or "")) if part)
        link = f" <{source.url}>" if source.url and "://" in source.url else f" {source.url or ''}"
        lines.append(f"- `{name}` ({source.code}): {cell(source.title)}; {told}{link}".rstrip())
    return "## Sources\n\n" + "\n".join(lines) if lines else "## Sources\n\nNone."


def vendor_page(vendor: Vendor, catalog: Catalog) -> str:
    """``vendors/<id>.md``."""
    rules = [rule for rule in catalog.rules if rule.owner == vendor.id]
    owners = [owner for owner in catalog.ouis if owner.id.split(".")[0] == vendor.id]
    rows = [row for row in catalog.brands if row.maker == vendor.id and row.brand != vendor.id]
    parts = [
        table(("", ""), _vendor_rows(vendor)),
        _named_in(vendor, catalog),
        _fingerprints(rules),
        "## Registered owners of MAC blocks\n\n"
        + table(
            ("owner", "claims", "strength"),
            [
                (name, ", ".join(f"{c.role}={c.vendor}" for c in owner.claims), str(owner.strength))
                for owner in owners
                for name in owner.names
            ],
        )
        if owners
        else "",
        _rebrands(rows),
        _CODES,
        _sources(
            {
                *vendor.sources,
                *(source for rule in rules for source in rule.sources),
                *(row.source for row in rows),
            },
            catalog,
        ),
    ]
    return page(vendor.name, *(part for part in parts if part))


def _vendor_rows(vendor: Vendor) -> Iterator[tuple[str, str]]:
    yield "id", f"`{vendor.id}`"
    yield "legal name", vendor.legal_name or "-"
    yield "country", vendor.country or "-"
    yield "also", ", ".join(vendor.aliases) or "-"
    yield "builds what it sells", vendor.builds
    yield "firmware shows the maker", "yes" if vendor.platform_is_maker else "no"
    for entity in vendor.entities:
        yield f"company `{entity.id}`", entity.name


def _named_in(vendor: Vendor, catalog: Catalog) -> str:
    rows = [
        (
            f"[{regime.id}](../regimes/{regime.id}.md)",
            row.name,
            _period(row),
            str(row.code) + (" (switched off)" if row.code is EvidenceCode.M else ""),
        )
        for regime in catalog.regimes.values()
        for row in regime.listings
        if row.vendor == vendor.id
    ]
    if not rows:
        return "## Named in\n\nNo regime of the database."
    return "## Named in\n\n" + table(("regime", "as", "listed", "evidence"), rows)


def _fingerprints(rules: list[Rule]) -> str:
    if not rules:
        return "## Fingerprints\n\nNone yet: only labels, directory rows and MAC blocks."
    rows = [
        (
            f"`{rule.id}`",
            f"`{rule.signal}`",
            str(rule.strength),
            ", ".join(f"{claim.role}={claim.vendor}" for claim in rule.claims)
            or f"kind {rule.kind or 'none'}",
            ", ".join(rule.sources),
        )
        for rule in rules
    ]
    return "## Fingerprints\n\n" + table(("rule", "reads", "strength", "claims", "sources"), rows)


def _rebrands(rows: list[BrandRow]) -> str:
    if not rows:
        return ""
    cells = [
        (
            row.name,
            row.extent,
            f"`{row.model_text}`" if row.model_text else "",
            row.confidence + (" (switched off)" if row.confidence == "E" else ""),
            "yes" if row.verified else "no",
            row.source,
            row.note or "",
        )
        for row in sorted(rows, key=lambda row: (row.confidence, row.name.lower()))
    ]
    head = ("label", "extent", "models", "confidence", "verified", "source", "note")
    return (
        "## Labels that it is reported to build for\n\nA label alone is a hint, never a verdict.\n\n"
        + table(head, cells)
    )
