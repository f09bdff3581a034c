"""Which devices a form is about: covered ones; and apart from them all others, none dropped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.model.document import Asset, Scan
from auditor.model.form import Clause
from auditor.model.judgement import Verdict
from auditor.model.words import Outcome

REGIMES: Final = {
    Clause.FAR_52_204_25: ("us-ndaa-889",),
    Clause.FAR_52_240_91: ("us-far-rfo-part40", "us-ndaa-889"),
    Clause.CFR_200_216: ("us-2cfr-200-216",),
}
"""The regimes whose verdicts a clause is answered from; the first that the scan holds counts."""

_WORST: Final = (Outcome.COVERED, Outcome.INDETERMINATE, Outcome.EXEMPT, Outcome.NOT_COVERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A device with its verdict under the form's regime, and what it stands behind."""

    asset: Asset
    verdict: Verdict
    behind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Docket:
    """All devices of a scan, sorted by outcome under one regime.

    Attributes:
        regime: the regime; None when the scan was not judged under any that the clause needs.
        wanted: the regime that the clause needs.
        unjudged: devices without a verdict that were not recognised as something else.
        outside: number of devices recognised as something else than video equipment.
    """

    regime: str | None
    wanted: str
    covered: tuple[Finding, ...] = ()
    exempt: tuple[Finding, ...] = ()
    undetermined: tuple[Finding, ...] = ()
    not_covered: tuple[Finding, ...] = ()
    unjudged: tuple[Asset, ...] = ()
    outside: int = 0


def docket(scan: Scan, clause: Clause) -> Docket:
    """Every device of the scan in its place."""
    family = list(_family(scan.assets, None))
    held = {note.id for note in scan.law}
    held |= {verdict.regime for asset, _ in family for verdict in asset.verdicts}
    wanted = REGIMES[clause]
    regime = next((name for name in wanted if name in held), None)
    sorted_out: dict[Outcome, list[Finding]] = {outcome: [] for outcome in _WORST}
    unjudged: list[Asset] = []
    outside = 0
    for asset, behind in family:
        verdict = _verdict(asset, regime)
        if verdict is not None:
            found = Finding(asset=asset, verdict=verdict, behind=behind)
            sorted_out[verdict.outcome].append(found)
        elif asset.headline == "outside":
            outside += 1
        else:
            unjudged.append(asset)
    return Docket(
        regime=regime,
        wanted=wanted[-1],
        covered=tuple(sorted_out[Outcome.COVERED]),
        exempt=tuple(sorted_out[Outcome.EXEMPT]),
        undetermined=tuple(sorted_out[Outcome.INDETERMINATE]),
        not_covered=tuple(sorted_out[Outcome.NOT_COVERED]),
        unjudged=tuple(unjudged),
        outside=outside,
    )


def _family(assets: Sequence[Asset], behind: str | None) -> Iterator[tuple[Asset, str | None]]:
    for asset in assets:
        yield asset, behind
        yield from _family(asset.children, asset.address or asset.id)


def _verdict(asset: Asset, regime: str | None) -> Verdict | None:
    mine = [verdict for verdict in asset.verdicts if verdict.regime == regime]
    return min(mine, key=lambda verdict: _WORST.index(verdict.outcome), default=None)
