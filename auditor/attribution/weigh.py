"""Hits → attributions. Grades come from independent witnesses (law 7); nothing is averaged away.

More evidence never lowers a grade, and the order of observations never matters.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter, eq

from auditor.attribution.hit import Hit
from auditor.catalog.memory import Memory
from auditor.model.judgement import Attribution
from auditor.model.words import Channel, Grade, Role, Strength, grade_rank, strength_rank

_ENOUGH = 2
_AGAINST_CAP = 8
_BECAUSE_CAP = 24
_SUPPORTIVE = -strength_rank(Strength.SUPPORTIVE)
_LONGEST = 128
"""More hits than that are not remembered: a bound in numbers must bound bytes."""
_MEMORY = Memory()
_rank = attrgetter("rank")
_form = attrgetter("form")
_evidence = attrgetter("evidence")


@dataclass(slots=True)
class _Pile:
    """Everything that speaks for one vendor in one role.

    Attributes:
        places: where its evidence stands among all that the device shows, the best first.
    """

    places: list[int] = field(default_factory=list)
    strong: set[Channel] = field(default_factory=set)
    supportive: set[Channel] = field(default_factory=set)
    oui_strong: set[Channel] = field(default_factory=set)
    oui_supportive: set[Channel] = field(default_factory=set)
    entities: dict[str, int] = field(default_factory=dict)
    presumed: bool = True

    def add(self, hit: Hit, place: int, entity: str | None) -> None:
        """Book one hit; the places come in order, and one may come again."""
        evidence = hit.evidence
        if place not in self.places[-1:]:
            self.places.append(place)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
    """An attribution whose evidence stands by its place."""

    role: Role
    vendor: str
    grade: Grade
    entity: str | None
    because: tuple[int, ...]
    against: tuple[int, ...]


def weigh(hits: Iterable[Hit]) -> tuple[Attribution, ...]:
    """Every vendor that anything speaks for, by role; the leading one of each role first.

    What a sign says (a serial number, an address) has no weight, only what sort of sign it is and
    where it stands among the others: devices that show signs of the same sorts are weighed once.
    """
    listed = sorted(hits, key=_rank)
    ranks = list(map(_rank, listed))
    again = tuple(map(eq, ranks[1:], ranks))  # the same evidence as the one before it
    if len(listed) > _LONGEST:
        weighed = _weighed(listed, again)
    else:
        shape = tuple(map(_form, listed)), again
        weighed = _MEMORY.recall(shape, _weighed, listed, again)
    cited = list(map(_evidence, listed)).__getitem__
    return tuple(
        [
            Attribution(
                role=one.role,
                vendor=one.vendor,
                grade=one.grade,
                entity=one.entity,
                because=tuple(map(cited, one.because)),
                against=tuple(map(cited, one.against)),
            )
            for one in weighed
        ]
    )


def _places(again: Iterable[bool]) -> Iterator[int]:
    """The place of each hit, equal evidence at one place."""
    place = 0
    yield place
    for at, same in enumerate(again, 1):
        place = place if same else at
        yield place


def _weighed(listed: Sequence[Hit], again: Iterable[bool]) -> tuple[_Weighed, ...]:
    piles: dict[tuple[Role, str], _Pile] = {}
    for hit, place in zip(listed, _places(again), strict=False):
        for claim in hit.claims:
            key = claim.role, claim.vendor
            pile = piles.get(key)
            if pile is None:
                pile = piles[key] = _Pile()
            pile.add(hit, place, claim.entity)
    found = [
        _Weighed(
            role=role,
            vendor=vendor,
            grade=pile.grade(),
            entity=pile.entity(),
            because=tuple(pile.places[:_BECAUSE_CAP]),
            against=_against(role, vendor, piles, listed),
        )
        for (role, vendor), pile in piles.items()
    ]
    return tuple(sorted(found, key=lambda one: _lead(one, piles[one.role, one.vendor], listed)))


def _lead(one: _Weighed, pile: _Pile, listed: Sequence[Hit]) -> tuple[int, int, bool, int, str]:
    """Best grade first; among equals the mere presumption last, then more witnesses, then the name."""
    witnesses = len({listed[at].evidence.channel for at in one.because})
    return _ROLE_ORDER[one.role], -grade_rank(one.grade), pile.presumed, -witnesses, one.vendor


_ROLE_ORDER = {Role.MAKER: 0, Role.BRAND: 1, Role.PLATFORM: 2, Role.CHIP: 3}


def _against(
    role: Role, vendor: str, piles: dict[tuple[Role, str], _Pile], listed: Sequence[Hit]
) -> tuple[int, ...]:
    own = set(piles[role, vendor].places)
    others = {
        place
        for (other_role, other), pile in piles.items()
        if other_role is role and other != vendor
        for place in pile.places
        if place not in own and listed[place].rank[0] <= _SUPPORTIVE
    }
    return tuple(sorted(others)[:_AGAINST_CAP])


def best(attributions: Sequence[Attribution], role: Role) -> Attribution | None:
    """The leading attribution of a role; None when there is none."""
    return next((item for item in attributions if item.role is role), None)
