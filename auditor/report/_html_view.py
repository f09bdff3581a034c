"""What the parts of the HTML page share: devices in order, names, anchors, numbered rules."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from auditor.model.document import Asset, Scan
from auditor.model.judgement import Attribution, Evidence
from auditor.model.words import Role, grade_rank
from auditor.report import _html_words as w
from auditor.report._html_markup import Markup, cut, h, slug
from auditor.report.words import vendor_names

ORDER: Final = ("covered", "indeterminate", "exempt", "unidentified", "not_covered", "outside")
"""Headlines, those that need attention first."""


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
        rules: evidence rules met so far, with their number and sources.
    """

    scan: Scan
    devices: tuple[Device, ...]
    names: dict[str, str]
    findings: dict[str, int] = field(default_factory=dict)
    rules: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

    def vendor(self, vendor: str) -> str:
        """The display name of a vendor."""
        return cut(self.names.get(vendor, vendor), 80)

    def rule_number(self, evidence: Evidence) -> int:
        """The number under which a rule and its sources stand in the list of rules."""
        return self.rules.setdefault((evidence.rule, evidence.sources), len(self.rules) + 1)


def view_of(scan: Scan) -> View:
    """Prepare a scan for rendering. Children stand among the others, after their headline."""
    devices = tuple(sorted(_walk(scan.assets), key=lambda item: rank(item.asset.headline)))
    return View(scan=scan, devices=devices, names=vendor_names(scan))


def rank(headline: str) -> int:
    """Place of a headline; an unknown one stands with the undetermined."""
    return ORDER.index(headline) if headline in ORDER else 1


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


def _walk(assets: tuple[Asset, ...]) -> Iterator[Device]:
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
