"""Where a device stands in the replacement plan, and why."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from auditor.model.document import Asset, Scan
from auditor.model.judgement import Verdict
from auditor.model.words import FindingClass, Outcome
from auditor.report.words import NOTES, tame


class Step(StrEnum):
    """When to look at a device; never a command."""

    FIRST = "first"
    NEXT = "next"
    LATER = "later"
    FIND_OUT = "find out first"


COUNTED: Final = frozenset({FindingClass.PROHIBITED_IF_PROFILE, FindingClass.MARKET_ACCESS})
"""Classes that the default policy counts."""

EXPOSURE: Final = {"factory-state": 8, "open-stream": 4, "dhip-answers": 2, "open-identity": 1}
"""Configuration notes that move a device forward, by weight."""

_OPEN: Final = frozenset({"factory-state", "open-stream"})
_WAITS: Final = frozenset({"not_yet_effective", "date_approximate", "suspended"})
_BUILT: Final = re.compile(r"(?:19|20)\d\d(?:-\d\d){0,2}", re.ASCII)
_NEVER_BUILT: Final = "9999"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """A place in the plan.

    Attributes:
        key: smaller stands earlier.
        regimes: ids, as the scan names them.
    """

    step: Step
    key: tuple[int, int, int, int, str, tuple[int, int]]
    regimes: tuple[str, ...]
    reasons: tuple[str, ...]
    exposure: tuple[str, ...]


def counted_classes(scan: Scan) -> frozenset[FindingClass]:
    """The classes that made the headlines of a scan.

    A scan document does not name them. They are the default ones unless those cannot explain the
    headlines; then the policy counted more, and all classes are taken.
    """
    for asset in _all(scan.assets):
        if asset.headline in {Outcome.COVERED, Outcome.INDETERMINATE, Outcome.EXEMPT} and not any(
            verdict.outcome == asset.headline and counts(verdict, COUNTED)
            for verdict in asset.verdicts
        ):
            return frozenset(FindingClass)
    return COUNTED


def counts(verdict: Verdict, classes: frozenset[FindingClass]) -> bool:
    """Whether a verdict counts for the headline of its device."""
    return verdict.applies is not False and verdict.finding_class in classes


def rank(asset: Asset, classes: frozenset[FindingClass]) -> Rank | None:
    """Where a device stands; None if it is not part of the plan."""
    if asset.headline not in {Outcome.COVERED, Outcome.INDETERMINATE}:
        return None
    counted = [verdict for verdict in asset.verdicts if counts(verdict, classes)]
    met = [verdict for verdict in counted if verdict.outcome == asset.headline]
    exposure = tuple(note for note in EXPOSURE if note in asset.notes)
    tier = _tier(met)
    step = _step(asset, met, tier, opened=not _OPEN.isdisjoint(exposure))
    return Rank(
        step=step,
        key=(
            tuple(Step).index(step),
            tier,
            -sum(EXPOSURE[note] for note in exposure),
            -len(met),
            _age(asset.built),
            _place(asset.address),
        ),
        regimes=tuple(verdict.regime for verdict in met),
        reasons=tuple(_reasons(asset, met, counted, exposure)),
        exposure=exposure,
    )


def _tier(met: Sequence[Verdict]) -> int:
    """How near the nearest rule is: 0 by profile, 1 perhaps, 2 market access, 3 any other."""
    strict = [v for v in met if v.finding_class is FindingClass.PROHIBITED_IF_PROFILE]
    if any(verdict.applies for verdict in strict):
        return 0
    if strict:
        return 1
    return 2 if any(v.finding_class is FindingClass.MARKET_ACCESS for v in met) else 3


def _step(asset: Asset, met: Sequence[Verdict], tier: int, *, opened: bool) -> Step:
    if asset.headline == Outcome.INDETERMINATE:
        waits = bool(met) and all(_WAITS.issuperset(verdict.reasons) for verdict in met)
        return Step.LATER if waits else Step.FIND_OUT
    if tier == 0:
        return Step.FIRST
    if tier == 1:
        return Step.FIRST if opened else Step.NEXT
    return Step.NEXT if opened else Step.LATER


_IF: Final = "names the maker; whether it concerns you depends on who you are"
_TRADE: Final = "restricts import and sale, not use"
_TOLD: Final = {
    (FindingClass.PROHIBITED_IF_PROFILE, True): "names the maker and by the profile given"
    " concerns you",
    (FindingClass.PROHIBITED_IF_PROFILE, None): _IF,
    (FindingClass.MARKET_ACCESS, True): _TRADE,
    (FindingClass.MARKET_ACCESS, None): _TRADE,
}
_REPORTED: Final = "is reported as named"  # the listing rests on a secondary source
_ELSE: Final = "names the maker; it says nothing about using the device"
LEAD: Final = re.compile(r"(?:Hypothetical: )?Not determined under \S+?[.:] ")
"""How sentences of undetermined verdicts begin; left out where the regime stands beside them."""


def _reasons(
    asset: Asset, met: Sequence[Verdict], counted: Sequence[Verdict], exposure: Sequence[str]
) -> list[str]:
    told = _clauses(met)
    told += [NOTES[note] for note in exposure]
    if asset.headline == Outcome.COVERED:
        told += _later(counted)
    if asset.built:
        told.append(f"built {tame(asset.built, 40)}")
    return told


def _clauses(met: Sequence[Verdict]) -> list[str]:
    """What the regimes say, each clause once with the regimes that share it."""
    shared: dict[str, list[str]] = {}
    for verdict in met:
        if verdict.outcome is Outcome.INDETERMINATE:
            clause = tame(LEAD.sub("", verdict.says) or ", ".join(verdict.reasons), 400)
        else:
            clause = _TOLD.get((verdict.finding_class, verdict.applies), _ELSE)
            if _REPORTED in verdict.says:
                clause = clause.replace("names the maker", "is reported to name the maker")
        shared.setdefault(clause.rstrip("."), []).append(tame(verdict.regime, 60))
    return [f"{', '.join(regimes)}: {clause}" for clause, regimes in shared.items()]


def _later(counted: Sequence[Verdict]) -> list[str]:
    return [
        f"{tame(verdict.regime, 60)} does not reach it before {tame(verdict.effective, 40)}"
        for verdict in counted
        if verdict.outcome is Outcome.INDETERMINATE
        and verdict.effective
        and "not_yet_effective" in verdict.reasons
    ]


def _age(built: str | None) -> str:
    """Older first; what is not known stands last."""
    return built if built and _BUILT.fullmatch(built) else _NEVER_BUILT


def _place(address: str | None) -> tuple[int, int]:
    """Neighbours together; devices without an address last."""
    try:
        number = ipaddress.ip_address(address or "")
    except ValueError:
        return 9, 0
    return number.version, int(number)


def _all(assets: Sequence[Asset]) -> chain[Asset]:
    return chain(assets, *(_all(asset.children) for asset in assets))
