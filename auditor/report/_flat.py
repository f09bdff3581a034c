"""A scan as flat lists, for formats that have rows."""

from collections.abc import Iterable, Iterator

from auditor.model.document import Asset, Scan
from auditor.model.judgement import Attribution, Evidence, Verdict
from auditor.model.words import Outcome, Role
from auditor.report._ranking import LEAD, Step, counted_classes, counts
from auditor.report.plan import STEPS
from auditor.report.words import tame, vendor_names


def family(
    assets: Iterable[Asset], parent: Asset | None = None
) -> Iterator[tuple[Asset, Asset | None]]:
    """Every device with the recorder that it stands behind, children after their parent."""
    for asset in assets:
        yield asset, parent
        yield from family(asset.children, asset)


def maker_of(asset: Asset) -> Attribution | None:
    """The first maker that was concluded."""
    return next((item for item in asset.attributions if item.role is Role.MAKER), None)


def testimony(asset: Asset) -> Iterator[tuple[Evidence, str, str, str]]:
    """Each piece of evidence once: with vendor, roles that it speaks for, and ``for`` or ``against``."""
    roles: dict[tuple[str, str, Evidence], list[str]] = {}
    for item in asset.attributions:
        for side, pieces in (("for", item.because), ("against", item.against)):
            for piece in pieces:
                shown = roles.setdefault((item.vendor, side, piece), [])
                if item.role.value not in shown:
                    shown.append(item.role.value)
    for (vendor, side, piece), shown in roles.items():
        yield piece, vendor, ", ".join(shown), side


class Remedies:
    """What a reader may do about a finding, as far as the transcribed law says it."""

    def __init__(self, scan: Scan) -> None:
        self._classes = counted_classes(scan)
        self._names = vendor_names(scan)
        self._actions = {note.id: note.action for note in scan.law if note.action}

    def finding(self, asset: Asset) -> str:
        """In short why it has its headline: each verdict that made it; empty for the others."""
        told: dict[str, list[str]] = {}
        for verdict in self._met(asset):
            told.setdefault(self.short(verdict), []).append(tame(verdict.regime, 60))
        return "; ".join(f"{', '.join(regimes)}: {short}" for short, regimes in told.items())

    def name(self, vendor: str) -> str:
        """The display name of a vendor."""
        return self._names.get(vendor, vendor)

    def short(self, verdict: Verdict) -> str:
        """One verdict in a clause; the whole sentence is ``verdict.says``."""
        if verdict.outcome in {Outcome.COVERED, Outcome.EXEMPT}:
            vendor = verdict.vendor or "a maker"
            told = f"{self.name(vendor)} ({verdict.grade}), listed: {verdict.listing}"
            if verdict.outcome is Outcome.COVERED:
                return told
            return f"{told}; exempt: {verdict.exemption or 'documented exemption'}"
        says = verdict.says or ", ".join(verdict.reasons)
        return LEAD.sub("", says).rstrip(".")

    def remedy(self, asset: Asset) -> str:
        """What the rules that were met say, or what to find out first."""
        if asset.headline == Outcome.INDETERMINATE:
            return f"{Step.FIND_OUT}: {STEPS[Step.FIND_OUT]}".capitalize()
        return " ".join(
            f"{tame(verdict.regime, 60)}: {self._actions[verdict.regime]}"
            for verdict in self._met(asset)
            if verdict.regime in self._actions
        )

    def of_regime(self, regime: str) -> str:
        """What a rule's transcription says that its readers do."""
        return self._actions.get(regime, "")

    def _met(self, asset: Asset) -> list[Verdict]:
        if asset.headline not in {Outcome.COVERED, Outcome.INDETERMINATE, Outcome.EXEMPT}:
            return []
        return [
            verdict
            for verdict in asset.verdicts
            if verdict.outcome == asset.headline and counts(verdict, self._classes)
        ]
