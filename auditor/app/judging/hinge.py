"""Observations → judged assets and documents: the hinge, used by scan, judge and import alike."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, Final, Protocol

from auditor.app.judging.several import SEVERAL, several
from auditor.attribution.judge import attribute
from auditor.model.bulk import bulk
from auditor.model.document import ALSO_AT, Asset, Header, LawNote, Scan, Summary, VendorNote
from auditor.model.facts import Seen
from auditor.model.judgement import Judged, Verdict
from auditor.model.words import Kind, Outcome
from auditor.policy.judge import Bench, Device, headline, judge

LOGIN: Final = "login-"
"""How the names of probes that used a password begin."""
_HOST_NAMES: Final = ("hostname", "onvif.hostname", "snmp.sysname")
NEEDED_LOGIN: Final = "verdicts that needed a login: "
"""How the note begins that names the regimes."""
CHANNEL: Final = "channel"
"""How every note on a recorder's channels begins; judging a document again keeps them."""


class Judgeable(Protocol):
    """What judging reads of an asset, whatever holds it."""

    @property
    def address(self) -> str | None:
        """Its main address."""

    @property
    def mac(self) -> str | None:
        """Its hardware address."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noted of it before."""

    @property
    def observations(self) -> Sequence[Seen]:
        """What it showed."""


def judge_asset(asset: Asset, bench: Bench, known: Judged | None = None) -> Asset:
    """The asset with everything that is concluded from its observations, judged anew.

    Args:
        asset: what was observed.
        bench: what it is judged with.
        known: what these very observations were weighed to before.
    """
    return replace(
        asset,
        **concluded(asset, bench, known),
        children=tuple([judge_asset(child, bench) for child in asset.children]),
    )


def concluded(asset: Judgeable, bench: Bench, known: Judged | None = None) -> dict[str, Any]:
    """All that is concluded of an asset (its children apart), by field of ``Asset``, in order."""
    judged, verdicts = _judged(asset, asset.observations, bench, known)
    return {
        "hostname": _hostname(asset.observations),
        "kind": Kind(judged.kind),
        "brand": judged.brand,
        "model": judged.model,
        "serial": judged.serial,
        "firmware": judged.firmware,
        "built": judged.built,
        "oem_customer": judged.oem_customer,
        "headline": headline(judged, verdicts, bench.policy),
        "attributions": judged.attributions,
        "verdicts": verdicts,
        "notes": (*_notes(asset, judged), *_needed_login(asset, verdicts, bench)),
    }


def _judged(
    asset: Judgeable, observations: Sequence[Seen], bench: Bench, known: Judged | None = None
) -> tuple[Judged, tuple[Verdict, ...]]:
    judged = attribute(observations, bench.catalog) if known is None else known
    device = (
        Device(address=asset.address, mac=asset.mac, serial=judged.serial)
        if bench.exemptions
        else None
    )
    return judged, judge(judged, bench, device)


def _needed_login(asset: Judgeable, verdicts: tuple[Verdict, ...], bench: Bench) -> tuple[str, ...]:
    """Which verdicts are what they are only because of what a login told.

    It judges once more without those facts, so that it holds under another law or policy too.
    """
    without = [item for item in asset.observations if not item.probe.startswith(LOGIN)]
    if len(without) == len(asset.observations):
        return ()
    _, bare = _judged(asset, without, bench)
    before = {item.regime: item.outcome for item in bare}
    changed = [item.regime for item in verdicts if before.get(item.regime) is not item.outcome]
    return (NEEDED_LOGIN + ", ".join(changed),) if changed else ()


def _hostname(observations: Iterable[Seen]) -> str | None:
    named = [item for item in observations if item.signal in _HOST_NAMES]
    told: dict[str, str] = {}
    for item in named:
        if item.value.strip():
            told.setdefault(item.signal, item.value.strip()[:253])
    return next((told[signal] for signal in _HOST_NAMES if signal in told), None) if told else None


def _notes(asset: Judgeable, judged: Judged) -> tuple[str, ...]:
    """Configuration findings from the rules, and what the scan itself noted."""
    kept = [note for note in asset.notes if note.startswith(("mac ", CHANNEL, ALSO_AT))]
    apart = [SEVERAL] if several(asset.observations, judged.attributions) else []
    return tuple(dict.fromkeys([*kept, *apart, *judged.notes]))


SHARED_CERTIFICATE: Final = "shared-certificate"
"""The note of a device that shows the certificate of another."""


def marked(assets: Sequence[Asset]) -> tuple[Asset, ...]:
    """Assets with what only shows when they are seen together: one certificate on several."""
    holders: dict[str, set[str]] = {}
    for asset in assets:
        for item in asset.observations:
            if item.signal == "tls.sha256":
                holders.setdefault(item.value, set()).add(asset.id)
    shared = {asset_id for ids in holders.values() if len(ids) > 1 for asset_id in ids}
    return tuple(
        replace(asset, notes=(*asset.notes, SHARED_CERTIFICATE)) if asset.id in shared else asset
        for asset in assets
    )


def rejudge(scan: Scan, bench: Bench) -> Scan:
    """A stored scan under another policy, date, database or exemptions; not one packet."""
    with bulk():
        assets = marked([judge_asset(asset, bench) for asset in scan.assets])
    return replace(
        scan,
        scan=header_of(scan, bench),
        assets=assets,
        summary=summary(assets),
        law=law_notes(bench),
        vendors=vendor_notes(assets, bench),
    )


def header_of(scan: Scan, bench: Bench) -> Header:
    """The header of a scan that is judged with this bench."""
    return replace(
        scan.scan,
        as_of=bench.as_of.isoformat(),
        policy=bench.policy.id,
        profile=bench.policy.profile,
        db_version=bench.catalog.version,
        db_digest=bench.catalog.digest,
    )


def family(assets: Iterable[Asset]) -> Iterable[Asset]:
    """Assets and, after each, its children."""
    for asset in assets:
        yield asset
        yield from family(asset.children)


def summary(assets: Sequence[Asset]) -> Summary:
    """Assets (children included) by headline."""
    tally: dict[str, int] = {}
    total = 0
    for asset in family(assets):
        total += 1
        tally[asset.headline] = tally.get(asset.headline, 0) + 1
    return Summary(assets=total, **tally)


def law_notes(bench: Bench) -> tuple[LawNote, ...]:
    """What a report says of each regime of the policy, so that it renders without the database."""
    notes = []
    for name in bench.policy.regimes:
        regime = bench.catalog.regimes[name]
        source = bench.catalog.sources.get(regime.source)
        due = regime.evidence_as_of + timedelta(days=regime.review_days)
        notes.append(
            LawNote(
                id=regime.id,
                name=regime.name,
                citation="; ".join(regime.citation),
                authority=regime.authority,
                jurisdiction=regime.jurisdiction,
                finding_class=regime.finding_class,
                status=regime.status,
                evidence_as_of=regime.evidence_as_of.isoformat(),
                applies_if=regime.applies_if,
                meaning=regime.meaning,
                limits=regime.limits,
                action=regime.action,
                source=source.url if source else None,
                stale=bench.as_of > due,
            )
        )
    return tuple(notes)


def vendor_notes(assets: Iterable[Asset], bench: Bench) -> tuple[VendorNote, ...]:
    """Display names of every vendor that the assets mention."""
    named = {item.vendor for asset in family(assets) for item in asset.attributions}
    return vendors_named(named, bench)


def vendors_named(named: Iterable[str], bench: Bench) -> tuple[VendorNote, ...]:
    """Display names of these vendors, in order of their ids."""
    known = bench.catalog.vendors
    return tuple(
        VendorNote(id=vendor, name=known[vendor].name, country=known[vendor].country)
        for vendor in sorted(named)
        if vendor in known
    )


def met(summary: Summary) -> tuple[str, ...]:
    """The headlines that a summary counts at least once."""
    return tuple(
        one.name for one in fields(summary) if one.name != "assets" and getattr(summary, one.name)
    )


def exit_code(headlines: Iterable[str], *, complete: bool, fail_on: str) -> int:
    """The lowest of 10, 11, 12 that holds, narrowed by ``--fail-on``; else 0.

    A headline is the worst counted outcome, so that nothing else need be known of the policy.
    """
    shown = set(headlines)
    if Outcome.COVERED.value in shown and fail_on in {"covered", "indeterminate"}:
        return 10
    if Outcome.INDETERMINATE.value in shown and fail_on == "indeterminate":
        return 11
    return 0 if complete else 12
