"""What the parts of the HTML page share: devices in order, names, anchors, numbered rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from auditor.model.difference import Difference, Seen
from auditor.model.document import Asset, Scan
from auditor.model.judgement import Attribution, Evidence
from auditor.model.words import Role, grade_rank
from auditor.report.html import _words as w
from auditor.report.html._markup import Markup, cut, h, slug
from auditor.report.words import vendor_names

ORDER: Final = ("covered", "indeterminate", "exempt", "unidentified", "not_covered", "outside")
"""Headlines, those that need attention first."""

CHANGES: Final = ("appeared", "moved", "reattributed", "firmware", "verdict", "law")
"""Kinds of change that a device of this scan may have; an absent one has no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """An asset with its place in the page."""

    asset: Asset
    anchor: str
    name: str
    parent: "Device | None" = None


@dataclass(slots=True, kw_only=True)
class View:
    """One rendering: the scan, and what the parts of the page must agree on.

    Attributes:
        devices: every device, children included, in the order of the page.
        names: display names of vendor ids.
        findings: anchor of a device → number of its finding.
        rules: evidence rules met so far, with their number and sources.
        changes: what changed since an earlier scan.
        anchors: id of an asset → anchor of its (first) device.
        shown: display names that were asked for.
        told: number of a finding → its steps of law.
        law: ids of the regimes that have a note.
        seen: id of an asset → when the history saw it.
        changed: id of an asset → the kinds of change it underwent.
    """

    scan: Scan
    devices: tuple[Device, ...]
    names: dict[str, str]
    findings: dict[str, int] = field(default_factory=dict)
    rules: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)
    changes: Difference | None = None
    anchors: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    told: dict[int, Markup] = field(default_factory=dict)
    law: frozenset[str] = frozenset()
    seen: dict[str, Seen] = field(default_factory=dict)
    changed: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def vendor(self, vendor: str) -> str:
        """The display name of a vendor."""
        known = self.shown.get(vendor)
        if known is None:
            known = self.shown[vendor] = cut(self.names.get(vendor, vendor), 80)
        return known

    def rule_number(self, evidence: Evidence) -> int:
        """The number under which a rule and its sources stand in the list of rules."""
        return self.rules.setdefault((evidence.rule, evidence.sources), len(self.rules) + 1)


def view_of(scan: Scan, changes: Difference | None = None) -> View:
    """Prepare a scan for rendering. Children stand among the others, after their headline."""
    devices = tuple(sorted(_walk(scan.assets), key=lambda item: rank(item.asset.headline)))
    anchors: dict[str, str] = {}
    for device in devices:
        anchors.setdefault(device.asset.id, device.anchor)
    return View(
        scan=scan,
        devices=devices,
        names=vendor_names(scan),
        changes=changes,
        anchors=anchors,
        law=frozenset(note.id for note in scan.law),
        seen={item.id: item for item in changes.seen} if changes else {},
        changed=_changed(changes),
    )


def _changed(changes: Difference | None) -> dict[str, tuple[str, ...]]:
    """The kinds of change of each device, in the order of ``CHANGES``."""
    kinds: dict[str, dict[str, None]] = {}
    for kind in CHANGES if changes else ():
        for change in getattr(changes, kind):
            kinds.setdefault(change.id, {})[kind] = None
    return {asset: tuple(found) for asset, found in kinds.items()}


def rank(headline: str) -> int:
    """Place of a headline; an unknown one stands with the undetermined."""
    return ORDER.index(headline) if headline in ORDER else 1


@lru_cache(maxsize=256)
def mark(headline: str) -> Markup:
    """An outcome as a labelled mark: the words carry it, the colour helps."""
    known = ORDER[rank(headline)]
    return h("b", {"class": f"m {known}"}, w.word(w.OUTCOMES, cut(headline, 40)))


def maker_of(asset: Asset) -> Attribution | None:
    """The best attribution in role maker."""
    makers = [item for item in asset.attributions if item.role is Role.MAKER]
    return max(makers, key=lambda item: grade_rank(item.grade), default=None)


def to(device: Device, text: str | None = None) -> Markup:
    """A link to a device within the page."""
    return h("a", {"href": f"#{device.anchor}"}, text or device.name)


def _walk(assets: Sequence[Asset]) -> Iterator[Device]:
    taken: dict[str, int] = {}
    stack: list[tuple[Asset, Device | None]] = [(item, None) for item in reversed(assets)]
    while stack:
        asset, parent = stack.pop()
        anchor = f"asset-{slug(asset.id)}"
        taken[anchor] = taken.get(anchor, 0) + 1
        if taken[anchor] > 1:
            anchor = f"{anchor}--{taken[anchor]}"
        name = cut(asset.address or asset.id, 64)
        device = Device(asset=asset, anchor=anchor, name=name, parent=parent)
        yield device
        stack += [(child, device) for child in reversed(asset.children)]
