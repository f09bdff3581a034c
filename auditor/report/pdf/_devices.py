"""A device in full, for the findings, and in short, for the annex."""

from collections.abc import Sequence
from typing import Final, TypedDict

from auditor.model.document import Asset
from auditor.model.facts import Attempt
from auditor.model.judgement import Attribution, Verdict
from auditor.model.words import Kind
from auditor.report import phrases
from auditor.report import sentences as w
from auditor.report.pdf import _texts as t
from auditor.report.pdf._cells import Cell, Fact, Table, facts, mark, mono, table, to
from auditor.report.pdf._evidence import Block, blocks, claims, signal_word, strongest
from auditor.report.pdf._ink import Ink, breakable, ink, plain
from auditor.report.pdf._view import Device, View, maker_of
from auditor.report.words import HEADLINES, NOTES, title_of

_MOST_ATTEMPTS: Final = 40
_MOST_LISTED: Final = 12


class Outcomes(TypedDict):
    """One outcome, and the rules under which it stands: name and citation in turn."""

    mark: str
    words: str
    rules: list[Cell]


class Full(TypedDict):
    """One device with its chain: identity, claims, signs, verdicts."""

    number: int
    address: Ink
    name: Ink
    headline: str
    outcome: str
    facts: list[Fact]
    claims: list[Ink]
    blocks: list[Block]
    verdicts: list[Outcomes]
    notes: list[Ink]
    attempts: Ink


def anchor(device: Device) -> str:
    """The place of a device in the annex of devices."""
    return f"device-{device.number}"


def full(view: View, device: Device) -> Full:
    """Everything that the file needs of a device that was flagged or not determined."""
    asset = device.asset
    return {
        "number": device.number,
        "address": breakable(_address(asset)),
        "name": ink(title_of(asset, view.names), 100),
        "headline": device.headline,
        "outcome": HEADLINES[device.headline],
        "facts": _identity(device),
        "claims": claims(view, asset.attributions) or [phrases.NO_MAKER],
        "blocks": blocks(view, asset.attributions),
        "verdicts": _verdicts(view, asset.verdicts),
        "notes": [ink(NOTES.get(note, note), 200) for note in asset.notes],
        "attempts": _attempts(asset.attempts),
    }


def short(view: View, devices: Sequence[Device]) -> Table:
    """Devices in one row each, with the strongest sign of their maker."""
    return table(
        t.CLEAR_COLUMNS,
        (0, 1.3, 1.7, 1.3, 3),
        [
            (
                to(anchor(device), str(device.number)),
                mono(_address(device.asset), 64),
                ink(title_of(device.asset, view.names), 100),
                _maker(view, maker_of(device.asset)),
                _best(view, maker_of(device.asset)),
            )
            for device in devices
        ],
    )


def unidentified(devices: Sequence[Device]) -> Table:
    """Devices that nothing identifies, with what they showed."""
    return table(
        t.UNIDENTIFIED_COLUMNS,
        (0, 1.3, 1.3, 4),
        [
            (
                to(anchor(device), str(device.number)),
                mono(_address(device.asset), 64),
                mono(device.asset.mac or "", 40),
                _showed(device.asset),
            )
            for device in devices
        ],
    )


def annex(view: View) -> list[list[Cell]]:
    """Every device in one row; the template hangs the anchor on the number."""
    return [_row(view, device) for device in view.devices]


def _row(view: View, device: Device) -> list[Cell]:
    asset = device.asset
    identity = phrases.BETWEEN.join(
        f"{word} {plain(value, 60)}"
        for word, value in (
            (w.word(w.KINDS, asset.kind), ""),
            (t.IDENTITY["serial"].lower(), asset.serial),
            (t.IDENTITY["firmware"].lower(), asset.firmware),
            (t.IDENTITY["built"].lower(), asset.built),
            (t.IDENTITY["behind"].lower(), _address(device.parent) if device.parent else None),
        )
        if value is not None
    )
    rules = dict.fromkeys(
        view.rule(evidence) for item in asset.attributions for evidence in item.because
    )
    return [
        str(device.number),
        mono(_address(asset), 64),
        mono(asset.mac or "", 40),
        ink(title_of(asset, view.names), 100),
        ink(identity, 300),
        _maker(view, maker_of(asset)),
        mark(device.headline, HEADLINES[device.headline]),
        phrases.BETWEEN.join(str(number) for number in list(rules)[:_MOST_LISTED])
        + (" …" if len(rules) > _MOST_LISTED else ""),
    ]


def _address(asset: Asset) -> str:
    return plain(asset.address or asset.id, 64)


def _identity(device: Device) -> list[Fact]:
    asset, word = device.asset, t.IDENTITY
    others = [plain(item, 64) for item in asset.addresses if item != asset.address]
    behind = [plain(child.address or child.id, 64) for child in asset.children[:_MOST_LISTED]]
    children = t.AT_LEAST.format(n=len(asset.children), which=phrases.BETWEEN.join(behind))
    return facts(
        (
            word["kind"],
            t.KIND_UNKNOWN if asset.kind is Kind.UNKNOWN else w.word(w.KINDS, asset.kind),
        ),
        (word["mac"], mono(asset.mac or "", 40)),
        (word["serial"], mono(asset.serial or "", 100)),
        (word["firmware"], mono(asset.firmware or "", 100)),
        (word["built"], ink(asset.built or "", 40)),
        (word["oem"], ink(asset.oem_customer or "", 100)),
        (word["hostname"], mono(asset.hostname or "", 100)),
        (word["addresses"], mono(phrases.BETWEEN.join(others[:_MOST_LISTED]), 400)),
        (word["behind"], mono(_address(device.parent), 64) if device.parent else ""),
        (word["children"], ink(children, 400) if asset.children else ""),
        (word["id"], mono(asset.id, 80)),
    )


def _verdicts(view: View, verdicts: Sequence[Verdict]) -> list[Outcomes]:
    """Rules with citation and date, by outcome. Tables for each device would treble the file."""
    found: dict[str, list[Cell]] = {}
    for verdict in verdicts:
        number = view.law_number(verdict.regime)
        name = ink(verdict.regime, 60)
        day = plain(verdict.effective or "", 40)
        form = t.VERDICT_CITED if day else t.VERDICT_CITED_UNDATED
        cited = form.format(citation=plain(verdict.citation, 200), day=day)
        cells = found.setdefault(verdict.outcome, [])
        cells += [to(f"law-{number}", name) if number else name, ink(cited, 300)]
    return [
        {"mark": outcome, "words": w.word(w.VERDICT_OUTCOMES, outcome), "rules": cells}
        for outcome, cells in found.items()
    ]


def _attempts(attempts: Sequence[Attempt]) -> Ink:
    told = [
        t.ATTEMPT.format(
            probe=plain(item.probe, 40),
            endpoint=plain(item.endpoint, 40),
            ending=w.word(w.ENDINGS, item.outcome),
        )
        for item in attempts[:_MOST_ATTEMPTS]
    ]
    if len(attempts) > _MOST_ATTEMPTS:
        told.append(phrases.AND_MORE.format(n=len(attempts) - _MOST_ATTEMPTS))
    return ink("; ".join(told) + ".", 5000) if told else phrases.ATTEMPTS_NONE


def _maker(view: View, maker: Attribution | None) -> Ink:
    if maker is None:
        return phrases.MAKER_UNKNOWN
    return ink(
        phrases.FINDING_MAKER.format(maker=view.vendor(maker.vendor), grade=maker.grade), 120
    )


def _best(view: View, maker: Attribution | None) -> Ink:
    if maker is None:
        return t.NO_SIGN
    line = strongest(view, maker)
    value = line["bytes"]
    before, after = t.VALUE
    middle = [value] if isinstance(value, str) else value
    return [before.format(sign=line["says"]), *middle, after]


def _showed(asset: Asset) -> Ink:
    seen = dict.fromkeys(
        f"{signal_word(item.signal)} {plain(item.value, 60)}"
        for item in asset.observations[:_MOST_LISTED]
    )
    return ink(phrases.BETWEEN.join(seen) or t.NO_SIGN, 600)
