"""What the parts of the report share: devices in order, numbered; groups of findings; rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from auditor.model.document import Asset, Scan
from auditor.model.judgement import Attribution, Evidence, Verdict
from auditor.model.words import Role, grade_rank
from auditor.report._api import Page
from auditor.report.pdf._ink import plain
from auditor.report.words import vendor_names

ORDER: Final = ("covered", "indeterminate", "exempt", "unidentified", "not_covered", "outside")
"""Headlines, those that need attention first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """An asset with its number in the report; a child names the device that it stands behind."""

    asset: Asset
    number: int
    parent: Asset | None = None

    @property
    def headline(self) -> str:
        """The headline; one that is unknown here counts as not determined."""
        return self.asset.headline if self.asset.headline in ORDER else "indeterminate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Devices to which the same verdicts apply."""

    number: int
    headline: str
    verdicts: tuple[Verdict, ...]
    devices: tuple[Device, ...]


@dataclass(slots=True, kw_only=True)
class View:
    """One rendering.

    Attributes:
        devices: every device, children included, in the order of the report.
        findings: groups of judged devices, those that need attention first.
        rules: evidence rules met so far, with their sources, and the number of each.
    """

    scan: Scan
    page: Page
    devices: tuple[Device, ...]
    findings: tuple[Finding, ...]
    names: dict[str, str]
    rules: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

    def vendor(self, vendor: str) -> str:
        """The display name of a vendor."""
        return plain(self.names.get(vendor, vendor), 80)

    def rule(self, evidence: Evidence) -> int:
        """The number of a rule in the annex of rules."""
        return self.rules.setdefault((evidence.rule, evidence.sources), len(self.rules) + 1)

    def law_number(self, regime: str) -> int | None:
        """The number of a regime in the annex of law; None if the document has no note of it."""
        return self._law().get(regime)

    def _law(self) -> dict[str, int]:
        return {note.id: number for number, note in enumerate(self.scan.law, 1)}


def view_of(scan: Scan, page: Page) -> View:
    """Order and number the devices, group those with the same verdicts."""
    family = sorted(_family(scan.assets), key=lambda pair: rank(pair[0].headline))
    loose = [Device(asset=a, number=0, parent=parent) for a, parent in family]
    groups: dict[tuple[str, tuple[Verdict, ...]], list[Device]] = {}
    for device in loose:
        key = (device.headline, device.asset.verdicts)
        groups.setdefault(key, []).append(device)
    ranked = sorted(groups.items(), key=lambda item: (rank(item[0][0]), -len(item[1])))
    devices: list[Device] = []
    findings: list[Finding] = []
    for (headline, verdicts), members in ranked:
        numbered = tuple(
            Device(asset=item.asset, number=number, parent=item.parent)
            for number, item in enumerate(members, len(devices) + 1)
        )
        devices += numbered
        if verdicts:
            findings.append(
                Finding(
                    number=len(findings) + 1,
                    headline=headline,
                    verdicts=verdicts,
                    devices=numbered,
                )
            )
    return View(
        scan=scan,
        page=page,
        devices=tuple(devices),
        findings=tuple(findings),
        names=vendor_names(scan),
    )


def rank(headline: str) -> int:
    """Place of a headline; an unknown one stands with the undetermined."""
    return ORDER.index(headline) if headline in ORDER else 1


def maker_of(asset: Asset) -> Attribution | None:
    """The best attribution in role maker."""
    makers = [item for item in asset.attributions if item.role is Role.MAKER]
    return max(makers, key=lambda item: grade_rank(item.grade), default=None)


def _family(assets: Sequence[Asset]) -> Iterator[tuple[Asset, Asset | None]]:
    """Every asset, each child right after what it stands behind."""
    stack: list[tuple[Asset, Asset | None]] = [(item, None) for item in reversed(assets)]
    while stack:
        asset, parent = stack.pop()
        yield asset, parent
        stack += [(child, asset) for child in reversed(asset.children)]
