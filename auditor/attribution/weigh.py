"""Hits → attributions. Grades come from independent witnesses (law 7); nothing is averaged away.

More evidence never lowers a grade, and the order of observations never matters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from auditor.attribution.hit import Hit, Rank
from auditor.model.judgement import Attribution, Evidence
from auditor.model.words import Channel, Grade, Role, Strength, grade_rank, strength_rank

_ENOUGH = 2
_AGAINST_CAP = 8
_BECAUSE_CAP = 24
_SUPPORTIVE = -strength_rank(Strength.SUPPORTIVE)


@dataclass(slots=True)
class _Pile:
    """Everything that speaks for one vendor in one role."""

    evidence: dict[Rank, Evidence] = field(default_factory=dict)
    strong: set[Channel] = field(default_factory=set)
    supportive: set[Channel] = field(default_factory=set)
    oui_strong: set[Channel] = field(default_factory=set)
    oui_supportive: set[Channel] = field(default_factory=set)
    entities: dict[str, int] = field(default_factory=dict)
    presumed: bool = True

    def add(self, hit: Hit, entity: str | None) -> None:
        """Book one hit."""
        evidence = hit.evidence
        self.evidence[hit.rank] = evidence
        self.presumed = self.presumed and hit.presumed
        if entity is not None:
            self.entities[entity] = max(self.entities.get(entity, 0), -hit.rank[0])
        if evidence.strength is Strength.STRONG:
            (self.oui_strong if hit.oui else self.strong).add(evidence.channel)
        elif evidence.strength is Strength.SUPPORTIVE:
            (self.oui_supportive if hit.oui else self.supportive).add(evidence.channel)

    def grade(self) -> Grade:
        """The grade that the independent witnesses give.

        An OUI is one mechanism wherever the MAC was read: it adds one witness at most, and none
        when it was read only on channels that already testify.
        """
        strong = len(self.strong) + bool(self.oui_strong - self.strong)
        if not strong and self.oui_strong:
            strong = 1
        if strong >= _ENOUGH:
            return Grade.CONFIRMED
        if strong:
            return Grade.PROBABLE
        supportive = len(self.supportive) + bool(self.oui_supportive - self.supportive)
        return Grade.PROBABLE if supportive >= _ENOUGH else Grade.POSSIBLE

    def entity(self) -> str | None:
        """The legal entity that the best evidence names; None when two are named equally well."""
        if not self.entities:
            return None
        best = max(self.entities.values())
        named = [entity for entity, rank in self.entities.items() if rank == best]
        return named[0] if len(named) == 1 else None


def weigh(hits: Iterable[Hit]) -> tuple[Attribution, ...]:
    """Every vendor that anything speaks for, by role; the leading one of each role first."""
    piles: dict[tuple[Role, str], _Pile] = {}
    for hit in hits:
        for claim in hit.claims:
            place = claim.role, claim.vendor
            pile = piles.get(place)
            if pile is None:
                pile = piles[place] = _Pile()
            pile.add(hit, claim.entity)
    return tuple(
        sorted(
            (
                Attribution(
                    role=role,
                    vendor=vendor,
                    grade=pile.grade(),
                    entity=pile.entity(),
                    because=_ranked(pile.evidence, _BECAUSE_CAP),
                    against=_against(role, vendor, piles),
                )
                for (role, vendor), pile in piles.items()
            ),
            key=lambda item: _lead(item, presumed=piles[item.role, item.vendor].presumed),
        )
    )


def _lead(item: Attribution, *, presumed: bool) -> tuple[int, int, bool, int, str]:
    """Best grade first; among equals the mere presumption last, then more witnesses, then the name."""
    witnesses = len({evidence.channel for evidence in item.because})
    return _ROLE_ORDER[item.role], -grade_rank(item.grade), presumed, -witnesses, item.vendor


_ROLE_ORDER = {Role.MAKER: 0, Role.BRAND: 1, Role.PLATFORM: 2, Role.CHIP: 3}


def _ranked(evidence: dict[Rank, Evidence], most: int) -> tuple[Evidence, ...]:
    """The best of the evidence, the best first."""
    return tuple([evidence[rank] for rank in sorted(evidence)[:most]])


def _against(role: Role, vendor: str, piles: dict[tuple[Role, str], _Pile]) -> tuple[Evidence, ...]:
    own = piles[role, vendor].evidence
    others: dict[Rank, Evidence] = {}
    for (other_role, other), pile in piles.items():
        if other_role is role and other != vendor:
            others |= {
                rank: item
                for rank, item in pile.evidence.items()
                if rank[0] <= _SUPPORTIVE and rank not in own
            }
    return _ranked(others, _AGAINST_CAP) if others else ()


def best(attributions: Sequence[Attribution], role: Role) -> Attribution | None:
    """The leading attribution of a role; None when there is none."""
    return next((item for item in attributions if item.role is role), None)
