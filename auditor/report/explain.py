"""The chain of one device in sentences: bytes on the wire → evidence → maker → line of law."""

from collections.abc import Sequence

from auditor.model.document import Asset, Scan
from auditor.model.judgement import Attribution, Judged, Verdict
from auditor.model.words import Role
from auditor.report.words import (
    NOT_LEGAL_ADVICE,
    NOTES,
    evidence_text,
    tame,
    title_of,
    vendor_names,
)

_ROLES = {
    Role.MAKER: "Made by",
    Role.BRAND: "Labelled",
    Role.PLATFORM: "Runs firmware of",
    Role.CHIP: "Chip of",
}


def asset_text(asset: Asset, scan: Scan) -> str:
    """Everything known of one device, and why, as text that ends in a newline."""
    names = vendor_names(scan)
    lines = [
        f"{asset.address or asset.id}  {title_of(asset, names)}  [{asset.headline}]",
        f"  id {asset.id}" + (f"   MAC {asset.mac}" if asset.mac else ""),
    ]
    for word, value in (
        ("kind", asset.kind.value),
        ("serial", asset.serial),
        ("firmware", asset.firmware),
        ("built", asset.built),
        ("OEM customer", asset.oem_customer),
    ):
        if value:
            lines.append(f"  {word}: {tame(value)}")
    lines += _attributions(asset.attributions, names)
    lines += _verdicts(asset.verdicts)
    if asset.notes:
        lines += ["", "Configuration, apart from compliance"]
        lines += [f"  - {NOTES.get(note, note)}" for note in asset.notes]
    for child in asset.children:
        lines += ["", "Behind it (at least)"]
        lines.append(f"  {child.id}: {title_of(child, names)} [{child.headline}]")
    lines += ["", "What was asked"]
    lines += [
        f"  {attempt.probe} at {attempt.endpoint}: {attempt.outcome}"
        + (f" ({tame(attempt.detail, 80)})" if attempt.detail else "")
        for attempt in asset.attempts
    ] or ["  nothing: it answered discovery only"]
    lines += ["", NOT_LEGAL_ADVICE]
    return "\n".join(lines) + "\n"


def judged_text(
    judged: Judged, verdicts: Sequence[Verdict], names: dict[str, str] | None = None
) -> str:
    """What ``audit identify`` says of pasted signals; ``names`` are display names of vendors."""
    names = names or {}
    brand = names.get(judged.brand, judged.brand) if judged.brand else None
    label = " ".join(tame(part, 48) for part in (brand, judged.model) if part)
    lines = [f"kind: {judged.kind}" + (f"   label: {label}" if label else "")]
    for word, value in (("built", judged.built), ("OEM customer", judged.oem_customer)):
        if value:
            lines.append(f"{word}: {tame(value)}")
    lines += _attributions(judged.attributions, names)
    lines += _verdicts(verdicts)
    lines += ["", NOT_LEGAL_ADVICE]
    return "\n".join(lines)


def _attributions(attributions: Sequence[Attribution], names: dict[str, str]) -> list[str]:
    if not attributions:
        return ["", "Maker: nothing that was observed names one."]
    lines = []
    for item in attributions:
        name = names.get(item.vendor, item.vendor)
        entity = f" ({item.entity})" if item.entity else ""
        lines += ["", f"{_ROLES[item.role]} {name}{entity}: {item.grade}"]
        lines += [f"  + {evidence_text(evidence)}  [{evidence.rule}]" for evidence in item.because]
        lines += [f"  - against: {evidence_text(evidence)}" for evidence in item.against]
    return lines


def _verdicts(verdicts: Sequence[Verdict]) -> list[str]:
    if not verdicts:
        return ["", "Verdicts: none; it is not recognised as video equipment."]
    lines = ["", "Verdicts"]
    for verdict in verdicts:
        lines.append(f"  {verdict.regime}: {verdict.outcome} ({', '.join(verdict.reasons)})")
        lines.append(f"    {verdict.says}")
        lines.append(f"    {verdict.citation}" + (f" · {verdict.source}" if verdict.source else ""))
    return lines
