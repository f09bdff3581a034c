"""The chain of one device in sentences: bytes on the wire → evidence → maker → line of law."""

from collections.abc import Sequence

from auditor.model.document import Asset, Scan
from auditor.model.judgement import Attribution, Judged, Verdict
from auditor.report.sentences import CLAIMS, ENDINGS, KINDS, REASONS, VERDICT_OUTCOMES, word
from auditor.report.words import (
    HEADLINES,
    NOT_LEGAL_ADVICE,
    NOTES,
    evidence_text,
    tame,
    title_of,
    vendor_names,
)


def asset_text(asset: Asset, scan: Scan) -> str:
    """Everything known of one device, and why, as text that ends in a newline."""
    names = vendor_names(scan)
    lines = [
        f"{asset.address or asset.id}  {title_of(asset, names)}  [{_headline(asset)}]",
        f"  id {asset.id}" + (f"   MAC {asset.mac}" if asset.mac else ""),
    ]
    for what, value in (
        ("kind", KINDS[asset.kind]),
        ("serial", asset.serial),
        ("firmware", asset.firmware),
        ("built", asset.built),
        ("OEM customer", asset.oem_customer),
    ):
        if value:
            lines.append(f"  {what}: {tame(value)}")
    lines += _attributions(asset.attributions, names)
    lines += _verdicts(asset.verdicts)
    if asset.notes:
        lines += ["", "Configuration, apart from compliance"]
        lines += [f"  - {tame(NOTES.get(note, note), 400)}" for note in asset.notes]
    if asset.children:
        lines += ["", "Behind it (at least)"]
        lines += [
            f"  {tame(child.address or child.id, 80)}: {title_of(child, names)} [{_headline(child)}]"
            for child in asset.children
        ]
    lines += ["", "What was asked"]
    lines += [
        f"  {attempt.probe} at {attempt.endpoint}: {word(ENDINGS, attempt.outcome)}"
        + (f" ({tame(attempt.detail, 80)})" if attempt.detail else "")
        for attempt in asset.attempts
    ] or ["  nothing: it answered discovery only"]
    lines += ["", *_limits(scan), NOT_LEGAL_ADVICE]
    return "\n".join(lines) + "\n"


def _headline(asset: Asset) -> str:
    """The outcome in words; a forged document may hold any other."""
    return HEADLINES.get(asset.headline) or tame(asset.headline, 40)


def _limits(scan: Scan) -> list[str]:
    """What was taken out of the document, and whether the scan was whole."""
    lines = []
    if not scan.scan.complete:
        why = "; ".join(scan.scan.incomplete_because) or "see the coverage"
        lines.append(f"The scan is INCOMPLETE: {tame(why, 600)}.")
    if scan.scan.redacted:
        lines.append(f"Taken out for sharing: {tame(', '.join(scan.scan.redacted))}.")
    return lines


def judged_text(
    judged: Judged, verdicts: Sequence[Verdict], names: dict[str, str] | None = None
) -> str:
    """What ``audit identify`` says of pasted signals; ``names`` are display names of vendors."""
    names = names or {}
    brand = names.get(judged.brand, judged.brand) if judged.brand else None
    label = " ".join(tame(part, 48) for part in (brand, judged.model) if part)
    lines = [f"kind: {KINDS[judged.kind]}" + (f"   label: {label}" if label else "")]
    for what, value in (("built", judged.built), ("OEM customer", judged.oem_customer)):
        if value:
            lines.append(f"{what}: {tame(value)}")
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
        lines += ["", f"{CLAIMS[item.role].format(name=name)}{entity}: {item.grade}"]
        lines += [f"  + {evidence_text(evidence)}  [{evidence.rule}]" for evidence in item.because]
        lines += [f"  - against: {evidence_text(evidence)}" for evidence in item.against]
    return lines


def _verdicts(verdicts: Sequence[Verdict]) -> list[str]:
    if not verdicts:
        return ["", "Verdicts: none; it is not recognised as video equipment."]
    lines = ["", "Verdicts"]
    for verdict in verdicts:
        outcome = word(VERDICT_OUTCOMES, verdict.outcome)
        reasons = ", ".join(word(REASONS, reason) for reason in verdict.reasons)
        lines.append(f"  {verdict.regime}: {outcome} ({reasons})")
        lines.append(f"    {verdict.says}")
        lines.append(f"    {verdict.citation}" + (f" · {verdict.source}" if verdict.source else ""))
    return lines
